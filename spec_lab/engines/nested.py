"""nested: evidence and posterior by nested sampling (Skilling 2006) with batched likelihoods, no native library needed.

A fixed number of live points fills the prior. Each round lets the worst quarter die and replaces
them by copies of survivors that walk, all at once in one compiled block, through the region above the last dead likelihood
(`slices`); a batch of deaths shrinks the volume as the same deaths one by one. Evidence and weights come from the dead points
and, in the end, the live ones (`volumes`); importance draws around the posterior points then sharpen them (`kernels`). The
run looks at the stop flag between rounds and keeps what it has.
"""

import numpy as np

from spec_lab._base import EngineError
from spec_lab.engines.control import Control
from spec_lab.engines.kernels import Kernels, Sharpened, sharpen
from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.sample import sample_outcome
from spec_lab.engines.slices import Points, Region, renew, renew_on_host
from spec_lab.engines.target import Hooks, Target
from spec_lab.engines.volumes import Evidence, evidence, systematic
from spec_lab.fit import Problem
from spec_lab.fit.space import from_u, to_u
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
            few tenths to a hundredth (kept only where the weights allow it, see `kernels`).
        seed: Of everything random.
    """

    live: int = 500
    moves: int = 3
    tolerance: float = 0.01
    max_rounds: int = 2000
    sharpen: bool = True
    seed: int = 450001


class _Compiled:
    """The problem's own functions, in the unbounded chart."""

    def __init__(self, problem: Problem):
        self.problem, self.width, self.calls = problem, problem.width, 0

    def start(self, size: int, random: np.random.Generator) -> np.ndarray:
        """Places of draws from the priors."""
        xs = self.problem.from_cube(random.uniform(size=(size, self.problem.n)))
        return to_u(self.problem.host_space, self.problem.pad(xs), margin=1e-12)

    def measure(self, us: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-likelihood, log prior density and free values at places."""
        self.calls += len(us)
        with np.errstate(all="ignore"):  # far out in the chart a value is its bound to the last digit
            x, jacobian = from_u(self.problem.host_space, us, xp=np)
            xs = x[:, : self.problem.n]
            log_density = self.problem.log_prior(xs) + jacobian.sum(axis=1)
        log_like = -0.5 * self.problem.batch(xs)
        return np.where(np.isnan(log_like), -np.inf, log_like), log_density, xs

    def renew(self, points: Points, region: Region, seed: int) -> Points:
        """Walk the points through the region."""
        points, steps = self.problem.run(renew, points, region, np.uint32(seed))
        self.calls += int(steps) * len(points.label)
        return Points(*(np.asarray(p) for p in points))


class _Hooked:
    """Functions with the user's among them, in the cube."""

    def __init__(self, target: Target):
        self.target, self.width, self.calls = target, target.problem.n, 0

    def start(self, size: int, random: np.random.Generator) -> np.ndarray:
        """Places of draws from the priors."""
        return random.uniform(size=(size, self.width))

    def measure(self, qs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-likelihood, log prior density and free values at places."""
        inside = np.all((qs >= 0.0) & (qs <= 1.0), axis=1)
        xs, log_like = self.target.from_cube(np.clip(qs, 0.0, 1.0)), np.full(len(qs), -np.inf)
        self.calls += int(inside.sum())
        log_like[inside] = self.target.log_like(xs[inside])
        return log_like, np.where(inside, 0.0, -np.inf), xs

    def renew(self, points: Points, region: Region, seed: int) -> Points:
        """Walk the points through the region."""
        points, calls = renew_on_host(lambda qs: self.target.log_like(self.target.from_cube(qs)), points, region, seed)
        self.calls += calls
        return points


class _Run:
    """The live and the dead points of one run.

    Attributes:
        live: The live points, ascending in likelihood (ties by label).
        dead: The points that died, round by round.
        log_volume: ln of the prior volume that the live points fill.
        log_dead: ln of the evidence of the dead.
    """

    def __init__(self, source: _Compiled | _Hooked, n: int, options: NestedOptions):
        self.source, self.n, self.options = source, n, options
        self.random = np.random.default_rng(options.seed)
        self.dead: list[Points] = []
        self.log_volume, self.log_dead, self.rounds = 0.0, -np.inf, 0
        self.dying = max(options.live // 4, 1)
        q = source.start(options.live, self.random)
        log_like, log_density, _ = source.measure(q)
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
        self.rounds += 1

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

    def harvest(self) -> tuple[Points, np.ndarray]:
        """All points ascending in likelihood, the live ones last, and how many were alive when each died."""
        points = Points(*(np.concatenate(parts) for parts in zip(*self.dead, self.live, strict=True)))
        each = self.options.live - np.arange(self.dying)
        return points, np.concatenate([np.tile(each, self.rounds), np.arange(self.options.live, 0, -1)])


def _sorted(points: Points) -> Points:
    order = np.lexsort((points.label, points.log_like))
    return Points(*(a[order] for a in points))


def _log_sum(values: np.ndarray) -> float:
    top = values.max()
    return float(top + np.log(np.sum(np.exp(values - top)))) if np.isfinite(top) else -np.inf


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
    state = _Run(_Hooked(target) if hooks else _Compiled(problem), problem.n, options)
    if not np.isfinite(state.live.log_like[-1]):
        raise EngineError(
            f"the likelihood is zero at all of {options.live} draws from the priors",
            hint="Narrow the priors to where the model is defined.",
        )
    while state.remaining > options.tolerance and state.rounds < options.max_rounds and not control.stopped:
        state.advance()
        message = f"round {state.rounds}: ln Z = {state.log_z:.2f}, at most {state.remaining:.2g} to come"
        control.report(None, message, log_evidence=state.log_z, remaining=state.remaining)
    return _outcome(target, state, options, control)


def _sharpen(state: _Run, found: Evidence) -> tuple[np.ndarray, Sharpened]:
    """Places of importance draws around posterior points, and what they say of the evidence."""
    points, _ = state.harvest()
    centres = points.q[systematic(found.weights, CENTRES, state.options.seed + 3)][:, : state.n]
    kernels = Kernels(centres)
    q = np.zeros((DRAWS, state.source.width))
    q[:, : state.n] = kernels.draw(DRAWS, np.random.default_rng(state.options.seed + 2))
    log_like, log_density, _ = state.source.measure(q)
    log_target = log_like + log_density
    return q, sharpen(np.where(np.isnan(log_target), -np.inf, log_target) - kernels.log_density(q[:, : state.n]))


def _outcome(target: Target, state: _Run, options: NestedOptions, control: Control) -> Outcome:
    points, alive = state.harvest()
    found = evidence(points.log_like, alive, options.seed)
    places = points.q
    status, weights, log_z, error = Status.converged, found.weights, found.log_z, found.error
    remark, effective = f" ln Z = {log_z:.3f} ± {error:.3f}.", found.effective
    if state.remaining > options.tolerance:
        status = Status.stopped if control.stopped else Status.limit
        remark += f" The live points could still add {state.remaining:.2g}: ln Z is a lower estimate."
    elif options.sharpen:
        around, sharp = _sharpen(state, found)
        if sharp.trusted and sharp.error < error and abs(sharp.log_z - log_z) < 4 * np.hypot(sharp.error, error):
            places, weights, log_z, error, effective = around, sharp.weights, sharp.log_z, sharp.error, sharp.effective
            remark = (
                f" ln Z = {log_z:.3f} ± {error:.3f} (from the dead points alone {found.log_z:.2f} ± {found.error:.2f})."
            )
    chosen = systematic(weights, max(1000, int(effective)), options.seed + 1)
    evaluations = state.source.calls
    log_like, _, draws = state.source.measure(places[chosen])
    return sample_outcome(
        target,
        engine="nested",
        draws=draws,
        log_like=log_like,
        status=status,
        remark=remark,
        log_evidence=log_z,
        log_evidence_error=error,
        stats=(
            ("ess", effective),
            ("iterations", state.rounds * state.dying),
            ("evaluations", evaluations),
            ("information", found.information),
            ("remaining", state.remaining),
            ("dead_log_evidence", found.log_z),
            ("dead_log_evidence_error", found.error),
            ("seconds", control.elapsed),
        ),
        settings=(("live", options.live), ("moves", options.moves), ("seed", options.seed)),
    )
