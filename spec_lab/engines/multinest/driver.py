"""multinest: MultiNest (Feroz, Hobson & Bridges 2009; INS: Feroz et al. 2019) through pymultinest, in a child process.

MultiNest cannot be stopped from within, swallows exceptions and takes over SIGINT, so it runs in a process of its own
(`worker`, held by `child`), in an empty folder, and asks this one for every likelihood over a pipe. The compiled functions, user
components of a notebook and Python hooks stay where they are, an error in a likelihood is an error here, and stopping is
ending the child; what it has written by then is the partial result. `library` says where MultiNest is, `output_files` reads and
writes the documented files.
"""

import struct
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from spec_lab._base import EngineError, statistic_text, value_and_error
from spec_lab.engines.chain_files import check_folders
from spec_lab.engines.control import Control
from spec_lab.engines.draws import sample_outcome
from spec_lab.engines.fingerprint import fingerprint, keep_chain, resumable, saved_seed
from spec_lab.engines.multinest import output_files, worker
from spec_lab.engines.multinest.child import Child
from spec_lab.engines.multinest.library import find_library
from spec_lab.engines.options import above, at_least
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

LOG_ZERO = -2e100  # the likelihood where the statistic is not finite; MultiNest ignores points below -1e100


@frozen_static
class MultinestOptions:
    """Options of MultiNest.

    Attributes:
        live: Live points.
        importance: Whether ln Z comes from importance nested sampling (INS).
        efficiency: Sampling efficiency: how much larger than needed the ellipsoids are, inversely.
        tolerance: The run ends when the live points could still add this much to ln Z.
        max_iterations: Limit on iterations; 0 = 50 times `live`.
        verbose: Print what MultiNest prints.
        seed: Of MultiNest's random numbers.
        savepath: Folder to copy the files to; "" writes nothing.
        resume: Folder of an earlier run of the same problem to go on with; "" starts anew.
    """

    live: int = at_least(2, 500)
    importance: bool = True
    efficiency: float = above(0.0, 0.3)
    tolerance: float = above(0.0, 0.5)
    max_iterations: int = at_least(0, 0)
    verbose: bool = False
    seed: int = at_least(0, 450001)
    savepath: str = ""
    resume: str = ""


def _answers(target: Target) -> Callable[[bytes], bytes]:
    """From the packed cube to the packed free values and log-likelihood."""

    def answer(packed: bytes) -> bytes:
        x = target.from_cube(np.frombuffer(packed, dtype="<f8")[None])
        hooked = "loglike_func" in target.hooks  # else one statistic, which is cheaper than a batch of one
        log_like = float(target.log_like(x)[0]) if hooked else -0.5 * target.problem.stat(x[0])
        return np.append(x[0], log_like if np.isfinite(log_like) else LOG_ZERO).astype("<f8").tobytes()

    return answer


def run(problem: Problem, options: MultinestOptions, control: Control, hooks: Hooks | None = None) -> Outcome:
    """Evidence and posterior by MultiNest."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    check_folders(options.savepath, options.resume)
    library, target = find_library(), Target(problem, hooks)
    own = fingerprint(problem, hooks, live=options.live, importance=options.importance)
    earlier = Path(options.resume)
    with tempfile.TemporaryDirectory(prefix="spec_lab_") as made:
        folder = Path(made)
        again = bool(options.resume) and resumable(earlier, "multinest", output_files.RESUME, own)
        if again:
            output_files.copy(earlier, folder)
        before = output_files.iterations(folder)
        order = {"library": str(library), "parameters": problem.n, "settings": _settings(options)}
        finished, calls = _drive(Child(folder, order), _answers(target), options, control)
        ended = finished and before == output_files.iterations(folder) and output_files.had_converged(earlier)
        begun = saved_seed(earlier, "multinest") if again else None
        told = ""
        if ended:  # nothing was added: MultiNest drew its equal weights anew, but what was given stays, with its seed
            folder = earlier
            options = options if begun is None else attrs.evolve(options, seed=begun)
        elif begun not in (None, options.seed):
            told = f" It was begun with seed {begun}."
        outcome = _outcome(target, folder, finished, calls, options, control)
        outcome = outcome.replace(message=outcome.message + told)
        if options.savepath and not (ended and options.savepath == options.resume):
            write = partial(output_files.write, source=folder, outcome=outcome, live=options.live)
            told = keep_chain(options.savepath, "multinest", own, options.seed, write)
            return outcome.replace(message=outcome.message + told)
    return outcome


def _limit(options: MultinestOptions) -> int:
    return options.max_iterations or 50 * options.live


def _settings(options: MultinestOptions) -> dict[str, Any]:
    """The arguments of `pymultinest.run`."""
    return {
        "n_live_points": options.live,
        "importance_nested_sampling": options.importance,
        "multimodal": False,
        "evidence_tolerance": options.tolerance,
        "sampling_efficiency": options.efficiency,
        "n_iter_before_update": 50,  # the progress comes every ten of these
        "max_iter": _limit(options),
        "seed": options.seed,
        "verbose": options.verbose,
        "resume": True,  # from the files in the folder, if there are any
        "use_MPI": False,
    }


def _drive(
    child: Child, answer: Callable[[bytes], bytes], options: MultinestOptions, control: Control
) -> tuple[bool, int]:
    """Serve the child until it ends or is to stop; whether it finished, and how many likelihoods it asked for."""
    calls, told, best, log_z = 0, 0, -np.inf, np.nan
    try:
        for tag, payload in child.frames():
            if control.stopped:
                return False, calls
            if tag == worker.LIKELIHOOD:
                reply = answer(payload)
                best = max(best, struct.unpack("<d", reply[-8:])[0])
                child.answer(reply)
                calls += 1
            elif tag == worker.PROGRESS:
                _, _, log_z = struct.unpack("<3d", payload)
            elif tag == worker.FINISHED:
                return True, calls
            elif tag == worker.FAILED:
                raise EngineError(f"MultiNest failed: {payload.decode(errors='replace').strip()}")
            if calls >= told + 500 or tag == worker.PROGRESS:
                told = calls
                so_far = "" if np.isnan(log_z) else f", ln Z = {statistic_text(log_z)} so far"
                control.report(
                    None, f"{calls} likelihoods, best {statistic_text(-2 * best)}{so_far}", log_evidence=log_z
                )
        raise EngineError(
            f"MultiNest ended without a result (exit status {child.process.poll()})", got=child.last_words()
        )
    finally:
        child.end()
        if options.verbose:
            print(output_files.text(child.folder / "multinest.log"))


def _outcome(
    target: Target, folder: Path, finished: bool, calls: int, options: MultinestOptions, control: Control
) -> Outcome:
    iterations = output_files.iterations(folder)
    found = output_files.read_result(folder, target.problem.n, options.importance) if finished else None
    status, remark = Status.converged, ""
    if found is None:
        found = output_files.read_partial(folder, target.problem.n, options.live, options.seed)
        status, remark = Status.stopped, " ln Z is a lower estimate."
    elif iterations >= _limit(options):
        status, remark = Status.limit, f" MultiNest made {iterations} iterations: raise max_iter and resume."
    return sample_outcome(
        target,
        engine="multinest",
        draws=found.draws,
        log_like=found.log_like,
        status=status,
        remark=f" ln Z = {value_and_error(found.log_z, found.error)}.{found.remark}{remark}",
        log_evidence=found.log_z,
        log_evidence_error=found.error,
        stats=(
            ("ess", len(found.draws)),
            ("iterations", iterations),
            ("evaluations", calls),
            ("seconds", control.elapsed),
        ),
        settings=(
            ("live", options.live),
            ("importance", options.importance),
            ("efficiency", options.efficiency),
            ("tolerance", options.tolerance),
            ("seed", options.seed),
        ),
    )
