"""Pareto-smoothed importance sampling: steadier weights, and a number that says whether to trust them.

The largest weights are replaced by the expected order statistics of a generalised Pareto distribution fitted to them;
its shape k̂ is the diagnosis: below 0.7 the weighted averages converge, above it they do not, whatever their error
bars say.

arviz-stats has the same (`array_stats.psislw`, of log-likelihoods); this one is for the preview, whose answer must not wait for
the import of that package, and agrees with it to 1e-10.

References: Vehtari, Simpson, Gelman, Yao & Gabry 2024, JMLR 25, 72 (method); Zhang & Stephens 2009, Technometrics 51,
316 (fit of the tail).
"""

import numpy as np

LEAST_TAIL = 5  # fewer weights than this say nothing about a tail


def psis(log_weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Smooth the tail of importance weights.

    Args:
        log_weights: `f[s]`, unnormalised; -inf for impossible draws.

    Returns:
        The smoothed log-weights on the same scale (none above the greatest given), and the tail's shape k̂: +inf where
        there are too few draws to tell, -inf where the greatest weights are all equal.
    """
    raw = np.asarray(log_weights, float)
    top, size = np.max(raw, initial=-np.inf), len(raw)
    tail_size = int(np.ceil(min(size / 5, 3 * np.sqrt(size))))
    if tail_size < LEAST_TAIL or not np.isfinite(top):
        return raw.copy(), np.inf
    order = np.argpartition(raw, size - tail_size - 1)[size - tail_size - 1 :]
    cutoff = max(raw[order[0]] - top, np.log(np.finfo(float).tiny))
    tail = order[raw[order] - top > cutoff]
    if len(tail) < LEAST_TAIL:
        return raw.copy(), -np.inf if cutoff == 0.0 else np.inf
    tail = tail[np.argsort(raw[tail], kind="stable")]
    base = np.exp(cutoff)
    shape, scale = fit_pareto(np.exp(raw[tail] - top) - base)
    if not np.isfinite(shape):
        return raw.copy(), np.inf
    quantiles = base + pareto_quantile((np.arange(len(tail)) + 0.5) / len(tail), shape, scale)
    smooth = raw.copy()
    smooth[tail] = np.minimum(np.log(quantiles), 0.0) + top
    return smooth, shape


def fit_pareto(excess: np.ndarray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution, by Zhang & Stephens' quasi-Bayesian fit.

    Args:
        excess: `f[n]`, ascending, ≥ 0: distances above the threshold.

    Returns:
        Shape k (positive: heavy tail), drawn towards 0.5 as by ten further data (Vehtari et al., appendix C), and
        scale.
    """
    n = len(excess)
    grid = 30 + int(np.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    if quartile <= 0:
        return np.inf, np.nan
    theta = 1 / excess[-1] + (1 - np.sqrt(grid / (np.arange(grid) + 0.5))) / (3 * quartile)
    k = np.log1p(-theta[:, None] * excess).mean(axis=1)
    log_like = n * (np.log(-theta / k) - k - 1)
    weight = np.exp(log_like - log_like.max())
    weight[weight < 10 * np.finfo(float).eps * weight.sum()] = 0.0
    best = np.sum(theta * weight) / np.sum(weight)
    shape = float(np.log1p(-best * excess).mean())
    return (n * shape + 5) / (n + 10), -shape / best


def pareto_quantile(q: np.ndarray, shape: float, scale: float) -> np.ndarray:
    """Quantiles of the generalised Pareto distribution above 0; `q` in (0, 1)."""
    if abs(shape) < 1e-12:
        return -scale * np.log1p(-q)
    return scale * np.expm1(-shape * np.log1p(-q)) / shape
