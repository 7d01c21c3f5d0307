"""Inverses without a closed form: quantiles of the standard gamma, beta and raised-cosine laws.

A fixed number of guarded Newton steps (so jit, vmap and grad work, and nothing can hang); the derivative with respect
to the probability is the exact one, 1 / density, by the implicit-function theorem. Shapes are treated as constants.
"""

import math

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
from jaxtyping import Array, Float

STEPS = 48  # bisection alone would reach 1e-14 of the bracket; Newton takes over long before


def _guarded_newton(cdf, log_pdf, q, lower, upper):
    """Solve cdf(t) = q for t between `lower` and `upper`: on a log scale below the median, where cdf is far from linear."""
    low = q <= 0.5

    def step(_, state):
        t, lo, hi = state
        value = cdf(t)
        gap = jnp.where(low, jnp.log(value / q), value - q)
        lo, hi = jnp.where(gap < 0, t, lo), jnp.where(gap < 0, hi, t)
        # the slope of log cdf is pdf / cdf: together, since far out each alone is no number
        newton = t - gap * jnp.exp(jnp.where(low, jnp.log(value), 0.0) - log_pdf(t))
        good = jnp.isfinite(newton) & (newton > lo) & (newton < hi)
        return jnp.where(good, newton, 0.5 * (lo + hi)), lo, hi

    start = 0.5 * (lower + upper)
    return jax.lax.fori_loop(0, STEPS, step, (start, lower, upper))[0]


def _with_slope(solve, density):
    """Give `solve(q, *shapes)` the derivative 1 / density in q."""

    @jax.custom_jvp
    def ppf(q, *shapes):
        return solve(q, *shapes)

    @ppf.defjvp
    def _(primals, tangents):
        x = ppf(*primals)
        return x, tangents[0] / density(x, *primals[1:])

    return ppf


def betaln(a: Float[Array, "..."], b: Float[Array, "..."]) -> Float[Array, "..."]:
    """ln B(a, b); the one of jax.scipy is off by 1e-8 for some arguments."""
    return jsp.gammaln(a) + jsp.gammaln(b) - jsp.gammaln(a + b)


def _gamma_solve(q, a):
    tiny = jnp.finfo(jnp.result_type(q, float)).tiny
    safe = jnp.clip(q, tiny, 1 - jnp.finfo(jnp.result_type(q, float)).epsneg)
    # in log x: below, cdf ~ x^a / (a Γ(a)); above, a dozen widths past the mean even for q = 1 - eps
    below = jnp.minimum((jnp.log(safe) + jsp.gammaln(a + 1)) / a, jnp.log(a)) - 1.0
    above = jnp.log(a + 12 * jnp.sqrt(a) + 60.0)

    t = _guarded_newton(
        lambda t: jsp.gammainc(a, jnp.exp(t)),
        lambda t: a * t - jnp.exp(t) - jsp.gammaln(a),
        safe,
        below,
        jnp.broadcast_to(above, below.shape),
    )
    return jnp.where(q <= 0, 0.0, jnp.where(q >= 1, jnp.inf, jnp.exp(t)))


def _gamma_pdf(x, a):
    return jnp.exp(jsp.xlogy(a - 1, x) - x - jsp.gammaln(a))


def _beta_solve(q, a, b):
    """The lower of the two tails is solved for (I_x(a, b) = 1 - I_{1-x}(b, a)), in logit x, where cdf ~ x^a / (a B)."""
    swap = q > 0.5
    a, b = jnp.where(swap, b, a), jnp.where(swap, a, b)
    tail = jnp.clip(jnp.where(swap, 1 - q, q), jnp.finfo(jnp.result_type(q, float)).tiny, 0.5)
    log_b = betaln(a, b)
    below = (jnp.log(tail) + jnp.log(a) + log_b) / a
    centre = jnp.log(a) - jnp.log(b)
    t = _guarded_newton(
        lambda t: jsp.betainc(a, b, jax.nn.sigmoid(t)),
        lambda t: -a * jnp.logaddexp(0.0, -t) - b * jnp.logaddexp(0.0, t) - log_b,
        tail,
        jnp.minimum(below, centre) - 5.0,
        jnp.maximum(below, centre) + 5.0,
    )
    x = jax.nn.sigmoid(jnp.where(swap, -t, t))
    return jnp.where(q <= 0, 0.0, jnp.where(q >= 1, 1.0, x))


def _beta_pdf(x, a, b):
    return jnp.exp(jsp.xlogy(a - 1, x) + jsp.xlog1py(b - 1, -x) - betaln(a, b))


def _cosine_solve(q):
    return _cosine(jnp, q)


def _cosine(xp, q):
    """Solve (π + z + sin z) / 2π = q: with w = π − |z|, w − sin w = 2π min(q, 1−q)."""
    small = xp.minimum(q, 1 - q)
    t = 2 * math.pi * xp.clip(small, 1e-300 if xp is np else jnp.finfo(jnp.result_type(q, float)).tiny, 0.5)
    w = xp.clip(xp.cbrt(6 * t), 0.0, math.pi)
    for _ in range(7):  # convex: monotone after the first step
        w = xp.clip(w - (_w_minus_sin(xp, w) - t) / (2 * xp.sin(w / 2) ** 2), 0.0, math.pi)
    z = xp.where(q < 0.5, w - math.pi, math.pi - w)
    return xp.where(q <= 0, -math.pi, xp.where(q >= 1, math.pi, z))


def _w_minus_sin(xp, w):
    """w − sin w without cancellation."""
    s = w * w
    series = w * s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110 * (1 - s / 156 * (1 - s / 210))))))
    return xp.where(w < 1.0, series, w - xp.sin(w))


def cosine_ppf_np(q: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Quantile of the standard raised cosine (1 + cos z) / 2π on [−π, π], numpy."""
    return _cosine(np, np.asarray(q, dtype=float))


gamma_ppf = _with_slope(_gamma_solve, _gamma_pdf)
beta_ppf = _with_slope(_beta_solve, _beta_pdf)
cosine_ppf = _with_slope(_cosine_solve, lambda z: (1 + jnp.cos(z)) / (2 * math.pi))
