"""The Band function and its relatives for gamma-ray bursts.

Pieces are chosen in the logarithm, so both stay finite and one exponential is taken. Indices are exponents of E. A spectrum
without the peak it is named after (alpha <= -2, beta above alpha) is NaN.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy
from spec_lab.models.library.powerlaws import positive
from spec_lab.models.shared_parameters import LN10, amplitude, index, log_energy, pivot


def band_law(x: Energy, lnA: Curve, piv: float, alpha: Scalar, beta: Scalar, lnEp: Curve) -> Curve:
    """ln N of the Band function."""
    drop = positive(alpha - beta)
    lnEc = lnEp - jnp.log(positive(2 + alpha))
    lnEb = lnEc + jnp.log(drop)
    y, yb = x.lnE - math.log(piv), lnEb - math.log(piv)
    low = alpha * y - x.E * jnp.exp(-lnEc)
    high = drop * (yb - 1) + beta * y
    return lnA + jnp.where(x.lnE <= lnEb, low, high)


class band(Additive):
    r"""Band function (Band et al. 1993, ApJ 413, 281).

    N(E) = A (E/piv)^α exp(-E/Ec) for E <= Eb;  A (Eb/piv)^(α-β) e^(β-α) (E/piv)^β above;  Ec = Ep/(2+α), Eb = (α-β) Ec

    Parameters: alpha, beta, logEp (peak of E²N, log10 keV), logA. Settings: redshift, pivot_energy (100 keV).
    """

    aliases: ClassVar[tuple[str, ...]] = ("grbm",)
    formula: ClassVar[str] = (
        r"A\,(E/E_{\rm piv})^{\alpha}e^{-E/E_c}\ (E\le E_b),\quad "
        r"A\,(E_b/E_{\rm piv})^{\alpha-\beta}e^{\beta-\alpha}(E/E_{\rm piv})^{\beta}\ (E>E_b)"
    )
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.0, -2, 2, "low-energy index")
    beta: ParameterValue = index(r"\beta", -3.0, -6, -2, "high-energy index")
    logEp: ParameterValue = log_energy("E_p", 2.0, 0, 4, "peak of E²N")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot(100.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        return band_law(x, LN10 * p["logA"], self.pivot_energy, p["alpha"], p["beta"], LN10 * p["logEp"])


def _cut_band(x: Energy, p: Parameters, piv: float) -> tuple[Any, Any]:
    """ln(N/A) of cband, and the cut-off rate 1/Ec2."""
    rate2 = positive(2 + p["alpha2"]) * jnp.exp(-LN10 * p["logEp"])
    step = p["alpha1"] - p["alpha2"]
    rate1 = rate2 + step * jnp.exp(-LN10 * p["logEb"])
    y, yb = x.lnE - math.log(piv), LN10 * p["logEb"] - math.log(piv)
    low = p["alpha1"] * y - rate1 * x.E
    high = step * (yb - 1) + p["alpha2"] * y - rate2 * x.E
    return jnp.where(x.lnE <= LN10 * p["logEb"], low, high), rate2


class cband(Additive):
    r"""Band function with an exponential cut-off instead of the high-energy power law.

    Ec2 = Ep/(2+α₂), 1/Ec1 = 1/Ec2 + (α₁-α₂)/Eb; N(E) = A (E/piv)^α₁ exp(-E/Ec1) for E <= Eb,
    A (Eb/piv)^(α₁-α₂) e^(α₂-α₁) (E/piv)^α₂ exp(-E/Ec2) above

    Reference: after Band et al. 1993 (ApJ 413, 281).
    Parameters: alpha1, alpha2, logEb, logEp, logA. Settings: redshift, pivot_energy (1 keV).
    """

    formula: ClassVar[str] = r"{\rm Band}(\alpha_1,\alpha_2,E_b)\,e^{-E/E_{c,2}},\ E_{c,2}=E_p/(2+\alpha_2)"
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 1.0, -2, 2, "index below the break")
    alpha2: ParameterValue = index(r"\alpha_2", -1.0, -2, 2, "index above the break")
    logEb: ParameterValue = log_energy("E_b", 1.0, 0, 3, "break energy")
    logEp: ParameterValue = log_energy("E_p", 3.0, 1, 4, "peak of E²N")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return LN10 * p["logA"] + _cut_band(x.shifted(self.redshift), p, self.pivot_energy)[0]


class dband(Additive):
    r"""Double Band: `cband` with a power law of index beta above Eb2 = Ec2 (α₂-β), value and slope continuous.

    N(E) = cband(E) for E <= Eb2;  cband(Eb2) (E/Eb2)^β above

    Reference: after Band et al. 1993 (ApJ 413, 281).
    Parameters: alpha1, alpha2, beta, logEb, logEp, logA. Settings: redshift, pivot_energy (1 keV).
    """

    formula: ClassVar[str] = (
        r"{\rm cband}(E)\ (E\le E_{b,2}),\quad {\rm cband}(E_{b,2})(E/E_{b,2})^{\beta}\ (E>E_{b,2})"
    )
    exponential: ClassVar[bool] = True
    alpha1: ParameterValue = index(r"\alpha_1", 1.0, -2, 2, "index below the break")
    alpha2: ParameterValue = index(r"\alpha_2", -1.0, -2, 2, "index above the break")
    beta: ParameterValue = index(r"\beta", -3.0, -6, -2, "high-energy index")
    logEb: ParameterValue = log_energy("E_b", 1.0, 0, 3, "break energy")
    logEp: ParameterValue = log_energy("E_p", 3.0, 1, 4, "peak of E²N")
    logA: ParameterValue = amplitude()
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        curve, rate2 = _cut_band(x, p, self.pivot_energy)
        lnE2 = jnp.log(positive(p["alpha2"] - p["beta"])) - jnp.log(rate2)
        at_break, _ = _cut_band(Energy(jnp.exp(lnE2), lnE2), p, self.pivot_energy)
        return LN10 * p["logA"] + jnp.where(x.lnE <= lnE2, curve, at_break + p["beta"] * (x.lnE - lnE2))
