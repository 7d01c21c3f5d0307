"""The spectrum in two panels: data with model, and residuals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from spec_lab.analysis.figures.drawing import COLORS, Drawing


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
        components: Folded components by name, drawn dashed.
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


def spectrum(
    units: Sequence[UnitCurves],
    *,
    xlabel: str = "Energy (keV)",
    ylabel: str = r"counts s$^{-1}$ keV$^{-1}$",
    title: str = "",
    figsize: tuple[float, float] = (7.0, 5.5),
) -> Drawing:
    """Two panels: data with model above, residuals in σ below; both axes logarithmic where the data allow."""
    figure = Drawing(figsize=figsize, layout="constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    for k, unit in enumerate(units):
        color = unit.color or COLORS[k % len(COLORS)]
        x, half = _middle(unit.lo, unit.hi)
        top.errorbar(x, unit.data, unit.err, half, fmt="none", ecolor=color, elinewidth=0.8, alpha=0.75)
        if unit.band is not None:
            (low, edges), (high, _) = (_steps(unit.lo, unit.hi, side) for side in unit.band)
            top.stairs(high, edges, baseline=low, fill=True, color=color, alpha=0.25, linewidth=0)
        top.stairs(*_steps(unit.lo, unit.hi, unit.model), baseline=None, color=color, linewidth=1.5, label=unit.name)
        for name, part in unit.components.items():
            y, edges = _steps(unit.lo, unit.hi, part)
            label = f"{unit.name} {name}"
            top.plot(_middle(edges[:-1], edges[1:])[0], y, "--", color=color, linewidth=0.9, label=label)
        bottom.errorbar(x, unit.resid, 1.0, half, fmt="none", ecolor=color, elinewidth=0.8, alpha=0.75)
    _floor(top, units)
    bottom.axhline(0.0, color="black", linewidth=0.8)
    edges = np.concatenate([np.r_[unit.lo, unit.hi] for unit in units]) if units else np.ones(1)
    if np.nanmin(edges) > 0:
        bottom.set_xscale("log")
        decades = np.log10(np.nanmax(edges) / np.nanmin(edges))
        bottom.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 3 else (1.0,)))
        bottom.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        bottom.xaxis.set_minor_formatter(NullFormatter())
    largest = max([np.nanmax(np.abs(u.resid), initial=0.0, where=np.isfinite(u.resid)) for u in units], default=0.0)
    bottom.set_ylim(-max(3.5, 1.1 * largest), max(3.5, 1.1 * largest))
    bottom.set(xlabel=xlabel, ylabel=r"residual ($\sigma$)")
    top.set(ylabel=ylabel, title=title)
    if units:
        top.legend(frameon=False, fontsize="small")
    return figure


def _middle(lo: np.ndarray, hi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bar centres (geometric where positive) and the distances to both edges, `f[2, c]`."""
    lo, hi = np.asarray(lo, float), np.asarray(hi, float)
    x = np.where(lo > 0, np.sqrt(np.maximum(lo * hi, 0.0)), 0.5 * (lo + hi))
    return x, np.stack([x - lo, hi - x])


def _steps(lo: np.ndarray, hi: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values and edges for `stairs`, with a NaN step over every gap between groups."""
    lo, hi, y = (np.asarray(part, float) for part in (lo, hi, y))
    gap = np.flatnonzero(~np.isclose(hi[:-1], lo[1:], rtol=1e-6))
    values = np.insert(y, gap + 1, np.nan)
    return values, np.r_[np.insert(lo, gap + 1, hi[gap]), hi[-1:]]


def _floor(axes: Any, units: Sequence[UnitCurves]) -> None:
    """Logarithmic when anything is positive, and not deeper than the faintest model shown allows."""
    shown = np.concatenate([np.r_[unit.model, unit.data] for unit in units]) if units else np.zeros(0)
    positive = shown[np.isfinite(shown) & (shown > 0)]
    if len(positive):
        axes.set_yscale("log")
        axes.set_ylim(max(0.3 * positive.min(), 1e-6 * positive.max()), 3.0 * positive.max())
