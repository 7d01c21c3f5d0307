"""The shortest way from one set-up to another, as edits: the net effect of an afternoon of clicking.

`difference(a, b)` gives edits that, applied to `a` in order, give `b` exactly. The minimal script of a session is the
difference between where it began and where it is; restoring an old run is the difference between now and then.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.data import as_given
from spec_lab.fit import (
    Append,
    Edit,
    Freeze,
    Link,
    Notice,
    Origin,
    Regroup,
    SetFree,
    SetModel,
    SetPrior,
    SetTie,
    Setup,
    SetValue,
    Unlink,
    links,
)

Stage = Callable[[Setup, Setup], Iterator[Edit]]

FEW = 2  # so many changed free values are set by name; more go as one vector


def difference(a: Setup, b: Setup) -> tuple[Edit, ...]:
    """Edits that lead from `a` to `b`; `b` must have the data units of `a`, or more pairs."""
    try:
        return _staged(a, b, _STAGES)
    except ParameterError:  # on the way a tie has no value: all of them wait until everything else is in place
        return _staged(a, b, (_unbound, *(s for s in _STAGES if s not in (_before_ties, _tied)), _placed, _tied, _free))


def _staged(a: Setup, b: Setup, stages: tuple[Stage, ...]) -> tuple[Edit, ...]:
    done: list[Edit] = []
    at = a
    for stage in stages:
        for edit in stage(at, b):
            at = edit.apply(at)
            done.append(edit)
    return tuple(done)


def _unbound(a: Setup, b: Setup) -> Iterator[Edit]:
    yield from (SetTie(pid, "") for pid, _ in a.ties)


def _pairs(a: Setup, b: Setup) -> Iterator[Edit]:
    for pair in b.pairs[len(a.pairs) :]:
        yield Append(pair)


def _untied(a: Setup, b: Setup) -> Iterator[Edit]:
    """No tie may stand in the way of another model."""
    if any(_replaced(a, b)):
        yield from (SetTie(pid, "") for pid, _ in a.ties)


def _models(a: Setup, b: Setup) -> Iterator[Edit]:
    changed = _replaced(a, b)
    if changed and all(changed) and len({id(pair.model) for pair in b.pairs}) == 1:
        yield SetModel(b.pairs[0].model)
        return
    for number, (differs, pair) in enumerate(zip(changed, b.pairs, strict=True), start=1):
        if differs:
            yield SetModel(pair.model, number if len(b.pairs) > 1 else None)


def _replaced(a: Setup, b: Setup) -> list[bool]:
    return [old.model.structure != new.model.structure for old, new in zip(a.pairs, b.pairs, strict=True)]


def _windows(a: Setup, b: Setup) -> Iterator[Edit]:
    for old, new in zip(a.pairs, b.pairs, strict=True):
        for name, before, after in zip(new.data.names, old.data.units, new.data.units, strict=True):
            if before.notc != after.notc:
                yield Notice(name, tuple((float(lo), float(hi)) for lo, hi in after.notc or ()))
            if before.grpg != after.grpg:
                yield Regroup(name, as_given(after.grpg))


def _loosened(a: Setup, b: Setup) -> Iterator[Edit]:
    """Take away every tie that is not wanted, and all of them when groups change, since groups carry ties along."""
    kept = set(b.ties) if a.partition == b.partition else set()
    for pid, text in a.ties:
        if (pid, text) not in kept:
            yield SetTie(pid, "")


def _separated(a: Setup, b: Setup) -> Iterator[Edit]:
    """Of each group, the largest part that stays together stays; the rest is named in one unlink."""
    alone: list[int] = []
    for group in links.groups(a.partition):
        parts: dict[int, list[int]] = {}
        for i in group:
            parts.setdefault(b.partition[i], []).append(i)
        largest = max(parts.values(), key=len)
        alone += [i for part in parts.values() if part is not largest for i in part]
    if alone:
        yield Unlink(tuple(i + 1 for i in alone))


def _joined(a: Setup, b: Setup) -> Iterator[Edit]:
    for group in links.groups(b.partition):
        roots = {a.partition[i] for i in group}
        if len(roots) > 1:  # one name for each piece is enough: links join whole groups
            yield Link(tuple(next(i for i in group if a.partition[i] == r) + 1 for r in sorted(roots)))


def _roots(setup: Setup) -> list[int]:
    return [i for i, r in enumerate(setup.partition) if i == r]


def _priors(a: Setup, b: Setup) -> Iterator[Edit]:
    for i in _roots(b):
        if a.priors[i] != b.priors[i]:
            yield SetPrior(i + 1, b.priors[i])


def _freezes(a: Setup, b: Setup) -> Iterator[Edit]:
    for flag in (True, False):
        pids = tuple(i + 1 for i in _roots(b) if a.frozen[i] != b.frozen[i] and b.frozen[i] == flag)
        if pids:
            yield Freeze(pids, flag)


def _held(a: Setup, b: Setup) -> Iterator[Edit]:
    """Values of what is not free afterwards."""
    free, tied = set(b.free), b.tied
    for i in _roots(b):
        if i not in free and i not in tied and _value(a, i) != _value(b, i):
            yield SetValue(i + 1, _value(b, i))


def _before_ties(a: Setup, b: Setup) -> Iterator[Edit]:
    """The free values first: a new tie may have no value where the parameters stand now."""
    if any(tie not in a.ties for tie in b.ties):
        wanted = set(b.free)
        yield from _given(a, b, [i for i in a.free if i in wanted])


def _placed(a: Setup, b: Setup) -> Iterator[Edit]:
    """All that is free now, a parameter that will be tied included: another tie may read it."""
    yield from _given(a, b, list(a.free))


def _tied(a: Setup, b: Setup) -> Iterator[Edit]:
    for pid, text in b.ties:
        if (pid, text) not in a.ties:
            yield SetTie(pid, text)


def _free(a: Setup, b: Setup) -> Iterator[Edit]:
    yield from _given(a, b, list(b.free))


def _given(a: Setup, b: Setup, places: list[int]) -> Iterator[Edit]:
    changed = [i for i in places if _value(a, i) != _value(b, i)]
    if len(changed) > FEW:
        fitted = all(b.value_origin(i) is Origin.FITTED for i in a.free)
        origin = Origin.FITTED if fitted else Origin.GIVEN
        yield SetFree(tuple(_value(b, i) for i in a.free), why="values", origin=origin)
        return
    for i in changed:
        yield SetValue(i + 1, _value(b, i))


def _value(setup: Setup, index: int) -> float:
    return float(np.asarray(setup.values)[index])


_STAGES: tuple[Stage, ...] = (
    _pairs,
    _untied,
    _models,
    _windows,
    _loosened,
    _separated,
    _joined,
    _priors,
    _freezes,
    _held,
    _before_ties,
    _tied,
    _free,
)


def as_lines(edits: tuple[Any, ...]) -> list[str]:
    """The Python of edits, one line each."""
    return [edit.as_code() for edit in edits]
