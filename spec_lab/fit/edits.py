"""Edits: every change of a set-up, as a small immutable value.

`edit.apply(setup) -> setup` is pure; `edit.as_code()` is the line of Python that does the same through `Infer`; `edit.label`
is what the undo button says. A call typed in a cell and a click in a panel make the same edit and pass the same gate.
"""

from abc import abstractmethod
from typing import Any

import attrs
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.fit import links, sky, ties
from spec_lab.fit.annotations import GivenValue
from spec_lab.fit.origin import Origin
from spec_lab.fit.setup import Setup
from spec_lab.priors import Prior


@attrs.frozen
class Edit:
    """A change of a set-up."""

    @abstractmethod
    def apply(self, setup: Setup) -> Setup:
        """The changed set-up."""

    @abstractmethod
    def as_code(self) -> str:
        """The Python line that does the same, with `infer` as the name of the `Infer`."""

    @property
    def label(self) -> str:
        """What the undo button says."""
        return self.as_code()

    def remark(self, before: Setup, after: Setup) -> str:
        """What a person should be told of the change, a sentence; "" if nothing.

        Args:
            before: The set-up the edit was applied to.
            after: What that gave.
        """
        return ""


def _indices(setup: Setup, pids: Any, *, least: int = 1) -> tuple[int, ...]:
    if isinstance(pids, (int, str)):
        pids = [pids]
    indices = tuple(dict.fromkeys(setup.index(p) for p in pids))
    if len(indices) < least:
        raise ParameterError("too few parameters named", got=list(pids), allowed=f"at least {least} different ones")
    return indices


def _listed(pids: tuple[Any, ...]) -> str:
    return "[" + ", ".join(repr(p) for p in pids) + "]"


def _spread(items: tuple[Any, ...], indices: tuple[int, ...], item: Any) -> tuple[Any, ...]:
    chosen = set(indices)
    return tuple(item if i in chosen else old for i, old in enumerate(items))


def _check_value(setup: Setup, index: int, value: GivenValue) -> float:
    slot = setup.slots[index]
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not np.isfinite(number):
        raise ParameterError(f"the value of par[{slot.pid}] ({slot.name}) must be a finite number", got=value)
    return number


def _check_range(setup: Setup, index: int, what: str) -> tuple[float, float]:
    """Where a group may go: some way at least."""
    low, high = setup.range_of(index)
    if not low < high:
        lows, highs = zip(*(setup.slots[i].limits for i in setup.group(index)), strict=True)
        allowed = f"a prior that reaches into {[max(lows), min(highs)]}"
        raise ParameterError(what, got=setup.priors[index], allowed=allowed)
    prior = setup.priors[index]
    if prior is not None and not prior.has_cumulative and (low, high) != prior.support:
        raise ParameterError(
            f"the prior {prior} reaches beyond the limits of par[{setup.slots[index].pid}], and cannot be cut to them: it has no "
            "cumulative distribution",
            allowed=f"a prior within {[low, high]}, or a distribution with cdf",
        )
    return low, high


@attrs.frozen
class SetValue(Edit):
    """Give a parameter (and its group) a value."""

    pid: int | str
    value: float

    def apply(self, setup: Setup) -> Setup:
        index = setup.index(self.pid)
        if setup.root(index) in setup.tied:
            expression = setup.tied[setup.root(index)]
            raise ParameterError(
                f"par[{self.pid}] follows the tie {expression!r} and has no value of its own",
                hint="Remove the tie first.",
            )
        return sky.check(setup.with_values({index: _check_value(setup, index, self.value)}, Origin.GIVEN))

    def as_code(self) -> str:
        return f"infer.par[{self.pid!r}].val = {float(self.value)!r}"


@attrs.frozen
class SetFree(Edit):
    """Give all free parameters values at once: what a fit does at its end (`origin`: or a person who types them)."""

    values: tuple[float, ...]
    why: str = "fit"
    origin: Origin = Origin.FITTED

    def apply(self, setup: Setup) -> Setup:
        return setup.with_free(self.values, self.origin)

    def as_code(self) -> str:
        origin = "" if self.origin is Origin.GIVEN else f", origin={self.origin.word!r}"
        return f"infer.at_par({[float(v) for v in self.values]!r}{origin})"

    @property
    def label(self) -> str:
        return self.why if self.origin is Origin.GIVEN else f"best of {self.why}"


@attrs.frozen
class Freeze(Edit):
    """Freeze or thaw parameters, each with its whole group."""

    pids: tuple[int | str, ...]
    frozen: bool = True

    def apply(self, setup: Setup) -> Setup:
        flags = setup.frozen
        for index in _indices(setup, self.pids):
            self._refuse_position(setup, index)
            flags = _spread(flags, setup.group(index), self.frozen)
        return sky.check(setup.edited(frozen=flags))

    def _refuse_position(self, setup: Setup, index: int) -> None:
        slot = setup.slots[index]
        if not self.frozen and sky.idle(setup).issuperset(setup.group(index)):
            raise ParameterError(
                f"par[{slot.pid}] ({slot.name} of {slot.component}) cannot be thawed",
                hint="The response of this unit does not depend on the source position.",
            )

    def as_code(self) -> str:
        lines = [f"infer.par[{p!r}].frozen = {self.frozen}" for p in self.pids]
        return "; ".join(lines)


@attrs.frozen
class Link(Edit):
    """Make parameters one: the first named gives its value, prior and frozen state to the group.

    A value that the limits of the others do not allow is moved inside them.
    """

    pids: tuple[int | str, ...]

    def apply(self, setup: Setup) -> Setup:
        indices = _indices(setup, self.pids, least=2)
        master = indices[0]
        partition = links.merge(setup.partition, indices)
        group = links.members(partition, master)
        tied = dict(setup.ties)
        inherited = tied.get(setup.root(master) + 1)
        kept = {pid: text for pid, text in tied.items() if pid - 1 not in group}
        if inherited is not None:
            kept[partition[master] + 1] = inherited
        changed = setup.edited(
            partition=partition,
            frozen=_spread(setup.frozen, group, setup.frozen[master]),
            priors=_spread(setup.priors, group, setup.priors[master]),
            ties=tuple(sorted(kept.items())),
        )
        _check_range(changed, master, f"no value is allowed for all of {_listed(self.pids)}")
        origin, prior = setup.value_origin(master), setup.prior_origin(master)
        changed = changed.with_prior(master, setup.priors[master], prior)
        return sky.check(_held_inside(changed.with_values({master: float(setup.values[master])}, origin), master))

    def as_code(self) -> str:
        return f"infer.link({_listed(self.pids)})"


@attrs.frozen
class Unlink(Edit):
    """Separate the named parameters from their groups and each other; values, priors and freezes stay."""

    pids: tuple[int | str, ...]

    def apply(self, setup: Setup) -> Setup:
        indices = _indices(setup, self.pids)
        for index in indices:
            if len(setup.group(index)) == 1:
                pid = setup.slots[index].pid
                raise ParameterError(f"par[{pid}] is not linked", hint="Nothing to unlink.")
        partition = links.separate(setup.partition, indices)
        kept = []
        for pid, text in setup.ties:  # a tie stays with every part of a group that is taken apart
            parts = {partition[i] for i in links.members(setup.partition, pid - 1)}
            kept += [(part + 1, text) for part in parts]
        return sky.hold_idle(setup.edited(partition=partition, ties=tuple(sorted(kept))))

    def as_code(self) -> str:
        return f"infer.unlink({_listed(self.pids)})"


@attrs.frozen
class SetPrior(Edit):
    """Give a parameter's group a prior; None means improper and flat."""

    pid: int | str
    prior: Prior | None

    def apply(self, setup: Setup) -> Setup:
        index = setup.index(self.pid)
        changed = setup.with_prior(index, self.prior, Origin.GIVEN)
        what = f"the prior of par[{self.pid}] ({setup.slots[index].name}) lies outside the parameter's limits"
        _check_range(changed, index, what)
        return _held_inside(changed, index)

    def as_code(self) -> str:
        return f"infer.par[{self.pid!r}].prior = {None if self.prior is None else self.prior.as_code()}"


def _held_inside(setup: Setup, index: int) -> Setup:
    """The set-up with a group, which an edit has just given other limits, at the nearest value well inside them."""
    low, high = setup.range_of(index)
    value = float(setup.values[index])
    if low <= value <= high or setup.root(index) in setup.tied:
        return setup
    width = high - low if np.isfinite(high - low) else max(1.0, abs(low if np.isfinite(low) else high))
    return setup.with_values({index: low + 0.01 * width if value < low else high - 0.01 * width})


@attrs.frozen
class SetTie(Edit):
    """Make a parameter's group follow an expression of others, or (empty expression) stop following.

    A value that the tie had taken beyond the limits is moved inside them when it stops.
    """

    pid: int | str
    expression: str

    def apply(self, setup: Setup) -> Setup:
        index = setup.index(self.pid)
        root = setup.root(index)
        kept = {pid: text for pid, text in setup.ties if pid - 1 != root}
        if not isinstance(self.expression, str):
            raise ParameterError("a tie is text", got=self.expression, allowed="such as '2*par[1] + 0.5'")
        text = self.expression.strip().lstrip("=").strip()
        if text:
            for source in ties.sources(text):
                setup.index(source)
            kept[root + 1] = text
            ties.order(kept, lambda pid: setup.partition[pid - 1] + 1)
        changed = setup.edited(ties=tuple(sorted(kept.items())))
        settled = changed.edited(values=changed.settle(changed.values))
        return sky.check(settled if text else _held_inside(settled, index))

    def as_code(self) -> str:
        return (
            f"infer.par[{self.pid!r}].tie({self.expression!r})"
            if self.expression
            else f"infer.par[{self.pid!r}].untie()"
        )


@attrs.frozen
class Several(Edit):
    """Edits made by one gesture: one step back; `words` are what the undo button says."""

    edits: tuple[Edit, ...]
    words: str

    def apply(self, setup: Setup) -> Setup:
        for edit in self.edits:
            setup = edit.apply(setup)
        return setup

    def as_code(self) -> str:
        return "; ".join(edit.as_code() for edit in self.edits)

    @property
    def label(self) -> str:
        return self.words

    def remark(self, before: Setup, after: Setup) -> str:
        return " ".join(filter(None, (edit.remark(before, after) for edit in self.edits)))


@attrs.frozen
class Notice(Edit):
    """Choose the energy windows of a data unit; no window means everything. Files are not read again."""

    unit: str
    windows: tuple[tuple[float, float], ...]

    def apply(self, setup: Setup) -> Setup:
        return _with_unit(setup, self.unit, notc=[list(w) for w in self.windows] or None)

    def as_code(self) -> str:
        windows = [[low, high if np.isfinite(high) else None] for low, high in self.windows]
        return f"infer.notice({self.unit!r}, {windows!r})"


@attrs.frozen(eq=False)
class Regroup(Edit):
    """Group the channels of a data unit otherwise, for the fit. Files are not read again."""

    unit: str
    grouping: Any  # as `DataUnit` takes it: None (the file's flags), "none", "optimal", or a dictionary

    def apply(self, setup: Setup) -> Setup:
        return _with_unit(setup, self.unit, grpg=self.grouping)

    def as_code(self) -> str:
        return f"infer.group({self.unit!r}, {self.grouping!r})"

    @property
    def label(self) -> str:
        return f"grouping of {self.unit}"


def _with_unit(setup: Setup, name: str, **changes: Any) -> Setup:
    """The set-up with other choices for one unit."""
    names = [each for pair in setup.pairs for each in pair.data.names]
    if name not in names:
        raise ParameterError("there is no such data unit", got=name, allowed=", ".join(map(repr, names)))
    return setup.edited(pairs=tuple(_changed(pair, name, changes) for pair in setup.pairs))


def _changed(pair: Any, name: str, changes: dict[str, Any]) -> Any:
    if name not in pair.data.names:
        return pair
    unit = pair.data[name].replace(**changes)
    unit.channels()  # raises here, before anything changes, when no channel is left
    return pair.replace(data=pair.data.replace(**{name: unit}))
