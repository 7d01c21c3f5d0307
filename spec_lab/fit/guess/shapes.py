"""The shapes of a model's additive terms: what each gives in every channel, at many values of its parameters at once."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup
from spec_lab.fit.space import FreeSpace
from spec_lab.fit.view import View

ROWS = 32
STEP = 1e-4  # of a parameter, for differences


class Observed(NamedTuple):
    """What a pair's channels say: net rates, and one over their standard deviations (0 in the padding)."""

    rate: Float[np.ndarray, "c"]
    inverse: Float[np.ndarray, "c"]


@functools.cache
def _rates_of(pair: int, terms: tuple[int, ...]) -> Callable[[View, FreeSpace, Any], jax.Array]:
    """A function that gives the rates `f[s, t, c]` of some terms of a pair at slot values `f[s, p]`; one for each choice."""

    def rates(view: View, space: FreeSpace, rows: Any) -> jax.Array:
        return jax.vmap(lambda theta: _term_rates(view, theta, pair, terms))(rows)

    return rates


def _term_rates(view: View, theta: jax.Array, pair: int, terms: tuple[int, ...]) -> jax.Array:
    place, grid = view.layout.pairs[pair], view.pair_block(pair).grid
    mine, parts = theta[slice(*place.slots)], place.model.model.terms
    if len(parts) == 1:
        photons = [view.photons(theta, pair)]
    else:
        photons = [parts[k].model.photons(mine[np.array(parts[k].indices)], grid) for k in terms]
    return jnp.stack([jnp.concatenate(view.fold(pair, one, theta)) for one in photons])


def term_rates(
    problem: Problem, pair: int, terms: Sequence[int], rows: Float[np.ndarray, "s p"]
) -> Float[np.ndarray, "s t c"]:
    """Rates, counts/s, of some terms of a pair in each channel, at many slot values; compiled once for each choice of terms."""
    found = problem.map_blocks(_rates_of(pair, tuple(terms)), rows, (ROWS, ROWS))
    return np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)


def shifted_rows(setup: Setup, slots: Sequence[int]) -> tuple[Float[np.ndarray, "s p"], Float[np.ndarray, "k"]]:
    """The set-up's slot values, then those with each of some slots a little lower and a little higher; and the steps between."""
    here = np.array(setup.values, dtype=float)
    rows, steps = [here], []
    for slot in slots:
        low, high = setup.range_of(slot)
        step = STEP * max(abs(here[slot]), 1.0)
        ends = [min(max(end, low), high) for end in (here[slot] - step, here[slot] + step)]
        for end in ends:
            there = here.copy()
            there[list(setup.group(slot))] = end
            rows.append(there)
        steps.append(ends[1] - ends[0] or STEP)
    return np.array(rows), np.array(steps)


def slopes(
    problem: Problem, pair: int, terms: Sequence[int], slots: Sequence[int]
) -> tuple[Float[np.ndarray, "t c"], Float[np.ndarray, "k c"]]:
    """Rates of some terms at the set-up's values, and how their sum changes with some slots there."""
    rows, steps = shifted_rows(problem.setup, slots)
    found = term_rates(problem, pair, terms, rows)
    total = found.sum(axis=1)
    return found[0], (total[2::2] - total[1::2]) / steps[:, None]


def observed(setup: Setup, problem: Problem, pair: int) -> Observed:
    """Net rates of a pair and their errors: counts smoothed over nine channels, and those of the background."""
    rates, inverse = [], []
    for unit, place in zip(setup.pairs[pair].data.units, problem.layout.pairs[pair].units, strict=True):
        c, padding = unit.channels(), place.channels
        background = c.B / c.tb if c.has_background else np.zeros(len(c.S))
        variance = np.maximum(_smooth(c.S), 0.3) / c.ts**2
        if c.has_background:
            variance = variance + np.maximum(c.B, c.sigma_B**2) / c.tb**2
        fill = (0, padding - len(c.S))
        rates.append(np.pad(c.S / c.ts - background, fill))
        inverse.append(np.pad(np.sqrt(float(unit.weight) / variance), fill))
    return Observed(np.concatenate(rates), np.concatenate(inverse))


def _smooth(counts: np.ndarray, width: int = 9) -> np.ndarray:
    kernel = np.ones(min(width, len(counts)))
    return np.convolve(counts, kernel, "same") / np.convolve(np.ones(len(counts)), kernel, "same")
