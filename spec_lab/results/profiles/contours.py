"""Contours: the statistic over two parameters, the other free ones refitted at each point of a grid.

Each point is a fit in which the two coordinates are held by bounds that meet: bounds are data of the compiled fit, so nothing
compiles. Fits go outward from the best one, each starting where its neighbours point to.
"""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import Info, ParameterError, whole_number
from spec_lab.engines import Control, Outcome, minimise, values_of
from spec_lab.fit import Problem
from spec_lab.results.annotations import GivenValues, GivenWhole
from spec_lab.results.profiles.one_parameter import Profile

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing

JOINT = {"68.27 %": 0.6827, "90 %": 0.9, "99 %": 0.99}
LEVELS = {name: -2.0 * float(np.log1p(-q)) for name, q in JOINT.items()}  # of χ² with two degrees of freedom
PATIENCE = 1.0  # seconds before progress is reported


class Contour:
    """The rise of the statistic over its minimum on a grid of two parameters, the other free ones at their best.

    A region of joint probability q is where the rise is below -2 ln(1 - q): 2.30 for 68.27 %, 4.61 for 90 %, 9.21 for 99 %
    (χ² with two degrees of freedom; Avni 1976; Lampton, Margon & Bowyer 1976). The interval of *one* parameter, whatever the
    other is, is narrower than such a region is wide: it ends where the rise is 1 (68.27 %), see `projection`.

    Attributes:
        labels: Of both parameters, LaTeX.
        units: Of both, as text.
        x: `f[a]`, values of the first parameter, ascending.
        y: `f[b]`, of the second.
        delta: `f[b, a]`, statistic minus its minimum.
        best: Where the minimum is.
    """

    def __init__(
        self, labels: tuple[str, str], units: tuple[str, str], x: np.ndarray, y: np.ndarray, delta: np.ndarray,
        best: tuple[float, float],
    ):  # fmt: skip
        self.labels, self.units, self.x, self.y, self.delta, self.best = labels, units, x, y, delta, best

    def projection(self, axis: int) -> Profile:
        """The profile of one parameter (0 the first, 1 the second): the least rise over the other, between grid points too."""
        if axis not in (0, 1):
            raise ParameterError("a contour has two axes", got=axis, allowed="0 or 1")
        rows, other = (self.delta.T, self.y) if axis == 0 else (self.delta, self.x)
        least = np.array([_lowest(other, row) for row in rows])
        return Profile(self.labels[axis], (self.x, self.y)[axis], np.maximum(least, 0.0), self.units[axis])

    def extent(self, rise: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """How far the region below `rise` reaches along both axes; NaN where it leaves the grid."""
        return self.projection(0).interval(rise), self.projection(1).interval(rise)

    @property
    def info(self) -> Info:
        """The reach of each region along both axes, and the intervals of each parameter by itself."""
        rows = {f"both: {name}": rise for name, rise in LEVELS.items()} | {"each: 68.27 %": 1.0, "each: 90 %": 2.706}
        ends = [self.extent(rise) for rise in rows.values()]
        names = ["".join(c for c in label if c not in "${}\\") for label in self.labels]
        columns = {
            f"{names[i]} {side}": [e[i][k] for e in ends] for i in (0, 1) for k, side in enumerate(("low", "high"))
        }
        return Info({"Probability": list(rows), "Rise": list(rows.values()), **columns})

    def figure(self, **options: Any) -> "Drawing":
        """The lines of 68.27, 90 and 99 % joint probability; see `spec_lab.results.figures.contour`."""
        from spec_lab.results.profiles.figure import contour

        labels = tuple(
            f"${label}$" + (f" ({unit})" if unit else "") for label, unit in zip(self.labels, self.units, strict=True)
        )
        given = {"best": self.best, "levels": tuple(LEVELS.values()), **options}
        return contour(*_finer(self.x, self.y, self.delta), (labels[0], labels[1]), **given)

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def _finer(x: np.ndarray, y: np.ndarray, delta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same surface on five times as many points, by cubic splines: contour lines are drawn straight between points."""
    from scipy.interpolate import RectBivariateSpline

    if min(len(x), len(y)) < 5 or not np.all(np.isfinite(delta)):
        return x, y, delta
    fine = [np.linspace(v[0], v[-1], 5 * len(v) - 4) for v in (x, y)]
    return fine[0], fine[1], RectBivariateSpline(y, x, delta)(fine[1], fine[0])


def _lowest(x: np.ndarray, y: np.ndarray) -> float:
    """The least value of a smooth curve through its points: the parabola through the lowest three."""
    i = int(np.argmin(y))
    if i in (0, len(x) - 1) or not np.all(np.isfinite(y[i - 1 : i + 2])):
        return float(y[i])
    a, b, c = np.polyfit(x[i - 1 : i + 2] - x[i], y[i - 1 : i + 2] - y[i], 2)
    return float(y[i] + c - b * b / (4 * a)) if a > 0 else float(y[i])


class _Grid:
    """Fits with two coordinates held.

    Args:
        problem: Whose other coordinates are free.
        places: Which two, in the free vector.
    """

    def __init__(self, problem: Problem, places: tuple[int, int]):
        self.problem, self.places = problem, list(places)
        self.low, self.high = (np.array(end, dtype=float) for end in problem.bounds)

    def fit(self, at: tuple[float, ...], start: np.ndarray, held: int = 2) -> tuple[float, np.ndarray]:
        """Statistic and free vector with (the first `held` of) the two at `at`, the others fitted from `start`."""
        low, high, x = self.low.copy(), self.high.copy(), start.copy()
        places = self.places[:held]
        low[places] = high[places] = x[places] = at[:held]
        problem = self.problem.within(low, high)
        found = minimise(problem, x)
        return float(found.f), values_of(problem, found)

    def reach(self, best: np.ndarray, least: float, axis: int, step: float) -> float:
        """How far from the best point along an axis the profile rises a little over the outermost level, or to the bound."""
        place = self.places[axis]
        swapped = _Grid(self.problem, (place, self.places[1 - axis]))
        goal, end = 1.25 * LEVELS["99 %"], (self.low if step < 0 else self.high)[place]
        for _ in range(8):
            at = best[place] + step
            if (at - end) * np.sign(step) >= 0:
                return float(end)
            rise = swapped.fit((at,), best, held=1)[0] - least
            if 0.85 * goal < rise < 1.3 * goal:
                break
            step *= float(np.clip(np.sqrt(goal / max(rise, 1e-3)), 0.3, 2.5)) if np.isfinite(rise) else 0.5
        return float(best[place] + step)


def contour(
    outcome: Outcome, pid_x: int | str, pid_y: int | str, *, points: GivenWhole = 31, reach: float | None = None,
    values: GivenValues = None, control: Control | None = None,
) -> Contour:  # fmt: skip
    """The statistic over two free parameters around the best point of a run; see `Contour`.

    Args:
        outcome: The run.
        pid_x: Number or name of the first parameter.
        pid_y: Of the second.
        points: Along each axis.
        reach: In standard deviations; None goes on each side as far as the 99 % region does, or to the end of the prior.
        values: `(f[a], f[b])`, where to fit, instead of `points` and `reach`.
        control: Hears of the progress when the fits take more than a second, and may stop them: what is missing is NaN.

    Raises:
        ParameterError: A parameter is not free, both are one, or nothing says how far to go.
    """
    setup = outcome.setup.with_free(outcome.best)
    roots = [setup.root(setup.index(pid)) for pid in (pid_x, pid_y)]
    for pid, root in zip((pid_x, pid_y), roots, strict=True):
        if root not in setup.free:
            raise ParameterError("only free parameters have contours", got=pid, hint="Thaw it or untie it first.")
    if roots[0] == roots[1]:
        raise ParameterError("a contour needs two different parameters", got=(pid_x, pid_y))
    whole_number("number of points along each axis", points, "points", 3)
    if reach is not None and not (np.isreal(reach) and 0 < reach < np.inf):
        raise ParameterError(
            "a contour must reach somewhere", got=reach, allowed="reach > 0, standard deviations, or None"
        )
    if values is not None and not _places(values):
        raise ParameterError(
            "the places of a contour are two lists of finite numbers",
            got=values,
            allowed="values=(x, y)",
        )
    problem = Problem(setup)
    grid = _Grid(problem, (setup.free.index(roots[0]), setup.free.index(roots[1])))
    best = values_of(problem, minimise(problem, np.asarray(outcome.best)))
    least = problem.stat(best)
    if not least <= outcome.stat:
        best, least = np.asarray(outcome.best), outcome.stat
    if values is None:
        x, y = (_axis(grid, outcome, best, least, axis, points, reach) for axis in (0, 1))
    else:
        x, y = (np.unique(np.asarray(v, dtype=float)) for v in values)
    stat = _fill(grid, x, y, best, control or Control())
    least = min(least, float(np.nanmin(stat)))
    slots = [setup.slots[root] for root in roots]
    labels, units = (slots[0].label, slots[1].label), (slots[0].unit, slots[1].unit)
    middle = best[grid.places]
    return Contour(labels, units, x, y, stat - least, (float(middle[0]), float(middle[1])))


def _places(values: Any) -> bool:
    """Whether these are two lists of finite numbers."""
    try:
        x, y = (np.unique(np.asarray(v, dtype=float)) for v in values)
    except (TypeError, ValueError):
        return False
    return all(len(v) and np.all(np.isfinite(v)) for v in (x, y))


def _axis(
    grid: _Grid, outcome: Outcome, best: np.ndarray, least: float, axis: int, points: int, reach: float | None
) -> np.ndarray:
    place = grid.places[axis]
    error = float(outcome.errors[place])
    if not np.isfinite(error) or error <= 0:
        raise ParameterError(
            "the run gives no error to go by", got=error, hint="Say where: contour(pid_x, pid_y, values=(x, y))."
        )
    if reach is not None:
        low, high = best[place] - reach * error, best[place] + reach * error
    else:
        low, high = (grid.reach(best, least, axis, sign * 3.4 * error) for sign in (-1, 1))
    return np.linspace(max(low, grid.low[place]), min(high, grid.high[place]), points)


def _fill(grid: _Grid, x: np.ndarray, y: np.ndarray, best: np.ndarray, control: Control) -> np.ndarray:
    """`f[b, a]`, the statistic at every point, column by column outward from the best."""
    stat, found = np.full((len(y), len(x)), np.nan), np.full((len(y), len(x), len(best)), np.nan)
    began = monotonic()
    for done, (i, j, near) in enumerate(_outward(x, y, best[grid.places]), start=1):
        if control.stopped:
            break
        stat[j, i], found[j, i] = grid.fit((x[i], y[j]), _start(found, near, best))
        if monotonic() - began > PATIENCE and done % 16 == 0:
            control.report(done / stat.size, f"contour: {done} of {stat.size} fits")
    for j, i in _peaks(stat):  # a fit that stopped early stands out of its neighbours: start from each of them
        for dj, di in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            again, there = grid.fit((x[i], y[j]), found[j + dj, i + di])
            if again < stat[j, i]:
                stat[j, i], found[j, i] = again, there
    return stat


Near = list[tuple[int, int]]


def _outward(x: np.ndarray, y: np.ndarray, best: np.ndarray) -> Iterator[tuple[int, int, Near]]:
    """Indices (column, row) and the (row, column) of up to two points in line behind, nearest first."""
    i0, j0 = int(np.argmin(np.abs(x - best[0]))), int(np.argmin(np.abs(y - best[1])))
    away: Callable[[int, int], list[range]] = lambda k, n: [range(k, n), range(k - 1, -1, -1)]  # noqa: E731
    for columns in away(i0, len(x)):
        back_i = -1 if columns.step > 0 else 1
        for i in columns:
            for rows in away(j0, len(y)):
                back_j = -1 if rows.step > 0 else 1
                for j in rows:
                    if j == j0:
                        near = [(j, i + back_i), (j, i + 2 * back_i)] if i != i0 else []
                    else:
                        near = [(j + back_j, i), (j + 2 * back_j, i)]
                    yield i, j, [n for n in near if 0 <= n[0] < len(y) and 0 <= n[1] < len(x)]


def _start(found: np.ndarray, near: Near, best: np.ndarray) -> np.ndarray:
    """Where the last two fits in line point to, as if evenly spaced; the last one; or the best."""
    known = [found[n] for n in near if np.all(np.isfinite(found[n]))]
    return 2 * known[0] - known[1] if len(known) > 1 else known[0] if known else best


def _peaks(stat: np.ndarray) -> list[tuple[int, int]]:
    """Inner points above all four neighbours, `(row, column)`: a profile has no such place."""
    inner = stat[1:-1, 1:-1]
    around = np.stack([stat[1:-1, 2:], stat[1:-1, :-2], stat[2:, 1:-1], stat[:-2, 1:-1]])
    with np.errstate(invalid="ignore"):
        j, i = np.nonzero(np.all(inner > around + 1e-3, axis=0))
    return [(int(a) + 1, int(b) + 1) for a, b in zip(j, i, strict=True)]
