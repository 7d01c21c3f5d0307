"""Draws for importance sampling, from proposals that adapt first and are frozen then.

The proposals to begin with are judged by a pilot of draws. Where they fit badly (a posterior cut by a bound is skew in its chart)
they follow the draws seen so far for some rounds, with more parts where the weights are greatest; then they are frozen as one
mixture, and only draws made after that count. Draws that shaped a proposal would be weighed by what sits upon them: that makes an
evidence too low and its error too small, which no diagnostic of the weights sees. Where the first proposals fit, no draw shaped
anything, and the pilot counts, too. It ends early once the effective size is enough, and where nothing can be hoped for.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab._base import value_and_error
from spec_lab.engines.control import Control
from spec_lab.engines.psis import psis
from spec_lab.engines.student_t import NORMAL, ProposalMixture, StudentT

PARETO_LIMIT = 0.7
PILOT = 1024
ROUNDS = (1024, 1024, 2048)  # draws of each round of the adaptation, the pilot first
BLOCK = 4096  # draws between two looks at the stop flag
EFFICIENT = 0.6  # effective share of the draws from which a proposal is good enough
MORE = 4  # parts that each round adds where the weights are greatest
MORE_SHARE = 0.3
LEAST_WEIGHT = 1e-12  # of a draw that such a part is put on
NEAREST = 0.05  # share of the draws that shape such a part
STEPS = 2  # of EM in each round
COVER = 0.15  # share of a last part that is wider than all draws together, and has wider tails
COVER_STRETCH, COVER_TAIL = 1.5, 4.0
ENOUGH, FAIR_SHARE = 1000, 0.1  # effective draws, or effective share, with which Pareto's k can be believed
HOPELESS = 0.02  # effective share of the draws below which more of them do not help

# Log density to be sampled (first column) and what else is known of each draw.
Measure = Callable[[Float[np.ndarray, "s n"]], Float[np.ndarray, "s columns"]]


class FrozenDraws(NamedTuple):
    """Draws that may be weighed.

    Attributes:
        us: `f[s, n]`, the draws.
        table: `f[s, columns]`, what was measured of each.
        log_weights: `f[s]`, log density minus that of the mixture they came from; -inf for impossible draws.
        evaluations: Draws measured in all, those of the adaptation included.
        proposals: The mixture.
    """

    us: Float[np.ndarray, "s n"]
    table: Float[np.ndarray, "s columns"]
    log_weights: Float[np.ndarray, "s"]
    evaluations: int
    proposals: ProposalMixture

    @property
    def weighed(self) -> "WeighedDraws":
        """What the weights say."""
        return WeighedDraws.of(self.log_weights)


class WeighedDraws(NamedTuple):
    """What importance weights say.

    Attributes:
        weights: `f[s]`, smoothed, summing to one.
        log_evidence: ln Z.
        error: Its standard error (delta method).
        effective: Kish's effective sample size.
        shape: Pareto's k.
    """

    weights: Float[np.ndarray, "s"]
    log_evidence: float
    error: float
    effective: float
    shape: float

    @classmethod
    def of(cls, log_weights: Float[np.ndarray, "s"]) -> "WeighedDraws":
        """From logarithms of raw weights."""
        smooth, shape = psis(log_weights)
        top = smooth.max()
        weights = np.exp(smooth - top)
        mean, total = weights.mean(), weights.sum()
        error = float(np.std(weights) / mean / np.sqrt(len(weights)))
        return cls(
            weights / total, float(top + np.log(mean)), error, float(total**2 / np.sum(weights**2)), float(shape)
        )

    @property
    def doubt(self) -> str:
        """Why averages over the weights are not to be trusted; empty where they are."""
        return doubt_of_weights(self.shape, self.effective, len(self.weights))

    @property
    def trusted(self) -> bool:
        """Whether averages over the weights converge."""
        return not self.doubt

    @property
    def text(self) -> str:
        """The evidence with its error, and Pareto's k."""
        return f"ln Z {value_and_error(self.log_evidence, self.error)}, Pareto k {self.shape:.2f}"


def doubt_of_weights(shape: float, effective: float, draws: float) -> str:
    """Why averages over importance weights are not to be trusted; empty where they are.

    Args:
        shape: Pareto's k.
        effective: Effective sample size.
        draws: How many there are.
    """
    if shape > PARETO_LIMIT:
        return f"Pareto k = {shape:.2f} > {PARETO_LIMIT}"
    if effective < min(ENOUGH, FAIR_SHARE * draws):
        return f"{draws:.0f} draws weigh as much as {effective:.0f}"
    return ""


def frozen_draws(
    start: ProposalMixture,
    measure: Measure,
    draws: int,
    effective: int,
    generator: np.random.Generator,
    control: Control,
) -> FrozenDraws:
    """Draws from proposals that adapt to the density where they fit it badly.

    Args:
        start: The first proposals.
        measure: The density to be sampled, and what else is to be known of a draw.
        draws: How many to count at most.
        effective: The effective size that is enough.
        generator: Of random numbers.
        control: Hears of progress; a stop ends the run with the draws it has.
    """
    pilot = _counted(start, start.draw(min(PILOT, draws), generator), measure, 0)
    if _fits(pilot) or draws < 2 * sum(ROUNDS) or control.stopped:
        found = pilot
    else:
        mixture, spent = _adapted(pilot, measure, generator, control)
        found = _counted(mixture, mixture.draw(min(BLOCK, draws), generator), measure, spent)
    while len(found.us) < draws and not control.stopped:
        weighed = found.weighed
        control.report(len(found.us) / draws, f"{len(found.us)} of {draws} draws: {weighed.text}")
        if (weighed.effective >= effective and weighed.trusted) or _hopeless(found, weighed):
            break
        more = found.proposals.draw(min(BLOCK - len(found.us) % BLOCK, draws - len(found.us)), generator)
        found = _joined(found, _counted(found.proposals, more, measure, 0))
    return found


def _counted(mixture: ProposalMixture, us: Float[np.ndarray, "s n"], measure: Measure, spent: int) -> FrozenDraws:
    """Draws of a mixture, measured and weighed; `spent` draws were made before."""
    table = measure(us)
    return FrozenDraws(us, table, _log_target(table) - mixture.log_density(us), spent + len(us), mixture)


def _joined(one: FrozenDraws, other: FrozenDraws) -> FrozenDraws:
    """Draws of one and the same mixture."""
    join = lambda a, b: np.concatenate([a, b])  # noqa: E731
    count = one.evaluations + other.evaluations
    weights = join(one.log_weights, other.log_weights)
    return FrozenDraws(join(one.us, other.us), join(one.table, other.table), weights, count, one.proposals)


def _fits(found: FrozenDraws) -> bool:
    return found.weighed.effective > EFFICIENT * len(found.us)


def _hopeless(found: FrozenDraws, weighed: WeighedDraws) -> bool:
    return len(found.us) >= 2 * BLOCK and not weighed.trusted and weighed.effective < HOPELESS * len(found.us)


def _adapted(
    pilot: FrozenDraws, measure: Measure, generator: np.random.Generator, control: Control
) -> tuple[ProposalMixture, int]:
    """Proposals that followed the density, and how many draws they took."""
    rounds, mixture = [pilot], pilot.proposals
    while True:
        control.report(0.0, f"adapting the proposals: {rounds[-1].weighed.text}")
        us, weights = np.concatenate([r.us for r in rounds]), _weights_of(rounds)
        mixture = _more_parts(mixture, us, weights)
        for _ in range(STEPS):
            mixture = mixture.following(us, weights)
        covered = _covered(mixture, us, weights)
        if len(rounds) == len(ROUNDS) or control.stopped:
            return covered, len(us)
        rounds.append(_counted(covered, covered.draw(ROUNDS[len(rounds)], generator), measure, 0))


def _weights_of(rounds: list[FrozenDraws]) -> Float[np.ndarray, "s"]:
    """Weights, summing to one, of the draws of several rounds together (balance heuristic, Veach & Guibas 1995)."""
    us = np.concatenate([r.us for r in rounds])
    sizes = np.log([len(r.us) / len(us) for r in rounds])
    densities = [r.proposals.log_density(us) + size for r, size in zip(rounds, sizes, strict=True)]
    target = np.concatenate([_log_target(r.table) for r in rounds])
    return WeighedDraws.of(target - np.logaddexp.reduce(densities, axis=0)).weights


def _more_parts(
    mixture: ProposalMixture, us: Float[np.ndarray, "s n"], weights: Float[np.ndarray, "s"]
) -> ProposalMixture:
    """The mixture with more parts where weights are greatest, shaped like the draws nearby.

    After Raftery & Bao 2010, Biometrics 66, 1162.
    """
    everywhere = StudentT.of_covariance(*_moments(us, 0.5 * weights + 0.5 / len(us)), NORMAL)
    left, parts = weights.copy(), []
    while len(parts) < MORE and left.max() > LEAST_WEIGHT:
        away = us - us[np.argmax(left)]
        distances = everywhere.distances(away + everywhere.centre)
        near = np.argsort(distances, kind="stable")[: max(int(NEAREST * len(us)), 4 * us.shape[1])]
        even = weights[near] / weights[near].sum() + 1 / len(near)
        scale = (away[near] * (even / even.sum())[:, None]).T @ away[near]
        parts.append(StudentT.of_covariance(us[np.argmax(left)], scale, mixture.parts[-1].nu))
        left[near] = 0.0
    fixed, loose = np.split(mixture.shares, [mixture.fixed])
    shares = [fixed, loose * (1 - MORE_SHARE), np.full(len(parts), (1 - fixed.sum()) * MORE_SHARE / len(parts))]
    return ProposalMixture((*mixture.parts, *parts), np.concatenate(shares), mixture.fixed)


def _covered(
    mixture: ProposalMixture, us: Float[np.ndarray, "s n"], weights: Float[np.ndarray, "s"]
) -> ProposalMixture:
    """The mixture with a wide part over all weighted draws: parts that follow draws are too narrow rather than too wide."""
    mean, covariance = _moments(us, weights)
    cover = StudentT.of_covariance(mean, COVER_STRETCH**2 * covariance, min(COVER_TAIL, mixture.parts[-1].nu))
    return ProposalMixture((*mixture.parts, cover), np.append(mixture.shares * (1 - COVER), COVER), mixture.fixed)


def _moments(us: Float[np.ndarray, "s n"], weights: Float[np.ndarray, "s"]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of weighted draws."""
    mean = weights @ us
    return mean, (us - mean).T @ ((us - mean) * weights[:, None])


def _log_target(table: Float[np.ndarray, "s columns"]) -> Float[np.ndarray, "s"]:
    return np.where(np.isfinite(table[:, 0]), table[:, 0], -np.inf)
