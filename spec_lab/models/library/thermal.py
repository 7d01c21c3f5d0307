"""Thermal spectra: black bodies of one temperature and of many, discs, bremsstrahlung.

kT in keV. `bb` and `mbb` carry XSPEC's `bbody` normalisation (8.0525: L39/D10², luminosity in 1e39 erg/s, distance in 10 kpc),
`bbodyrad` and `diskbb` the radius normalisation (1.0344e-3: (R_km/D10)²).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from spec_lab.models.annotations import Bins, Curve, Parameters, ParameterValue, Time
from spec_lab.models.component import Additive
from spec_lab.models.declare import LN10, amplitude, index, log_energy
from spec_lab.models.integration.grid import Energy
from spec_lab.models.library.powerlaws import growth, positive, power_integral

BBODY, BBODYRAD = 8.0525, 1.0344e-3  # XSPEC's constants, as printed in its manual
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_BERNOULLI = ((2, 1 / 12), (4, -1 / 720), (6, 1 / 30240), (8, -1 / 1209600), (10, 1 / 47900160))


def bose(y: Curve) -> Curve:
    """1/(e^y - 1) without overflow, in value and in gradient."""
    return jnp.exp(-y) / -jnp.expm1(-y)


def planck_integral(lo: Bins, hi: Bins, s: Curve | float) -> Bins:
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
    r"""Disc of many black bodies, T ∝ r^(-3/4) (Mitsuda et al. 1984, PASJ 36, 741).

    N(E) = (8/3) 1.0344e-3 A E² y^(-8/3) ∫_y^∞ x^(5/3)/(e^x-1) dx,  y = E/kT_in

    Parameters: logkT, log10 keV, at the inner radius; logA, log10 of (R_in,km/D10)² cos(inclination). Settings: redshift.
    """

    formula: ClassVar[str] = (
        r"\frac{8}{3}1.0344\times10^{-3}A\,E^2y^{-8/3}\int_y^\infty\frac{x^{5/3}}{e^x-1}dx,\ y=E/kT_{in}"
    )
    logkT: ParameterValue = log_energy("kT_{\\rm in}", 0.0, -2, 3, "temperature at the inner radius")
    logA: ParameterValue = amplitude(doc="(R_in,km/D10)² cos i", unit="km²/(10 kpc)²")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        lny = x.lnE - LN10 * p["logkT"]
        y = jnp.exp(lny)
        norm = 8 / 3 * BBODYRAD * jnp.exp(LN10 * (p["logA"] + 2 * p["logkT"]) - 2 / 3 * lny)
        return norm * planck_integral(y, y + 60, 5 / 3)


def _k0(z: Any) -> Any:
    """e^z K0(z), 2e-7 relative (Abramowitz & Stegun 9.8.1, 9.8.5, 9.8.6)."""
    poly = jnp.polyval
    a = jnp.minimum(z, 2.0)
    i0 = poly(jnp.array([0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1.0]), (a / 3.75) ** 2)
    small = [7.4e-6, 1.0750e-4, 2.62698e-3, 3.488590e-2, 0.23069756, 0.42278420, -0.57721566]
    near = jnp.exp(a) * (poly(jnp.array(small), a * a / 4) - jnp.log(a / 2) * i0)
    b = 2 / jnp.maximum(z, 2.0)
    large = [5.3208e-4, -2.51540e-3, 5.87872e-3, -1.062446e-2, 2.189568e-2, -7.832358e-2, 1.25331414]
    return jnp.where(z < 2, near, poly(jnp.array(large), b) * jnp.sqrt(b / 2))


class bremss(Additive):
    r"""Thermal bremsstrahlung of hydrogen and 8.5 % helium, Gaunt factor in the Born approximation.

    N(E) = 1.34 A g e^(-x) / (E √kT),  g = (√3/π) e^(x/2) K0(x/2),  x = E/kT

    The Born approximation holds for kT well above 50 eV; XSPEC's `bremss` tabulates the Gaunt factor (10-20 % apart near
    1 keV for cool plasmas).
    Reference: the Gaunt factor of Greene 1959 (ApJ 130, 693); norm of XSPEC's `bremss`.
    Parameters: logkT, log10 keV; logA, log10 of 3.02e-15/(4πD²) ∫ n_e n_H dV. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zbremss",)
    formula: ClassVar[str] = r"\frac{1.34\,A\,g(E,kT)\,e^{-E/kT}}{E\sqrt{kT}}"
    logkT: ParameterValue = log_energy("kT", 0.8, -1, 3, "temperature")
    logA: ParameterValue = amplitude(doc="3.02e-15/(4πD²) ∫ n_e n_H dV", unit="cm⁻⁵")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        y = x.E * jnp.exp(-LN10 * p["logkT"])
        gaunt = math.sqrt(3) / math.pi * _k0(0.5 * y)
        return 1.34 * gaunt * jnp.exp(LN10 * (p["logA"] - 0.5 * p["logkT"]) - y) / x.E
