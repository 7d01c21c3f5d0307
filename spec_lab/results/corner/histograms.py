"""The corner plot as integers: what the front end draws instead of a million points.

One pass of `numpy.bincount` a panel, so that it can follow a running sampler. The layout is the border's `corner`
message: pairs in row order (i > j), rows along y = parameter i, columns along x = parameter j.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

LEVELS = (0.393, 0.865)  # the mass within 1σ and 2σ of a two-dimensional Gaussian


class CornerHistograms(NamedTuple):
    """Binned draws of p parameters.

    Attributes:
        marginals: `f4[p, bins]`, counts (or summed weights), 1 at the highest bin of each.
        pairs: `u1[p (p-1) / 2, bins, bins]`, scaled to 255 at the fullest bin of each.
        thresholds: `f4[p (p-1) / 2, levels]`: on the 0–255 scale, the heights above which a pair holds each level's
        mass. lo: `f8[p]`, lower edge of the first bin.
        hi: `f8[p]`, upper edge of the last bin.
    """

    marginals: np.ndarray
    pairs: np.ndarray
    thresholds: np.ndarray
    lo: np.ndarray
    hi: np.ndarray


def corner_histograms(
    draws: ArrayLike,
    bins: int = 48,
    *,
    weights: ArrayLike | None = None,
    levels: tuple[float, ...] = LEVELS,
    limits: tuple[ArrayLike, ArrayLike] | None = None,
    smooth: int = 0,
) -> CornerHistograms:
    """Bin draws for a corner plot.

    Args:
        draws: `f[s, p]`; rows that are not finite are left out.
        bins: Bins along each axis.
        weights: `f[s]`, ≥ 0; equal when left out.
        levels: Masses of the contours.
        limits: `(lo, hi)`, `f[p]` each; when left out, the central 99.8 % of the draws, widened a little.
        smooth: Passes of a (1 2 1)/4 kernel along both axes of the pairs: calmer contours of few draws, nothing shifted.
    """
    draws = np.asarray(draws, float)
    fine = np.isfinite(draws).all(axis=1)
    draws = draws if fine.all() else draws[fine]
    mass = None if weights is None else np.asarray(weights, float)[fine]
    lo, hi = _limits(draws) if limits is None else (np.asarray(limits[0], float), np.asarray(limits[1], float))
    cell = np.floor((draws - lo) * (bins / (hi - lo))).T  # p × s, each parameter's cells contiguous
    inside = (cell >= 0) & (cell < bins)
    index = np.where(inside, cell, bins).astype(np.int32)  # cell `bins` collects what falls outside
    p, wide = draws.shape[1], bins + 1
    marginals = np.array([np.bincount(row, mass, wide)[:bins] for row in index]).reshape(p, bins)
    tables = [
        np.bincount(index[i] * wide + index[j], mass, wide * wide).reshape(wide, wide)[:bins, :bins]
        for i in range(p)
        for j in range(i)
    ]
    pairs = np.array(tables, float).reshape(len(tables), bins, bins)
    for _ in range(smooth):
        pairs = _smoothed(_smoothed(pairs, 1), 2)
    top = pairs.max(axis=(1, 2), initial=0.0)
    scale = 255.0 / np.where(top > 0, top, 1.0)
    scaled = pairs * scale[:, None, None]
    peak = marginals.max(axis=1, initial=0.0)
    return CornerHistograms(
        (marginals / np.where(peak > 0, peak, 1.0)[:, None]).astype(np.float32),
        np.rint(scaled).astype(np.uint8),
        _thresholds(scaled, levels),
        lo,
        hi,
    )


def _smoothed(pairs: np.ndarray, axis: int) -> np.ndarray:
    """One pass of the (1 2 1)/4 kernel along an axis; the edges repeat."""
    n = pairs.shape[axis]
    before, after = np.maximum(np.arange(n) - 1, 0), np.minimum(np.arange(n) + 1, n - 1)
    return 0.5 * pairs + 0.25 * (pairs.take(before, axis) + pairs.take(after, axis))


def _limits(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The central 99.8 %, with a margin; a parameter that does not move gets a width of its own size."""
    p = draws.shape[1]
    if not len(draws):
        return np.zeros(p), np.ones(p)
    skip = int(0.001 * len(draws))
    ordered = np.partition(draws, (skip, len(draws) - 1 - skip), axis=0)
    lo, hi = ordered[skip], ordered[len(draws) - 1 - skip]
    still = hi - lo <= 1e-12 * np.maximum(np.abs(lo), np.abs(hi))
    margin = np.where(still, 0.5 * np.maximum(np.abs(lo) * 1e-6, 1e-12), 0.02 * (hi - lo))
    return lo - margin, hi + margin


def _thresholds(pairs: np.ndarray, levels: tuple[float, ...]) -> np.ndarray:
    """Heights above which the fullest cells hold each level's share of the mass."""
    ordered = -np.sort(-pairs.reshape(len(pairs), pairs.shape[1] * pairs.shape[2]), axis=1)
    held = np.cumsum(ordered, axis=1)
    last = [np.searchsorted(mass, np.array(levels) * mass[-1]) for mass in held]
    found = [row[cells] for row, cells in zip(ordered, last, strict=True)]
    return np.array(found, np.float32).reshape(len(pairs), len(levels))
