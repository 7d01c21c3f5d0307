"""The draws in their order, one panel a parameter."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from spec_lab.results.drawing import COLORS, Drawing


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
    rows[-1].set(xlabel="draw", xlim=(0, chains.shape[1]))
    figure.align_ylabels()
    return figure
