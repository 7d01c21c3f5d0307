"""Constrained slice moves: many points at once walk through the prior where the likelihood exceeds a floor.

Each move is a slice along a random direction (hit-and-run): a level is drawn below the prior density of the present point, an
interval of fixed length is laid at random over the point and shrunk towards it until a place above both level and floor is
found (Neal 2003, without stepping out, which is exact for any length). All points advance in lock step, one likelihood each a
step. Points of equal likelihood are told apart by a random label, so that plateaus of the likelihood (a model without photons,
-inf outside its domain) are treated exactly (Skilling 2006, section 3).

The same few lines serve compiled programs, which walk in the unbounded chart (`renew`), and likelihoods written in Python,
whose priors may be known by their transform only and which walk in the cube (`renew_on_host`).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Integer

from spec_lab.fit import FreeSpace, from_u, log_prior


class Points(NamedTuple):
    """Places `q` (`f[m, n]`) in a chart with their log-likelihood, log prior density there, and label (`f[m]`)."""

    q: Float[np.ndarray, "m n"]
    log_like: Float[np.ndarray, "m"]
    log_density: Float[np.ndarray, "m"]
    label: Float[np.ndarray, "m"]


class Region(NamedTuple):
    """Where to walk, and how.

    Attributes:
        log_like: The floor.
        label: What a point of exactly that likelihood must exceed.
        root: `f[n, n]`, a root of the covariance of the points inside; inert coordinates have zero rows and columns.
        reach: Length of the first interval, in standard deviations.
        moves: Accepted moves of every point.
    """

    log_like: Float[np.ndarray, ""]
    label: Float[np.ndarray, ""]
    root: Float[np.ndarray, "n n"]
    reach: float
    moves: int


class _Walk(NamedTuple):
    points: Points
    level: Any
    direction: Any
    low: Any
    high: Any
    left: Any


class _RandomNumbers(NamedTuple):
    """The random numbers of one step."""

    place: Any
    label: Any
    offset: Any
    level: Any
    normal: Any


def _directions(region: Region, random: _RandomNumbers, xp: Any) -> tuple[Any, Any]:
    """Directions in units of the region's standard deviation, and where their intervals begin."""
    unit = random.normal / xp.sqrt(xp.sum(random.normal**2, axis=1, keepdims=True))
    return unit @ region.root.T, -region.reach * random.offset


def _begin(points: Points, region: Region, random: _RandomNumbers, xp: Any) -> _Walk:
    direction, low = _directions(region, random, xp)
    level = points.log_density + xp.log(random.level)
    return _Walk(points, level, direction, low, low + region.reach, xp.zeros(len(low), dtype=int) + region.moves)


def _propose(walk: _Walk, random: _RandomNumbers) -> tuple[Any, Any]:
    """Distance along the direction, and the place there."""
    t = walk.low + random.place * (walk.high - walk.low)
    return t, walk.points.q + t[:, None] * walk.direction


def _settle(walk: _Walk, region: Region, random: _RandomNumbers, t: Any, tried: Points, xp: Any) -> _Walk:
    """Move to the points above level and floor and choose new directions there; shrink the other intervals."""
    tied = (tried.log_like == region.log_like) & (tried.label > region.label)
    above = (tried.log_like > region.log_like) | tied
    good = above & (tried.log_density > walk.level) & (walk.left > 0)
    pick = lambda new, old: xp.where(good[:, None] if new.ndim == 2 else good, new, old)  # noqa: E731
    points = Points(*(pick(new, old) for new, old in zip(tried, walk.points, strict=True)))
    direction, low = _directions(region, random, xp)
    return _Walk(
        points,
        pick(points.log_density + xp.log(random.level), walk.level),
        pick(direction, walk.direction),
        pick(low, xp.where(t < 0, t, walk.low)),
        pick(low + region.reach, xp.where(t < 0, walk.high, t)),
        walk.left - good,
    )


def renew(
    view: Any, space: FreeSpace, points: Points, region: Region, seed: Integer[Array, ""] | int
) -> tuple[Points, Integer[Array, ""]]:
    """Walk all points through the region, compiled; returns them and the number of steps."""
    size, n = points.q.shape

    def roll(step: Any) -> _RandomNumbers:
        keys = jax.random.split(jax.random.fold_in(jax.random.PRNGKey(seed), step))
        place, label, offset, level = jax.random.uniform(keys[0], (4, size))
        return _RandomNumbers(place, label, offset, level, jax.random.normal(keys[1], (size, n)))

    def measure(u: Any) -> tuple[Any, Any]:
        x, jacobian = from_u(space, u)
        return -0.5 * view.stat(space, x, use="batch"), log_prior(space, x) + jnp.sum(jacobian)

    def step(state: tuple[_Walk, Any]) -> tuple[_Walk, Any]:
        walk, count = state
        random = roll(count)
        t, q = _propose(walk, random)
        log_like, log_density = jax.vmap(measure)(q)
        return _settle(walk, region, random, t, Points(q, log_like, log_density, random.label), jnp), count + 1

    walk = _begin(points, region, roll(0), jnp)
    walk, count = jax.lax.while_loop(lambda s: jnp.any(s[0].left > 0), step, (walk, jnp.asarray(1)))
    return walk.points, count - 1


def renew_on_host(
    log_like: Callable[[np.ndarray], np.ndarray], points: Points, region: Region, seed: int
) -> tuple[Points, int]:
    """Walk all points through the region in the unit cube with a likelihood in Python; returns them and its calls.

    Args:
        log_like: `f[s, n] -> f[s]`, asked only inside the cube.
        points: Where the walks begin.
        region: Where to walk.
        seed: Of the random numbers.
    """
    generator, calls = np.random.default_rng(seed), 0

    def roll() -> _RandomNumbers:
        place, label, offset, level = generator.uniform(size=(4, len(points.q)))
        return _RandomNumbers(place, label, offset, 1.0 - level, generator.standard_normal(points.q.shape))

    walk = _begin(points, region, roll(), np)
    while np.any(walk.left > 0):
        random = roll()
        t, q = _propose(walk, random)
        inside = np.all((q >= 0.0) & (q <= 1.0), axis=1)
        asked = (walk.left > 0) & inside
        values = np.full(len(asked), -np.inf)
        if asked.any():
            values[asked] = log_like(q[asked])
        calls += int(asked.sum())
        walk = _settle(walk, region, random, t, Points(q, values, np.where(inside, 0.0, -np.inf), random.label), np)
    return walk.points, calls
