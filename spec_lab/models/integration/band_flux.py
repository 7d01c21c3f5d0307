"""Bands: photons and energy of an additive model between two energies, at one or many parameter vectors.

Everything goes through the bin integrals on 2000 narrow bins, so that a line counts in full however narrow it is. What
fluxes mean for a fit (draws, absorption taken away, luminosities) is in `spec_lab.results.fluxes.fluxes`.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from spec_lab._base import ParameterError
from spec_lab.models.integration.grid import KEV_TO_ERG, Grid
from spec_lab.models.model import Model

BINS = 2000
BLOCK = 64  # vectors at once


class BandFlux(NamedTuple):
    """Photons of a model in the bins of a band.

    Attributes:
        edges: `f[e + 1]`, keV.
        photons: `f[s, e]`, photons/cm²/s in each bin.
    """

    edges: np.ndarray
    photons: np.ndarray

    @property
    def photon_flux(self) -> np.ndarray:
        """`f[s]`, photons/cm²/s."""
        return self.photons.sum(axis=1)

    @property
    def energy_flux(self) -> np.ndarray:
        """`f[s]`, erg/cm²/s; photons of a bin have the mean energy of a power law through its neighbours."""
        lo, hi = self.edges[:-1], self.edges[1:]
        width, middle = np.log(hi / lo), np.sqrt(lo * hi)
        log_density = np.log(np.maximum(np.abs(self.photons) / (hi - lo), 1e-300))
        slope = np.clip(np.gradient(log_density, np.log(middle), axis=1), -50, 50)
        return KEV_TO_ERG * np.sum(self.photons * middle * (1 + (2 * slope + 3) * width**2 / 24), axis=1)


@partial(jax.jit, static_argnums=0)
def _photons(structure: Any, thetas: Any, grid: Grid) -> Any:
    return jax.vmap(lambda theta: structure.photons(theta, grid))(thetas)


def in_band(
    model: Model, thetas: Float[np.ndarray, "s p"], low: float, high: float, T: float | None = None, bins: int = BINS
) -> BandFlux:
    """Photons from `low` to `high` keV.

    Args:
        model: Additive.
        thetas: `f[s, k]`, parameter vectors of the model.
        low: keV.
        high: keV.
        T: Time, s, for time-dependent models.
        bins: How many, of equal width in the logarithm; 3 at least.

    Raises:
        ParameterError: The band is empty or not positive.
    """
    try:
        proper = 0 < low < high < np.inf
    except (TypeError, ValueError):
        proper = False
    if not proper:
        raise ParameterError("the energy band is empty or not positive", got=(low, high), allowed="0 < low < high, keV")
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or not 3 <= bins <= 1_000_000:
        raise ParameterError("the number of bins in a band", got=bins, allowed="a whole number from 3 to 1000000")
    edges = np.geomspace(low, high, bins + 1)
    grid, thetas = Grid.make(edges[:-1], edges[1:], T=T, nodes=4 if bins >= BINS else None), np.asarray(thetas, float)
    size, made = BLOCK if len(thetas) > 1 else 1, []
    for at in range(0, len(thetas), size):
        block = thetas[at : at + size]
        filled = np.concatenate([block, np.repeat(block[:1], size - len(block), axis=0)])
        made.append(np.asarray(_photons(model.structure, filled, grid))[: len(block)])
    return BandFlux(edges, np.concatenate(made))
