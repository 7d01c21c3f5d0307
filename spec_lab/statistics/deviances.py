"""The atoms of the JAX text: three deviances with hand-written first and second derivatives.

`poisson(S, M)`, `gaussian_profile(S, E, v)` and `poisson_profile(S, B, m, ts, tb)` are elementwise, branch-free, cost
one logarithm (the last: two and a root) and give +inf, never NaN, where no finite value exists. Everything in
`StatisticJX` is one of them with arguments renamed.

Two ideas keep them short and safe:

* *Envelope.* A statistic profiled over the background has the slope of the un-profiled one at the profiled point, so
  automatic differentiation never walks through the root of a quadratic. The slopes ("pulls") are written down, and so
  are theirs, which is what damped Newton steps, Hessians and error bars are made of.
* *Sums of squares.* Written for the expected total instead of the background, both quadratics lose their cancellations:
  their discriminants become a² + 4Sv and a² + 4SB.

Not here: names, exposures, signs of residuals (`jax_bins`), the marginal statistic of Loredo (`loredo`).
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array
from jax.custom_derivatives import SymbolicZero

from spec_lab._base import ByPrecision

# floor of denominators in slopes only: keeps S/M² finite as M → 0; values are never floored
TINY = ByPrecision(double=1e-100, single=1e-12)


def with_slopes(slopes: Callable[..., tuple[Any, ...]]) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Give an elementwise function its partial derivatives: `slopes(*args)`, one for each argument.

    A slope that is not finite counts as 0, so that a bin whose statistic is +inf cannot poison the gradient of the
    others.
    """

    def decorate(function: Callable[..., Array]) -> Callable[..., Array]:
        differentiable = jax.custom_jvp(function)

        def rule(primals, tangents):
            value = differentiable(*primals)
            total: Any = 0.0
            for slope, tangent in zip(slopes(*primals), tangents, strict=True):
                if not isinstance(tangent, SymbolicZero):
                    total = total + jnp.where(jnp.isfinite(slope), slope, 0.0) * tangent
            return value, jnp.broadcast_to(jnp.asarray(total, value.dtype), value.shape)

        differentiable.defjvp(rule, symbolic_zeros=True)
        return differentiable

    return decorate


def _divide(numerator: Any, denominator: Array, use: Array) -> Array:
    """numerator/denominator where `use`, else 0, with nothing infinite on the way."""
    return jnp.where(use, numerator / jnp.where(use, denominator, 1.0), 0.0)


def _floored(denominator: Array) -> Array:
    return jnp.maximum(denominator, TINY.of(denominator.dtype))


def _log_ratio(S: Array, M: Array) -> Array:
    """ln(S/M), and 0 where either is not positive."""
    alive = (S > 0) & (M > 0)
    return jnp.log(jnp.where(alive, S / jnp.where(alive, M, 1.0), 1.0))


# --- counts S against a known expectation M ------------------------------------------------------------------------


def _possible(S: Array, M: Array) -> Array:
    return (S >= 0) & ((M > 0) | ((M == 0) & (S == 0)))


def _pull_slopes(S: Array, M: Array) -> tuple[Array, Array]:
    floor = _floored(M)
    return _divide(-1.0, floor, M > 0), _divide(S / floor, floor, M > 0)


@with_slopes(_pull_slopes)
def poisson_pull(S: Array, M: Array) -> Array:
    """1 - S/M, half the slope of `poisson` in M; 0 where the deviance is infinite."""
    return jnp.where(_possible(S, M), 1.0 - S / _floored(M), 0.0)


@with_slopes(lambda S, M: (2.0 * _log_ratio(S, M), 2.0 * poisson_pull(S, M)))
def poisson(S: Array, M: Array) -> Array:
    """2 [M - S + S ln(S/M)], the Poisson deviance of counts S against expected counts M.

    +inf where M < 0 or S < 0, where M = 0 < S, and where M is not finite.
    """
    stat = 2.0 * ((M - S) + S * _log_ratio(S, M))
    if stat.dtype.itemsize < 8:
        stat = _near_or(S, M, stat)
    return jnp.where(_possible(S, M) & jnp.isfinite(stat), jnp.maximum(stat, 0.0), jnp.inf)


def _near_or(S: Array, M: Array, stat: Array) -> Array:
    """The Poisson deviance for single precision: `stat`, or where S and M are close a series that keeps its digits.

    Written with logarithms it is a small difference of terms as large as S: 1e-3 off for 10 000 counts. With r = (M - S)/(M + S)
    and ln(M/S) = 2 artanh r it is 2 r (M - S) - 4 S (r³/3 + r⁵/5 + ...); after Loader 2000, "Fast and accurate computation of
    binomial probabilities".
    """
    r = _divide(M - S, M + S, (M > 0) & (S > 0))
    q = r * r
    series = q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q / 11))))
    near = (q > 0) & (q < 0.04)
    return jnp.where(near, 2.0 * r * ((M - S) - 2.0 * S * series), stat)


# --- counts S against an expectation known to E ± √v ----------------------------------------------------------------


def _gaussian_total(S: Array, E: Array, v: Array) -> tuple[Array, Array]:
    """The profiled total M ≥ 0, root of M² + (v - E) M - S v = 0, and d = 2M - (E - v) ≥ 0."""
    a = E - v
    d = jnp.sqrt(jnp.maximum(a * a + 4.0 * S * v, 0.0))
    wide = jnp.abs(a) + d
    total = jnp.where(a >= 0, 0.5 * wide, _divide(2.0 * S * v, wide, wide > 0))
    return jnp.where(v > 0, total, jnp.maximum(E, 0.0)), d


def _gaussian_pull_slopes(S: Array, E: Array, v: Array) -> tuple[Array, Array, Array]:
    M, d = _gaussian_total(S, E, v)
    alive, floored = (S > 0) & (M > 0), (S <= 0) & (v >= E) & (v > 0)
    M, d = _floored(M), _floored(d)
    by_S = jnp.where(alive, (S / M * v / d - 1.0) / M, 0.0)
    by_E = jnp.where(alive, S / M / d, _divide(1.0, v, floored))
    by_v = jnp.where(alive, S / M * (S - M) / M / d, -_divide(E / _floored(v), v, floored))
    return by_S, by_E, by_v


@with_slopes(_gaussian_pull_slopes)
def gaussian_pull(S: Array, E: Array, v: Array) -> Array:
    """(E - M)/v at the profiled M: half the slope of `gaussian_profile` in E. Equals 1 - S/M unless M = 0.

    Of the two, the side is taken that loses fewer digits.
    """
    M, _ = _gaussian_total(S, E, v)
    bright = (v <= E) & (M > 0)
    return jnp.where(bright, 1.0 - S / _floored(M), _divide(E - M, v, ~bright & (v > 0)))


def _gaussian_slopes(S: Array, E: Array, v: Array) -> tuple[Array, Array, Array]:
    pull = gaussian_pull(S, E, v)
    return 2.0 * _log_ratio(S, _gaussian_total(S, E, v)[0]), 2.0 * pull, -pull * pull


@with_slopes(_gaussian_slopes)
def gaussian_profile(S: Array, E: Array, v: Array) -> Array:
    """min over M ≥ 0 of the Poisson deviance of S against M plus (M - E)²/v.

    Args:
        S: Observed counts.
        E: Expected total counts, source and background, as far as the background is known.
        v: Variance of the background's share of E; 0 means exactly known.
    """
    M, _ = _gaussian_total(S, E, v)
    pull = gaussian_pull(S, E, v)
    stat = poisson(S, M) + v * pull * pull
    possible = (v > 0) | _possible(S, E)
    return jnp.where(possible & jnp.isfinite(stat), stat, jnp.inf)


def gaussian_profile_free(S: Array, E: Array, v: Array) -> Array:
    """The same with M free of any sign where S = 0, as XSPEC writes it: there 2E - v, of any negative size."""
    return jnp.where(S == 0, 2.0 * E - v, gaussian_profile(S, E, v))


# --- counts S in the source region, B in the background region, both Poisson --------------------------------


def _rates_parts(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> tuple[Array, ...]:
    T = ts + tb
    a = T * m - S + B
    d = jnp.sqrt(jnp.maximum(a * a + 4.0 * S * B, 0.0))
    wide = jnp.abs(a) + d
    narrow = _divide(4.0 * S * B, wide, wide > 0)  # d - |a| without its cancellation
    return T, d, jnp.where(a >= 0, wide, narrow), jnp.where(a >= 0, narrow, wide)


def _total_rate_slopes(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> tuple[Any, ...]:
    T, d, q, _ = _rates_parts(S, B, m, ts, tb)
    g = (2.0 * S + q) / (2.0 * T)
    share = jnp.where(d > 0, q / jnp.where(d > 0, d, 1.0), 1.0) / (2.0 * T)  # dg/da
    by_S = 1.0 / T - share + _divide(B / T, d, d > 0)
    by_exposure = share * m - g / T
    return by_S, share + _divide(S / T, d, d > 0), share * T, by_exposure, by_exposure


@with_slopes(_total_rate_slopes)
def total_rate(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> Array:
    """The profiled rate g = m + f in the source region; f is the background's."""
    T, _, q, _ = _rates_parts(S, B, m, ts, tb)
    return (2.0 * S + q) / (2.0 * T)


def _background_rate_slopes(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> tuple[Any, ...]:
    T, d, _, p = _rates_parts(S, B, m, ts, tb)
    f = (2.0 * B + p) / (2.0 * T)
    share = jnp.where(d > 0, p / jnp.where(d > 0, d, 1.0), 1.0) / (2.0 * T)  # -df/da
    by_B = 1.0 / T - share + _divide(S / T, d, d > 0)
    by_exposure = -share * m - f / T
    return share + _divide(B / T, d, d > 0), by_B, -share * T, by_exposure, by_exposure


@with_slopes(_background_rate_slopes)
def background_rate(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> Array:
    """The profiled background rate f ≥ 0 in the source region."""
    T, _, _, p = _rates_parts(S, B, m, ts, tb)
    return (2.0 * B + p) / (2.0 * T)


def _poisson_profile_slopes(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> tuple[Any, ...]:
    g, f = total_rate(S, B, m, ts, tb), background_rate(S, B, m, ts, tb)
    bright = (ts + tb) * m - S + B >= 0
    by_m = jnp.where(bright, ts - _divide(S, g, bright & (S > 0)), _divide(B, f, ~bright & (B > 0)) - tb)
    return 2.0 * _log_ratio(S, ts * g), 2.0 * _log_ratio(B, tb * f), 2.0 * by_m, 2.0 * (g - S / ts), 2.0 * (f - B / tb)


@with_slopes(_poisson_profile_slopes)
def poisson_profile(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> Array:
    """min over f ≥ 0, m + f ≥ 0 of the Poisson deviances of S against ts (m + f) and of B against tb f.

    Args:
        S: Counts in the source region.
        B: Counts in the background region.
        m: Source rate, counts/s; slightly negative rates are allowed as far as the total stays ≥ 0.
        ts: Effective exposure of the source region, s.
        tb: Effective exposure of the background region, s.
    """
    g, f = total_rate(S, B, m, ts, tb), background_rate(S, B, m, ts, tb)
    return poisson(S, ts * g) + poisson(B, tb * f)
