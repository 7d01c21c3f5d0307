"""The exact Hessian of a statistic from differences of its exact gradient, so that no second derivative of a model is compiled.

A program with the second derivatives of a model costs seconds to compile, several times as much as the gradient, and is run once
a fit. Central differences of the gradient, over some 1e-5 standard deviations, give the same to about 1e-9 of the diagonal.
Coordinates of different pairs of data and model are moved together (Powell & Toint 1979, SIAM J. Numer. Anal. 16, 1060), so that
forty spectra need the steps of one.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from spec_lab._base import ByPrecision

Vector = Float[np.ndarray, "n"]
Rows = Float[np.ndarray, "s n"]

STEP = ByPrecision(double=3e-5, single=1e-2)  # of a standard deviation
FINE = ByPrecision(double=1e-3, single=5e-2)  # the same where differences over two lengths cancel the first error
LEAST_STEP = 1e-12  # of a value's size, or of one: less than that does not move it
KINK = 0.1  # of a second derivative: what its two sides differ by where the curve is not smooth
DOUBLE = np.dtype(float)
SEVERAL = -1  # the owner of a coordinate that several pairs share


def hessian(
    gradients: Callable[[Rows], Rows],
    x: Vector,
    here: Vector,
    errors: Vector,
    owners: Int[np.ndarray, "n"],
    step: float,
    dtype: np.dtype = DOUBLE,
) -> Float[np.ndarray, "n n"]:
    """The matrix of second derivatives, symmetric.

    Where the curve has a kink at `x`, or no value on one side, it is that of the other side.

    Args:
        gradients: The exact first derivatives at many points.
        x: Where.
        here: The gradient there.
        errors: About one standard deviation of each coordinate, the others held; infinite where it is not determined.
        owners: The pair that each coordinate belongs to, or `SEVERAL`; those of two pairs are independent.
        step: Part of a standard deviation to go to either side (`STEP`).
        dtype: What the gradients are computed in: the steps are those between its numbers.

    Example:
        >>> import numpy as np
        >>> matrix, x = np.array([[2.0, 1.0], [1.0, 4.0]]), np.ones(2)
        >>> hessian(lambda rows: rows @ matrix, x, matrix @ x, np.ones(2), np.zeros(2, int), 1e-5).round(6).tolist()
        [[2.0, 1.0], [1.0, 4.0]]
    """
    groups, turn = _groups(owners.tolist()), np.empty(len(x), int)
    size = np.maximum(np.abs(x), 1.0)
    steps = np.maximum(step * np.minimum(errors, size), LEAST_STEP * size)
    moved = np.zeros((len(groups), len(x)))
    for k, group in enumerate(groups):
        turn[group], moved[k, group] = k, steps[group]
    x = x.astype(dtype).astype(float)
    ends = np.concatenate([x + moved, x - moved]).astype(dtype).astype(float)
    found, own = gradients(ends) - here, np.arange(len(x))
    above = found[turn] / (ends[turn, own] - x)[:, None]
    below = found[turn + len(groups)] / (ends[turn + len(groups), own] - x)[:, None]
    alone = np.bincount(turn)[turn] == 1
    known = alone[:, None] | (
        owners[:, None] == owners
    )  # a gradient that others of the group change, too, says nothing
    columns = np.where(known, _either(above, below, known), 0.0)
    return (columns + columns.T) / np.maximum(known + known.T.astype(int), 1)


def _either(
    above: Float[np.ndarray, "n n"], below: Float[np.ndarray, "n n"], known: Bool[np.ndarray, "n n"]
) -> Float[np.ndarray, "n n"]:
    """The mean of the differences to both sides; in a row where they have little in common that of the tamer side."""
    high, low = (_size(side, known) for side in (above, below))
    with np.errstate(invalid="ignore"):
        alike = np.isfinite(high + low) & (_size(above - below, known) <= KINK * np.maximum(high, low))
        mean = 0.5 * (above + below)
    return np.where(alike[:, None], mean, np.where((high <= low)[:, None], above, below))


def _size(side: Float[np.ndarray, "n n"], known: Bool[np.ndarray, "n n"]) -> Vector:
    """The largest of each row, infinite where any is not finite."""
    sizes = np.abs(side).max(axis=1, where=known, initial=0.0)
    return np.where(np.isfinite(sizes), sizes, np.inf)


def _groups(owners: Sequence[int]) -> list[list[int]]:
    """Coordinates that are moved together: at most one of each pair; one that several pairs share by itself."""
    groups: list[list[int]] = [[j] for j, owner in enumerate(owners) if owner == SEVERAL]
    seen: dict[int, int] = {}
    shares: list[list[int]] = []
    for j, owner in enumerate(owners):
        if owner != SEVERAL:
            number = seen[owner] = seen.get(owner, -1) + 1
            if number == len(shares):
                shares.append([])
            shares[number].append(j)
    return groups + shares
