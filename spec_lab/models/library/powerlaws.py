"""Power laws: plain, with an exponential cut-off, broken, and curved in the logarithm.

Indices are exponents of E (a falling spectrum has a negative index). `A = 10**logA` is N at the pivot energy.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.annotations import Bins, Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy
from spec_lab.models.shared_parameters import LN10, NO_PEAK, PEAK, amplitude, index, log_energy, peak, pivot


def positive(value: Curve) -> Curve:
    """`value` where it is positive, else NaN: a spectrum that does not exist must not look like one that does."""
    return jnp.where(value > 0, value, jnp.nan)


def growth(t: Curve) -> Curve:
    """(e^t - 1)/t, smooth through t = 0."""
    small = jnp.abs(t) < 1e-5
    safe = jnp.where(small, 1.0, t)
    return jnp.where(small, 1 + t * (0.5 + t / 6), jnp.expm1(safe) / safe)


def power_integral(lo: Curve, hi: Curve, slope: Curve | float) -> Curve:
    """∫ E^slope dE over bins, smooth through slope = -1: lo^(slope+1) L (e^t - 1)/t, L = ln(hi/lo), t = (slope+1) L."""
    lnlo = jnp.log(lo)
    width = jnp.log(hi) - lnlo
    return jnp.exp((slope + 1) * lnlo) * width * growth((slope + 1) * width)


class pl(Additive):
    r"""Power law.

    N(E) = A (E/piv)^alpha

    Reference: XSPEC's `powerlaw`, Arnaud 1996 (ASP Conf. 101, 17), with the sign of the index turned.
    Parameters: alpha; logA, log10 photons/cm²/s/keV at piv. Settings: redshift, pivot_energy (1 keV).
    """

    aliases: ClassVar[tuple[str, ...]] = ("powerlaw", "zpowerlw", "po", "pow")
    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{\alpha}"
    exact: ClassVar[bool] = True
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", 0.0, -10, 10)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        return LN10 * p["logA"] + p["alpha"] * (x.lnE - math.log(self.pivot_energy))

    def integral(self, lo: Bins, hi: Bins, p: Parameters, T: Time = None) -> Bins:
        piv = self.pivot_energy / (1 + self.redshift)
        return jnp.exp(LN10 * p["logA"]) * piv * power_integral(jnp.maximum(lo, 1e-10) / piv, hi / piv, p["alpha"])


class cpl(Additive):
    r"""Power law with an exponential cut-off (Comptonised spectrum).

    N(E) = A (E/piv)^alpha exp(-E/Ec),  Ec = Ep/(2+alpha) in peak mode (not defined for alpha <= -2)

    Reference: the Comptonised spectrum of Gruber et al. 2014 (ApJS 211, 12).
    Parameters: alpha; logEp, log10 keV, the peak of E²N (or logEc, the cut-off, with ``vfv_peak=False``); logA.
    Settings: redshift, pivot_energy (1 keV), vfv_peak.
    """

    aliases: ClassVar[tuple[str, ...]] = ("cutoffpl", "zcutoffpl", "compt")
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "cutoffpl": {"vfv_peak": False},
        "zcutoffpl": {"vfv_peak": False},
        "compt": {"pivot_energy": 100.0},
    }
    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{\alpha}\,e^{-E/E_c},\ E_c=E_p/(2+\alpha)"
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.0, -2, 2, no_peak=(-8, 4))
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    logEc: ParameterValue = log_energy("E_c", 2.0, 0, 4, "cut-off energy", NO_PEAK)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        rate = jnp.exp(-LN10 * (p["logEp"] if self.vfv_peak else p["logEc"]))
        if self.vfv_peak:
            rate = rate * positive(2 + p["alpha"])
        return LN10 * p["logA"] + p["alpha"] * (x.lnE - math.log(self.pivot_energy)) - rate * x.E


class bknpl(Additive):
    r"""Broken power law.

    N(E) = A (E/piv)^α₁ for E <= Eb;  A (Eb/piv)^(α₁-α₂) (E/piv)^α₂ above

    Reference: XSPEC's `bknpower`, Arnaud 1996 (ASP Conf. 101, 17), with the signs of the indices turned.
    Parameters: alpha1, alpha2, logEb (log10 keV), logA. Settings: redshift, pivot_energy (1 keV).
    """

    aliases: ClassVar[tuple[str, ...]] = ("bknpower", "zbknpower")
    formula: ClassVar[str] = (
        r"A\,(E/E_{\rm piv})^{\alpha_1}\ (E\le E_b),\quad "
        r"A\,(E_b/E_{\rm piv})^{\alpha_1-\alpha_2}(E/E_{\rm piv})^{\alpha_2}\ (E>E_b)"
    )
    exact: ClassVar[bool] = True
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", -1.0, -6, 4, "index below the break")
    alpha2: ParameterValue = index(r"\alpha_2", -2.0, -6, 4, "index above the break")
    logEb: ParameterValue = log_energy("E_b", 0.7, -2, 4, "break energy")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        above = x.lnE - LN10 * p["logEb"]
        slope = jnp.where(above > 0, p["alpha2"], p["alpha1"])
        return self._ln_at_break(p) + slope * above

    def integral(self, lo: Bins, hi: Bins, p: Parameters, T: Time = None) -> Bins:
        rest = (1 + self.redshift) * jnp.exp(-LN10 * p["logEb"])  # energies in units of the break
        lo, hi = jnp.maximum(lo, 1e-10) * rest, hi * rest
        below = power_integral(jnp.minimum(lo, 1.0), jnp.minimum(hi, 1.0), p["alpha1"])
        above = power_integral(jnp.maximum(lo, 1.0), jnp.maximum(hi, 1.0), p["alpha2"])
        return jnp.exp(self._ln_at_break(p)) / rest * (below + above)

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        return (jnp.exp(LN10 * p["logEb"]) / (1 + self.redshift),)

    def _ln_at_break(self, p: Parameters) -> Any:
        return LN10 * p["logA"] + p["alpha1"] * (LN10 * p["logEb"] - math.log(self.pivot_energy))


class logpar(Additive):
    r"""Log-parabola: a power law whose index runs with the logarithm of energy.

    N(E) = A (E/piv)^(α + β log10(E/piv))

    Reference: Massaro et al. 2004 (A&A 413, 489), with the signs turned.
    Parameters: alpha, index at the pivot; beta, change of index per decade (half of it); logA.
    Settings: redshift, pivot_energy (1 keV).
    """

    aliases: ClassVar[tuple[str, ...]] = ("zlogpar",)
    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{\alpha+\beta\log_{10}(E/E_{\rm piv})}"
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.5, -6, 4, "index at the pivot energy")
    beta: ParameterValue = index(r"\beta", -0.2, -4, 4, "curvature")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        y = x.shifted(self.redshift).lnE - math.log(self.pivot_energy)
        return LN10 * p["logA"] + y * (p["alpha"] + p["beta"] * y / LN10)
