"""SVI: a Gaussian in the unbounded chart, fitted to the posterior by maximising the evidence lower bound.

Stochastic variational inference (Hoffman et al. 2013; Kucukelbir et al. 2017): the model is the bridge's `FitSites`, the guide
the same module in guide mode with one joint Gaussian ("mvn"), the optimiser NumPyro's. The guide begins with the shape that the
curvature at the mode gives it: from a small ball it would not reach that of correlated parameters in any number of steps that
one waits for. It always gives an answer; the answer is only as Gaussian as it assumes, and the Pareto shape of the weights of
its draws (`psis`) says whether that will do; as few draws as one keeps show a heavy tail too seldom, so that more are weighed.
Each run compiles its own loop, because guide and model are functions of the set-up.
"""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float
from numpyro.distributions import MultivariateNormal
from numpyro.distributions.transforms import Transform
from numpyro.infer import SVI, Trace_ELBO
from numpyro.optim import Adam

from spec_lab._base import EngineError, plain
from spec_lab.bridge.guides import transforms
from spec_lab.bridge.sites import numpyro_model, site_names
from spec_lab.engines.control import COMPILING, Control
from spec_lab.engines.draws import sample_outcome
from spec_lab.engines.newton import minimise, values_of
from spec_lab.engines.options import above, at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import find_mode
from spec_lab.engines.preview import PARETO_LIMIT
from spec_lab.engines.psis import psis
from spec_lab.engines.student_t import StudentT
from spec_lab.engines.target import Target
from spec_lab.fit import Problem, from_u
from spec_lab.tree.attrs import frozen_static

GAUSSIAN = 1e6  # degrees of freedom of a Student t that is none
BLOCK = 100  # steps between two looks at the stop flag
WEIGHED = 16_384  # draws that only judge the guide: of 2000 every third set hides that a posterior is cut by a bound


class _Draws(NamedTuple):
    """Draws of the guide as free values `f[s, n]`, and its log density there `f[s]`."""

    xs: Float[np.ndarray, "s n"]
    log_q: Float[np.ndarray, " s"]


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
    fitted = values_of(problem, minimise(problem, problem.setup.free_values, 500))
    svi, charts = _prepared(problem, options)
    state = svi.init(jax.random.key(options.seed), init_params=_laplace(problem, charts, fitted, options.seed))
    block = jax.jit(lambda s: jax.lax.scan(lambda s, _: svi.update(s), s, None, length=BLOCK))
    done, losses = 0, []
    while done < options.steps and not control.stopped:
        state, loss = block(state)
        losses.append(np.asarray(loss))
        done += BLOCK
        control.report(min(done / options.steps, 1.0), f"step {done} of {options.steps}")
    if not losses:
        raise EngineError("stopped before the first step", hint="Start again and give it a moment.")
    found = svi.get_params(state)
    gaussian = MultivariateNormal(found["mvn_loc"], scale_tril=found["mvn_scale_tril"])
    kept, weighed = (
        _drawn(gaussian, charts, seed, size)
        for seed, size in ((options.seed + 1, options.draws), (options.seed + 2, WEIGHED))
    )
    return _outcome(problem, fitted, kept, weighed, np.concatenate(losses), done, options, control)


def _laplace(
    problem: Problem, charts: list[Transform], fitted: Float[np.ndarray, " n"], seed: int, size: int = 2000
) -> dict[str, Float[np.ndarray, "..."]]:
    """Where the guide begins: mean and covariance, in its own chart, of draws from the curvature at the mode."""
    mode, hessian = find_mode(Problem(problem.setup.with_free(fitted), problem))
    n, around = problem.n, np.random.default_rng(seed)
    us = StudentT.of_hessian(mode[:n], hessian[:n, :n], GAUSSIAN).draw(size, around)
    xs = np.asarray(from_u(problem.host_space, problem.pad(us), xp=np)[0])
    latent = np.stack([np.asarray(chart.inv(x)) for chart, x in zip(charts, xs.T[:n], strict=True)], axis=-1)
    latent = latent[np.all(np.isfinite(latent), axis=1)]
    covariance = np.atleast_2d(np.cov(latent, rowvar=False))
    jitter = 1e-12 * np.diag(np.diag(covariance))
    return {"mvn_loc": latent.mean(axis=0), "mvn_scale_tril": np.linalg.cholesky(covariance + jitter)}


def _drawn(gaussian: MultivariateNormal, charts: list[Transform], seed: int, size: int) -> _Draws:
    """Draws of the guide."""
    latent = gaussian.sample(jax.random.key(seed), (size,))
    log_q = np.asarray(gaussian.log_prob(latent))
    columns = [(chart(z), z, chart) for z, chart in zip(latent.T, charts, strict=True)]
    log_density = log_q - sum(np.asarray(chart.log_abs_det_jacobian(z, x)) for x, z, chart in columns)
    return _Draws(np.stack([np.asarray(x) for x, _, _ in columns], axis=-1), log_density)


def _densities(target: Target, draws: _Draws) -> tuple[Float[np.ndarray, " s"], Float[np.ndarray, " s"]]:
    """Log-likelihood of draws, and that plus their log prior."""
    log_like = target.log_like(draws.xs)
    return log_like, log_like + target.log_prior(draws.xs)


def _prepared(problem: Problem, options: SviOptions) -> tuple[SVI, list[Transform]]:
    """Model and guide with their optimiser, and the maps from the guide's coordinates to free values, one a free parameter."""
    model = numpyro_model(problem)
    for name in site_names(problem):
        model.autoguide(name, "mvn")
    guide = model.with_mode("guide")
    decay = 0.01 ** (1.0 / options.steps)
    adam = Adam(lambda step: options.rate * decay**step)
    svi = SVI(model, guide.load_pyro_samples, adam, Trace_ELBO(num_particles=4))
    return svi, list(transforms(model).values())


def _outcome(
    problem: Problem,
    fitted: Float[np.ndarray, " n"],
    kept: _Draws,
    weighed: _Draws,
    losses: Float[np.ndarray, " steps"],
    done: int,
    options: SviOptions,
    control: Control,
) -> Outcome:
    target = Target(problem)
    log_like, log_prob = _densities(target, kept)
    stopped = control.stopped and done < options.steps
    lost = float(target.log_prob(fitted[None])[0] - np.median(log_prob))  # of a Gaussian about n/2
    far = lost > 0.5 * problem.n + 10 * np.sqrt(problem.n) + 10
    log_weights = np.concatenate([log_prob - kept.log_q, _densities(target, weighed)[1] - weighed.log_q])
    _, shape = psis(log_weights)
    bad = far or shape > PARETO_LIMIT
    remark = f" The draws lie {plain(lost, 3)} below the best fit in log probability: more steps." if far else ""
    if shape > PARETO_LIMIT:
        remark += f" Pareto k = {shape:.2f} > {PARETO_LIMIT}: the posterior is not such a Gaussian, run a sampler."
    return sample_outcome(
        target,
        engine="svi",
        draws=kept.xs,
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
