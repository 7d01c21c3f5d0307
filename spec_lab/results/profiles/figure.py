"""The statistic along one parameter, and over two, as figures."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from spec_lab.results.drawing import COLORS, Drawing


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
    axes.margins(x=0)
    best = float(values[np.nanargmin(delta)] if np.isfinite(delta).any() else np.nanmean(values))
    top = max(1.5, min(1.05 * float(np.nanmax(delta, initial=0.0)), 1.3 * max(levels, default=9.0)))
    for level in levels:
        if level < top:
            axes.axhline(level, color="gray", linewidth=0.8, linestyle=":")
            text = f"{100 * math.erf(math.sqrt(level / 2)):.3g} %"
            axes.text(best, level, text, ha="center", va="bottom", fontsize="x-small", color="0.35")
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
    levels = sorted(levels)
    axes.contour(np.asarray(x), np.asarray(y), np.asarray(delta), levels=levels, colors=COLORS[: len(levels)])
    share = [f"{100 * -math.expm1(-level / 2):.3g} %" for level in levels]
    lines = [Line2D([], [], color=color, label=text) for color, text in zip(COLORS, share, strict=False)]
    figure.legend(handles=lines, loc="outside upper center", ncols=len(lines), frameon=False, fontsize="small")
    if best is not None:
        axes.plot(*best, "+", color="black")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.xaxis.set_major_locator(MaxNLocator(5))  # of more, the long numbers of a narrow range would touch
    return figure
