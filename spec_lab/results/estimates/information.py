"""Information: how much the data said about one parameter, and its posterior as a smooth curve. Draws in, numbers out.

Not here: histograms and regions of the corner plot (`histograms`), the entropy behind an evidence (`engines.nested`).
"""

from typing import NamedTuple

import numpy as np

from spec_lab.priors import Prior

FEWEST = 100  # draws; fewer do not settle a tenth of a bit
POINTS = 120
REACH = 4.0  # kernel widths beyond the outermost draws


class Density(NamedTuple):
    """A curve: places `x` `f[k]`, rising, and the `height` `f[k]` there (per ln x where it was asked for)."""

    x: np.ndarray
    height: np.ndarray


def information(draws: np.ndarray, prior: Prior) -> float:
    """Information gained on one parameter, in bits: the Kullback–Leibler divergence of its marginal posterior from its prior.

    The prior's distribution function makes the prior uniform; what is left is the negative entropy of the draws, by their
    m-spacings (Vasicek 1976, J. R. Stat. Soc. B 38, 54; with the bias of a spacing's logarithm taken out, also at the ends).
    Where the draws lie so far out that it has no digits left, a spacing is taken times the prior's density.

    Args:
        draws: `f[s]`, equally weighted; at least `FEWEST` for a tenth of a bit.
        prior: What was believed before; proper.

    Returns:
        Bits, at least 0: the data said nothing.
    """
    from scipy.special import digamma

    x = np.sort(np.asarray(draws, dtype=float))
    n, place = len(x), np.arange(len(x))
    m = max(1, round(np.sqrt(n)))
    low, high = np.maximum(place - m, 0), np.minimum(place + m, n - 1)
    u = np.asarray(prior.cdf(x), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.log(u[high] - u[low])
        far = np.log(x[high] - x[low]) + np.asarray(prior.logpdf(x), dtype=float)
    log_gap = np.where(near > np.log(1e-12), near, far)
    known = np.isfinite(log_gap)
    if not known.any():
        return 0.0
    entropy = float(np.mean((log_gap + digamma(n + 1.0) - digamma(high - low + 0.0))[known]))
    return max(0.0, -entropy / float(np.log(2)))


def smooth_density(draws: np.ndarray, ends: tuple[float, float], *, log: bool = False) -> Density:
    """The density of draws `f[s]` as a smooth curve within hard `ends`, which it does not leak beyond.

    A Gaussian kernel of Silverman's width (1986, Density Estimation, eq. 3.31), reflected at the ends; with `log` on ln x,
    and the height is per ln x.
    """
    with np.errstate(divide="ignore"):
        t, edges = (np.log(draws), np.log(np.maximum(ends, 0.0))) if log else (np.asarray(draws), np.asarray(ends))
    spread = min(float(np.std(t)), float(np.subtract(*np.quantile(t, [0.75, 0.25]))) / 1.349) or float(np.std(t))
    width = 0.9 * spread * len(t) ** -0.2
    grid = np.linspace(max(t.min() - REACH * width, edges[0]), min(t.max() + REACH * width, edges[1]), POINTS)
    mirrored = [t, *(2 * edge - t for edge in edges if np.isfinite(edge))]
    height = sum(np.exp(-0.5 * ((grid[:, None] - s) / width) ** 2).sum(axis=1) for s in mirrored)
    height = np.asarray(height) / (len(t) * width * np.sqrt(2 * np.pi))
    return Density(np.exp(grid) if log else grid, height)
