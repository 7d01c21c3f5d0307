"""How bright? Fluxes, luminosities and equivalent widths of a model, with intervals from the draws."""

from spec_lab.results.fluxes.fluxes import BandFlux, Fluxes, distance_cm, in_band, part, without_absorption

__all__ = ["BandFlux", "Fluxes", "distance_cm", "in_band", "part", "without_absorption"]
