"""Preview: a posterior with evidence in a fraction of a second.

The mode of the posterior is found in the unbounded chart (Newton with the exact Hessian), a multivariate Student t with the
curvature there proposes draws, and importance weights turn them into a posterior and an evidence. Where that proposal fits badly,
others follow before any draw is counted (`frozen_draws`). The weights are Pareto-smoothed (Vehtari et al. 2024); a shape above
0.7 says that the proposals do not cover the posterior and the numbers should not be trusted.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.draws import systematic
from spec_lab.engines.frozen_draws import FrozenDraws, frozen_draws
from spec_lab.engines.hooked import hooked_mode, log_density
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import find_mode
from spec_lab.engines.psis import psis
from spec_lab.engines.student_t import StudentT
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem, from_u, log_prior
from spec_lab.tree.attrs import frozen_static

PARETO_LIMIT = 0.7
_SIZES = (1024, 1024)  # of compiled batches: one, so that nothing compiles twice


@frozen_static
class PreviewOptions:
    """Options of the preview.

    Attributes:
        draws: Importance draws that are counted; up to three tenths more shape the proposals where the first fits badly.
        tail: Degrees of freedom of the proposal; small = heavy tails.
        seed: Of the draws.
    """

    draws: int = at_least(100, 20000)
    tail: float = at_least(1.0, 8.0)
    seed: int = seed()


def _weigh(view: Any, space: Any, us: Any) -> Any:
    """Per draw: log posterior density in the chart, statistic, log prior, and the free values."""

    def one(u: Any) -> Any:
        x, jacobian = from_u(space, u)
        stat, prior = view.stat(space, x, use="batch"), log_prior(space, x)
        return jnp.concatenate([jnp.stack([-0.5 * stat + prior + jnp.sum(jacobian), stat, prior]), x])

    return view.over_rows(one, us)


def run(problem: Problem, options: PreviewOptions, control: Control, hooks: Hooks | None = None) -> Outcome:
    """Posterior and evidence by importance sampling around the mode."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    control.report(0.0, "finding the mode")
    target = Target(problem, hooks)
    mode, hessian = hooked_mode(problem, target, control) if hooks else find_mode(problem)
    n = problem.n

    def measure(us: np.ndarray) -> np.ndarray:
        return log_density(problem, target, us) if hooks else problem.map_blocks(_weigh, problem.pad(us), _SIZES)

    start = StudentT.of_hessian(mode[:n], hessian[:n, :n], options.tail)
    found = frozen_draws(start, measure, options.draws, np.random.default_rng(options.seed), control)
    return _outcome(target, found, options, control)


def _outcome(target: Target, found: FrozenDraws, options: PreviewOptions, control: Control) -> Outcome:
    problem = target.problem
    n, table = problem.n, found.table
    hooks = (("hooks", ", ".join(target.hooks)),) if target.hooks else ()
    stat, prior, x = table[:, 1], table[:, 2], np.clip(table[:, 3 : 3 + n], *problem.bounds)
    smoothed, shape = psis(found.log_weights)
    log_z, error, effective = _evidence(smoothed)
    weights = np.exp(smoothed - smoothed.max())
    weights /= weights.sum()
    chosen = systematic(weights, max(1000, min(len(x), int(effective))), options.seed + 1)
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
        scores=(-0.5 * stat[chosen], -0.5 * stat[chosen] + prior[chosen]),
        status=status,
        message=status.sentence + advice,
        log_evidence=log_z,
        log_evidence_error=error,
        stats=(
            ("pareto_k", float(shape)),
            ("ess", float(effective)),
            ("evaluations", found.evaluations),
            ("seconds", control.elapsed),
        ),
        settings=(("draws", options.draws), ("tail", options.tail), ("seed", options.seed), *hooks),
    )


def _evidence(log_weights: np.ndarray) -> tuple[float, float, float]:
    """ln Z, its standard error (delta method), and Kish's effective sample size."""
    top = log_weights.max()
    weights = np.exp(log_weights - top)
    effective = weights.sum() ** 2 / np.sum(weights**2)
    relative = np.std(weights) / weights.mean() / np.sqrt(len(weights))
    return float(top + np.log(weights.mean())), float(relative), float(effective)
