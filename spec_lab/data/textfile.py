"""Spectra without FITS: plain text, CSV and NPZ, so that a table of numbers is enough to begin.

Text holds one channel a line, columns parted by commas, semicolons or blanks. A first line of names says what they are:
`emin, emax, counts` and optionally `errors, quality, grouping, channel`; also `energy` (middles) instead of edges.
Without names, three columns are emin, emax, counts, a fourth errors. Lines `# exposure = 100` set `exposure`,
`backscale`, `areascale`, `name`, `poisson`. NPZ holds arrays of the same names, or `edges` (one more than counts).

A spectrum with edges needs no response: a unit gives it an ideal one of 1 cm².
"""

import io
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.fitsfile import FileLike, as_number, content_of, file_name, reading
from spec_lab.data.notes import note
from spec_lab.data.sniff import is_npz

COLUMNS = {
    "emin": ("emin", "e_min", "elo", "energ_lo", "lo", "lower"),
    "emax": ("emax", "e_max", "ehi", "energ_hi", "hi", "upper"),
    "counts": ("counts", "count", "cts", "n"),
    "rate": ("rate", "cps"),
    "errors": ("errors", "error", "err", "stat_err", "sigma"),
    "quality": ("quality",),
    "grouping": ("grouping",),
    "channels": ("channel", "channels"),
    "energy": ("energy", "e"),
    "edges": ("edges",),
    "systematic": ("systematic", "sys_err"),
}
SCALARS = ("exposure", "backscale", "areascale", "systematic", "name", "poisson")
_MEANING = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}


def read_text(file: FileLike) -> dict[str, Any]:
    """Read a text, CSV or NPZ spectrum into the fields of `Spectrum`.

    Raises:
        DataError: Names file, line and column of what cannot be used.
    """
    name = file_name(file)
    columns, scalars = _from_npz(file, name) if is_npz(file) else _from_text(file, name)
    return _fields(columns, scalars, name)


def _from_npz(file: FileLike, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    hint = "An NPZ spectrum is written with numpy.savez."
    with reading(name, hint), np.load(io.BytesIO(content_of(file)), allow_pickle=False) as arrays:
        held = {key.lower(): arrays[key] for key in arrays.files}
    scalars = {key: value.item() for key, value in held.items() if value.ndim == 0 and key in SCALARS}
    unknown = [key for key in held if key not in scalars and key not in _MEANING]
    if unknown:
        raise DataError(f"{name} holds unknown arrays", got=unknown, allowed=", ".join([*COLUMNS, *SCALARS]))
    with reading(name):
        columns = {_MEANING[key]: np.asarray(v, dtype=np.float64) for key, v in held.items() if key not in scalars}
    return columns, scalars


def _from_text(file: FileLike, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    with reading(name):
        lines = content_of(file).decode("utf-8-sig").splitlines()
    scalars: dict[str, Any] = {}
    header: list[str] | None = None
    rows: list[list[float]] = []
    for number, line in enumerate(lines, 1):
        words = line.replace(",", " ").replace(";", " ").split()
        if line.lstrip().startswith("#"):
            scalars |= _setting(line)
        elif words and header is None and not rows and not _is_number(words[0]):
            header = [word.lower() for word in words]
        elif words:
            rows.append(_numbers(words, f"{name} line {number}"))
    return _named(rows, header, name), scalars


def _setting(line: str) -> dict[str, Any]:
    """`# exposure = 100` or `# exposure: 100`; any other comment is a comment."""
    text = line.lstrip("# \t")
    for sign in "=:":
        key, found, value = text.partition(sign)
        if found and key.strip().lower() in SCALARS and value.strip():
            return {key.strip().lower(): value.strip()}
    return {}


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _numbers(words: list[str], where: str) -> list[float]:
    bad = [word for word in words if not _is_number(word)]
    if bad:
        raise DataError(f"{where} holds something that is not a number", got=bad[0][:40])
    return [float(word) for word in words]


def _named(rows: list[list[float]], header: list[str] | None, name: str) -> dict[str, np.ndarray]:
    if not rows:
        raise DataError(f"{name} holds no numbers", allowed="lines of: emin emax counts [errors]")
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise DataError(f"{name} has lines of different length", got=sorted(lengths))
    n = lengths.pop()
    if header is None:
        if n not in (3, 4):
            hint = "Name the columns in the first line, for example: emin, emax, counts."
            raise DataError(
                f"{name} has {n} columns without names", allowed="3 or 4: emin emax counts [errors]", hint=hint
            )
        header = ["emin", "emax", "counts", "errors"][:n]
    if len(header) != n:
        raise DataError(f"{name} names {len(header)} columns and holds {n}", got=header)
    unknown = [word for word in header if word not in _MEANING]
    if unknown or len({_MEANING[word] for word in header}) < n:
        raise DataError(f"{name} has unknown or repeated columns", got=unknown or header, allowed=", ".join(COLUMNS))
    return dict(zip([_MEANING[word] for word in header], np.array(rows).T, strict=True))


def _fields(columns: dict[str, np.ndarray], scalars: dict[str, Any], name: str) -> dict[str, Any]:
    exposure = as_number(scalars.get("exposure"), f"{name} exposure")
    if exposure is None:
        note(name, "no exposure", "taken as 1 s", "write '# exposure = …' into the file, or use replace(exposure=...)")
    factor = 1.0 if exposure is None else exposure
    if "rate" in columns and "counts" not in columns:
        columns["counts"] = columns.pop("rate") * factor
        if "errors" in columns:
            columns["errors"] = columns["errors"] * factor
    if "counts" not in columns:
        raise DataError(f"{name} has no column counts", got=sorted(columns))
    columns |= _edges(columns, name)
    known = {key: columns[key] for key in columns.keys() - {"energy", "edges", "rate"}}
    numbers = {key: as_number(scalars[key], f"{name} {key}") for key in SCALARS[1:4] if key in scalars}
    poisson = scalars.get("poisson")
    given = {} if poisson is None else {"poisson": str(poisson).lower() in ("1", "true", "t", "yes")}
    return {**known, **numbers, **given, "exposure": factor, "name": str(scalars.get("name", Path(name).name))}


def _edges(columns: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    counts = columns["counts"]
    if "edges" in columns:
        edges = columns["edges"]
        if edges.shape != (counts.size + 1,):
            raise DataError(f"{name}: edges must be one more than counts", got=[edges.size, counts.size])
        return {"emin": edges[:-1], "emax": edges[1:]}
    if "energy" in columns and "emin" not in columns:
        middle = columns["energy"]
        if middle.size < 2:
            raise DataError(f"{name}: a single energy has no width", hint="Give emin and emax instead.")
        inner = (middle[1:] + middle[:-1]) / 2
        edges = np.concatenate([[2 * middle[0] - inner[0]], inner, [2 * middle[-1] - inner[-1]]])
        return {"emin": edges[:-1], "emax": edges[1:]}
    if ("emin" in columns) != ("emax" in columns):
        raise DataError(f"{name} has only one of emin and emax", got=sorted(columns))
    return {}
