"""Smoothly joined power laws, harmonic form (after Ravasio et al. 2018, A&A 613, A16): sb2pl, csb2pl, sb3pl, sb4pl.

Segments are joined one after the other by (f^-w + g^-w)^(-1/w), where g continues f's value at the break with the next
index and w is the smoothness of that break; the whole is normalised at the pivot. The join takes the lower of two curves,
so the indices must fall from segment to segment; where they do not, the spectrum is NaN.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy
from spec_lab.models.library.powerlaws import positive
from spec_lab.models.library.smoothly_broken import bend_width
from spec_lab.models.shared_parameters import LN10, NO_PEAK, PEAK, amplitude, index, log_energy, peak, pivot


def _soft_least(f: Any, g: Any, w: float) -> Any:
    """ln of (e^(-w f) + e^(-w g))^(-1/w)."""
    return jnp.minimum(f, g) - jnp.log1p(jnp.exp(-w * jnp.abs(f - g))) / w


def joined_law(
    x: Energy,
    logA: Scalar,
    piv: float,
    indices: Sequence[Scalar],
    log_breaks: Sequence[Scalar],
    widths: Sequence[float],
) -> Curve:
    """ln N of the harmonic family; `log_breaks` are log10 keV."""

    def shape(lnE: Any, segments: int) -> Any:
        curve = indices[0] * (lnE - LN10 * log_breaks[0])
        for i in range(segments):
            at = LN10 * log_breaks[i]
            start = 0.0 if i == 0 else shape(at, i)
            curve = _soft_least(curve, start + indices[i + 1] * (lnE - at), widths[i])
        return curve

    n = len(log_breaks)
    return LN10 * logA + shape(x.lnE, n) - shape(math.log(piv), n)


def _falling(indices: Sequence[Any]) -> Any:
    """To be added to a logarithm: 0 where every index is below the one before, else NaN.

    Added, for a product becomes a choice between the curve and NaN, and XLA (0.10) compiles the exponential of a constant NaN in
    single precision to any number.
    """
    steps = [before > after for before, after in itertools.pairwise(indices)]
    return jnp.where(jnp.all(jnp.stack(steps)), 0.0, jnp.nan)


class sb2pl(Additive):
    r"""Two power laws, smoothly joined.

    N(E) = A f(E)/f(piv), f = [x^(-α₁ w) + x^(-α₂ w)]^(-1/w), x = E/Eb; Eb = Ep [-(α+2)/(β+2)]^(1/((β-α) w)) in peak mode

    Reference: after Ravasio et al. 2018 (A&A 613, A16).
    Parameters: alpha, beta, logEp; or alpha1, alpha2, logEb with vfv_peak=False; logA.
    Settings: redshift, pivot_energy (1 keV), smoothness (w = 2), vfv_peak.
    """

    formula: ClassVar[str] = r"A\,f(E)/f(E_{\rm piv}),\ f=[x^{-\alpha w}+x^{-\beta w}]^{-1/w},\ x=E/E_b"
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.0, -2, 2, "low-energy index", PEAK)
    beta: ParameterValue = index(r"\beta", -3.0, -6, -2, "high-energy index", PEAK)
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    alpha1: ParameterValue = index(r"\alpha_1", -1.0, -6, 4, "low-energy index", NO_PEAK)
    alpha2: ParameterValue = index(r"\alpha_2", -3.0, -6, 4, "high-energy index", NO_PEAK)
    logEb: ParameterValue = log_energy("E_b", 2.0, 0, 4, "break energy", NO_PEAK)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness: float = bend_width(2.0)
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        if self.vfv_peak:
            low, high = p["alpha"], p["beta"]
            ratio = positive(low + 2) / positive(-high - 2)
            log_break = p["logEp"] + jnp.log(ratio) / (LN10 * (high - low) * self.smoothness)
        else:
            low, high, log_break = p["alpha1"], p["alpha2"], p["logEb"]
        curve = joined_law(x, p["logA"], self.pivot_energy, (low, high), (log_break,), (self.smoothness,))
        return curve + _falling((low, high))


class csb2pl(Additive):
    r"""Two power laws, smoothly joined, with an exponential cut-off (normalised on the uncut curve).

    N(E) = sb2pl(E) exp(-E/Ec); in peak mode Ec = Ep/[α₂+2+(α₁-α₂)/(1+e^q)], q = (α₁-α₂) w ln(Ep/Eb)

    Reference: after Ravasio et al. 2018 (A&A 613, A16).
    Parameters: alpha1, alpha2, logEb, logEp (or logEc), logA. Settings: redshift, pivot_energy, smoothness (2), vfv_peak.
    """

    formula: ClassVar[str] = r"{\rm sb2pl}(E)\,e^{-E/E_c}"
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 1.0, -2, 2, "index below the break", no_peak=(-6, 4))
    alpha2: ParameterValue = index(r"\alpha_2", -1.0, -2, 2, "index above the break", no_peak=(-6, 4))
    logEb: ParameterValue = log_energy("E_b", 1.0, -1, 3, "break energy")
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    logEc: ParameterValue = log_energy("E_c", 2.0, 0, 4, "cut-off energy", NO_PEAK)
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness: float = bend_width(2.0)
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        indices, w = (p["alpha1"], p["alpha2"]), self.smoothness
        uncut = joined_law(x, p["logA"], self.pivot_energy, indices, (p["logEb"],), (w,)) + _falling(indices)
        if not self.vfv_peak:
            return uncut - x.E * jnp.exp(-LN10 * p["logEc"])
        step = indices[0] - indices[1]
        q = step * w * LN10 * (p["logEp"] - p["logEb"])
        slope = positive(indices[1] + 2 + step * 0.5 * (1 - jnp.tanh(0.5 * q)))
        return uncut - x.E * slope * jnp.exp(-LN10 * p["logEp"])


class sb3pl(Additive):
    r"""Three power laws, smoothly joined.

    N(E) = A f(E)/f(piv), f = [f₁₂^(-w₂) + (f₁₂(Eb2) (E/Eb2)^α₃)^(-w₂)]^(-1/w₂), f₁₂ that of `sb2pl` with w₁

    Reference: after Ravasio et al. 2018 (A&A 613, A16).
    Parameters: alpha1, alpha2, alpha3 (falling), logEb1, logEb2, logA.
    Settings: redshift, pivot_energy, smoothness1, smoothness2 (2).
    """

    formula: ClassVar[str] = r"[f_{12}^{-w_2}+(f_{12}(E_{b,2})(E/E_{b,2})^{\alpha_3})^{-w_2}]^{-1/w_2}"
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 1.0, -6, 4)
    alpha2: ParameterValue = index(r"\alpha_2", -1.0, -6, 4)
    alpha3: ParameterValue = index(r"\alpha_3", -3.0, -6, 4)
    logEb1: ParameterValue = log_energy("E_{b,1}", 1.0, -1, 3, "first break energy")
    logEb2: ParameterValue = log_energy("E_{b,2}", 2.0, 0, 4, "second break energy")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()
    smoothness1: float = bend_width(2.0)
    smoothness2: float = bend_width(2.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        indices = [p[f"alpha{i}"] for i in (1, 2, 3)]
        breaks, widths = (p["logEb1"], p["logEb2"]), (self.smoothness1, self.smoothness2)
        return joined_law(x, p["logA"], self.pivot_energy, indices, breaks, widths) + _falling(indices)


class sb4pl(Additive):
    r"""Four power laws, smoothly joined.

    N(E) = A f(E)/f(piv), f = [f₁₂₃^(-w₃) + (f₁₂₃(Eb3) (E/Eb3)^α₄)^(-w₃)]^(-1/w₃), f₁₂₃ that of `sb3pl`

    Reference: after Ravasio et al. 2018 (A&A 613, A16).
    Parameters: alpha1 … alpha4 (falling), logEb1 … logEb3, logA.
    Settings: redshift, pivot_energy, smoothness1 … smoothness3 (2).
    """

    formula: ClassVar[str] = r"[f_{123}^{-w_3}+(f_{123}(E_{b,3})(E/E_{b,3})^{\alpha_4})^{-w_3}]^{-1/w_3}"
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
    smoothness1: float = bend_width(2.0)
    smoothness2: float = bend_width(2.0)
    smoothness3: float = bend_width(2.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        indices = [p[f"alpha{i}"] for i in (1, 2, 3, 4)]
        breaks = [p[f"logEb{i}"] for i in (1, 2, 3)]
        widths = (self.smoothness1, self.smoothness2, self.smoothness3)
        return joined_law(x, p["logA"], self.pivot_energy, indices, breaks, widths) + _falling(indices)
