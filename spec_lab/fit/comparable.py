"""Whether statistics of two set-ups may be compared: the same counts, energies, grouping, statistics and weights.

A criterion or an evidence ranks models of the *same* data; the answer here is the difference in words, for a table's remark
or an error.
"""

from typing import Any

import numpy as np

from spec_lab.data import DataUnit
from spec_lab.fit.setup import Setup


def incomparable(a: Setup, b: Setup) -> str:
    """Why statistics of two set-ups may not be compared; an empty text when they may."""
    ours, theirs = _units(a), _units(b)
    if [name for name, _ in ours] != [name for name, _ in theirs]:
        return f"other data: {', '.join(name for name, _ in theirs)}"
    for (name, mine), (_, other) in zip(ours, theirs, strict=True):
        if mine is not other and (why := _unit_difference(name, mine, other)):
            return why
    return ""


def _units(setup: Setup) -> list[tuple[str, Any]]:
    units = [(name, unit) for pair in setup.pairs for name, unit in zip(pair.data.names, pair.data.units, strict=True)]
    return sorted(units, key=lambda each: each[0])  # the order of pairs is no matter


def _unit_difference(name: str, mine: Any, other: Any) -> str:
    a, b = mine.channels(), other.channels()
    if mine.stat != other.stat:
        return f"other statistic in {name}: {other.stat}"
    if mine.weight != other.weight:
        return f"other weight of {name}: {other.weight:g}"
    if repr(mine.grpg) != repr(other.grpg):
        return f"other grouping of {name}"
    if not (np.array_equal(a.first, b.first) and np.array_equal(a.last, b.last)):
        return f"other energies in {name}: {windows_text(other)}"
    if not (np.array_equal(a.S, b.S) and np.array_equal(a.B, b.B)):
        return f"other counts in {name}"
    return ""


def windows_text(unit: DataUnit) -> str:
    """The noticed energies of a unit, such as `8–30, 40–900 keV`."""
    if unit.notc is None:
        return "everything"
    return ", ".join(f"{lo:g}–{hi:g}" for lo, hi in unit.notc) + " keV"
