"""Constrained moves: many points at once walk through the part of the unit cube where the likelihood exceeds a floor.

Each move is a slice along a random direction (hit-and-run): an interval of fixed length is laid at random over the present
point and shrunk towards it until a point above the floor is found (Neal 2003, without stepping out, which keeps uniform
sampling of the region exact for any length). All points advance in lock step, one likelihood each a step. Points of equal
likelihood are told apart by a random label, so that plateaus of the likelihood (a model without photons, -inf outside its
domain) are treated exactly (Skilling 2006, section 3).

The same few lines serve compiled programs (`renew`) and likelihoods written in Python (`renew_on_host`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab.fit.space import from_cube


class Points(NamedTuple):
    """Places in the cube `q` (`f[m, n]`) with their log-likelihood and label (`f[m]`)."""

    q: Any
    log_like: Any
    label: Any


class Region(NamedTuple):
    """Where to walk, and how.

    Attributes:
        log_like: The floor.
        label: What a point of exactly that likelihood must exceed.
        root: `f[n, n]`, a root of the covariance of the points inside; inert coordinates have zero rows and columns.
        reach: Length of the first interval, in standard deviations.
        moves: Accepted moves of every point.
    """

    log_like: Any
    label: Any
    root: Any
    reach: Any
    moves: Any


class _Walk(NamedTuple):
    points: Points
    direction: Any
    low: Any
    high: Any
    left: Any


class _Dice(NamedTuple):
    """The random numbers of one step."""

    place: Any
    label: Any
    offset: Any
    normal: Any


def _directions(region: Region, dice: _Dice, xp: Any) -> tuple[Any, Any]:
    """Directions in units of the region's standard deviation, and where their intervals begin."""
    unit = dice.normal / xp.sqrt(xp.sum(dice.normal**2, axis=1, keepdims=True))
    return unit @ region.root.T, -region.reach * dice.offset


def _begin(points: Points, region: Region, dice: _Dice, xp: Any) -> _Walk:
    direction, low = _directions(region, dice, xp)
    return _Walk(points, direction, low, low + region.reach, xp.zeros(len(low), dtype=int) + region.moves)


def _propose(walk: _Walk, dice: _Dice, xp: Any) -> tuple[Any, Any, Any]:
    """Distance along the direction, the place there, and whether it lies in the cube."""
    t = walk.low + dice.place * (walk.high - walk.low)
    q = walk.points.q + t[:, None] * walk.direction
    return t, xp.clip(q, 0.0, 1.0), xp.all((q >= 0.0) & (q <= 1.0), axis=1)


def _settle(walk: _Walk, region: Region, dice: _Dice, tried: tuple[Any, Any, Any], log_like: Any, xp: Any) -> _Walk:
    """Move to the points above the floor and choose new directions there; shrink the other intervals."""
    t, q, inside = tried
    tied = (log_like == region.log_like) & (dice.label > region.label)
    good = inside & ((log_like > region.log_like) | tied) & (walk.left > 0)
    pick = lambda new, old: xp.where(good[:, None] if new.ndim == 2 else good, new, old)  # noqa: E731
    points = Points(pick(q, walk.points.q), pick(log_like, walk.points.log_like), pick(dice.label, walk.points.label))
    direction, low = _directions(region, dice, xp)
    return _Walk(
        points,
        pick(direction, walk.direction),
        pick(low, xp.where(t < 0, t, walk.low)),
        pick(low + region.reach, xp.where(t < 0, walk.high, t)),
        walk.left - good,
    )


def renew(view: Any, space: Any, points: Points, region: Region, seed: Any) -> tuple[Points, Any]:
    """Walk all points through the region, compiled; returns them and the number of steps."""
    size, n = points.q.shape

    def roll(step: Any) -> _Dice:
        keys = jax.random.split(jax.random.fold_in(jax.random.PRNGKey(seed), step))
        place, label, offset = jax.random.uniform(keys[0], (3, size))
        return _Dice(place, label, offset, jax.random.normal(keys[1], (size, n)))

    def one(q: Any) -> Any:
        return -0.5 * view.stat(space, from_cube(space, q))

    def step(state: tuple[_Walk, Any]) -> tuple[_Walk, Any]:
        walk, count = state
        dice = roll(count)
        tried = _propose(walk, dice, jnp)
        return _settle(walk, region, dice, tried, jax.vmap(one)(tried[1]), jnp), count + 1

    walk = _begin(points, region, roll(0), jnp)
    walk, count = jax.lax.while_loop(lambda s: jnp.any(s[0].left > 0), step, (walk, jnp.asarray(1)))
    return walk.points, count - 1


def renew_on_host(
    log_like: Callable[[np.ndarray], np.ndarray], points: Points, region: Region, seed: int
) -> tuple[Points, int]:
    """Walk all points through the region with a likelihood `f[s, n] -> f[s]` in Python; returns them and its calls."""
    generator, calls = np.random.default_rng(seed), 0

    def roll() -> _Dice:
        place, label, offset = generator.uniform(size=(3, len(points.q)))
        return _Dice(place, label, offset, generator.standard_normal(points.q.shape))

    walk = _begin(points, region, roll(), np)
    while np.any(walk.left > 0):
        dice = roll()
        tried = _propose(walk, dice, np)
        asked = (walk.left > 0) & tried[2]
        values = np.full(len(asked), -np.inf)
        if asked.any():
            values[asked] = log_like(tried[1][asked])
        calls += int(asked.sum())
        walk = _settle(walk, region, dice, tried, values, np)
    return walk.points, calls
