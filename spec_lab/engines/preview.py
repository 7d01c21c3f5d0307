"""Preview: a posterior with evidence in a fraction of a second.

In the chart where the prior is a standard normal (`prior_chart`), proposals are set up around the mode of the posterior, and
around what is left of it when terms that the data hardly need are switched off (`starting_proposals`). Draws judge them, they
adapt, are frozen, and only draws made after that are weighed (`frozen_draws`). The weights are Pareto-smoothed (Vehtari et al.
2024); a shape above 0.7 says that the proposals do not cover the posterior and the numbers should not be trusted. Seed and draws
repeat a run to the last bit: no clock decides anything.
"""

import numpy as np
from jaxtyping import Float

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.draws import systematic
from spec_lab.engines.frozen_draws import PARETO_LIMIT as PARETO_LIMIT
from spec_lab.engines.frozen_draws import FrozenDraws, Measure, WeighedDraws, frozen_draws
from spec_lab.engines.hooked import hooked_mode, log_density
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.prior_chart import PriorChart
from spec_lab.engines.starting_proposals import starting_proposals
from spec_lab.engines.student_t import ProposalMixture, StudentT
from spec_lab.engines.switched_terms import switched_terms
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

LOOSE = 0.8  # standard deviations of its prior from which on a parameter is not determined


@frozen_static
class PreviewOptions:
    """Options of the preview.

    Attributes:
        draws: Importance draws that are counted, at most; 4096 more shape the proposals where the first fit badly.
        effective: The effective size that is enough: it ends once that is reached.
        tail: Degrees of freedom of the proposal; small = heavy tails.
        seed: Of the draws.
    """

    draws: int = at_least(100, 20000)
    effective: int = at_least(100, 4000)
    tail: float = at_least(1.0, 8.0)
    seed: int = seed()


def run(problem: Problem, options: PreviewOptions, control: Control, hooks: Hooks | None = None) -> Outcome:
    """Posterior and evidence by importance sampling around the mode."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    control.report(0.0, "finding the mode")
    target, generator = Target(problem, hooks), np.random.default_rng(options.seed)
    chart = None
    if hooks:
        mode, hessian = hooked_mode(problem, target, control)
        start = ProposalMixture((StudentT.of_hessian(mode, hessian, options.tail),), np.ones(1))
        measure: Measure = lambda us: log_density(problem, target, us)  # noqa: E731
    else:
        chart, start = starting_proposals(problem, switched_terms(problem), options.tail, generator)
        measure = lambda us: measured(problem, chart, us)  # noqa: E731
    found = frozen_draws(start, measure, options.draws, options.effective, generator, control)
    return _outcome(target, found, chart, options, control)


def measured(problem: Problem, chart: PriorChart, us: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s columns"]:
    """Per draw: log posterior density in the chart, statistic, log prior, and the free values."""
    xs = chart.values(us)
    stats, priors = problem.batch(xs), problem.log_prior(xs)
    return np.column_stack([chart.log_priors(us).sum(axis=1) - 0.5 * stats, stats, priors, xs])


def _outcome(
    target: Target, found: FrozenDraws, chart: PriorChart | None, options: PreviewOptions, control: Control
) -> Outcome:
    problem, weighed = target.problem, found.weighed
    n, table, weights = problem.n, found.table, weighed.weights
    hooks = (("hooks", ", ".join(target.hooks)),) if target.hooks else ()
    stat, prior, x = table[:, 1], table[:, 2], np.clip(table[:, 3 : 3 + n], *problem.bounds)
    x = np.where(np.isfinite(x), x, 0.0)  # impossible draws, of weight 0, may lie at infinity
    chosen = systematic(weights, max(1000, min(len(x), int(weighed.effective))), options.seed + 1)
    best = int(np.argmin(stat))
    mean = weights @ x
    covariance = (x - mean).T @ ((x - mean) * weights[:, None])
    status = Status.stopped if control.stopped else Status.converged if weighed.trusted else Status.doubtful
    advice = "" if weighed.trusted else _verdict(problem, found, chart, weighed)
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
        log_evidence=weighed.log_evidence,
        log_evidence_error=weighed.error,
        stats=(
            ("pareto_k", weighed.shape),
            ("ess", weighed.effective),
            ("counted", len(x)),
            ("evaluations", found.evaluations),
            ("seconds", control.elapsed),
        ),
        settings=(
            ("draws", options.draws),
            ("effective", options.effective),
            ("tail", options.tail),
            ("seed", options.seed),
            *hooks,
        ),
    )


def _verdict(problem: Problem, found: FrozenDraws, chart: PriorChart | None, weighed: WeighedDraws) -> str:
    """What a posterior that was not caught looks like, as far as the draws tell, and what to do."""
    told = f" {weighed.doubt}: do not trust it, run a sampler"
    if chart is None:
        return told + "."
    mean = weighed.weights @ found.us
    spread = np.sqrt(weighed.weights @ (found.us - mean) ** 2)
    paths = [problem.setup.slots[i].path for i in problem.setup.free]
    loose = [path for path, wide in zip(paths, spread > LOOSE, strict=True) if wide]
    vague = f" The data hardly determine {', '.join(loose)}." if loose else ""
    shapes = found.proposals.shapes(found.us, weighed.weights)
    several = f" The posterior has several shapes ({shapes} at least)." if shapes > 1 else ""
    return told + ": infer.nested() finds all of it." + vague + several
