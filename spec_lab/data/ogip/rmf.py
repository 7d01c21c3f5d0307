"""OGIP responses (RMF, RSP, RSP2, ARF) read into plain arrays; the standard is CAL/GEN/92-002 with its addendum.

`read_matrix` unpacks the MATRIX and EBOUNDS extensions, `read_area` the SPECRESP one. Every legal storage of F_CHAN,
N_CHAN and MATRIX is accepted: scalars, fixed vectors padded with zeros, variable arrays. Where the first channel number
(TLMIN of F_CHAN) is missing or contradicts the content, that is settled here and noted. The classes are in `response`.
"""

from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.energies import OVERRIDE, judge_channels, ordered, refuse_bad
from spec_lab.data.file_warnings import note
from spec_lab.data.files import FileLike, check_index, file_name, split_row
from spec_lab.data.number_checks import as_numbers, whole_numbers
from spec_lab.data.ogip.column_units import areas, energies, matrix_factor
from spec_lab.data.ogip.fits_tables import TableHDU, open_fits

MATRIX_NAMES = ("MATRIX", "SPECRESP MATRIX", "SPECRESP_MATRIX", "RSP_MATRIX")
LOWEST_ENERGY = 1e-10  # keV; ENERG_LO = 0 has no logarithm and no photon index


def read_matrix(file: FileLike, version: int | None = None) -> dict[str, Any]:
    """Read a redistribution or response matrix.

    Args:
        file: Path (also `path{n}`), or binary file object.
        version: Which matrix of a file that holds several (RSP2): its EXTVER, counted from 1.

    Returns:
        `elo, ehi` [e] keV ascending; `emin, emax` [ch] keV; `matrix` [e, ch]; `channels` [ch]; `name`; `kind`
        (HDUCLAS3: REDIST, DETECTOR, FULL or empty).

    Raises:
        DataError: Names file, HDU and column of what cannot be used.
    """
    file, braces = split_row(file)
    name = file_name(file)
    tables = open_fits(file)
    version = version if braces is None else braces + 1
    check_index(f"the version of {name}", version)
    table = _choose(tables, version, name)
    ebounds = _ebounds(tables, table, name)
    channels, emin, emax = _channel_edges(ebounds)
    elo, ehi, order = photon_edges(table)
    dense = _unpack(table, channels)
    declared = table.whole("DETCHANS")
    if declared is not None and declared != channels.size:
        found = f"DETCHANS = {declared}, while EBOUNDS has {channels.size} channels"
        note(table.where, found, f"read as {channels.size} channels", OVERRIDE)
    return {
        "elo": elo, "ehi": ehi, "emin": emin, "emax": emax, "channels": channels, "matrix": dense[order],
        "name": name if version is None else f"{name}{{{version}}}",
        "kind": str(table.keyword("HDUCLAS3", "")).upper(),
    }  # fmt: skip


def read_area(file: FileLike, row: int | None = None) -> dict[str, Any]:
    """Read an effective area: `elo, ehi` [e] keV ascending, `area` [e] cm², `name`."""
    file, braces = split_row(file)
    name = file_name(file)
    found = [t for t in open_fits(file) if t.has("SPECRESP")]
    row = braces if row is None else row
    check_index(f"the row of {name}", row)
    if not found:
        raise DataError(f"{name} has no SPECRESP extension", hint="An effective area (ARF) has a column SPECRESP.")
    if not 0 <= (row or 0) < len(found) or (row is None and len(found) > 1):
        raise DataError(f"{name} holds {len(found)} effective areas", got=row, hint=f"Choose one: '{name}{{1}}'.")
    table = found[row or 0]
    elo, ehi, order = photon_edges(table)
    area = areas(table, "SPECRESP")
    if area.shape != elo.shape:
        raise DataError(f"{table.where} column SPECRESP must have one value an energy", got=list(area.shape))
    refuse_bad(f"{table.where} column SPECRESP", area)
    return {"elo": elo, "ehi": ehi, "area": area[order], "name": name}


def _choose(tables: list[TableHDU], version: int | None, name: str) -> TableHDU:
    found = [t for t in tables if t.name in MATRIX_NAMES] or [
        t for t in tables if t.has("MATRIX") and t.has("F_CHAN") and t.has("N_GRP")
    ]
    if not found:
        held = [t.name for t in tables]
        raise DataError(f"{name} has no response matrix", got=held, allowed=", ".join(MATRIX_NAMES))
    versions = [t.whole("EXTVER", 1) or 0 for t in found]
    if len(set(versions)) < len(versions):
        versions = list(range(1, len(found) + 1))
    if version is None and len(found) == 1:
        return found[0]
    if version not in versions:
        allowed = ", ".join(map(str, versions))
        hint = f"Choose one by its EXTVER: ({name!r}, {versions[0]})."
        raise DataError(f"{name} holds {len(found)} matrices", got=version, allowed=allowed, hint=hint)
    return found[versions.index(version)]


def _ebounds(tables: list[TableHDU], table: TableHDU, name: str) -> TableHDU:
    found = [t for t in tables if t.name == "EBOUNDS"] or [t for t in tables if t.has("E_MIN") and t.has("E_MAX")]
    if not found:
        raise DataError(f"{name} has no EBOUNDS extension", hint="The matrix has no channel energies without it.")
    own = [t for t in found if t.number("EXTVER", 1) == table.number("EXTVER", 1)]
    return own[0] if own else found[0]


def _channel_edges(table: TableHDU) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    emin, emax = ordered(f"{table.where} columns E_MIN, E_MAX", energies(table, "E_MIN"), energies(table, "E_MAX"))
    if not table.has("CHANNEL"):
        return (table.whole("TLMIN1", 1) or 0) + np.arange(emin.size), emin, emax
    channels = table.numbers("CHANNEL")
    if channels.shape != emin.shape:
        raise DataError(f"{table.where} column CHANNEL must have one number a row", got=list(channels.shape))
    channels = whole_numbers(channels, f"{table.where} column CHANNEL")
    order = np.argsort(channels, kind="stable")
    channels, emin, emax = channels[order], emin[order], emax[order]
    if np.any(np.diff(channels) != 1):
        raise DataError(f"{table.where} column CHANNEL must count without gaps", got=channels[:5].tolist())
    judge_channels(f"{table.where} columns E_MIN, E_MAX", channels, emin, emax)
    return channels, emin, emax


def photon_edges(table: TableHDU) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ENERG_LO and ENERG_HI [e] ascending, and the order that makes them so."""
    where = f"{table.where} columns ENERG_LO, ENERG_HI"
    lo, hi = ordered(where, energies(table, "ENERG_LO"), energies(table, "ENERG_HI"))
    order = np.argsort(lo, kind="stable")
    lo, hi = lo[order], hi[order]
    if lo[0] <= 0:
        note(where, "energies start at 0 keV", f"the first edge is taken as {LOWEST_ENERGY:g} keV", OVERRIDE)
        lo = np.maximum(lo, LOWEST_ENERGY)
    step = lo[1:] - hi[:-1]
    tolerance = 1e-4 * (hi - lo)[:-1] + 1e-6 * hi[:-1]  # float32 edges differ in their last digit
    if np.any(step < -tolerance):
        at = int(np.argmax(step < -tolerance))
        raise DataError(f"{where} overlap", got=f"{hi[at]:g} and {lo[at + 1]:g} keV", allowed="one bin after the other")
    if np.any(step > tolerance):
        note(where, "there are gaps between the bins", "photons in the gaps are not counted", OVERRIDE)
    return lo, hi, order


def _rows_of(table: TableHDU, name: str, kind: Any) -> list[np.ndarray]:
    """A column as one array a row, whether it is stored as scalars, fixed vectors or variable arrays."""
    raw = table.column(name)
    rows = [np.atleast_1d(as_numbers(row, f"{table.where} column {name} row {i}")) for i, row in enumerate(raw, 1)]
    for i, row in enumerate(rows, 1):
        if row.ndim != 1 or not np.isfinite(row).all():
            raise DataError(f"{table.where} column {name} row {i} holds unusable values", got=row[:5].tolist())
    if kind is int:
        return [whole_numbers(row, f"{table.where} column {name} row {i}") for i, row in enumerate(rows, 1)]
    return rows


def _unpack(table: TableHDU, channels: np.ndarray) -> np.ndarray:
    """The dense matrix [e, ch] from its packed rows."""
    groups = [int(row[0]) for row in _rows_of(table, "N_GRP", int)]
    first, count = _rows_of(table, "F_CHAN", int), _rows_of(table, "N_CHAN", int)
    values = _rows_of(table, "MATRIX", float)
    starts, lengths, pieces = [], [], []
    for i, n in enumerate(groups):
        where = f"{table.where} row {i + 1}"
        if n < 0 or n > min(first[i].size, count[i].size):
            raise DataError(f"{where}: N_GRP does not fit F_CHAN and N_CHAN", got=n, allowed=f"0 to {first[i].size}")
        length = count[i][:n]
        if np.any(length < 0) or length.sum() > values[i].size or np.any(values[i][length.sum() :]):
            got = f"{values[i].size} values for {length.sum()} channels"
            raise DataError(f"{where}: MATRIX does not fit N_CHAN", got=got)
        keep = length > 0
        starts.append(first[i][:n][keep])
        lengths.append(length[keep])
        pieces.append(np.split(values[i][: length.sum()], np.cumsum(length)[:-1]) if n else [])
    return _fill(table, channels, starts, lengths, pieces)


def _fill(
    table: TableHDU, channels: np.ndarray, starts: list[np.ndarray], lengths: list[np.ndarray], pieces: list
) -> np.ndarray:
    dense = np.zeros((len(starts), channels.size))
    all_starts, all_lengths = np.concatenate(starts), np.concatenate(lengths)
    offset = _first_channel(table, channels, all_starts, all_starts + all_lengths)
    for i, (start, length, parts) in enumerate(zip(starts, lengths, pieces, strict=True)):
        for begin, n, part in zip(start - offset, length, (p for p in parts if p.size), strict=True):
            dense[i, begin : begin + n] += part
    refuse_bad(f"{table.where} column MATRIX", dense, negative=False)
    if dense.size and dense.min() < 0:
        note(f"{table.where} column MATRIX", f"negative values down to {dense.min():.3g}", "kept", OVERRIDE)
    return dense * matrix_factor(table)


def _first_channel(table: TableHDU, channels: np.ndarray, begin: np.ndarray, end: np.ndarray) -> int:
    """The number that F_CHAN gives to the first channel of EBOUNDS: TLMIN, unless the content refuses it."""
    index = table.index("F_CHAN")
    declared = table.whole(f"TLMIN{index}")
    known = int(channels[0])
    low, high = (int(begin.min()), int(end.max())) if begin.size else (known, known)
    where = f"{table.where} F_CHAN"
    fits = lambda offset: low >= offset and high <= offset + channels.size  # noqa: E731
    candidate = known if declared is None else declared
    if declared is None and candidate != 1:
        note(where, f"no TLMIN{index}, while EBOUNDS counts from {known}", f"counted from {known}", OVERRIDE)
    if fits(candidate):
        if candidate != known:
            found = f"TLMIN{index} = {candidate}, while EBOUNDS counts from {known}"
            note(where, found, f"counted from {candidate}", OVERRIDE)
        return candidate
    if fits(known):
        found = f"TLMIN{index} = {candidate} leaves channels {low} to {high - 1} outside EBOUNDS"
        note(where, found, f"counted from {known}, as EBOUNDS does", OVERRIDE)
        return known
    raise DataError(
        f"{where} names channels outside EBOUNDS", got=f"{low} to {high - 1}, counted from {candidate}",
        allowed=f"{channels.size} channels from {known}",
    )  # fmt: skip
