"""Cross-section tables: ln(E³σ) against ln E, linear in between, jumps kept as pairs of points.

The usual compositions are packaged (`wabs.npz`, `phabs.npz`, `tbabs.npz`, written by `notebooks/make_absorption_tables.py`);
others are computed from the coefficients when first asked for. Below 0.0136 keV and above 200 keV E³σ is held.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from spec_lab._base import ModelError
from spec_lab.models.absorption import medium, near_edge
from spec_lab.models.annotations import Curve, HostCurve

PACKAGED = {kind: medium.USUAL[kind] for kind in ("wabs", "phabs", "tbabs")}
LOWEST, HIGHEST, PER_E_FOLD = 0.0136, 200.0, 600  # keV, keV, points


class CrossSection(NamedTuple):
    """A cross-section: which one, in the frame of which redshift. Hashable and sortable: the key of a tabulated quantity."""

    kind: str
    abundance: str
    redshift: float

    def at(self, E: HostCurve) -> HostCurve:
        """σ in 1e-22 cm² per hydrogen atom at observed energies, keV. NumPy."""
        lnE, lnS = table(self.kind, self.abundance)
        x = np.log(E) + np.log1p(self.redshift)
        return 1e22 * np.exp(np.interp(x, lnE, lnS) - 3 * x)

    def jumps(self) -> tuple[float, ...]:
        """Observed energies of the edges, keV."""
        return tuple(_edges(self.kind, self.abundance) / (1 + self.redshift))

    def traced(self, lnE: Curve) -> Curve:
        """The same in JAX, from the logarithm of energies already in the absorber's frame."""
        grid, values = table(self.kind, self.abundance)
        return 1e22 * jnp.exp(jnp.interp(lnE, grid, values) - 3 * lnE)


def section(kind: str, abundance: str = "", redshift: float = 0.0) -> CrossSection:
    """The key of a cross-section.

    Raises:
        ModelError: Unknown abundances.
    """
    abundance = abundance or medium.USUAL[kind]
    if abundance not in medium.ABUNDANCES:
        raise ModelError("unknown abundances", got=abundance, allowed=", ".join(medium.ABUNDANCES))
    return CrossSection(kind, abundance, float(redshift))


@cache
def table(kind: str, abundance: str) -> tuple[np.ndarray, np.ndarray]:
    """ln E and ln(E³σ / (keV³ cm²)) of a medium."""
    if PACKAGED.get(kind) == abundance:
        with as_file(files("spec_lab.models.absorption").joinpath(f"{kind}.npz")) as path, np.load(path) as packed:
            return packed["lnE"], packed["lnS"]
    return compute(kind, abundance)


@cache
def _edges(kind: str, abundance: str) -> np.ndarray:
    """Energies at which σ jumps by more than one part in 1e4, keV."""
    at = medium.jumps(kind)
    at = at[(at > LOWEST) & (at < HIGHEST)]
    below, above = (np.interp(np.log(at) + side, *table(kind, abundance)) for side in (-2e-9, 2e-9))
    return at[np.abs(above - below) > 1e-4]


def compute(kind: str, abundance: str) -> tuple[np.ndarray, np.ndarray]:
    """The table from the coefficients."""
    jumps = medium.jumps(kind)
    jumps = np.log(jumps[(jumps > LOWEST) & (jumps < HIGHEST)])
    smooth = np.linspace(np.log(LOWEST), np.log(HIGHEST), int(PER_E_FOLD * np.log(HIGHEST / LOWEST)))
    pieces = [smooth, jumps - 1e-9, jumps + 1e-9]
    if kind in ("tbabs", "ztbabs"):
        pieces.append(np.log(near_edge.points()))
    if kind in ("tbabs", "ztbabs", "phabs_bcmc"):
        pieces.append(np.log(np.linspace(0.0595, 0.066, 700)))  # helium's autoionisation resonances
    lnE = np.unique(np.concatenate(pieces))
    E = np.exp(lnE)
    return lnE, np.log(E**3 * medium.FORMULAE[kind](E, abundance))
