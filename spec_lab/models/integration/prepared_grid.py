"""A grid made ready for a model: everything that depends on energies alone is done once, on the host. NumPy.

- What tables hold (absorption cross-sections) is interpolated at the nodes and travels with the grid.
- Bins in which such a curve jumps at a known energy (photo-electric edges, the Lyman limit) are cut there, and bins in
  which the nodes miss its structure (the fine structure of edges) are halved until they do not. The integral over a cut
  bin is the sum over its parts (`Grid.gathered`), each with nodes of its own, so lines and every other factor meet the
  jump, too. The cost is that of a few per cent more bins.

Curves that jump at an energy that is a parameter are another matter: see `cut_bins`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from spec_lab.models.integration.grid import Grid

_COLUMNS = np.array([0.03, 0.3, 3.0])  # 1e22/cm²: integrals of exp(-column σ) are what the nodes must get right,
_TOLERANCE = 2e-4  # relative to what is let through,
_OPAQUE = 1e-2  # or to this, where less is
_HALVINGS = 6
_CLOSE = 1e-9  # relative: marks nearer to an edge than this, or to each other, are one


def prepared(grid: Grid, jumps: Sequence[Any], tables: Sequence[Any]) -> Grid:
    """`grid` with its bins cut where they must be and with the tables' values at its nodes.

    Args:
        grid: From `Grid.make`.
        jumps: Energies, keV, at which a factor jumps, whatever the parameters.
        tables: Keys with a method `at(E)`, in 1e-22 cm².
    """
    if grid.rule == "exact" and grid.parts is None:
        grid = _cut(grid, np.unique(np.concatenate([np.empty(0), *jumps])), tables)
    known = dict(grid.known or {})
    for key in tables:
        known.setdefault(key, key.at(np.asarray(grid.nodes)))
    return dataclasses.replace(grid, known=known or None)


def _cut(grid: Grid, marks: np.ndarray, tables: Sequence[Any]) -> Grid:
    """The grid with bins cut at the marks and where tables are rough; itself when there are none."""
    lo, hi = np.asarray(grid.lo), np.asarray(grid.hi)
    bins, falls = np.arange(len(lo)), _falling(grid)
    for mark in marks:
        inside = (lo * (1 + _CLOSE) < mark) & (mark < hi * (1 - _CLOSE))
        lo, hi, bins = _split(lo, hi, bins, inside, mark, falls)
    tested = np.ones(len(lo), bool)
    for _ in range(_HALVINGS):
        rough = np.zeros(len(lo), bool)
        for key in tables:
            rough[tested] |= _rough(lo[tested], hi[tested], key, grid.nodes.shape[0])
        if not rough.any():
            break
        lo, hi, bins = _split(lo, hi, bins, rough, 0.5 * (lo + hi)[rough], falls)
        tested = np.repeat(rough, np.where(rough, 2, 1))
    return grid if len(lo) == len(grid.lo) else _parted(grid, lo, hi, bins)


def _falling(grid: Grid) -> np.ndarray:
    """Whether each bin stands in a ladder that falls."""
    lo, falls = np.asarray(grid.lo), np.zeros(len(grid.lo), bool)
    for start, stop in grid.ladders:
        falls[start:stop] = stop - start > 1 and lo[start + 1] < lo[start]
    return falls


def _split(lo: Any, hi: Any, bins: Any, where: Any, at: Any, falls: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The intervals, those of `where` cut in two at `at`, in the order in which their ladder runs."""
    times = np.where(where, 2, 1)
    last = (np.cumsum(times) - 1)[where]
    down = falls[bins[where]]
    low, high, bins = np.repeat(lo, times), np.repeat(hi, times), np.repeat(bins, times)
    high[np.where(down, last, last - 1)] = at
    low[np.where(down, last - 1, last)] = at
    return low, high, bins


def _rough(lo: np.ndarray, hi: np.ndarray, key: Any, count: int) -> np.ndarray:
    """Where the nodes of a bin and those of its halves do not agree on what a medium lets through."""
    t, w = np.polynomial.legendre.leggauss(count)

    def through(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        half = 0.5 * (b - a)
        depth = _COLUMNS[:, None, None] * key.at(0.5 * (a + b) + t[:, None] * half)
        return (w[:, None] * half * np.exp(-depth)).sum(1)

    middle = 0.5 * (lo + hi)
    halves = through(lo, middle) + through(middle, hi)
    return np.any(np.abs(through(lo, hi) - halves) > _TOLERANCE * (halves + _OPAQUE * (hi - lo)), axis=0)


def _parted(grid: Grid, lo: np.ndarray, hi: np.ndarray, bins: np.ndarray) -> Grid:
    """The grid of the parts, which knows the bins that they belong to."""
    T = grid.T if grid.T is None or np.ndim(grid.T) == 0 else np.asarray(grid.T)[bins]
    fine = Grid.make(lo, hi, grid.rule, T, nodes=grid.nodes.shape[0])
    return dataclasses.replace(fine, parts=bins, asked=len(grid.lo))
