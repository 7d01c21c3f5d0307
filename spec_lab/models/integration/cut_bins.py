"""Bins cut where a curve breaks: integrals that are exact however a jump, a kink or a narrow feature lies in its bin.

Gauss-Legendre nodes integrate smooth curves. A component whose curve is not smooth at some energies (the threshold of an
edge, the centre and the wings of a narrow absorption line) names them (`Component.breaks`), and every bin that holds such a
mark is integrated again, piece by piece between the marks, each piece with nodes of its own. All factors of a product are
evaluated at those nodes, so that features may share a bin, be divided by or raised to a power. The integral is
differentiable in the marks, because the ends of the pieces move with them.

The number of marks is static, their bins are not: a mark costs the evaluation of two pieces in each ladder of the grid,
whether it lies in one of the ladder's bins (else the pieces count for nothing). Models without marks never come here.

Only under the rule ``exact``. Not here: which energies are marks (the components), lines (`lines`: portions of their own).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from spec_lab._base import ByPrecision
from spec_lab.models.annotations import Bins, Curve, Flags, Places, Scalar
from spec_lab.models.integration.grid import Grid, over_nodes

_NODES = 16  # in a piece, at least
# Of the energy: a piece narrower than this is as wide as this, and counts in proportion. Its nodes must be told apart.
_TINY = ByPrecision(double=1e-9, single=3e-5)


class BinParts(NamedTuple):
    """Parts of bins.

    Attributes:
        grid: The parts as a grid of their own, [q]; its `whole` is the grid they were cut from.
        bins: The bin each part belongs to, [q].
        share: What the integral over a part counts: one, or nothing for parts that are not there, [q].
        cut: Which bins of the whole grid are replaced by their parts, [e].
    """

    grid: Grid
    bins: Places
    share: Bins
    cut: Flags


def integrated(portions: Callable[[Grid], Curve], grid: Grid, marks: Sequence[Scalar]) -> Curve:
    """The bin integrals [e] of what has these node portions and breaks at these energies (keV)."""
    plain = over_nodes(portions(grid))
    if not marks or grid.rule != "exact":
        return plain
    pieces = cut(grid, marks)
    parts = over_nodes(portions(pieces.grid)) * pieces.share
    return jnp.where(pieces.cut, 0.0, plain).at[pieces.bins].add(parts)


def cut(grid: Grid, marks: Sequence[Scalar]) -> BinParts:
    """Cut the bins of `grid` at `marks`: in each ladder, for each mark, the part below it and the part above it.

    The part below reaches down to the previous mark or the bin's lower edge. The part above reaches up to the bin's upper
    edge, unless another mark follows in the same bin, whose part below it is.
    """
    at = jnp.sort(jnp.stack([jnp.asarray(mark, float) for mark in marks]))
    inside = (grid.lo <= at[:, None]) & (at[:, None] < grid.hi)
    found = [_ladder(at, inside[:, start:stop], grid, start) for start, stop in grid.ladders]
    begin, span, share, bins, here = (jnp.concatenate(column) for column in zip(*found, strict=True))
    replaced = jnp.zeros(len(grid.lo), bool).at[bins].max(here)
    return BinParts(_grid(grid, begin, span, bins), bins, share, replaced)


def _ladder(at: Any, inside: Any, grid: Grid, start: int) -> tuple[Any, ...]:
    """The parts of one ladder, [2 m] each: where they begin, how wide they are, what they count, their bins, if there."""
    here = inside.any(1)
    bins = start + jnp.argmax(inside, axis=1)
    joined = here[1:] & here[:-1] & (bins[1:] == bins[:-1])  # with the mark before
    no = jnp.zeros(1, bool)
    lo, hi = jnp.asarray(grid.lo)[bins], jnp.asarray(grid.hi)[bins]
    first = jnp.where(jnp.concatenate([no, joined]), jnp.concatenate([at[:1], at[:-1]]), lo)
    last = ~jnp.concatenate([joined, no])
    width = jnp.concatenate([at - first, jnp.where(last, hi - at, 0.0)])
    counts = jnp.concatenate([here, here])
    # A part that is not there is the whole bin, and counts nothing: finite, and without slope.
    whole = jnp.concatenate([hi - lo, hi - lo])
    span = jnp.where(counts, jnp.maximum(width, _TINY.of(width.dtype) * jnp.concatenate([hi, hi])), whole)
    below, above = jnp.where(here, at, hi), jnp.where(here, at, lo)
    begin = jnp.concatenate([below - span[: len(at)], above])
    return begin, span, jnp.where(counts, width / span, 0.0), jnp.concatenate([bins, bins]), counts


def _grid(grid: Grid, begin: Any, span: Any, bins: Any) -> Grid:
    t, w = np.polynomial.legendre.leggauss(max(_NODES, grid.nodes.shape[0]))
    nodes = begin + 0.5 * (1 + t[:, None]) * span
    T = grid.T if grid.T is None or np.ndim(grid.T) == 0 else jnp.asarray(grid.T)[bins]
    whole = grid if grid.whole is None else grid.whole
    inner = bins if grid.bins is None else grid.bins[bins]
    logs, weights = jnp.log(nodes), 0.5 * w[:, None] * span
    return Grid(begin, begin + span, nodes, logs, weights, T, None, grid.rule, (), False, whole, inner)
