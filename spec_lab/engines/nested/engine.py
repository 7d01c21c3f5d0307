"""nested: evidence and posterior by nested sampling (Skilling 2006) with batched likelihoods, no native library needed.

A fixed number of live points fills the prior. Each round lets the worst quarter die and replaces
them by copies of survivors that walk, all at once in one compiled block, through the region above the last dead likelihood
(`slice_moves`); a batch of deaths shrinks the volume as the same deaths one by one. Evidence and weights come from the dead
points and, in the end, the live ones (`evidence`); importance draws around the posterior points then sharpen them (`importance`).
The run looks at the stop flag between rounds and keeps what it has.
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import COMPILING, Control
from spec_lab.engines.draws import sample_outcome, systematic
from spec_lab.engines.evidence import Evidence, evidence
from spec_lab.engines.fingerprint import fingerprint, resumable, write_fingerprint
from spec_lab.engines.nested import files
from spec_lab.engines.nested.importance import ImportanceEvidence, KernelMixture, sharpen
from spec_lab.engines.nested.likelihoods import CompiledLikelihood, HookedLikelihood
from spec_lab.engines.nested.slice_moves import Points, Region, renew
from spec_lab.engines.options import above, at_least, seed
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.target import Hooks, Target
from spec_lab.fit import Problem
from spec_lab.tree.attrs import frozen_static

CENTRES, DRAWS = 256, 8192  # of the importance step


@frozen_static
class NestedOptions:
    """Options of the nested sampler.

    Attributes:
        live: Live points; the error of ln Z falls with their root, the run time grows with their number.
        moves: Moves of a new point along random directions, in units of the number of parameters.
        tolerance: The run ends when the live points could still add this much to ln Z.
        max_rounds: Limit on rounds, each of which replaces a quarter of the live points.
        sharpen: Whether to end with importance draws around the posterior points, which bring the error of ln Z from a
            few tenths to a hundredth (kept only where the weights allow it, see `importance`).
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


class _Run:
    """The live and the dead points of one run.

    Attributes:
        live: The live points, ascending in likelihood (ties by label).
        dead: The points that died, round by round.
        log_volume: ln of the prior volume that the live points fill.
        log_dead: ln of the evidence of the dead.
    """

    def __init__(
        self,
        source: CompiledLikelihood | HookedLikelihood,
        n: int,
        options: NestedOptions,
        saved: files.Saved | None = None,
    ):
        self.source, self.n, self.options = source, n, options
        self.random = np.random.default_rng(options.seed)
        self.dying = max(options.live // 4, 1)
        if saved is not None:
            self.live, self.dead, self.log_volume, self.log_dead, source.calls, state = saved
            self.random.bit_generator.state = state
            return
        self.dead: list[Points] = []
        self.log_volume, self.log_dead = 0.0, -np.inf
        q = source.start(options.live, self.random)
        log_like, log_density = source.measure(q)
        self.live = _sorted(Points(q, log_like, log_density, self.random.uniform(size=options.live)))

    def advance(self) -> None:
        """One round: the worst die, copies of survivors take their place."""
        worst, rest = (Points(*(a[part] for a in self.live)) for part in (slice(self.dying), slice(self.dying, None)))
        alive = self.options.live - np.arange(self.dying)
        shrink = self.log_volume - np.cumsum(1.0 / alive)
        self.log_dead = np.logaddexp(self.log_dead, _log_sum(worst.log_like + shrink - np.log(alive)))
        self.log_volume = shrink[-1]
        self.dead.append(worst)
        parents = self.random.integers(len(rest.label), size=self.dying)
        region = self._region(rest, worst)
        new = self.source.renew(Points(*(a[parents] for a in rest)), region, int(self.random.integers(2**31)))
        self.live = _sorted(Points(*(np.concatenate(pair) for pair in zip(rest, new, strict=True))))

    def saved(self) -> files.Saved:
        """All that the run needs to go on."""
        random = dict(self.random.bit_generator.state)
        return files.Saved(self.live, self.dead, self.log_volume, self.log_dead, self.source.calls, random)

    @property
    def rounds(self) -> int:
        """Rounds so far."""
        return len(self.dead)

    def _region(self, rest: Points, worst: Points) -> Region:
        root, n = np.zeros((self.source.width,) * 2), self.n
        covariance = np.atleast_2d(np.cov(rest.q[:, :n], rowvar=False))
        values, vectors = np.linalg.eigh(covariance)
        root[:n, :n] = vectors * np.sqrt(np.maximum(values, 1e-12 * values.max() + 1e-300))
        reach = 2.0 * np.sqrt(n + 2.0)  # the diameter of a uniform ball, in standard deviations of a coordinate
        return Region(worst.log_like[-1], worst.label[-1], root, reach, self.options.moves * n)

    @property
    def remaining(self) -> float:
        """How much the live points could still add to ln Z."""
        most = np.logaddexp(self.log_dead, self.log_volume + self.live.log_like[-1])
        return float(most - self.log_dead) if np.isfinite(self.log_dead) else np.inf

    @property
    def log_z(self) -> float:
        """ln Z so far, dead and live."""
        return float(
            np.logaddexp(self.log_dead, self.log_volume + _log_sum(self.live.log_like) - np.log(len(self.live.label)))
        )

    def all_points(self) -> tuple[Points, np.ndarray]:
        """All points ascending in likelihood, the live ones last, and how many were alive when each died."""
        points = Points(*(np.concatenate(parts) for parts in zip(*self.dead, self.live, strict=True)))
        return points, self.alive(self.rounds)

    def alive(self, rounds: int) -> np.ndarray:
        """How many points were alive at each death of so many rounds, and at the end of the live ones."""
        each = self.options.live - np.arange(self.dying)
        return np.concatenate([np.tile(each, rounds), np.arange(self.options.live, 0, -1)])


def _sorted(points: Points) -> Points:
    order = np.lexsort((points.label, points.log_like))
    return Points(*(a[order] for a in points))


def _log_sum(values: np.ndarray) -> float:
    top = values.max()
    return float(top + np.log(np.sum(np.exp(values - top)))) if np.isfinite(top) else -np.inf


def _so_far(state: _Run, rounds: int, live: Points) -> np.ndarray:
    """Draws after so many rounds, for a live view: of the posterior, or the live points while it hangs on a few; any thread
    may look.
    """
    parts = [*state.dead[:rounds], live]
    q, log_like = np.concatenate([p.q for p in parts]), np.concatenate([p.log_like for p in parts])
    found = evidence(log_like, state.alive(rounds), state.options.seed, simulations=2)
    chosen = q[systematic(found.weights, 1000, 1)] if found.effective > 100 else live.q
    return state.source.values(state.source.near(chosen))


def run(problem: Problem, options: NestedOptions, control: Control, hooks: Hooks | None = None) -> Outcome:
    """Evidence and posterior by nested sampling."""
    if problem.n == 0:
        raise EngineError(
            "there is nothing to sample: every parameter is frozen, linked away or tied", hint="Thaw one."
        )
    if options.live < max(4 * problem.n, 16):
        raise EngineError("too few live points", got=options.live, allowed=f"at least {max(4 * problem.n, 16)}")
    target = Target(problem, hooks)
    control.report(None, "drawing from the priors")
    kept = options.savepath or options.resume
    own = fingerprint(problem, hooks, live=options.live, moves=options.moves) if kept else {}
    go_on = options.resume and resumable(Path(options.resume), "nested", files.RUN, own)
    saved = files.read(Path(options.resume)) if go_on else None
    state = _Run(HookedLikelihood(target) if hooks else CompiledLikelihood(problem), problem.n, options, saved)
    if not np.isfinite(state.live.log_like[-1]):
        raise EngineError(
            f"the likelihood is zero at all of {options.live} draws from the priors",
            hint="Narrow the priors to where the model is defined.",
        )
    if not hooks and not problem.knows(renew):
        control.report(None, COMPILING)
    while state.remaining > options.tolerance and state.rounds < options.max_rounds and not control.stopped:
        state.advance()
        message = f"round {state.rounds}: ln Z = {state.log_z:.2f}, at most {state.remaining:.2g} to come"
        live = {} if hooks else {"draws": partial(_so_far, state, state.rounds, state.live)}
        control.report(None, message, log_evidence=state.log_z, remaining=state.remaining, **live)
    if options.savepath:
        files.write(Path(options.savepath), state.saved())
        write_fingerprint(Path(options.savepath), "nested", own)
    return _outcome(target, state, options, control)


class _Draws(NamedTuple):
    """Weighted draws: coordinates, log-likelihoods, and what they say of the evidence."""

    near: np.ndarray
    log_like: np.ndarray
    said: Evidence | ImportanceEvidence


def _sharpen(state: _Run, dead: _Draws) -> _Draws:
    """Importance draws around posterior points."""
    seed, source = state.options.seed, state.source
    kernels = KernelMixture(dead.near[systematic(dead.said.weights, CENTRES, seed + 3)])
    near = kernels.draw(DRAWS, np.random.default_rng(seed + 2))
    log_like, log_density = source.judge(near)
    return _Draws(near, log_like, sharpen(log_like + log_density - kernels.log_density(near)))


def _outcome(target: Target, state: _Run, options: NestedOptions, control: Control) -> Outcome:
    points, alive = state.all_points()
    found = evidence(points.log_like, alive, options.seed)
    draws = _Draws(state.source.near(points.q), points.log_like, found)
    status, remark = Status.converged, ""
    if state.remaining > options.tolerance:
        status = Status.stopped if control.stopped else Status.limit
        remark = f" The live points could still add {state.remaining:.2g}: ln Z is a lower estimate."
    elif options.sharpen:
        draws = _better(draws, _sharpen(state, draws))
        if draws.said is not found:
            remark = f" The dead points alone say {found.log_z:.2f} ± {found.error:.2f}."
    log_z, error, effective = draws.said.log_z, draws.said.error, draws.said.effective
    chosen = systematic(draws.said.weights, max(1000, int(effective)), options.seed + 1)
    return sample_outcome(
        target,
        engine="nested",
        draws=state.source.values(draws.near[chosen]),
        log_like=draws.log_like[chosen],
        status=status,
        remark=f" ln Z = {log_z:.3f} ± {error:.3f}.{remark}",
        log_evidence=log_z,
        log_evidence_error=error,
        stats=(
            ("ess", effective),
            ("iterations", state.rounds * state.dying),
            ("evaluations", state.source.calls),
            ("information", found.information),
            ("remaining", state.remaining),
            ("dead_log_evidence", found.log_z),
            ("dead_log_evidence_error", found.error),
            ("seconds", control.elapsed),
        ),
        settings=(("live", options.live), ("moves", options.moves), ("seed", options.seed)),
    )


def _better(dead: _Draws, sharp: _Draws) -> _Draws:
    """The importance draws where their weights are sound and do not contradict the dead points, else these."""
    said, before = sharp.said, dead.said
    agree = abs(said.log_z - before.log_z) < 4 * np.hypot(said.error, before.error)
    sound = isinstance(said, ImportanceEvidence) and said.trusted
    return sharp if sound and agree and said.error < before.error else dead
