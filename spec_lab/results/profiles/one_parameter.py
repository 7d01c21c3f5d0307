"""The profile of a best fit: the statistic along one parameter while the others follow.

Each point is a fit of its own, and because a freeze is data of the compiled functions, none of them compiles anything.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from spec_lab._base import Info, ParameterError, whole_number
from spec_lab.engines import Outcome, minimise, values_of
from spec_lab.fit import Freeze, Problem, SetValue
from spec_lab.results.annotations import GivenWhole

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing


class Profile:
    """The rise of the statistic over its minimum along one parameter, the other free ones at their best.

    Attributes:
        label: Of the parameter, LaTeX.
        values: `f[s]`, ascending.
        delta: `f[s]`, statistic minus its minimum.
        unit: Of the parameter, as text.
    """

    def __init__(self, label: str, values: Float[np.ndarray, "s"], delta: Float[np.ndarray, "s"], unit: str = ""):
        self.label, self.values, self.delta, self.unit = label, values, delta, unit

    def interval(self, rise: float = 1.0) -> tuple[float, float]:
        """Where the statistic has risen by `rise` on both sides (1 for 68.27 %, 2.706 for 90 %); NaN where it never does."""
        lowest = int(np.argmin(self.delta))
        left = _crossing(self.values[lowest::-1], self.delta[lowest::-1], rise)
        return left, _crossing(self.values[lowest:], self.delta[lowest:], rise)

    @property
    def info(self) -> Info:
        """The 68.27, 90 and 95.45 % intervals."""
        levels = {"68.27 %": 1.0, "90 %": 2.706, "95.45 %": 4.0}
        ends = [self.interval(rise) for rise in levels.values()]
        low, high = ([e[side] for e in ends] for side in (0, 1))
        name = "".join(c for c in self.label if c not in "${}\\")
        columns = {"Confidence": list(levels), "Rise": list(levels.values()), "Low": low, "High": high}
        return Info(columns, f"Profile of {name}" + (f", {self.unit}" if self.unit else ""))

    def figure(self, **options: Any) -> "Drawing":
        """The curve; see `spec_lab.results.figures.profile`."""
        from spec_lab.results.profiles.figure import profile

        label = f"${self.label}$" + (f" ({self.unit})" if self.unit else "")
        return profile(self.values, self.delta, label, **{"interval": self.interval()} | options)

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def profile(
    outcome: Outcome, pid: int | str, values: Any = None, *, points: GivenWhole = 31, reach: float = 3.5
) -> Profile:
    """The profile of a free parameter around the best point of a run.

    Args:
        outcome: The run.
        pid: Number or name of the parameter.
        values: `f[s]`, where to fit; by default `points` values over `reach` standard deviations on both sides.
        points: Number of values.
        reach: In standard deviations.

    Raises:
        ParameterError: The parameter is not free, the values are no numbers, or nothing says how far to go.
    """
    whole_number("number of points", points, "points", 3)
    setup = outcome.setup.with_free(outcome.best)
    root = setup.root(setup.index(pid))
    if root not in setup.free:
        raise ParameterError("only a free parameter has a profile", got=pid, hint="Thaw it or untie it first.")
    slot, place = setup.slots[root], setup.free.index(root)
    if values is None:
        values = _around(float(outcome.best[place]), float(outcome.errors[place]), setup.range_of(root), points, reach)
    try:
        values = np.unique(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        values = np.empty(0)
    if not len(values) or not np.all(np.isfinite(values)):
        raise ParameterError(
            "the places of a profile must be finite numbers", allowed="values=[-1.6, -1.5, -1.4], for example"
        )
    frozen = Freeze((slot.pid,)).apply(setup)
    middle = int(np.argmin(np.abs(values - outcome.best[place])))
    stat = np.empty(len(values))
    for order in (range(middle, len(values)), range(middle, -1, -1)):  # outward, so that each fit starts near its end
        x, problem = frozen.free_values, None
        for i in order:
            problem = Problem(SetValue(slot.pid, float(values[i])).apply(frozen), problem)
            stat[i], x = _least(problem, x)
    return Profile(slot.label, values, stat - min(outcome.stat, float(stat.min())), slot.unit)


def _least(problem: Problem, x: np.ndarray) -> tuple[float, np.ndarray]:
    if not len(x):
        return problem.stat(), x
    found = minimise(problem, x)
    return float(found.f), values_of(problem, found)


def _around(best: float, error: float, ends: tuple[float, float], points: int, reach: float) -> np.ndarray:
    if not (np.isreal(reach) and 0 < reach < np.inf):
        raise ParameterError("a profile must reach somewhere", got=reach, allowed="reach > 0, standard deviations")
    if not np.isfinite(error) or error <= 0:
        raise ParameterError("the run gives no error to go by", got=error, hint="Say where: profile(pid, values).")
    low, high = ends
    return np.linspace(max(low, best - reach * error), min(high, best + reach * error), points)


def _crossing(values: np.ndarray, delta: np.ndarray, rise: float) -> float:
    """The first value at which `delta`, starting near 0, passes `rise`, interpolated in its square root."""
    above = np.flatnonzero(delta >= rise)
    if not len(above) or above[0] == 0:
        return float("nan")
    i = above[0]
    y0, y1 = np.sqrt(np.maximum(delta[i - 1 : i + 1], 0.0))
    return float(values[i - 1] + (values[i] - values[i - 1]) * (np.sqrt(rise) - y0) / (y1 - y0))
