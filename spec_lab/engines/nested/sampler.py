"""nested: evidence and posterior by nested sampling (Skilling 2006) with batched likelihoods, no native library needed.

A fixed number of live points fills the prior. Each round lets the worst quarter die and replaces
them by copies of survivors that walk, all at once in one compiled block, through the region above the last dead likelihood
(`slice_moves`); a batch of deaths shrinks the volume as the same deaths one by one. Evidence and weights come from the dead
points and, in the end, the live ones (`evidence`); importance draws around the posterior points then sharpen them (`importance`).
The run looks at the stop flag between rounds and keeps what it has. A run whose two evaluations of ln Z disagree, or that has
one only, is made once more with a longer walk (`run_evidence`): they agree, or the result is called doubtful.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from spec_lab._base import EngineError, statistic_text, value_and_error
from spec_lab.engines.chain_files import check_folders
from spec_lab.engines.control import COMPILING, Control
from spec_lab.engines.draws import sample_outcome, systematic
from spec_lab.engines.fingerprint import fingerprint, keep_chain, saved_chain, with_saved_seed
from spec_lab.engines.nested import saved_run
from spec_lab.engines.nested.likelihoods import CompiledLikelihood, HookedLikelihood
from spec_lab.engines.nested.live_points import NestedRun, Plan, draws_so_far
from spec_lab.engines.nested.run_evidence import Estimate, RunEvidence, run_evidence, together
from spec_lab.engines.nested.slice_moves import renew
from spec_lab.engines.options import above, at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

LONGER = 3  # times the walk of a run that is made once more


@frozen_static
class NestedOptions:
    """Options of the nested sampler.

    Attributes:
        live: Live points; the error of ln Z falls with their root, the run time grows with their number.
        moves: Moves of a new point along random directions, in units of the number of parameters.
        tolerance: The run ends when the live points could still add this much to ln Z.
        max_rounds: Limit on rounds, each of which replaces a quarter of the live points.
        sharpen: Whether to end with importance draws around the posterior points, which bring the error of ln Z from a
            few tenths to a hundredth (kept only where the weights allow it, see `importance`; without them nothing checks
            the error, which is that of the simulated volumes).
        seed: Of everything random.
        savepath: Folder that keeps the run; "" writes nothing.
        resume: Folder of a saved run of the same problem to go on with; "" starts anew.
    """

    live: int = at_least(16, 500)
    moves: int = at_least(1, 3)
    tolerance: float = above(0.0, 0.01)
    max_rounds: int = at_least(1, 2000)
    sharpen: bool = True
    seed: int = seed()
    savepath: str = ""
    resume: str = ""


def run(problem: Problem, options: NestedOptions, control: Control, hooks: Hooks | None = None) -> Outcome:
    """Evidence and posterior by nested sampling."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    if options.live < max(4 * problem.n, 16):
        raise EngineError("too few live points", got=options.live, allowed=f"at least {max(4 * problem.n, 16)}")
    check_folders(options.savepath, options.resume)
    target = Target(problem, hooks)
    control.report(None, "drawing from the priors")
    own = _own(target, options) if options.resume or options.savepath else {}
    saved = saved_chain(options.resume, "nested", saved_run.RUN, own, saved_run.read)
    if saved is not None:
        options = with_saved_seed(options, options.resume, "nested")
    plan = Plan(options.live, options.moves, options.seed)
    state = NestedRun(_likelihood(target), problem.n, plan, saved)
    if not np.isfinite(state.live.log_like[-1]):
        raise EngineError(
            f"the likelihood is zero at all of {options.live} draws from the priors",
            hint="Narrow the priors to where the model is defined.",
        )
    if not hooks and not problem.knows(renew):
        control.report(None, COMPILING)
    begun = state.rounds
    _finish(target, state, options, control)
    told = ""
    if options.savepath and (saved is None or state.rounds > begun or options.resume != options.savepath):
        write = partial(saved_run.write, run=state.saved())
        told = keep_chain(options.savepath, "nested", own, options.seed, write)
    more = partial(_finish, target, options=options, control=control)
    found = answer(state, lambda: _longer(target, options), more, options, control)
    return _outcome(target, found._replace(remark=found.remark + told), options, control)


def _likelihood(target: Target) -> CompiledLikelihood | HookedLikelihood:
    return HookedLikelihood(target) if target.hooks else CompiledLikelihood(target.problem)


def _own(target: Target, options: NestedOptions) -> dict[str, str]:
    return fingerprint(target.problem, target.hooks, live=options.live, moves=options.moves)


def _finish(target: Target, state: NestedRun, options: NestedOptions, control: Control) -> None:
    """Go on until little is left, the limit is reached or a stop is asked for."""
    prefix = "once more, with a longer walk: " if state.plan.moves != options.moves else ""
    while state.remaining > options.tolerance and state.rounds < options.max_rounds and not control.stopped:
        state.advance()
        message = (
            f"{prefix}round {state.rounds}: ln Z = {statistic_text(state.log_z)}, at most {state.remaining:.2g} to come"
        )
        live = {} if target.hooks else {"draws": partial(draws_so_far, state, state.rounds, state.live)}
        control.report(None, message, log_evidence=state.log_z, remaining=state.remaining, **live)


class Answer(NamedTuple):
    """What there is to say in the end.

    Attributes:
        runs: The run, and where it was made once more that one.
        first: What the first run says.
        chosen: The estimate that is given.
        status: How it ended.
        remark: What stands beside ln Z.
    """

    runs: list[NestedRun]
    first: RunEvidence
    chosen: Estimate
    status: Status
    remark: str


def answer(
    state: NestedRun,
    longer: Callable[[], NestedRun],
    finish: Callable[[NestedRun], None],
    options: NestedOptions,
    control: Control,
) -> Answer:
    """Judge a run that has ended, after another one where its ln Z rests on one evaluation.

    Args:
        state: The run.
        longer: Makes another one, with a longer walk.
        finish: Lets that one run to its end.
        options: Of the sampler.
        control: Whether a stop was asked for.
    """
    if state.remaining > options.tolerance:
        found = run_evidence(state, importance=False)
        said = f" The live points could still add {state.remaining:.2g}: ln Z is a lower estimate."
        return Answer([state], found, found.dead, Status.stopped if control.stopped else Status.limit, said)
    first = run_evidence(state, options.sharpen)
    said = f" The dead points alone say {first.dead}."
    if not options.sharpen:
        return Answer([state], first, first.dead, Status.converged, " No second evaluation checked it.")
    if first.settled:
        return Answer([state], first, first.best, Status.converged, said)
    other = longer()
    finish(other)
    runs, said = [state, other], f"{said} A second run with a walk {LONGER} times as long"
    if other.remaining > options.tolerance:
        status = Status.stopped if control.stopped else Status.doubtful
        return Answer(runs, first, first.best, status, f"{said} did not end.")
    second = run_evidence(other, importance=True)
    chosen, agree = together(first, second)
    if agree:
        return Answer(runs, first, chosen, Status.converged, f"{said} agrees.")
    said = f"{said} says {second.best} where this one says {first.best}: raise moves and live."
    return Answer(runs, first, chosen, Status.doubtful, said)


def _longer(target: Target, options: NestedOptions) -> NestedRun:
    plan = Plan(options.live, LONGER * options.moves, (options.seed + 1_000_003) % 2**32)
    return NestedRun(_likelihood(target), target.problem.n, plan)


def _outcome(target: Target, found: Answer, options: NestedOptions, control: Control) -> Outcome:
    runs, first, chosen, status, remark = found
    picked = systematic(chosen.weights, max(1000, int(chosen.effective)), options.seed + 1)
    return sample_outcome(
        target,
        engine="nested",
        draws=runs[0].source.values(chosen.near[picked]),
        log_like=chosen.log_like[picked],
        status=status,
        remark=f" ln Z = {value_and_error(chosen.log_z, chosen.error)}.{remark}",
        log_evidence=chosen.log_z,
        log_evidence_error=chosen.error,
        stats=(
            ("ess", chosen.effective),
            ("iterations", sum(run.rounds * run.dying for run in runs)),
            ("evaluations", sum(run.source.calls for run in runs)),
            ("runs", len(runs)),
            ("information", first.information),
            ("remaining", runs[0].remaining),
            ("dead_log_evidence", first.dead.log_z),
            ("dead_log_evidence_error", first.dead.error),
            ("seconds", control.elapsed),
        ),
        settings=(("live", options.live), ("moves", options.moves), ("seed", options.seed)),
    )
