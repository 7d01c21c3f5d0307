"""Writing valid OGIP files: `write_pha`, `write_rsp`, `write_arf`.

Files are written aside and renamed, so that a failure leaves nothing half-written; numbers are written in double precision
unless asked otherwise, so that reading gives back what was written. Every HDU carries its checksum. Nothing is ever
written into a file that exists unless `overwrite` says so.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import DataError, written_whole
from spec_lab.data.response import Auxiliary, Redistribution, Response
from spec_lab.data.spectrum import Background, Spectrum

_COMMON = {"TELESCOP": "UNKNOWN", "INSTRUME": "UNKNOWN", "FILTER": "NONE", "HDUCLASS": "OGIP"}

if TYPE_CHECKING:
    GivenSpectrum = Spectrum
    GivenResponse = Response
    GivenArea = Auxiliary
else:
    GivenSpectrum = GivenResponse = GivenArea = Any  # another kind is refused with the function to take


def write_pha(
    path: str | os.PathLike[str], spectrum: GivenSpectrum, *, backfile: str = "NONE", respfile: str = "NONE",
    ancrfile: str = "NONE", header: dict[str, Any] | None = None, overwrite: bool = False,
) -> Path:  # fmt: skip
    """Write a PHA I file.

    Args:
        path: Where to.
        spectrum: A source or a background.
        backfile: The name of its background file.
        respfile: The name of its response file.
        ancrfile: The name of its effective-area file.
        header: More keywords (TELESCOP, INSTRUME, …).
        overwrite: Whether an existing file may be replaced.

    Raises:
        DataError: The file exists, or a file name is longer than a FITS keyword holds.
    """
    _check(spectrum, Spectrum)
    keys = {
        "EXTNAME": "SPECTRUM", **_COMMON, **dict(spectrum.keywords), "HDUCLAS1": "SPECTRUM", "HDUVERS": "1.2.1",
        "HDUCLAS2": "BKG" if isinstance(spectrum, Background) else "TOTAL", "HDUCLAS3": "COUNT", "HDUCLAS4": "TYPE:I",
        "EXPOSURE": spectrum.exposure, "POISSERR": bool(spectrum.poisson), "CHANTYPE": "PI",
        "DETCHANS": max(int(spectrum.counts.size), spectrum.detchans),
        "TLMIN1": int(spectrum.channels[0]), "TLMAX1": int(spectrum.channels[-1]),
        "CORRFILE": "NONE", "CORRSCAL": 1.0, "BACKFILE": backfile, "RESPFILE": respfile, "ANCRFILE": ancrfile,
    }  # fmt: skip
    columns = [_column("CHANNEL", "J", spectrum.channels), _counts(spectrum)]
    natural = spectrum.poisson and spectrum.errors is None
    columns += [] if natural else [_column("STAT_ERR", "D", spectrum.stat_errors, "count")]
    for name, value in (("QUALITY", spectrum.quality), ("GROUPING", spectrum.grouping)):
        columns.append(_column(name, "J" if np.abs(value).max() >= 2**15 else "I", value))
    scales = {"BACKSCAL": spectrum.backscale, "AREASCAL": spectrum.areascale, "SYS_ERR": spectrum.systematic}
    for name, value in scales.items():
        if np.ndim(value):
            columns.append(_column(name, "D", value))
        else:
            keys[name] = float(value)
    return _write(path, [_table(columns, keys | (header or {}))], overwrite)


def _check(given: object, kind: type) -> None:
    if not isinstance(given, kind):
        raise DataError(f"only a {kind.__name__} can be written here", got=given)


def _counts(spectrum: Spectrum) -> Any:
    counts = spectrum.counts
    whole = np.isfinite(counts).all() and np.all(counts == np.rint(counts)) and np.abs(counts).max() < 2**31
    return _column("COUNTS", "J" if whole else "D", counts, "count")


def write_rsp(
    path: str | os.PathLike[str], response: GivenResponse, *, header: dict[str, Any] | None = None, single: bool = False,
    overwrite: bool = False,
) -> Path:  # fmt: skip
    """Write a response (RSP), or a redistribution (RMF), packed without its zeros.

    Args:
        path: Where to.
        response: `Redistribution` is written as HDUCLAS3 = REDIST, anything else as FULL.
        header: More keywords.
        single: Write single precision, which halves the file.
        overwrite: Whether an existing file may be replaced.

    Raises:
        DataError: The file exists.
    """
    _check(response, Response)
    redist = isinstance(response, Redistribution)
    first, last = int(response.channels[0]), int(response.channels[-1])
    keys = {
        "EXTNAME": "MATRIX" if redist else "SPECRESP MATRIX", **_COMMON, "HDUCLAS1": "RESPONSE", "HDUVERS": "1.3.0",
        "HDUCLAS2": "RSP_MATRIX", "HDUCLAS3": "REDIST" if redist else "FULL", "CHANTYPE": "PI",
        "DETCHANS": response.emin.size, "TLMIN4": first, "TLMAX4": last, "LO_THRES": 0.0, "RMFVERSN": "1992a",
    }  # fmt: skip
    real = "E" if single else "D"
    starts, lengths, values = _packed(response.matrix, first)
    energies = [_column("ENERG_LO", "D", response.elo, "keV"), _column("ENERG_HI", "D", response.ehi, "keV")]
    matrix = [
        _column("N_GRP", "I", [len(row) for row in starts]),
        _column("F_CHAN", "PJ()", _ragged(starts, np.int32)),
        _column("N_CHAN", "PJ()", _ragged(lengths, np.int32)),
        _column(
            "MATRIX", f"P{real}()", _ragged(values, np.float32 if single else np.float64), None if redist else "cm**2"
        ),
    ]
    bounds = [_column("CHANNEL", "J", response.channels), _column("E_MIN", "D", response.emin, "keV")]
    bounds.append(_column("E_MAX", "D", response.emax, "keV"))
    ebounds = {**keys, "EXTNAME": "EBOUNDS", "HDUCLAS2": "EBOUNDS", "HDUVERS": "1.2.0", "TLMIN1": first, "TLMAX1": last}
    for key in ("HDUCLAS3", "TLMIN4", "TLMAX4", "LO_THRES"):
        ebounds.pop(key)
    more = header or {}
    return _write(path, [_table(energies + matrix, keys | more), _table(bounds, ebounds | more)], overwrite)


def write_arf(
    path: str | os.PathLike[str], area: GivenArea, *, header: dict[str, Any] | None = None, overwrite: bool = False
) -> Path:
    """Write an effective area (ARF).

    Raises:
        DataError: The file exists.
    """
    _check(area, Auxiliary)
    keys = {"EXTNAME": "SPECRESP", **_COMMON, "HDUCLAS1": "RESPONSE", "HDUCLAS2": "SPECRESP", "HDUVERS": "1.1.0"}
    keys |= {"ARFVERSN": "1992a"}
    columns = [_column("ENERG_LO", "D", area.elo, "keV"), _column("ENERG_HI", "D", area.ehi, "keV")]
    columns.append(_column("SPECRESP", "D", area.area, "cm**2"))
    return _write(path, [_table(columns, keys | (header or {}))], overwrite)


def _packed(matrix: Iterable[np.ndarray], origin: int) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """First channels, lengths and values of the non-zero stretches of every row."""
    starts, lengths, values = [], [], []
    for row in matrix:
        held = np.concatenate([[0], (row != 0).astype(np.int8), [0]])
        begin, end = np.flatnonzero(np.diff(held) == 1), np.flatnonzero(np.diff(held) == -1)
        starts.append(begin + origin)
        lengths.append(end - begin)
        values.append(row[row != 0])
    return starts, lengths, values


def _ragged(rows: list[np.ndarray], dtype: Any) -> np.ndarray:
    made = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        made[i] = np.asarray(row, dtype=dtype)
    return made


def _column(name: str, form: str, values: Any, unit: str | None = None) -> Any:
    from astropy.io import fits

    return fits.Column(name=name, format=form, unit=unit, array=values if form[0] == "P" else np.asarray(values))


def _table(columns: list[Any], keys: dict[str, Any]) -> Any:
    from astropy.io import fits

    table = fits.BinTableHDU.from_columns(columns)
    for key, value in keys.items():
        try:
            table.header[key] = value
        except (TypeError, ValueError) as error:
            raise DataError(f"header keyword {key} cannot be written ({error})", got=value) from error
    return table


def _write(path: str | os.PathLike[str], tables: list[Any], overwrite: bool) -> Path:
    from astropy.io import fits

    target = Path(path)
    if target.exists() and not overwrite:
        raise DataError(f"{target.name} exists", got=str(target), hint="Pass overwrite=True to replace it.")
    if not target.parent.is_dir():
        raise DataError(f"there is no folder for {target.name}", got=str(target.parent))
    with written_whole(target) as part, part.open("wb") as stream:
        fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(stream, checksum=True)
    return target
