"""Relations: what follows from links, freezes, priors and ties, whatever the values are.

A set-up computes them once and hands them down to every set-up that differs in values only. Nothing here knows a value.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import attrs
import jax
import numpy as np
from jaxtyping import Int

from spec_lab.fit import links, ties
from spec_lab.fit.slots import Slot
from spec_lab.priors import Family, Prior


@jax.tree_util.register_static
@attrs.frozen
class Laws:
    """The priors beyond the table, by code: structure of compiled functions (see `priors.distributions`)."""

    rows: tuple[Family, ...] = ()


class AffineTie(NamedTuple):
    """A tie that an affine map can hold: its group, its constant, and the coefficient of each root (0-based) it reads."""

    group: tuple[int, ...]
    constant: float
    terms: tuple[tuple[int, float], ...]


class Relations:
    """The relations among the slots of a set-up.

    Args:
        slots: The numbered parameters.
        partition: The links, see `links`.
        frozen: One flag a slot.
        priors: One prior a slot.
        tie_texts: `(pid of the master, expression)` for each tied group.
    """

    def __init__(
        self,
        slots: tuple[Slot, ...],
        partition: links.Partition,
        frozen: tuple[bool, ...],
        priors: tuple[Prior | None, ...],
        tie_texts: tuple[tuple[int, str], ...],
    ):
        self.slots, self.partition, self.frozen, self.priors = slots, partition, frozen, priors
        self.tied: Mapping[int, str] = {pid - 1: text for pid, text in tie_texts}
        self._ranges: dict[int, tuple[float, float]] = {}

    @cached_property
    def roots(self) -> Int[np.ndarray, "p"]:
        """The partition as an array: the master of each slot."""
        return np.array(self.partition, dtype=int)

    @cached_property
    def groups(self) -> Mapping[int, tuple[int, ...]]:
        """Master → all members of its group, ascending; single slots too."""
        found: dict[int, list[int]] = {}
        for i, root in enumerate(self.partition):
            found.setdefault(root, []).append(i)
        return {root: tuple(members) for root, members in found.items()}

    @cached_property
    def free(self) -> tuple[int, ...]:
        """0-based masters of the free groups, ascending."""
        still = self.unread | set(self.tied)
        return tuple(root for root in self.groups if not self.frozen[root] and root not in still)

    @cached_property
    def unread(self) -> frozenset[int]:
        """Masters of groups that move nothing: sources of derived parameters that no tie reads any more."""
        sources = {root for root, group in self.groups.items() if all(self.slots[i].source for i in group)}
        read = {self.partition[pid - 1] for text in self.tied.values() for pid in ties.sources(text)} if sources else ()
        return frozenset(sources.difference(read))

    @cached_property
    def laws(self) -> Laws:
        """The priors beyond the table, of free slots or not: freezing one is no change of structure."""
        found = {law for prior in self.priors if prior is not None for law in prior.laws}
        return Laws(tuple(sorted(found, key=lambda law: law.code)))

    @cached_property
    def tie_order(self) -> tuple[int, ...]:
        """0-based masters of the tied groups, sources first."""
        texts = {root + 1: text for root, text in self.tied.items()}
        return tuple(pid - 1 for pid in ties.order(texts, lambda pid: self.partition[pid - 1] + 1))

    @cached_property
    def curved(self) -> tuple[tuple[int, str], ...]:
        """Ties that no affine map can hold, `(0-based master, expression)` in order of evaluation.

        An affine tie that reads a curved one counts as curved.
        """
        found: dict[int, str] = {}
        for root in self.tie_order:
            text = self.tied[root]
            reads_curved = any(self.partition[s - 1] in found for s in ties.sources(text))
            if reads_curved or ties.as_affine(text) is None:
                found[root] = text
        return tuple(found.items())

    @cached_property
    def affine(self) -> tuple[AffineTie, ...]:
        """The other ties, in order of evaluation."""
        curved, made = dict(self.curved), []
        for root in self.tie_order:
            form = None if root in curved else ties.as_affine(self.tied[root])
            if form is not None:
                terms = tuple((self.partition[source - 1], c) for source, c in form.coefficients.items())
                made.append(AffineTie(self.groups[root], form.constant, terms))
        return tuple(made)

    @cached_property
    def moving(self) -> Int[np.ndarray, "m"]:
        """The members of all free groups: the slots that are coordinates of the fit, or equal one."""
        return np.array([i for root in self.free for i in self.groups[root]], dtype=int)

    def range_of(self, root: int) -> tuple[float, float]:
        """Where a group may go: the prior's support, cut to the hard limits of all members."""
        found = self._ranges.get(root)
        if found is None:
            prior = self.priors[root]
            ranges = [self.slots[i].limits for i in self.groups[root]]
            lows, highs = zip(*ranges, *([prior.support] if prior is not None else []), strict=True)
            found = self._ranges[root] = max(lows), min(highs)
        return found
