"""How much of each shape the counts want: non-negative least squares for every combination of shapes."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.optimize import nnls

from spec_lab.fit.guess.shapes import Observed
from spec_lab.fit.guess.trial_values import evenly

MOST = 600  # combinations that are solved, about 0.05 ms each
SMALLEST = 0.01  # share of the counts with which an unwanted term starts


class Mixture(NamedTuple):
    """One combination of shapes: the row of each term, its amplitude, and the chi² it leaves."""

    rows: tuple[int, ...]
    amplitudes: tuple[float, ...]
    chi2: float


def mixtures(
    columns: Sequence[Float[np.ndarray, "s c"]], alike: Sequence[int], data: Observed, shared: int
) -> list[Mixture]:
    """The best amplitudes of every combination of one shape a term, best first.

    Args:
        columns: For each term its rates at every row it was evaluated at.
        alike: For each term the number of the first term of its kind; like terms take ascending rows, so that they start apart.
        data: What the channels say.
        shared: Number of row blocks that all terms share (such as absorptions); terms are combined within a block only.
    """
    target, found = data.rate * data.inverse, []
    weighted = [column * data.inverse for column in columns]
    for block in range(shared):
        sizes = [range(block * len(c) // shared, (block + 1) * len(c) // shared) for c in weighted]
        found += [_solved(weighted, rows, target) for rows in _thinned(sizes, alike, max(1, MOST // shared))]
    return sorted(found, key=lambda one: one.chi2)


def _thinned(sizes: Sequence[range], alike: Sequence[int], most: int) -> list[tuple[int, ...]]:
    every = [
        rows
        for rows in itertools.product(*sizes)
        if all(rows[first] < rows[i] for i, first in enumerate(alike) if first != i)
    ] or [tuple(size[0] for size in sizes)]
    return evenly(every, most)


def _solved(weighted: Sequence[np.ndarray], rows: tuple[int, ...], target: np.ndarray) -> Mixture:
    matrix = np.stack([column[row] for column, row in zip(weighted, rows, strict=True)], axis=1)
    scale = np.linalg.norm(matrix, axis=0)
    if not np.all(scale > 0) or not np.all(np.isfinite(scale)):
        return Mixture(rows, (0.0,) * len(rows), np.inf)
    amplitudes, residual = nnls(matrix / scale, target)
    return Mixture(rows, tuple(amplitudes / scale), float(residual**2))


def never_zero(mixture: Mixture, columns: Sequence[np.ndarray], data: Observed) -> tuple[float, ...]:
    """The amplitudes, with a small share of the counts for terms that are not wanted: a logarithm needs something."""
    seen = data.inverse > 0
    total = max(float(np.sum(data.rate[seen])), 1e-30)
    each = [max(float(np.sum(c[row][seen])), 1e-300) for c, row in zip(columns, mixture.rows, strict=True)]
    return tuple(max(a, SMALLEST * total / rate) for a, rate in zip(mixture.amplitudes, each, strict=True))
