"""The corner plot for print: all one- and two-dimensional marginals, drawn by the package corner."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from spec_lab._base import between
from spec_lab.results.drawing import COLORS, Drawing
from spec_lab.results.estimates.sample import Sample

PANEL, LEFT, RIGHT = 1.9, 1.05, 0.4  # inches: of one panel, and around all


def corner(
    samples: ArrayLike,
    labels: Sequence[str],
    best: ArrayLike | None = None,
    *,
    weights: ArrayLike | None = None,
    bins: int | None = None,
    levels: Sequence[float] = (0.393, 0.865),
    color: str = COLORS[0],
    overlay: Sequence[ArrayLike] = (),
    units: Sequence[str] = (),
) -> Drawing:
    """All one- and two-dimensional marginals; titles give the median and the central 68.27 %.

    Draws that are not finite are left out; with no more draws than parameters the figure says so instead.

    Args:
        samples: `f[s, n]`.
        labels: n labels; LaTeX between dollar signs.
        best: `f[n]`, marked by lines.
        weights: `f[s]`.
        bins: Bins along each axis; 40 when left out, fewer for fewer than 8000 draws.
        levels: Masses within the contours; 1σ and 2σ of a two-dimensional Gaussian when left out.
        color: Of the contours.
        overlay: Further samples of the same parameters, drawn in the following colours.
        units: n units for the axes; empty where there is none.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # corner brings arviz where it is installed, which announces its successor
        from corner.core import corner_impl  # the drawing itself, without a detour through InferenceData

    samples = np.atleast_2d(np.asarray(samples, float))
    n, finite = samples.shape[1], np.isfinite(samples).all(axis=1)
    samples, weights = samples[finite], None if weights is None else np.asarray(weights, float)[finite]
    if len(samples) <= n:
        return _placeholder(len(samples), n)
    bins = bins or int(np.clip(2 * np.cbrt(len(samples)), 10, 40))
    size = LEFT + PANEL * n + RIGHT
    figure = Drawing(figsize=(size, size))
    figure.subplots(n, n, squeeze=False)
    sets = [(samples, weights), *((np.asarray(other, float), None) for other in overlay)]
    limits = _ranges([part for part, _ in sets])
    for k, (part, mass) in enumerate(sets):
        corner_impl(
            part,
            fig=figure,
            bins=bins,
            range=limits,
            labels=_axes_labels(labels, units),
            label_kwargs={"fontsize": "medium"},
            labelpad=0.06,
            max_n_ticks=4,
            weights=mass if mass is None else np.asarray(mass, float),
            levels=tuple(levels),
            color=color if k == 0 else COLORS[k % len(COLORS)],
            plot_datapoints=False,
            truths=None if best is None or k or n == 1 else np.asarray(best, float),
            truth_color="black",
            fill_contours=k == 0,
            no_fill_contours=k > 0,
            plot_density=False,
            smooth=0.7,
            hist_kwargs={"density": True},
        )
    if n == 1 and best is not None:
        figure.axes[0].axvline(float(np.ravel(best)[0]), color="black")  # corner 2.3 cannot mark one parameter
    reading = Sample(samples, weights=weights)
    for i, (middle, (below, above)) in enumerate(zip(reading.median, reading.error(reading.median), strict=True)):
        figure.axes[i * n + i].set_title(summary(labels[i], middle, below, above), fontsize=10 if n < 7 else 8)
    _tidy(figure, size)
    return figure


def _placeholder(draws: int, n: int) -> Drawing:
    """A figure that says why there is no corner plot."""
    figure = Drawing(figsize=(4.6, 1.6))
    said = f"No corner plot: {draws} finite draws of {n} parameters.\nRun the sampler for longer."
    figure.text(0.5, 0.5, said, ha="center", va="center")
    return figure


def _axes_labels(labels: Sequence[str], units: Sequence[str]) -> list[str]:
    units = list(units) or [""] * len(labels)
    return [f"{label}\n({unit})" if unit else label for label, unit in zip(labels, units, strict=True)]


def _tidy(figure: Drawing, size: float) -> None:
    """Margins that hold the labels and no more, and thin marks of the best point: what it marks must stay visible."""
    figure.subplots_adjust(LEFT / size, LEFT / size, 1 - RIGHT / size, 1 - RIGHT / size, wspace=0.06, hspace=0.06)
    for line in (line for axes in figure.axes for line in axes.lines if line.get_color() == "black"):
        line.set(linewidth=0.8, linestyle="--", markersize=4)


def summary(label: str, middle: float, below: float, above: float) -> str:
    """`label = 1.234 -0.012 +0.015` as matplotlib text, in the digits that the errors allow."""
    texts = between(middle, below, above)
    (value, up, down), (power, *others) = ([text.partition("e")[k] for text in texts] for k in (0, 2))
    if power and others == [power, power]:
        return rf"{label} = $({value}_{{-{down}}}^{{+{up}}})\times10^{{{int(power)}}}$"
    value, up, down = map(_mathematics, texts)
    return rf"{label} = ${value}_{{-{down}}}^{{+{up}}}$"


def _mathematics(text: str) -> str:
    """A number as matplotlib's mathematics: its exponent as a power of ten."""
    digits, _, power = text.partition("e")
    return rf"{digits}\times10^{{{int(power)}}}" if power else digits


def _ranges(samples: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """Axis limits that hold all samples; a parameter that does not move gets a width of its own."""
    low = np.min([part.min(axis=0) for part in samples], axis=0)
    high = np.max([part.max(axis=0) for part in samples], axis=0)
    width = np.where(high - low > 1e-12 * np.abs(high), high - low, 1e-3 * np.maximum(np.abs(high), 1e-3))
    return [(float(a - 0.02 * w), float(b + 0.02 * w)) for a, b, w in zip(low, high, width, strict=True)]
