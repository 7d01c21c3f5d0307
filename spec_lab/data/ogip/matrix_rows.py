"""The packed rows of a MATRIX extension, and the matrix that they spell (dense, or by its non-zeros, see `sparse_matrix`).

Every legal storage of F_CHAN, N_CHAN and MATRIX is accepted: scalars, fixed vectors padded with zeros, variable arrays. Where the
first channel number (TLMIN of F_CHAN) is missing or contradicts the content, that is settled here and noted.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array

from spec_lab._base import DataError
from spec_lab.data.energies import OVERRIDE, refuse_bad
from spec_lab.data.file_warnings import note
from spec_lab.data.ogip.column_units import matrix_factor
from spec_lab.data.ogip.fits_tables import TableHDU
from spec_lab.data.ogip.ragged_columns import ragged
from spec_lab.data.sparse_matrix import MOST, SparseMatrix, is_worthwhile


class Groups(NamedTuple):
    """Stretches of neighbouring channels, the groups of all rows one after the other.

    Attributes:
        rows: `i[g]`, the photon bin of each, from 0.
        starts: `i[g]`, the number of its first channel, as the file counts.
        lengths: `i[g]`, at least 1.
        values: `f[k]`, of all of them.
    """

    rows: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    values: np.ndarray


def unpack(table: TableHDU, channels: np.ndarray) -> np.ndarray | SparseMatrix:
    """The matrix [e, ch] from its packed rows."""
    groups = _groups(table)
    offset = _first_channel(table, channels, groups.starts, groups.starts + groups.lengths)
    if offset is None:
        groups = _without_zeros(groups)
        offset = _inside(table, channels, groups.starts, groups.starts + groups.lengths)
    before = np.cumsum(groups.lengths) - groups.lengths
    columns = np.repeat(groups.starts - offset - before, groups.lengths) + np.arange(groups.values.size)
    rows = np.repeat(groups.rows, groups.lengths)
    where = f"{table.where} column MATRIX"
    refuse_bad(where, groups.values, negative=False)
    if groups.values.size and groups.values.min() < 0:
        note(where, f"negative values down to {groups.values.min():.3g}", "kept", OVERRIDE)
    return _matrix(table, groups.values * matrix_factor(table), rows, columns, (table.rows, channels.size))


def _groups(table: TableHDU) -> Groups:
    """The groups that N_GRP, F_CHAN, N_CHAN and MATRIX spell, those without channels left out.

    Raises:
        DataError: The four do not fit; names the row.
    """
    number = ragged(table, "N_GRP", whole=True)
    first, count = ragged(table, "F_CHAN", whole=True), ragged(table, "N_CHAN", whole=True)
    values = ragged(table, "MATRIX")
    n = np.zeros(table.rows, dtype=np.int64)
    n[number.lengths > 0] = number.values[number.starts[number.lengths > 0]]
    room = np.minimum(first.lengths, count.lengths)
    if (odd := np.flatnonzero((n < 0) | (n > room) | (number.lengths < 1))).size:
        i = int(odd[0])
        where = f"{table.where} row {i + 1}"
        raise DataError(
            f"{where}: N_GRP does not fit F_CHAN and N_CHAN", got=int(n[i]), allowed=f"0 to {first.lengths[i]}"
        )
    starts, lengths = (
        column.values[column.within < np.repeat(n, column.lengths)].astype(np.int64) for column in (first, count)
    )
    rows = np.repeat(np.arange(table.rows), n)
    total = np.bincount(rows, lengths, table.rows).astype(np.int64)
    meant = values.within < np.repeat(total, values.lengths)
    negative = np.bincount(rows, lengths < 0, table.rows) > 0
    beyond = np.bincount(values.owner, ~meant & (values.values != 0), table.rows) > 0
    if (odd := np.flatnonzero(negative | beyond | (total > values.lengths))).size:
        i = int(odd[0])
        got = f"{values.lengths[i]} values for {total[i]} channels"
        raise DataError(f"{table.where} row {i + 1}: MATRIX does not fit N_CHAN", got=got)
    held = lengths > 0
    return Groups(rows[held], starts[held], lengths[held], values.values[meant])


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


def _without_zeros(groups: Groups) -> Groups:
    """The groups without the zeros at their ends: outside EBOUNDS these mean nothing."""
    kept: list[tuple[int, int, np.ndarray]] = []
    parts = np.split(groups.values, np.cumsum(groups.lengths)[:-1])
    for row, start, part in zip(groups.rows, groups.starts, parts, strict=True):
        at = np.flatnonzero(part)
        if at.size:
            kept.append((int(row), int(start + at[0]), part[at[0] : at[-1] + 1]))
    rows, starts = (np.array([group[i] for group in kept], dtype=np.int64) for i in (0, 1))
    lengths = np.array([part.size for _, _, part in kept], dtype=np.int64)
    return Groups(rows, starts, lengths, np.concatenate([part for _, _, part in kept] or [np.zeros(0)]))


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
