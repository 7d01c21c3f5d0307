"""The special functions the priors need, under one set of names for numpy (scipy.special) and for JAX.

Each family writes its formulas once, against one of these; so what the host and compiled functions compute cannot disagree.
"""

import types
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as jsp
import numpy as np
import scipy.special as sp

from spec_lab.priors import inverse


def _numpy() -> Any:
    names = ["exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "arcsin", "where", "clip", "isfinite"]
    return types.SimpleNamespace(
        **{name: getattr(np, name) for name in names},
        is_numpy=True,
        ndtr=sp.ndtr,
        ndtri=sp.ndtri,
        log_ndtr=sp.log_ndtr,
        arctan2=np.arctan2,
        gammaln=sp.gammaln,
        betaln=sp.betaln,
        xlogy=sp.xlogy,
        xlog1py=sp.xlog1py,
        gamma_cdf=sp.gammainc,
        gamma_ppf=sp.gammaincinv,
        beta_cdf=sp.betainc,
        beta_ppf=sp.betaincinv,
        cosine_ppf=inverse.cosine_ppf_np,
    )


def _jax() -> Any:
    names = [
        "exp",
        "log",
        "log1p",
        "expm1",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "where",
        "clip",
        "isfinite",
        "arctan2",
    ]
    return types.SimpleNamespace(
        **{name: getattr(jnp, name) for name in names},
        is_numpy=False,
        ndtr=jsp.ndtr,
        ndtri=jsp.ndtri,
        log_ndtr=jsp.log_ndtr,
        gammaln=jsp.gammaln,
        betaln=inverse.betaln,
        xlogy=jsp.xlogy,
        xlog1py=jsp.xlog1py,
        gamma_cdf=jax.scipy.special.gammainc,
        gamma_ppf=inverse.gamma_ppf,
        beta_cdf=jax.scipy.special.betainc,
        beta_ppf=inverse.beta_ppf,
        cosine_ppf=inverse.cosine_ppf,
    )


NUMPY = _numpy()
JAX = _jax()
