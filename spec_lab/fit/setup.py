"""Setup: the whole state of a fit, immutable.

Pairs, one value a slot, and the relations and beliefs about slots: links (a partition), ties, freezes, priors. All of it
that can change by an edit is kept flat here rather than wrapped into the model trees, because freezing by wrapping would
change the tree's structure and so force XLA to compile again; kept flat, values, freezes, links and priors are *data* of the
compiled functions. `Setup.model(i)` puts the present state back into the tree: values in variables, frozen ones in `Fixed`.

What follows from the pairs (`slots`) and from the relations (`Relations`) is computed once and handed down by `edited` to
every set-up in which it still holds: moving a value costs a few array operations, however many pairs there are.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float

from spec_lab._base import ParameterError, nearest
from spec_lab.data import collect_warnings
from spec_lab.fit import links, ties
from spec_lab.fit.annotations import GivenPid
from spec_lab.fit.declared_ties import Presented, present_model, raw_sources
from spec_lab.fit.origin import Origin, Origins, equal_values, marked, told_apart
from spec_lab.fit.pairs import PairSpec, make_pair
from spec_lab.fit.relations import Relations
from spec_lab.fit.shared_objects import shared_groups, shared_partition, shared_sentence
from spec_lab.fit.slots import Slot, make_slots, told_by_person
from spec_lab.models import Model
from spec_lab.priors import Prior
from spec_lab.tree import Struct, field

_RELATIONS = frozenset({"pairs", "partition", "frozen", "priors", "ties"})


class Setup(Struct):
    """Immutable state of a fit; make one with `Setup.from_pairs`, change it with `edits`.

    Attributes:
        pairs: Data and models.
        values: `f[p]`, the value of each slot (linked slots hold equal values).
        frozen: One flag a slot (equal within a group).
        partition: The links, see `links`.
        priors: One prior a slot (equal within a group); None is an improper flat prior.
        ties: `(pid of the master, expression)` for each tied group, ascending.
        rule: How components are integrated over energy bins: `"exact"` or `"trapezoid5"`.
        value_origins: Where each value comes from, a code of `Origin` a slot; None (as in files of earlier versions) means
            default where a value is the component's default, else given.
        prior_origins: Likewise of the priors.
    """

    pairs: tuple[PairSpec, ...] = field()
    values: np.ndarray = field()
    frozen: tuple[bool, ...] = field(static=True)
    partition: tuple[int, ...] = field(static=True)
    priors: tuple[Prior | None, ...] = field(static=True)
    ties: tuple[tuple[int, str], ...] = field(static=True, default=())
    rule: str = field(static=True, default="exact")
    value_origins: Origins | None = field(default=None, compare=False)
    prior_origins: Origins | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        pairs = "; ".join(f"{'+'.join(p.data.names)}: {p.model.expression}" for p in self.pairs)
        return f"<Setup {pairs or 'without pairs'}, {len(self.values)} parameters, {len(self.free)} free>"

    @classmethod
    def from_pairs(cls, pairs: Any, rule: str = "exact") -> "Setup":
        """The starting set-up.

        What appears twice (the same variable, component, model or data unit, by identity) starts linked to itself; derived
        parameters and a `Tie` around a model start tied.

        Args:
            pairs: `(data, model)` pairs.
            rule: `"exact"` or `"trapezoid5"`.

        Raises:
            ParameterError: A pair that is none, an unknown rule, or a variable that says what a fit cannot hold.
        """
        if rule not in ("exact", "trapezoid5"):
            raise ParameterError("unknown integration rule", got=rule, allowed="'exact' or 'trapezoid5'")
        made = tuple(make_pair(p) for p in pairs)
        setup = cls.of_pairs(made, rule)
        shared = shared_sentence(shared_groups(made, setup.slots, setup.partition, setup.partition))
        if shared:
            with collect_warnings() as notes:
                notes.append(shared)
        return setup

    @classmethod
    def of_pairs(cls, made: tuple[PairSpec, ...], rule: str) -> "Setup":
        """`from_pairs` for pairs that are made already; says nothing about shared objects."""
        slots = make_slots(made)
        partition = shared_partition(made, slots)
        masters = [slots[root] for root in partition]  # whatever the other members say: a group has one state
        values = np.array([s.value for s in masters], dtype=float)
        value_given, prior_given = told_by_person(made, slots)
        setup = cls(
            pairs=made,
            values=values,
            frozen=tuple(s.frozen for s in masters),
            partition=partition,
            priors=tuple(s.prior for s in masters),
            ties=_declared_ties(made, slots, partition),
            rule=rule,
            value_origins=told_apart([not value_given[root] for root in partition]),
            prior_origins=told_apart([not prior_given[root] for root in partition]),
        )
        vars(setup)["slots"] = slots
        return setup.edited(values=setup.settle(values)) if setup.ties else setup

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The numbered parameters."""
        return make_slots(self.pairs)

    @cached_property
    def directions(self) -> tuple[tuple[int, int, int], ...]:
        """Pair, unit, and index of the slot `ra`, of each unit whose response depends on the source's position."""
        return tuple((s.pair, s.unit_index, i) for i, s in enumerate(self.slots) if s.movable and s.name == "ra")

    @cached_property
    def relations(self) -> Relations:
        """What follows from links, freezes, priors and ties, whatever the values are."""
        return Relations(self.slots, self.partition, self.frozen, self.priors, self.ties)

    def edited(self, **changes: Any) -> "Setup":
        """`replace`, handing down what the changes leave as it was."""
        new = self.replace(**changes)
        changed = {name for name in _RELATIONS & changes.keys() if changes[name] is not getattr(self, name)}
        if "pairs" not in changed:
            vars(new).update(slots=self.slots, directions=self.directions)
        if not changed:
            vars(new)["relations"] = self.relations
        return new

    def index(self, pid: GivenPid) -> int:
        """The 0-based index of a parameter given as 1-based number, text number, or path such as `cpl.alpha`.

        Raises:
            ParameterError: No such parameter.
        """
        n = len(self.values)
        pid = pid.removesuffix("*") if isinstance(pid, str) else pid  # as tables show the free ones
        if isinstance(pid, (int, np.integer)) and not isinstance(pid, bool) and 1 <= pid <= n:
            return int(pid) - 1
        if isinstance(pid, str):
            if pid.isdigit() and 1 <= int(pid) <= n:
                return int(pid) - 1
            found = [i for i, s in enumerate(self.slots) if pid in (s.path, f"{s.component}.{s.name}")]
            if len(found) == 1:
                return found[0]
        raise ParameterError(
            "there is no such parameter",
            got=pid,
            allowed=f"a number from 1 to {n}, or a name such as {self.slots[0].component}.{self.slots[0].name}"
            if n
            else "none: there are no pairs",
            hint=self._meant(pid),
        )

    def _meant(self, pid: Any) -> str | None:
        if not isinstance(pid, str) or not self.slots:
            return None
        shorts = [f"{s.component}.{s.name}" for s in self.slots]
        same = [
            s.path if shorts.count(short) > 1 else short
            for s, short in zip(self.slots, shorts, strict=True)
            if pid in (s.name, short)
        ]
        return (
            f"Did you mean {' or '.join(same[:4])}?" if same else nearest(pid, [*shorts, *(s.path for s in self.slots)])
        )

    def root(self, index: int) -> int:
        """The master (lowest index) of a slot's group."""
        return self.partition[index]

    def range_of(self, index: int) -> tuple[float, float]:
        """Where a slot's group may go: the prior's support, cut to the hard limits of all members."""
        return self.relations.range_of(self.partition[index])

    @property
    def tied(self) -> Mapping[int, str]:
        """0-based master → expression."""
        return self.relations.tied

    @property
    def free(self) -> tuple[int, ...]:
        """0-based masters of the free groups, ascending: the coordinates of the fit."""
        return self.relations.free

    def group(self, index: int) -> tuple[int, ...]:
        """All slots linked to one, itself included, ascending."""
        return self.relations.groups[self.partition[index]]

    def value_origin(self, index: int) -> Origin:
        """Where the value of a slot comes from."""
        return Origin(int(self._value_origins[index]))

    def prior_origin(self, index: int) -> Origin:
        """Where the prior of a slot comes from."""
        return Origin(int(self._prior_origins[index]))

    @cached_property
    def _value_origins(self) -> Origins:
        if self.value_origins is not None:
            return np.asarray(self.value_origins)
        return told_apart(equal_values(np.asarray(self.values), [s.default for s in self.slots]))

    @cached_property
    def _prior_origins(self) -> Origins:
        if self.prior_origins is not None:
            return np.asarray(self.prior_origins)
        return told_apart([p == s.default_prior for p, s in zip(self.priors, self.slots, strict=True)])

    @property
    def free_values(self) -> np.ndarray:
        """`f[n]`, the values of the free slots."""
        return np.asarray(self.values)[list(self.free)]

    def with_free(
        self, free_values: Float[np.ndarray, "n"] | Sequence[float], origin: Origin = Origin.FITTED
    ) -> "Setup":
        """The set-up with the free slots at `free_values` (`f[n]`), linked and tied slots following.

        Args:
            free_values: `f[n]`, one value for each free parameter.
            origin: Where they come from.

        Raises:
            ParameterError: The number of values differs from the number of free parameters.
        """
        theta = np.atleast_1d(np.asarray(free_values, dtype=float))
        if theta.shape != (len(self.free),):
            raise ParameterError(
                "the vector does not fit the free parameters", got=theta.shape, allowed=f"shape ({len(self.free)},)"
            )
        values = np.array(self.values, dtype=float)
        values[list(self.free)] = theta
        moved = [i for root in self.free for i in self.relations.groups[root]]
        return self.edited(values=self.settle(values), value_origins=marked(self._value_origins, moved, origin))

    def with_values(self, moved: Mapping[int, float], origin: Origin | None = None) -> "Setup":
        """The set-up with the groups of some slots at other values, tied slots following.

        Args:
            moved: Index of a slot → its value.
            origin: Where the values come from; None leaves that as it is.
        """
        values, touched = np.array(self.values, dtype=float), []
        for index, value in moved.items():
            group = list(self.group(index))
            values[group] = value
            touched += group
        origins = self._value_origins if origin is None else marked(self._value_origins, touched, origin)
        return self.edited(values=self.settle(values), value_origins=origins)

    def with_prior(self, index: int, prior: Prior | None, origin: Origin) -> "Setup":
        """The set-up with another prior of a slot's group."""
        group = self.group(index)
        priors = tuple(prior if i in group else old for i, old in enumerate(self.priors))
        return self.edited(priors=priors, prior_origins=marked(self._prior_origins, list(group), origin))

    def settle(self, values: np.ndarray) -> np.ndarray:
        """Slot values in which links and ties hold: members copy their master, ties are evaluated in order.

        Raises:
            ParameterError: A tie has no finite value.
        """
        values = np.array(values, dtype=float)[self.relations.roots]
        for root in self.relations.tie_order:
            text = self.tied[root]
            value = ties.number(text, lambda n: float(values[self.partition[n - 1]]))
            if not np.isfinite(value):
                what = f"the tie {text!r} of par[{root + 1}] has no finite value there"
                raise ParameterError(what, hint="Move the parameters it reads, or remove the tie first.")
            values[list(self.relations.groups[root])] = value
        return values

    def model(self, pair: int) -> Model:
        """The model of a pair with the present values in its variables, frozen ones wrapped in `Fixed`.

        A variable that stands in several places and is one parameter there is one object in all models of this set-up.
        """
        mine = [i for i, s in enumerate(self.slots) if s.owner == "model" and s.pair == pair]
        roots = {i: self.partition[i] for i in mine}
        states = [(float(self.values[i]), self.frozen[i], root in self.tied, root) for i, root in roots.items()]
        return present_model(self.pairs[pair].model, states, self._presented)

    @cached_property
    def _presented(self) -> Presented:
        return {}


def _declared_ties(
    pairs: tuple[PairSpec, ...], slots: tuple[Slot, ...], partition: links.Partition
) -> tuple[tuple[int, str], ...]:
    """The ties that variables and `Tie`s of the models declare, in the numbers of the fit."""
    texts: dict[int, str] = {}
    for k, pair in enumerate(pairs):
        first = next((s.pid for s in slots if s.owner == "model" and s.pair == k), 1)
        size = pair.model.size
        declared = [(s.index + 1, size + i, s.formula) for i, s in enumerate(raw_sources(pair.model), start=1)]
        local = [(target, ties.renumbered(formula, {1: source})) for target, source, formula in declared]
        for target, text in (*local, *pair.ties):
            numbers = {n: first + n - 1 for n in ties.sources(text)}
            texts.setdefault(partition[first + target - 2] + 1, ties.renumbered(text, numbers))
    ties.order(texts, lambda pid: partition[pid - 1] + 1)
    return tuple(sorted(texts.items()))
