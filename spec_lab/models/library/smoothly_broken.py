"""Smoothly broken power laws, in two families, each with one, two or three breaks and optionally an exponential cut-off.

*log-cosh* (Kaneko et al. 2006, ApJS 166, 298; names sbpl, csbpl, dsbpl, tsbpl): the local index runs as tanh of log10(E/Eb)/d
between its neighbours; d is the smoothness (0.3) in decades.

    ln N = ln A + b ln(E/piv) + ln10 Σ m_i d_i [ln cosh q_i(E) - ln cosh q_i(piv)],   q_i(E) = log10(E/Eb_i)/d_i,
    b = (first index + last index)/2,   m_i = (index after - index before)/2

*harmonic* (after Ravasio et al. 2018, A&A 613, A16; names sb2pl, csb2pl, sb3pl, sb4pl): segments joined by
(f^-w + g^-w)^(-1/w), w the smoothness (2); the spectrum is concave, so the indices must fall.

In peak mode (``vfv_peak=True``) one break or cut-off is replaced by the energy of the maximum of E²N; where no such maximum
exists the spectrum is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy
from spec_lab.models.library.powerlaws import positive
from spec_lab.models.parameter import config
from spec_lab.models.shared_parameters import LN10, NO_PEAK, PEAK, amplitude, index, log_energy, peak, pivot


def bend_width(default: float, doc: str = "width of the break") -> Any:
    """How gradual a break is."""
    return config(default, doc, above=0.0)


def _log_cosh(q: Any) -> Any:
    size = jnp.abs(q)
    return size + jnp.log1p(jnp.exp(-2 * size)) - math.log(2.0)


def log_cosh_law(
    x: Energy,
    logA: Scalar,
    piv: float,
    indices: Sequence[Scalar],
    log_breaks: Sequence[Scalar],
    widths: Sequence[float],
) -> Curve:
    """ln N of the log-cosh family; `log_breaks` are log10 keV."""
    log10E, log10piv = x.lnE / LN10, math.log10(piv)
    curve = LN10 * logA + 0.5 * (indices[0] + indices[-1]) * (x.lnE - math.log(piv))
    for i, (log_break, d) in enumerate(zip(log_breaks, widths, strict=True)):
        half_step = 0.5 * (indices[i + 1] - indices[i])
        bend = _log_cosh((log10E - log_break) / d) - _log_cosh((log10piv - log_break) / d)
        curve = curve + LN10 * half_step * d * bend
    return curve


def _excess(before: Any, after: Any, q: Any) -> Any:
    """Local index minus `after`, q widths above a log-cosh break: (before - after)/(1 + e^(2q)), without overflow."""
    return (before - after) * 0.5 * (1 - jnp.tanh(q))


class sbpl(Additive):
    r"""Smoothly broken power law, log-cosh form (Kaneko et al. 2006).

    N(E) = A (E/piv)^b 10^(g(E)-g(piv)), g = m d ln cosh(log10(E/Eb)/d); Eb from the peak: Ep 10^(-d artanh[(α+β+4)/(α-β)])

    Parameters: alpha, beta (low- and high-energy index), logEp (peak of E²N); or alpha1, alpha2, logEb with vfv_peak=False;
    logA. Settings: redshift, pivot_energy (1 keV), smoothness (0.3 decades), vfv_peak.
    """

    aliases: ClassVar[tuple[str, ...]] = ("grbsbpl",)
    formula: ClassVar[str] = (
        r"A\,(E/E_{\rm piv})^{b}\,10^{g(E)-g(E_{\rm piv})},\ g=m\Delta\ln\cosh\frac{\log(E/E_b)}{\Delta}"
    )
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.0, -2, 2, "low-energy index", PEAK)
    beta: ParameterValue = index(r"\beta", -3.0, -6, -2, "high-energy index", PEAK)
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    alpha1: ParameterValue = index(r"\alpha_1", -1.0, -6, 4, "low-energy index", NO_PEAK)
    alpha2: ParameterValue = index(r"\alpha_2", -3.0, -6, 4, "high-energy index", NO_PEAK)
    logEb: ParameterValue = log_energy("E_b", 2.0, 0, 4, "break energy", NO_PEAK)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness: float = bend_width(0.3)
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        if self.vfv_peak:
            low, high = p["alpha"], p["beta"]
            log_break = p["logEp"] - 0.5 * self.smoothness * jnp.log(positive(low + 2) / positive(-high - 2))
        else:
            low, high, log_break = p["alpha1"], p["alpha2"], p["logEb"]
        return log_cosh_law(x, p["logA"], self.pivot_energy, (low, high), (log_break,), (self.smoothness,))


class csbpl(Additive):
    r"""Smoothly broken power law (log-cosh) with an exponential cut-off.

    N(E) = sbpl(E) exp(-E/Ec); in peak mode Ec = Ep/[2+α₂+(α₁-α₂)/(1+e^(2q))], q = log10(Ep/Eb)/d; NaN where that is no
    maximum of E²N or where another lies above it.

    Reference: after Kaneko et al. 2006 (ApJS 166, 298).
    Parameters: alpha1, alpha2, logEb, logEp (or logEc), logA. Settings: redshift, pivot_energy, smoothness (0.3), vfv_peak.
    """

    formula: ClassVar[str] = r"{\rm sbpl}(E)\,e^{-E/E_c}"
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 1.0, -2, 2, "index below the break", no_peak=(-6, 4))
    alpha2: ParameterValue = index(r"\alpha_2", -1.0, -2, 2, "index above the break", no_peak=(-6, 4))
    logEb: ParameterValue = log_energy("E_b", 1.0, -1, 3, "break energy")
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    logEc: ParameterValue = log_energy("E_c", 2.0, 0, 4, "cut-off energy", NO_PEAK)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness: float = bend_width(0.3)
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        indices, d = (p["alpha1"], p["alpha2"]), self.smoothness
        uncut = log_cosh_law(x, p["logA"], self.pivot_energy, indices, (p["logEb"],), (d,))
        if not self.vfv_peak:
            return uncut - x.E * jnp.exp(-LN10 * p["logEc"])
        return uncut - x.E * self._rate(p)

    def _rate(self, p: Parameters) -> Any:
        """1/Ec from the peak, or NaN. E²N falls beyond Ep iff 2 + index(E) < E/Ec on (Ep, (2+max index) Ec)."""

        def slope(logE: Any) -> Any:
            q = (logE - p["logEb"]) / self.smoothness
            return 2 + p["alpha2"] + _excess(p["alpha1"], p["alpha2"], q)

        at_peak = positive(slope(p["logEp"]))
        steps = jnp.linspace(0.0, 1.0, 33)[1:]
        reach = jnp.log10(jnp.maximum((2 + jnp.maximum(p["alpha1"], p["alpha2"])) / at_peak, 1.0))
        beyond = slope(p["logEp"] + reach * steps) - at_peak * jnp.exp(LN10 * reach * steps)
        only = jnp.all(beyond <= 1e-9)
        return jnp.where(only, at_peak, jnp.nan) * jnp.exp(-LN10 * p["logEp"])


class dsbpl(Additive):
    r"""Doubly smoothly broken power law, log-cosh form.

    N(E) = A (E/piv)^b 10^(g₁(E)+g₂(E)-g₁(piv)-g₂(piv)), gᵢ = mᵢ dᵢ ln cosh(log10(E/Ebᵢ)/dᵢ), b = (α₁+last index)/2,
    mᵢ = (index after - index before)/2

    Two breaks; in peak mode the second follows from the peak of E²N: with c = (α₁-α₂)/(1+e^(2q₁)), q₁ = log10(Ep/Eb1)/d₁,
    log Eb2 = log Ep - (d₂/2) ln[(α₂+2+c)/(-β-2-c)].

    Reference: after Kaneko et al. 2006 (ApJS 166, 298).
    Parameters: alpha1, alpha2, beta, logEb, logEp; or alpha1, alpha2, alpha3, logEb1, logEb2 with vfv_peak=False; logA.
    Settings: redshift, pivot_energy, smoothness1, smoothness2 (0.3), vfv_peak.
    """

    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{b}\,10^{\sum_i g_i(E)-g_i(E_{\rm piv})},\ i=1,2"
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 1.0, -2, 2, "index below the first break", no_peak=(-6, 4))
    alpha2: ParameterValue = index(r"\alpha_2", -1.0, -2, 2, "index between the breaks", no_peak=(-6, 4))
    beta: ParameterValue = index(r"\beta", -3.0, -6, -2, "high-energy index", PEAK)
    logEb: ParameterValue = log_energy("E_b", 1.0, -1, 3, "first break energy", PEAK)
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    alpha3: ParameterValue = index(r"\alpha_3", -3.0, -6, 4, "high-energy index", NO_PEAK)
    logEb1: ParameterValue = log_energy("E_{b,1}", 1.0, -1, 3, "first break energy", NO_PEAK)
    logEb2: ParameterValue = log_energy("E_{b,2}", 2.0, 0, 4, "second break energy", NO_PEAK)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness1: float = bend_width(0.3)
    smoothness2: float = bend_width(0.3)
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        if self.vfv_peak:
            first, last = p["logEb"], p["beta"]
            c = _excess(p["alpha1"], p["alpha2"], (p["logEp"] - first) / self.smoothness1)
            ratio = positive(p["alpha2"] + 2 + c) / positive(-last - 2 - c)
            second = p["logEp"] - 0.5 * self.smoothness2 * jnp.log(ratio)
        else:
            first, second, last = p["logEb1"], p["logEb2"], p["alpha3"]
        indices, widths = (p["alpha1"], p["alpha2"], last), (self.smoothness1, self.smoothness2)
        return log_cosh_law(x, p["logA"], self.pivot_energy, indices, (first, second), widths)


class tsbpl(Additive):
    r"""Triply smoothly broken power law, log-cosh form.

    N(E) = A (E/piv)^b 10^(Σ gᵢ(E)-gᵢ(piv)), gᵢ = mᵢ dᵢ ln cosh(log10(E/Ebᵢ)/dᵢ), i = 1, 2, 3, b = (α₁+α₄)/2,
    mᵢ = (αᵢ₊₁-αᵢ)/2

    Reference: after Kaneko et al. 2006 (ApJS 166, 298).
    Parameters: alpha1 … alpha4, logEb1 … logEb3, logA. Settings: redshift, pivot_energy, smoothness1 … smoothness3 (0.3).
    """

    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{b}\,10^{\sum_i g_i(E)-g_i(E_{\rm piv})},\ i=1,2,3"
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 2.0, -6, 4)
    alpha2: ParameterValue = index(r"\alpha_2", 1.0, -6, 4)
    alpha3: ParameterValue = index(r"\alpha_3", -1.0, -6, 4)
    alpha4: ParameterValue = index(r"\alpha_4", -3.0, -6, 4)
    logEb1: ParameterValue = log_energy("E_{b,1}", 1.0, -1, 3, "first break energy")
    logEb2: ParameterValue = log_energy("E_{b,2}", 2.0, 0, 4, "second break energy")
    logEb3: ParameterValue = log_energy("E_{b,3}", 3.0, 1, 5, "third break energy")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness1: float = bend_width(0.3)
    smoothness2: float = bend_width(0.3)
    smoothness3: float = bend_width(0.3)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        indices = [p[f"alpha{i}"] for i in (1, 2, 3, 4)]
        breaks = [p[f"logEb{i}"] for i in (1, 2, 3)]
        widths = (self.smoothness1, self.smoothness2, self.smoothness3)
        return log_cosh_law(x, p["logA"], self.pivot_energy, indices, breaks, widths)
