"""Energy windows: what `notc` may be, and which channels or groups a choice of windows keeps.

`inside` keeps what lies wholly in a window, `overlap` everything that touches one. Bad channels are no matter of this
file: quality and energy are independent filters.
"""

from typing import Any

import numpy as np

from spec_lab._base import DataError, in_unit
from spec_lab.data.annotations import GivenReal, GivenWindows, GroupMask, PerGroup

Windows = tuple[tuple[float, float], ...]
MODES = ("inside", "overlap")


def notice_windows(notc: GivenWindows) -> Windows | None:
    """Bring any spelling of energy windows into one: sorted, merged where they overlap, keV.

    Args:
        notc: None (everything), `[lo, hi]`, or several of them, as lists, tuples or an array; None or inf as an
            open end. Quantities (`[10 * u.keV, 1 * u.MeV]`, `[8, 900] * u.keV`) are brought to keV.

    Raises:
        DataError: Not windows, or a window without width.
    """
    if notc is None:
        return None
    given: Any = in_unit(notc, "keV", "notc", DataError)
    try:
        pairs: list[Any] = [given] if np.ndim(given[0]) == 0 else list(given)
        bounds = [(_bound(lo, 0.0), _bound(hi, np.inf)) for lo, hi in pairs]
    except DataError:  # a unit that is none of energy
        raise
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise DataError("notc is not a choice of energy windows", got=notc, allowed="[lo, hi] or [[lo, hi], …] in keV",
                        ) from error  # fmt: skip
    for lo, hi in bounds:
        if not (np.isfinite(lo) and lo < hi):
            raise DataError("a window of notc has no width", got=[lo, hi], allowed="lo < hi, keV")
    merged: list[tuple[float, float]] = []
    for lo, hi in sorted(bounds):
        if merged and lo <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(hi, merged[-1][1]))
        else:
            merged.append((lo, hi))
    return tuple(merged)


def _bound(value: GivenReal | None, default: float) -> float:
    return default if value is None else float(in_unit(value, "keV", "an end of notc", DataError))


def noticed(notc: Windows | None, emin: PerGroup, emax: PerGroup, mode: str) -> GroupMask:
    """[c] True for the channels or groups that the windows keep; edges in keV."""
    keep = np.full(emin.shape, notc is None)
    for lo, hi in notc or ():
        keep |= (emin >= lo) & (emax <= hi) if mode == "inside" else (emax > lo) & (emin < hi)
    return keep


def describe(notc: Windows | None) -> str:
    """`8-900, 1000-2000`, or `all`."""
    return "all" if notc is None else ", ".join(f"{lo:g}-{hi:g}" for lo, hi in notc)
