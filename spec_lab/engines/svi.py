"""SVI: a Gaussian in the unbounded chart, fitted to the posterior by maximising the evidence lower bound.

Stochastic variational inference (Hoffman et al. 2013; Kucukelbir et al. 2017) with NumPyro's `AutoMultivariateNormal` on the
model that the bridge makes. The guide begins with the shape that the curvature at the mode gives it: from a small ball it would
not reach that of correlated parameters in any number of steps that one waits for. It always gives an answer; the answer is only
as Gaussian as it assumes, and the Pareto shape of the weights of its draws (`psis`) says whether that will do. Each run compiles
its own loop, because guide and model are functions of the set-up.
"""

from typing import Any

import jax
import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import COMPILING, Control
from spec_lab.engines.draws import sample_outcome
from spec_lab.engines.options import above, at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import find_mode
from spec_lab.engines.preview import PARETO_LIMIT
from spec_lab.engines.psis import psis
from spec_lab.engines.sites import numpyro_model, site_names
from spec_lab.engines.student_t import StudentT
from spec_lab.engines.target import Target
from spec_lab.fit import Problem
from spec_lab.fit.space import from_u
from spec_lab.tree.attrs import frozen_static

GAUSSIAN = 1e6  # degrees of freedom of a Student t that is none
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

    steps: int = at_least(1, 1000)
    rate: float = above(0.0, 0.003)
    draws: int = at_least(4, 2000)
    seed: int = seed()


def run(problem: Problem, options: SviOptions, control: Control) -> Outcome:
    """Fit the guide, draw from it."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    control.report(None, COMPILING)
    svi, guide, fitted = _prepared(problem, options)
    state = svi.init(jax.random.key(options.seed), init_params=_laplace(problem, fitted, options.seed))
    block = jax.jit(lambda s: jax.lax.scan(lambda s, _: svi.update(s), s, None, length=BLOCK))
    done, losses = 0, []
    while done < options.steps and not control.stopped:
        state, loss = block(state)
        losses.append(np.asarray(loss))
        done += BLOCK
        control.report(min(done / options.steps, 1.0), f"step {done} of {options.steps}")
    if not losses:
        raise EngineError("stopped before the first step", hint="Start again and give it a moment.")
    gaussian = guide.get_posterior(svi.get_params(state))
    latent = gaussian.sample(jax.random.key(options.seed + 1), (options.draws,))
    log_q = np.asarray(gaussian.log_prob(latent))
    return _outcome(problem, fitted, *_mapped(problem, latent, log_q), np.concatenate(losses), done, options, control)


def _charts(problem: Problem) -> list[Any]:
    """The maps from the guide's coordinates, one a free parameter, to free values: NumPyro's own for the priors' supports."""
    from numpyro.distributions import biject_to

    from spec_lab.bridge.support import between

    priors = [problem.setup.priors[i] for i in problem.setup.free]
    return [biject_to(between(*prior.support)) for prior in priors if prior is not None]  # none is improper here


def _laplace(problem: Problem, fitted: np.ndarray, seed: int, size: int = 2000) -> dict[str, np.ndarray]:
    """Where the guide begins: mean and covariance, in its own chart, of draws from the curvature at the mode."""
    mode, hessian = find_mode(Problem(problem.setup.with_free(fitted), problem))
    n, around = problem.n, np.random.default_rng(seed)
    us = StudentT.of_hessian(mode[:n], hessian[:n, :n], GAUSSIAN).draw(size, around)
    xs = np.asarray(from_u(problem.host_space, problem.pad(us), xp=np)[0])
    latent = np.stack(
        [np.asarray(chart.inv(x)) for chart, x in zip(_charts(problem), xs.T[: problem.n], strict=True)], axis=-1
    )
    latent = latent[np.all(np.isfinite(latent), axis=1)]
    covariance = np.atleast_2d(np.cov(latent, rowvar=False))
    jitter = 1e-12 * np.diag(np.diag(covariance))
    return {"auto_loc": latent.mean(axis=0), "auto_scale_tril": np.linalg.cholesky(covariance + jitter)}


def _mapped(problem: Problem, latent: Any, log_q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Free values `f[s, n]` of draws of the guide, and its log density there."""
    columns = [(chart(z), z, chart) for z, chart in zip(latent.T, _charts(problem), strict=True)]
    log_density = log_q - sum(np.asarray(chart.log_abs_det_jacobian(z, x)) for x, z, chart in columns)
    return np.stack([np.asarray(x) for x, _, _ in columns], axis=-1), log_density


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
    log_q: np.ndarray,
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
    _, shape = psis(log_prob - log_q)
    bad = far or shape > PARETO_LIMIT
    remark = f" The draws lie {lost:.0f} below the best fit in log probability: more steps." if far else ""
    if shape > PARETO_LIMIT:
        remark += f" Pareto k = {shape:.2f} > {PARETO_LIMIT}: the posterior is not such a Gaussian, run a sampler."
    return sample_outcome(
        target,
        engine="svi",
        draws=draws,
        log_like=log_like,
        log_prob=log_prob,
        status=Status.stopped if stopped else Status.doubtful if bad else Status.converged,
        remark=remark + " A Gaussian approximation; compare with a sampler before publishing.",
        stats=(
            ("elbo", float(-losses[-BLOCK:].mean())),
            ("pareto_k", float(shape)),
            ("steps", done),
            ("seconds", control.elapsed),
        ),
        settings=(("steps", options.steps), ("rate", options.rate), ("seed", options.seed)),
    )
