"""What a best fit says about the parameters: covariance from the Hessian, draws from it, and the outcome made of them."""

from typing import Any

import numpy as np

from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.target import Target
from spec_lab.fit import Problem

FLAT = 1e-10  # of the steepest curvature: below it, what is left of the gradient and rounding decide the sign


def _scaled(hessian: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scales of the parameters (`f[n]`), and eigenvalues and eigenvectors of the Hessian in these scales."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
    values, vectors = np.linalg.eigh(hessian / scale[:, None] / scale[None, :])
    return scale, values, vectors


def nearly_flat(hessian: np.ndarray, limit: float = 1e-6) -> bool:
    """Whether some direction curves less than `limit` of the steepest one, or does not curve upwards."""
    if not hessian.size or not np.all(np.isfinite(hessian)):
        return False
    _, values, _ = _scaled(hessian)
    return bool(values.min() <= limit * values.max())


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
    good = values > FLAT * max(values.max(), 1e-300)
    inverse = (vectors[:, good] / values[good]) @ vectors[:, good].T
    touched = np.any(np.abs(vectors[:, ~good]) > 1e-3, axis=1) if (~good).any() else np.zeros(len(keep), dtype=bool)
    inverse[touched, :] = np.nan
    inverse[:, touched] = np.nan
    covariance[np.ix_(keep, keep)] = 2.0 * inverse / scale[:, None] / scale[None, :]
    return covariance


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

    A converged fit with a parameter within 1e-6 of its bound (relative to the interval) becomes `at_bound`, said by name.
    Parameters that the data do not determine have no errors (NaN), and the message names them.
    """
    low, high = problem.bounds
    width = np.where(np.isfinite(high - low), high - low, 1.0)
    pressed = (best - low < 1e-6 * width) | (high - best < 1e-6 * width)
    names = [problem.setup.slots[i].path for i, p in zip(problem.setup.free, pressed, strict=True) if p]
    if status is Status.converged and names:
        status = Status.at_bound
    vague = np.zeros(problem.n, dtype=bool)
    if covariance is None:
        covariance = np.full((problem.n, problem.n), np.nan)
    else:
        vague = _vague(best, covariance, high - low) & ~pressed
        covariance = np.where(vague[:, None] | vague[None, :], np.nan, covariance)
    if vague.any():
        lost = ", ".join(problem.setup.slots[i].path for i, v in zip(problem.setup.free, vague, strict=True) if v)
        remark = f" The data do not determine {lost}, so there are no errors: freeze, link or tie one.{remark}"
    sample = covariance_draws(best, covariance, (low, high), draws, seed)
    return Outcome(
        engine=engine,
        setup=problem.setup.with_free(best),
        best=best,
        stat=problem.stat(best) if target is None else float(-2.0 * target.log_like(best[None])[0]),
        covariance=covariance,
        draws=sample,
        scores=None if target is None else _scores(target, sample),
        status=status,
        message=status.sentence + (f" At its bound: {', '.join(names)}." if names else "") + remark,
        stats=stats,
        settings=(*settings, ("seed", seed), *(() if target is None else (("hooks", ", ".join(target.hooks)),))),
    )


def _scores(target: Target, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    like = target.log_like(draws)
    return like, like + target.log_prior(draws)
