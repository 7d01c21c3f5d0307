"""The best of several starts by successive halving: all are fitted a few steps, the worst given up, the rest fitted further.

After Jamieson & Talwalkar 2016 (AISTATS), with fewer rounds and steeper cuts: most starts show soon that they are worse.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from spec_lab.fit.guess.movable import moved
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

Refine = Callable[[Problem, int], Float[np.ndarray, "n"]]  # at most so many steps of a fit from the present values
ROUNDS = ((16, 2), (50, 1))  # steps of the fit, and how many starts go on


def refined(setup: Setup, refine: Refine, steps: int) -> Setup:
    """The set-up after some steps of a fit of what may move."""
    if not setup.free:
        return setup
    return moved(setup, dict(zip(setup.free, map(float, refine(Problem.of(setup), steps)), strict=True)))


def statistic(setup: Setup) -> float:
    """The statistic of a set-up; infinite where it has none."""
    value = Problem.of(setup).stat()
    return value if np.isfinite(value) else np.inf


def best_start(starts: list[Setup], refine: Refine) -> Setup:
    """The best of several starts, fitted."""
    for steps, most in ROUNDS:
        starts = sorted((refined(one, refine, steps) for one in starts), key=statistic)[:most]
    return starts[0]
