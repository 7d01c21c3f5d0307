"""Power laws: plain, with an exponential cut-off, broken, and curved in the logarithm.

Indices are exponents of E (a falling spectrum has a negative index). `A = 10**logA` is N at the pivot energy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.component import Additive
from spec_lab.models.declare import LN10, NO_PEAK, PEAK, amplitude, index, log_energy, peak, pivot
from spec_lab.models.energy import Energy


def positive(value: Any) -> Any:
    """`value` where it is positive, else NaN: a spectrum that does not exist must not look like one that does."""
    return jnp.where(value > 0, value, jnp.nan)


def power_integral(lo: Any, hi: Any, slope: Any) -> Any:
    """∫ E^slope dE over bins, smooth through slope = -1: lo^(slope+1) ln(hi/lo) (e^t - 1)/t, t = (slope+1) ln(hi/lo)."""
    width = jnp.log(hi / lo)
    t = (slope + 1) * width
    small = jnp.abs(t) < 1e-5
    safe = jnp.where(small, 1.0, t)
    growth = jnp.where(small, 1 + t * (0.5 + t / 6), jnp.expm1(safe) / safe)
    return jnp.exp((slope + 1) * jnp.log(lo)) * width * growth


class pl(Additive):
    r"""Power law.

    N(E) = A (E/piv)^alpha

    Parameters: alpha; logA, log10 photons/cm²/s/keV at piv. Settings: redshift, pivot_energy (1 keV).
    """

    aliases: ClassVar[tuple[str, ...]] = ("powerlaw", "zpowerlw")
    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{\alpha}"
    exact: ClassVar[bool] = True
    exponential: ClassVar[bool] = True
    alpha: Any = index(r"\alpha", 0.0, -10, 10)
    logA: Any = amplitude()
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        x = x.shifted(self.redshift)
        return LN10 * p["logA"] + p["alpha"] * (x.lnE - math.log(self.pivot_energy))

    def integral(self, lo: Any, hi: Any, p: Mapping[str, Any], T: Any = None) -> Any:
        piv = self.pivot_energy / (1 + self.redshift)
        return jnp.exp(LN10 * p["logA"]) * piv * power_integral(jnp.maximum(lo, 1e-10) / piv, hi / piv, p["alpha"])


class cpl(Additive):
    r"""Power law with an exponential cut-off (Comptonised spectrum).

    N(E) = A (E/piv)^alpha exp(-E/Ec),  Ec = Ep/(2+alpha) in peak mode (not defined for alpha <= -2)

    Parameters: alpha; logEp, log10 keV, the peak of E²N (or logEc, the cut-off, with ``vfv_peak=False``); logA.
    Settings: redshift, pivot_energy (1 keV), vfv_peak.
    """

    aliases: ClassVar[tuple[str, ...]] = ("cutoffpl", "zcutoffpl", "compt")
    formula: ClassVar[str] = r"A\,(E/E_{\rm piv})^{\alpha}\,e^{-E/E_c},\ E_c=E_p/(2+\alpha)"
    exponential: ClassVar[bool] = True
    alpha: Any = index(r"\alpha", -1.0, -2, 2)
    logEp: Any = log_energy("E_p", 2.0, 0, 4, "peak of E²N", PEAK)
    logEc: Any = log_energy("E_c", 2.0, 0, 4, "cut-off energy", NO_PEAK)
    logA: Any = amplitude()
    pivot_energy: float = pivot()
    vfv_peak: bool = peak()

    def log_spectrum(self, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        x = x.shifted(self.redshift)
        if self.vfv_peak:
            rate = positive(2 + p["alpha"]) * jnp.exp(-LN10 * p["logEp"])
        else:
            rate = jnp.exp(-LN10 * p["logEc"])
        return LN10 * p["logA"] + p["alpha"] * (x.lnE - math.log(self.pivot_energy)) - rate * x.E
