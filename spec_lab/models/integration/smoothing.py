"""Gaussian smoothing of what is binned: how many photons each bin passes to the others.

Every bin of the model to be smoothed is one or two point sources that carry its photons, their mean energy and (two) their
spread: a line stays as narrow as it is, however wide its bin. A source at μ with width σ sends through an edge x above it

    ½ erfc((x-μ)/(σ√2)) of its photons

and as much through an edge below. A bin keeps what it has, plus what flows in, less what flows out: photons are conserved
exactly, and a width of zero changes nothing. The first and second moments of energy are passed on in the same way, so that
what multiplies the smoothed model finds the photons where they are inside the bin (a parabola).

Each ladder of the grid is extended by bins below and above, which only send, so that its ends receive what they should.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from spec_lab._base import ByPrecision
from spec_lab.models.annotations import Bins, Curve, Flags, Nodes, Numbers
from spec_lab.models.integration.grid import Grid

BELOW, ABOVE = 10.0, 5.0  # how far the extension reaches, as ratios of energies
_STEPS = 24  # bins in each extension
_PAIRS = 1_000_000  # of edges and sources: with more, the bins are fine and one source a bin is enough
# Photons: of fewer, as behind a thick absorber, the mean has no slope that a float can say (it divides by their square).
_FAINT = ByPrecision(double=1e-140, single=1e-17)
_SPREAD = 1e-12  # of a half-bin squared: narrower is a point

Intervals = Float[Numbers, "q"]
Points = Float[Numbers, "points q"]
Edges = Float[Numbers, "x"]


class Sources(NamedTuple):
    """Points that send photons, so many for each of q intervals.

    Attributes:
        photons: How many, [points, q].
        energy: Where, keV, [points, q].
        centre: The middle of each interval, keV, [q].
    """

    photons: Points
    energy: Points
    centre: Intervals

    def part(self, where: slice) -> Sources:
        """Those of some of the intervals."""
        return Sources(self.photons[:, where], self.energy[:, where], self.centre[where])


def joined(parts: Sequence[Sources]) -> Sources:
    """Those of several sets of intervals."""
    return Sources(*(jnp.concatenate(column, axis=-1) for column in zip(*parts, strict=True)))


def sources(grid: Grid, portions: Nodes, points: int) -> Sources:
    """One or two points for each bin, with the photons, the mean and (two) the variance of its node portions."""
    half, centre = 0.5 * (grid.hi - grid.lo), 0.5 * (grid.hi + grid.lo)
    t = (grid.nodes - centre) / half
    photons = portions.sum(0)
    seen = photons > _FAINT.of(photons.dtype)
    there = jnp.where(seen, photons, 1.0)
    mean = (portions * t).sum(0) / there
    plain = seen & (jnp.abs(mean) < 1)  # a difference of models may be neither
    mean = jnp.where(plain, mean, 0.0)
    if points == 1:
        return Sources(photons[None], (centre + half * mean)[None], centre)
    spread = jnp.where(plain, (portions * (t - mean) ** 2).sum(0) / there, 1 / 3)
    away = jnp.sqrt(jnp.clip(spread, _SPREAD, 1.0))
    at = jnp.clip(jnp.stack([mean - away, mean + away]), -1.0, 1.0)
    return Sources(jnp.stack([0.5 * photons] * 2), centre + half * at, centre)


def extension(grid: Grid, start: int, stop: int) -> tuple[Grid, Flags]:
    """Bins below and above a ladder, as fine as its own at its ends, then ever wider; and which of them count, [q].

    They have four Gauss-Legendre nodes each. Below a ladder that starts at zero there is nothing: those bins do not count.
    """
    lo, hi = jnp.asarray(grid.lo)[start:stop], jnp.asarray(grid.hi)[start:stop]
    rising = lo[0] <= lo[-1]
    first, last = (jnp.where(rising, a, b) for a, b in ((0, stop - start - 1), (stop - start - 1, 0)))
    down = _ladder(lo[first], jnp.log(hi[first] / jnp.maximum(lo[first], 0.1 * hi[first])), -math.log(BELOW))
    up = _ladder(hi[last], jnp.log(hi[last] / jnp.maximum(lo[last], 0.1 * hi[last])), math.log(ABOVE))
    begin, end = jnp.concatenate([down[1:], up[:-1]]), jnp.concatenate([down[:-1], up[1:]])
    t, w = np.polynomial.legendre.leggauss(4)
    nodes = 0.5 * (begin + end) + 0.5 * (end - begin) * t[:, None]
    T = grid.T
    if T is not None and np.ndim(T) > 0:
        T = jnp.asarray(T)[start:stop]
        T = jnp.concatenate([jnp.broadcast_to(T[first], _STEPS), jnp.broadcast_to(T[last], _STEPS)])
    blocks = ((0, _STEPS), (_STEPS, 2 * _STEPS))
    beyond = Grid(begin, end, nodes, jnp.log(nodes), 0.5 * (end - begin) * w[:, None], T, None, "exact", blocks)
    return beyond, jnp.concatenate([jnp.broadcast_to(lo[first] > 0, _STEPS), jnp.ones(_STEPS, bool)])


def _ladder(start: Any, width: Any, reach: float) -> Any:
    """Edges from `start` over `reach` in ln E whose first step is `width` (at most) and whose steps grow."""
    i = np.arange(_STEPS + 1)
    width = jnp.minimum(width, abs(reach) / _STEPS)
    growing = (abs(reach) - _STEPS * width) / _STEPS**3
    start = jnp.where(start > 0, start, 1.0)  # somewhere harmless
    return start * jnp.exp(math.copysign(1.0, reach) * (width * i + growing * i**3))


def _scaled_tail() -> np.ndarray:
    """Coefficients, highest first, of (2+z)/2 e^(z²) erfc(z) as a polynomial in t = 2/(2+z); 2e-9."""

    def scaled(z: float) -> float:
        if z < 20:
            return math.exp(z * z) * math.erfc(z)
        return (1 - 0.5 / z**2 + 0.75 / z**4 - 1.875 / z**6) / (z * math.sqrt(math.pi))

    t = 0.5 * (1 + np.cos(np.pi * (np.arange(40) + 0.5) / 40))
    values = [scaled(2 * (1 - v) / v) / v for v in t]
    fit = np.polynomial.chebyshev.Chebyshev.fit(t, values, 15, domain=[0, 1])
    return fit.convert(kind=np.polynomial.Polynomial).coef[::-1]


_TAIL = [float(c) for c in _scaled_tail()]


@jax.custom_jvp
def passing(u: Curve, above: Flags) -> tuple[Curve, Curve]:
    """What of a source passes an edge u = (x-μ)/(σ√2): -½ erfc(u) above it, ½ erfc(-u) below it; and e^(-u²)."""
    z = jnp.abs(u)
    t = 2 / (2 + z)
    bell = jnp.exp(-z * z)
    value = jnp.full_like(t, _TAIL[0])
    for c in _TAIL[1:]:
        value = value * t + c
    tail = 0.5 * bell * t * value
    return jnp.where(above, -tail, tail), bell


@passing.defjvp
def _passing_jvp(primals: Any, tangents: Any) -> Any:
    u, above = primals
    du = tangents[0]
    share, bell = passing(u, above)
    return (share, bell), (bell / math.sqrt(math.pi) * du, -2 * u * bell * du)


def flows(x: Edges, points: Sources, sigma: Points) -> Float[Numbers, "3 x"]:
    """Σ over sources of ∫ (E-x)^n g dE up to each edge x, n = 0, 1, 2, less that of sources below the edge: [3, x].

    About the edge and not about zero: the moments of a narrow bin would be small differences of large numbers.
    """
    m, mu, s = points.photons.ravel(), points.energy.ravel(), sigma.ravel()
    centre = jnp.broadcast_to(points.centre, points.energy.shape).ravel()
    away = (x[:, None] - mu) / s
    share, bell = passing(away / math.sqrt(2), x[:, None] >= centre)
    height = bell / math.sqrt(2 * math.pi)
    first = -away * share - height
    return jnp.stack([share @ m, first @ (m * s), (share - away * first) @ (m * s**2)])


def between(below: Float[Numbers, "3 e"], above: Float[Numbers, "3 e"], half: Bins) -> Float[Numbers, "3 e"]:
    """Moments of t = (E-centre)/half that flow into bins, from the `flows` at their lower and upper edges, [3, e]."""
    change, both = above - below, above + below
    first = change[1] / half + both[0]
    return jnp.stack([change[0], first, change[2] / half**2 + 2 * both[1] / half + change[0]])


def points_per_bin(grid: Grid) -> int:
    """Two, unless there are too many pairs."""
    pairs = sum((stop - start) * 2 * (stop - start + 2 * _STEPS) for start, stop in grid.ladders)
    return 2 if pairs <= _PAIRS else 1


def parabola(moments: Float[Numbers, "3 e"]) -> Float[Numbers, "3 e"]:
    """Legendre coefficients, [3, e], of the density times half the bin's width, from its moments ∫ t^n N dE, [3, e]."""
    zero, first, second = moments
    return jnp.stack([0.5 * zero, 1.5 * first, 2.5 * 0.5 * (3 * second - zero)])


def along(coefficients: Float[Numbers, "3 e"], t: Curve) -> Curve:
    """The parabola at t, from -1 to 1 over the bin."""
    a, b, c = coefficients
    return a + b * t + c * 0.5 * (3 * t**2 - 1)
