"""SVI: a Gaussian in the unbounded chart, fitted to the posterior by maximising the evidence lower bound.

Stochastic variational inference (Hoffman et al. 2013; Kucukelbir et al. 2017) with NumPyro's `AutoMultivariateNormal` on the
model that the bridge makes. It is fast and always gives an answer; the answer is only as Gaussian as it assumes. Each run
compiles its own loop, because guide and model are functions of the set-up.
"""

from typing import Any

import jax
import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.ranges import above, at_least, seed
from spec_lab.engines.sample import sample_outcome
from spec_lab.engines.sites import numpyro_model, site_names
from spec_lab.engines.target import Target
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

BLOCK = 100  # steps between two looks at the stop flag


@frozen_static
class SviOptions:
    """Options of SVI.

    Attributes:
        steps: Optimiser steps.
        rate: Step size of Adam at the start; it falls to a hundredth of it.
        draws: Draws from the fitted guide.
        seed: Of steps and draws.
    """

    steps: int = at_least(1, 3000)
    rate: float = above(0.0, 0.01)
    draws: int = at_least(4, 2000)
    seed: int = seed()


def run(problem: Problem, options: SviOptions, control: Control) -> Outcome:
    """Fit the guide, draw from it."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    svi, guide, fitted = _prepared(problem, options)
    control.report(None, "compiling")
    state = svi.init(jax.random.key(options.seed))
    block = jax.jit(lambda s: jax.lax.scan(lambda s, _: svi.update(s), s, None, length=BLOCK))
    done, losses = 0, []
    while done < options.steps and not control.stopped:
        state, loss = block(state)
        losses.append(np.asarray(loss))
        done += BLOCK
        control.report(min(done / options.steps, 1.0), f"step {done} of {options.steps}")
    if not losses:
        raise EngineError("stopped before the first step", hint="Start again and give it a moment.")
    sites = guide.sample_posterior(
        jax.random.key(options.seed + 1), svi.get_params(state), sample_shape=(options.draws,)
    )
    draws = np.stack([np.asarray(sites[name]) for name in site_names(problem)], axis=-1)
    return _outcome(problem, fitted, draws, np.concatenate(losses), done, options, control)


def _prepared(problem: Problem, options: SviOptions) -> tuple[Any, Any, np.ndarray]:
    from numpyro.infer import SVI, Trace_ELBO
    from numpyro.infer.autoguide import AutoMultivariateNormal
    from numpyro.infer.initialization import init_to_value
    from numpyro.optim import Adam

    from spec_lab.engines.newton import minimise

    model = numpyro_model(problem)
    fitted = np.asarray(minimise(problem, problem.setup.free_values, 500).x)[: problem.n]
    low, high = problem.bounds
    margin = 1e-4 * np.where(np.isfinite(high - low), high - low, 1.0)
    start = dict(zip(site_names(problem), np.clip(fitted, low + margin, high - margin), strict=True))
    guide = AutoMultivariateNormal(model, init_loc_fn=init_to_value(values=start), init_scale=0.01)
    decay = 0.01 ** (1.0 / options.steps)
    return SVI(model, guide, Adam(lambda step: options.rate * decay**step), Trace_ELBO(num_particles=4)), guide, fitted


def _outcome(
    problem: Problem,
    fitted: np.ndarray,
    draws: np.ndarray,
    losses: np.ndarray,
    done: int,
    options: SviOptions,
    control: Control,
) -> Outcome:
    target = Target(problem)
    log_like = target.log_like(draws)
    log_prob = log_like + target.log_prior(draws)
    stopped = control.stopped and done < options.steps
    lost = float(target.log_prob(fitted[None])[0] - np.median(log_prob))  # of a Gaussian about n/2
    far = lost > 0.5 * problem.n + 10 * np.sqrt(problem.n) + 10
    remark = f" The draws lie {lost:.0f} below the best fit in log probability: more steps." if far else ""
    return sample_outcome(
        target,
        engine="svi",
        draws=draws,
        log_like=log_like,
        log_prob=log_prob,
        status=Status.stopped if stopped else Status.doubtful if far else Status.converged,
        remark=remark + " A Gaussian approximation; compare with a sampler before publishing.",
        stats=(
            ("elbo", float(-losses[-BLOCK:].mean())),
            ("steps", done),
            ("seconds", control.elapsed),
        ),
        settings=(("steps", options.steps), ("rate", options.rate), ("seed", options.seed)),
    )
