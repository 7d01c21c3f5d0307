"""One spectrum of a SPECTRUM table: `Row`, and what it says about each of its channels.

Every quantity of an OGIP spectrum may be a column, a keyword, or absent, in type I (one row a channel) and in type II (one
row a spectrum); `Row` hides that. The functions read scales, flags and channel numbers, and refuse or note what cannot be
meant, naming file, HDU and column. Counts and their errors are in `pha`.
"""

import numpy as np
from jaxtyping import Int

from spec_lab._base import DataError
from spec_lab.data.annotations import ChannelScale, GivenWhole, Numbers
from spec_lab.data.file_warnings import note, some
from spec_lab.data.number_checks import as_number, as_numbers, whole_numbers
from spec_lab.data.ogip.fits_tables import TableHDU


class Row:
    """One spectrum of a SPECTRUM table: a type I table as a whole, or one row of a type II table."""

    def __init__(self, table: TableHDU, row: GivenWhole):
        self.table, self.row = table, row
        self.where = table.where if row is None else f"{table.where} row {row + 1}"

    def vector(self, name: str) -> Numbers | None:
        """A column (or keyword) as float64, one value a channel or a single one; None where it is absent."""
        if self.table.has(name):
            raw = self.table.column(name)
            value = raw if self.row is None else raw[self.row]
            return as_numbers(value, f"{self.where} column {name}")
        number = self.table.number(name)
        return None if number is None else np.asarray(number)

    def scalar(self, name: str) -> float | None:
        """A number for the whole spectrum. A type I column must hold one value only."""
        value = self.vector(name)
        if value is None:
            return None
        given = np.unique(value)  # one NaN counts as one value
        if given.size != 1:
            raise DataError(f"{self.where} column {name} must hold one value", got=given[:5].tolist())
        return as_number(given[0], f"{self.where} {name}")

    def text(self, name: str) -> str | None:
        """A file name of the header or, in type II, of the row; OGIP's NONE means that there is none."""
        if self.table.has(name) and self.row is not None:
            value = str(self.table.column(name)[self.row]).strip()
        else:
            value = str(self.table.keyword(name, "")).strip()
        return None if value.lower() in ("", "none") else value


def _per_channel(row: Row, name: str, default: float, n: int) -> ChannelScale:
    """A quantity that may be a vector or one number."""
    value = row.vector(name)
    if value is None:
        return np.asarray(float(default))
    if value.ndim and value.shape != (n,):
        raise DataError(f"{row.where} column {name} must have {n} values", got=list(value.shape))
    return value


def scale(row: Row, name: str, n: int) -> ChannelScale:
    """BACKSCAL or AREASCAL. What a vector holds in single channels is judged with their quality, in `Spectrum`."""
    value = _per_channel(row, name, 1.0, n)
    if name == "BACKSCAL" and row.vector(name) is None:
        note(row.where, "no BACKSCAL", "taken as 1", "use replace(backscale=...)")
    if not np.any((value > 0) & np.isfinite(value)):
        raise DataError(f"{row.where} {name} must be positive", got=float(value.flat[0]), allowed="> 0")
    return value


def systematic(row: Row, n: int) -> ChannelScale:
    """SYS_ERR, a fraction; 0 where it is absent."""
    value = _per_channel(row, "SYS_ERR", 0.0, n)
    if not value.ndim and value < 0:
        raise DataError(f"{row.where} SYS_ERR must not be negative", got=float(value), allowed=">= 0")
    if np.any(value > 1):
        found = f"SYS_ERR up to {np.nanmax(value):g}, which is a fraction and not a percentage"
        note(row.where, found, "taken as it is", "use replace(systematic=...)")
    return value


def _flags(row: Row, name: str, default: int, n: int, missing: int, done: str) -> Int[np.ndarray, "ch"]:
    """Flags of an OGIP column; where the file says that one is missing (TNULL), `missing`, aloud."""
    flags = np.array(np.broadcast_to(_per_channel(row, name, default, n), (n,)))
    lacking = np.isnan(flags)
    if lacking.any():
        note(
            row.where,
            f"{some(int(lacking.sum()), 'channel')} without a {name} flag (TNULL)",
            done,
            f"use replace({name.lower()}=...)",
        )
        flags[lacking] = missing
    return whole_numbers(flags, f"{row.where} {name}")


def quality(row: Row, n: int) -> Int[np.ndarray, "ch"]:
    """QUALITY; the keyword stands for all channels, and a channel without a flag is bad."""
    return _flags(row, "QUALITY", 0, n, 5, "flagged bad")


def grouping(row: Row, n: int) -> Int[np.ndarray, "ch"]:
    """GROUPING; the keyword stands for all channels, 0 means that none is grouped, and a channel without a flag is by itself."""
    flags = _flags(row, "GROUPING", 1, n, 0, "in no group, each by itself")
    if not np.isin(flags, (-1, 0, 1)).all():
        allowed = "1 (start), -1 (continue), 0 (by itself)"
        raise DataError(f"{row.where} a GROUPING flag is unknown", got=np.unique(flags)[:9].tolist(), allowed=allowed)
    if flags[0] == -1:
        found = "the first GROUPING flag is -1 and has nothing to continue"
        note(row.where, found, "it starts a group", "group anew with grpg, or use replace(grouping=...)")
    return flags if flags.any() else np.ones(n, dtype=np.int64)


def channels(row: Row, n: int) -> Int[np.ndarray, "ch"]:
    """Channel numbers; without a CHANNEL column they start at TLMIN1, which is 1 unless the file says otherwise."""
    value = row.vector("CHANNEL") if row.table.has("CHANNEL") else None
    if value is None:
        return (row.table.whole("TLMIN1", 1) or 0) + np.arange(n)
    value = value + np.arange(n) if not value.ndim else value  # a type II file may give the first number only
    if value.shape != (n,):
        raise DataError(f"{row.where} column CHANNEL must have {n} values", got=list(value.shape))
    numbers = whole_numbers(value, f"{row.where} column CHANNEL")
    by_row = numbers[0] + np.arange(n)
    if np.any(np.diff(numbers) <= 0) and not np.any((numbers - by_row) % 256):
        found = f"{np.sum(numbers != by_row)} channel numbers that are too large for their column (the last is {numbers[-1]})"
        note(row.where, found, f"counted from {numbers[0]}", "give the spectrum with channels=...")
        return by_row
    if np.any(np.diff(numbers) <= 0):
        raise DataError(f"{row.where} column CHANNEL: channel numbers must increase", got=numbers[:9].tolist())
    return numbers


def detchans(row: Row, n: int) -> int:
    """How many channels the detector has; 0 where the file does not say. A spectrum may hold only a part of them."""
    declared = row.table.whole("DETCHANS", 0) or 0
    if declared and declared < n:
        note(row.where, f"DETCHANS = {declared}, but there are {n} channels", f"read as {n} channels", "mend the file")
        return n
    return declared
