"""The best of several starts by successive halving: all are fitted a few steps, the worst given up, the rest fitted further.

After Jamieson & Talwalkar 2016 (AISTATS), with fewer rounds and steeper cuts: most starts show soon that they are worse. Starts
that came to the same statistic are one, so that the places left are for those that differ.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from spec_lab.fit.guess.movable import moved
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

Refine = Callable[[Problem, int], Float[np.ndarray, "n"]]  # at most so many steps of a fit from the present values
SAME, PART = 0.5, 1e-3  # statistics that differ by less than this, or by this part, are of one minimum


def refined(setup: Setup, refine: Refine, steps: int) -> Setup:
    """The set-up after some steps of a fit of what may move."""
    if not setup.free:
        return setup
    reached = map(float, refine(Problem.of(setup), steps))  # a fit may end at a bound
    return moved(setup, dict(zip(setup.free, reached, strict=True)), margin=0.0)


def statistic(setup: Setup) -> float:
    """The statistic of a set-up; infinite where it has none."""
    value = Problem.of(setup).value()
    return value if np.isfinite(value) else np.inf


def raced(starts: Sequence[Setup], refine: Refine, rounds: Sequence[tuple[int, int]]) -> list[Setup]:
    """The best of several starts, fitted, best first.

    Args:
        starts: At least one.
        refine: Steps of a fit.
        rounds: For each round the steps of a fit, and how many starts go on: of those that differ, the best.
    """
    left, _kept = list(starts), Problem.of(starts[0])  # while it lives, the problems of the others are made from it
    for steps, most in rounds:
        ends = sorted(((statistic(one), one) for one in (refined(s, refine, steps) for s in left)), key=lambda e: e[0])
        left, last = [], -np.inf
        for value, one in ends:
            if len(left) < most and (not left or value - last > SAME + PART * abs(last)):
                left.append(one)
                last = value
    return left
