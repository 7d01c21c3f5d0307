"""Dragging the curve: a point of the folded model is pulled up or down, and the free parameters follow by the shortest way.

In units of what each parameter may move by (its error at the present fit, else the width of its prior) the shortest step that
changes ln m at one channel by a given amount lies along d = S g / (g S g), with g the slopes of ln m there and S the squares of
those units: the least-norm solution of one linear equation. The slopes are differences of curves that are drawn anyway, so
nothing compiles; they are kept while a hand is at it. How far to go along d is then found on the curve itself, which a model
that is not linear follows exactly, too. Where a parameter meets its bound it stays there, and the others go on.
"""

import math
from typing import ClassVar, NamedTuple

import numpy as np
from scipy.optimize import brentq

from spec_lab._base import ParameterError, plain
from spec_lab.fit import Origin, Problem, SetFree, Setup
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects, moved
from spec_lab.session.command_registry import argument, command
from spec_lab.session.known_fit import known_fit, sigmas
from spec_lab.session.state import State

SHIFT = 0.01  # of what a parameter may move by: the difference that gives a slope
CENTRAL = 0.6827  # of a prior: its width is half of this interval
CLOSE = 1e-3  # of ln m: nearer is the same pixel
FARTHEST = 8  # doublings of the linear step, while the curve does not reach the hand
NOTHING = -300.0  # ln of a rate that is zero


class CurvePoint(NamedTuple):
    """A place on the folded model: pair, unit and channel of its fit, from 0."""

    pair: int
    unit: int
    channel: int

    def log_rate(self, problem: Problem, x: np.ndarray) -> float:
        """ln of the folded rate there."""
        rate = float(problem.display(x)[0][self.pair][self.unit][self.channel])
        return math.log(rate) if rate > 0 else (NOTHING if rate == 0 else math.nan)


def point_at(setup: Setup, unit: str, energy: float) -> CurvePoint:
    """The channel of a unit's fit at an energy (keV).

    Raises:
        ParameterError: There is no such unit, or no channel of its fit there.
    """
    for number, pair in enumerate(setup.pairs):
        if unit not in pair.data.names:
            continue
        place = pair.data.names.index(unit)
        channels = pair.data.units[place].channels()
        found = np.flatnonzero((channels.emin <= energy) & (energy < channels.emax))
        if len(found):
            return CurvePoint(number, place, int(found[0]))
        raise ParameterError(f"{unit} has no channel in the fit at that energy", got=f"{plain(energy)} keV")
    known = ", ".join(name for pair in setup.pairs for name in pair.data.names)
    raise ParameterError("there is no such data unit", got=unit, allowed=known)


def reach(state: State) -> np.ndarray:
    """`f[n]`, what each free parameter may move by: its error at the present fit, else half the width of its prior."""
    setup, found = state.setup, known_fit(state)
    known = np.full(len(setup.free), np.nan) if found is None else sigmas(found)
    return np.array(
        [s if np.isfinite(s) and s > 0 else _width(setup, i) for s, i in zip(known, setup.free, strict=True)]
    )


def _width(setup: Setup, i: int) -> float:
    prior, value = setup.priors[i], float(setup.values[i])
    ends = (math.nan, math.nan) if prior is None else prior.interval(CENTRAL)
    half = 0.5 * (float(ends[1]) - float(ends[0]))
    return half if math.isfinite(half) and half > 0 else 0.1 * abs(value) or 0.1


class CurveDrag:
    """The direction of the present drag, kept from one move of the hand to the next."""

    def __init__(self) -> None:
        self._kept: tuple[Setup, CurvePoint, float, np.ndarray] | None = None

    def dragged(self, state: State, problem: Problem, point: CurvePoint, factor: float) -> Setup:
        """The set-up whose folded curve is `factor` times the present one at a point, or as near as bounds allow.

        Raises:
            ParameterError: No free parameter changes the curve there, or the factor is not above zero.
        """
        if not (math.isfinite(factor) and factor > 0):
            raise ParameterError("the curve can be dragged to a positive rate only", got=factor, allowed="a factor > 0")
        kept = self._kept
        if kept is None or kept[0] is not state.setup or kept[1] != point:
            kept = self._kept = (state.setup, point, *_direction(state, problem, point))
        return state.setup.with_free(_landing(problem, point, kept[2], kept[3], math.log(factor)))


def _direction(state: State, problem: Problem, point: CurvePoint) -> tuple[float, np.ndarray]:
    """ln m at the point, and the least-norm step `f[n]` that raises it by 1."""
    x, units = np.array(state.setup.free_values, dtype=float), reach(state)
    low, high = problem.bounds
    here = point.log_rate(problem, x)
    slopes = np.zeros(len(x))
    for i in range(len(x)):
        room = high[i] - low[i] if math.isfinite(high[i] - low[i]) else math.inf
        step = min(SHIFT * units[i], 0.25 * room)
        step = -step if x[i] + step > high[i] else step
        there = x.copy()
        there[i] += step
        change = point.log_rate(problem, there) - here
        slopes[i] = change / step if step and abs(change) < 10 else 0.0
    weighted = units**2 * slopes
    size = float(slopes @ weighted)
    if not (here > NOTHING and size > 1e-12):
        raise ParameterError("no free parameter changes the curve there", hint="Thaw one that does, such as a norm.")
    return here, weighted / size


def _landing(problem: Problem, point: CurvePoint, here: float, step: np.ndarray, wanted: float) -> np.ndarray:
    """`f[n]`, the place along the step at which ln m has changed as wanted, or the nearest to it that was seen."""
    low, high = problem.bounds
    start, seen = np.array(problem.setup.free_values, dtype=float), {0.0: -wanted}

    def place(t: float) -> np.ndarray:
        return np.clip(start + t * step, low, high)

    def off(t: float) -> float:
        """What is missing at `t`; where the model has no value it is as far off as can be, on the far side."""
        if t not in seen:
            found = point.log_rate(problem, place(t)) - here - wanted
            seen[t] = found if math.isfinite(found) else math.copysign(-NOTHING, wanted)
        return seen[t]

    ends = (wanted * 2.0**k for k in range(FARTHEST))
    last = 0.0
    for end in ends:
        if abs(off(end)) < CLOSE:
            return place(end)
        if off(end) * off(0.0) < 0:
            brentq(off, last, end, xtol=1e-9 * abs(end), maxiter=30, disp=False)
            break
        if np.array_equal(place(end), place(last)) and last:
            break
        last = end
    return place(min(seen, key=lambda t: abs(seen[t])))


@command("drag_curve")
class DragCurve(Action):
    """Multiply the folded curve of a unit by a factor at an energy (keV): the free parameters move there by the shortest way.

    Shortest in units of their errors at the present fit, else of the widths of their priors.
    """

    undoable: ClassVar[bool] = True
    in_lesson: ClassVar[bool] = False
    unit: str = argument(read.text)
    energy: float = argument(read.number)
    factor: float = argument(read.number)

    def take(self, state: State) -> tuple[State, Effects]:
        problem = Problem.of(state.setup)
        after = CurveDrag().dragged(state, problem, point_at(state.setup, self.unit, self.energy), self.factor)
        edit = SetFree(
            tuple(map(float, after.free_values)), f"curve dragged at {plain(self.energy, 4)} keV", Origin.GIVEN
        )
        return moved(state, edit.apply(state.setup), edit.label, edit.as_code())

    def as_code(self) -> str:
        return f"lab.drag_curve({self.unit!r}, {self.energy!r}, {self.factor!r})"
