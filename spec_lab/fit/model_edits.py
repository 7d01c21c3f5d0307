"""Edits of models and pairs: those that change which pairs and models there are, and so which slots.

What an old slot knew (value, freeze, prior, links, ties) goes with it to its new number; a slot that is new starts as its
model says. Numbers in ties are rewritten.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import attrs
import numpy as np

from spec_lab._base import ModelError, ParameterError
from spec_lab.fit import links, sky, ties
from spec_lab.fit.annotations import GivenPair
from spec_lab.fit.declared_ties import apart, identities, raw_sources, written
from spec_lab.fit.edits import Edit
from spec_lab.fit.pairs import PairSpec, make_pair
from spec_lab.fit.setup import Setup
from spec_lab.fit.shared_objects import shared_groups, shared_partition, shared_sentence
from spec_lab.fit.slots import Slot
from spec_lab.models import Model
from spec_lab.priors import Prior
from spec_lab.variables import Tie

Place = Mapping[int, int]  # old index → new index


@attrs.frozen(eq=False)
class Append(Edit):
    """Add a pair; parameters keep their state, and data parameters move behind the new model's."""

    pair: Any

    def apply(self, setup: Setup) -> Setup:
        grown = Setup.of_pairs((*setup.pairs, make_pair(self.pair)), setup.rule)
        return sky.check(_carried(setup, grown, _same(setup, grown), {}))

    def as_code(self) -> str:
        return "infer.append((data, model))"

    def remark(self, before: Setup, after: Setup) -> str:
        return newly_shared(before, after)


@attrs.frozen(eq=False)
class SetModel(Edit):
    """Give a pair (None: every pair) another model.

    A component that both models have keeps all its state. Of the others, a parameter of the same name takes its value along,
    and its links to others that change with it, so that `cpl` hands index, peak and amplitude to `band`; freezes and priors are
    then the new model's.
    """

    model: Model | Tie
    pair: int | None = None

    def apply(self, setup: Setup) -> Setup:
        chosen = _chosen(setup, self.pair)
        copies: dict[Any, Model] = {}  # pairs that shared one model share the new one; others get one each
        pairs = list(setup.pairs)
        for i in chosen:
            old = pairs[i]
            new = make_pair((old.data, self.model))
            mine = copies.setdefault(tuple(identities(old.model)), apart(new.model) if copies else new.model)
            pairs[i] = new.replace(model=mine)
        grown = Setup.of_pairs(_alike(setup, tuple(pairs)), setup.rule)
        exact = _same(setup, grown)
        return sky.check(_carried(setup, grown, exact, _namesakes(setup, grown, exact)))

    def as_code(self) -> str:
        which = "" if self.pair is None else f", {self.pair}"
        text = "model" if isinstance(self.model, Tie) else _written(self.model)
        return f"infer.set_model({text}{which})"

    @property
    def label(self) -> str:
        return f"model {written(self.model)[0].expression}"

    def remark(self, before: Setup, after: Setup) -> str:
        return " ".join(filter(None, (newly_shared(before, after), no_longer_derived(before, after))))


def newly_shared(before: Setup, after: Setup) -> str:
    """The sentence on parameters that are one since an edit, because what it brought stands in several places."""
    was = {j: before.partition[i] for i, j in _same(before, after).items()}
    groups = shared_groups(after.pairs, after.slots, shared_partition(after.pairs, after.slots), after.partition)
    new = [group for group in groups if len({was.get(s.pid - 1, -s.pid) for s in group}) > 1]
    return shared_sentence(new)


def no_longer_derived(before: Setup, after: Setup) -> str:
    """The sentence on parameters that a former model derived from another number, and that the new one has for their own."""
    place = _same(before, after)
    freed = [
        f"{before.slots[root].component}.{before.slots[root].name} = {text}"
        for root, text in before.tied.items()
        if root in place and after.root(place[root]) not in after.tied and _was_declared(before, root + 1)
    ]
    if not freed:
        return ""
    hint = "To keep it, give the model as an object that holds the derived variable."
    return f"The former model derived {'; '.join(freed)}, the new one does not: a parameter of its own now. {hint}"


def _chosen(setup: Setup, pair: GivenPair) -> tuple[int, ...]:
    count = len(setup.pairs)
    if pair is None and count:
        return tuple(range(count))
    if isinstance(pair, bool) or not isinstance(pair, (int, np.integer)) or not 1 <= pair <= count:
        allowed = f"1 to {count}, or None for all" if count else "none: there are no pairs"
        raise ParameterError("there is no such pair", got=pair, allowed=allowed)
    return (int(pair) - 1,)


def _alike(setup: Setup, pairs: tuple[PairSpec, ...]) -> tuple[PairSpec, ...]:
    """Pairs whose model did not really change stay the very objects they were, with all that is cached for them."""
    return tuple(old if _says_the_same(old, new) else new for old, new in zip(setup.pairs, pairs, strict=True))


def _says_the_same(old: PairSpec, new: PairSpec) -> bool:
    return old.model.structure == new.model.structure and old.ties == new.ties and _formulas(old) == _formulas(new)


def _formulas(pair: PairSpec) -> list[tuple[int, str]]:
    return [(source.index, source.formula) for source in raw_sources(pair.model)]


def _written(model: Model) -> str:
    """The model as text where that text gives it back; else a name for something made by hand."""
    try:
        again = Model.parse(model.expression)
    except ModelError:  # a component that only this program knows
        return "model"
    return repr(model.expression) if again.structure == model.structure and not raw_sources(model) else "model"


def _key(slot: Slot) -> tuple[Any, ...]:
    return (slot.owner, slot.pair, slot.unit_index, slot.component, slot.name)


def _same(old: Setup, grown: Setup) -> dict[int, int]:
    """Slots that both have: same pair, same component or unit, same name."""
    place = {_key(slot): i for i, slot in enumerate(grown.slots)}
    return {i: place[_key(slot)] for i, slot in enumerate(old.slots) if _key(slot) in place}


def _namesakes(old: Setup, grown: Setup, exact: Place) -> dict[int, int]:
    """Model parameters of components that went, and those of the same name of components that came, first to first."""
    taken, found = set(exact.values()), {}
    for i, slot in enumerate(old.slots):
        if slot.owner != "model" or i in exact:
            continue
        match = next((j for j, s in enumerate(grown.slots) if j not in taken and _alias(s) == _alias(slot)), None)
        if match is not None:
            taken.add(match)
            found[i] = match
    return found


def _alias(slot: Slot) -> tuple[Any, ...]:
    return (slot.owner, slot.pair, slot.name, slot.unit)


def _carried(old: Setup, grown: Setup, exact: Place, loose: Place) -> Setup:
    """`grown` with the state of `old`: all of it where the place is `exact`, value and links where it is `loose`."""
    ours, theirs = _States.of(old), _States.of(grown)
    for i, j in loose.items():
        low, high = grown.range_of(j)
        if low <= ours.values[i] <= high:
            theirs.values[j], theirs.value_origins[j] = ours.values[i], ours.value_origins[i]
    for i, j in exact.items():
        theirs.take(j, ours, i)
    partition = _partition(old, grown, exact, loose)
    rank = {**dict.fromkeys(loose.values(), 1), **dict.fromkeys(exact.values(), 0)}
    for root in set(partition):  # who knows most gives the group its state
        group = links.members(partition, root)
        giver = min(group, key=lambda j: (rank.get(j, 2), j))
        for j in group:
            theirs.take(j, theirs, giver)
    texts = _ties(old, grown, exact, loose, partition)
    made = sky.hold_idle(grown.edited(partition=partition, ties=tuple(sorted(texts.items())), **theirs.columns()))
    return made.edited(values=made.settle(made.values))


class _States(NamedTuple):
    """What each slot of a set-up holds, as lists to write into."""

    values: list[float]
    frozen: list[bool]
    priors: list[Prior | None]
    value_origins: list[int]
    prior_origins: list[int]

    @classmethod
    def of(cls, setup: Setup) -> "_States":
        """The state of every slot of a set-up."""
        every = range(len(setup.values))
        return cls(
            [float(v) for v in setup.values],
            list(setup.frozen),
            list(setup.priors),
            [setup.value_origin(i) for i in every],
            [setup.prior_origin(i) for i in every],
        )

    def take(self, to: int, other: "_States", at: int) -> None:
        """Give slot `to` what slot `at` of another set-up holds."""
        columns: Any = zip(self, other, strict=True)
        for mine, theirs in columns:
            mine[to] = theirs[at]

    def columns(self) -> dict[str, Any]:
        """As fields of a set-up."""
        return {
            "values": np.array(self.values, dtype=float),
            "frozen": tuple(self.frozen),
            "priors": tuple(self.priors),
            "value_origins": np.array(self.value_origins, dtype=np.int8),
            "prior_origins": np.array(self.prior_origins, dtype=np.int8),
        }


def _partition(old: Setup, grown: Setup, exact: Place, loose: Place) -> links.Partition:
    """Old slots are linked as they were, namesakes only among each other.

    What came with a model that another pair has too (the same object) is linked to that pair's, whole: new slots and namesakes.
    """
    partition, stay, kin = links.separate_all(len(grown.values)), set(exact.values()), set(loose.values())
    for group in links.groups(grown.partition):
        anchor = min(group, key=lambda j: (j not in stay, j))
        joining = [j for j in group if j not in stay and (j not in kin or anchor in stay)]
        partition = links.merge(partition, (anchor, *joining))
    for place in (exact, loose):
        first: dict[int, int] = {}
        for i, j in sorted(place.items()):
            partition = links.merge(partition, (first.setdefault(old.partition[i], j), j))
    return partition


def _overruled(heirs: list[int], partition: links.Partition, stay: set[int]) -> bool:
    """Whether namesakes that were tied have joined a parameter that stays as it is."""
    return not stay.intersection(heirs) and any(j in stay for j in links.members(partition, heirs[0]))


def _ties(old: Setup, grown: Setup, exact: Place, loose: Place, partition: links.Partition) -> dict[int, str]:
    """The ties with new numbers, each at the master of its group: those that were, and those the new model declares.

    Raises:
        ParameterError: A parameter that stays is tied to one that goes.
    """
    place, stay = {**exact, **loose}, set(exact.values())
    numbers = {i + 1: j + 1 for i, j in place.items()}
    texts: dict[int, str] = {}
    for pid, text in grown.ties:
        sources = {partition[n - 1] for n in ties.sources(text)}
        if pid - 1 not in stay or not sources.issubset(stay):  # else both were there, and whoever untied them meant it
            texts[partition[pid - 1] + 1] = text
    for pid, text in old.ties:
        heirs = [place[i] for i in links.members(old.partition, pid - 1) if i in place]
        if not heirs or _overruled(heirs, partition, stay):
            continue
        lost = [old.index(s) + 1 for s in ties.sources(text) if old.index(s) + 1 not in numbers]
        if not lost:
            texts[partition[heirs[0]] + 1] = ties.renumbered(text, numbers)
        elif partition[heirs[0]] + 1 not in texts and not _was_declared(old, pid):
            gone = old.slots[lost[0] - 1]
            raise ParameterError(
                f"par[{pid}] is tied to par[{gone.pid}] ({gone.component}.{gone.name}), which the new model does not have",
                got=text,
                hint=f"Untie it first: infer.par[{pid}].untie().",
            )
    return texts


def _was_declared(old: Setup, pid: int) -> bool:
    """Whether a tie came with the model: it then goes with it."""
    return any(old.slots[n - 1].source for n in ties.sources(old.tied[pid - 1]))
