"""Draws for importance sampling, from proposals that adapt first and are frozen then.

The first proposal is judged by a pilot of draws. Where it fits badly (a posterior cut by a bound is skew in its chart), others
with the moments seen so far follow; then all proposals together are frozen as one mixture, and only draws made after that count.
Draws that shaped a proposal would be weighed by what sits upon them: that makes an evidence too low and its error too small,
which no diagnostic of the weights sees. Where the first proposal fits, no draw shaped anything, and the pilot counts, too.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab.engines.control import Control
from spec_lab.engines.psis import psis
from spec_lab.engines.student_t import StudentT, mixture_log_density

PILOT = 0.1  # share of the draws by which a proposal is judged
EARLIER = 0.1  # share of the counted draws that come from the proposals before the last one, which have the wider tails
BLOCK = 4096  # draws between two looks at the stop flag
EFFICIENT = 0.6  # effective share of the draws from which a proposal is good enough
ADAPTATIONS = 3

# Log density to be sampled (first column) and what else is known of each draw.
Measure = Callable[[Float[np.ndarray, "s n"]], Float[np.ndarray, "s columns"]]


class FrozenDraws(NamedTuple):
    """Draws that may be weighed.

    Attributes:
        table: `f[s, columns]`, what was measured of each.
        log_weights: `f[s]`, log density minus that of the mixture they came from; -inf for impossible draws.
        evaluations: Draws measured in all, those of the adaptation included.
    """

    table: Float[np.ndarray, "s columns"]
    log_weights: Float[np.ndarray, "s"]
    evaluations: int


class _Seen(NamedTuple):
    """The proposals so far, how many draws each made, the draws, and what was measured of them."""

    proposals: list[StudentT]
    sizes: list[int]
    us: np.ndarray
    table: np.ndarray

    def log_weights(self) -> np.ndarray:
        return _log_target(self.table) - mixture_log_density(self.proposals, self.sizes, self.us)


def frozen_draws(
    start: StudentT, measure: Measure, draws: int, generator: np.random.Generator, control: Control
) -> FrozenDraws:
    """Draws from a proposal and, where it fits badly, from others that adapt to the density.

    Args:
        start: The first proposal.
        measure: The density to be sampled, and what else is to be known of a draw.
        draws: How many to count.
        generator: Of random numbers.
        control: Hears of progress; a stop ends the run with the draws it has.
    """
    pilot = max(256, int(PILOT * draws))
    seen = _adapted(start, measure, min(pilot, draws), generator, control, adapt=draws > 2 * pilot)
    spent = 0
    if len(seen.proposals) > 1:
        spent, seen = len(seen.us), seen._replace(us=seen.us[:0], table=seen.table[:0], sizes=[0] * len(seen.proposals))
    while len(seen.us) < draws and not (control.stopped and len(seen.us)):
        control.report(0.1 + 0.9 * len(seen.us) / draws, f"{len(seen.us)} of {draws} draws")
        seen = _more(seen, _shares(min(BLOCK, draws - len(seen.us)), len(seen.proposals)), measure, generator)
    return FrozenDraws(seen.table, seen.log_weights(), spent + len(seen.us))


def _adapted(
    start: StudentT, measure: Measure, pilot: int, generator: np.random.Generator, control: Control, adapt: bool
) -> _Seen:
    """Proposals that follow the density, with their pilots; the last is good enough, or has not been judged."""
    seen = _Seen([start], [0], np.empty((0, len(start.centre))), np.empty((0, 0)))
    while True:
        control.report(0.1, "judging the proposal")
        seen = _more(seen, [0] * (len(seen.proposals) - 1) + [pilot], measure, generator)
        if not adapt or control.stopped or _fits(seen, pilot):
            return seen
        smoothed, _ = psis(seen.log_weights())
        weights = np.exp(smoothed - smoothed.max())
        proposals = [*seen.proposals, StudentT.of_sample(seen.us, weights / weights.sum(), start.nu)]
        seen = seen._replace(proposals=proposals, sizes=[*seen.sizes, 0])
        if len(seen.proposals) > ADAPTATIONS:
            return seen


def _fits(seen: _Seen, pilot: int) -> bool:
    log_weights = _log_target(seen.table[-pilot:]) - seen.proposals[-1].log_density(seen.us[-pilot:])
    weights = np.exp(log_weights - log_weights.max())
    return bool(weights.sum() ** 2 / np.sum(weights**2) > EFFICIENT * pilot)


def _shares(size: int, proposals: int) -> list[int]:
    """How many of `size` draws each proposal makes."""
    each = round(EARLIER * size / (proposals - 1)) if proposals > 1 else 0
    return [each] * (proposals - 1) + [size - each * (proposals - 1)]


def _more(seen: _Seen, sizes: list[int], measure: Measure, generator: np.random.Generator) -> _Seen:
    parts = [p.draw(size, generator) for p, size in zip(seen.proposals, sizes, strict=True) if size]
    new = np.concatenate(parts)
    found = measure(new)
    table = np.concatenate([seen.table, found]) if len(seen.table) else found
    total = [a + b for a, b in zip(seen.sizes, sizes, strict=True)]
    return seen._replace(sizes=total, us=np.concatenate([seen.us, new]), table=table)


def _log_target(table: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(table[:, 0]), table[:, 0], -np.inf)
