"""The question a set-up asks of the data: everything but where the free parameters happen to stand.

Two set-ups with one question have one best fit, one posterior and one evidence; so the question is the key under which
previews are kept and by which the Lab knows that an interval or a corner plot has become stale. The *data* half of it decides
whether two statistics may be compared at all.

Not here: what the answers are (`engines`), or how a comparison is printed (`views.criteria`).
"""

import hashlib
from typing import Any

import numpy as np

from spec_lab.fit import Setup


def question(setup: Setup) -> tuple[Any, ...]:
    """A hashable key of all that decides the best fit: data, models, links, priors, ties, and the frozen values."""
    free = set(setup.free)
    held = tuple(float(v) for i, v in enumerate(np.asarray(setup.values)) if setup.partition[i] == i and i not in free)
    pairs = tuple((pair.model.structure, data_key(pair.data)) for pair in setup.pairs)
    return (pairs, setup.rule, setup.frozen, setup.partition, setup.priors, setup.ties, held)


def same_setup(a: Setup, b: Setup) -> bool:
    """Whether two set-ups are equal in question and in values."""
    return a is b or (np.array_equal(a.values, b.values) and question(a) == question(b))


def data_key(data: Any) -> tuple[Any, ...]:
    """A hashable key of a `Data`: which counts, filters, statistics and weights enter a fit."""
    return tuple((name, *_unit_key(unit)) for name, unit in zip(data.names, data.units, strict=True))


def _unit_key(unit: Any) -> tuple[Any, ...]:
    parts = (unit.src, unit.bkg, unit.rmf, unit.arf, unit.rsp)
    return (tuple(map(_digest, parts)), unit.stat, unit.notc, unit.notc_mode, repr(unit.grpg), unit.weight, unit.time)


def _digest(part: Any) -> bytes:
    """A digest of a spectrum or response, so that the same file read twice (or a saved session) is the same data."""
    if part is None:
        return b""
    known = _digests.get(id(part))
    if known is None or known[0] is not part:
        if len(_digests) >= MOST:
            _digests.pop(next(iter(_digests)), None)
        known = _digests[id(part)] = (part, _computed(part))
    return known[1]


def _computed(part: Any) -> bytes:
    made = hashlib.blake2b(type(part).__name__.encode(), digest_size=16)
    for name in part.node_fields():
        value = getattr(part, name)
        made.update(name.encode() + (b"" if value is None else np.ascontiguousarray(value).tobytes()))
    for name in part.static_fields():
        made.update(f"{name}={getattr(part, name)!r}".encode())
    return made.digest()


MOST = 256
_digests: dict[int, tuple[Any, bytes]] = {}  # by identity; the part is held, so that its id stays its own


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
    return [(name, unit) for pair in setup.pairs for name, unit in zip(pair.data.names, pair.data.units, strict=True)]


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


def windows_text(unit: Any) -> str:
    """The noticed energies of a unit, such as `8–30, 40–900 keV`."""
    if unit.notc is None:
        return "everything"
    return ", ".join(f"{lo:g}–{hi:g}" for lo, hi in unit.notc) + " keV"
