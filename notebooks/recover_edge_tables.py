"""Recover the near-edge cross-sections of single elements from a table of TBabs, and write `near_edge.csv`.

    python notebooks/recover_edge_tables.py xsect_tbabs_wilm.fits [xsect_tbabs_aspl.fits xsect_tbabs_angr.fits]

The files are part of the package astromodels (BSD-3-Clause), folder ``astromodels/data/xsect``: XSPEC's TBabs on 10 000
logarithmic bins over 0.1-20 keV. XSPEC averages the cross-section of every element over the two edges of a bin and then
mixes gas and grains. So, in a window where one element alone differs from its fit:

1. find, bin by bin, the mean of the element's cross-section that gives the tabulated value (`means`: bisection);
2. go from bin to bin: the next edge is twice the mean less the last edge, from the known fit outside the window (`edges`);
3. take out the little that alternates from edge to edge, which step 2 leaves free (`settled`).

The first file gives the tables; every file, then, is predicted from them, and the largest deviation printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from spec_lab.models.absorption import atoms, medium, near_edge

FOLDER = Path(__file__).resolve().parents[1] / "spec_lab" / "models" / "absorption"
GRID = np.geomspace(0.1, 20, 10001)  # keV
WINDOWS = {8: (0.4900, 0.5845), 10: (0.8652, 0.8701), 26: (0.7003, 0.7463)}  # keV: where TBabs has a table
SPANS = {8: (0.485, 0.600), 10: (0.860, 0.875), 26: (0.690, 0.800)}  # keV: from fit to fit
HEAD = """\
# Photo-ionisation cross-sections of neutral atoms near their edges: O K, Gorczyca & McLaughlin 2000 (J. Phys. B 33, L859);
# Ne K, Gorczyca 2000 (Phys. Rev. A 61, 024702); Fe L, Kortright & Kim 2000 (Phys. Rev. B 62, 12216); as tabulated in TBabs by
# Wilms, Allen & McCray. Recovered from the TBabs cross-sections distributed with astromodels (BSD-3-Clause).
# Resolution 0.05 % in energy.
# Z,E/keV,sigma/Mb
"""


def read(path: str | Path) -> np.ndarray:
    """A table of astromodels, cm² per H, one value a bin."""
    from astropy.io import fits

    with fits.open(path) as file:
        return 1e-22 * np.array(file[1].data["SIGMA"], float)  # type: ignore[union-attr]


def halves(sigma: np.ndarray) -> np.ndarray:
    """Bin means from edge values, XSPEC's way."""
    return 0.5 * (sigma[1:] + sigma[:-1])


def means(total: np.ndarray, E: np.ndarray, Z: int, abundance: str) -> np.ndarray:
    """Mean cross-section of element `Z` in each bin, cm², that makes the medium absorb `total` [e], cm²; `E` [e+1], keV."""
    symbol = next(s for s, number in medium.NUMBER.items() if number == Z)
    known = {name: halves(sigma) for name, sigma in medium.parts(E).items()}
    low, high = np.zeros_like(total), np.full_like(total, 1e-15)
    for _ in range(80):  # to the last bit: the range is halved each time
        middle = 0.5 * (low + high)
        above = medium.mixed(known | {symbol: middle}, abundance) > total
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return 0.5 * (low + high)


def edges(mean: np.ndarray, first: float) -> np.ndarray:
    """Edge values [e+1] from bin means [e] and the first of them."""
    sign = (-1.0) ** np.arange(len(mean) + 1)
    return sign * (first + np.concatenate([[0.0], np.cumsum(2 * mean * sign[1:])]))


def settled(sigma: np.ndarray, stiffness: float = 3.0) -> np.ndarray:
    """Take out what alternates: its size c is a quarter of the second difference, wherever the curve is smooth.

    Rounding in the files makes c drift slowly; it is fitted with a penalty on its steps. A weight is low where second
    differences are large, that is, where the curve itself bends.
    """
    sign = (-1.0) ** np.arange(len(sigma))
    bend = sign[1:-1] * np.diff(sigma, 2) / -4
    around = np.lib.stride_tricks.sliding_window_view(np.pad(np.abs(bend), 3, mode="edge"), 7).max(axis=1)
    weight = (np.min(around) / around) ** 2
    steps = np.diff(np.eye(len(sigma)), axis=0)
    system = np.diag(np.pad(weight, 1)) + stiffness * np.median(weight) * steps.T @ steps
    return sigma - sign * np.linalg.solve(system, np.pad(weight * bend, 1))


def element(total: np.ndarray, Z: int, abundance: str) -> tuple[np.ndarray, np.ndarray]:
    """Energies (keV) and cross-sections (Mb) of element `Z` over its window; the two ends are extrapolated by half a bin."""
    first, last = np.searchsorted(GRID, SPANS[Z])
    E = GRID[first : last + 1]
    sigma = edges(means(total[first:last], E, Z, abundance), atoms.atom(Z, E[:1])[0]) / atoms.MEGABARN
    print(
        f"Z = {Z}: the curve comes back to the fit within {abs(sigma[-1] / atoms.atom(Z, E[-1:])[0] * 1e-18 - 1):.1e}"
    )
    low, high = WINDOWS[Z]
    inside = (low < E) & (high > E)
    E, sigma = E[inside], settled(sigma)[inside]
    ends = np.interp([low, high], E, sigma)
    return np.concatenate([[low], E, [high]]), np.concatenate([ends[:1], sigma, ends[1:]])


def main(paths: list[str]) -> None:
    """Write the table from the first file and compare all of them with it."""
    total = read(paths[0])
    lines = [
        f"{Z},{E:.8f},{sigma:.5g}"
        for Z in WINDOWS
        for E, sigma in zip(*element(total, Z, _named(paths[0])), strict=True)
    ]
    (FOLDER / "near_edge.csv").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    near_edge.tables.cache_clear()
    for path in paths:
        compare(path)


def compare(path: str) -> None:
    """Print how far our TBabs lies from a file, 0.1-9 keV."""
    known = {name: halves(sigma) for name, sigma in medium.parts(GRID).items()}
    deviation = np.abs(medium.mixed(known, _named(path)) / read(path) - 1)[GRID[1:] < 9]
    print(f"{Path(path).name}: within {deviation.max():.1e}, at {GRID[deviation.argmax()]:.4f} keV")


def _named(path: str) -> str:
    return Path(path).stem.rsplit("_", 1)[-1]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
