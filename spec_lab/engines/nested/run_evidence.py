"""What a nested sampling run says of ln Z, and what two runs say together.

The dead points give ln Z with the scatter of the simulated volumes; that error knows nothing of walks too short to forget where
they began, which move ln Z by several times as much. Importance draws around the posterior give ln Z a second time and do not
ask the volumes. Where the two agree, the draws have the word. Where they do not, or the weights of the draws are unsound, the
run is not `settled`: another one, from other points and with a longer walk, has to say the same.
"""

from typing import NamedTuple

import numpy as np

from spec_lab._base import value_and_error
from spec_lab.engines.draws import systematic
from spec_lab.engines.evidence import evidence
from spec_lab.engines.nested.importance import KernelMixture, sharpen
from spec_lab.engines.nested.live_points import NestedRun

CENTRES, DRAWS = 256, 8192  # of the importance step
APART = 4.0  # quoted errors by which two values of ln Z may differ


class Estimate(NamedTuple):
    """ln Z, and the weighted draws that say so.

    Attributes:
        near: `f[s, n]`, coordinates of the draws.
        log_like: `f[s]`.
        weights: `f[s]`, posterior weights, summing to one.
        effective: Kish's effective sample size of the weights.
        log_z: ln Z.
        error: Its standard error.
    """

    near: np.ndarray
    log_like: np.ndarray
    weights: np.ndarray
    effective: float
    log_z: float
    error: float

    def agrees(self, other: "Estimate") -> bool:
        """Whether two independent values of ln Z differ by no more than chance lets them."""
        return abs(self.log_z - other.log_z) <= APART * np.hypot(self.error, other.error)

    def __str__(self) -> str:
        return value_and_error(self.log_z, self.error)


class RunEvidence(NamedTuple):
    """What one run says.

    Attributes:
        dead: By the dead points alone.
        importance: By sound importance draws, or None.
        information: Kullback-Leibler divergence from prior to posterior, in nats.
    """

    dead: Estimate
    importance: Estimate | None
    information: float

    @property
    def best(self) -> Estimate:
        """The importance draws where their weights are sound, else the dead points."""
        return self.dead if self.importance is None else self.importance

    @property
    def settled(self) -> bool:
        """Whether both evaluations say the same."""
        return self.importance is not None and self.importance.agrees(self.dead)


def run_evidence(run: NestedRun, importance: bool) -> RunEvidence:
    """Read a run that has ended.

    Args:
        run: The run.
        importance: Whether to draw around its posterior points for a second evaluation.
    """
    points, alive = run.all_points()
    found = evidence(points.log_like, alive, run.plan.seed)
    near = run.source.near(points.q)
    dead = Estimate(near, points.log_like, found.weights, found.effective, found.log_z, found.error)
    return RunEvidence(dead, importance_estimate(run, dead) if importance else None, found.information)


def importance_estimate(run: NestedRun, dead: Estimate) -> Estimate | None:
    """ln Z by importance draws around posterior points; None where their weights are unsound."""
    seed = run.plan.seed
    kernels = KernelMixture(dead.near[systematic(dead.weights, CENTRES, seed + 3)])
    near = kernels.draw(DRAWS, np.random.default_rng(seed + 2))
    log_like, log_density = run.source.judge(near)
    found = sharpen(log_like + log_density - kernels.log_density(near))
    if not found.trusted or found.error > dead.error:
        return None
    return Estimate(near, log_like, found.weights, found.effective, found.log_z, found.error)


def together(first: RunEvidence, second: RunEvidence) -> tuple[Estimate, bool]:
    """What two independent runs say, the second with a longer walk, and whether they agree.

    Where neither has sound importance draws, ln Z is the mean of both, and half their difference is the least that its error
    can be. Where they disagree, the error is as large as the difference.
    """
    one, two = first.best, second.best
    apart, agree = abs(one.log_z - two.log_z), one.agrees(two)
    if not agree:
        chosen = one if second.importance is None and first.importance is not None else two
        return chosen._replace(error=max(chosen.error, apart)), False
    if first.importance is None and second.importance is None:
        mean, error = 0.5 * (one.log_z + two.log_z), 0.5 * max(float(np.hypot(one.error, two.error)), apart)
        return two._replace(log_z=mean, error=error), True
    return min(two, one, key=lambda estimate: estimate.error), True
