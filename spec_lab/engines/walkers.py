"""emcee: the affine-invariant ensemble sampler (Foreman-Mackey et al. 2013) on batched likelihoods.

Half of the walkers move at once, so each step is two calls of one compiled function of fixed size. A run that was stopped
keeps the chain it has.
"""

from typing import Any

import emcee
import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.sample import effective_size, sample_outcome
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static


@frozen_static
class WalkerOptions:
    """Options of emcee.

    Attributes:
        steps: Steps of every walker after the burn-in.
        discard: Steps of burn-in that are thrown away.
        walkers: Number of walkers; 0 = max(32, 4 n).
        seed: Of the walkers.
    """

    steps: int = 1000
    discard: int = 100
    walkers: int = 0
    seed: int = 450001


def log_probability(problem: Problem, xs: np.ndarray) -> np.ndarray:
    """`f[s]`: log-likelihood plus log prior of free vectors `f[s, n]`; -inf outside the priors."""
    prior = np.asarray(problem.log_prior(xs))
    inside = np.isfinite(prior)
    out = np.full(len(xs), -np.inf)
    if inside.any():
        like = -0.5 * problem.batch(xs[inside])
        out[inside] = prior[inside] + np.where(np.isfinite(like), like, -np.inf)
    return out


def start_ball(problem: Problem, count: int, generator: np.random.Generator) -> np.ndarray:
    """Start places `f[count, n]` close around the present values, all of finite probability.

    Raises:
        EngineError: No such place is found.
    """
    x, (low, high) = problem.setup.free_values, problem.bounds
    spread = 1e-4 * np.maximum(1.0, np.abs(x))
    found = np.empty((0, len(x)))
    for _ in range(20):
        tried = x + spread * generator.standard_normal((4 * count, len(x)))
        tried = np.where((tried > low) & (tried < high), tried, np.clip(2 * x - tried, low, high))
        found = np.concatenate([found, tried[np.isfinite(log_probability(problem, tried))]])
        if len(found) >= count:
            return found[:count]
    raise EngineError(
        "the posterior is not finite at the starting values", hint="Move the parameters inside their priors."
    )


def run(problem: Problem, options: WalkerOptions, control: Control) -> Outcome:
    """Sample the posterior with emcee."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    walkers = options.walkers or max(32, 4 * problem.n)
    generator = np.random.default_rng(options.seed)
    sampler = emcee.EnsembleSampler(walkers, problem.n, lambda xs: log_probability(problem, xs), vectorize=True)
    start = emcee.State(
        start_ball(problem, walkers, generator), random_state=np.random.RandomState(options.seed).get_state()
    )
    total, done = options.steps + options.discard, 0
    for _ in sampler.sample(start, iterations=total):
        done += 1
        if done % 10 == 0:
            control.report(done / total, f"step {done} of {total}")
        if control.stopped:
            break
    return _outcome(problem, sampler, done, options, control)


def _outcome(problem: Problem, sampler: Any, done: int, options: WalkerOptions, control: Control) -> Outcome:
    burned = min(options.discard, done // 2)  # a run stopped early still has its second half
    chain, log_prob = sampler.get_chain(discard=burned), sampler.get_log_prob(discard=burned)
    memory = emcee.autocorr.integrated_time(chain, tol=0, has_walkers=True) if len(chain) > 10 else np.array([np.nan])
    short = bool(len(chain) < 50 * np.nanmax(memory)) if np.isfinite(memory).any() else True
    status = Status.stopped if control.stopped else Status.converged
    remark = (
        f" The chain is shorter than 50 autocorrelation times ({np.nanmax(memory):.0f} steps): go on." if short else ""
    )
    return sample_outcome(
        problem,
        engine="emcee",
        draws=chain.reshape(-1, problem.n),
        log_prob=log_prob.reshape(-1),
        status=status,
        remark=remark,
        stats=(
            ("steps", done),
            ("autocorrelation", float(np.nanmax(memory)) if np.isfinite(memory).any() else float("nan")),
            ("ess", effective_size(np.swapaxes(chain, 0, 1))),
            ("acceptance", float(np.mean(sampler.acceptance_fraction))),
            ("seconds", control.elapsed),
        ),
        settings=(("steps", options.steps), ("discard", options.discard), ("seed", options.seed)),
    )
