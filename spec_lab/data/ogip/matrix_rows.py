"""The packed rows of a MATRIX extension, and the matrix that they spell (dense, or by its non-zeros, see `sparse_matrix`).

Every legal storage of F_CHAN, N_CHAN and MATRIX is accepted: scalars, fixed vectors padded with zeros, variable arrays. Where the
first channel number (TLMIN of F_CHAN) is missing or contradicts the content, that is settled here and noted.
"""

from typing import Any

import numpy as np
from scipy.sparse import coo_array

from spec_lab._base import DataError
from spec_lab.data.energies import OVERRIDE, refuse_bad
from spec_lab.data.file_warnings import note
from spec_lab.data.number_checks import as_numbers, whole_numbers
from spec_lab.data.ogip.column_units import matrix_factor
from spec_lab.data.ogip.fits_tables import TableHDU
from spec_lab.data.sparse_matrix import MOST, SparseMatrix, is_worthwhile


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


def unpack(table: TableHDU, channels: np.ndarray) -> np.ndarray | SparseMatrix:
    """The matrix [e, ch] from its packed rows."""
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
) -> np.ndarray | SparseMatrix:
    all_starts, all_lengths = np.concatenate(starts), np.concatenate(lengths)
    offset = _first_channel(table, channels, all_starts, all_starts + all_lengths)
    if offset is None:
        starts, lengths, pieces = _without_zeros(starts, lengths, pieces)
        all_starts, all_lengths = np.concatenate(starts), np.concatenate(lengths)
        offset = _inside(table, channels, all_starts, all_starts + all_lengths)
    rows = np.repeat(np.arange(len(starts)), [int(length.sum()) for length in lengths])
    begin = (
        all_starts - offset - np.concatenate([[0], np.cumsum(all_lengths)[:-1]])
    )  # of each group, less what is before it
    columns = np.repeat(begin, all_lengths) + np.arange(rows.size)
    values = np.concatenate([part for parts in pieces for part in parts if part.size] or [np.zeros(0)])
    refuse_bad(f"{table.where} column MATRIX", values, negative=False)
    if values.size and values.min() < 0:
        note(f"{table.where} column MATRIX", f"negative values down to {values.min():.3g}", "kept", OVERRIDE)
    return _matrix(table, values * matrix_factor(table), rows, columns, (len(starts), channels.size))


def _matrix(
    table: TableHDU, values: np.ndarray, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]
) -> np.ndarray | SparseMatrix:
    """The matrix of single values, dense or by its non-zeros; what stands twice is added up."""
    held = values != 0
    if is_worthwhile(*shape, int(held.sum())):
        return SparseMatrix.of(coo_array((values[held], (rows[held], columns[held])), shape=shape).tocsr())
    if 8.0 * shape[0] * shape[1] > MOST:
        got = f"{shape[0]} x {shape[1]}, of which {held.sum()} are not zero = {8e-9 * shape[0] * shape[1]:.0f} GB"
        raise DataError(f"{table.where} is too large to be held", got=got, allowed=f"{MOST / 1e9:.0f} GB")
    dense = np.zeros(shape)
    np.add.at(dense, (rows, columns), values)
    return dense


def _first_channel(table: TableHDU, channels: np.ndarray, begin: np.ndarray, end: np.ndarray) -> int | None:
    """The number that F_CHAN gives to the first channel of EBOUNDS: TLMIN, unless the content refuses it; None if all do."""
    index = table.index("F_CHAN")
    declared = table.whole(f"TLMIN{index}")
    known = int(channels[0])
    low, high = (int(begin.min()), int(end.max())) if begin.size else (known, known)
    where = f"{table.where} F_CHAN"
    fits = lambda offset: low >= offset and high <= offset + channels.size  # noqa: E731
    candidate = known if declared is None else declared
    if declared is None and candidate != 1 and fits(candidate):
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
    if declared is None and fits(1):  # what no TLMIN means, though EBOUNDS counts otherwise (GBM)
        found = f"no TLMIN{index}, while EBOUNDS counts from {known} and groups reach from {low} to {high - 1}"
        note(where, found, "counted from 1", OVERRIDE)
        return 1
    return None


def _without_zeros(
    starts: list[np.ndarray], lengths: list[np.ndarray], pieces: list
) -> tuple[list[np.ndarray], list[np.ndarray], list]:
    """The groups without the zeros at their ends: outside EBOUNDS these mean nothing."""
    made: tuple[list[np.ndarray], list[np.ndarray], list] = ([], [], [])
    for start, parts in zip(starts, pieces, strict=True):
        held = [
            (int(begin), np.flatnonzero(part), part)
            for begin, part in zip(start, (p for p in parts if p.size), strict=True)
        ]
        kept = [(begin + at[0], part[at[0] : at[-1] + 1]) for begin, at, part in held if at.size]
        made[0].append(np.array([begin for begin, _ in kept], dtype=np.int64))
        made[1].append(np.array([part.size for _, part in kept], dtype=np.int64))
        made[2].append([part for _, part in kept])
    return made


def _inside(table: TableHDU, channels: np.ndarray, begin: np.ndarray, end: np.ndarray) -> int:
    """The first channel's number where only zeros lie outside EBOUNDS.

    Raises:
        DataError: Something else lies there.
    """
    declared = table.whole(f"TLMIN{table.index('F_CHAN')}")
    known = int(channels[0])
    offset = known if declared is None else declared
    where = f"{table.where} F_CHAN"
    low, high = (int(begin.min()), int(end.max())) if begin.size else (offset, offset)
    if low < offset or high > offset + channels.size:
        got, allowed = f"{low} to {high - 1}, counted from {offset}", f"{channels.size} channels from {known}"
        raise DataError(f"{where} names channels outside EBOUNDS", got=got, allowed=allowed)
    note(where, "groups reach past the channels of EBOUNDS, with zeros", "these are left out", OVERRIDE)
    return offset
