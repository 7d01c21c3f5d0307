"""Gradient and Hessian of a function known by its values alone, to the digits of single precision, by central differences.

A difference over a step is as good as the function's rise over it is above its rounding, and as the function is a parabola there.
So each step is made as long as the function rises by `RISE`: single precision rounds a statistic by 1e-5 or more, and at a few
tenths it is a parabola still. (Minuit's steps are made for the digits of double precision.)

Reference: Press et al. 2007, Numerical Recipes, 3rd ed., section 5.7.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

RISE = 0.3  # of a statistic -2 ln L: half a standard deviation
LEVEL = 1e-3  # of the steepest curvature: less is rounding
TRIES = 30  # of a length of a step
ROUNDS = 4  # of Newton's steps
ARRIVED = 1e-3  # of the statistic: an estimated distance to the minimum that ends them

Function = Callable[[np.ndarray], float]


class Parabola(NamedTuple):
    """What a function is like around a place: gradient `f[n]`, Hessian `f[n, n]`."""

    gradient: Float[np.ndarray, "n"]
    hessian: Float[np.ndarray, "n n"]

    @property
    def _scaled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scales of the coordinates, and eigenvalues and eigenvectors of the Hessian in these."""
        scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(self.hessian)), 1e-300))
        values, vectors = np.linalg.eigh(self.hessian * np.outer(scale, scale))
        return scale, values, vectors

    @property
    def has_minimum(self) -> bool:
        """Whether it curves upwards somewhere and nowhere downwards, as far as the digits say."""
        values = self._scaled[1]
        return bool(values.max() > 0 and values.min() > -LEVEL * values.max())

    @property
    def newton_step(self) -> Float[np.ndarray, "n"]:
        """To the minimum, along the directions that curve upwards."""
        scale, values, vectors = self._scaled
        up = values > LEVEL * values.max()
        return -scale * (vectors[:, up] @ (vectors[:, up].T @ (scale * self.gradient) / values[up]))


def parabola_at(
    function: Function,
    place: Float[np.ndarray, "n"],
    low: Float[np.ndarray, "n"],
    high: Float[np.ndarray, "n"],
    rise: float = RISE,
) -> Parabola:
    """Gradient and Hessian at a place, by steps that stay within limits and over which the function rises by about `rise`."""
    steps = np.array([_step(function, place, low, high, i, rise) for i in range(len(place))])
    centre = np.clip(place, low + steps, high - steps)
    at = np.diag(steps)
    middle = function(centre)
    ends = np.array([[function(centre + row), function(centre - row)] for row in at])
    hessian = np.diag(ends.sum(axis=1) - 2.0 * middle)
    for i, j in zip(*np.triu_indices(len(place), 1), strict=True):
        corners = [function(centre + a * at[i] + b * at[j]) * a * b for a in (1, -1) for b in (1, -1)]
        hessian[i, j] = hessian[j, i] = sum(corners) / 4.0
    hessian /= np.outer(steps, steps)
    gradient = (ends[:, 0] - ends[:, 1]) / (2.0 * steps)
    return Parabola(gradient + hessian @ (place - centre), hessian)


def _step(function: Function, place: np.ndarray, low: np.ndarray, high: np.ndarray, i: int, rise: float) -> float:
    """A step of one coordinate over which the function rises by about `rise`; half of its interval where it rises less."""
    most = min(0.5 * (high[i] - low[i]), 1e6 * max(abs(place[i]), 1.0))
    step = min(1e-3 * max(abs(place[i]), 1e-3), most)
    for _ in range(TRIES):
        centre, away = place.copy(), np.zeros_like(place)
        centre[i], away[i] = np.clip(place[i], low[i] + step, high[i] - step), step
        rose = 0.5 * (function(centre + away) + function(centre - away)) - function(centre)
        if 0.3 * rise < rose < 3.0 * rise or (step == most and rose < rise):
            break
        step = min(step * np.clip(np.sqrt(rise / max(rose, 1e-300)), 0.1, 10.0), most)
    return float(step)


def newton_steps(
    function: Function,
    place: Float[np.ndarray, "n"],
    low: Float[np.ndarray, "n"],
    high: Float[np.ndarray, "n"],
    rise: float = RISE,
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n n"], bool]:
    """Newton's steps down from a place near a minimum: where they end, the Hessian there, and whether that is a minimum."""
    for _ in range(ROUNDS):
        parabola = parabola_at(function, place, low, high, rise)
        aim = np.clip(place + parabola.newton_step, low, high)
        arrived = parabola.has_minimum and -0.5 * float(parabola.gradient @ (aim - place)) < ARRIVED
        lower = function(aim) < function(place)
        place = aim if lower else place
        if arrived or not lower:
            break
    return place, parabola.hessian, arrived
