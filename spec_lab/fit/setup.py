"""Setup: the whole state of a fit, immutable.

Pairs, one value a slot, and the relations and beliefs about slots: links (a partition), ties, freezes, priors. All of it
that can change by an edit is kept flat here rather than wrapped into the model trees, because freezing by wrapping would
change the tree's structure and so force XLA to compile again; kept flat, values, freezes, links and priors are *data* of the
compiled functions. `Setup.model(i)` puts the present state back into the tree: values in variables, frozen ones in `Fixed`.
"""

from typing import Any

import numpy as np

from spec_lab._base import ParameterError
from spec_lab._base.errors import nearest
from spec_lab.fit import links, ties
from spec_lab.fit.pairs import PairSpec, make_pair
from spec_lab.fit.slots import Slot, make_slots
from spec_lab.priors import Prior
from spec_lab.tree import Struct, field

POSITION = ("ra", "dec")


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
    """

    pairs: tuple[PairSpec, ...] = field()
    values: np.ndarray = field()
    frozen: tuple[bool, ...] = field(static=True)
    partition: tuple[int, ...] = field(static=True)
    priors: tuple[Prior | None, ...] = field(static=True)
    ties: tuple[tuple[int, str], ...] = field(static=True, default=())
    rule: str = field(static=True, default="exact")

    def __repr__(self) -> str:
        pairs = "; ".join(f"{'+'.join(p.data.names)}: {p.model.expression}" for p in self.pairs)
        return f"<Setup {pairs or 'without pairs'}, {len(self.values)} parameters, {len(self.free)} free>"

    @classmethod
    def from_pairs(cls, pairs: Any, rule: str = "exact") -> "Setup":
        """The starting set-up. A model or data unit that appears twice (the same object) starts linked to itself."""
        if rule not in ("exact", "trapezoid5"):
            raise ParameterError("unknown integration rule", got=rule, allowed="'exact' or 'trapezoid5'")
        made = tuple(make_pair(p) for p in pairs)
        slots = make_slots(made)
        values = np.array([s.value for s in slots], dtype=float)
        return cls(
            pairs=made,
            values=values,
            frozen=tuple(s.frozen for s in slots),
            partition=_shared(made, slots),
            priors=tuple(s.prior for s in slots),
            rule=rule,
        )

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The numbered parameters; cached by the identity of the pairs."""
        return _slots(self.pairs)

    def index(self, pid: int | str) -> int:
        """The 0-based index of a parameter given as 1-based number, text number, or path such as `cpl.alpha`.

        Raises:
            ParameterError: No such parameter.
        """
        n = len(self.values)
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
        prior = self.priors[self.root(index)]
        ranges = [self.slots[i].limits for i in links.members(self.partition, index)]
        lows, highs = zip(*ranges, *([prior.support] if prior is not None else []), strict=True)
        return max(lows), min(highs)

    @property
    def tied(self) -> dict[int, str]:
        """0-based master → expression."""
        return {pid - 1: text for pid, text in self.ties}

    @property
    def free(self) -> tuple[int, ...]:
        """0-based masters of the free groups, ascending: the coordinates of the fit."""
        tied = self.tied
        return tuple(i for i, r in enumerate(self.partition) if i == r and not self.frozen[i] and i not in tied)

    @property
    def free_values(self) -> np.ndarray:
        """`f[n]`, the values of the free slots."""
        return np.asarray(self.values)[list(self.free)]

    def with_free(self, free_values: Any) -> "Setup":
        """The set-up with the free slots at `free_values` (`f[n]`), linked and tied slots following.

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
        return self.replace(values=self.settle(values))

    def settle(self, values: np.ndarray) -> np.ndarray:
        """Slot values in which links and ties hold: members copy their master, ties are evaluated in order.

        Raises:
            ParameterError: A tie has no finite value.
        """
        values = np.array(values, dtype=float)[list(self.partition)]
        texts = dict(self.ties)
        for pid in ties.order(texts, self._root_pid):
            value = ties.number(texts[pid], lambda n: float(values[self.partition[n - 1]]))
            if not np.isfinite(value):
                what = f"the tie {texts[pid]!r} of par[{pid}] has no finite value there"
                raise ParameterError(what, hint="Move the parameters it reads, or remove the tie first.")
            values[list(links.members(self.partition, pid - 1))] = value
        return values

    def _root_pid(self, pid: int) -> int:
        return self.partition[pid - 1] + 1

    def model(self, pair: int) -> Any:
        """The model of a pair with the present values in its variables, frozen ones wrapped in `Fixed`."""
        indices = [i for i, s in enumerate(self.slots) if s.owner == "model" and s.pair == pair]
        values = np.asarray(self.values)[indices]
        return self.pairs[pair].model.with_values(values, [self.frozen[i] for i in indices])


def _shared(pairs: tuple[PairSpec, ...], slots: tuple[Slot, ...]) -> links.Partition:
    """Object sharing, detected once and written down as links: pytrees themselves forget it."""
    first: dict[tuple[int, str, str], int] = {}
    partition = []
    for i, slot in enumerate(slots):
        pair = pairs[slot.pair]
        owner = pair.model if slot.owner == "model" else _data_owner(pair.data.units[slot.unit_index], slot.name)
        component = slot.component if slot.owner == "model" else ""
        partition.append(first.setdefault((id(owner), component, slot.name), i))
    return tuple(partition)


def _data_owner(unit: Any, name: str) -> Any:
    """What two slots must share to be one parameter: the unit; for a position, the variable or the response it came with."""
    if unit.position is None or name not in POSITION:
        return unit
    given = None if unit.position.sources is None else unit.position.sources[POSITION.index(name)]
    return given if given is not None else unit.position


class _SlotCache:
    """Slots of the few most recent pair tuples; holds the tuple, so that an id is never reused while cached."""

    def __init__(self, size: int = 64):
        self.size = size
        self.entries: dict[int, tuple[tuple[PairSpec, ...], tuple[Slot, ...]]] = {}

    def __call__(self, pairs: tuple[PairSpec, ...]) -> tuple[Slot, ...]:
        hit = self.entries.get(id(pairs))
        if hit is not None and hit[0] is pairs:
            return hit[1]
        slots = make_slots(pairs)
        if len(self.entries) >= self.size:
            self.entries.pop(next(iter(self.entries)))
        self.entries[id(pairs)] = (pairs, slots)
        return slots


_slots = _SlotCache()
