"""Comptonisation of soft photons in a hot thermal cloud, after Titarchuk 1994 (ApJ 434, 570), as XSPEC's `compTT`.

With y = E/kT0, x = E/kT, θ = kT/511 keV, and α the index of the power law between seeds and electrons,

    N(E) = A (kT/kT0) α(α+3)/(2(2α+3)) [ (2α+3) y^(-α-1) e^-x γ(α+3, y) I(r^(1/(α+3)) x) + y² e^-y/(α+3) ]
    I(x) = 1/Γ(2α+4) ∫_0^∞ t^(α-1) (t+x)^(α+3) e^-t dt      (by parts: t^α (t+x)^(α+2) (t+x-α-3)/α)

The index solves α ln[1 + (α+3)θ/(1+θ) + 4 d(α)^(1/α) θ²] = β(τ), with d(α) = 3 [(α+3)α+4] Γ(2α+2)/((α+3)(α+2)²)
(Titarchuk & Lyubarskij 1995, ApJ 450, 876), at most 10. β(τ) says how fast photons leave a disc or a sphere; r(τ_e), with
τ_e = τ/(1+(kT/39.2 keV)^0.86), where in the cloud the seeds are.

The curve is computed on a grid of its own in ln x and interpolated.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln

from spec_lab._base import ModelError
from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy
from spec_lab.models.parameter import config, parameter
from spec_lab.models.shared_parameters import LN10, amplitude, log_energy, span

_LNX = np.linspace(math.log(1e-6), math.log(150.0), 320)
_LAGUERRE = np.polynomial.laguerre.laggauss(10)  # ten nodes, as XSPEC
_LEGENDRE = np.polynomial.legendre.leggauss(40)
_STEEPEST, _STEPS = 10.0, 8
_SMALL_INDEX = 0.01
# ln Γ(2+x)/x in powers of x, highest first: (-1)^k (ζ(k)-1)/k, then 1-γ (Abramowitz & Stegun 6.1.33)
_LN_GAMMA = (0.00407735619794434 / 8, -0.008349277381922827 / 7, 0.01734306198444914 / 6, -0.03692775514336993 / 5)
_LN_GAMMA += (0.08232323371113819 / 4, -0.2020569031595942 / 3, 0.6449340668482264 / 2, 0.42278433509846714)
_SPHERE = tuple(6 * (-1) ** k / math.factorial(k + 4) for k in reversed(range(17)))  # r/τ of a thin sphere, in powers
_FAR = 70.0  # γ(a, y) has reached Γ(a) for every a <= 13

# Escape of photons from a disc and a sphere, as exactly computed by Sunyaev & Titarchuk 1985 (A&A 143, 374).
_TAU = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)
_BETA = {
    "disk": (1.23, 0.84, 0.655, 0.45, 0.335, 0.234, 0.147, 0.101, 0.0735, 0.0559, 0.0355, 0.0245, 0.013393, 0.00706),
    "sphere": (2.97, 1.97, 1.60, 1.18, 0.925, 0.688, 0.462, 0.334, 0.252, 0.197, 0.130, 0.092, 0.0522, 0.0278),
}


def _ln_d_by_index(a: Any) -> Any:
    """ln d(α)/α, in both precisions down to α = 0, where d is 1 (ln Γ(2+x) by its series there)."""
    small = jnp.minimum(a, _SMALL_INDEX)
    gamma_part = jnp.where(a < _SMALL_INDEX, 2 * jnp.polyval(jnp.array(_LN_GAMMA), 2 * small), gammaln(2 * a + 2) / a)
    return jnp.log1p(-a * ((a + 4) * a + 7) / ((a + 3) * (a + 2) ** 2)) / a + gamma_part


def spectral_index(beta: Scalar, theta: Scalar) -> Scalar:
    """α for the escape β at the electron temperature θ = kT/511 keV, by Newton's rule in ln α; its slope is implicit."""

    def excess(u: Any, beta: Any, theta: Any) -> Any:
        a = jnp.exp(u)
        gain = (a + 3) * theta / (1 + theta) + 4 * jnp.exp(_ln_d_by_index(a)) * theta**2
        return u + jnp.log(jnp.log1p(gain)) - jnp.log(beta)

    held = jax.lax.stop_gradient((beta, theta))

    def step(_: int, u: Any) -> Any:
        value, slope = jax.value_and_grad(excess)(u, *held)
        return jnp.clip(u - value / slope, -18.0, 5.0)

    start = jnp.log(held[0] / (math.sqrt(2.25) + jnp.sqrt(2.25 + held[0] / held[1])) / held[1])
    u = jax.lax.stop_gradient(jax.lax.fori_loop(0, _STEPS, step, jnp.minimum(start, math.log(_STEEPEST))))
    slope = jax.lax.stop_gradient(jax.grad(excess)(u, *held))
    return jnp.exp(u - excess(u, beta, theta) / slope)


def _ln_collected(a: Any, y: Any, lny: Any) -> Any:
    """ln[y^(2-a) γ(a, y)], without overflow; γ by Gauss-Legendre."""
    t, w = (v[:, None] for v in _LEGENDRE)
    s, reach = 0.5 * (1 + t), jnp.minimum(y, _FAR)
    total = jnp.sum(0.5 * w * jnp.exp((a - 1) * np.log(s) - reach * s), axis=0)
    return 2 * lny + a * (jnp.minimum(lny, math.log(_FAR)) - lny) + jnp.log(total)


def _scattered(x: Any, a: Any) -> Any:
    """I(x), by Gauss-Laguerre."""
    t, w = (v[:, None] for v in _LAGUERRE)
    terms = jnp.exp((a + 2) * jnp.log(x + t) + a * np.log(t) - gammaln(2 * a + 4)) * (x + t - a - 3)
    return jnp.sum(w * terms, axis=0) / a


def ln_curve(alpha: Scalar, depth: Scalar, ln_ratio: Scalar) -> Curve:
    """ln N/A, plus x, on the grid `_LNX`; `depth` is r(τ_e), `ln_ratio` ln(kT/kT0)."""
    lnx = jnp.asarray(_LNX)
    lny = lnx + ln_ratio
    y, x = jnp.exp(lny), jnp.exp(lnx)
    slope = 2 * alpha + 3
    hard = slope * _scattered(x * depth ** (1 / (alpha + 3)), alpha)
    # The larger of the two exponents is taken out, so that neither seeds nor electrons may be the hotter.
    first, second = _ln_collected(alpha + 3, y, lny), 2 * lny - y + x - jnp.log(alpha + 3)
    most = jax.lax.stop_gradient(jnp.maximum(first, second))
    both = hard * jnp.exp(first - most) + jnp.exp(second - most)
    return ln_ratio + jnp.log(alpha * (alpha + 3) / (2 * slope)) + most + jnp.log(both)


def _interpolate(lnx: Any, values: Any) -> Any:
    """Cubic in the uniform grid, with slopes of fourth order; straight on beyond its ends."""
    d = _LNX[1] - _LNX[0]
    slopes = jnp.asarray(jnp.gradient(values))
    inner = (8 * (values[3:-1] - values[1:-3]) - (values[4:] - values[:-4])) / 12
    slopes = slopes.at[2:-2].set(inner)
    position = (lnx - _LNX[0]) / d
    i = jnp.clip(jnp.floor(position), 0, len(_LNX) - 2).astype(int)
    f = jnp.clip(position - i, 0.0, 1.0)
    y0, y1, m0, m1 = values[i], values[i + 1], slopes[i], slopes[i + 1]
    curve = y0 + f * (m0 + f * (3 * (y1 - y0) - 2 * m0 - m1 + f * (2 * (y0 - y1) + m0 + m1)))
    beyond = position - i - f
    return curve + beyond * jnp.where(beyond < 0, m0, m1)


class comptt(Additive):
    r"""Comptonisation of Wien photons in a hot cloud, with relativistic corrections (Titarchuk 1994, ApJ 434, 570).

    N(E) as in XSPEC's `compTT`, formula in the text of this module; with I by ten Gauss-Laguerre nodes, as there

    Agrees with XSPEC's code to about 3e-4 where that has converged (its index is good to 1e-4). The ten nodes are up to
    0.4 % from the exact integral for α below 1; bins are integrated by quadrature, not by XSPEC's trapezoid. As there, β
    jumps by some per cent at tau = 0.1, and α is never above 10.
    Parameters: logkT0 (seeds), logkT (electrons), log10 keV; tau, optical depth (half a disc's, a sphere's radius); logA,
    log10 of XSPEC's norm: 0.7 to 1 times A kT photons/cm²/s over all energies. Settings: geometry (disk or sphere),
    escape (formula: XSPEC's approx 0 to 1 for a disc, above for a sphere; table: the negative ones), redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("compTT",)
    formula: ClassVar[str] = (
        r"A\frac{kT}{kT_0}\frac{\alpha(\alpha+3)}{2(2\alpha+3)}\left[(2\alpha+3)\,y^{-\alpha-1}e^{-x}\gamma(\alpha+3,y)"
        r"\,I(x)+\frac{y^2e^{-y}}{\alpha+3}\right],\ y=E/kT_0,\ x=E/kT"
    )
    logkT0: ParameterValue = log_energy("kT_0", -1.0, -2, 2, "temperature of the seed photons")
    logkT: ParameterValue = log_energy("kT", 1.7, 0.3, 2.7, "temperature of the electrons")
    tau: ParameterValue = parameter(1.0, span(0.01, 100), label=r"\tau", doc="optical depth")
    logA: ParameterValue = amplitude(doc="norm of XSPEC's compTT", unit="photons/cm²/s/keV")
    geometry: str = config("disk", "disk or sphere")
    escape: str = config("formula", "how photons leave the cloud: formula, or table (for tau from 0.1 to 10)")

    def __check_init__(self) -> None:
        if self.geometry not in _BETA:
            raise ModelError("unknown geometry", got=self.geometry, allowed=", ".join(_BETA))
        if self.escape not in ("formula", "table"):
            raise ModelError("unknown way of escape", got=self.escape, allowed="formula, table")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        lnkT = LN10 * p["logkT"]
        kT = jnp.exp(lnkT)
        alpha = jnp.minimum(spectral_index(self._escape(p["tau"]), kT / 511), _STEEPEST)
        depth = self._depth(p["tau"] / (1 + (kT / 39.2) ** 0.86))
        curve = ln_curve(alpha, depth, lnkT - LN10 * p["logkT0"])
        lnx = x.lnE - lnkT
        return jnp.exp(LN10 * p["logA"] + _interpolate(lnx, curve) - jnp.exp(lnx))

    def _escape(self, tau: Any) -> Any:
        """β(τ): Titarchuk 1994, eqs. 12 and 15 and the thin limits, or the exact values."""
        thin, t23 = jnp.minimum(tau, 0.1), (tau + 2 / 3) ** 2
        if self.geometry == "disk":
            below = jnp.log(1 / thin / jnp.log(1.53 / thin))
            diffusive = math.pi**2 / 12 / t23 * -jnp.expm1(-1.35 * tau)
            beta = diffusive + 0.45 * jnp.exp(-3.7 * tau) * jnp.log(10 / (3 * tau))
        else:
            below = jnp.log(4 / (3 * thin))
            diffusive = math.pi**2 / 3 / t23 * -jnp.expm1(-0.7 * tau)
            beta = diffusive + jnp.exp(-1.4 * tau) * jnp.log(4 / (3 * tau))
        if self.escape == "table":
            told = jnp.exp(jnp.interp(tau, jnp.array(_TAU), jnp.log(jnp.array(_BETA[self.geometry]))))
            beta = jnp.where(tau < _TAU[-1], told, beta)
        return jnp.where(tau > 0.1, beta, below)

    def _depth(self, t: Any) -> Any:
        """r(τ_e); the thin limit is XSPEC's for both geometries."""
        thick = jnp.maximum(t, 0.01)
        if self.geometry == "disk":
            r = 1 + jnp.expm1(-thick) / thick
        else:
            far, near = jnp.maximum(thick, 1.0), jnp.minimum(thick, 1.0)
            r = 1 - 3 / far * (1 - 2 / far - 2 / far**2 * jnp.expm1(-far))
            r = jnp.where(thick < 1, near * jnp.polyval(jnp.array(_SPHERE), near), r)
        return jnp.where(t < 0.01, 0.5 * t, r)
