"""The energies of a response: EBOUNDS gives them to channels, ENERG_LO and ENERG_HI to photons.

Where the columns are not quite what the standard asks for, that is settled here and noted: channels that are no energies, photon
bins without width, channel numbers that are nonsense beside rows that are in order. How matrix and area are unpacked is in `rmf`.
"""

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.energies import OVERRIDE, ordered, usable_channels
from spec_lab.data.file_warnings import note, some
from spec_lab.data.number_checks import whole_numbers
from spec_lab.data.ogip.column_units import energies
from spec_lab.data.ogip.fits_tables import TableHDU

LOWEST_ENERGY = 1e-10  # keV; ENERG_LO = 0 has no logarithm and no photon index


def find_ebounds(tables: list[TableHDU], matrix: TableHDU, name: str) -> TableHDU:
    """The EBOUNDS extension of a matrix: the one with its EXTVER, else the first."""
    found = [t for t in tables if t.name == "EBOUNDS"] or [t for t in tables if t.has("E_MIN") and t.has("E_MAX")]
    if not found:
        raise DataError(f"{name} has no EBOUNDS extension", hint="The matrix has no channel energies without it.")
    own = [t for t in found if t.number("EXTVER", 1) == matrix.number("EXTVER", 1)]
    return own[0] if own else found[0]


def channel_edges(table: TableHDU, matrix: TableHDU) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Channel numbers `i[ch]` without gaps, and their edges `f[ch]` in keV; NaN where a channel is no energy."""
    where = f"{table.where} columns E_MIN, E_MAX"
    emin, emax = energies(table, "E_MIN"), energies(table, "E_MAX")
    if emin.ndim != 1 or emin.shape != emax.shape or not emin.size:
        raise DataError(f"{where} must be two columns of equal length", got=[list(emin.shape), list(emax.shape)])
    if not table.has("CHANNEL"):
        channels = (table.whole("TLMIN1", 1) or 0) + np.arange(emin.size)
        return channels, *usable_channels(where, channels, emin, emax)
    given = table.numbers("CHANNEL")
    if given.shape != emin.shape:
        raise DataError(f"{table.where} column CHANNEL must have one number a row", got=list(given.shape))
    channels = whole_numbers(given, f"{table.where} column CHANNEL")
    order = np.argsort(channels, kind="stable")
    if np.any(np.diff(channels[order]) != 1):
        channels = _counted_by_row(table, matrix, channels, (emin + emax) / 2)
        order = np.arange(channels.size)
    channels, emin, emax = channels[order], emin[order], emax[order]
    return channels, *usable_channels(where, channels, emin, emax)


def _counted_by_row(table: TableHDU, matrix: TableHDU, channels: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Channel numbers by row, where the column holds nonsense while rows, energies and DETCHANS are in order.

    Raises:
        DataError: The numbers may mean something: one is left out, or they are in another order.
    """
    where = f"{table.where} column CHANNEL"
    declared = matrix.whole("DETCHANS") or table.whole("DETCHANS")
    step = np.diff(middle[np.isfinite(middle)])
    in_order = bool(step.size) and (np.mean(step > 0) > 0.9 or np.mean(step < 0) > 0.9)
    if declared not in (None, channels.size) or not in_order or _may_be_meant(channels):
        raise DataError(f"{where} must count without gaps", got=channels[:5].tolist())
    first = table.whole(f"TLMIN{table.index('CHANNEL')}")
    first = matrix.whole(f"TLMIN{matrix.index('F_CHAN')}", 1) if first is None else first
    numbers = (1 if first is None else first) + np.arange(channels.size)
    found = f"{np.sum(channels != numbers)} of {channels.size} numbers are nonsense ({', '.join(map(str, channels[:4]))}, …)"
    note(where, found, f"the rows are in order and counted from {numbers[0]}", OVERRIDE)
    return numbers


def _may_be_meant(channels: np.ndarray) -> bool:
    """Whether numbers that do not count without gaps may still be channel numbers: different, and not one slip alone."""
    if np.unique(channels).size < channels.size:
        return False
    by_row = channels[0] + np.arange(channels.size)
    beyond = int(channels.max() - channels.min()) + 1 - channels.size
    return int(np.sum(channels != by_row)) > 1 or beyond <= max(2, channels.size // 20)


def photon_edges(table: TableHDU) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ENERG_LO and ENERG_HI `f[e]` in keV, ascending, and the rows `i[e]` that they come from: those that have a width."""
    where = f"{table.where} columns ENERG_LO, ENERG_HI"
    lo, hi = energies(table, "ENERG_LO"), energies(table, "ENERG_HI")
    flat = np.isfinite(lo) & (lo == hi) if lo.shape == hi.shape else np.zeros(0, dtype=bool)
    kept = np.arange(lo.size)
    if flat.any() and not flat.all():
        at = int(np.argmax(flat))
        note(
            where, f"{some(int(flat.sum()), 'bin')} without width (row {at + 1}: {lo[at]:g} keV)", "left out", OVERRIDE
        )
        kept = np.flatnonzero(~flat)
    lo, hi = ordered(where, lo[kept], hi[kept])
    order = np.argsort(lo, kind="stable")
    lo, hi = lo[order], hi[order]
    if lo[0] <= 0:
        note(where, "energies start at 0 keV", f"the first edge is taken as {LOWEST_ENERGY:g} keV", OVERRIDE)
        lo = np.maximum(lo, LOWEST_ENERGY)
    _judge_steps(where, lo, hi)
    return lo, hi, kept[order]


def _judge_steps(where: str, lo: np.ndarray, hi: np.ndarray) -> None:
    step = lo[1:] - hi[:-1]
    tolerance = 1e-4 * (hi - lo)[:-1] + 1e-6 * hi[:-1]  # float32 edges differ in their last digit
    if np.any(step < -tolerance):
        at = int(np.argmax(step < -tolerance))
        raise DataError(f"{where} overlap", got=f"{hi[at]:g} and {lo[at + 1]:g} keV", allowed="one bin after the other")
    if np.any(step > tolerance):
        note(where, "there are gaps between the bins", "photons in the gaps are not counted", OVERRIDE)
