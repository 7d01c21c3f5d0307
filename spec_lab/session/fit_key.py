"""The question a set-up asks of the data: everything but where the free parameters happen to stand.

Two set-ups with one question have one best fit, one posterior and one evidence; so the question is the key under which
previews are kept and by which the Lab knows that an interval or a corner plot has become stale.

Not here: what the answers are (`engines`), whether two may be compared at all (`fit.comparable`), or how a comparison is
printed (`views.criteria`).
"""

import hashlib
from collections.abc import Hashable
from typing import Any

import numpy as np

from spec_lab.fit import Setup


def fit_key(setup: Setup) -> tuple[Hashable, ...]:
    """A hashable key of all that decides the best fit: data, models, links, priors, ties, and the frozen values."""
    free = set(setup.free)
    held = tuple(float(v) for i, v in enumerate(np.asarray(setup.values)) if setup.partition[i] == i and i not in free)
    pairs = tuple((pair.model.structure, data_key(pair.data)) for pair in setup.pairs)
    return (pairs, setup.rule, setup.frozen, setup.partition, setup.priors, setup.ties, held)


def same_setup(a: Setup, b: Setup) -> bool:
    """Whether two set-ups are equal in question and in values."""
    return a is b or (np.array_equal(a.values, b.values) and fit_key(a) == fit_key(b))


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
