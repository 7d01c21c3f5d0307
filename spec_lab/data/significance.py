"""How far do n counts stand above a background? Signed significances in σ, their inverses, and an upper limit.

`ppsig` knows the background from Poisson counts (Li & Ma 1983 eq. 17; Vianello 2018 eqs. 7 and 9 for a systematic or a
Gaussian uncertainty of α), `pgsig` from an estimate with a Gaussian error (Vianello 2018). Elementwise arrays.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.annotations import GivenNumbers, GivenReal, Numbers
from spec_lab.data.number_checks import as_numbers

Significance = np.float64 | Numbers  # one number of σ for numbers, an array for arrays


def _xlogy(x: Numbers | float, y: Numbers | float) -> np.ndarray:
    """x ln y with 0 ln 0 = 0, also where y has underflowed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, np.maximum(y, 1e-300))))


def _together(**given: GivenNumbers) -> list[Numbers]:
    """Arguments as float64 arrays of one shape."""
    arrays = [as_numbers(x, name) for name, x in given.items()]
    try:
        return list(np.broadcast_arrays(*arrays))
    except ValueError as error:
        got = [x.shape for x in arrays]
        raise DataError(f"{', '.join(given)} have shapes that do not fit", got=got) from error


def pgsig(n: GivenNumbers, b: GivenNumbers, s: GivenNumbers) -> Significance:
    """Significance of n counts over a background b ± s (Gaussian), σ. NaN where s = 0.

    With B0 = (b - s² + sqrt(b² - 2 b s² + 4 n s² + s⁴))/2, the most likely background without a source,
    Z = sign(n - b) sqrt(2 [n ln(n/B0) + (b - B0)²/(2 s²) + B0 - n]).
    """
    n, b, s = _together(n=n, b=b, s=s)
    with np.errstate(divide="ignore", invalid="ignore"):
        s2 = s * s
        root = np.sqrt(b * b - 2 * b * s2 + 4 * n * s2 + s2 * s2)
        # For s >> b the plain sum cancels: use the product of the two roots, -n s², instead.
        low = b - s2
        b0 = np.where(low >= 0, (low + root) / 2, 2 * n * s2 / np.where(low < 0, root - low, 1.0))
        z2 = _xlogy(n, n / np.where(b0 > 0, b0, 1.0)) + (b - b0) ** 2 / (2 * s2) + b0 - n
        z = np.where(s > 0, np.sign(n - b) * np.sqrt(2 * np.maximum(z2, 0.0)), np.nan)
    return z[()]


def ppsig(n: GivenNumbers, b: GivenNumbers, alpha: GivenNumbers, sigma: float = 0.0, k: float = 0.0) -> Significance:
    """Significance of n counts over b background counts whose exposure is 1/alpha times as long, σ.

    Args:
        n: Counts on the source.
        b: Counts in the background region.
        alpha: Exposure ratio, source to background.
        sigma: Gaussian relative uncertainty of alpha (Vianello 2018 eq. 9, maximised numerically).
        k: Largest relative excess that alpha may have (Vianello 2018 eq. 7: alpha becomes alpha (1 + k)).

    NaN for negative counts.
    """
    n, b, a = _together(n=n, b=b, alpha=alpha)
    if sigma < 0 or k < 0 or np.any(a <= 0):
        raise DataError("ppsig needs alpha > 0, sigma >= 0 and k >= 0", got=[alpha, sigma, k])
    a = a * (1 + k)
    n, b = (np.where(x < 0, np.nan, x) for x in (n, b))  # there are no such counts
    if sigma > 0:
        return np.vectorize(_nuisance)(n, b, a, sigma)[()]
    with np.errstate(divide="ignore", invalid="ignore"):
        z2 = _xlogy(n, (1 + a) / a * (n / (n + b))) + _xlogy(b, (1 + a) * (b / (n + b)))
    return (np.sign(n - a * b) * np.sqrt(2 * np.maximum(z2, 0.0)))[()]


def _nuisance(n: float, b: float, a: float, sigma: float) -> float:
    """Vianello 2018 eq. 9: the relative error of alpha is a nuisance with a Gaussian of width sigma."""
    from scipy.optimize import minimize_scalar

    def half_z2(shift: float) -> float:
        ratio = a * (1 + sigma * shift)
        total = n + b
        background = total / (1 + ratio)
        return float(_xlogy(n, n / (ratio * background)) + _xlogy(b, b / background) + shift * shift / 2)

    if n + b == 0:
        return 0.0
    best = minimize_scalar(half_z2, bounds=(max(-8.0, -0.999 / sigma), 8.0), method="bounded", options={"xatol": 1e-10})
    return float(np.sign(n - a * b) * np.sqrt(2 * max(best.fun, 0.0)))


def _real(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and bool(np.isfinite(value))


def _inverse(significance: Callable[[float], Significance], sig: GivenReal, start: float, integer: bool) -> float:
    if not _real(sig) or sig < 0:
        raise DataError("a significance must be a number of σ >= 0", got=sig)
    # none needed, or a background below zero stands out without any
    root = start if significance(start) >= sig else _root(significance, sig, start)
    return float(np.ceil(root - 1e-9)) if integer else root


def _root(significance: Callable[[float], Significance], sig: float, start: float) -> float:
    from scipy.optimize import brentq

    high = start + 10 * (sig + 1) ** 2 + 10 * (sig + 1) * np.sqrt(start + 1)
    while significance(high) < sig:
        high *= 2
    solve: Any = brentq
    return float(solve(lambda n: significance(n) - sig, start, high, xtol=1e-12 * high, rtol=1e-14))


def pgsig_inv(sig: GivenReal, b: GivenReal, s: GivenReal, integer: bool = False) -> float:
    """Counts n with `pgsig(n, b, s) = sig`; with `integer` the smallest whole number that reaches it."""
    if not _real(b) or not _real(s) or s <= 0:
        raise DataError("pgsig_inv needs a background b and its error s > 0", got=[b, s])
    return _inverse(lambda n: pgsig(n, b, s), sig, max(float(b), 0.0), integer)


def ppsig_inv(sig: GivenReal, b: GivenReal, alpha: GivenReal, integer: bool = False) -> float:
    """Counts n with `ppsig(n, b, alpha) = sig`; with `integer` the smallest whole number that reaches it."""
    if not _real(b) or not _real(alpha) or b < 0 or alpha <= 0:
        raise DataError("ppsig_inv needs background counts b >= 0 and alpha > 0", got=[b, alpha])
    return _inverse(lambda n: ppsig(n, b, alpha), sig, float(alpha * b), integer)


def upper_limit(n: float, background: float, cl: GivenReal = 0.9) -> float:
    """Upper limit of the net counts behind n observed ones over a known background (flat prior on net counts >= 0).

    UL = P⁻¹(N + 1, cl Q(N + 1, B) + P(N + 1, B)) - B with the regularised incomplete gamma functions P and Q.
    """
    from scipy.special import gammainc, gammaincc, gammaincinv

    if not _real(cl) or not 0 < cl < 1:
        raise DataError("a confidence level must lie between 0 and 1", got=cl)
    base = max(background, 0.0)
    return float(gammaincinv(n + 1, cl * gammaincc(n + 1, base) + gammainc(n + 1, base)) - base)
