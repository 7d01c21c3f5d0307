"""The proper Bayesian counterpart of `pgstat`: the Gaussian background integrated out instead of profiled.

Profiling a background biases results where counts are few. Here each bin's background is a Gaussian truncated to
positive counts, and the Poisson likelihood is averaged over it by adaptive quadrature: slow, exact, for checks.
"""

import itertools
import math

import numpy as np
from numpy.typing import ArrayLike

from spec_lab.statistics.numpy_bins import gaussian_total


def pgstat_marginal_loglike(
    S: ArrayLike,
    B: ArrayLike,
    m: ArrayLike,
    ts: ArrayLike,
    tb: ArrayLike,
    sigma_B: ArrayLike,
    rtol: float = 1e-10,
) -> np.ndarray:
    """ln ∫ Poisson(S | ts m + x) N(x; β, e) / Φ(β/e) dx over x ≥ 0, β = B ts/tb, e = σ_B ts/tb; bin by bin.

    Args:
        S: Counts in the source region.
        B: Counts in the background region.
        m: Source rate, counts/s, ≥ 0.
        ts: Effective exposure of the source region, s.
        tb: Effective exposure of the background region, s.
        sigma_B: Error of B, counts; 0 means exactly known.
        rtol: Relative accuracy of the integral.

    Returns:
        A normalised log-likelihood (not a deviance), of the arguments' broadcast shape; -inf where m is negative or not
        finite.
    """
    alpha = np.divide(ts, tb)
    bins = np.broadcast_arrays(S, m, ts, alpha * B, alpha * sigma_B)
    values = [_one_bin(*one, rtol=rtol) for one in zip(*(part.ravel() for part in bins), strict=True)]
    return np.array(values).reshape(bins[0].shape)


def _one_bin(S: float | np.integer, m: float, ts: float, beta: float, e: float, rtol: float) -> float:
    from scipy.integrate import quad
    from scipy.special import gammaln, log_ndtr, xlogy

    s = ts * m
    if not (math.isfinite(s) and s >= 0.0):
        return -math.inf

    def log_integrand(x: float) -> float:
        return float(xlogy(S, s + x) - (s + x) - gammaln(S + 1.0) - (0.5 * ((x - beta) / e) ** 2 if e > 0 else 0.0))

    if e <= 0:
        return log_integrand(beta) if s + beta >= 0 else -math.inf
    peak, width = _peak(S, s, beta, e)
    top = log_integrand(peak)
    cuts = sorted({max(0.0, peak + k * width) for k in (-40, -10, -4, -1, 0, 1, 4, 10, 40)})
    area = sum(
        quad(lambda x: math.exp(log_integrand(x) - top), low, high, epsabs=0.0, epsrel=rtol, limit=200)[0]
        for low, high in itertools.pairwise(cuts)
    )
    return top + math.log(area) - 0.5 * math.log(2 * math.pi) - math.log(e) - float(log_ndtr(beta / e))


def _peak(S: float | np.integer, s: float, beta: float, e: float) -> tuple[float, float]:
    """Where the integrand is greatest over x ≥ 0, and the distance over which it falls by about e."""
    total = float(gaussian_total(np.asarray(S), np.asarray(s + beta), np.asarray(e * e)))
    peak = max(0.0, total - s)
    slope = 1.0 - (S / (s + peak) if S > 0 else 0.0) + (peak - beta) / e**2
    curvature = (S / (s + peak) ** 2 if S > 0 else 0.0) + 1.0 / e**2
    width = 1.0 / math.sqrt(curvature)
    return peak, min(width, 1.0 / slope) if slope > 1.0 / width else width
