"""Energy bins as files give them: edges that make sense, in an order that makes sense.

Used wherever edges are read (`ogip`, `textfile`), so that a bin without width or a spectrum out of order is found with the
name of its file and column, and not later by a number that is wrong.
"""

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.file_warnings import note

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
