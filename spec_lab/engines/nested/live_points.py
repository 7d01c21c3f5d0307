"""The live and the dead points of one nested sampling run, round by round."""

from typing import NamedTuple

import numpy as np

from spec_lab.engines.draws import systematic
from spec_lab.engines.evidence import evidence
from spec_lab.engines.nested import saved_run
from spec_lab.engines.nested.likelihoods import CompiledLikelihood, HookedLikelihood
from spec_lab.engines.nested.slice_moves import Points, Region


class Plan(NamedTuple):
    """What a run does: how many live points there are, how far each walks (in units of the parameters' number), and the seed."""

    live: int
    moves: int
    seed: int


class NestedRun:
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
        plan: Plan,
        saved: saved_run.SavedRun | None = None,
    ):
        self.source, self.n, self.plan = source, n, plan
        self.random = np.random.default_rng(plan.seed)
        self.dying = max(plan.live // 4, 1)
        if saved is not None:
            self.live, self.dead, self.log_volume, self.log_dead, source.calls, state = saved
            self.random.bit_generator.state = state
            return
        self.dead: list[Points] = []
        self.log_volume, self.log_dead = 0.0, -np.inf
        q = source.start(plan.live, self.random)
        log_like, log_density = source.measure(q)
        self.live = _sorted(Points(q, log_like, log_density, self.random.uniform(size=plan.live)))

    def advance(self) -> None:
        """One round: the worst die, copies of survivors take their place."""
        worst, rest = (Points(*(a[part] for a in self.live)) for part in (slice(self.dying), slice(self.dying, None)))
        alive = self.plan.live - np.arange(self.dying)
        shrink = self.log_volume - np.cumsum(1.0 / alive)
        self.log_dead = np.logaddexp(self.log_dead, _log_sum(worst.log_like + shrink - np.log(alive)))
        self.log_volume = shrink[-1]
        self.dead.append(worst)
        parents = self.random.integers(len(rest.label), size=self.dying)
        region = self._region(rest, worst)
        new = self.source.renew(Points(*(a[parents] for a in rest)), region, int(self.random.integers(2**31)))
        self.live = _sorted(Points(*(np.concatenate(pair) for pair in zip(rest, new, strict=True))))

    def saved(self) -> saved_run.SavedRun:
        """All that the run needs to go on."""
        random = dict(self.random.bit_generator.state)
        return saved_run.SavedRun(self.live, self.dead, self.log_volume, self.log_dead, self.source.calls, random)

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
        return Region(worst.log_like[-1], worst.label[-1], root, reach, self.plan.moves * n)

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
        each = self.plan.live - np.arange(self.dying)
        return np.concatenate([np.tile(each, rounds), np.arange(self.plan.live, 0, -1)])


def _sorted(points: Points) -> Points:
    order = np.lexsort((points.label, points.log_like))
    return Points(*(a[order] for a in points))


def _log_sum(values: np.ndarray) -> float:
    top = values.max()
    return float(top + np.log(np.sum(np.exp(values - top)))) if np.isfinite(top) else -np.inf


def draws_so_far(state: NestedRun, rounds: int, live: Points) -> np.ndarray:
    """Draws after so many rounds, for a live view: of the posterior, or the live points while it hangs on a few; any thread
    may look.
    """
    parts = [*state.dead[:rounds], live]
    q, log_like = np.concatenate([p.q for p in parts]), np.concatenate([p.log_like for p in parts])
    found = evidence(log_like, state.alive(rounds), state.plan.seed, simulations=2)
    chosen = q[systematic(found.weights, 1000, 1)] if found.effective > 100 else live.q
    return state.source.values(state.source.near(chosen))
