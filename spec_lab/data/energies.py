"""Energy bins as files give them: edges that make sense, in an order that makes sense.

Used wherever edges are read (`ogip`, `textfile`), so that a bin without width or a spectrum out of order is found with the
name of its file and column, and not later by a number that is wrong.
"""

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.file_warnings import note, some

OVERRIDE = "give a `Response` with your own edges"


def refuse_bad(where: str, values: np.ndarray, negative: bool = True) -> None:
    """Raise on values that are not finite, and (with `negative`) on those below zero."""
    if not np.isfinite(values).all():
        raise DataError(f"{where} holds values that are not finite", got=int(np.sum(~np.isfinite(values))))
    if negative and values.size and values.min() < 0:
        raise DataError(f"{where} holds negative values", got=float(values.min()), allowed=">= 0")


def ordered(where: str, lo: np.ndarray, hi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Refuse edges that are not positive widths; swap them where *every* bin has its edges the other way round."""
    refuse_bad(where, lo)
    refuse_bad(where, hi)
    if lo.ndim != 1 or lo.shape != hi.shape or not lo.size:
        raise DataError(f"{where} must be two columns of equal length", got=[list(lo.shape), list(hi.shape)])
    if np.all(lo > hi):
        note(where, "every lower edge lies above its upper edge", "swapped", OVERRIDE)
        lo, hi = hi, lo
    bad = np.flatnonzero(~(hi > lo))
    if bad.size:
        at = f"row {bad[0] + 1}: {lo[bad[0]]:g} to {hi[bad[0]]:g} keV"
        raise DataError(f"{where}: {bad.size} bins have no width", got=at, allowed="lower < upper")
    return lo, hi


def usable_channels(
    where: str, channels: np.ndarray, emin: np.ndarray, emax: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Channel edges, NaN for channels that are no energies: overflow, underflow, without width, below 0 keV.

    Such channels are at most said; no window ever notices them.

    Args:
        where: File, HDU and columns, for messages.
        channels: `i[ch]` channel numbers, in order.
        emin: `f[ch]` lower edges, keV.
        emax: `f[ch]` upper edges, keV.

    Raises:
        DataError: No channel is an energy, or the energies of the others have no order.
    """
    emin, emax = np.array(emin), np.array(emax)
    if np.all((emin > emax) | ~np.isfinite(emin + emax)) and np.any(emin > emax):
        note(where, "every lower edge lies above its upper edge", "swapped", OVERRIDE)
        emin, emax = emax, emin
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(emin) & np.isfinite(emax) & (emax > emin) & (emin >= 0)
    if not usable.any():
        got = "values that are not finite" if not np.isfinite(emin + emax).any() else "channels that have no width"
        raise DataError(f"{where}: no channel has an energy: not finite, or without width", got=got)
    held = np.flatnonzero(usable)
    usable[held[_overflow(emin[held], emax[held])]] = False
    odd = np.flatnonzero(~usable)
    if odd.size:
        first = odd[0]
        shown = ", ".join(_ranges(channels[odd]))
        edges = f"the first is {emin[first]:g} to {emax[first]:g} keV"
        found = f"{some(odd.size, 'channel')} without a proper energy ({shown}; {edges})"
        note(where, found, "never noticed", OVERRIDE)
        emin[odd] = emax[odd] = np.nan
    judge_channels(where, channels[usable], emin[usable], emax[usable])
    return emin, emax


def _overflow(emin: np.ndarray, emax: np.ndarray) -> np.ndarray:
    """Indices of channels at one end that all overlap each other, where the others have an order and they have none."""
    for turn in (slice(None), slice(None, None, -1)):
        lo, hi = emin[turn], emax[turn]
        step = np.diff((lo + hi) / 2)
        way = np.sign(np.median(step)) if step.size else 0.0
        broken = np.flatnonzero(step * (way or 1.0) <= 0)
        if not broken.size:
            return np.zeros(0, dtype=np.int64)
        begin = int(broken[0])
        if lo[begin:].max() >= hi[begin:].min():  # they do not share an energy
            continue
        while begin > 0 and (hi[begin - 1] == hi[begin:].max() or lo[begin - 1] == lo[begin:].min()):
            begin -= 1
        return np.arange(lo.size)[turn][begin:]
    return np.zeros(0, dtype=np.int64)


def _ranges(numbers: np.ndarray) -> list[str]:
    """`7`, `14 to 16`: consecutive numbers together, the first few of them."""
    parts = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    told = [f"{part[0]}" if part.size == 1 else f"{part[0]} to {part[-1]}" for part in parts]
    return told[:5] + (["…"] if len(told) > 5 else [])


def judge_channels(where: str, channels: np.ndarray, emin: np.ndarray, emax: np.ndarray) -> None:
    """Channel energies must go up or down with the channel; overlaps beyond what rounding makes are said."""
    step, width = np.diff((emin + emax) / 2), emax - emin
    if step.size and not (np.all(step > 0) or np.all(step < 0)):
        odd = int(np.flatnonzero(step * (np.sign(np.median(step)) or 1.0) <= 0)[0])
        at = f"channel {channels[odd]}: {emin[odd]:g}-{emax[odd]:g}, then {emin[odd + 1]:g}-{emax[odd + 1]:g} keV"
        raise DataError(f"{where}: energies must go up or down with the channel", got=at)
    shared = np.minimum(emax[1:], emax[:-1]) - np.maximum(emin[1:], emin[:-1])
    overlapping = np.flatnonzero(shared > 0.1 * np.minimum(width[1:], width[:-1]))
    if overlapping.size:
        found = f"{overlapping.size} channels overlap their neighbour (first: channel {channels[overlapping[0]]})"
        note(where, found, "read as they are", OVERRIDE)
