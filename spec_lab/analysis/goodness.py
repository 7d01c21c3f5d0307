"""Is the fit good? Expected size of the C statistic, probability integral transforms, runs of residuals.

Pure functions of counts, expected counts and residuals. The tests here need no simulation; posterior predictive checks,
which do, start from `pit` of simulated draws.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Goodness(NamedTuple):
    """A statistic against its expectation: `z` in standard deviations, `p` the chance of a larger value."""

    value: float
    expected: float
    variance: float
    z: float
    p: float


def expected_cstat(mu: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of one bin's C statistic, when the model is right.

    Args:
        mu: Expected counts, `f[c]`, ≥ 0.

    Returns:
        Mean and variance, `f[c]` each. Summed over the counts that matter below 300 expected counts, by its expansion
        in 1/mu above; Kaastra 2017, A&A 605, A51 gives fits to the same functions, good to 1e-3.
    """
    mu = np.asarray(mu, float)
    flat = mu.ravel()
    safe = np.where(flat > 0, flat, 1.0)
    mean, variance = 1 + 1 / (6 * safe) + 1 / (6 * safe**2), 2 + 2 / (3 * safe)
    few = (flat > 0) & (flat < 300)
    if few.any():
        mean[few], variance[few] = _summed(flat[few])
    for moment in (mean, variance):
        moment[flat <= 0] = 0.0
    return mean.reshape(mu.shape), variance.reshape(mu.shape)


def _summed(mu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import gammaln, xlogy

    k = np.arange(int(mu.max() + 12 * np.sqrt(mu.max()) + 30))
    m = mu[:, None]
    chance = np.exp(xlogy(k, m) - m - gammaln(k + 1.0))
    stat = 2 * (m - k + xlogy(k, np.maximum(k, 1) / m))
    mean = np.sum(chance * stat, axis=1)
    return mean, np.sum(chance * (stat - mean[:, None]) ** 2, axis=1)


def cstat_goodness(stat: float, mu: ArrayLike, k: int = 0) -> Goodness:
    """A fit's C statistic against the sum expected over its bins (Kaastra 2017).

    Args:
        stat: The C statistic of the fit. For W and PG the expectation holds as far as the background is well known.
        mu: Expected total counts of each bin at the best fit, `f[c]`.
        k: Fitted parameters, each taken to lower the expectation by one.
    """
    from scipy.special import ndtr

    mean, variance = (float(np.sum(part)) for part in expected_cstat(mu))
    z = (stat - (mean - k)) / np.sqrt(variance) if variance > 0 else float("nan")
    return Goodness(float(stat), mean - k, variance, float(z), float(ndtr(-z)))


def pit(counts: ArrayLike, mu: ArrayLike) -> np.ndarray:
    """Probability integral transform of Poisson counts: P(X < S) + P(X = S)/2, uniform in [0, 1] if the model is right.

    Args:
        counts: `f[c]`.
        mu: Expected counts, `f[c]`, or `f[s, c]` for draws of the posterior, over which the transform is averaged.

    Returns:
        `f[c]`.
    """
    from scipy.special import gammaln, pdtr, xlogy

    S, mu = np.round(np.asarray(counts, float)), np.asarray(mu, float)
    equal = np.exp(xlogy(S, mu) - mu - gammaln(S + 1.0))
    below = np.where(S > 0, pdtr(np.maximum(S - 1, 0), mu), 0.0)
    values = np.clip(below + 0.5 * equal, 0.0, 1.0)
    return values.mean(axis=0) if mu.ndim > np.ndim(counts) else values


def qq(values: ArrayLike, band: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Observed against expected normal quantiles of residuals or, through the inverse normal, of PIT values.

    Args:
        values: `f[c]`, signed residuals in σ.
        band: Probability of the pointwise band.

    Returns:
        Expected quantiles, sorted values, lower and upper edge of the band, `f[c]` each (values that are not finite
        left out).
    """
    from scipy.special import betaincinv, ndtri

    observed = np.sort(np.asarray(values, float)[np.isfinite(values)])
    n = len(observed)
    rank = np.arange(1, n + 1)
    low, high = (ndtri(betaincinv(rank, n + 1 - rank, q)) for q in (0.5 - band / 2, 0.5 + band / 2))
    return ndtri((rank - 0.5) / n), observed, low, high


class Runs(NamedTuple):
    """Runs of equal sign: how many, how many expected, and the two-sided probability of a number so far off."""

    runs: int
    expected: float
    z: float
    p: float
    longest: tuple[int, int]


def runs_test(residuals: ArrayLike) -> Runs:
    """Wald–Wolfowitz test of residuals in order of energy: too few runs mean a feature the model lacks.

    Args:
        residuals: `f[c]`, signed; zeros and NaN are left out.

    Returns:
        The test, with `longest` the first and last index (in `residuals`) of the longest run.
    """
    from scipy.special import ndtr

    residuals = np.asarray(residuals, float)
    place = np.flatnonzero(np.isfinite(residuals) & (residuals != 0))
    sign = residuals[place] > 0
    up, down = int(sign.sum()), int((~sign).sum())
    if up == 0 or down == 0:
        span = (int(place[0]), int(place[-1])) if len(place) else (-1, -1)
        return Runs(int(len(place) > 0), float(len(place) > 0), float("nan"), float("nan"), span)
    starts = np.flatnonzero(np.r_[True, sign[1:] != sign[:-1]])
    ends = np.r_[starts[1:], len(sign)] - 1
    n, longest = up + down, int(np.argmax(ends - starts))
    expected = 1 + 2 * up * down / n
    variance = (expected - 1) * (expected - 2) / (n - 1)
    z = (len(starts) - expected) / np.sqrt(variance) if variance > 0 else float("nan")
    span = (int(place[starts[longest]]), int(place[ends[longest]]))
    return Runs(len(starts), expected, float(z), float(2 * ndtr(-abs(z))), span)
