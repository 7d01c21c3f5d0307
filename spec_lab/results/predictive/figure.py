"""Predicted counts with the recorded ones, and the statistics of simulated data."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from spec_lab.data import stairs
from spec_lab.results.drawing import COLORS, Drawing
from spec_lab.results.spectra.axes import energy_axis


class PredictedCounts(NamedTuple):
    """What `predictive` shows of one data unit, all `f[c]`.

    Attributes:
        name: For the legend.
        lo: Lower group edges, keV.
        hi: Upper group edges, keV.
        counts: Recorded in the source region.
        median: Of the simulated counts.
        inner: Lower and upper edge of their 68 % band.
        outer: Of their 95 % band.
        exposure: s.
    """

    name: str
    lo: np.ndarray
    hi: np.ndarray
    counts: np.ndarray
    median: np.ndarray
    inner: tuple[np.ndarray, np.ndarray]
    outer: tuple[np.ndarray, np.ndarray]
    exposure: np.ndarray


def predictive(
    units: Sequence[PredictedCounts], simulated: ArrayLike, observed: ArrayLike, p: float, *, title: str = ""
) -> Drawing:
    """Recorded counts on their predicted bands, below them their distance from the median; at the right the statistics.

    Args:
        units: Counts of each data unit.
        simulated: `f[s]`, statistic of the simulated data.
        observed: `f[s]`, of the recorded data at the same parameters; where it does not vary a histogram is drawn.
        p: The share of simulated data that fit no better.
        title: Above all.
    """
    figure = Drawing(figsize=(9.6, 4.6), layout="constrained")
    grid = figure.add_gridspec(2, 2, height_ratios=(3, 1), width_ratios=(1.55, 1))
    top = figure.add_subplot(grid[0, 0])
    below, side = figure.add_subplot(grid[1, 0], sharex=top), figure.add_subplot(grid[:, 1])
    for unit, color in zip(units, COLORS, strict=False):
        _draw_counts(top, below, unit, color)
    energy_axis(below, np.concatenate([np.r_[u.lo, u.hi] for u in units]))
    below.use_sticky_edges = False  # the bands' edges would cut points in two
    below.axhline(0.0, color="black", linewidth=0.8)
    below.set(xlabel="Energy (keV)", ylabel="from median\n(68 % half-widths)")
    below.yaxis.label.set_fontsize("small")
    below.yaxis.set_major_locator(MaxNLocator(5, integer=True, prune="upper"))
    top.set_yscale("log")
    seen = np.concatenate([(u.counts / (u.exposure * (u.hi - u.lo)))[u.counts > 0] for u in units])
    top.set(ylabel=r"source region (counts s$^{-1}$ keV$^{-1}$)", ylim=(0.3 * seen.min(), 3 * seen.max()))
    figure.align_ylabels([top, below])
    top.tick_params(labelbottom=False)
    for axes in (top, below):
        axes.tick_params(which="both", direction="in", top=True, right=True)
    _draw_statistics(side, np.asarray(simulated, float), np.asarray(observed, float), p)
    top.set_title(title, fontsize="medium")  # not above the legend, which is there
    _predictive_legend(figure, units)
    return figure


def _draw_counts(top: Any, below: Any, unit: PredictedCounts, color: str) -> None:
    rate = 1.0 / (unit.exposure * (unit.hi - unit.lo))
    least = 0.3 * rate  # so that a band that reaches zero counts still has a lower edge on a logarithmic axis
    for band, alpha in ((unit.outer, 0.2), (unit.inner, 0.3)):
        (low, edges), (high, _) = (stairs(unit.lo, unit.hi, np.maximum(side * rate, least)) for side in band)
        top.stairs(high, edges, baseline=low, fill=True, color=color, alpha=alpha, linewidth=0)
    out = (unit.counts < unit.outer[0]) | (unit.counts > unit.outer[1])
    x = np.sqrt(np.maximum(unit.lo, 1e-12) * unit.hi)
    half = np.maximum(0.5 * (unit.inner[1] - unit.inner[0]), 0.5)
    scaled = (unit.counts - unit.median) / half
    for these, style in ((~out, {"markersize": 2.5}), (out, {"markersize": 5, "markerfacecolor": "white"})):
        seen = these & (unit.counts > 0)
        top.plot(x[seen], (unit.counts * rate)[seen], "o", color=color, markeredgewidth=0.9, **style)
        below.plot(x[these], scaled[these], "o", color=color, markeredgewidth=0.9, **style)
    for band, alpha in ((unit.outer, 0.2), (unit.inner, 0.3)):
        (low, edges), (high, _) = (stairs(unit.lo, unit.hi, (side - unit.median) / half) for side in band)
        below.stairs(high, edges, baseline=low, fill=True, color=color, alpha=alpha, linewidth=0)


def _draw_statistics(axes: Any, simulated: np.ndarray, observed: np.ndarray, p: float) -> None:
    if np.ptp(observed) < 1e-9 * max(1.0, abs(float(observed.mean()))):
        axes.hist(simulated, bins="auto", color=COLORS[7], alpha=0.5)
        axes.axvline(observed[0], color="black")
        axes.set(xlabel="statistic of simulated data (line: recorded)", ylabel="simulated data sets")
    else:
        low, high = (f(np.concatenate([simulated, observed])) for f in (np.min, np.max))
        edge = np.array([low, high]) + 0.04 * (high - low) * np.array([-1, 1])
        axes.fill_between(edge, edge, edge[1], color="gray", alpha=0.12, linewidth=0)  # the share that is p
        axes.plot(edge, edge, color="gray", linewidth=0.8)
        axes.plot(observed, simulated, ".", color=COLORS[7], markersize=4, alpha=0.6)
        axes.set(xlim=edge, ylim=edge, xlabel="statistic of recorded data", ylabel="statistic of simulated data")
    axes.set_title(f"simulated fit as badly or worse: $p$ = {p:.3f}", fontsize="medium")
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _predictive_legend(figure: Drawing, units: Sequence[PredictedCounts]) -> None:
    handles: list[Any] = [
        Line2D([], [], marker="o", markersize=4, linestyle="", color=color, label=unit.name)
        for unit, color in zip(units, COLORS, strict=False)
    ]
    hollow = {"marker": "o", "markersize": 5, "markerfacecolor": "white", "linestyle": ""}
    handles.append(Line2D([], [], color="0.3", label="outside 95 %", **hollow))
    handles.append(Patch(color="gray", alpha=0.5, linewidth=0, label="68 % predicted"))
    handles.append(Patch(color="gray", alpha=0.2, linewidth=0, label="95 %"))
    figure.legend(handles=handles, loc="outside upper left", ncols=len(handles), frameon=False, fontsize="small")
