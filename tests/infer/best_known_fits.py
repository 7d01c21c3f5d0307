"""Find the lowest statistics of the cases: `python tests/infer/best_known_fits.py [SPECTRUM ...]`, an hour for all sixty.

Nothing of the product's guesses is used. Each case is fitted from fifty random places (shapes drawn over wide ranges, amplitudes
by non-negative least squares), from the best fits of the simpler models with the new term faint, and with each line at forty
energies and three widths beside these and the best fit so far; those behind are given up on the way. Lines lie in the band; all
else has the default priors. What is lower than in the table replaces it: a fit of the product that went lower may be entered by
hand.
"""

import csv
import sys
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from guess_cases import MODELS, SPECTRA, TABLE, case, lines_in_band, simpler, terms
from scipy.optimize import nnls

from spec_lab.engines.newton import minimise
from spec_lab.fit import Problem, Setup

RANDOM, ENERGIES = 50, 40
RACE = ((25, 12), (50, 5), (300, 1))  # steps of each leg, and how many of the fits go on at least
AMPLITUDES = ("logA", "logNorm")


class End(NamedTuple):
    """Where a fit ended: its statistic and the slot values."""

    stat: float
    values: np.ndarray


def rates(view, space, theta):
    """Folded rates of each term, `f[t, c]`."""
    place, grid = view.layout.pairs[0], view.pair_block(0).grid
    parts = place.model.model.terms
    if len(parts) == 1:
        photons = [view.photons(theta, 0)]
    else:
        mine = theta[slice(*place.slots)]
        photons = [part.model.photons(mine[np.array(part.indices)], grid) for part in parts]
    return jnp.stack([jnp.concatenate(view.fold(0, each, theta)) for each in photons])


class Case:
    """One fit: its problem, what the channels say, and its slots by role."""

    def __init__(self, spectrum: str, model: str):
        self.setup = lines_in_band(case(spectrum, model))
        self.problem = Problem(self.setup)
        self.names = [slot.name for slot in self.setup.slots]
        self.amplitudes = [i for i in self.setup.free if self.names[i] in AMPLITUDES]
        units = [unit.channels() for unit in self.setup.pairs[0].data.units]
        places = self.problem.layout.pairs[0].units
        self.low, self.high = min(c.emin.min() for c in units), max(c.emax.max() for c in units)
        self.finest = min((c.emax - c.emin).min() for c in units)
        net = [c.S / c.ts - (c.B / c.tb if c.has_background else 0.0) for c in units]
        error = [np.sqrt(np.maximum(c.S, 1.0) + (0.01 * c.S) ** 2) / c.ts for c in units]
        pad = lambda arrays: np.concatenate(  # noqa: E731
            [np.pad(a, (0, p.channels - len(a))) for a, p in zip(arrays, places, strict=True)]
        )
        self.net, self.weight = pad(net), pad([1.0 / e for e in error])

    def with_amplitudes(self, values: np.ndarray) -> np.ndarray:
        """Slot values with the amplitudes that the counts want for the shapes."""
        values = np.array(values)
        values[self.amplitudes] = 0.0
        columns = np.nan_to_num(np.asarray(self.problem.run(rates, values))) * self.weight
        size = np.maximum(np.linalg.norm(columns, axis=1), 1e-300)
        found = nnls((columns / size[:, None]).T, self.net * self.weight)[0] / size
        faint = 1e-3 * self.net.sum() / np.maximum((columns / np.maximum(self.weight, 1e-300)).sum(axis=1), 1e-300)
        values[self.amplitudes] = np.log10(np.maximum(found, np.abs(faint)))
        return values

    def drawn(self, generator: np.random.Generator) -> np.ndarray:
        """Slot values with random shapes."""
        values = np.array(self.setup.values, float)
        for i in self.setup.free:
            name = self.names[i]
            if name == "N_H":
                values[i] = 10 ** generator.uniform(-3, 1)
            elif name == "El":
                values[i] = np.exp(generator.uniform(*np.log((self.low, self.high))))
            elif name == "sigma":
                values[i] = np.exp(generator.uniform(*np.log((0.5 * self.finest, 0.25 * (self.high - self.low)))))
            elif "kT" in name:
                values[i] = generator.uniform(*np.log10((0.1 * self.low, self.high)))
            elif name.startswith("logE"):
                values[i] = generator.uniform(*np.log10((self.low, 10 * self.high)))
            elif name == "alpha":
                values[i] = generator.uniform(-3, 0.5)
        return self.with_amplitudes(values)

    def begun(self, values: np.ndarray) -> np.ndarray:
        """Slot values put inside the bounds, as free values."""
        low, high = self.problem.bounds
        return np.clip(values[list(self.setup.free)], low + 1e-6 * (high - low), high - 1e-6 * (high - low))

    def race(self, starts: Iterable[np.ndarray]) -> list[End]:
        """Fits from slot values, lowest first; after 25 and after 75 steps a third of them goes on."""
        places = [self.begun(values) for values in starts]
        for steps, least in RACE:
            loops = [minimise(self.problem, place, steps) for place in places]
            loops = sorted((one for one in loops if np.isfinite(float(one.f))), key=lambda one: float(one.f))
            places = [np.asarray(one.x)[: self.problem.n] for one in loops[: max(least, len(loops) // 3)]]
        return [End(float(one.f), self._slots(one)) for one in loops]

    def _slots(self, loop) -> np.ndarray:
        values = np.array(self.setup.values, float)
        values[list(self.setup.free)] = np.asarray(loop.x)[: self.problem.n]
        return values

    def scanned(self, values: np.ndarray) -> Iterator[np.ndarray]:
        """The best dozen of slot values with one line at each energy and width, all else as it is."""
        found = []
        for at in (i for i in self.setup.free if self.names[i] == "El"):
            width = next(i for i in range(at, len(self.names)) if self.names[i] == "sigma")
            for energy in np.geomspace(1.02 * self.low, 0.98 * self.high, ENERGIES):
                for sigma in (self.finest, 4 * self.finest, 0.2 * energy):
                    moved = np.array(values)
                    moved[at], moved[width] = energy, min(sigma, 0.24 * (self.high - self.low))
                    moved = self.with_amplitudes(moved)
                    found.append((self.problem.stat(self.begun(moved)), len(found), moved))
        return (moved for _, _, moved in sorted(found)[:12])


def from_simpler(mine: Case, model: str, known: dict[str, tuple[Setup, np.ndarray]]) -> Iterator[np.ndarray]:
    """Slot values where the terms of a simpler model are at its best fit and the further one is faint."""
    for other in simpler(model):
        if other not in known:
            continue
        setup, best = known[other]
        by_place = {(slot.component, slot.name): value for slot, value in zip(setup.slots, best, strict=True)}
        values = np.array(mine.setup.values, float)
        values[mine.amplitudes] = [mine.setup.range_of(i)[0] for i in mine.amplitudes]
        for i, slot in enumerate(mine.setup.slots):
            values[i] = by_place.get((slot.component, slot.name), values[i])
        yield values


def lowest(spectrum: str, model: str, known: dict[str, tuple[Setup, np.ndarray]]) -> float:
    """The lowest statistic found."""
    mine, generator = Case(spectrum, model), np.random.default_rng(7)
    ends = mine.race(mine.drawn(generator) for _ in range(RANDOM))
    beside = list(from_simpler(mine, model, known))
    if "gauss" in model:
        beside += [place for values in beside for place in mine.scanned(values)]
    ends += mine.race(beside) if beside else []
    for _ in range(terms(model).count("gauss")):
        ends += mine.race(mine.scanned(min(ends, key=lambda one: one.stat).values))
    best = min(ends, key=lambda one: one.stat)
    known[model] = mine.setup, best.values
    return best.stat


def main() -> None:
    """Renew the rows of some spectra, or of all."""
    table: dict[tuple[str, str], float] = {}
    if TABLE.is_file():
        with TABLE.open() as file:
            table = {(row["spectrum"], row["model"]): float(row["statistic"]) for row in csv.DictReader(file)}
    for spectrum in sys.argv[1:] or SPECTRA:
        known: dict[str, tuple[Setup, np.ndarray]] = {}
        for model in MODELS:
            begun = time.process_time()
            stat = lowest(spectrum, model, known)
            before = table.get((spectrum, model), np.inf)
            table[spectrum, model] = min(before, round(stat, 4))
            seconds = time.process_time() - begun
            print(f"{spectrum:10}{model:28}{stat:14.4f} (was {before:.4f}), {seconds:.0f} s", flush=True)
            with TABLE.open("w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(
                    [("spectrum", "model", "statistic"), *((*key, f"{value:.4f}") for key, value in table.items())]
                )
            jax.clear_caches()


if __name__ == "__main__":
    main()
