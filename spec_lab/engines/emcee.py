"""emcee: the affine-invariant ensemble sampler (Foreman-Mackey et al. 2013) on batched likelihoods.

Half of the walkers move at once, so each step is two calls of one compiled function of fixed size. Walkers start around the
mode next to the present values, and most of their moves are those of differential evolution (ter Braak 2006), which forget
sooner than stretches; with hooks, whose mode is not known, they start in a small ball around the present values. A run that was
stopped keeps the chain it has. A chain that was saved can be gone on with, by the same problem only (`fingerprint`).
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import emcee
import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.chain_diagnostics import accuracy, ess, ess_sd
from spec_lab.engines.chain_files import check_folders, opened_arrays, save_arrays, save_table, save_text
from spec_lab.engines.control import Control
from spec_lab.engines.draws import SHOWN, sample_outcome
from spec_lab.engines.fingerprint import fingerprint, keep_chain, saved_chain, with_saved_seed
from spec_lab.engines.options import at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.posterior_mode import whitening
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem, from_u
from spec_lab.tree.attrs import frozen_static

CHAIN = "1-.npz"


@frozen_static
class EmceeOptions:
    """Options of emcee.

    Attributes:
        steps: Steps of every walker after the burn-in.
        discard: Steps of burn-in that are thrown away.
        walkers: Number of walkers; 0 = max(32, 4 n).
        seed: Of the walkers.
        savepath: Folder to write the chain and the documented files to; "" writes nothing.
        resume: Folder of a saved chain of the same problem to go on with; "" starts anew.
    """

    steps: int = at_least(1, 1000)
    discard: int = at_least(0, 100)
    walkers: int = at_least(0, 0)
    seed: int = seed()
    savepath: str = ""
    resume: str = ""


class WalkerChain(NamedTuple):
    """Where walkers have been.

    Attributes:
        places: `f[s, walkers, n]`.
        log_prob: `f[s, walkers]`.
        random: State of the random generator after the last step.
    """

    places: np.ndarray
    log_prob: np.ndarray
    random: tuple[Any, ...]


def _moves() -> list[tuple[Any, float]]:
    """Steps along the difference of two other walkers, at times the whole of it; stretches let a small ball grow."""
    return [(emcee.moves.DEMove(), 0.7), (emcee.moves.DEMove(gamma0=1.0), 0.1), (emcee.moves.StretchMove(), 0.2)]


def start_around_mode(target: Target, count: int, generator: np.random.Generator) -> np.ndarray:
    """Start places `f[count, n]` around the nearest mode by half a standard deviation, all of finite probability.

    Raises:
        EngineError: The posterior is not finite at the present values, or at no such place.
    """
    problem = target.problem
    mode, root = whitening(problem)

    def draw(size: int) -> np.ndarray:
        us = mode + 0.5 * generator.standard_normal((size, problem.width)) @ root.T
        return np.asarray(from_u(problem.host_space, us, xp=np)[0])[:, : problem.n]

    return _finite(target, count, draw)


def start_ball(target: Target, count: int, generator: np.random.Generator) -> np.ndarray:
    """Start places `f[count, n]` close around the present values, all of finite probability.

    Raises:
        EngineError: No such place is found.
    """
    x, (low, high) = target.problem.setup.free_values, target.problem.bounds
    spread = np.minimum(1e-4 * np.maximum(1.0, np.abs(x)), 0.05 * (high - low))
    x = np.clip(x, low + 4 * spread, high - 4 * spread)  # a ball cut by a bound would be flat
    return _finite(target, count, lambda size: x + spread * generator.standard_normal((size, len(x))))


def _finite(target: Target, count: int, draw: Callable[[int], np.ndarray]) -> np.ndarray:
    found = np.empty((0, target.problem.n))
    for _ in range(20):
        tried = draw(4 * count)
        found = np.concatenate([found, tried[np.isfinite(target.log_prob(tried))]])
        if len(found) >= count:
            return found[:count]
    raise EngineError(
        "the posterior is not finite at the starting values", hint="Move the parameters inside their priors."
    )


def run(problem: Problem, options: EmceeOptions, control: Control, hooks: Hooks | None = None) -> Outcome:
    """Sample the posterior with emcee."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    walkers = options.walkers or max(32, 4 * problem.n)
    if walkers < 2 * problem.n:
        raise EngineError(
            "too few walkers", got=walkers, allowed=f"at least {2 * problem.n}, twice the free parameters"
        )
    check_folders(options.savepath, options.resume)
    target, own = Target(problem, hooks), fingerprint(problem, hooks, walkers=walkers)
    earlier = saved_chain(options.resume, "emcee", CHAIN, own, _read)
    if earlier is not None:
        options = with_saved_seed(options, options.resume, "emcee")
    chain = _walk(target, walkers, earlier, options, control)
    outcome = _outcome(target, chain, 0 if earlier is None else len(earlier.places), options, control)
    if options.savepath and (chain is not earlier or options.savepath != options.resume):
        write = partial(_write, chain=chain, outcome=outcome, options=options)
        told = keep_chain(options.savepath, "emcee", own, options.seed, write)
        return outcome.replace(message=outcome.message + told)
    return outcome


def _so_far(sampler: emcee.EnsembleSampler, discard: int) -> np.ndarray:
    """Draws so far for a live view, at most about `SHOWN`; any thread may look."""
    steps = sampler.iteration
    skip = min(discard, steps // 2)
    thin = max(1, (steps - skip) * sampler.nwalkers // SHOWN)
    return np.asarray(sampler.get_chain(discard=skip, thin=thin, flat=True))


def _walk(
    target: Target, walkers: int, earlier: WalkerChain | None, options: EmceeOptions, control: Control
) -> WalkerChain:
    sampler = emcee.EnsembleSampler(walkers, target.problem.n, target.log_prob, vectorize=True, moves=_moves())
    vars(sampler)["log_prob_fn"] = target.log_prob  # its own wrapper prints a report beside every error and Ctrl+C
    if earlier is None:
        control.report(None, "finding the mode")
        begin = start_ball if target.hooks else start_around_mode
        ball = begin(target, walkers, np.random.default_rng(options.seed))
        start, before = emcee.State(ball, random_state=np.random.RandomState(options.seed).get_state()), 0
    else:
        start = emcee.State(earlier.places[-1], log_prob=earlier.log_prob[-1], random_state=earlier.random)
        before = len(earlier.places)
    total = options.steps + options.discard
    for done, _ in enumerate(sampler.sample(start, iterations=max(total - before, 0)), start=before + 1):
        if done % 10 == 0:
            control.report(done / total, f"step {done} of {total}", draws=partial(_so_far, sampler, options.discard))
        if control.stopped:
            break
    if earlier is not None and not sampler.iteration:
        return earlier
    places, log_prob = sampler.get_chain(), sampler.get_log_prob()
    assert places is not None and log_prob is not None
    if earlier is not None:
        places, log_prob = np.concatenate([earlier.places, places]), np.concatenate([earlier.log_prob, log_prob])
    return WalkerChain(places, log_prob, tuple(sampler.random_state))


def _acceptance(chain: WalkerChain) -> float:
    return float(np.mean(np.any(np.diff(chain.places, axis=0) != 0, axis=-1))) if len(chain.places) > 1 else np.nan


def _outcome(target: Target, whole: WalkerChain, earlier: int, options: EmceeOptions, control: Control) -> Outcome:
    burned = min(options.discard, len(whole.places) // 2)  # a run stopped early still has its second half
    chain, log_prob = whole.places[burned:], whole.log_prob[burned:].reshape(-1)
    memory = _memory(chain)
    enough = len(chain) > 50 * memory
    status = Status.stopped if control.stopped else Status.converged if enough else Status.doubtful
    remark = f" {earlier} of its {len(whole.places)} steps were taken from {options.resume}." if earlier else ""
    if np.isnan(memory):
        remark += " The chain is too short to tell its autocorrelation time, or no walker moved: go on."
    elif not enough:
        remark += f" The chain ({len(chain)} steps) is shorter than 50 autocorrelation times ({memory:.0f} steps each): go on."
    chains, draws = np.swapaxes(chain, 0, 1), chain.reshape(-1, target.problem.n)
    widths = float(np.min(ess_sd(chains)))
    return sample_outcome(
        target,
        engine="emcee",
        draws=draws,
        log_like=log_prob - target.log_prior(draws),
        log_prob=log_prob,
        status=status,
        remark=remark + accuracy(widths),
        stats=(
            ("steps", len(whole.places)),
            ("chains", chain.shape[1]),
            ("autocorrelation", memory),
            ("ess", float(np.min(ess(chains)))),
            ("ess_sd", widths),
            ("acceptance", _acceptance(whole)),
            ("seconds", control.elapsed),
        ),
        settings=(("steps", options.steps), ("discard", options.discard), ("seed", options.seed)),
    )


def _memory(chain: np.ndarray) -> float:
    """The longest autocorrelation time over parameters, in steps; NaN where the chain is too short to tell."""
    if len(chain) <= 10:
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):  # a walker that never moved has no autocorrelation
        times = emcee.autocorr.integrated_time(chain, tol=0, has_walkers=True)
    return float(np.nanmax(times)) if np.isfinite(times).any() else float("nan")


def _read(folder: Path) -> WalkerChain:
    with opened_arrays(folder / CHAIN) as file:
        random = ("MT19937", file["random_key"], *(n.item() for n in file["random_rest"][:2].astype(int)))
        return WalkerChain(file["chain"], file["log_prob"], (*random, file["random_rest"][2].item()))


def _write(folder: Path, chain: WalkerChain, outcome: Outcome, options: EmceeOptions) -> None:
    """The chain, the sample (parameters and log probability), and the settings as the documented files."""
    _, key, *rest = chain.random
    save_arrays(
        folder / CHAIN, chain=chain.places, log_prob=chain.log_prob, random_key=key, random_rest=np.array(rest, float)
    )
    save_table(folder / "1-posterior_sample.txt", np.column_stack([outcome.draws, outcome.log_prob]))
    facts: dict[str, Any] = {"nstep": len(chain.places), "discard": options.discard}
    if np.isfinite(outcome.figures["autocorrelation"]):
        facts["autocorr_time"] = outcome.figures["autocorrelation"]
    for name, value in facts.items():
        save_text(folder / f"1-{name}.json", json.dumps(value))
