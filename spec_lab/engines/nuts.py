"""NUTS: Hamiltonian Monte Carlo with NumPyro's No-U-Turn kernel (Hoffman & Gelman 2014), in our own loop.

The loop is one compiled block of draws for all chains, so the run is live, can be stopped between blocks and compiles once per
structure. Chains move in coordinates `v` whitened by the curvature at the mode, `u = mode + root @ v`, which makes warm-up
short. The potential is the problem's own log density: no effect handler runs inside the loop. Chains that were saved can be
gone on with, by the same problem only (`fingerprint`): their file holds the state of the kernel, adaptation and keys included.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from spec_lab._base import EngineError
from spec_lab.engines.chain_diagnostics import accuracy, ess, ess_sd, rhat
from spec_lab.engines.chain_files import check_folders, opened_arrays, save_arrays
from spec_lab.engines.control import COMPILING, Control
from spec_lab.engines.draws import SHOWN, sample_outcome
from spec_lab.engines.fingerprint import fingerprint, keep_chain, saved_chain, with_saved_seed
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import whitening
from spec_lab.engines.target import Target
from spec_lab.fit import FreeSpace, Problem, View, from_u
from spec_lab.tree.attrs import frozen_static

if TYPE_CHECKING:
    from numpyro.infer.hmc import HMCState

CHAINS = "1-nuts.npz"
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
        savepath: Folder to write the chains to; "" writes nothing.
        resume: Folder of saved chains of the same problem to go on with until each has `draws`; "" starts anew.
    """

    draws: int = at_least(4, 1000)
    warmup: int = at_least(0, 200)
    chains: int = at_least(1, 4)
    seed: int = seed()
    savepath: str = ""
    resume: str = ""


Block = tuple[Shaped[np.ndarray, "..."], ...]  # places, divergences and leapfrog steps of a block of draws


class Chains(NamedTuple):
    """Where the chains stand.

    Attributes:
        mode: `f[width]`, where `v` is 0.
        root: `f[width, width]`, the scales of `v`.
        state: Of the kernel, all chains.
        kept: One triple a block: places `f[BLOCK, chains, width]`, divergences and leapfrog steps `[BLOCK, chains]`.
    """

    mode: Float[np.ndarray, " w"]
    root: Float[np.ndarray, "w w"]
    state: "HMCState"
    kept: list[Block]

    @property
    def done(self) -> int:
        """Draws of every chain, the warm-up's included."""
        return BLOCK * len(self.kept)


class _SavedChains(NamedTuple):
    """What the file holds: mode and root, the arrays of the kernel's state, and the blocks."""

    mode: Float[np.ndarray, " w"]
    root: Float[np.ndarray, "w w"]
    leaves: list[np.ndarray]
    kept: list[Block]


class _Functions:
    """The compiled pieces for one (warm-up length, number of chains)."""

    def __init__(self, warmup: int, chains: int):
        self.warmup, self.chains = warmup, chains

    def _kernel(self, view: View, space: FreeSpace, mode: Float[Array, " w"], root: Float[Array, "w w"]) -> Any:
        from numpyro.infer.hmc import hmc

        def potential(v: Float[Array, " w"]) -> Float[Array, ""]:
            energy = -view.log_posterior_u(space, mode + root @ v)
            return jnp.where(jnp.isfinite(energy), energy, jnp.inf)

        return hmc(potential_fn=potential, algo="NUTS")

    def _init(self, init: Callable[..., "HMCState"], v: Float[Array, " w"], key: Array) -> "HMCState":
        return init(v, num_warmup=self.warmup, step_size=0.8, adapt_mass_matrix=True, dense_mass=False, rng_key=key)

    def start(
        self, view: View, space: FreeSpace, mode: Float[Array, " w"], root: Float[Array, "w w"], seed: Array
    ) -> "HMCState":
        """States of all chains, scattered around the mode by half a standard deviation."""
        init, _ = self._kernel(view, space, mode, root)
        keys = jax.random.split(jax.random.PRNGKey(seed), 2 * self.chains)
        scattered = jax.vmap(lambda k: 0.5 * jax.random.normal(k, mode.shape))(keys[: self.chains])
        return jax.vmap(lambda v, k: self._init(init, v, k))(scattered, keys[self.chains :])

    def block(
        self,
        view: View,
        space: FreeSpace,
        mode: Float[Array, " w"],
        root: Float[Array, "w w"],
        state: "HMCState",
    ) -> tuple["HMCState", tuple[Array, ...]]:
        """The next draws: new states, and `x` (`f[BLOCK, chains, n]`), divergences and leapfrog steps of each draw."""
        init, sample = self._kernel(view, space, mode, root)
        # NumPyro's kernel learns its settings from a call of `init`; this one is abstract and adds nothing to the program
        jax.eval_shape(lambda v, k: self._init(init, v, k), mode, state.rng_key[0])

        def one(state: "HMCState", _: None) -> tuple["HMCState", tuple[Array, ...]]:
            state = jax.vmap(lambda s: sample(s))(state)
            x = jax.vmap(lambda v: from_u(space, mode + root @ v)[0])(state.z)
            return state, (x, state.diverging, state.num_steps)

        return jax.lax.scan(one, state, None, length=BLOCK)


@functools.lru_cache(maxsize=8)
def _functions(
    warmup: int, chains: int
) -> tuple[Callable[..., "HMCState"], Callable[..., tuple["HMCState", tuple[Array, ...]]]]:
    made = _Functions(warmup, chains)
    return made.start, made.block


def run(problem: Problem, options: NutsOptions, control: Control) -> Outcome:
    """Sample the posterior with NUTS."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    source, goal, own = options.resume, options.savepath, {}
    check_folders(source, goal)
    if source or goal:
        own = fingerprint(problem, warmup=options.warmup, chains=options.chains)
    saved = saved_chain(source, "nuts", CHAINS, own, _read)
    if saved is not None:
        options = with_saved_seed(options, source, "nuts")
    chains = _begin(problem, options, control, saved)
    earlier = chains.done
    chains = _walk(problem, chains, options, control)
    outcome = _outcome(problem, chains, earlier, options, control)
    if goal and (chains.done > earlier or goal != source):
        told = keep_chain(goal, "nuts", own, options.seed, functools.partial(_write, chains=chains))
        return outcome.replace(message=outcome.message + told)
    return outcome


def _begin(problem: Problem, options: NutsOptions, control: Control, saved: _SavedChains | None) -> Chains:
    """New chains, or those that were saved."""
    start, block = _functions(options.warmup, options.chains)
    leaves, kept = [], []
    if saved is None:
        control.report(None, "finding the mode")
        mode, root = whitening(problem)
    else:
        mode, root, leaves, kept = saved
    if not problem.knows(block):
        control.report(None, COMPILING)
    state = problem.run(start, mode, root, np.uint32(options.seed))
    return Chains(mode, root, jax.tree.unflatten(jax.tree.structure(state), leaves) if leaves else state, kept)


def _walk(problem: Problem, chains: Chains, options: NutsOptions, control: Control) -> Chains:
    _, block = _functions(options.warmup, options.chains)
    total, kept, first = options.warmup + options.draws, chains.kept, -(-options.warmup // BLOCK)
    while chains.done < total and not control.stopped:
        state, out = problem.run(block, chains.mode, chains.root, chains.state)
        kept.append(tuple(np.asarray(o) for o in out))
        chains = chains._replace(state=state)
        phase = "warm-up" if chains.done <= options.warmup else "draws"
        words = f"{phase}: {chains.done} of {total} in {options.chains} chains"
        seen = functools.partial(_so_far, kept, first, len(kept), problem.n)
        control.report(min(chains.done / total, 1.0), words, **({"draws": seen} if phase == "draws" else {}))
    return chains


def _write(folder: Path, chains: Chains) -> None:
    """Keep the chains; the file is written whole or not at all."""
    x, diverging, steps = (np.concatenate(parts) for parts in zip(*chains.kept, strict=True))
    state: dict[str, np.ndarray] = {
        f"state_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(chains.state))
    }
    save_arrays(folder / CHAINS, mode=chains.mode, root=chains.root, x=x, diverging=diverging, steps=steps, **state)


def _read(folder: Path) -> _SavedChains:
    """What `_write` kept."""
    with opened_arrays(folder / CHAINS) as file:
        blocks = [np.split(file[name], len(file[name]) // BLOCK) for name in ("x", "diverging", "steps")]
        leaves = [file[f"state_{i}"] for i in range(sum(name.startswith("state_") for name in file.files))]
        return _SavedChains(file["mode"], file["root"], leaves, list(zip(*blocks, strict=True)))


def _so_far(kept: list[Block], first: int, last: int, n: int) -> Float[np.ndarray, "s n"]:
    """Draws of the blocks from `first` to before `last`, at most about `SHOWN`; the list only grows, so any thread may look."""
    if last <= first:
        return np.zeros((0, n))
    draws, chains = kept[first][0].shape[:2]
    every = max(1, (last - first) * draws * chains // SHOWN)
    return np.concatenate([kept[i][0][:, :, :n].reshape(-1, n) for i in range(first, last, every)])


def _outcome(problem: Problem, walked: Chains, earlier: int, options: NutsOptions, control: Control) -> Outcome:
    done = walked.done
    burned = options.warmup if done > options.warmup + BLOCK else done // 2
    if not done:
        raise EngineError("stopped before the first draw", hint="Start again and give it a moment.")
    joined = [np.concatenate(parts) for parts in zip(*walked.kept, strict=True)]
    x, diverging, steps = (part[burned : burned + options.draws] for part in joined)
    chains = np.swapaxes(np.asarray(x, dtype=float), 0, 1)[:, :, : problem.n]
    draws = np.swapaxes(chains, 0, 1).reshape(-1, problem.n)
    target = Target(problem)
    worst = float(np.max(rhat(chains)))
    means, widths, diverged = float(np.min(ess(chains))), float(np.min(ess_sd(chains))), int(diverging.sum())
    remark = _doubts(worst, min(means, widths), diverged)
    status = Status.doubtful if remark else Status.converged
    if control.stopped and done < options.warmup + options.draws:
        status, remark = Status.stopped, f" {len(draws)} draws.{remark}"
    if earlier:
        remark += f" {earlier} of its {done} steps were taken from {options.resume}."
    remark += accuracy(widths)
    return sample_outcome(
        target,
        engine="nuts",
        draws=draws,
        log_like=target.log_like(draws),
        status=status,
        remark=remark,
        stats=(
            ("chains", options.chains),
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
