"""The L statistic in JAX: a Poisson background marginalised over a flat prior (Loredo 1992; XSPEC `lstat`).

The marginal likelihood is a finite sum, Σ_{j=0..S} x^j (S+B-j)! / ((S-j)! j!) with x = m (ts + tb). It is summed term
by term in one loop as long as the largest S, with running rescaling so that nothing overflows, together with its first
and second derivatives. Slow for rich spectra by nature; the profile statistics are in `deviances`.
"""

import jax
import jax.numpy as jnp
from jax import Array

from spec_lab._base import ByPrecision
from spec_lab.statistics.deviances import with_slopes

LARGEST = ByPrecision(double=100, single=12)  # decades that the sum may grow before it is scaled down


def _sums(S: Array, B: Array, x: Array) -> tuple[Array, Array, Array, Array]:
    """ln P, P'/P, P''/P, P'''/P of the polynomial P(x) = Σ_j c_j x^j, c_0 = 1, c_j/c_{j-1} = (S-j+1)/((S+B-j+1) j)."""
    S, B, x = jnp.broadcast_arrays(S, B, x)
    zero, one, most = jnp.zeros_like(x), jnp.ones_like(x), LARGEST.of(x.dtype)

    def add(j, sums):
        scale, t, t1, t2, t3, p, p1, p2, p3 = sums
        j = jnp.asarray(j, x.dtype)
        ratio = jnp.where(j <= S, (S - j + 1) / jnp.where(j <= S, (S + B - j + 1) * j, 1.0), 0.0)
        # the j-th term of each derivative, from those of the (j-1)-th: differentiate c x · (previous term)
        t, t1, t2, t3 = (
            ratio * x * t,
            ratio * (x * t1 + t),
            ratio * (x * t2 + 2 * t1),
            ratio * (x * t3 + 3 * t2),
        )
        p, p1, p2, p3 = p + t, p1 + t1, p2 + t2, p3 + t3
        shrink = jnp.where(p > 10.0**most, 10.0**-most, 1.0)
        grown = scale + jnp.where(p > 10.0**most, float(most), 0.0)
        return (grown, *(shrink * part for part in (t, t1, t2, t3, p, p1, p2, p3)))

    start = (zero, one, zero, zero, zero, one, zero, zero, zero)
    last = jnp.asarray(jnp.max(S), jnp.int32) + 1
    scale, _, _, _, _, p, p1, p2, p3 = jax.lax.fori_loop(1, last, add, start)
    return jnp.log(p) + scale * jnp.log(10.0), p1 / p, p2 / p, p3 / p


def _curvature_slopes(S: Array, B: Array, x: Array):
    _, r1, r2, r3 = _sums(S, B, x)
    return jnp.zeros_like(x), jnp.zeros_like(x), r3 - r2 * r1 - 2 * r1 * (r2 - r1 * r1)


@with_slopes(_curvature_slopes)
def _curvature(S: Array, B: Array, x: Array) -> Array:
    _, r1, r2, _ = _sums(S, B, x)
    return r2 - r1 * r1


@with_slopes(lambda S, B, x: (jnp.zeros_like(x), jnp.zeros_like(x), _curvature(S, B, x)))
def _slope(S: Array, B: Array, x: Array) -> Array:
    return _sums(S, B, x)[1]


@with_slopes(lambda S, B, x: (jnp.zeros_like(x), jnp.zeros_like(x), _slope(S, B, x)))
def log_polynomial(S: Array, B: Array, x: Array) -> Array:
    """ln Σ_j c_j x^j, elementwise; S, B whole numbers (not differentiated), x ≥ 0."""
    return _sums(S, B, x)[0]


def marginal(S: Array, B: Array, m: Array, ts: Array, tb: Array) -> Array:
    """2 {g(m) - g(m_sat)}, g(m) = ts m - ln P(m (ts + tb)), m_sat = max(0, S/ts - B/tb); +inf where m < 0.

    m_sat is XSPEC's reference point, not always the exact optimum, so small negative values are possible.
    """
    best = jnp.maximum(0.0, S / ts - B / tb)
    safe = jnp.where(m >= 0, m, 0.0)
    loss = ts * (safe - best) - (log_polynomial(S, B, safe * (ts + tb)) - log_polynomial(S, B, best * (ts + tb)))
    return jnp.where(m >= 0, 2.0 * loss, jnp.inf)
