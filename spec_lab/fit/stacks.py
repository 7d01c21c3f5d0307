"""Runs: where the slots and channels of pairs of one shape lie, so that a program can go through them in a loop."""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp

from spec_lab.fit.program_layout import PairLayout, ProgramLayout
from spec_lab.fit.slots import DATA_PARAMETERS


class Stack(NamedTuple):
    """Pairs of one shape that follow one another.

    Attributes:
        first: Number of the first, from 0.
        count: How many.
        layout: Of one of them by itself, its slots counted from 0: those of the model, then those of its units.
        slots: Where the model's slots begin, and where those of the data do, of the first pair.
        channels: For each statistic of the problem, where the stack's channels begin, and how many one pair has.
    """

    first: int
    count: int
    layout: ProgramLayout
    slots: tuple[int, int]
    channels: tuple[tuple[int, int], ...]

    @property
    def stop(self) -> int:
        """One past the number of the last pair."""
        return self.first + self.count

    def own(self, values: jax.Array) -> jax.Array:
        """Of values `f[p, ...]` of all slots those of each pair: `f[k, q, ...]`."""
        size = self.layout.pairs[0].slots[1]
        sizes = zip(self.slots, (size, self.layout.slots - size), strict=True)
        rows = [values[at : at + self.count * q].reshape(self.count, q, *values.shape[1:]) for at, q in sizes]
        return jnp.concatenate(rows, axis=1)

    def rows(self, statistic: int, values: jax.Array) -> jax.Array:
        """Of values `f[c]` of all channels of a statistic those of each pair: `f[k, c]`."""
        start, length = self.channels[statistic]
        return values[start : start + self.count * length].reshape(self.count, length)


@functools.cache
def find_stacks(layout: ProgramLayout) -> tuple[Stack, ...]:
    """The stacks of a layout, in order."""
    out, at, filled = [], 0, [0] * len(layout.statistics)
    for count in layout.stacks:
        place = layout.pairs[at]
        lengths = [sum(u.channels for u in place.units if u.statistic == k) for k in range(len(filled))]
        data_at = place.units[0].slots
        channels = tuple(zip(filled, lengths, strict=True))
        out.append(Stack(at, count, _alone(layout, place), (place.slots[0], data_at), channels))
        filled = [start + count * length for start, length in channels]
        at += count
    return tuple(out)


def _alone(layout: ProgramLayout, place: PairLayout) -> ProgramLayout:
    """The layout of one pair by itself."""
    size, data = place.slots[1] - place.slots[0], len(DATA_PARAMETERS)
    units = tuple(u._replace(slots=size + j * data) for j, u in enumerate(place.units))
    alone = PairLayout(place.model, (0, size), units)
    slots = size + data * len(units)
    return ProgramLayout((alone,), (1,), layout.statistics, slots, slots, (), (), layout.laws)
