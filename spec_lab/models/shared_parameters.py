"""The parameters that many components share, declared once: amplitudes, energies, indices, temperatures.

Each function makes one field; ranges are the defaults of the documented interface (uniform priors on the number shown).
"""

from __future__ import annotations

from typing import Any

from spec_lab.models.annotations import FieldOfNumber, FieldOfSwitch, FieldOfVariable
from spec_lab.models.parameter import config, parameter
from spec_lab.priors import Prior, unif

LN10 = 2.302585092994045684
AMPLITUDES = ("logA", "logAc", "logNorm")  # what decimal logarithms of amplitudes are called
SCALED_FLUXES = ("logF", "logL")  # and those of the flux or luminosity that a model is scaled to


def span(lo: float, hi: float) -> Prior:
    """A uniform prior."""
    return unif(lo, hi)


def amplitude(
    name: str = "A", doc: str = "amplitude at the pivot energy", unit: str = "photons/cm²/s/keV"
) -> FieldOfVariable:
    """A base-10 logarithm of an amplitude, 0 [-10, 10]."""
    return parameter(0.0, span(-10, 10), label=rf"\log {name}", log=True, doc=doc, unit=unit)


def log_energy(
    label: str, default: float, lo: float, hi: float, doc: str, when: tuple[str, Any] | None = None, **more: Any
) -> FieldOfVariable:
    """A base-10 logarithm of an energy in keV."""
    return parameter(default, span(lo, hi), label=rf"\log {label}", log=True, unit="keV", doc=doc, when=when, **more)


def index(
    label: str,
    default: float,
    lo: float,
    hi: float,
    doc: str = "photon index",
    when: tuple[str, Any] | None = None,
    no_peak: tuple[float, float] | None = None,
) -> FieldOfVariable:
    """A power-law index (N ∝ E^index: falling spectra have negative indices); `no_peak`: its range without peak mode."""
    otherwise = None if no_peak is None else (*NO_PEAK, span(*no_peak))
    return parameter(default, span(lo, hi), label=label, doc=doc, when=when, otherwise=otherwise)


def pivot(default: float = 1.0) -> FieldOfNumber:
    """The energy at which the amplitude is quoted, keV."""
    return config(default, "energy at which the amplitude is quoted, keV", above=0.0)


def peak() -> FieldOfSwitch:
    """The switch between peak energy of E²N and break or cut-off energy."""
    return config(True, "the energy parameter is the peak of E²N (True) or the break or cut-off energy (False)")


PEAK = ("vfv_peak", True)
NO_PEAK = ("vfv_peak", False)
