"""Figures: arrays in, `Figure` out, no pyplot, so that nothing is global and nothing stays open.

Each function returns a `Drawing` (a matplotlib Figure that shows itself in a notebook); `save` writes it as SVG, PNG or
PDF. What to draw is decided elsewhere: here are lines, axes and colours only.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255", "#666666")  # Okabe & Ito 2008
FORMATS = (".svg", ".png", ".pdf")


class Drawing(Figure):
    """A matplotlib Figure that a notebook can show without pyplot or a backend."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110, facecolor="white")
        return buffer.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the figure; the ending of `path` decides the format."""
        return save(self, path)


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure to `path` (.svg, .png or .pdf) and return the path. The same figure gives the same file.

    Raises:
        ParameterError: Another ending.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise ParameterError("a figure cannot be saved with this ending", got=path.name, allowed=", ".join(FORMATS))
    undated: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(ending, {})
    with matplotlib.rc_context({"svg.hashsalt": "spec_lab", "pdf.fonttype": 42}):
        figure.savefig(path, format=ending[1:], dpi=200, metadata=undated, facecolor="white")
    return path


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
        bottom.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
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


def corner(
    samples: ArrayLike,
    labels: Sequence[str],
    best: ArrayLike | None = None,
    *,
    weights: ArrayLike | None = None,
    bins: int = 40,
    levels: Sequence[float] = (0.393, 0.865),
    color: str = COLORS[0],
    overlay: Sequence[ArrayLike] = (),
) -> Drawing:
    """All one- and two-dimensional marginals; titles give the median and the central 68.27 %.

    Args:
        samples: `f[s, n]`.
        labels: n labels; LaTeX between dollar signs.
        best: `f[n]`, marked by lines.
        weights: `f[s]`.
        bins: Bins along each axis.
        levels: Masses within the contours; 1σ and 2σ of a two-dimensional Gaussian when left out.
        color: Of the contours.
        overlay: Further samples of the same parameters, drawn in the following colours.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # corner brings arviz where it is installed, which announces its successor
        from corner.core import corner_impl  # the drawing itself, without a detour through InferenceData

    from spec_lab.analysis.sample import Sample

    samples = np.atleast_2d(np.asarray(samples, float))
    n = samples.shape[1]
    figure = Drawing(figsize=(1.6 + 1.9 * n, 1.6 + 1.9 * n))
    figure.subplots(n, n, squeeze=False)
    sets = [(samples, weights), *((np.asarray(other, float), None) for other in overlay)]
    limits = _ranges([part for part, _ in sets])
    for k, (part, mass) in enumerate(sets):
        corner_impl(
            part,
            fig=figure,
            bins=bins,
            range=limits,
            labels=list(labels),
            weights=mass if mass is None else np.asarray(mass, float),
            levels=tuple(levels),
            color=color if k == 0 else COLORS[k % len(COLORS)],
            plot_datapoints=False,
            truths=None if best is None or k else np.asarray(best, float),
            truth_color="black",
            fill_contours=k == 0,
            no_fill_contours=k > 0,
            plot_density=False,
            smooth=0.7,
            hist_kwargs={"density": True},
        )
    reading = Sample(samples, weights=weights)
    for i, (middle, (below, above)) in enumerate(zip(reading.median, reading.error(reading.median), strict=True)):
        figure.axes[i * n + i].set_title(summary(labels[i], middle, below, above), fontsize="small")
    return figure


def summary(label: str, middle: float, below: float, above: float) -> str:
    """`label = 1.234 -0.012 +0.015` as matplotlib text: two digits of the smaller error."""
    least = min((e for e in (below, above) if np.isfinite(e) and e > 0), default=abs(middle) or 1.0)
    digits = int(np.clip(1 - np.floor(np.log10(least)), 0, 12))
    return rf"{label} = ${middle:.{digits}f}_{{-{below:.{digits}f}}}^{{+{above:.{digits}f}}}$"


def _ranges(samples: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """Axis limits that hold all samples; a parameter that does not move gets a width of its own."""
    low = np.min([part.min(axis=0) for part in samples], axis=0)
    high = np.max([part.max(axis=0) for part in samples], axis=0)
    width = np.where(high - low > 1e-12 * np.abs(high), high - low, 1e-3 * np.maximum(np.abs(high), 1e-3))
    return [(float(a - 0.02 * w), float(b + 0.02 * w)) for a, b, w in zip(low, high, width, strict=True)]


def trace(draws: ArrayLike, labels: Sequence[str], *, most: int = 2000) -> Drawing:
    """Each parameter against the number of the draw, one line a chain.

    Args:
        draws: `f[s, n]`, or `f[k, s, n]` for k chains.
        labels: n labels.
        most: Thinned to so many points a chain.
    """
    chains = np.asarray(draws, float)
    chains = chains[None] if chains.ndim == 2 else chains
    step = max(1, -(-chains.shape[1] // most))
    figure = Drawing(figsize=(7.0, 0.8 + 1.2 * len(labels)), layout="constrained")
    rows = figure.subplots(len(labels), 1, sharex=True, squeeze=False)[:, 0]
    place = np.arange(chains.shape[1])[::step]
    for i, (axes, label) in enumerate(zip(rows, labels, strict=True)):
        for k, chain in enumerate(chains):
            axes.plot(place, chain[::step, i], color=COLORS[k % len(COLORS)], linewidth=0.5, alpha=0.8)
        axes.set_ylabel(label)
        axes.yaxis.set_major_locator(MaxNLocator(3))
    rows[-1].set_xlabel("draw")
    return figure


def profile(
    values: ArrayLike,
    delta: ArrayLike,
    label: str,
    *,
    levels: Sequence[float] = (1.0, 2.706, 4.0, 9.0),
    interval: tuple[float, float] | None = None,
) -> Drawing:
    """The rise of the profiled statistic over its minimum against one parameter.

    Args:
        values: `f[s]`.
        delta: `f[s]`, statistic minus its minimum.
        label: Of the parameter.
        levels: Rises marked by lines (68.3, 90, 95.4 and 99.7 % for one parameter).
        interval: A confidence interval to shade.
    """
    figure = Drawing(figsize=(5.0, 3.6), layout="constrained")
    axes = figure.subplots()
    values, delta = np.asarray(values, float), np.asarray(delta, float)
    axes.plot(values, delta, color=COLORS[0])
    top = max(1.5, min(1.05 * float(np.nanmax(delta, initial=0.0)), 1.3 * max(levels, default=9.0)))
    for level in levels:
        if level < top:
            axes.axhline(level, color="gray", linewidth=0.8, linestyle=":")
    if interval is not None:
        axes.axvspan(*interval, color=COLORS[0], alpha=0.15, linewidth=0)
    axes.set(xlabel=label, ylabel=r"$\Delta$ statistic", ylim=(0.0, top))
    return figure


def contour(
    x: ArrayLike,
    y: ArrayLike,
    delta: ArrayLike,
    labels: tuple[str, str],
    *,
    best: tuple[float, float] | None = None,
    levels: Sequence[float] = (2.296, 6.180, 11.829),
) -> Drawing:
    """Lines of equal rise of the profiled statistic over two parameters.

    Args:
        x: `f[a]`, values of the first parameter.
        y: `f[b]`, of the second.
        delta: `f[b, a]`, statistic minus its minimum.
        labels: Of both.
        best: Where the minimum is.
        levels: Rises; 68.3, 95.4 and 99.7 % for two parameters when left out.
    """
    figure = Drawing(figsize=(4.8, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.contour(np.asarray(x), np.asarray(y), np.asarray(delta), levels=sorted(levels), colors=COLORS[: len(levels)])
    if best is not None:
        axes.plot(*best, "+", color="black")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    return figure


def qq(residuals: ArrayLike, *, title: str = "") -> Drawing:
    """Residuals in σ against normal quantiles, with the pointwise 95 % band."""
    from spec_lab.analysis import goodness

    expected, observed, low, high = goodness.qq(residuals)
    figure = Drawing(figsize=(4.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(expected, low, high, color="gray", alpha=0.25, linewidth=0)
    axes.plot(expected, expected, color="gray", linewidth=0.8)
    axes.plot(expected, observed, ".", color=COLORS[0], markersize=4)
    axes.set(xlabel="normal quantile", ylabel=r"residual ($\sigma$)", title=title)
    return figure
