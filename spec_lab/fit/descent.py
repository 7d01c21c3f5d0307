"""Descent: the one large program of a problem, a loop that makes the steps of a fit, or a tour of given points.

A fit is a damped Gauss-Newton method: each step evaluates statistic, gradient and generalised Gauss-Newton matrix together
(`View.curvature`), solves the Levenberg-Marquardt system in the eigenbasis of the scaled matrix, and keeps within the bounds by
projection; Moré (1978) for the scaling, Nielsen (1999) for the damping rule. A tour evaluates the same at points it is given and
writes down the gradients: what the exact Hessian is made of (`hessian`). One program does both, because each that holds the
derivatives of a model compiles for seconds.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab._base import ByPrecision

ROWS = 16  # points in a tour
_YES = np.asarray(True)
EDM_GOAL = ByPrecision(double=1e-9, single=1e-5)  # estimated distance to the minimum, in units of the statistic
LEAST_CURVATURE = ByPrecision(double=1e-12, single=1e-6)  # of the steepest one: below it is rounding
NOT_ZERO = ByPrecision(double=1e-300, single=1e-30)  # what a denominator is at least
SOUND = ByPrecision(double=1e-5, single=1e-2)  # least pivot of a Cholesky factor that can be trusted
MANY = 64  # padded free parameters from which on a step avoids eigenvectors where it can


class Descent(NamedTuple):
    """A fit under way, or a tour of points.

    Attributes:
        x: The accepted point, `f[n]`; on a tour the first.
        f: The statistic there.
        g: Its gradient, `f[n]`.
        H: Its Gauss-Newton matrix, `f[n, n]`.
        try_: The point to evaluate next.
        promised: By how much the statistic should fall there.
        damping: Of the Levenberg-Marquardt system, relative to the scaled matrix.
        edm: Estimated distance to the minimum, in units of the statistic.
        steps: Evaluations so far.
        tour: Whether `points` are gone through instead of a fit being made.
        points: `f[r, n]`, those of a tour.
        slopes: `f[r, n]`, the gradients there.
    """

    x: Any
    f: Any
    g: Any
    H: Any
    try_: Any
    promised: Any
    damping: Any
    edm: Any
    steps: Any
    tour: Any
    points: Any
    slopes: Any


def begin(space: Any, x: Any) -> Descent:
    """The state before the first step from `x` (NumPy, `f[n]`)."""
    x = np.clip(x, space.low, space.high)
    double: bool = jax.config.jax_enable_x64  # pyright: ignore[reportAttributeAccessIssue]
    return _still(len(x), ROWS, double)._replace(x=x, try_=x)


def begin_traced(space: Any, x: Any) -> Descent:
    """The same where it is traced; it can make no tour."""
    x = jnp.clip(x, space.low, space.high)
    return _at_rest(x.shape[0], 0, jnp)._replace(x=x, try_=x)


@lru_cache(maxsize=64)
def _still(n: int, rows: int, double: bool) -> Descent:
    """What does not depend on where a fit begins, on the device: each array that has to get there costs microseconds."""
    return jax.device_put(_at_rest(n, rows, np))


def _at_rest(n: int, rows: int, xp: Any) -> Descent:
    far, vector, none = xp.asarray(xp.inf), xp.zeros(n), xp.zeros((rows, n))
    one, damping, still = xp.asarray(1.0), xp.asarray(1e-3), (xp.asarray(0), xp.asarray(False))
    return Descent(vector, far, vector, xp.zeros((n, n)), vector, one, damping, far, *still, none, none)


def begin_tour(space: Any, points: Any) -> Descent:
    """The state before the first of some points `f[r, n]` (NumPy), at most `ROWS`, in or out of the bounds."""
    rows = np.concatenate([points, np.repeat(points[:1], ROWS - len(points), axis=0)])
    return begin(space, points[0])._replace(try_=points[0], tour=_YES, points=rows)


def _open(space: Any, loop: Descent) -> Any:
    """Coordinates that may move: active and not pressed against a bound."""
    pressed = ((loop.x <= space.low) & (loop.g > 0)) | ((loop.x >= space.high) & (loop.g < 0))
    return space.active & ~pressed


def _step(space: Any, loop: Descent) -> tuple[Any, Any, Any]:
    """The damped step, the decrease it promises, and the estimated distance to the minimum."""
    movable = _open(space, loop)
    diagonal = jnp.where(movable, jnp.abs(jnp.diag(loop.H)), 0.0)
    least = 1e-14 * jnp.max(diagonal) + NOT_ZERO.of(diagonal.dtype)
    scale = jnp.sqrt(jnp.where(movable, jnp.maximum(diagonal, least), 1.0))
    inside = movable[:, None] & movable[None, :]
    scaled = jnp.where(inside, loop.H, 0.0) / scale[:, None] / scale[None, :]
    scaled = jnp.where(jnp.isfinite(scaled), scaled, 0.0) + jnp.diag(jnp.where(movable, 0.0, 1.0))
    slope = jnp.where(movable, loop.g / scale, 0.0)
    if slope.shape[0] < MANY:
        step, promised, edm = _step_by_eigenvectors(scaled, slope, loop.damping)
    else:
        factor = jnp.linalg.cholesky(scaled)
        sound = jnp.min(jnp.where(jnp.isfinite(factor), jnp.diag(factor)[:, None], 0.0)) > SOUND.of(factor.dtype)
        step, promised, edm = jax.lax.cond(
            sound, _step_by_factors, lambda _, *rest: _step_by_eigenvectors(*rest), factor, scaled, slope, loop.damping
        )
    return step / scale, promised, edm


def _step_by_eigenvectors(scaled: Any, slope: Any, damping: Any) -> tuple[Any, Any, Any]:
    """The damped step in scaled coordinates, where the matrix may be singular or indefinite."""
    values, vectors = jnp.linalg.eigh(scaled)
    values, slope = jnp.maximum(jnp.abs(values), LEAST_CURVATURE.of(values.dtype)), vectors.T @ slope
    step = -(vectors @ (slope / (values + damping)))
    promised = jnp.sum(slope**2 * (0.5 * values + damping) / (values + damping) ** 2)
    return step, promised, 0.5 * jnp.sum(slope**2 / values)


def _step_by_factors(factor: Any, scaled: Any, slope: Any, damping: Any) -> tuple[Any, Any, Any]:
    """The same where the matrix is soundly positive, from its Cholesky factor and that of the damped one: faster."""
    damped = scaled + damping * jnp.eye(len(slope))
    step = -jax.scipy.linalg.cho_solve((jnp.linalg.cholesky(damped), True), slope)
    promised = step @ (0.5 * scaled @ step + damping * step)
    return step, promised, 0.5 * jnp.sum(jax.scipy.linalg.solve_triangular(factor, slope, lower=True) ** 2)


def _advance(view: Any, space: Any, loop: Descent) -> Descent:
    """Evaluate the point to try, keep it if it is no worse, and choose the next."""
    f, g, H = view.curvature(space, loop.try_)
    usable = jnp.isfinite(f) & jnp.all(jnp.isfinite(g)) & jnp.all(jnp.isfinite(H))
    better = usable & (f <= loop.f)
    ratio = (loop.f - f) / jnp.maximum(loop.promised, NOT_ZERO.of(f.dtype))
    eased = jnp.where(ratio > 0.75, loop.damping / 8, jnp.where(ratio > 0.25, loop.damping, loop.damping * 3))
    damping = jnp.clip(jnp.where(better, eased, loop.damping * 8), 1e-6, 1e12)
    kept = jnp.where(loop.tour, loop.steps == 0, better)
    keep = lambda new, old: jnp.where(kept, new, old)  # noqa: E731
    slopes, steps = loop.slopes.at[loop.steps].set(g) if len(loop.slopes) else loop.slopes, loop.steps + 1
    loop = loop._replace(
        x=keep(loop.try_, loop.x), f=keep(f, loop.f), g=keep(g, loop.g), H=keep(H, loop.H), damping=damping
    )
    if len(loop.points):  # a tour needs no step
        still = lambda one: (jnp.zeros_like(one.x), one.promised, one.edm)  # noqa: E731
        step, promised, edm = jax.lax.cond(loop.tour, still, lambda one: _step(space, one), loop)
    else:
        step, promised, edm = _step(space, loop)
    there = jnp.clip(loop.x + step, space.low, space.high)
    there = jnp.where(loop.tour, loop.points[steps], there) if len(loop.points) else there
    return loop._replace(try_=there, promised=promised, edm=edm, steps=steps, slopes=slopes)


def _going(loop: Descent, limit: Any, goal: Any) -> Any:
    started = (loop.steps == 0) | jnp.isfinite(loop.f)
    least = jnp.maximum(goal, EDM_GOAL.of(loop.edm.dtype))
    return (loop.steps < limit) & (loop.tour | (started & (loop.edm > least) & (loop.damping < 1e11)))


def resume_minimise(view: Any, space: Any, loop: Descent, limit: Any, goal: Any = 0.0) -> Descent:
    """Go on with a fit until it has converged, its estimated distance is below `goal`, or it made `limit` steps in all."""
    return jax.lax.while_loop(lambda s: _going(s, limit, goal), lambda s: _advance(view, space, s), loop)
