"""How bright? Fluxes, luminosities and equivalent widths of a model, with intervals from the draws."""

from spec_lab.results.fluxes.fluxes import Fluxes, distance_cm, part

__all__ = ["Fluxes", "distance_cm", "part"]
