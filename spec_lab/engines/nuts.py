"""NUTS: Hamiltonian Monte Carlo with NumPyro's No-U-Turn kernel (Hoffman & Gelman 2014), in our own loop.

The loop is one compiled block of draws for all chains, so the run is live, can be stopped between blocks and compiles once per
structure. Chains move in coordinates `v` whitened by the curvature at the mode, `u = mode + root @ v`, which makes warm-up
short. The potential is the problem's own log density: no effect handler runs inside the loop.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.mixing import ess, ess_sd, rhat
from spec_lab.engines.mode import whitening
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.ranges import at_least, seed
from spec_lab.engines.sample import SHOWN, sample_outcome
from spec_lab.engines.target import Target
from spec_lab.fit import Problem
from spec_lab.fit.space import from_u
from spec_lab.tree.attrs import frozen_static

BLOCK = 25  # draws between two looks at the stop flag
RHAT_LIMIT = 1.02
LEAST_EFFECTIVE = 100  # independent draws, for a mean to a tenth of a standard deviation


@frozen_static
class NutsOptions:
    """Options of NUTS.

    The default knows means to 2 % of a standard deviation and standard deviations to about 2 % of themselves (`ess` and `ess_sd`
    of the outcome's figures); four times the draws halve that.

    Attributes:
        draws: Draws of every chain after the warm-up.
        warmup: Draws of every chain for adaptation, thrown away.
        chains: Chains, moved together.
        seed: Of the chains.
    """

    draws: int = at_least(4, 1000)
    warmup: int = at_least(0, 200)
    chains: int = at_least(1, 4)
    seed: int = seed()


class _Functions:
    """The compiled pieces for one (warm-up length, number of chains)."""

    def __init__(self, warmup: int, chains: int):
        self.warmup, self.chains = warmup, chains

    def _kernel(self, view: Any, space: Any, mode: Any, root: Any) -> Any:
        from numpyro.infer.hmc import hmc

        def potential(v: Any) -> Any:
            energy = -view.log_posterior_u(space, mode + root @ v)
            return jnp.where(jnp.isfinite(energy), energy, jnp.inf)

        return hmc(potential_fn=potential, algo="NUTS")

    def _init(self, init: Any, v: Any, key: Any) -> Any:
        return init(v, num_warmup=self.warmup, step_size=0.8, adapt_mass_matrix=True, dense_mass=False, rng_key=key)

    def start(self, view: Any, space: Any, mode: Any, root: Any, seed: Any) -> Any:
        """States of all chains, scattered around the mode by half a standard deviation."""
        init, _ = self._kernel(view, space, mode, root)
        keys = jax.random.split(jax.random.PRNGKey(seed), 2 * self.chains)
        scattered = jax.vmap(lambda k: 0.5 * jax.random.normal(k, mode.shape))(keys[: self.chains])
        return jax.vmap(lambda v, k: self._init(init, v, k))(scattered, keys[self.chains :])

    def block(self, view: Any, space: Any, mode: Any, root: Any, state: Any) -> Any:
        """The next draws: new states, and `x` (`f[BLOCK, chains, n]`), divergences and leapfrog steps of each draw."""
        init, sample = self._kernel(view, space, mode, root)
        # NumPyro's kernel learns its settings from a call of `init`; this one is abstract and adds nothing to the program
        jax.eval_shape(lambda v, k: self._init(init, v, k), mode, state.rng_key[0])

        def one(state: Any, _: Any) -> Any:
            state = jax.vmap(lambda s: sample(s))(state)
            x = jax.vmap(lambda v: from_u(space, mode + root @ v)[0])(state.z)
            return state, (x, state.diverging, state.num_steps)

        return jax.lax.scan(one, state, None, length=BLOCK)


@functools.lru_cache(maxsize=8)
def _functions(warmup: int, chains: int) -> tuple[Any, Any]:
    made = _Functions(warmup, chains)
    return made.start, made.block


def run(problem: Problem, options: NutsOptions, control: Control) -> Outcome:
    """Sample the posterior with NUTS."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    control.report(None, "finding the mode")
    mode, root = whitening(problem)
    start, block = _functions(options.warmup, options.chains)
    control.report(None, "compiling (the first time only)")
    state = problem.run(start, mode, root, np.uint32(options.seed))
    total, kept, done = options.warmup + options.draws, [], 0
    while done < total and not control.stopped:
        state, out = problem.run(block, mode, root, state)
        kept.append(tuple(np.asarray(o) for o in out))
        done += BLOCK
        phase = "warm-up" if done <= options.warmup else "draws"
        words = f"{phase}: {done} of {total} in {options.chains} chains"
        seen = functools.partial(_so_far, kept, -(-options.warmup // BLOCK), len(kept), problem.n)
        control.report(min(done / total, 1.0), words, **({"draws": seen} if phase == "draws" else {}))
    return _outcome(problem, kept, done, options, control)


def _so_far(kept: list[Any], first: int, last: int, n: int) -> np.ndarray:
    """Draws of the blocks from `first` to before `last`, at most about `SHOWN`; the list only grows, so any thread may look."""
    if last <= first:
        return np.zeros((0, n))
    draws, chains = kept[first][0].shape[:2]
    every = max(1, (last - first) * draws * chains // SHOWN)
    return np.concatenate([kept[i][0][:, :, :n].reshape(-1, n) for i in range(first, last, every)])


def _outcome(problem: Problem, kept: list[Any], done: int, options: NutsOptions, control: Control) -> Outcome:
    joined = [np.concatenate(parts)[:, ...] for parts in zip(*kept, strict=True)] if kept else []
    burned = options.warmup if done > options.warmup + BLOCK else done // 2
    if not kept or done - burned < 1:
        raise EngineError("stopped before the first draw", hint="Start again and give it a moment.")
    x, diverging, steps = (part[burned : burned + options.draws] for part in joined)
    chains = np.swapaxes(x, 0, 1)[:, :, : problem.n]
    draws = np.swapaxes(chains, 0, 1).reshape(-1, problem.n)
    target = Target(problem)
    worst = float(np.max(rhat(chains)))
    means, widths, diverged = float(np.min(ess(chains))), float(np.min(ess_sd(chains))), int(diverging.sum())
    remark = _doubts(worst, min(means, widths), diverged)
    status = Status.doubtful if remark else Status.converged
    if control.stopped and done < options.warmup + options.draws:
        status, remark = Status.stopped, f" {len(draws)} draws, R-hat {worst:.3f}.{remark}"
    return sample_outcome(
        target,
        engine="nuts",
        draws=draws,
        log_like=target.log_like(draws),
        status=status,
        remark=remark,
        stats=(
            ("rhat", worst),
            ("ess", means),
            ("ess_sd", widths),
            ("divergences", diverged),
            ("leapfrogs", int(steps.sum())),
            ("seconds", control.elapsed),
        ),
        settings=(
            ("draws", options.draws),
            ("warmup", options.warmup),
            ("chains", options.chains),
            ("seed", options.seed),
        ),
    )


def _doubts(rhat: float, effective: float, diverged: int) -> str:
    """What speaks against the chains, in sentences; an empty text when nothing does. A number that is NaN is no comfort."""
    doubts = ""
    if not rhat <= RHAT_LIMIT:
        doubts += f" R-hat = {rhat:.3f} > {RHAT_LIMIT}: run longer."
    if not effective >= LEAST_EFFECTIVE:
        doubts += f" The draws are worth {effective:.0f} independent ones: run longer."
    if diverged:
        doubts += f" {diverged} draws diverged: the posterior is sharper somewhere than the steps; compare with nested."
    return doubts
