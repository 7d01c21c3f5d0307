"""The mode of a posterior in the unbounded chart, with the curvature there.

Newton's method on the host: the statistic with its exact first and second derivatives comes from one compiled function of the
physical chart, the same that gives a fit its covariance; the chain rule and the priors, which are separable, are a few NumPy
lines. So a preview compiles nothing that a fit has not compiled. What comes out shapes proposals and coordinates; no result
depends on it to the last digit, and the priors' slopes are central differences.
"""

import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.newton import minimise
from spec_lab.fit import FreeSpace, Problem, from_u, to_u
from spec_lab.priors import log_density_np

_STEP = 1e-3  # of the central differences, in the unbounded chart where everything varies on a scale of 1
_GOAL = 1e-8  # estimated distance to the mode, in log density
_MOST = 60


def find_mode(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """The mode (`f[width]`), and the Hessian of minus the log density (`f[width, width]`); inert coordinates are 0 and 1.

    A quick fit of the statistic comes first, from the present values.

    Raises:
        EngineError: The posterior is not finite at the start.
    """
    fitted = np.asarray(minimise(problem, problem.setup.free_values, 60).x, dtype=float)
    u = to_u(problem.host_space, fitted, margin=1e-4)
    f, g, H = _local(problem, u)
    if not np.isfinite(f):
        raise EngineError(
            "the posterior is not finite at the starting values", hint="Move the parameters inside their priors."
        )
    damping = 1e-3
    for _ in range(_MOST):
        values, vectors = np.linalg.eigh(H)
        values = np.maximum(np.abs(values), 1e-9)
        slope = vectors.T @ g
        if 0.5 * np.sum(slope**2 / values) < _GOAL or damping > 1e8:
            break
        tried = u - vectors @ (slope / (values * (1 + damping)))
        new = _local(problem, tried)
        if new[0] <= f and np.all(np.isfinite(new[1])) and np.all(np.isfinite(new[2])):
            u, (f, g, H), damping = tried, new, damping / 8
        else:
            damping = damping * 8 + 1e-3
    return u, H


def _local(problem: Problem, u: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Minus the log posterior in the chart with gradient and Hessian; infinite where it is not finite."""
    space, n, width = problem.host_space, problem.n, problem.width
    bounded = np.isfinite(space.low) | np.isfinite(space.high)
    if np.any(bounded & (np.abs(u) > 500)):  # exp(u) would overflow
        return np.inf, np.zeros(width), np.eye(width)
    x, log_slope = from_u(space, u, xp=np)
    stat, gradient, hessian = problem.local(x[:n])
    low, here, high = (_log_prior(space, u + h) for h in (-_STEP, 0.0, _STEP))
    value = 0.5 * stat - float(here.sum())
    if not np.isfinite(value) or not np.all(np.isfinite(hessian)):
        return np.inf, np.zeros(width), np.eye(width)
    first = np.exp(log_slope) * _sign(space)
    _, after = from_u(space, u + _STEP, xp=np)
    _, before = from_u(space, u - _STEP, xp=np)
    second = first * (after - before) / (2 * _STEP)
    g, H = np.zeros(width), np.eye(width)
    g[:n] = 0.5 * gradient * first[:n] - ((high - low) / (2 * _STEP))[:n]
    bend = 0.5 * gradient * second[:n] - ((high - 2 * here + low) / _STEP**2)[:n]
    H[:n, :n] = 0.5 * hessian * np.outer(first[:n], first[:n]) + np.diag(bend)
    return value, g, H


def _sign(space: FreeSpace) -> np.ndarray:
    """-1 where a coordinate falls as `u` grows (bounded above only)."""
    return np.where(np.isfinite(space.high) & ~np.isfinite(space.low), -1.0, 1.0)


def _log_prior(space: FreeSpace, u: np.ndarray) -> np.ndarray:
    """`f[width]`, log prior density plus log Jacobian of each coordinate."""
    x, jacobian = from_u(space, u, xp=np)
    return np.where(space.active, log_density_np(space.code, space.params, x) + jacobian, 0.0)


def whitening(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """The mode (`f[width]`) and a root of the inverse curvature there (`f[width, width]`), for standard normals."""
    mode, hessian = find_mode(problem)
    values, vectors = np.linalg.eigh(hessian)
    return mode, vectors / np.sqrt(np.maximum(np.abs(values), 1e-4))
