"""Fine structure of the oxygen K, neon K and iron L edges, where TBabs has tables in place of fits. NumPy.

`near_edge.csv` holds them (its head says whence; `notebooks/recover_edge_tables.py` made it). Outside their windows, and for
all other elements, the fits of `atoms` hold. Only `tbabs` uses these: in `phabs` every edge is a plain step.

The points lie 0.05 % apart in energy: a resonance narrower than that has its right height at the points, not between them.
Of oxygen's 1s-2p line (0.5274 keV, natural width 0.13 eV) the wings are right, but the core is too low and two fifths of the
area are lost: that shows in thin columns (below 1e20/cm²) seen with gratings.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from spec_lab.models.absorption import atoms

IRON, IRON_TAIL_ENDS = 26, 0.795  # keV: a power law leads from the end of the table back to the fit


@cache
def tables() -> dict[int, np.ndarray]:
    """Energies (keV) and cross-sections (Mb) [2, points] of each element that has a table."""
    table = np.array(atoms.rows("near_edge.csv"), float)
    return {int(Z): table[table[:, 0] == Z, 1:].T for Z in np.unique(table[:, 0])}


def atom(Z: int, E: np.ndarray) -> np.ndarray:
    """Cross-section of a neutral atom in the interstellar medium, cm²; `E` in keV. A power law between the points."""
    smooth = atoms.atom(Z, E)
    if Z not in tables():
        return smooth
    energy, sigma = tables()[Z]
    inside = atoms.MEGABARN * np.exp(np.interp(np.log(E), np.log(energy), np.log(sigma)))
    beyond = atoms.MEGABARN * 1.645 * (np.asarray(E) / 0.72074) ** -3.2 if Z == IRON else smooth
    ends = IRON_TAIL_ENDS if Z == IRON else energy[-1]
    return np.select([energy[0] > E, energy[-1] >= E, ends > E], [smooth, inside, beyond], smooth)


def points() -> np.ndarray:
    """The energies of all tables, keV."""
    return np.concatenate([energy for energy, _ in tables().values()])


def jumps() -> list[float]:
    """Where a table begins or ends, keV: the cross-section jumps there."""
    return [float(energy[end]) for energy, _ in tables().values() for end in (0, -1)] + [IRON_TAIL_ENDS]
