"""Factors of simple shape: a constant, exponential cut-offs, an absorption edge, a Gaussian absorption line.

Thresholds and lines may lie anywhere in a photon bin and be far narrower than one: bin integrals stay exact (see `cut_bins`).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Mathematical, Multiplicative
from spec_lab.models.integration.grid import Energy
from spec_lab.models.parameter import config, parameter
from spec_lab.models.shared_parameters import LN10, log_energy, span


def energy(label: str, default: float, lo: float, hi: float, doc: str) -> Any:
    """An energy or width in keV."""
    return parameter(default, span(lo, hi), unit="keV", label=label, doc=doc)


_FALL = (0.0, 2.0, 8.0, 32.0)  # e-folds: between them an exponential is smooth for the nodes of a piece
_WINGS = (-8.0, -6.0, -4.5, -3.0, -1.5, 0.0, 1.5, 3.0, 4.5, 6.0, 8.0)  # widths: for lines black at their centre, too


def _fall(threshold: Any, fold: Any, redshift: float) -> tuple[Any, ...]:
    """The threshold of an exponential fall and marks along it."""
    return tuple((threshold + n * fold) / (1 + redshift) for n in _FALL)


class const(Mathematical):
    """A constant factor.

    f(E) = C

    Reference: XSPEC's `constant`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: C, dimensionless.
    """

    aliases: ClassVar[tuple[str, ...]] = ("constant",)
    formula: ClassVar[str] = "C"
    flat: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    C: ParameterValue = parameter(0.0, span(-10, 10), label="C", doc="value")

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return p["C"]


class hecut(Multiplicative):
    r"""High-energy cut-off above a fixed threshold.

    f(E) = 1 for E <= threshold;  exp((threshold - E)/Ec) above

    A bin that holds the threshold is integrated on both its sides (see `cut_bins`).
    Reference: after XSPEC's `highecut`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: logEc, log10 keV. Settings: threshold_energy (0 keV), redshift.
    """

    formula: ClassVar[str] = r"1\ (E\le E_{\rm th}),\quad e^{(E_{\rm th}-E)/E_c}\ (E>E_{\rm th})"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    logEc: ParameterValue = log_energy("E_c", 2.0, -1, 5, "e-folding energy")
    threshold_energy: float = config(0.0, "energy above which the cut-off acts, keV")
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        excess = jnp.maximum(x.shifted(self.redshift).E - self.threshold_energy, 0.0)
        return -excess * jnp.exp(-LN10 * p["logEc"])

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        if self.threshold_energy <= 0:
            return ()
        return _fall(self.threshold_energy, jnp.exp(LN10 * p["logEc"]), self.redshift)


class highecut(Multiplicative):
    r"""High-energy cut-off with a free threshold.

    f(E) = 1 for E <= cutoffE;  exp((cutoffE - E)/foldE) above

    A bin that holds the threshold is integrated on both its sides, also where the fall is steeper than the bin is wide.
    Reference: XSPEC's `highecut`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: cutoffE, foldE, keV. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zhighect",)
    formula: ClassVar[str] = r"1\ (E\le E_c),\quad e^{(E_c-E)/E_f}\ (E>E_c)"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    cutoffE: ParameterValue = energy("E_c", 10.0, 1e-3, 1e3, "threshold")
    foldE: ParameterValue = energy("E_f", 15.0, 1e-3, 1e4, "e-folding energy")
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return -jnp.maximum(x.shifted(self.redshift).E - p["cutoffE"], 0.0) / p["foldE"]

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        return _fall(p["cutoffE"], p["foldE"], self.redshift)


class edge(Multiplicative):
    r"""Absorption edge.

    f(E) = 1 for E < edgeE;  exp(-maxtau (E/edgeE)^-3) above

    A bin that holds the threshold is integrated on both its sides: photons are a continuous function of edgeE.
    Reference: XSPEC's `edge`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: edgeE, keV; maxtau, optical depth at the threshold. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zedge",)
    formula: ClassVar[str] = r"1\ (E<E_e),\quad e^{-\tau(E/E_e)^{-3}}\ (E\ge E_e)"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    edgeE: ParameterValue = energy("E_e", 7.0, 1e-2, 100, "threshold energy")
    maxtau: ParameterValue = parameter(1.0, span(0, 10), label=r"\tau", doc="optical depth at the threshold")
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        ratio = x.shifted(self.redshift).E / p["edgeE"]
        return jnp.where(ratio >= 1, -p["maxtau"] * jnp.maximum(ratio, 1.0) ** -3, 0.0)

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        return (p["edgeE"] / (1 + self.redshift),)


class gabs(Multiplicative):
    r"""Gaussian absorption line.

    f(E) = exp(-d/(σ√(2π)) exp(-(E-El)²/(2σ²)))

    Lines of any width and depth are integrated exactly (about 1e-6 of their equivalent width), in pieces where the bins
    are wide; under the rule ``trapezoid5`` a line narrower than a photon bin is not resolved.
    Reference: XSPEC's `gabs`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: El, sigma, strength d, keV. Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zgabs",)
    formula: ClassVar[str] = r"\exp\left(-\frac{d}{\sigma\sqrt{2\pi}}e^{-(E-E_l)^2/2\sigma^2}\right)"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    El: ParameterValue = energy("E_l", 6.5, 1e-2, 1e3, "line energy")
    sigma: ParameterValue = energy(r"\sigma", 0.1, 1e-3, 20, "line width")
    strength: ParameterValue = energy("d", 1.0, 0, 100, "line depth")
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        away = (x.shifted(self.redshift).E - p["El"]) / p["sigma"]
        return -p["strength"] / (p["sigma"] * math.sqrt(2 * math.pi)) * jnp.exp(-0.5 * away**2)

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        return tuple((p["El"] + away * p["sigma"]) / (1 + self.redshift) for away in _WINGS)


class expabs(Multiplicative):
    r"""Exponential roll-off towards low energies.

    f(E) = exp(-Ec/E)

    Reference: XSPEC's `expabs`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: LowECut, keV. Settings: redshift.
    """

    formula: ClassVar[str] = r"e^{-E_c/E}"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    LowECut: ParameterValue = energy("E_c", 2.0, 0, 100, "e-folding energy of the roll-off")
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return -p["LowECut"] / x.shifted(self.redshift).E


class smedge(Multiplicative):
    r"""Smeared absorption edge.

    f(E) = 1 for E < edgeE;  exp(-maxtau (E/edgeE)^index (1 - exp((edgeE-E)/width))) above

    A bin that holds the threshold is integrated on both its sides.
    Reference: Ebisawa 1991 (PhD thesis, University of Tokyo), as XSPEC's `smedge`.
    Parameters: edgeE, keV; maxtau; index, frozen unless thawed; width, keV. Settings: redshift.
    """

    formula: ClassVar[str] = r"1\ (E<E_e),\quad e^{-\tau(E/E_e)^{\alpha}(1-e^{(E_e-E)/w})}\ (E\ge E_e)"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    edgeE: ParameterValue = energy("E_e", 7.0, 0.1, 100, "threshold energy")
    maxtau: ParameterValue = parameter(1.0, span(0, 10), label=r"\tau", doc="optical depth scale")
    index: ParameterValue = parameter(-2.67, span(-10, 10), label=r"\alpha", doc="index of the depth", frozen=True)
    width: ParameterValue = energy("w", 10.0, 0.01, 100, "smearing width")
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        above = jnp.maximum(x.shifted(self.redshift).E - p["edgeE"], 0.0)
        falling = jnp.exp(p["index"] * jnp.log1p(above / p["edgeE"]))
        return p["maxtau"] * falling * jnp.expm1(-above / p["width"])

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        return _fall(p["edgeE"], p["width"], self.redshift)


class cyclabs(Multiplicative):
    r"""Cyclotron absorption line and its second harmonic.

    f(E) = exp(-D0 (W0 E/E0)²/((E-E0)²+W0²) - D2 (W2 E/2E0)²/((E-2E0)²+W2²))

    Reference: Mihara et al. 1990 (Nature 346, 250); Makishima et al. 1990 (PASJ 42, 295), as XSPEC's `cyclabs`.
    Parameters: Depth0; E0, Width0, keV; Depth2, Width2 of the harmonic, keV (frozen unless thawed). Settings: redshift.
    """

    formula: ClassVar[str] = (
        r"\exp\left(-D_0\frac{(W_0E/E_0)^2}{(E-E_0)^2+W_0^2}-D_2\frac{(W_2E/2E_0)^2}{(E-2E_0)^2+W_2^2}\right)"
    )
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ()
    Depth0: ParameterValue = parameter(2.0, span(0, 100), label="D_0", doc="depth of the fundamental")
    E0: ParameterValue = energy("E_0", 30.0, 1, 100, "cyclotron energy")
    Width0: ParameterValue = parameter(10.0, span(1, 100), unit="keV", label="W_0", doc="width of the fundamental")
    Depth2: ParameterValue = parameter(0.0, span(0, 100), label="D_2", doc="depth of the harmonic", frozen=True)
    Width2: ParameterValue = parameter(
        20.0, span(1, 100), unit="keV", label="W_2", doc="width of the harmonic", frozen=True
    )
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        E = x.shifted(self.redshift).E
        first = _resonance(E, p["E0"], p["Depth0"], p["Width0"])
        return -first - _resonance(E, 2 * p["E0"], p["Depth2"], p["Width2"])


def _resonance(E: Curve, centre: Scalar, depth: Scalar, width: Scalar) -> Curve:
    return depth * (width * E / centre) ** 2 / ((E - centre) ** 2 + width**2)
