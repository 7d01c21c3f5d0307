"""The continuum's start: every combination of its terms' shapes, each with the amplitudes that the counts want."""

import numpy as np

from spec_lab.fit.guess.amplitudes import mixtures, never_zero
from spec_lab.fit.guess.guess_terms import Choice, GuessTerm, choices, row, shared_slots, terms_of
from spec_lab.fit.guess.movable import moved
from spec_lab.fit.guess.shapes import observed, term_rates
from spec_lab.fit.guess.trial_values import band_of
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

MOST_SHAPES = 36  # combinations of one term's own parameters
MOST_SHARED = 10  # combinations of what all terms share


def continuum_starts(setup: Setup, pair: int, terms: list[GuessTerm], most: int) -> list[Setup]:
    """Starts for the terms of a pair that are no lines, best first: the best of each shape of one term, and of each absorption.

    The term is the last that has an energy, such as a temperature: a power law beside it follows by itself.
    """
    problem, band = Problem.of(setup), band_of(setup, pair)
    shared = choices(setup, shared_slots(setup, pair, terms_of(setup, pair)), band, MOST_SHARED)
    grids = [choices(setup, term.own, band, MOST_SHAPES) for term in terms]
    longest = max(map(len, grids))
    tried = [row(setup, [block, *(g[k % len(g)] for g in grids)], terms) for block in shared for k in range(longest)]
    data = observed(setup, problem, pair)
    rates = term_rates(problem, pair, [term.number for term in terms], np.array(tried))
    places = [[b * longest + k for b in range(len(shared)) for k in range(len(grid))] for grid in grids]
    columns = [rates[place, k] for k, place in enumerate(places)]
    alike = [next(k for k, other in enumerate(terms) if other.kind == term.kind) for term in terms]
    bent = max((k for k, term in enumerate(terms) if _has_energy(setup, term)), default=len(terms) - 1)
    found: dict[tuple[int, int], Setup] = {}
    for mixture in mixtures(columns, alike, data, len(shared)):
        if len(found) == most:
            break
        block, shape = mixture.rows[0] // len(grids[0]), mixture.rows[bent] % len(grids[bent])
        if block in {one for one, _ in found} and shape in {one for _, one in found}:
            continue
        chosen: dict[int, float] = dict(shared[block])
        much = never_zero(mixture, columns, data)
        for each in zip(mixture.rows, grids, terms, much, strict=True):
            chosen |= _chosen(*each)
        found[block, shape] = moved(setup, chosen)
    return list(found.values())


def _has_energy(setup: Setup, term: GuessTerm) -> bool:
    return any(setup.slots[i].unit == "keV" for i in term.own)


def _chosen(at: int, grid: list[Choice], term: GuessTerm, amplitude: float) -> Choice:
    """A term's values in a mixture."""
    shape = grid[at % len(grid)]
    return shape if term.amplitude is None else {**shape, term.amplitude: float(np.log10(amplitude))}
