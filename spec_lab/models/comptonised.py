"""Comptonisation of soft photons in a thermal cloud.

The steady Kompaneets equation with escape, x⁻² d/dx[x⁴(n' + n)] - γ n + s = 0 with x = E/kT, has the homogeneous solutions
I(x)/Γ(α) (falling) and x^α F(x) (rising), times e^-x, where α(α+3) = γ and

    I(x) = ∫_0^∞ t^(α-1) (1 + t/x)^(α+3) e^-t dt,   F(x) = 1F1(α; 2α+4; x)

(Sunyaev & Titarchuk 1980, A&A 86, 121). Escaping photons, for seeds S(x0) normalised to one photon:

    γ x² e^-x / Γ(2α+4) [ I(x) ∫_0^x x0^α F(x0) S(x0) dx0 + x^α F(x) ∫_x^∞ I(x0) S(x0) dx0 ]

No photon is lost: the integral over x is one. The curve is computed on its own grid in ln x and interpolated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln

from spec_lab._base import ModelError
from spec_lab.models.component import Additive
from spec_lab.models.declare import LN10, amplitude, log_energy, span
from spec_lab.models.energy import Energy
from spec_lab.models.parameter import config, parameter

_LNX = np.linspace(math.log(1e-5), math.log(150.0), 288)
_V, _DV = np.linspace(-20.0, 5.0, 101, retstep=True)
_T, _W = np.polynomial.legendre.leggauss(48)


def _falling(x: Any, alpha: Any) -> Any:
    """I(x), integrated by parts to tame t^(α-1): -(1/α) ∫ t^α g'(t) dt, trapezoid in ln t (doubly exponential decay)."""
    t = np.exp(_V)[:, None]
    growth = (alpha + 2) * jnp.log1p(t / x) - t
    step = (alpha + 3 - x - t) / x
    return -_DV / alpha * jnp.sum(jnp.exp((alpha + 1) * _V[:, None] + growth) * step, axis=0)


def _rising(x: Any, alpha: Any) -> Any:
    """e^-x 1F1(α; 2α+4; x), by its integral over u in (0, 1) with u = w³; below x = 20 by parts to tame u^(α-1)."""
    w = 0.5 * (1 + _T)[:, None]
    u = w**3
    bell = jnp.exp(-x * (1 - u)) * (1 - u) ** (alpha + 2)
    direct = jnp.sum(0.5 * _W[:, None] * 3 * w ** (3 * alpha - 1) * (1 - u) * bell, axis=0)
    slope = bell * (x * (1 - u) - (alpha + 3))
    by_parts = -jnp.sum(0.5 * _W[:, None] * 3 * w ** (3 * alpha + 2) * slope, axis=0) / alpha
    norm = jnp.exp(gammaln(2 * alpha + 4) - gammaln(alpha) - gammaln(alpha + 4))
    return norm * jnp.where(x < 20, by_parts, direct)


def escaping(alpha: Any, seed_ratio: Any) -> Any:
    """ln of the escaping spectrum per ln x (one photon in all), plus x, on the grid `_LNX`. Wien seeds of kT0/kT."""
    lnx = jnp.asarray(_LNX)
    x, d = jnp.exp(lnx), _LNX[1] - _LNX[0]
    seeds = 0.5 * (x / seed_ratio) ** 3 * jnp.exp(-x / seed_ratio)  # per ln x0
    falling, rising = _falling(x, alpha), x**alpha * jnp.exp(x) * _rising(x, alpha)
    below = rising * seeds
    above = falling * seeds
    to_x = d * (jnp.cumsum(below) - 0.5 * below)
    from_x = d * (jnp.cumsum(above[::-1])[::-1] - 0.5 * above)
    norm = alpha * (alpha + 3) * jnp.exp(-gammaln(2 * alpha + 4))
    # The trapezoid rule meets a kink at x0 = x, of known size (the Wronskian): take its error off.
    kink = d**2 / 12 * jnp.exp(gammaln(2 * alpha + 4) + x) / x**3 * seeds
    both = falling * to_x + rising * from_x - kink
    return jnp.log(norm) + 3 * lnx + jnp.log(both)


def _interpolate(lnx: Any, values: Any) -> Any:
    """Cubic (Catmull-Rom) in the uniform grid; straight on beyond its ends."""
    d = _LNX[1] - _LNX[0]
    slopes = jnp.gradient(values)
    position = (lnx - _LNX[0]) / d
    i = jnp.clip(jnp.floor(position), 0, len(_LNX) - 2).astype(int)
    f = jnp.clip(position - i, 0.0, 1.0)
    y0, y1, m0, m1 = values[i], values[i + 1], slopes[i], slopes[i + 1]
    curve = y0 + f * (m0 + f * (3 * (y1 - y0) - 2 * m0 - m1 + f * (2 * (y0 - y1) + m0 + m1)))
    beyond = position - i - f
    return curve + beyond * jnp.where(beyond < 0, m0, m1)


class comptt(Additive):
    r"""Comptonisation of Wien photons in a hot cloud (after Titarchuk 1994, ApJ 434, 570; non-relativistic diffusion).

    α = -3/2 + sqrt(9/4 + γ),  γ = β(τ) 511 keV/kT, with Titarchuk's β for a disc or a sphere

    Differs from XSPEC's `compTT` by the missing relativistic corrections (small for kT below some 50 keV) and by its norm.
    Parameters: logkT0 (seeds), logkT (electrons), log10 keV; tau, optical depth; logA, log10 of the photons/cm²/s over all
    energies. Settings: geometry (disk or sphere), redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("compTT", "compst")
    formula: ClassVar[str] = (
        r"\frac{\gamma x^2e^{-x}}{\Gamma(2\alpha+4)}\left[I(x)\int_0^x\!x_0^{\alpha}F S\,dx_0"
        r"+x^{\alpha}F(x)\int_x^\infty\!I S\,dx_0\right]"
    )
    logkT0: Any = log_energy("kT_0", -1.0, -2, 1, "temperature of the seed photons")
    logkT: Any = log_energy("kT", 1.7, 0.3, 2.7, "temperature of the electrons")
    tau: Any = parameter(1.0, span(0.05, 20), label=r"\tau", doc="optical depth")
    logA: Any = amplitude(doc="photons over all energies", unit="photons/cm²/s")
    geometry: str = config("disk", "disk or sphere")

    def __check_init__(self) -> None:
        if self.geometry not in ("disk", "sphere"):
            raise ModelError("unknown geometry", got=self.geometry, allowed="disk, sphere")

    def spectrum(self, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        x = x.shifted(self.redshift)
        lnkT = LN10 * p["logkT"]
        gamma = self._escape(p["tau"]) * 510.99895 * jnp.exp(-lnkT)
        alpha = -1.5 + jnp.sqrt(2.25 + gamma)
        curve = escaping(alpha, jnp.exp(LN10 * p["logkT0"] - lnkT))
        lnx = x.lnE - lnkT
        return jnp.exp(LN10 * p["logA"] + _interpolate(lnx, curve) - jnp.exp(lnx) - x.lnE)

    def _escape(self, tau: Any) -> Any:
        """β(τ), Titarchuk 1994, eqs. 12 and 15."""
        if self.geometry == "disk":
            diffusive = math.pi**2 / 12 / (tau + 2 / 3) ** 2 * -jnp.expm1(-1.35 * tau)
            return diffusive + 0.45 * jnp.exp(-3.7 * tau) * jnp.log(10 / (3 * tau))
        diffusive = math.pi**2 / 3 / (tau + 2 / 3) ** 2 * -jnp.expm1(-0.7 * tau)
        return diffusive + jnp.exp(-1.4 * tau) * jnp.log(4 / (3 * tau))
