"""How well chains are mixed: effective sample size and split R̂, by arviz-stats.

Reference: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, Bayesian Analysis 16, 667. Chains are `f[k, s, n]`: k chains of s
draws of n parameters; `f[s, n]` is one chain. The package is imported when a sampler ends, not before: it brings scipy.stats.
"""

import warnings
from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike


def _chains(chains: ArrayLike) -> np.ndarray:
    chains = np.asarray(chains, float)
    return chains[None] if chains.ndim == 2 else chains


def _each(measure: Callable[[np.ndarray], np.ndarray], chains: np.ndarray, least: int) -> np.ndarray:
    """A diagnostic of each parameter; NaN for fewer than `least` draws a chain, and for parameters that never moved."""
    if chains.shape[1] < least:
        return np.full(chains.shape[2], np.nan)
    moved = np.ptp(chains.reshape(-1, chains.shape[2]), axis=0) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few draws, equal draws: said by the NaN
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(moved, measure(chains), np.nan)


def rhat(chains: ArrayLike) -> Float[np.ndarray, "n"]:
    """Split R̂ of each parameter: 1 when the chains agree, below 1.01 when they may be used.

    A single chain is compared with itself, half with half. NaN for fewer than eight draws a chain, and for parameters that never
    moved.

    Args:
        chains: `f[k, s, n]` or `f[s, n]`.
    """
    from arviz_stats.base.array import array_stats

    whole = _chains(chains)
    half = whole.shape[1] // 2
    halves = np.concatenate([whole[:, :half], whole[:, whole.shape[1] - half :]])
    return _each(lambda x: np.asarray(array_stats.rhat(x, chain_axis=0, draw_axis=1, method="identity")), halves, 2)


def ess(chains: ArrayLike, *, rank: bool = True) -> Float[np.ndarray, "n"]:
    """Effective number of independent draws of each parameter; NaN for fewer than eight draws a chain.

    Args:
        chains: `f[k, s, n]` or `f[s, n]`.
        rank: Rank-normalise first (the "bulk" size), else the size for the mean.
    """
    return _ess(chains, "bulk" if rank else "mean")


def ess_sd(chains: ArrayLike) -> Float[np.ndarray, "n"]:
    """The same for standard deviations: that of the squared distances from the mean.

    Trajectories that swing through the mode give means sooner than widths: a standard deviation is known to a fraction
    `1 / sqrt(2 ess_sd)` of itself.

    Args:
        chains: `f[k, s, n]` or `f[s, n]`.
    """
    return _ess(chains, "sd")


def _ess(chains: ArrayLike, method: str) -> np.ndarray:
    from arviz_stats.base.array import array_stats

    return _each(lambda x: np.asarray(array_stats.ess(x, chain_axis=0, draw_axis=1, method=method)), _chains(chains), 8)


def accuracy(size: float) -> str:
    """What an effective size for standard deviations means, as a sentence; nothing where it is not known."""
    return f" Standard deviations are known to {100.0 / np.sqrt(2.0 * size):.2g} %." if size > 1 else ""
