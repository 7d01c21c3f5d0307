"""Absorption per hydrogen atom of a whole medium: the sums behind `wabs`, `phabs`, `tbabs` and `ztbabs`. NumPy, host only.

- wabs: the polynomials of Morrison & McCammon 1983, ApJ 270, 119 (Table 2), with their fixed abundances (angr-like).
- phabs: neutral gas of the 18 elements that XSPEC sums, atomic fits of `atoms.atom`, abundances by choice (aspl);
  phabs_bcmc: the same from the polynomials of `balucinska1992.atom`.
- tbabs: Wilms, Allen & McCray 2000, ApJ 542, 914: gas, 20 % of the hydrogen in molecules, and dust grains that shield their
  inside (their appendix; power law -3.5 from 0.025 to 0.25 µm, 1 g/cm³, with their depletions); abundances by choice (wilm).
  Oxygen, neon and iron have the fine structure of their edges there (`near_edge`).
- ztbabs: the same without grains: what would be locked in them is gas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from spec_lab.models.absorption import atoms, balucinska1992, near_edge

_COLUMNS = ["angr", "aspl", "feld", "grsa", "lodd", "wilm"]
ABUNDANCES: dict[str, dict[str, float]] = {name: {} for name in _COLUMNS}
NUMBER: dict[str, int] = {}
for _Z, _symbol, *_values in atoms.rows("abundances.csv"):
    NUMBER[_symbol] = int(_Z)
    for _name, _value in zip(_COLUMNS, _values, strict=True):
        ABUNDANCES[_name][_symbol] = float(_value)

_SUMMED = [
    "He",
    "C",
    "N",
    "O",
    "Ne",
    "Na",
    "Mg",
    "Al",
    "Si",
    "S",
    "Cl",
    "Ar",
    "Ca",
    "Cr",
    "Fe",
    "Co",
    "Ni",
]  # with H; XSPEC sums these (not P, Ti, Mn)
_WEIGHT = dict(
    zip(_SUMMED, (4.0, 12.0, 14.0, 16.0, 20.0, 23.0, 24.0, 27.0, 28.0, 32.0, 35.0, 40.0, 40.0, 52.0, 56.0, 59.0, 59.0),
        strict=True)
)  # fmt: skip
_IN_GAS = {"C": 0.5, "O": 0.6, "Na": 0.25, "Mg": 0.2, "Al": 0.02, "Si": 0.1, "S": 0.6, "Cl": 0.5, "Ca": 0.003,
           "Cr": 0.03, "Fe": 0.3, "Co": 0.05, "Ni": 0.04}  # fmt: skip
_AMU = 1.6605655e-24  # g
_MOLECULAR = 0.2
_SMALLEST, _LARGEST, _SLOPE, _DENSITY = 0.025e-4, 0.25e-4, 3.5, 1.0  # cm, cm, -, g/cm³

_WABS = np.array([  # upper energy (keV), c0, c1, c2: sigma = (c0 + c1 E + c2 E²) / E³ 1e-24 cm²
    (0.100, 17.3, 608.1, -2150.0), (0.284, 34.6, 267.9, -476.1), (0.400, 78.1, 18.8, 4.3), (0.532, 71.4, 66.8, -51.4),
    (0.707, 95.5, 145.8, -61.1), (0.867, 308.9, -380.6, 294.0), (1.303, 120.6, 169.3, -47.7),
    (1.840, 141.3, 146.8, -31.5), (2.471, 202.7, 104.7, -17.0), (3.210, 342.7, 18.7, 0.0), (4.038, 352.2, 18.7, 0.0),
    (7.111, 433.9, -2.4, 0.75), (8.331, 629.0, 30.9, 0.0), (np.inf, 701.2, 25.2, 0.0),
])  # fmt: skip


def wabs(E: np.ndarray, abundance: str = "angr") -> np.ndarray:
    """Morrison & McCammon 1983, cm² per H; fitted at 0.03-10 keV, continued as E^-3 beyond."""
    E = np.asarray(E, float)
    inside = np.clip(E, 0.03, 10.0)
    c0, c1, c2 = _WABS[np.minimum(np.searchsorted(_WABS[:, 0], inside, side="right"), len(_WABS) - 1), 1:].T
    return 1e-24 * (c0 + c1 * inside + c2 * inside**2) / E**3


def phabs(E: np.ndarray, abundance: str = "aspl") -> np.ndarray:
    """Neutral gas, cm² per H, from the atoms of Verner and others."""
    return _gas(atoms.atom, E, abundance)


def phabs_bcmc(E: np.ndarray, abundance: str = "aspl") -> np.ndarray:
    """Neutral gas, cm² per H, from the atoms of Balucinska-Church and McCammon."""
    return _gas(balucinska1992.atom, E, abundance)


def _gas(atom: Callable[[int, np.ndarray], np.ndarray], E: np.ndarray, abundance: str) -> np.ndarray:
    shares = ABUNDANCES[abundance]
    return atom(1, E) + sum(shares[s] * atom(NUMBER[s], E) for s in _SUMMED)


def tbabs(E: np.ndarray, abundance: str = "wilm") -> np.ndarray:
    """Gas, molecules and grains, cm² per H."""
    return mixed(parts(E), abundance)


def ztbabs(E: np.ndarray, abundance: str = "wilm") -> np.ndarray:
    """Gas and molecules without grains, cm² per H."""
    shares, sigma = ABUNDANCES[abundance], parts(E)
    return _hydrogen(sigma) + sum(shares[symbol] * sigma[symbol] for symbol in _SUMMED)


def parts(E: np.ndarray) -> dict[str, np.ndarray]:
    """What `tbabs` mixes: cross-sections of H, H2 and the other elements, cm² per atom or molecule."""
    light = {"H": atoms.hydrogen(E), "H2": atoms.molecule(E), "He": atoms.helium(E)}
    return light | {symbol: near_edge.atom(NUMBER[symbol], E) for symbol in _SUMMED if symbol != "He"}


def mixed(sigma: Mapping[str, np.ndarray], abundance: str) -> np.ndarray:
    """Gas, molecules and grains from `parts`, cm² per H."""
    shares = ABUNDANCES[abundance]
    gas = _hydrogen(sigma)
    dust, number, mass = np.zeros_like(gas), 0.0, 0.0
    for symbol in _SUMMED:
        in_gas = _IN_GAS.get(symbol, 1.0)
        locked = shares[symbol] * (1 - in_gas)
        gas, dust = gas + shares[symbol] * in_gas * sigma[symbol], dust + locked * sigma[symbol]
        number, mass = number + locked, mass + locked * _WEIGHT[symbol] * _AMU
    return gas + _grains(dust / number, mass, mass / number)


def _hydrogen(sigma: Mapping[str, np.ndarray]) -> np.ndarray:
    return (1 - _MOLECULAR) * sigma["H"] + 0.5 * _MOLECULAR * sigma["H2"]


def _grains(sigma: np.ndarray, mass: float, per_atom: float) -> np.ndarray:
    """Grains of the Mathis-Rumpl-Nordsieck sizes, cm² per H; `sigma` is the mean per atom, masses in g (appendix of WAM)."""
    from scipy.special import gamma, gammainc  # slow to import, and only needed when a table is computed

    a, b, p = _SMALLEST, _LARGEST, _SLOPE
    norm = (1 - p) / (b ** (1 - p) - a ** (1 - p))
    grains = mass / (_DENSITY * 4 / 3 * np.pi * norm) * (4 - p) / (b ** (4 - p) - a ** (4 - p))
    depth = 4 / 3 * _DENSITY / per_atom * sigma  # optical depth per cm of radius

    def lower(x: np.ndarray) -> np.ndarray:
        return gamma(4 - p) * gammainc(4 - p, x)

    shielded = a ** (3 - p) * -np.expm1(-depth * a) - b ** (3 - p) * -np.expm1(-depth * b)
    return grains * np.pi * norm / (p - 3) * (shielded + depth ** (p - 3) * (lower(depth * b) - lower(depth * a)))


def jumps(kind: str) -> np.ndarray:
    """Energies at which the cross-section of a medium jumps, keV."""
    if kind == "wabs":
        return _WABS[:-1, 0]
    edges = balucinska1992.edges if kind == "phabs_bcmc" else atoms.edges
    atomic = {e for s in ["H", *_SUMMED] for e in edges(NUMBER[s])}
    wilms = [0.02458, 0.013599, 0.03, 0.085, *near_edge.jumps()]
    own = {"tbabs": wilms, "ztbabs": wilms, "phabs_bcmc": [0.02458]}
    return np.array(sorted(atomic.union(own.get(kind, []))))


FORMULAE = {"wabs": wabs, "phabs": phabs, "phabs_bcmc": phabs_bcmc, "tbabs": tbabs, "ztbabs": ztbabs}
USUAL = {"wabs": "angr", "phabs": "aspl", "phabs_bcmc": "aspl", "tbabs": "wilm", "ztbabs": "wilm"}
