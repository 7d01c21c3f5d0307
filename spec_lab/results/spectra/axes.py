"""Axes of spectra: the middle of each bin, and the axis of energies.

Every figure for print that draws something binned in energy uses these.
"""

from typing import Any

import numpy as np
from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullFormatter, StrMethodFormatter


def middle(lo: np.ndarray, hi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bar centres (geometric where positive) and the distances to both edges, `f[2, c]`."""
    lo, hi = np.asarray(lo, float), np.asarray(hi, float)
    x = np.where(lo > 0, np.sqrt(np.maximum(lo * hi, 0.0)), 0.5 * (lo + hi))
    return x, np.stack([x - lo, hi - x])


def energy_axis(axes: Any, edges: np.ndarray) -> None:
    """Logarithmic from the first edge to the last, where these are positive."""
    low, high = float(np.nanmin(edges)), float(np.nanmax(edges))
    if low <= 0:
        return
    axes.set_xscale("log")
    decades = np.log10(high / low)
    if decades > 0:
        axes.set_xlim(low * 10 ** (-0.02 * decades), high * 10 ** (0.02 * decades))
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades < 3 else (1.0,)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}") if high < 1e5 else LogFormatterSciNotation())
    axes.xaxis.set_minor_formatter(NullFormatter())
