"""Simulated data for a problem: what each unit would have recorded under the present parameters."""

from typing import Any

import numpy as np

from spec_lab._base import EngineError
from spec_lab.data import simulate
from spec_lab.fit import Problem


def expected_photons(problem: Problem) -> list[list[np.ndarray]]:
    """Photons/cm²/s in each photon bin, `[pair][unit] -> f[e]`, effective-area factors included.

    Raises:
        EngineError: A factor on an exposure is not 1, or the model gives no finite photons.
    """
    theta, photons = problem.photons()
    out: list[list[np.ndarray]] = []
    for pair, place, mine in zip(problem.setup.pairs, problem.layout.pairs, photons, strict=True):
        out.append([])
        for name, where in zip(pair.data.names, place.units, strict=True):
            sf, bf, rf = theta[where.slots : where.slots + 3]
            if sf != 1 or bf != 1:
                raise EngineError(
                    f"cannot simulate {name}: its exposure factors are not 1",
                    got=(float(sf), float(bf)),
                    hint="Set them to 1.",
                )
            found = rf * mine[slice(*where.energies)]
            if not np.all(np.isfinite(found)) or found.min() < 0:
                raise EngineError(f"cannot simulate {name}: the model gives no valid photons at the present parameters")
            out[-1].append(found)
    return out


def simulate_units(problem: Problem, seed: int, n: int | None = None) -> list[list[Any]]:
    """One simulated `DataUnit` (or, with `n`, `Simulations`) a unit, `[pair][unit]`; each unit has a seed of its own."""
    seeds = iter(np.random.SeedSequence(seed).generate_state(64 * len(problem.setup.pairs) + 64))
    return [
        [
            simulate.fakeit(unit, photons, int(next(seeds)), n=n, response=problem.response(i, j))
            for j, (unit, photons) in enumerate(zip(pair.data.units, mine, strict=True))
        ]
        for i, (pair, mine) in enumerate(zip(problem.setup.pairs, expected_photons(problem), strict=True))
    ]
