"""Columns whose rows differ in length, as one flat array and the length of each row.

A response of 60 000 rows has four such columns. One numpy array a row takes seconds to make; the heap behind the table holds the
same numbers one after the other, so they are read from there at once. Scalars and vectors of fixed length, and columns that the
heap does not give so easily (missing values, bytes out of step), are brought into the same form row by row.
"""

import re
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from spec_lab._base import DataError
from spec_lab.data.number_checks import as_numbers, whole_numbers
from spec_lab.data.ogip.fits_tables import TableHDU

_HEAP = re.compile(r"^\s*[01]?([PQ])([BIJKED])")
_STORED = {"B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}


class Ragged(NamedTuple):
    """Rows of different lengths.

    Attributes:
        values: `f[k]`, all rows one after the other.
        lengths: `i[r]`, of each row.
    """

    values: Float[np.ndarray, "k"]
    lengths: Int[np.ndarray, "r"]

    @property
    def starts(self) -> Int[np.ndarray, "r"]:
        """Where each row begins."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def owner(self) -> Int[np.ndarray, "k"]:
        """The row of each value, from 0."""
        return np.repeat(np.arange(self.lengths.size), self.lengths)

    @property
    def within(self) -> Int[np.ndarray, "k"]:
        """The place of each value in its row, from 0."""
        return np.arange(self.values.size) - np.repeat(self.starts, self.lengths)


def ragged(table: TableHDU, name: str, *, whole: bool = False) -> Ragged:
    """A column as one flat array, however it is stored.

    Args:
        table: The table.
        name: Of the column.
        whole: Whether only whole numbers are allowed.

    Raises:
        DataError: There is no such column, or a value is no (whole, finite) number; names the row.
    """
    found = _from_heap(table, name) or _by_rows(table, name)
    _refuse(table, name, found, ~np.isfinite(found.values), "holds unusable values")
    if whole:
        _refuse(table, name, found, (found.values != np.rint(found.values)) | (np.abs(found.values) > 2**31), None)
    return found


def _refuse(table: TableHDU, name: str, found: Ragged, bad: np.ndarray, why: str | None) -> None:
    if not bad.any():
        return
    row = int(found.owner[np.argmax(bad)])
    held = found.values[found.starts[row] :][: found.lengths[row]]
    where = f"{table.where} column {name} row {row + 1}"
    if why is None:
        whole_numbers(held, where)
    raise DataError(f"{where} {why}", got=held[:5].tolist())


def _by_rows(table: TableHDU, name: str) -> Ragged:
    raw = table.column(name)
    if raw.dtype != object and raw.dtype.kind in "iuf" and raw.ndim <= 2:
        flat = np.ascontiguousarray(raw, dtype=np.float64).reshape(len(raw), -1)
        return Ragged(flat.ravel(), np.full(len(raw), flat.shape[1] if raw.ndim == 2 else 1))
    rows = [np.atleast_1d(as_numbers(row, f"{table.where} column {name} row {i}")) for i, row in enumerate(raw, 1)]
    for i, row in enumerate(rows, 1):
        if row.ndim != 1:
            raise DataError(f"{table.where} column {name} row {i} holds unusable values", got=row[:5].tolist())
    return Ragged(np.concatenate(rows or [np.zeros(0)]), np.array([row.size for row in rows], dtype=np.int64))


def _from_heap(table: TableHDU, name: str) -> Ragged | None:
    """The column from the heap in one go; None where it is not that simple."""
    stored = table.stored(name)
    form = _HEAP.match(str(table.keyword(f"TFORM{table.index(name)}", ""))) if stored is not None else None
    if stored is None or form is None:
        return None
    kind = np.dtype(_STORED[form[2]])
    where = np.dtype(">i4" if form[1] == "P" else ">i8")
    pairs = np.ndarray((table.rows, 2), where, stored.data, stored.offset, (stored.row_bytes, where.itemsize))
    lengths, begin = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    begin = np.where(lengths > 0, begin, 0)
    heap = len(stored.data) - stored.heap
    if np.any(lengths < 0) or np.any(begin < 0) or np.any(begin + lengths * kind.itemsize > heap):
        return None
    if np.any(begin % kind.itemsize):
        return None
    elements = np.frombuffer(stored.data, kind, heap // kind.itemsize, stored.heap)
    starts = np.cumsum(lengths) - lengths
    index = np.repeat(begin // kind.itemsize - starts, lengths) + np.arange(int(lengths.sum()))
    return Ragged(elements[index] * stored.scale + stored.zero, lengths)
