"""OGIP spectra (PHA I and II) read into plain values; the standard is OGIP/92-007.

`read_pha` returns a dictionary with the fields of `Spectrum`. Which spectrum of a file, its counts and their errors are
settled here, what comes one a channel in `pha_row`; contradictions are gathered by `file_warnings`. Response files are in `rmf`;
turning the dictionary into a `Spectrum` is in `spectrum`.
"""

from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.annotations import FileLike, GivenWhole
from spec_lab.data.energies import ordered
from spec_lab.data.file_warnings import note
from spec_lab.data.files import check_index, file_name, same_file_name, split_row
from spec_lab.data.missions import NAMED, is_said
from spec_lab.data.number_checks import are_whole
from spec_lab.data.ogip.column_units import energies, rates
from spec_lab.data.ogip.fits_tables import TableHDU, open_fits
from spec_lab.data.ogip.pha_row import Row, channels, detchans, grouping, quality, scale, systematic

_YES, _NO = ("t", "true", "1"), ("f", "false", "0")
_POISSON = "pass poisson=True or poisson=False to `from_file`"
_LINKS = ("BACKFILE", "RESPFILE", "ANCRFILE")
_BESIDE = ("BACKGROUND_UP", "BACKGROUND_DOWN")


def _is_type_two(table: TableHDU) -> bool:
    raw = [table.column(name) for name in ("COUNTS", "RATE") if table.has(name)]
    return any(values.ndim > 1 or values.dtype == object for values in raw)


def _spectra(tables: list[TableHDU], name: str) -> list[Row]:
    """Every spectrum in the file: type I tables count as one, type II tables as many as they have rows."""
    found = [t for t in tables if t.name == "SPECTRUM"] or [
        t for t in tables if str(t.keyword("HDUCLAS1", "")).upper() == "SPECTRUM"
    ]
    if not found:
        held = [t.name for t in tables]
        raise DataError(f"{name} has no SPECTRUM extension", got=held, hint="Is it a response or a light curve?")
    rows: list[Row] = []
    for table in found:
        if table.rows == 0:
            raise DataError(f"{table.where} is empty")
        rows += [Row(table, i) for i in range(table.rows)] if _is_type_two(table) else [Row(table, None)]
    return rows


def _choose(rows: list[Row], row: GivenWhole, braces: int | None, name: str) -> Row:
    main = [r for r in rows if str(r.table.keyword("HDUCLAS2", "")).upper() != "BKG"]
    row = braces if row is None else row
    if row is None:
        candidates = rows if len(rows) == 1 else main
        if len(candidates) == 1:
            return candidates[0]
        raise DataError(f"{name} holds {len(rows)} spectra", hint=f"Choose one: '{name}{{1}}' or ({name!r}, 0).")
    if not 0 <= row < len(rows):
        allowed = f"0 to {len(rows) - 1}" if braces is None else f"{{1}} to {{{len(rows)}}}"
        raise DataError(
            f"{name} has no such spectrum", got=row if braces is None else f"{{{row + 1}}}", allowed=allowed
        )
    return rows[row]


def read_pha(file: FileLike, row: GivenWhole = None, poisson: bool | None = None) -> dict[str, Any]:
    """Read one spectrum.

    Args:
        file: Path (also `path{n}`, counted from 1), or binary file object.
        row: Which spectrum of a file that holds several, counted from 0.
        poisson: Whether the counts are Poisson counts; None believes the file, unless it contradicts itself.

    Returns:
        The fields of `Spectrum` by name, with `links` as ((keyword, file), ...).

    Raises:
        DataError: Names file, HDU and column of what cannot be used.
    """
    file, braces = split_row(file)
    name = file_name(file)
    tables = open_fits(file)
    rows = _spectra(tables, name)
    check_index(f"the row of {name}", row)
    chosen = _choose(rows, row, braces, name)
    exposure = _exposure(chosen)
    counts, errors, is_poisson = _counts(chosen, exposure, poisson)
    n = counts.size
    return {
        "counts": counts,
        "errors": errors,
        "exposure": exposure,
        "quality": quality(chosen, n),
        "grouping": grouping(chosen, n),
        "backscale": scale(chosen, "BACKSCAL", n),
        "areascale": scale(chosen, "AREASCAL", n),
        "systematic": systematic(chosen, n),
        "channels": channels(chosen, n),
        "poisson": is_poisson,
        "name": name if chosen.row is None else f"{name}{{{rows.index(chosen) + 1}}}",
        "detchans": detchans(chosen, n),
        "links": _links(chosen, rows, name),
        "content": _content(chosen),
        "keywords": _keywords(chosen, tables),
        **_edges(tables, n),
    }


def _links(chosen: Row, rows: list[Row], name: str) -> tuple[tuple[str, str], ...]:
    links = [(key, text) for key in _LINKS if (text := chosen.text(key))]
    # Source and background in one file: the header need not say so, HDUCLAS2 = BKG does.
    other = [i for i, r in enumerate(rows) if r is not chosen and str(r.table.keyword("HDUCLAS2", "")).upper() == "BKG"]
    named = dict(links).get("BACKFILE")
    if len(other) == 1 and (named is None or same_file_name(named, name)):
        links = [link for link in links if link[0] != "BACKFILE"]
        links.insert(0, ("BACKFILE", f"{name}{{{other[0] + 1}}}"))
    if all(chosen.table.has(column) for column in _BESIDE):
        links.append((_BESIDE[0], _BESIDE[1]))
    return tuple(links)


def background_rows(file: FileLike, row: GivenWhole) -> list[int]:
    """The numbers (from 0) of the BKG spectra in a file, but for the chosen one."""
    path, braces = split_row(file)
    rows = _spectra(open_fits(path), file_name(path))
    chosen = _choose(rows, row, braces, file_name(path))
    return [i for i, r in enumerate(rows) if r is not chosen and str(r.table.keyword("HDUCLAS2", "")).upper() == "BKG"]


def read_beside(file: FileLike, row: GivenWhole = None) -> dict[str, Any]:
    """The background in the columns BACKGROUND_UP and BACKGROUND_DOWN beside the counts, as the fields of `Spectrum`.

    Its BACKSCAL is BACKSCUP + BACKSCDN; exposure, area and flags are those of the source.

    Raises:
        DataError: No such columns, or no BACKSCUP and BACKSCDN.
    """
    fields = read_pha(file, row)
    path, braces = split_row(file)
    chosen = _choose(_spectra(open_fits(path), file_name(path)), row, braces, file_name(path))
    up, down = (chosen.vector(column) for column in _BESIDE)
    scales = [chosen.vector(key) for key in ("BACKSCUP", "BACKSCDN")]
    if up is None or down is None or up.shape != down.shape or up.shape != fields["counts"].shape:
        raise DataError(f"{chosen.where} has no columns {' and '.join(_BESIDE)} of one value a channel")
    if scales[0] is None or scales[1] is None:
        hint = "Give bkg=..., or bkg='none' to go without."
        raise DataError(f"{chosen.where} has {_BESIDE[0]}, but no BACKSCUP and BACKSCDN to scale it with", hint=hint)
    found = f"{' and '.join(_BESIDE)} lie beside the counts ({np.nansum(up) + np.nansum(down):g} counts)"
    note(chosen.where, found, "their sum is the background", "give bkg, or bkg='none' to go without")
    own = {"counts": up + down, "errors": None, "backscale": scales[0] + scales[1], "poisson": None, "links": ()}
    return fields | own | {"name": f"{fields['name']} background"}


def _edges(tables: list[TableHDU], n: int) -> dict[str, np.ndarray]:
    """Channel edges that some spectra bring along (GBM); used only where there is no response."""
    for table in tables:
        if table.name == "EBOUNDS" and table.rows == n and table.has("E_MIN") and table.has("E_MAX"):
            try:
                emin, emax = ordered(
                    f"{table.where} columns E_MIN, E_MAX", energies(table, "E_MIN"), energies(table, "E_MAX")
                )
            except DataError as error:
                note(table.where, str(error).rstrip("."), "these channel energies are left out", "give a response")
                return {}
            return {"emin": emin, "emax": emax}
    return {}


def _keywords(chosen: Row, tables: list[TableHDU]) -> tuple[tuple[str, str], ...]:
    """What the header says of the instrument; where the spectrum's own is silent, that of another table of the file."""
    own = chosen.table
    found = next((table for table in (own, *tables) if table.keyword("TELESCOP") is not None), own)
    said = ((key, str(found.keyword(key, "")).strip()) for key in NAMED)
    return tuple((key, value) for key, value in said if is_said(value))


def _content(row: Row) -> str:
    """What the values are, where they are no plain counts: background-subtracted, or a Stokes parameter of a polarimeter."""
    cards = [(card.rawkeyword, str(card.rawvalue)) for card in row.table.header.cards]  # raw: "Stokes: 1" is text here
    for key, (word, _, value) in ((key, text.partition(":")) for key, text in cards if key.startswith("XFLT")):
        letter = {"0": "I", "1": "Q", "2": "U", "3": "V"}.get(value.strip(), value.strip())
        if word.strip().lower() == "stokes" and letter != "I":
            found = f"{key} = {word.strip()}:{value.strip()}, the Stokes parameter {letter} of a polarimeter"
            note(row.where, found, "read, but it is no flux and cannot be fitted", "fit the Stokes I spectrum")
            return f"Stokes {letter}"
    return "NET" if _is_net(row) else ""


def _is_net(row: Row) -> bool:
    return str(row.table.keyword("HDUCLAS2", "")).upper() == "NET"


def _exposure(row: Row) -> float:
    value = row.scalar("EXPOSURE")
    if value is None:
        raise DataError(f"{row.where} has no EXPOSURE", hint="Give the spectrum as `Source(counts, exposure=...)`.")
    if value <= 0:
        raise DataError(f"{row.where} EXPOSURE must be positive", got=value, allowed="seconds > 0")
    return value


def _counts(row: Row, exposure: float, poisson: bool | None) -> tuple[np.ndarray, np.ndarray | None, bool]:
    """Counts, errors (None: sqrt(counts)) and whether the counts are Poisson."""
    is_rate = not row.table.has("COUNTS")
    values = row.vector("RATE" if is_rate else "COUNTS")
    if values is None or values.ndim != 1:
        raise DataError(f"{row.where} has neither a COUNTS nor a RATE column", got=sorted(row.table.columns))
    if not values.size:
        raise DataError(f"{row.where} has no channels")
    factor = exposure * rates(row.table) if is_rate else 1.0
    counts = values * factor
    good = quality(row, counts.size) == 0  # what bad channels hold decides nothing, unless there are no others
    good = good if good.any() else ~good
    if is_rate and poisson is not False and are_whole(counts[good], 1e-6):
        counts = np.rint(counts)  # RATE x EXPOSURE of a float32 column misses the integer by rounding only
    errors = _errors(row, counts.size, factor)
    if poisson is not None:
        return counts, None if poisson else errors, poisson
    natural = errors is None or _natural(errors[good], counts[good])
    kept, is_poisson = _decide(row, are_whole(counts[good]), natural, "sqrt(counts)" if errors is None else "STAT_ERR")
    return counts, errors if kept else None, is_poisson


def _errors(row: Row, n: int, factor: float) -> np.ndarray | None:
    """STAT_ERR in counts; None where there is none, or the keyword that says so (0)."""
    errors = row.vector("STAT_ERR")
    if errors is None or (not errors.ndim and errors == 0):
        return None
    if errors.ndim and errors.shape != (n,):
        raise DataError(f"{row.where} column STAT_ERR must have {n} values", got=list(errors.shape))
    errors = np.array(np.broadcast_to(errors, (n,))) * factor
    negative = (errors < 0) & (quality(row, n) == 0)
    if negative.any():
        raise DataError(f"{row.where} STAT_ERR is negative in a good channel", got=float(errors[negative][0]))
    return errors


def _poisserr(row: Row) -> bool | None:
    value = row.table.keyword("POISSERR")
    word = str(value).lower()
    if value is not None and word not in _YES + _NO:
        note(row.where, f"POISSERR = {value!r} is neither T nor F", "taken as absent", _POISSON)
        return None
    return None if value is None else word in _YES


def _natural(errors: np.ndarray, counts: np.ndarray) -> bool:
    """Whether errors are sqrt(counts), as far as float32 goes."""
    return np.allclose(errors, np.sqrt(np.abs(counts)), rtol=1e-5, atol=1e-8, equal_nan=True)


def _decide(row: Row, whole: bool, natural: bool, used: str) -> tuple[bool, bool]:
    """Settle what POISSERR, STAT_ERR and the counts say about each other: keep the errors? are the counts Poisson?"""
    says = _poisserr(row)
    if whole and _is_net(row):
        found = "HDUCLAS2 = NET (background-subtracted) on integer counts"
        note(row.where, found, f"no Poisson counts, errors are {used}", _POISSON)
        return True, False
    if not whole:
        if says:
            found = "POISSERR = T on counts that are not whole numbers >= 0"
            note(row.where, found, f"no Poisson counts, errors are {used}", _POISSON)
        return True, False
    if says is False:
        done = f"read as Poisson counts; where a statistic asks for errors they are {used}"
        note(row.where, "POISSERR = F on integer counts", done, _POISSON)
    elif says and not natural:
        note(row.where, "POISSERR = T and a STAT_ERR that is not sqrt(counts)", "STAT_ERR is ignored", _POISSON)
        return False, True
    elif not natural:
        note(row.where, "a STAT_ERR that is not sqrt(counts) on integer counts", "errors are STAT_ERR", _POISSON)
    return True, True  # the file's own STAT_ERR even where it is sqrt(counts), as far as its float32 goes
