"""Degeneracy: the direction in which the data leave the parameters freest, to walk along and see why error bars lie.

It is the leading eigenvector of the last fit's correlation matrix (parameters have units, so each counts in its own σ); one
step is one standard deviation along it. Walking is a preview until one lets go; then it is one change of all free values.
"""

from typing import ClassVar, NamedTuple

import numpy as np

from spec_lab._base import ParameterError, plain
from spec_lab.fit import SetFree, Setup
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects, moved
from spec_lab.session.command_registry import argument, command
from spec_lab.session.known_fit import away, known_fit, sigmas
from spec_lab.session.state import State

REACH = 4.0  # standard deviations to both sides
LEAST = 1.2  # an eigenvalue below this (1 = no correlation at all) is no degeneracy worth a handle
NEAR = 5.0  # σ: a value further from the best fit is not on its degeneracy (the walk itself moves none by more than 4)
PARTS = 0.25  # weights below this share of the largest are not named


class DegeneracyAxis(NamedTuple):
    """A direction in the free values.

    Attributes:
        best: `f[n]`, the fit it belongs to.
        step: `f[n]`, one standard deviation along it.
        weights: `f[n]`, the eigenvector, each parameter in its own σ; the largest is positive.
        share: Of the total variance (in σ²), from 0 to 1.
        at: Where the present values stand along it, in standard deviations.
        low: How far down one may walk: 4, or to the first bound.
        high: How far up.
    """

    best: np.ndarray
    step: np.ndarray
    weights: np.ndarray
    share: float
    at: float
    low: float
    high: float

    def point(self, now: np.ndarray, to: float) -> np.ndarray:
        """`f[n]`, the present values moved along until they stand at `to`."""
        return now + (to - self.at) * self.step


def axis(state: State) -> DegeneracyAxis | None:
    """The direction for the present question, or None: no fit near it, fewer than two free parameters, no correlation."""
    setup = state.setup
    found = known_fit(state)
    if found is None or len(setup.free) < 2:
        return None
    best, covariance = np.asarray(found.best, dtype=float), np.atleast_2d(np.asarray(found.covariance, dtype=float))
    sigma = sigmas(found)
    if covariance.shape != (len(best),) * 2 or not np.isfinite(covariance).all() or not np.isfinite(sigma).all():
        return None
    if np.any(away(state, found) > NEAR):
        return None
    values, vectors = np.linalg.eigh(covariance / np.outer(sigma, sigma))
    if values[-1] < LEAST:
        return None
    weights = vectors[:, -1] * np.sign(vectors[np.argmax(np.abs(vectors[:, -1])), -1])
    step = np.sqrt(values[-1]) * weights * sigma
    now = np.asarray(setup.free_values, dtype=float)
    at = float(((now - best) / sigma) @ weights / np.sqrt(values[-1]))
    low, high = _reach(setup, now, step, at)
    return DegeneracyAxis(best, step, weights, float(values[-1] / len(best)), at, low, high)


def _reach(setup: Setup, now: np.ndarray, step: np.ndarray, at: float) -> tuple[float, float]:
    """How far the axis goes before a parameter meets its bound; the present place is always on it."""
    low, high = min(-REACH, at), max(REACH, at)
    for value, by, index in zip(now, step, setup.free, strict=True):
        if by == 0.0:
            continue
        first, last = sorted((end - value) / by for end in setup.range_of(index))
        low, high = max(low, at + min(first, 0.0)), min(high, at + max(last, 0.0))
    return low, high


def walked(state: State, to: float) -> Setup:
    """The set-up with its free values moved along the degeneracy.

    Raises:
        ParameterError: There is none, or `to` is beyond its end.
    """
    found = axis(state)
    if found is None:
        raise ParameterError("there is no degeneracy to walk along", hint="Fit two or more free parameters first.")
    if not isinstance(to, (int, float)) or not found.low - 1e-6 <= to <= found.high + 1e-6:
        raise ParameterError(
            "the degeneracy ends before",
            got=to,
            allowed=f"{plain(found.low, 3)} to {plain(found.high, 3)} standard deviations",
        )
    return state.setup.with_free(found.point(np.asarray(state.setup.free_values), min(max(to, found.low), found.high)))


def named(found: DegeneracyAxis) -> list[int]:
    """Which free parameters are worth naming: places in the free vector, the strongest first."""
    size = np.abs(found.weights)
    return [int(i) for i in np.argsort(-size) if size[i] >= PARTS * size.max()]


@command("walk")
class Walk(Action):
    """Move all free values along the degeneracy of the last fit, to so many standard deviations from its best."""

    undoable: ClassVar[bool] = True
    to: float = argument(read.sigmas)

    def take(self, state: State) -> tuple[State, Effects]:
        after = walked(state, self.to)
        edit = SetFree(tuple(float(v) for v in after.free_values), why="the degeneracy")
        return moved(state, after, f"walk along the degeneracy to {self.to:+.2f}σ", edit.as_code())

    def as_code(self) -> str:
        return f"lab.walk({float(self.to)!r})"
