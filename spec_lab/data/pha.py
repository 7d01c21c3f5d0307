"""OGIP spectra (PHA I and II) read into plain values; the standard is OGIP/92-007.

`read_pha` returns a dictionary with the fields of `Spectrum`. Every quantity may be a column, a keyword, or absent, in
type I (one row a channel) and in type II (one row a spectrum); `_Row` hides that. Contradictions are resolved here and
written into `notes`. Response files are in `matrix`; turning the dictionary into a `Spectrum` is in `spectrum`.
"""

from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.fitsfile import FileLike, TableHDU, as_number, file_name, open_fits, reading, split_row
from spec_lab.data.notes import note

_LINKS = ("BACKFILE", "RESPFILE", "ANCRFILE")


class _Row:
    """One spectrum of a SPECTRUM table: a type I table as a whole, or one row of a type II table."""

    def __init__(self, table: TableHDU, row: int | None):
        self.table, self.row = table, row
        self.where = table.where if row is None else f"{table.where} row {row + 1}"

    def vector(self, name: str) -> np.ndarray | None:
        """A column (or keyword) as float64, one value a channel or a single one; None where it is absent."""
        if self.table.has(name):
            raw = self.table.column(name)
            value = raw if self.row is None else raw[self.row]
            with reading(f"{self.where} column {name} holds no numbers and"):
                return np.asarray(value, dtype=np.float64)
        number = self.table.number(name)
        return None if number is None else np.asarray(number)

    def scalar(self, name: str) -> float | None:
        """A number for the whole spectrum. A type I column must hold one value only."""
        value = self.vector(name)
        if value is None:
            return None
        if not np.all(value == value.flat[0]):
            raise DataError(f"{self.where} column {name} must hold one value", got=value[:5].tolist())
        return as_number(value.flat[0], f"{self.where} {name}")

    def text(self, name: str) -> str | None:
        """A file name of the header or, in type II, of the row; OGIP's NONE means that there is none."""
        if self.table.has(name) and self.row is not None:
            value = str(self.table.column(name)[self.row]).strip()
        else:
            value = str(self.table.keyword(name, "")).strip()
        return None if value.lower() in ("", "none") else value


def _is_type_two(table: TableHDU) -> bool:
    raw = [table.column(name) for name in ("COUNTS", "RATE") if table.has(name)]
    return any(values.ndim > 1 or values.dtype == object for values in raw)


def _spectra(tables: list[TableHDU], name: str) -> list[_Row]:
    """Every spectrum in the file: type I tables count as one, type II tables as many as they have rows."""
    found = [t for t in tables if t.name == "SPECTRUM"] or [
        t for t in tables if str(t.keyword("HDUCLAS1", "")).upper() == "SPECTRUM"
    ]
    if not found:
        held = [t.name for t in tables]
        raise DataError(f"{name} has no SPECTRUM extension", got=held, hint="Is it a response or a light curve?")
    rows: list[_Row] = []
    for table in found:
        if table.rows == 0:
            raise DataError(f"{table.where} is empty")
        rows += [_Row(table, i) for i in range(table.rows)] if _is_type_two(table) else [_Row(table, None)]
    return rows


def _choose(rows: list[_Row], row: int | None, name: str) -> _Row:
    main = [r for r in rows if str(r.table.keyword("HDUCLAS2", "")).upper() != "BKG"]
    if row is None:
        candidates = rows if len(rows) == 1 else main
        if len(candidates) == 1:
            return candidates[0]
        raise DataError(f"{name} holds {len(rows)} spectra", hint=f"Choose one: '{name}{{1}}' or ({name!r}, 0).")
    if not 0 <= row < len(rows):
        raise DataError(f"{name} has no spectrum {row}", allowed=f"0 to {len(rows) - 1} in (file, n); file{{n}} + 1")
    return rows[row]


def read_pha(file: FileLike, row: int | None = None, poisson: bool | None = None) -> dict[str, Any]:
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
    chosen = _choose(rows, braces if row is None else row, name)
    exposure = _exposure(chosen)
    counts, errors, is_poisson = _counts(chosen, exposure, poisson)
    n = counts.size
    return {
        "counts": counts,
        "errors": errors,
        "exposure": exposure,
        "quality": _flags(chosen, "QUALITY", 0, n),
        "grouping": _flags(chosen, "GROUPING", 1, n),
        "backscale": _per_channel(chosen, "BACKSCAL", 1.0, n),
        "areascale": _per_channel(chosen, "AREASCAL", 1.0, n),
        "systematic": _per_channel(chosen, "SYS_ERR", 0.0, n),
        "channels": _channels(chosen, n),
        "poisson": is_poisson,
        "name": name if chosen.row is None else f"{name}{{{rows.index(chosen) + 1}}}",
        "detchans": int(chosen.table.number("DETCHANS", 0) or 0),
        "links": _links(chosen, rows, name),
        **_edges(tables, n),
    }


def _links(chosen: _Row, rows: list[_Row], name: str) -> tuple[tuple[str, str], ...]:
    links = [(key, text) for key in _LINKS if (text := chosen.text(key))]
    # Source and background in one file: the header need not say so, HDUCLAS2 = BKG does.
    other = [i for i, r in enumerate(rows) if r is not chosen and str(r.table.keyword("HDUCLAS2", "")).upper() == "BKG"]
    if not any(key == "BACKFILE" for key, _ in links) and len(other) == 1:
        links.append(("BACKFILE", f"{name}{{{other[0] + 1}}}"))
    return tuple(links)


def _edges(tables: list[TableHDU], n: int) -> dict[str, np.ndarray]:
    """Channel edges that some spectra bring along (GBM); used only where there is no response."""
    for table in tables:
        if table.name == "EBOUNDS" and table.rows == n and table.has("E_MIN") and table.has("E_MAX"):
            return {"emin": table.numbers("E_MIN"), "emax": table.numbers("E_MAX")}
    return {}


def _exposure(row: _Row) -> float:
    value = row.scalar("EXPOSURE")
    if value is None:
        raise DataError(f"{row.where} has no EXPOSURE", hint="Give the spectrum as `Source(counts, exposure=...)`.")
    if value <= 0:
        raise DataError(f"{row.where} EXPOSURE must be positive", got=value, allowed="seconds > 0")
    return value


def _counts(row: _Row, exposure: float, poisson: bool | None) -> tuple[np.ndarray, np.ndarray | None, bool]:
    """Counts, errors (None: sqrt(counts)) and whether the counts are Poisson."""
    is_rate = not row.table.has("COUNTS")
    values = row.vector("RATE" if is_rate else "COUNTS")
    if values is None or values.ndim != 1:
        raise DataError(f"{row.where} has neither a COUNTS nor a RATE column", got=sorted(row.table.columns))
    factor = exposure if is_rate else 1.0
    counts = values * factor
    if is_rate and poisson is not False and _whole(counts, 1e-6):
        counts = np.rint(counts)  # RATE x EXPOSURE of a float32 column misses the integer by rounding only
    errors = row.vector("STAT_ERR")
    if errors is not None and errors.ndim == 0:
        errors = None if errors == 0 else np.full(counts.shape, float(errors))
    errors = None if errors is None else errors * factor
    if errors is not None and errors.shape != counts.shape:
        raise DataError(f"{row.where} STAT_ERR has another length than the counts", got=errors.size)
    return counts, *_decide(row, counts, errors, poisson)


def _whole(counts: np.ndarray, tolerance: float = 0.0) -> bool:
    """Whether all finite values are non-negative whole numbers, to a relative tolerance."""
    finite = counts[np.isfinite(counts)]
    return bool(np.all(finite >= 0) and np.all(np.abs(finite - np.rint(finite)) <= tolerance * (1 + finite)))


def _poisserr(row: _Row) -> bool | None:
    value = row.table.keyword("POISSERR")
    return value.upper() in ("T", "TRUE") if isinstance(value, str) else None if value is None else bool(value)


def _decide(
    row: _Row, counts: np.ndarray, errors: np.ndarray | None, poisson: bool | None
) -> tuple[np.ndarray | None, bool]:
    """Settle what POISSERR, STAT_ERR and the counts say about each other."""
    if poisson is not None:
        return (None, True) if poisson else (errors, False)
    says, whole = _poisserr(row), _whole(counts)
    natural = errors is None or np.allclose(errors, np.sqrt(np.abs(counts)), rtol=1e-5, atol=1e-8, equal_nan=True)
    used = "sqrt(counts)" if errors is None else "STAT_ERR"
    override = "pass poisson=True or poisson=False to `from_file`"
    if not whole:
        if says:
            note(row.where, "POISSERR = T on counts that are not whole numbers", f"errors are {used}", override)
        return errors, False
    if says is False:
        done = f"read as Poisson counts; where a statistic asks for errors they are {used}"
        note(row.where, "POISSERR = F on integer counts", done, override)
    elif says and not natural:
        note(row.where, "POISSERR = T and a STAT_ERR that is not sqrt(counts)", "STAT_ERR is ignored", override)
        errors = None
    elif not natural:
        note(row.where, "a STAT_ERR that is not sqrt(counts) on integer counts", "errors are STAT_ERR", override)
    return errors, True  # the file's own STAT_ERR even where it is sqrt(counts), as far as its float32 goes


def _per_channel(row: _Row, name: str, default: float, n: int) -> np.ndarray:
    """A quantity that may be a vector or one number."""
    value = row.vector(name)
    if value is None:
        return np.asarray(default)
    if value.ndim and value.shape != (n,):
        raise DataError(f"{row.where} column {name} must have {n} values", got=list(value.shape))
    return value


def _flags(row: _Row, name: str, default: int, n: int) -> np.ndarray:
    """QUALITY or GROUPING; the keyword stands for all channels, and GROUPING = 0 means that none is grouped."""
    value = _per_channel(row, name, default, n)
    if not np.isfinite(value).all() or np.any(value != np.rint(value)):
        raise DataError(f"{row.where} {name} must be whole numbers", got=np.atleast_1d(value)[:5].tolist())
    flags = np.array(np.broadcast_to(value, (n,)), dtype=np.int64)
    return np.ones(n, dtype=np.int64) if name == "GROUPING" and not flags.any() else flags


def _channels(row: _Row, n: int) -> np.ndarray:
    """Channel numbers; without a CHANNEL column they start at TLMIN1, which is 1 unless the file says otherwise."""
    if row.table.has("CHANNEL"):
        value = row.vector("CHANNEL")
        if value is not None and value.shape == (n,):
            if not np.isfinite(value).all() or np.any(value != np.rint(value)):
                raise DataError(f"{row.where} column CHANNEL must be whole numbers", got=value[:5].tolist())
            return value.astype(np.int64)
        if value is not None and value.ndim:
            raise DataError(f"{row.where} column CHANNEL must have {n} values", got=list(value.shape))
    return int(row.table.number("TLMIN1", 1.0) or 0) + np.arange(n)
