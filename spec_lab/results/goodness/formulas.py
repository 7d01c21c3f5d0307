"""Is the fit good? Expected size of the statistic, probability integral transforms, runs of residuals.

Pure functions of counts, expected counts and residuals. The tests here need no simulation; those that do draw theirs in
`replicas`.
"""

from collections.abc import Sequence
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


def cstat_goodness(stat: float, mu: ArrayLike, k: float = 0) -> Goodness:
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


def chi2_goodness(stat: float, n: int, k: float = 0) -> Goodness:
    """A fit's χ² against the χ² distribution of n - k degrees of freedom; `p` is its tail, exact for Gaussian errors."""
    from scipy.special import chdtrc

    dof = n - k
    if dof <= 0:
        return Goodness(float(stat), float(dof), 0.0, float("nan"), float("nan"))
    return Goodness(float(stat), dof, 2.0 * dof, float((stat - dof) / np.sqrt(2.0 * dof)), float(chdtrc(dof, stat)))


def joint_goodness(parts: Sequence[Goodness], weights: Sequence[float]) -> Goodness:
    """The weighted sum of independent statistics against the sum of their expectations, by the normal distribution."""
    from scipy.special import ndtr

    value, expected = (sum(w * p[i] for w, p in zip(weights, parts, strict=True)) for i in (0, 1))
    variance = sum(w**2 * p.variance for w, p in zip(weights, parts, strict=True))
    z = (value - expected) / np.sqrt(variance) if variance > 0 else float("nan")
    return Goodness(float(value), float(expected), float(variance), float(z), float(ndtr(-z)))


def pit(counts: ArrayLike, mu: ArrayLike, *, share: ArrayLike = 0.5, upper: bool = False) -> np.ndarray:
    """Probability integral transform of Poisson counts: P(X < S) + v P(X = S).

    With v drawn evenly from [0, 1] it is exactly uniform if the model is right, however few the counts (Dunn & Smyth 1996,
    J. Comp. Graph. Stat. 5, 236; Czado, Gneiting & Held 2009). With v = 1/2 it is so only where counts are many: of few, it
    takes few values.

    Args:
        counts: `f[c]`.
        mu: Expected counts, `f[c]`, or `f[s, c]` for draws of the posterior, over which the transform is averaged.
        share: v, a number or `f[c]`.
        upper: Its complement instead, P(X > S) + (1 - v) P(X = S), which keeps its digits where the transform is nearly 1.

    Returns:
        `f[c]`.
    """
    from scipy.special import gammaln, pdtr, pdtrc, xlogy

    S, mu = np.round(np.asarray(counts, float)), np.asarray(mu, float)
    equal = np.exp(xlogy(S, mu) - mu - gammaln(S + 1.0))
    beyond = pdtrc(S, mu) if upper else np.where(S > 0, pdtr(np.maximum(S - 1, 0), mu), 0.0)
    share = 1.0 - np.asarray(share, float) if upper else np.asarray(share, float)
    values = np.clip(beyond + share * equal, 0.0, 1.0)
    return values.mean(axis=0) if mu.ndim > np.ndim(counts) else values


def normal_scores(lower: ArrayLike, upper: ArrayLike) -> np.ndarray:
    """PIT values as standard normal residuals, `f[c]`, from the transform and its complement: exact in both tails."""
    from scipy.special import ndtri

    lower, upper = np.asarray(lower, float), np.asarray(upper, float)
    least = np.finfo(float).tiny  # 38 σ
    return np.where(lower < 0.5, ndtri(np.maximum(lower, least)), -ndtri(np.maximum(upper, least)))


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


def longest_run_chance(n: int, length: int) -> float:
    """The chance that somewhere among `n` independent fair signs `length` or more of one kind follow each other.

    Of the n - 1 neighbours, equal with probability 1/2, a row of `length` - 1 must be equal: counted by the waiting time
    for such a row (Feller 1968, XIII.7).
    """
    row, tosses = length - 1, n - 1
    if row <= 0:
        return float(n > 0)
    still = np.zeros(row)  # probability that no row was complete yet, by how many were equal last
    still[0] = 1.0
    for _ in range(tosses):
        still[1:], still[0] = 0.5 * still[:-1], 0.5 * still.sum()
    return float(1.0 - still.sum())
