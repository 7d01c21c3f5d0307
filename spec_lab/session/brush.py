"""Brush: draws selected on a corner panel, and what they look like on the spectrum.

A region in the plane of two parameters selects posterior draws; the answer is the band that their folded curves and residuals
span. The draws stay here: regions come in, bands go out. A selection is shared by all panels of a session and is not part of
its state: it is no change of the fit, cannot be undone, and leaves nothing in the journal.

One worker computes, the newest region first. When the draws change under a selection (another preview, a running sampler), it is
computed anew; when there are none left, or its parameters are no longer free, it comes out empty.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.fit import Problem, Setup
from spec_lab.session.background import Worker
from spec_lab.session.problems import Problems

CURVES = 128  # of the selected draws so many are folded: evenly spaced, enough for a 95 % band
BAND = (0.025, 0.16, 0.5, 0.84, 0.975)
CORNERS = 400  # points of an outline


class Outline(NamedTuple):
    """An outline in the plane of two parameters.

    Attributes:
        pids: Of the parameters along x and y, from 1; none: every draw lies in it.
        outline: `f[k, 2]`, its corners; it closes by itself.
        request: The front end's number of the request.
    """

    pids: tuple[int, ...]
    outline: np.ndarray
    request: int


class Draws(NamedTuple):
    """What can be selected from: `f[s, n]` over the free parameters of a set-up, and the object they came from."""

    source: Any
    setup: Setup
    values: Callable[[], np.ndarray]


class CurveBand(NamedTuple):
    """One data unit: edges of its noticed groups (keV), `f[5, g]` of the curve (counts/s/keV), `f[3, g]` of the residual (σ).

    The rows are the 2.5, 16, 50, 84 and 97.5 % quantiles over the selected draws; of the residual the first, middle and last.
    """

    name: str
    lo: np.ndarray
    hi: np.ndarray
    curve: np.ndarray
    residual: np.ndarray


class Brushed(NamedTuple):
    """The answer to a region: how many draws lie in it, of how many, and their bands (none for no draws)."""

    region: Outline | None
    n: int
    total: int
    bands: tuple[CurveBand, ...]


def make_region(setup: Setup, pids: Any, outline: Any, request: Any) -> Outline | None:
    """The region of a message; None for one without corners, which clears the selection. Without parameters it is every draw.

    Raises:
        ParameterError: Unknown parameters, or an outline that is none.
    """
    if not isinstance(request, int) or isinstance(request, bool):
        raise ParameterError("a selection needs a sequence number", got=request)
    if not outline:
        return None
    if not pids:
        return Outline((), np.zeros((0, 2)), request)
    try:
        corners = np.array(outline, dtype=float)
    except (TypeError, ValueError) as error:
        raise ParameterError("an outline is a list of points", got=type(outline).__name__) from error
    if corners.ndim != 2 or corners.shape[1] != 2 or not 3 <= len(corners) <= CORNERS or not np.isfinite(corners).all():
        raise ParameterError("an outline has at least three points", got=corners.shape, allowed=f"3 to {CORNERS} pairs")
    if not isinstance(pids, (list, tuple)) or len(pids) != 2:
        raise ParameterError("a selection lies in the plane of two parameters", got=pids)
    x, y = (setup.index(pid) + 1 for pid in pids)
    return Outline((x, y), corners, request)


def inside(outline: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which points `f[s, 2]` lie inside a closed outline `f[k, 2]`, by the even–odd rule (Shimrat 1962, CACM 5, 434)."""
    x, y = points[:, 0], points[:, 1]
    within = np.zeros(len(points), dtype=bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (y0 > y) != (y1 > y)
        if crosses.any():
            within[crosses] ^= x[crosses] < x0 + (y[crosses] - y0) * (x1 - x0) / (y1 - y0)
    return within


def select(setup: Setup, values: np.ndarray, region: Outline) -> np.ndarray | None:
    """The draws in a region, or None where a parameter of it is not free."""
    if not region.pids:
        return values
    columns = {i: k for k, i in enumerate(setup.free)}
    known = [columns.get(setup.partition[pid - 1]) for pid in region.pids if pid <= len(setup.partition)]
    places = [place for place in known if place is not None]
    if len(places) < len(region.pids) or values.ndim != 2 or values.shape[1] != len(columns):
        return None
    return values[inside(region.outline, values[:, places])]


def bands(problem: Problem, chosen: np.ndarray) -> tuple[CurveBand, ...]:
    """The bands of some draws, each unit in order."""
    some = chosen[np.unique(np.linspace(0, len(chosen) - 1, CURVES).round().astype(int))]
    rows = [problem.display(x) for x in some]
    out = []
    for i, pair in enumerate(problem.setup.pairs):
        for j, (name, unit) in enumerate(zip(pair.data.names, pair.data.units, strict=True)):
            c = unit.channels()
            rates = np.array([rate[i][j] for rate, _, _ in rows]) / (c.emax - c.emin)
            signed = np.array([residual[i][j] for _, _, residual in rows])
            out.append(
                CurveBand(
                    name, c.emin, c.emax, np.quantile(rates, BAND, axis=0), np.quantile(signed, BAND[::2], axis=0)
                )
            )
    return tuple(out)


class Brush:
    """The selection of a session.

    Args:
        problems: Where problems come from.
        on_ready: Called (in the worker's thread) after each answer.
    """

    def __init__(self, problems: Problems, on_ready: Callable[[], Any]):
        self._problems, self._on_ready = problems, on_ready
        self._worker = Worker(self._work, "spec_lab-brush")
        self._asked: tuple[Any, Any] = (None, None)
        self.region: Outline | None = None
        self.answer = Brushed(None, 0, 0, ())

    def choose(self, region: Outline | None) -> None:
        """Select, or clear; returns at once."""
        self.region = region
        if region is None:
            self._worker.drop("")
            self.answer = Brushed(None, 0, 0, ())

    def follow(self, draws: Draws | None) -> None:
        """Bring the answer up to the region and to these draws, if they are others than before; returns at once."""
        region, source = self.region, draws.source if draws is not None else None
        if region is None:
            self._asked = (None, None)
        elif self._asked[0] is not region or self._asked[1] is not source:
            self._asked = (region, source)
            self._worker.ask((region, draws))

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is being computed."""
        return self._worker.settle(timeout)

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _work(self, request: tuple[Outline, Draws | None]) -> None:
        region, draws = request
        try:
            made = self._answer(region, draws)
        except Exception:  # the model cannot be computed: the spectrum panel says so; here there is nothing to show
            made = Brushed(region, 0, 0, ())
        if self.region is region:
            self.answer = made
            self._on_ready()

    def _answer(self, region: Outline, draws: Draws | None) -> Brushed:
        values = np.asarray(draws.values()) if draws is not None else np.zeros((0, 0))
        chosen = select(draws.setup, values, region) if draws is not None else None
        if draws is None or chosen is None or not len(chosen):
            return Brushed(region, 0, len(values), ())
        return Brushed(region, len(chosen), len(values), bands(self._problems.problem(draws.setup), chosen))
