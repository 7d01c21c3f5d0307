"""Densities and quantiles of many priors at once, selected by family code: the form compiled functions use.

`code` and `params` are data, never structure: changing a prior recompiles nothing. Every family is evaluated at a point
inside its support with harmless parameters wherever it is not meant: values and gradients are finite, no nan leaks
through `where`. The iterative quantiles (gamma, beta) run only if some coordinate asks for them. `laws` are rows beyond the
table (distributions without an equal in it): they are structure, so that a compiled function is compiled for each set of them.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError
from spec_lab.priors.families import TABLE
from spec_lab.priors.family import Family
from spec_lab.priors.special import JAX, NUMPY

FLAT = 0  # improper: log density 0 everywhere, quantile q ↦ q; for inert coordinates
_UNIF = 1


def _mine(m: Any, family: Family, code, params):
    """Where the family is meant, and its parameters there (harmless ones elsewhere)."""
    mine = code == family.code
    return mine, tuple(m.where(mine, params[..., i], family.neutral[i]) for i in range(4))


def _standardise(m, family: Family, mine, p, x):
    """(inside the support and meant, z made safe elsewhere)."""
    s1, s2, loc, scale = p
    lower, upper = family.ends(m, s1, s2)
    finite = m.isfinite(x)
    z = (m.where(finite, x, loc) - loc) / scale
    inside = mine & finite & (z >= lower) & (z <= upper)
    return inside, m.where(inside, z, family.middle(m, s1, s2)), m.where(finite, z, x)


def _density_of(m, family, code, params, x, out):
    mine, p = _mine(m, family, code, params)
    inside, z, _ = _standardise(m, family, mine, p, x)
    value = family.logpdf(m, p[0], p[1], z) - m.log(p[3])
    return m.where(mine, m.where(inside, value, -np.inf), out)


def _cdf_of(m, family, code, params, x, out):
    mine, p = _mine(m, family, code, params)
    if family.cdf is None:
        raise ParameterError(
            f"the prior {family.doc} has no cumulative distribution, which this needs",
            allowed="a prior of the table, or a distribution with cdf",
        )
    inside, z, raw = _standardise(m, family, mine, p, x)
    upper = family.ends(m, p[0], p[1])[1]
    value = m.where(inside, family.cdf(m, p[0], p[1], z), m.where(raw >= upper, 1.0, 0.0))
    return m.where(mine, value, out)


def _quantile_of(m, family, code, params, q, out):
    mine, p = _mine(m, family, code, params)
    if family.ppf is None:
        raise ParameterError(
            f"the prior {family.doc} has no quantile, which this needs",
            allowed="a prior of the table, or a distribution with icdf",
            hint="Engines that need none: fit, emcee, nuts, preview.",
        )
    z = family.ppf(m, p[0], p[1], m.where(mine, q, 0.5))
    x = p[2] + p[3] * z
    if family.code == _UNIF:  # min + (max - min) may miss max by one unit of round-off
        x = m.clip(x, p[0], p[1])
    return m.where(mine, x, out)


def _host(one, code, params, x, out, laws):
    """numpy: only the families present are evaluated."""
    code, params, x = np.asarray(code), np.asarray(params, float), np.asarray(x, float)
    out = np.array(np.broadcast_to(out(x), np.broadcast_shapes(code.shape, x.shape)))
    with np.errstate(all="ignore"):
        for family in (*TABLE, *laws):
            if np.any(code == family.code):
                out = one(NUMPY, family, code, params, x, out)
    return out


def _device(one, code, params, x, out, laws, *, lazy: bool):
    code, params, x = jnp.asarray(code), jnp.asarray(params), jnp.asarray(x)
    out = jnp.broadcast_to(out(x), jnp.broadcast_shapes(code.shape, x.shape)).astype(jnp.result_type(x, float))
    for family in (*TABLE, *laws):
        if lazy and family.iterative:
            out = jax.lax.cond(
                jnp.any(code == family.code),
                lambda o, family=family: one(JAX, family, code, params, x, o).astype(o.dtype),
                lambda o: o,
                out,
            )
        else:
            out = one(JAX, family, code, params, x, out)
    return out


def log_density(
    code: Int[Array, "*n"], params: Float[Array, "*n 4"], x: Float[Array, "..."], laws: tuple[Family, ...] = ()
) -> Float[Array, "..."]:
    """Normalised log density of each coordinate; −inf outside the support (and for nan), 0 for `FLAT`.

    Examples:
        >>> from spec_lab.priors import expon, unif
        >>> both = unif(0, 4), expon(0, 1)
        >>> code, params = jnp.array([p.code for p in both]), jnp.array([p.params for p in both])
        >>> jnp.exp(log_density(code, params, jnp.array([1.0, 0.0]))).tolist()
        [0.25, 1.0]
    """
    return _device(_density_of, code, params, x, lambda x: 0.0 * jnp.where(jnp.isfinite(x), x, 0.0), laws, lazy=False)


def quantile(
    code: Int[Array, "*n"], params: Float[Array, "*n 4"], q: Float[Array, "..."], laws: tuple[Family, ...] = ()
) -> Float[Array, "..."]:
    """Inverse cumulative of each coordinate at probability q in [0, 1]; q itself for `FLAT`.

    The derivative in q is 1 / density; shapes of the iterative families count as constants.
    """
    return _device(_quantile_of, code, params, q, lambda q: q, laws, lazy=True)


def cumulative(
    code: Int[Array, "*n"], params: Float[Array, "*n 4"], x: Float[Array, "..."], laws: tuple[Family, ...] = ()
) -> Float[Array, "..."]:
    """Cumulative probability of each coordinate; x itself for `FLAT`."""
    return _device(_cdf_of, code, params, x, lambda x: x, laws, lazy=True)


def log_density_np(
    code: ArrayLike, params: ArrayLike, x: ArrayLike, laws: tuple[Family, ...] = ()
) -> Float[np.ndarray, "..."]:
    """Host twin of `log_density`."""
    return _host(_density_of, code, params, x, lambda x: np.zeros_like(x), laws)


def quantile_np(
    code: ArrayLike, params: ArrayLike, q: ArrayLike, laws: tuple[Family, ...] = ()
) -> Float[np.ndarray, "..."]:
    """Host twin of `quantile`."""
    return _host(_quantile_of, code, params, q, lambda q: q, laws)


def cumulative_np(
    code: ArrayLike, params: ArrayLike, x: ArrayLike, laws: tuple[Family, ...] = ()
) -> Float[np.ndarray, "..."]:
    """Host twin of `cumulative`."""
    return _host(_cdf_of, code, params, x, lambda x: x, laws)
