"""Cross-sections of single atoms after Balucinska-Church & McCammon 1992, what XSPEC calls bcmc. NumPy.

Polynomials, piece by piece between edges, fitted at 30 eV to 10 keV to within 2 % (7 % at worst) of measurements. Outside that
range the fits of `atoms` go on, each scaled to meet its polynomial at the end: the polynomials themselves run away.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from spec_lab.models.absorption import atoms

LOWEST, HIGHEST = 0.03, 10.0  # keV


@cache
def pieces() -> dict[int, list[tuple[float, float, np.ndarray]]]:
    """Of each element: mass (1e-24 g), upper end (eV) and coefficients of the polynomials, upwards in energy."""
    found: dict[int, list[tuple[float, float, np.ndarray]]] = {}
    for Z, mass, upper, *c in atoms.rows("balucinska1992.csv"):
        found.setdefault(int(Z), []).append((float(mass), float(upper), np.array(c, float)))
    return found


def atom(Z: int, E: np.ndarray) -> np.ndarray:
    """Cross-section of a neutral atom, cm²; `E` in keV. Helium after Yan et al. 1998, as in later versions of XSPEC."""
    if Z == 2:
        return atoms.helium(E)
    keV = np.asarray(E, float)
    inside = np.clip(keV, LOWEST, HIGHEST)
    sigma = _fitted(Z, 1e3 * inside)
    return np.where(keV == inside, sigma, sigma * atoms.atom(Z, keV) / atoms.atom(Z, inside))


def edges(Z: int) -> list[float]:
    """Energies at which the cross-section jumps, keV."""
    inner = [1e-3 * upper for _, upper, _ in pieces().get(Z, [])[:-1]]
    return [*inner, *(e for e in atoms.edges(Z) if not LOWEST < e < HIGHEST)]


def _fitted(Z: int, eV: np.ndarray) -> np.ndarray:
    sigma, lower = np.zeros_like(eV), 0.0
    for mass, upper, c in pieces()[Z]:
        here = (eV >= lower) & (eV < upper)
        x = np.log(np.where(here, eV, lower or 1e3 * LOWEST))
        sigma = np.where(here, 1e-24 * mass * np.exp(np.polynomial.polynomial.polyval(x, c) - 3 * x), sigma)
        lower = upper
    return sigma
