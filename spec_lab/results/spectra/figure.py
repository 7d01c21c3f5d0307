"""The spectrum in two panels: data with model, and residuals.

Colour says which data unit, line style which term of the model; the legend stands above the panels, where no data are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from spec_lab.data import stairs
from spec_lab.results.drawing import COLORS, Drawing
from spec_lab.results.spectra.axes import energy_axis, middle

DASHES: tuple[Any, ...] = ("--", ":", "-.", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)), (0, (2, 1)))


@dataclass(frozen=True)
class UnitCurves:
    """What one data unit contributes to `spectrum`; all arrays `f[c]`, NaN where there is nothing to draw.

    Attributes:
        name: For the legend.
        lo: Lower group edges, keV.
        hi: Upper group edges, keV.
        data: Net data, in the unit of the vertical axis.
        err: Their 1σ errors.
        model: The folded model, same unit.
        resid: Signed residuals, σ.
        components: Folded components by name, each with a line style of its own.
        band: Lower and upper edge of the model's 1σ band.
        color: Any matplotlib colour; by order of the units when left out.
    """

    name: str
    lo: np.ndarray
    hi: np.ndarray
    data: np.ndarray
    err: np.ndarray
    model: np.ndarray
    resid: np.ndarray
    components: Mapping[str, np.ndarray] = field(default_factory=dict)
    band: tuple[np.ndarray, np.ndarray] | None = None
    color: str | None = None


@dataclass(frozen=True)
class ModelCurve:
    """A model before any response, drawn as a smooth line; all arrays `f[e]`.

    Attributes:
        name: For the legend.
        E: Energies, keV.
        y: In the unit of the vertical axis.
        components: The same of each term.
        color: Any matplotlib colour.
    """

    name: str
    E: np.ndarray
    y: np.ndarray
    components: Mapping[str, np.ndarray] = field(default_factory=dict)
    color: str = "black"


def spectrum(
    units: Sequence[UnitCurves],
    curves: Sequence[ModelCurve] = (),
    *,
    xlabel: str = "Energy (keV)",
    ylabel: str = r"counts s$^{-1}$ keV$^{-1}$",
    title: str = "",
    figsize: tuple[float, float] = (7.0, 5.5),
) -> Drawing:
    """Two panels: data with model above, residuals in σ below; both axes logarithmic where the data allow.

    Args:
        units: Data, folded models and residuals.
        curves: Models as they are before any response.
        xlabel: With unit.
        ylabel: With unit.
        title: Above the legend, or above the panels where nothing needs one.
        figsize: Inches.
    """
    figure = Drawing(figsize=figsize, layout=ConstrainedLayoutEngine(h_pad=0.03, hspace=0.0))
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    colors = [unit.color or COLORS[k % len(COLORS)] for k, unit in enumerate(units)]
    terms = list(dict.fromkeys(name for each in (*units, *curves) for name in each.components))
    dashes = {name: DASHES[k % len(DASHES)] for k, name in enumerate(terms)}
    for unit, color in zip(units, colors, strict=True):
        _draw_unit(top, bottom, unit, color, dashes)
    for curve in curves:
        top.plot(curve.E, curve.y, color=curve.color, linewidth=1.3, zorder=3)
        for name, part in curve.components.items():
            top.plot(curve.E, part, linestyle=dashes[name], color=curve.color, linewidth=1.0, zorder=3)
    _vertical(top, units, curves)
    if units:
        energy_axis(bottom, np.concatenate([np.r_[unit.lo, unit.hi] for unit in units]))
    bottom.axhline(0.0, color="black", linewidth=0.8)
    largest = max([np.nanmax(np.abs(u.resid), initial=0.0, where=np.isfinite(u.resid)) for u in units], default=0.0)
    bottom.set_ylim(-max(3.5, 1.1 * largest + 1.0), max(3.5, 1.1 * largest + 1.0))
    bottom.yaxis.set_major_locator(MaxNLocator(5, integer=True, prune="upper"))
    bottom.set(xlabel=xlabel, ylabel=r"residual ($\sigma$)")
    top.set_ylabel(ylabel)
    for axes in (top, bottom):
        axes.tick_params(which="both", direction="in", top=True, right=True)
    figure.align_ylabels()
    if units or curves:
        _legend(figure, title, units, colors, curves, dashes)
    else:
        top.set_title(title)
    return figure


def _draw_unit(top: Any, bottom: Any, unit: UnitCurves, color: str, dashes: Mapping[str, Any]) -> None:
    x, half = middle(unit.lo, unit.hi)
    bars = {"fmt": "none", "ecolor": color, "elinewidth": 0.8}
    seen = np.asarray(unit.data > unit.err)  # the others, whose bars reach zero, stay faint behind them
    for these, alpha in ((~seen, 0.25), (seen, 0.8)):
        if these.any():
            top.errorbar(x[these], unit.data[these], unit.err[these], half[:, these], **bars, alpha=alpha)
    if unit.band is not None:
        (low, edges), (high, _) = (stairs(unit.lo, unit.hi, side) for side in unit.band)
        top.stairs(high, edges, baseline=low, fill=True, color=color, alpha=0.25, linewidth=0)
    top.stairs(*stairs(unit.lo, unit.hi, unit.model), baseline=None, color=color, linewidth=1.5)
    for name, part in unit.components.items():
        top.stairs(*stairs(unit.lo, unit.hi, part), baseline=None, linestyle=dashes[name], color=color, linewidth=1.0)
    bottom.errorbar(x, unit.resid, 1.0, half, **bars, alpha=0.75)


def _legend(
    figure: Drawing,
    title: str,
    units: Sequence[UnitCurves],
    colors: Sequence[str],
    curves: Sequence[ModelCurve],
    dashes: Mapping[str, Any],
) -> None:
    """Above the panels: the title, and below it units by colour, models, terms by line style."""
    entries = [
        Line2D([], [], color=color, linewidth=1.5, marker="|", markersize=8, markeredgewidth=0.9, label=unit.name)
        for unit, color in zip(units, colors, strict=True)
    ]
    entries += [Line2D([], [], color=curve.color, linewidth=1.3, label=curve.name) for curve in curves]
    entries += [
        Line2D([], [], color="0.25", linewidth=1.1, linestyle=dash, label=name) for name, dash in dashes.items()
    ]
    wide = [len(str(entry.get_label())) + 7 for entry in entries]  # in small letters; 14 of them fill an inch
    room = 14 * figure.get_figwidth()
    columns = len(entries) if sum(wide) <= room else max(1, min(len(entries), int(room // max(wide))))
    small = {"frameon": False, "fontsize": "small", "title_fontsize": "large"}
    figure.legend(handles=entries, title=title or None, loc="outside upper center", ncols=columns, **small)


def _vertical(axes: Any, units: Sequence[UnitCurves], curves: Sequence[ModelCurve]) -> None:
    """Logarithmic when anything is positive; holds the model and what is seen, but not the end of a cut-off."""

    def positive(parts: Sequence[np.ndarray]) -> np.ndarray:
        values = np.concatenate([np.zeros(0), *parts])
        return values[np.isfinite(values) & (values > 0)]

    model = positive([*(u.model for u in units), *(c.y for c in curves)])
    seen = positive([u.data[u.data > 2 * u.err] for u in units])
    sure = positive([u.data[u.data > 3 * u.err] for u in units])
    if not len(seen) and not len(model):
        return
    top = max(np.max(sure, initial=0.0), np.max(model, initial=0.0)) or np.max(seen)
    faint = np.min(seen, initial=top)
    axes.set_yscale("log")
    axes.set_ylim(max(0.3 * min(faint, max(np.min(model, initial=top), 0.1 * faint)), 1e-8 * top), 3.0 * top)
