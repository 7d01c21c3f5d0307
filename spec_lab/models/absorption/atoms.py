"""Photo-ionisation cross-sections of single atoms, from published fit formulae. NumPy; used only to build the tables.

- `atom(Z, E)`: Verner & Yakovlev 1995 subshell fits, with the Verner et al. 1996 fits below the opening of the inner shells.
- `hydrogen`, `helium`, `molecule`: what Wilms et al. 2000 use instead in TBabs: the exact hydrogenic formula (as in Band et
  al. 1990, A&A 237, 267), helium after Yan, Sadeghpour & Dalgarno 1998 (ApJ 496, 1044, eq. 14) with the autoionisation
  resonances of Fernley et al. 1987 and Oza 1986, and H2 after the same paper, with the polynomial of Wilms et al. at 30-85 eV.

Energies in keV, cross-sections in cm².
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from spec_lab.models.annotations import HostCurve

MEGABARN = 1e-18  # cm²


def rows(name: str) -> list[list[str]]:
    """The lines of one of the coefficient tables beside this module, split at commas, comments left out."""
    text = files("spec_lab.models.absorption").joinpath(name).read_text(encoding="utf-8")
    return [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]


_SHELLS: dict[int, dict[tuple[int, int], np.ndarray]] = {}
for _row in rows("verner1995.csv"):
    _SHELLS.setdefault(int(_row[0]), {})[int(_row[1]), int(_row[2])] = np.array(_row[3:], float)
_OUTER = {int(row[0]): np.array(row[1:], float) for row in rows("verner1996.csv")}


def atom(Z: int, E: HostCurve) -> HostCurve:
    """Cross-section of a neutral atom, cm²."""
    eV = 1e3 * np.asarray(E, float)
    inner = sum((_subshell(eV, shell[1], *c) for shell, c in _SHELLS[Z].items()), np.zeros_like(eV))
    if Z not in _OUTER:
        return MEGABARN * inner
    threshold, limit = _OUTER[Z][:2]
    outer = np.where(eV >= threshold, _ground_state(eV, *_OUTER[Z][2:]), 0.0)
    return MEGABARN * np.where(eV < (np.inf if Z < 3 else limit), outer, inner)


def edges(Z: int) -> list[float]:
    """Energies at which the cross-section jumps, keV."""
    return [1e-3 * float(c[0]) for c in _SHELLS[Z].values()]


def _subshell(eV, l, threshold, E0, sigma0, ya, P, yw):  # noqa: E741  (l is the orbital quantum number)
    """Verner & Yakovlev 1995, eq. 1."""
    y = eV / E0
    Q = 5.5 + l - 0.5 * P
    return np.where(eV >= threshold, sigma0 * ((y - 1) ** 2 + yw**2) * y**-Q * (1 + np.sqrt(y / ya)) ** -P, 0.0)


def _ground_state(eV, E0, sigma0, ya, P, yw, y0, y1):
    """Verner et al. 1996, eq. 1."""
    x = eV / E0 - y0
    y = np.hypot(x, y1)
    return sigma0 * ((x - 1) ** 2 + yw**2) * y ** (0.5 * P - 5.5) * (1 + np.sqrt(y / ya)) ** -P


def hydrogen(E: np.ndarray) -> np.ndarray:
    """Atomic hydrogen, cm²."""
    y = 2e3 * np.asarray(E, float) / 13.599
    return np.where(y >= 2, 605 * MEGABARN / (y**1.5 * (1 + np.sqrt(y)) ** 4), 0.0)


def helium(E: np.ndarray) -> np.ndarray:
    """Helium, cm²."""
    keV = np.asarray(E, float)
    root = np.sqrt(0.02458 / keV)
    series = np.polynomial.polynomial.polyval(root, [1, -4.7416, 14.8200, -30.8678, 37.3584, -23.4585, 5.9133])
    sigma = 733e-6 * keV**-3.5 * series
    resonances = (
        (2.81, 1.610, 2.64061e-3),
        (2.51, 2.795, 6.20116e-4),
        (2.45, 3.817, 2.56061e-4),
        (2.44, 4.824, 1.320159e-4),
    )
    for q, nu, gamma in resonances:
        x = 2 * (1e3 * keV / 13.598 - (3 - nu**-2 + 1.807317)) / gamma
        sigma = sigma * (x - q) ** 2 / (1 + x * x)
    return np.where(keV >= 0.02458, MEGABARN * sigma, 0.0)


def molecule(E: np.ndarray) -> np.ndarray:
    """Molecular hydrogen, cm² per molecule, above 30 eV."""
    keV = np.asarray(E, float)
    x = keV / 0.0154
    near = np.polynomial.polynomial.polyval(1 / x, [0.664, -11.768, 78.118, -231.339, 368.053, -189.953])
    far = np.polynomial.polynomial.polyval(x**-0.5, [1, -2.003, -4.806, 50.577, -171.044, 231.608, -81.885])
    return MEGABARN * np.where(keV < 0.085, near, 45.57e-6 * keV**-3.5 * far)
