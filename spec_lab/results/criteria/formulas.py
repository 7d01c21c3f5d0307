"""Choosing between models: information criteria, evidences, weights.

All take numbers: `stat` is -2 ln L at the true maximum of the likelihood, `n` the number of data, `k` of free
parameters. Comparisons hold only between models of the same data with the same statistic: the data-only constant must
be shared.
"""

import numpy as np
from numpy.typing import ArrayLike


def aic(stat: float, k: int) -> float:
    """Akaike's criterion, stat + 2k (Akaike 1974)."""
    return stat + 2 * k


def aicc(stat: float, k: int, n: float) -> float:
    """AIC + 2k(k+1)/(n-k-1) for small samples (Hurvich & Tsai 1989); NaN unless n > k + 1."""
    return aic(stat, k) + 2 * k * (k + 1) / (n - k - 1) if n > k + 1 else float("nan")


def bic(stat: float, k: int, n: float) -> float:
    """Bayesian information criterion, stat + k ln n (Schwarz 1978)."""
    return stat + k * float(np.log(n))


THRESHOLDS = {
    "AIC": 2.0,
    "AICc": 2.0,
    "BIC": float(np.log(10.0)),
    "WAIC": 8.0,
    "LOOIC": 8.0,
    "lnZ": float(np.log(10.0)) / 2,
}


def paired_error(pointwise: ArrayLike, other: ArrayLike) -> float:
    """Standard error of the difference of two sums over the same bins (Vehtari, Gelman & Gabry 2017, eq. 24).

    Args:
        pointwise: `f[c]`, each bin's share of WAIC or LOOIC.
        other: The same of the other model.
    """
    apart = np.asarray(pointwise, float) - np.asarray(other, float)
    return float(np.sqrt(len(apart) * np.var(apart)))


def simplest(distance: ArrayLike, error: ArrayLike, k: ArrayLike, threshold: float, sigma: float) -> np.ndarray:
    """Which of several models to take, best first: of those not worse than the best, those with fewest parameters.

    Args:
        distance: `f[models]`, how much worse than the best, >= 0.
        error: `f[models]`, its standard error; 0 where the criterion has none.
        k: `i[models]`, free parameters.
        threshold: Closer than this is as good as the best ...
        sigma: ... and so is what is within so many errors of it.

    Returns:
        Indices of the candidates.
    """
    distance, error, k = np.asarray(distance, float), np.asarray(error, float), np.asarray(k)
    good = np.flatnonzero((distance < threshold) | (distance <= sigma * error))
    return good[np.lexsort((distance[good], k[good]))]


def akaike_weights(criteria: ArrayLike) -> np.ndarray:
    """exp(-Δ/2), normalised over the models: `f[models]`, for AIC, AICc, BIC or WAIC values. NaN counts as no support."""
    values = np.asarray(criteria, float)
    return _normalised(-0.5 * np.where(np.isnan(values), np.inf, values))


def evidence_weights(log_evidence: ArrayLike) -> np.ndarray:
    """Posterior probabilities of models that were equally likely before, from their ln Z. NaN counts as no support."""
    values = np.asarray(log_evidence, float)
    return _normalised(np.where(np.isnan(values), -np.inf, values))


def _normalised(log_weights: np.ndarray) -> np.ndarray:
    top = np.max(log_weights, initial=-np.inf)
    if not np.isfinite(top):
        return np.full(log_weights.shape, np.nan)
    weights = np.exp(log_weights - top)
    return weights / weights.sum()


def bayes_factor(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """ln of the Bayes factor of one model over another, with its standard error.

    Args:
        one: ln Z and its standard error.
        other: The same of the other model.
    """
    return one[0] - other[0], float(np.hypot(one[1], other[1]))


def strength(log_factor: float) -> str:
    """A log Bayes factor in words (Kass & Raftery 1995, on 2 ln B)."""
    twice = 2 * abs(log_factor)
    words = ((2, "not worth more than a bare mention"), (6, "positive"), (10, "strong"), (np.inf, "very strong"))
    return next(word for limit, word in words if twice <= limit) if twice == twice else "unknown"


def combine_evidence(log_evidence: ArrayLike, errors: ArrayLike) -> tuple[float, float]:
    """ln of the mean of several independent estimates of Z of one model, weighted by precision, with its error.

    Args:
        log_evidence: `f[runs]`.
        errors: `f[runs]`, standard errors of ln Z, > 0.
    """
    values, sigma = np.asarray(log_evidence, float), np.asarray(errors, float)
    weights = 1.0 / sigma**2 / np.sum(1.0 / sigma**2)
    top = values.max()
    return float(top + np.log(np.sum(weights * np.exp(values - top)))), float(1.0 / np.sqrt(np.sum(1.0 / sigma**2)))
