"""Residuals and probability integral transforms against what a right model would give."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from spec_lab.results.drawing import COLORS, Drawing
from spec_lab.results.goodness.formulas import qq as quantiles
from spec_lab.results.spectra.axes import energy_axis


def qq(residuals: ArrayLike, *, title: str = "") -> Drawing:
    """Residuals in σ against normal quantiles, with the pointwise 95 % band."""
    expected, observed, low, high = quantiles(residuals)
    figure = Drawing(figsize=(4.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(expected, low, high, color="gray", alpha=0.25, linewidth=0)
    axes.plot(expected, expected, color="gray", linewidth=0.8)
    axes.plot(expected, observed, ".", color=COLORS[0], markersize=4)
    axes.set(xlabel="normal quantile", ylabel=r"residual ($\sigma$)", title=title)
    return figure


def pit(
    names: Sequence[str], energies: Sequence[ArrayLike], values: Sequence[ArrayLike], *, bins: int = 10, title: str = ""
) -> Drawing:
    """The transform against energy, and its histogram with the pointwise 95 % band of a uniform one.

    Args:
        names: Of the data units.
        energies: keV, `f[c]` each.
        values: The transform, `f[c]` each.
        bins: Of the histogram.
        title: Above.
    """
    from scipy.stats import binom

    figure = Drawing(figsize=(8.4, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1), sharey=True)
    for name, E, v, color in zip(names, energies, values, COLORS, strict=False):
        left.plot(E, v, "o", markersize=3.5, color=color, label=name)
    for level in (0.025, 0.5, 0.975):
        left.axhline(level, color="gray", linewidth=0.8, linestyle=":")
    everything = np.concatenate([np.asarray(v, float) for v in values])
    energy_axis(left, np.concatenate([np.asarray(E, float) for E in energies]))
    left.set(xlabel="Energy (keV)", ylabel="probability integral transform", ylim=(-0.02, 1.02))
    right.hist(everything, bins=np.linspace(0, 1, bins + 1), orientation="horizontal", color=COLORS[7], alpha=0.6)
    low, high = binom.ppf([0.025, 0.975], len(everything), 1 / bins)
    right.axvspan(low, high, color="gray", alpha=0.2, linewidth=0)
    right.axvline(len(everything) / bins, color="gray", linewidth=0.8)
    right.set(xlabel="channels (band: 95 % of a uniform one)")
    right.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if len(names) > 1:
        figure.legend(loc="outside upper left", ncols=len(names), frameon=False, fontsize="small")
    left.set_title(title, fontsize="medium")
    return figure
