"""Modes of the posterior in the prior's chart.

Levenberg and Marquardt's method on the host. Statistic, gradient and Gauss-Newton matrix come from the program of the fit, so
that nothing compiles; the chain rule and the prior, which is a standard normal here, are a few NumPy lines. The prior's
curvature keeps the matrix positive definite, however little the data say.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from spec_lab.engines.prior_chart import PriorChart
from spec_lab.fit import Problem

EDM_GOAL = 1e-3  # estimated distance to the mode, in log density: a proposal needs no more
MOST = 30
FAR = 2.0  # the longest step, in standard deviations of the prior


class LocalDensity(NamedTuple):
    """Minus the log posterior density at a place of the chart.

    Attributes:
        z: `f[n]`, the place.
        value: Minus the log density there; infinite where it is not finite.
        gradient: `f[n]`.
        hessian: `f[n, n]`, its Gauss-Newton matrix, positive definite.
        stat: The statistic.
    """

    z: Float[np.ndarray, "n"]
    value: float
    gradient: Float[np.ndarray, "n"]
    hessian: Float[np.ndarray, "n n"]
    stat: float


def local_density(problem: Problem, chart: PriorChart, z: Float[np.ndarray, "n"]) -> LocalDensity:
    """The density at a place, by the program of the fit."""
    with np.errstate(all="ignore"):  # far out in the tails of a prior; what comes of it is looked at
        prior, pull, bend = chart.pull(z)
        x = chart.values(z)
        stat, gradient, matrix = problem.curvature(x)
        first = chart.slopes(z, x)
        value, gradient = 0.5 * stat + prior, 0.5 * gradient * first + pull
        hessian = 0.5 * matrix * np.outer(first, first) + np.diag(np.maximum(bend, 1e-9))
    if not (np.isfinite(value) and np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
        return LocalDensity(z, np.inf, np.zeros(len(z)), np.eye(len(z)), np.inf)
    return LocalDensity(z, value, gradient, hessian, stat)


def climb(
    problem: Problem,
    chart: PriorChart,
    z: Float[np.ndarray, "n"],
    held: Bool[np.ndarray, "n"] | None = None,
    most: int = MOST,
) -> LocalDensity:
    """The mode that is reached from a place.

    Args:
        problem: The problem.
        chart: Its chart.
        z: `f[n]`, where to begin.
        held: `b[n]`, coordinates that stay.
        most: Steps at most.
    """
    loose = np.ones(problem.n, bool) if held is None else ~held
    here, damping = local_density(problem, chart, z), 1e-3
    for _ in range(most):
        values, vectors = np.linalg.eigh(here.hessian[np.ix_(loose, loose)])
        slope = vectors.T @ here.gradient[loose]
        if not np.isfinite(here.value) or 0.5 * np.sum(slope**2 / values) < EDM_GOAL or damping > 1e6:
            break
        step = vectors @ (slope / (values * (1 + damping)))
        tried = here.z.copy()
        tried[loose] -= step * min(1.0, FAR / np.linalg.norm(step))
        there = local_density(problem, chart, tried)
        better = there.value <= here.value
        here, damping = (there, damping / 8) if better else (here, 8 * damping + 1e-2)
    return here
