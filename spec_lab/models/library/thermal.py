"""Thermal spectra: black bodies of one temperature and of many, discs, bremsstrahlung.

kT in keV. `bb` and `mbb` carry XSPEC's `bbody` normalisation (8.0525: L39/D10², luminosity in 1e39 erg/s, distance in 10 kpc),
`bbodyrad` and `diskbb` the radius normalisation (1.0344e-3: (R_km/D10)²).
"""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np

from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Additive
from spec_lab.models.integration.grid import Energy
from spec_lab.models.library.disc_integral import disc_integral
from spec_lab.models.library.gaunt import PIECES, gaunt
from spec_lab.models.library.powerlaws import growth, positive, power_integral
from spec_lab.models.shared_parameters import LN10, amplitude, index, log_energy

BBODY, BBODYRAD = 8.0525, 1.0344e-3  # XSPEC's constants, as printed in its manual
DISKBB = 2.77e-3  # of XSPEC's `diskbb`, as its values show; 8/3 of BBODYRAD, 0.42 % less, would be exact
DISKPBB = 2.085e-3  # the same of `diskpbb`; 2 of BBODYRAD, 0.78 % less, would be exact
HELIUM = 0.085  # ions of helium per proton
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_BERNOULLI = ((2, 1 / 12), (4, -1 / 720), (6, 1 / 30240), (8, -1 / 1209600), (10, 1 / 47900160))


def bose(y: Curve) -> Curve:
    """1/(e^y - 1) without overflow, in value and in gradient."""
    return jnp.exp(-y) / -jnp.expm1(-y)


def planck_integral(lo: Curve, hi: Curve, s: Curve | float) -> Curve:
    """∫ x^s/(e^x - 1) dx from lo to hi, about 1e-10.

    Below x = 1 term by term from x/(e^x-1) = Σ B_j x^j/j!; above by Gauss-Legendre in ln x over the 45 units that matter.
    """
    start, stop = jnp.minimum(lo, 1.0), jnp.clip(hi, jnp.minimum(lo, 1.0), 1.0)
    # The first two terms may meet a vanishing exponent (s = 0, s = -1); the others share their powers.
    series = power_integral(start, stop, s - 1) - 0.5 * power_integral(start, stop, s)
    for end, sign in ((stop, 1.0), (start, -1.0)):
        power, square = sign * jnp.exp(s * jnp.log(end)), end * end
        term = 0.0
        for j, c in reversed(_BERNOULLI):
            term = term * square + c / (s + j)
        series = series + power * square * term
    first = jnp.maximum(lo, 1.0)
    u0, u1 = jnp.log(first), jnp.log(jnp.clip(hi, first, first + 45))
    half, middle = 0.5 * (u1 - u0), 0.5 * (u1 + u0)
    many = (-1, *(1,) * jnp.ndim(middle))
    u = middle + half * _NODES.reshape(many)
    x = jnp.exp(u)
    tail = (_WEIGHTS.reshape(many) * jnp.exp((s + 1) * u - x) / -jnp.expm1(-x)).sum(0)
    return series + half * tail


class bb(Additive):
    r"""Black body with XSPEC's `bbody` normalisation.

    N(E) = 8.0525 A E² / (kT)⁴ / (exp(E/kT) - 1)

    Reference: XSPEC's `bbody`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: logkT, log10 keV; logA, log10 of L39/D10². Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("bbody", "zbbody")
    formula: ClassVar[str] = r"\frac{8.0525\,A\,E^2}{(kT)^4\,(e^{E/kT}-1)}"
    logkT: ParameterValue = log_energy("kT", 1.0, -2, 4, "temperature")
    logA: ParameterValue = amplitude(doc="L39/D10²", unit="1e39 erg/s/(10 kpc)²")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        norm = BBODY * jnp.exp(LN10 * (p["logA"] - 4 * p["logkT"]))
        return norm * x.E**2 * bose(x.E * jnp.exp(-LN10 * p["logkT"]))


class bbodyrad(Additive):
    r"""Black body normalised by its surface.

    N(E) = 1.0344e-3 A E² / (exp(E/kT) - 1)

    Reference: XSPEC's `bbodyrad`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: logkT, log10 keV; logA, log10 of (R_km/D10)². Settings: redshift.
    """

    formula: ClassVar[str] = r"\frac{1.0344\times10^{-3}A\,E^2}{e^{E/kT}-1}"
    logkT: ParameterValue = log_energy("kT", 0.0, -2, 4, "temperature")
    logA: ParameterValue = amplitude(doc="(R_km/D10)²", unit="km²/(10 kpc)²")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        return BBODYRAD * jnp.exp(LN10 * p["logA"]) * x.E**2 * bose(x.E * jnp.exp(-LN10 * p["logkT"]))


class mbb(Additive):
    r"""Black bodies of a power-law distribution of temperatures (Hou et al. 2018, ApJ 866, 13).

    N(E) = 8.0525 A (m+1)/[(Tmax/Tmin)^(m+1)-1] kTmin^-2 (E/kTmin)^(m-1) ∫_{E/kTmax}^{E/kTmin} x^(2-m)/(e^x-1) dx

    Smooth through m = -1. NaN unless kTmax > kTmin.
    Parameters: logkTmin, logkTmax, log10 keV; m; logA, log10 of L39/D10². Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("multibb",)
    formula: ClassVar[str] = (
        r"8.0525A\frac{m+1}{(T_{\max}/T_{\min})^{m+1}-1}\frac{(E/kT_{\min})^{m-1}}{(kT_{\min})^2}"
        r"\int_{E/kT_{\max}}^{E/kT_{\min}}\frac{x^{2-m}}{e^x-1}dx"
    )
    logkTmin: ParameterValue = log_energy("kT_{\\min}", 0.0, -1, 3, "lowest temperature")
    logkTmax: ParameterValue = log_energy("kT_{\\max}", 2.0, 0, 4, "highest temperature")
    m: ParameterValue = index("m", 0.0, -2, 2, "index of the luminosity against temperature")
    logA: ParameterValue = amplitude(doc="L39/D10²", unit="1e39 erg/s/(10 kpc)²")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        lnmin, m = LN10 * p["logkTmin"], p["m"]
        ratio = positive(LN10 * p["logkTmax"] - lnmin)
        share = 1 / (ratio * growth((m + 1) * ratio))
        lnx = x.lnE - lnmin
        integral = planck_integral(jnp.exp(lnx - ratio), jnp.exp(lnx), 2 - m)
        return BBODY * share * jnp.exp(LN10 * p["logA"] - 2 * lnmin + (m - 1) * lnx) * integral


class diskbb(Additive):
    r"""Disc of many black bodies, T ∝ r^(-3/4) (Mitsuda et al. 1984, PASJ 36, 741), with the norm of XSPEC's `diskbb`.

    N(E) = 2.77e-3 A E² y^(-8/3) ∫_y^∞ x^(5/3)/(e^x-1) dx,  y = E/kT_in

    Parameters: logkT, log10 keV, at the inner radius; logA, log10 of (R_in,km/D10)² cos(inclination). Settings: redshift.
    """

    formula: ClassVar[str] = r"2.77\times10^{-3}A\,E^2y^{-8/3}\int_y^\infty\frac{x^{5/3}}{e^x-1}dx,\ y=E/kT_{in}"
    logkT: ParameterValue = log_energy("kT_{\\rm in}", 0.0, -2, 3, "temperature at the inner radius")
    logA: ParameterValue = amplitude(doc="(R_in,km/D10)² cos i", unit="km²/(10 kpc)²")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        norm = DISKBB * jnp.exp(LN10 * (p["logA"] + 2 * p["logkT"]))
        return norm * disc_integral(x.lnE - LN10 * p["logkT"])


class diskpbb(Additive):
    r"""Disc of many black bodies whose temperature falls as a free power of the radius, T ∝ r^(-p) (XSPEC's `diskpbb`).

    N(E) = (2.085e-3/p) A E² y^(-2/p) ∫_y^∞ x^(2/p-1)/(e^x-1) dx,  y = E/kT_in

    Reference: Mineshige et al. 1994 (ApJ 426, 308); Kubota & Makishima 2004 (ApJ 601, 428).
    Parameters: logkT, log10 keV, at the inner radius; p; logA, log10 of (R_in,km/D10)² cos(inclination). Settings: redshift.
    """

    formula: ClassVar[str] = (
        r"\frac{2.085\times10^{-3}}{p}A\,E^2y^{-2/p}\int_y^\infty\frac{x^{2/p-1}}{e^x-1}dx,\ y=E/kT_{in}"
    )
    logkT: ParameterValue = log_energy("kT_{\\rm in}", 0.0, -1, 1, "temperature at the inner radius")
    p: ParameterValue = index("p", 0.75, 0.5, 1.0, "power of the radius with which the temperature falls")
    logA: ParameterValue = amplitude(doc="(R_in,km/D10)² cos i", unit="km²/(10 kpc)²")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x, power = x.shifted(self.redshift), 2 / p["p"]
        lny = x.lnE - LN10 * p["logkT"]
        y = jnp.exp(lny)
        norm = jnp.exp(LN10 * (p["logA"] + 2 * p["logkT"]) + (2 - power) * lny)
        return DISKPBB / p["p"] * norm * planck_integral(y, y + 60, power - 1)


class bremss(Additive):
    r"""Thermal bremsstrahlung of hydrogen and 8.5 % helium (by number), as XSPEC's `bremss`.

    N(E) = A [g₁(E, kT) + 0.34 g₂(E, kT)] e^(-x) / (E √kT),  x = E/kT, with the Gaunt factors of hydrogen and of helium

    The Gaunt factors are fits to Karzas & Latter 1961 (see `gaunt`), which jump by 1e-3 or less at five energies; bins
    that hold one of these are integrated on both its sides.
    Reference: Kellogg, Baldwin & Koch 1975 (ApJ 199, 299); Kurucz 1970 (SAO Special Report 309) for cool plasmas.
    Parameters: logkT, log10 keV; logA, log10 of 3.02e-15/(4πD²) ∫ n_e n_H dV. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zbremss",)
    formula: ClassVar[str] = r"\frac{A\,[g_1(E,kT)+0.34\,g_2(E,kT)]\,e^{-E/kT}}{E\sqrt{kT}}"
    logkT: ParameterValue = log_energy("kT", 0.8, -1, 3, "temperature")
    logA: ParameterValue = amplitude(doc="3.02e-15/(4πD²) ∫ n_e n_H dV", unit="cm⁻⁵")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        kT = jnp.exp(LN10 * p["logkT"])
        u = x.E / kT
        ions = gaunt(u, kT, 1) + 4 * HELIUM * gaunt(u, kT, 2)
        return ions * jnp.exp(LN10 * (p["logA"] - 0.5 * p["logkT"]) - u) / x.E

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        kT = jnp.exp(LN10 * p["logkT"])
        return tuple(u * kT / (1 + self.redshift) for u in PIECES)
