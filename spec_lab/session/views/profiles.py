"""Growing profiles as plain data: points, where they cross 1 and 4, and that in words."""

import math
from typing import NamedTuple

import numpy as np

from spec_lab._base import plain
from spec_lab.session.messages import ProfileData, ProfilesMessage
from spec_lab.session.profiles import GrowingProfile

MARKS = ((1.0, "68.3 %"), (4.0, "95.4 %"))
HIGHEST = 1e6  # rises beyond are drawn outside anyway


class Crossing(NamedTuple):
    """Where a profile reaches a rise of the statistic, NaN where it does not, and the probability that belongs to it."""

    rise: float
    name: str
    ends: tuple[float, float]


def profiles(curves: tuple[GrowingProfile, ...], *, rev: int) -> ProfilesMessage:
    """The `profiles` message."""
    return {"type": "profiles", "rev": rev, "curves": [profile(curve) for curve in curves]}


def profile(curve: GrowingProfile) -> ProfileData:
    """One curve: `values`, `rises` (None: a gap), `marks`, `text`."""
    rises = curve.rises
    marks = _marks(curve)
    return {
        "pid": curve.root + 1,
        "values": [float(v) for v in curve.values],
        "rises": [round(min(float(r), HIGHEST), 3) if math.isfinite(r) else None for r in rises],
        "marks": [{"rise": m.rise, "ends": [v for v in m.ends if math.isfinite(v)]} for m in marks],
        "text": _words(curve, marks),
    }


def _marks(curve: GrowingProfile) -> list[Crossing]:
    known = curve.profile("")
    if not len(known.values):
        return []
    return [Crossing(rise, name, known.interval(rise)) for rise, name in MARKS]


def _words(curve: GrowingProfile, marks: list[Crossing]) -> str:
    n = int(np.isfinite(curve.stats).sum())
    found = [f"{m.name}: {_span(*m.ends)} (rise {m.rise:g})" for m in marks if not all(map(math.isnan, m.ends))]
    said = "; ".join(found) if found else "it has not risen by 1 yet, drag further"
    return f"Profile of the statistic, others refitted at each of {n} points. {said}."


def _span(low: float, high: float) -> str:
    if math.isnan(low):
        return f"up to {plain(high, 4)}"
    return f"from {plain(low, 4)}" if math.isnan(high) else f"{plain(low, 4)} to {plain(high, 4)}"
