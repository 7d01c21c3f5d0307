"""What a best fit says about the parameters: covariance from the Hessian, draws from it, and the outcome made of them.

Every minimiser ends here, so that they agree on what a bound is: one that the best value touches as seen from its error, however
wide the prior; and on what is said there: the error of a value at its bound has one side. None leaves a statistic above the one
it started from.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool

from spec_lab._base import ByPrecision
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.target import Target
from spec_lab.fit import Problem

NOTHING = 1e-3  # of the statistic: rounding, and where two programs stop
MISSED = 0.1  # of the statistic, a third of a standard deviation: what must not be left unsaid
FAR = 1e4  # standard deviations from which a bound is none to a minimiser
TOUCHES = 1e-2  # standard deviations within which a value lies at its bound
NEAR = ByPrecision(double=1e-6, single=1e-4)  # of an interval: the error of a value so near to its end is asked for
# of the steepest curvature: below it, what is left of the gradient and rounding decide the sign
FLAT = ByPrecision(double=1e-10, single=1e-6)
NEARLY_FLAT = ByPrecision(double=1e-6, single=1e-4)


def _scaled(hessian: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scales of the parameters (`f[n]`), and eigenvalues and eigenvectors of the Hessian in these scales."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
    values, vectors = np.linalg.eigh(hessian / scale[:, None] / scale[None, :])
    return scale, values, vectors


def nearly_flat(hessian: np.ndarray) -> bool:
    """Whether some direction curves less than `NEARLY_FLAT` of the steepest one, or does not curve upwards."""
    if not hessian.size or not np.all(np.isfinite(hessian)):
        return False
    _, values, _ = _scaled(hessian)
    return bool(values.min() <= NEARLY_FLAT.of(jnp.result_type(float)) * values.max())


def covariance_from_hessian(hessian: np.ndarray, fixed: np.ndarray | None = None) -> np.ndarray:
    """Covariance `2 H^-1` of a statistic -2 ln L with Hessian `H` (`f[n, n]`).

    Parameters in `fixed` (at a bound) are held: their rows are NaN, the others' errors are conditional on them. Directions in
    which the Hessian is not positive have no Gaussian width: the rows they touch are NaN.
    """
    n = len(hessian)
    keep = np.flatnonzero(~np.asarray(fixed) if fixed is not None else np.ones(n, dtype=bool))
    covariance = np.full((n, n), np.nan)
    H = hessian[np.ix_(keep, keep)]
    if not len(keep) or not np.all(np.isfinite(H)):
        return covariance
    scale, values, vectors = _scaled(H)
    good = values > FLAT.of(jnp.result_type(float)) * max(values.max(), 1e-300)
    inverse = (vectors[:, good] / values[good]) @ vectors[:, good].T
    touched = np.any(np.abs(vectors[:, ~good]) > 1e-3, axis=1) if (~good).any() else np.zeros(len(keep), dtype=bool)
    inverse[touched, :] = np.nan
    inverse[:, touched] = np.nan
    covariance[np.ix_(keep, keep)] = 2.0 * inverse / scale[:, None] / scale[None, :]
    return covariance


def exact_hessian(problem: Problem, best: np.ndarray, known: tuple[np.ndarray, np.ndarray] | None = None) -> np.ndarray:
    """The Hessian at a best fit (`f[n, n]`), to more digits where some direction off the bounds is nearly flat.

    Gradient and Gauss-Newton matrix there may be given as `known`.
    """
    low, high = problem.bounds
    inside = (best > low) & (best < high)
    known = problem.curvature(best)[1:] if known is None else known
    hessian = problem.hessian(best, *known)
    return problem.hessian(best, *known, fine=True) if nearly_flat(hessian[np.ix_(inside, inside)]) else hessian


def _vague(best: np.ndarray, covariance: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Which parameters the data say nothing of: no error, or one far beyond their interval (or any scale they have)."""
    with np.errstate(invalid="ignore"):
        error = np.sqrt(np.diag(covariance))
    return ~(error < np.where(np.isfinite(span), 10.0 * span, 1e6 * np.maximum(1.0, np.abs(best))))


def covariance_draws(
    best: np.ndarray, covariance: np.ndarray, bounds: tuple[np.ndarray, np.ndarray], size: int, seed: int
) -> np.ndarray:
    """`f[size, n]` Gaussian draws around the best fit, row 0 the best fit itself.

    Draws outside the bounds are drawn again (at most ten rounds, then clipped); parameters without a width stay where they are.
    """
    generator = np.random.default_rng(seed)
    known = np.isfinite(np.diag(covariance))
    draws = np.tile(best, (size, 1))
    if known.any():
        block = covariance[np.ix_(known, known)]
        values, vectors = np.linalg.eigh(0.5 * (block + block.T))
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        low, high = bounds[0][known], bounds[1][known]
        pending = np.arange(1, size)
        for _ in range(10):
            new = best[known] + generator.standard_normal((len(pending), known.sum())) @ root.T
            draws[np.ix_(pending, np.flatnonzero(known))] = new
            pending = pending[np.any((new < low) | (new > high), axis=1)]
            if not len(pending):
                break
    return np.clip(draws, *bounds)


def conditional_errors(hessian: np.ndarray, span: np.ndarray) -> np.ndarray:
    """`f[n]`: half-widths in which the statistic rises by 1 with the others held; the span of the prior where it does not."""
    with np.errstate(invalid="ignore", divide="ignore"):
        errors = np.sqrt(2.0 / np.diag(hessian))
    return np.where(np.isfinite(errors), np.minimum(errors, span), span)


def near_limits(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Bounds `(f[n], f[n])` for programs whose inner coordinate spans them; those far away are infinite.

    Minuit's map of an interval onto the real line has no digits left where the interval is 1e9 times as wide as the error
    (MIGRAD then ends anywhere, on NaN too).
    """
    x, (low, high) = problem.setup.free_values, problem.bounds
    errors = conditional_errors(problem.local(x)[2], high - low)
    return np.where(x - low > FAR * errors, -np.inf, low), np.where(high - x > FAR * errors, np.inf, high)


def at_bounds(problem: Problem, best: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each value that lies at a bound is put upon it (`f[n]`), and which these are (`b[n]`)."""
    low, high = problem.bounds
    nearest = np.where(best - low < high - best, low, high)
    away = np.abs(best - nearest)
    pressed = away == 0
    doubtful = ~pressed & (away < NEAR.of(problem.dtype) * np.where(np.isfinite(high - low), high - low, 1.0))
    if doubtful.any():
        errors = conditional_errors(problem.local(best)[2], high - low)
        pressed |= doubtful & (away < TOUCHES * errors)
    return np.where(pressed, nearest, best), pressed


def names_of(problem: Problem, which: Bool[np.ndarray, "n"]) -> list[str]:
    """Paths of some of the free parameters."""
    return [problem.setup.slots[i].path for i, named in zip(problem.setup.free, which, strict=True) if named]


def _one_sided(gradient: np.ndarray, hessian: np.ndarray, pressed: np.ndarray) -> np.ndarray:
    """`f[n]`: how far into the interval the statistic has risen by 1, the others following; NaN off a bound or not known."""
    errors, others = np.full(len(pressed), np.nan), np.flatnonzero(~pressed)
    if not np.all(np.isfinite(hessian)):
        return errors
    for j in np.flatnonzero(pressed):
        slope, curvature = abs(gradient[j]), hessian[j, j]
        if len(others):
            cross = hessian[others, j]
            curvature = curvature - cross @ np.linalg.pinv(hessian[np.ix_(others, others)]) @ cross
        curvature = max(float(curvature), 0.0)
        rise = slope + np.sqrt(slope**2 + 2.0 * curvature)  # slope d + curvature d² / 2 = 1
        errors[j] = 2.0 / rise if rise > 0 else np.nan
    return errors


def best_fit_outcome(
    problem: Problem,
    *,
    engine: str,
    best: np.ndarray,
    covariance: np.ndarray | None,
    status: Status,
    draws: int,
    seed: int,
    stats: tuple[tuple[str, Any], ...] = (),
    settings: tuple[tuple[str, Any], ...] = (),
    remark: str = "",
    target: Target | None = None,
) -> Outcome:
    """The outcome of a maximum-likelihood engine that ended at `best` (`f[n]`).

    A converged fit with a parameter at its bound becomes `at_bound`, said by name and with its one-sided error; the others'
    errors are then those with it held there, whatever the program said.
    Parameters that the data do not determine have no errors (NaN), and the message names them.
    """
    low, high = problem.bounds
    stat = problem.value if target is None else lambda x: float(-2.0 * target.log_like(x[None])[0])
    start = np.clip(problem.setup.free_values, low, high)
    before, reached = stat(start), stat(best)
    gained = before - reached
    if not gained >= 0.0 and np.isfinite(before):
        best, reached = start, before  # where nothing but rounding was lost it is as good, and errors stay
        if not gained >= -NOTHING:
            covariance, status = None, Status.stalled
            remark = f" It found nothing lower than where it started, and stays there: infer.fit() may.{remark}"
    snapped, pressed = at_bounds(problem, best)
    names = names_of(problem, pressed)
    told: tuple[tuple[str, float], ...] = ()
    if names and target is None:
        snapped = snapped if stat(snapped) <= reached + NOTHING else best  # a model may have no value upon its bound
        best, told, held = _held(problem, snapped, pressed, names)
        reached = stat(best)
        if covariance is not None and np.isfinite(np.diag(covariance)[pressed]).any():
            covariance = held
        stats = (*stats, ("one_sided_errors", told))
    if names and status is Status.converged:
        status = Status.at_bound
    vague = np.zeros(problem.n, dtype=bool)
    if covariance is None:
        covariance = np.full((problem.n, problem.n), np.nan)
    else:
        vague = _vague(best, covariance, high - low) & ~pressed
        covariance = np.where(vague[:, None] | vague[None, :], np.nan, covariance)
    if vague.any():
        lost = ", ".join(names_of(problem, vague))
        remark = f" The data do not determine {lost}, so there are no errors: freeze, link or tie one.{remark}"
    sample = covariance_draws(best, covariance, (low, high), draws, seed)
    return Outcome(
        engine=engine,
        setup=problem.setup.with_free(best),
        best=best,
        stat=reached,
        covariance=covariance,
        draws=sample,
        scores=None if target is None else _scores(target, sample),
        status=status,
        message=status.sentence + _bounds_in_words(names, told) + remark,
        stats=stats,
        settings=(*settings, ("seed", seed), *(() if target is None else (("hooks", ", ".join(target.hooks)),))),
    )


def _scores(target: Target, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    like = target.log_like(draws)
    return like, like + target.log_prior(draws)


def _held(
    problem: Problem, best: np.ndarray, pressed: np.ndarray, names: list[str]
) -> tuple[np.ndarray, tuple[tuple[str, float], ...], np.ndarray]:
    """The best fit with values on their bounds, their one-sided errors by name, and the covariance with these held."""
    _, gradient, matrix = problem.curvature(best)
    hessian = exact_hessian(problem, best, (gradient, matrix))
    errors = _one_sided(gradient, hessian, pressed)
    told = tuple(zip(names, map(float, errors[pressed]), strict=True))
    return best, told, covariance_from_hessian(hessian, pressed)


def _bounds_in_words(names: list[str], told: tuple[tuple[str, float], ...]) -> str:
    each = [f"{name} (error to one side {error:.3g})" for name, error in told] or names
    return f" At its bound: {', '.join(each)}." if each else ""
