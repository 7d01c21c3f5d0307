"""How well chains are mixed: effective sample size and split R̂.

Reference: Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021, Bayesian Analysis 16, 667 (both definitions); Geyer 1992
(initial monotone sequence). Chains are `f[k, s, n]`: k chains of s draws of n parameters; `f[s, n]` is one chain.
"""

import numpy as np
from numpy.typing import ArrayLike


def _split(chains: ArrayLike) -> np.ndarray:
    """`f[2k, s // 2, n]`: each chain cut in two, so that a drift within a chain counts as disagreement."""
    chains = np.asarray(chains, float)
    chains = chains[None] if chains.ndim == 2 else chains
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, chains.shape[1] - half :]], axis=0)


def _ranked(chains: np.ndarray) -> np.ndarray:
    """Normal scores of the ranks over all chains: heavy tails then do no harm."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    flat = chains.reshape(-1, chains.shape[2])
    return ndtri((rankdata(flat, axis=0) - 0.375) / (len(flat) + 0.25)).reshape(chains.shape)


def rhat(chains: ArrayLike) -> np.ndarray:
    """Split R̂ of each parameter, `f[n]`: 1 when the chains agree, below 1.01 when they may be used.

    NaN for fewer than four draws a chain, and for parameters that never moved.
    """
    halves = _split(chains)
    if halves.shape[1] < 2:
        return np.full(halves.shape[2], np.nan)
    s = halves.shape[1]
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    moved = within > 0
    return np.where(moved, np.sqrt((s - 1) / s + between / np.where(moved, within, 1.0)), np.nan)


def ess(chains: ArrayLike, *, rank: bool = True) -> np.ndarray:
    """Effective number of independent draws of each parameter, `f[n]`.

    Args:
        chains: `f[k, s, n]` or `f[s, n]`.
        rank: Rank-normalise first (the "bulk" size), else the size for the mean.
    """
    halves = _split(chains)
    k, s, n = halves.shape
    if s < 4:
        return np.full(n, np.nan)
    moved = np.ptp(halves.reshape(-1, n), axis=0) > 0
    x = _ranked(halves) if rank else halves
    covariance = _autocovariance(x)
    within = covariance[:, 0].mean(axis=0) * s / (s - 1)
    total = within * (s - 1) / s + x.mean(axis=1).var(axis=0, ddof=1)
    rho = 1.0 - (within - covariance.mean(axis=0)) / np.where(total > 0, total, 1.0)
    sizes = np.array([k * s / _correlation_time(rho[:, i], k * s) for i in range(n)])
    return np.where(moved, sizes, np.nan)


def ess_sd(chains: ArrayLike) -> np.ndarray:
    """The same for standard deviations, `f[n]`: that of the squared distances from the mean.

    Trajectories that swing through the mode give means sooner than widths: a standard deviation is known to a fraction
    `1 / sqrt(2 ess_sd)` of itself.
    """
    chains = np.asarray(chains, float)
    chains = chains[None] if chains.ndim == 2 else chains
    return ess((chains - chains.mean(axis=(0, 1))) ** 2, rank=False)


def accuracy(size: float) -> str:
    """What an effective size for standard deviations means, as a sentence; nothing where it is not known."""
    return f" Standard deviations are known to {100.0 / np.sqrt(2.0 * size):.2g} %." if size > 1 else ""


def _autocovariance(x: np.ndarray) -> np.ndarray:
    """`f[k, s, n]` at lags 0..s-1, biased normalisation, by FFT."""
    s = x.shape[1]
    size = 1 << (2 * s - 1).bit_length()
    spectrum = np.fft.rfft(x - x.mean(axis=1, keepdims=True), size, axis=1)
    return np.fft.irfft(np.abs(spectrum) ** 2, size, axis=1)[:, :s] / s


def _correlation_time(rho: np.ndarray, size: int) -> float:
    """1 + 2Σρ over Geyer's initial monotone positive sequence of pair sums."""
    rho = np.r_[1.0, rho[1:]]
    count = max(1, (len(rho) - 3) // 2 + 1)
    pairs = rho[0 : 2 * count : 2] + rho[1 : 2 * count : 2]
    negative = np.flatnonzero(pairs <= 0)
    stop = int(negative[0]) if len(negative) else count - 1
    kept = np.minimum.accumulate(pairs[:stop])
    rest = max(float(rho[2 * stop]), 0.0)  # the odd lag out improves antithetic chains
    return max(float(-1.0 + 2.0 * kept.sum() + rest), 1.0 / np.log10(size))
