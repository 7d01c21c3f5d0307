"""Preview: a posterior with evidence in a fraction of a second.

The mode of the posterior is found in the unbounded chart (Newton with the exact Hessian), a multivariate Student t with the
curvature there proposes draws, and importance weights turn them into a posterior and an evidence. The weights are
Pareto-smoothed (Vehtari et al. 2024); a shape above 0.7 says that the proposal does not cover the posterior and the numbers
should not be trusted.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import gammaln

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.mode import find_mode
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.psis import psis
from spec_lab.fit import Problem
from spec_lab.fit.space import from_u, log_prior
from spec_lab.tree.attrs import frozen_static

PARETO_LIMIT = 0.7


@frozen_static
class PreviewOptions:
    """Options of the preview.

    Attributes:
        draws: Importance draws.
        tail: Degrees of freedom of the proposal; small = heavy tails.
        seed: Of the draws.
    """

    draws: int = 20000
    tail: float = 8.0
    seed: int = 450001


def _weigh(view: Any, space: Any, us: Any) -> Any:
    """Per draw: log posterior density in the chart, statistic, log prior, and the free values."""

    def one(u: Any) -> Any:
        x, jacobian = from_u(space, u)
        stat, prior = view.stat(space, x), log_prior(space, x)
        return jnp.concatenate([jnp.stack([-0.5 * stat + prior + jnp.sum(jacobian), stat, prior]), x])

    return jax.vmap(one)(us)


def run(problem: Problem, options: PreviewOptions, control: Control) -> Outcome:
    """Posterior and evidence by importance sampling around the mode."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    control.report(0.0, "finding the mode")
    mode, hessian = find_mode(problem)
    us, log_q = _propose(mode[: problem.n], hessian[: problem.n, : problem.n], options)
    table = _evaluate(problem, us, control)
    return _outcome(problem, table, log_q[: len(table)], options, control)


def _propose(mode: np.ndarray, hessian: np.ndarray, options: PreviewOptions) -> tuple[np.ndarray, np.ndarray]:
    """Student-t draws `f[s, n]` around the mode, and their log density."""
    n, nu = len(mode), options.tail
    values, vectors = np.linalg.eigh(hessian)
    values = np.maximum(np.abs(values), 1e-6)
    generator = np.random.default_rng(options.seed)
    z = generator.standard_normal((options.draws, n))
    stretch = np.sqrt(nu / generator.chisquare(nu, options.draws))
    us = mode + (z * stretch[:, None] / np.sqrt(values)) @ vectors.T
    square = np.sum((z * stretch[:, None]) ** 2, axis=1)
    constant = gammaln((nu + n) / 2) - gammaln(nu / 2) - 0.5 * n * np.log(nu * np.pi) + 0.5 * np.sum(np.log(values))
    return us, constant - 0.5 * (nu + n) * np.log1p(square / nu)


def _evaluate(problem: Problem, us: np.ndarray, control: Control) -> np.ndarray:
    done, block = [], 4096
    for at in range(0, len(us), block):
        if control.stopped and done:
            break
        control.report(0.1 + 0.9 * at / len(us), f"{at} of {len(us)} draws")
        done.append(problem.map_blocks(_weigh, problem.pad(us[at : at + block])))
    return np.concatenate(done)


def _outcome(
    problem: Problem, table: np.ndarray, log_q: np.ndarray, options: PreviewOptions, control: Control
) -> Outcome:
    n = problem.n
    log_target, stat, prior, x = table[:, 0], table[:, 1], table[:, 2], table[:, 3 : 3 + n]
    log_target = np.where(np.isfinite(log_target), log_target, -np.inf)
    smoothed, shape = psis(log_target - log_q)
    log_z, error, effective = _evidence(smoothed)
    weights = np.exp(smoothed - smoothed.max())
    weights /= weights.sum()
    chosen = _systematic(weights, max(1000, min(len(x), int(effective))), options.seed)
    best = int(np.argmin(stat))
    mean = weights @ x
    covariance = (x - mean).T @ ((x - mean) * weights[:, None])
    trusted = shape <= PARETO_LIMIT
    status = Status.stopped if control.stopped else Status.converged if trusted else Status.doubtful
    advice = "" if trusted else f" Pareto k = {shape:.2f} > {PARETO_LIMIT}: do not trust it, run a sampler."
    return Outcome(
        engine="preview",
        setup=problem.setup.with_free(x[best]),
        best=x[best],
        stat=float(stat[best]),
        covariance=covariance,
        draws=x[chosen],
        log_like=-0.5 * stat[chosen],
        log_prob=-0.5 * stat[chosen] + prior[chosen],
        status=status,
        message=status.sentence + advice,
        log_evidence=log_z,
        log_evidence_error=error,
        stats=(
            ("pareto_k", float(shape)),
            ("ess", float(effective)),
            ("evaluations", len(x)),
            ("seconds", control.elapsed),
        ),
        settings=(("draws", options.draws), ("tail", options.tail), ("seed", options.seed)),
    )


def _evidence(log_weights: np.ndarray) -> tuple[float, float, float]:
    """ln Z, its standard error (delta method), and Kish's effective sample size."""
    top = log_weights.max()
    weights = np.exp(log_weights - top)
    effective = weights.sum() ** 2 / np.sum(weights**2)
    relative = np.std(weights) / weights.mean() / np.sqrt(len(weights))
    return float(top + np.log(weights.mean())), float(relative), float(effective)


def _systematic(weights: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Indices of an equally weighted sample (systematic resampling), shuffled."""
    generator = np.random.default_rng(seed + 1)
    places = (generator.uniform() + np.arange(size)) / size
    chosen = np.searchsorted(np.cumsum(weights), places).clip(max=len(weights) - 1)
    return generator.permutation(chosen)
