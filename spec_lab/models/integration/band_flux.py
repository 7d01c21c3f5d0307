"""Bands: photons and energy of an additive model between two energies, at one or many parameter vectors.

Everything goes through the bin integrals on 2000 narrow bins, so that a line counts in full however narrow it is. A model
that is smoothed has 500: there every bin is set against every other, for one vector after the other, so that it stays in the
cache. What fluxes mean for a fit (draws, absorption taken away, luminosities) is in `spec_lab.results.fluxes.fluxes`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from spec_lab._base import ParameterError, in_unit
from spec_lab.models.annotations import GivenNumber
from spec_lab.models.integration.grid import KEV_TO_ERG, Grid
from spec_lab.models.model import Model

BINS = 2000
SMOOTHED_BINS = (
    500  # few enough for two sources a bin, which serves a smoothed model better than more bins with one each
)
BLOCK, SMOOTHED_BLOCK = 64, 16  # vectors in one call
Watch = Callable[[int, int], bool]  # told how many vectors of how many are done; whether to stop there


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


@partial(jax.jit, static_argnums=0)
def _photons_in_turn(structure: Any, thetas: Any, grid: Grid) -> Any:
    return jax.lax.map(lambda theta: structure.photons(theta, grid), thetas)


def smooths(model: Model) -> bool:
    """Whether photons of the model flow between bins."""
    return any(leaf.smooths for leaf in model.leaves())


def band_photons(
    model: Model, thetas: Float[np.ndarray, "s p"], low: GivenNumber, high: GivenNumber, T: float | None = None,
    bins: GivenNumber | None = None, watch: Watch | None = None,
) -> BandFlux:  # fmt: skip
    """Photons from `low` to `high` keV.

    Args:
        model: Additive.
        thetas: `f[s, k]`, parameter vectors of the model.
        low: keV, or a quantity of `astropy.units`.
        high: The same.
        T: Time, s, for time-dependent models.
        bins: How many, of equal width in the logarithm, 3 at least; None: 2000, or 500 of a smoothed model.
        watch: Called after each block of vectors with the numbers done and asked for; True ends there, with those done.

    Raises:
        ParameterError: The band is empty or not positive.
    """
    low, high = in_unit(low, "keV", "low"), in_unit(high, "keV", "high")
    try:
        proper = 0 < low < high < np.inf
    except (TypeError, ValueError):
        proper = False
    if not proper:
        raise ParameterError("the energy band is empty or not positive", got=(low, high), allowed="0 < low < high, keV")
    smoothed = smooths(model)
    bins = (SMOOTHED_BINS if smoothed else BINS) if bins is None else bins
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or not 3 <= bins <= 1_000_000:
        raise ParameterError("the number of bins in a band", got=bins, allowed="a whole number from 3 to 1000000")
    edges = np.geomspace(low, high, bins + 1)
    grid, thetas = Grid.make(edges[:-1], edges[1:], T=T, nodes=4 if bins >= BINS else None), np.asarray(thetas, float)
    photons, most = (_photons_in_turn, SMOOTHED_BLOCK) if smoothed else (_photons, BLOCK)
    size, made = most if len(thetas) > 1 else 1, []
    for at in range(0, len(thetas), size):
        block = thetas[at : at + size]
        filled = np.concatenate([block, np.repeat(block[:1], size - len(block), axis=0)])
        made.append(np.asarray(photons(model.structure, filled, grid), dtype=float)[: len(block)])
        if watch is not None and watch(at + len(block), len(thetas)):
            break
    return BandFlux(edges, np.concatenate(made))
