"""High-latitude emission of a burst: spectra that soften and fade with time as curvature demands.

With u = (T - t0)/(tc - t0) the peak runs as Ep = Epc/u and the amplitude as A = Ac u^(alpha-1); NaN before tc, where the law
does not apply. The time of each data unit comes from ``DataUnit(..., time=...)``.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Time
from spec_lab.models.component import Additive, needs_time
from spec_lab.models.integration.grid import Energy
from spec_lab.models.library.band import band_law
from spec_lab.models.library.powerlaws import positive
from spec_lab.models.parameter import parameter
from spec_lab.models.shared_parameters import LN10, index, log_energy, pivot, span


def _fading() -> Any:
    return parameter(0.0, span(-6, 6), label=r"\log A_c", log=True, unit="photons/cm²/s/keV", doc="amplitude at tc")


def _time(label: str, default: float, lo: float, hi: float, doc: str) -> Any:
    return parameter(default, span(lo, hi), label=label, unit="s", doc=doc)


def _ln_stretch(p: Parameters, T: Any) -> Any:
    """ln u, NaN before tc or where tc <= t0."""
    u = (T - p["t0"]) / positive(p["tc"] - p["t0"])
    return jnp.log(jnp.where(p["tc"] <= T, u, jnp.nan))


class hlecpl(Additive):
    r"""High-latitude emission with the spectrum of `cpl`.

    N(E, T) = Ac u^(α-1) (E/piv)^α exp(-(2+α) E u/Epc),  u = (T-t0)/(tc-t0)

    Reference: the curvature effect, Kumar & Panaitescu 2000 (ApJ 541, L51).
    Parameters: alpha, logEpc, logAc, t0, tc (s). Settings: redshift, pivot_energy (1 keV). Needs times.
    """

    formula: ClassVar[str] = r"A_c u^{\alpha-1}(E/E_{\rm piv})^{\alpha}e^{-(2+\alpha)Eu/E_{p,c}},\ u=(T-t_0)/(t_c-t_0)"
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.0, -2, 2)
    logEpc: ParameterValue = log_energy("E_{p,c}", 2.0, 0, 4, "peak of E²N at tc")
    logAc: ParameterValue = _fading()
    t0: ParameterValue = _time("t_0", 0.0, -20, 20, "time origin")
    tc: ParameterValue = _time("t_c", 10.0, 0, 50, "start of the high-latitude emission")
    pivot_energy: float = pivot()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        lnu = _ln_stretch(p, needs_time(self, T))
        rate = positive(2 + p["alpha"]) * jnp.exp(lnu - LN10 * p["logEpc"])
        lnA = LN10 * p["logAc"] + (p["alpha"] - 1) * lnu
        return lnA + p["alpha"] * (x.lnE - math.log(self.pivot_energy)) - rate * x.E


class hleband(Additive):
    r"""High-latitude emission with the spectrum of `band`.

    N(E, T) = Band(E; α, β, Epc/u, Ac u^(α-1)),  u = (T-t0)/(tc-t0)

    Reference: the curvature effect, Kumar & Panaitescu 2000 (ApJ 541, L51).
    Parameters: alpha, beta, logEpc, logAc, t0, tc (s). Settings: redshift, pivot_energy (100 keV). Needs times.
    """

    formula: ClassVar[str] = r"{\rm Band}(\alpha,\beta,E_{p,c}/u,A_c u^{\alpha-1}),\ u=(T-t_0)/(t_c-t_0)"
    exponential: ClassVar[bool] = True
    alpha: ParameterValue = index(r"\alpha", -1.0, -2, 2, "low-energy index")
    beta: ParameterValue = index(r"\beta", -4.0, -6, -2, "high-energy index")
    logEpc: ParameterValue = log_energy("E_{p,c}", 2.0, 0, 4, "peak of E²N at tc")
    logAc: ParameterValue = _fading()
    t0: ParameterValue = _time("t_0", 0.0, -20, 20, "time origin")
    tc: ParameterValue = _time("t_c", 10.0, 0, 50, "start of the high-latitude emission")
    pivot_energy: float = pivot(100.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        x = x.shifted(self.redshift)
        lnu = _ln_stretch(p, needs_time(self, T))
        lnA = LN10 * p["logAc"] + (p["alpha"] - 1) * lnu
        return band_law(x, lnA, self.pivot_energy, p["alpha"], p["beta"], LN10 * p["logEpc"] - lnu)
