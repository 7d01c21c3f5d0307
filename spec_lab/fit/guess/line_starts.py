"""The lines' start: where narrow terms would help most, scanned over energy and width in what the continuum leaves.

Lines are not combined with the continuum's shapes: on a coarse grid the strongest residual is a turn-over or a break, and a line
put there hides it. So the continuum comes first, fitted where an engine is at hand, and the lines then share what is left.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab.fit.guess.amplitudes import SMALLEST
from spec_lab.fit.guess.guess_terms import Choice, GuessTerm, choices, row
from spec_lab.fit.guess.movable import movable, moved
from spec_lab.fit.guess.shapes import Observed, observed, term_rates
from spec_lab.fit.guess.trial_values import band_of
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

Refine = Callable[[Problem], Float[np.ndarray, "n"]]  # a fit of what is free, from the problem's present values
HUMP = 0.35  # the broadest width tried, as a part of the energy
APART = 0.1  # like lines keep this part of their energy between them


class FoundLine(NamedTuple):
    """A line found: its row among those tried, its amplitude, and by how much chi² falls."""

    row: int
    amplitude: float
    gain: float


class Scan(NamedTuple):
    """What lines are tried on.

    Attributes:
        choices: Parameters of the first line, a row each.
        energies: Their energies, keV.
        rates: Rates of every term at each row.
        others: Rates of the terms that are no lines.
        data: What the channels say.
    """

    choices: list[Choice]
    energies: Float[np.ndarray, "s"]
    rates: Float[np.ndarray, "s t c"]
    others: Float[np.ndarray, "t c"]
    data: Observed


def without_lines(setup: Setup, lines: list[GuessTerm], refine: Refine | None) -> Setup:
    """The set-up with its lines as faint as they may be, and all else fitted where an engine is at hand."""
    faint = _faint(setup, lines)
    return faint if refine is None else _refined(faint, lines, refine)


def line_starts(setup: Setup, pair: int, lines: list[GuessTerm], most: int) -> list[Setup]:
    """Starts with lines in what the continuum of a set-up `without_lines` leaves, best first.

    They differ in where the first line lies.
    """
    problem, first = Problem.of(setup), lines[0]
    tried = _with_humps(setup, choices(setup, first.own, band_of(setup, pair), 1000), first)
    rows = np.array([row(setup, [_same_for(setup, line, choice) for line in lines], lines) for choice in tried])
    now = term_rates(problem, pair, np.array([setup.values], dtype=float))[0]
    data = observed(setup, problem, pair)
    others = np.delete(now, [line.number for line in lines], axis=0)
    energies = np.array([_named(setup, choice, "El", 0.0) for choice in tried])
    scan = Scan(tried, energies, term_rates(problem, pair, rows), others, data)
    left = data.rate - now.sum(axis=0)
    found = _best_lines(scan, first.number, left)[:most]
    return [moved(setup, _all_lines(setup, lines, scan, one, left)) for one in found]


def _best_lines(scan: Scan, term: int, left: Float[np.ndarray, "c"]) -> list[FoundLine]:
    """The best line at each energy that gains more than its neighbours, best first; the other terms may give way."""
    inverse = scan.data.inverse
    basis = _basis(scan.others * inverse)
    columns, target = _beside(basis, scan.rates[:, term] * inverse), _beside(basis, left * inverse)
    size = np.maximum(np.sum(columns**2, axis=1), 1e-300)
    amplitude = np.maximum(columns @ target / size, 0.0)
    gain = amplitude**2 * size
    places = [np.flatnonzero(scan.energies == energy) for energy in np.unique(scan.energies)]
    best = [int(rows[np.argmax(gain[rows])]) for rows in places]
    ends = [-np.inf, *gain[best], -np.inf]
    peaks = [at for k, at in enumerate(best, start=1) if ends[k] >= max(ends[k - 1], ends[k + 1])]
    found = [FoundLine(at, float(amplitude[at]), float(gain[at])) for at in peaks]
    return sorted(found, key=lambda one: -one.gain)


def _basis(columns: Float[np.ndarray, "t c"]) -> Float[np.ndarray, "k c"]:
    """An orthonormal basis of some columns."""
    used = columns[np.linalg.norm(columns, axis=1) > 0]
    vectors, sizes, _ = np.linalg.svd(used.T, full_matrices=False)
    return vectors[:, sizes > 1e-6 * sizes.max(initial=1e-300)].T


def _beside(basis: Float[np.ndarray, "k c"], columns: Float[np.ndarray, "... c"]) -> Float[np.ndarray, "... c"]:
    """What of columns a basis cannot give."""
    return columns - (columns @ basis.T) @ basis


def _all_lines(
    setup: Setup, lines: list[GuessTerm], scan: Scan, first: FoundLine, left: Float[np.ndarray, "c"]
) -> Choice:
    """Values of all lines: the first as found, each next where most is left, apart from the others."""
    values: dict[int, float] = {}
    taken: list[float] = []
    total = max(float(np.sum(scan.data.rate[scan.data.inverse > 0])), 1e-30)
    for line in lines:
        one = first if line is lines[0] else _away_from(_best_lines(scan, line.number, left), scan, taken)
        rates = scan.rates[one.row, line.number]
        values |= _same_for(setup, line, scan.choices[one.row])
        if line.amplitude is not None:
            faint = SMALLEST * total / max(float(rates.sum()), 1e-300)
            values[line.amplitude] = float(np.log10(max(one.amplitude, faint)))
        left = left - one.amplitude * rates
        taken.append(float(scan.energies[one.row]))
    return values


def _away_from(found: Sequence[FoundLine], scan: Scan, taken: Sequence[float]) -> FoundLine:
    """The best line that does not lie on another."""
    apart = [one for one in found if all(abs(scan.energies[one.row] - e) > APART * e for e in taken)]
    return (apart or list(found))[0]


def _same_for(setup: Setup, line: GuessTerm, choice: Choice) -> Choice:
    """What was chosen for the first line, for the parameters of the same names of another."""
    named = {setup.slots[i].name: value for i, value in choice.items()}
    return {i: named[setup.slots[i].name] for i in line.own if setup.slots[i].name in named}


def _named(setup: Setup, choice: Choice, name: str, otherwise: float) -> float:
    return next((value for i, value in choice.items() if setup.slots[i].name == name), otherwise)


def _with_humps(setup: Setup, tried: list[Choice], line: GuessTerm) -> list[Choice]:
    """The choices, and each energy once more as broad as a hump."""
    width = next((i for i in line.own if setup.slots[i].name in ("sigma", "width") and movable(setup, i)), None)
    if width is None:
        return tried
    low, high = setup.range_of(width)
    narrow = min(choice[width] for choice in tried)
    energies = [(choice, _named(setup, choice, "El", low)) for choice in tried if choice[width] == narrow]
    return [*tried, *({**choice, width: min(max(HUMP * energy, low), high)} for choice, energy in energies)]


def _faint(setup: Setup, lines: list[GuessTerm]) -> Setup:
    """The set-up with its lines as faint as they may be."""
    faint = {line.amplitude: setup.range_of(line.amplitude)[0] for line in lines if line.amplitude is not None}
    return moved(setup, {i: low for i, low in faint.items() if np.isfinite(low)})


def _refined(setup: Setup, lines: list[GuessTerm], refine: Refine) -> Setup:
    """The set-up with all but its lines fitted."""
    own = {i for line in lines for i in line.own}
    held = setup.edited(frozen=tuple(flag or i in own for i, flag in enumerate(setup.frozen)))
    if not held.free:
        return setup
    return moved(setup, dict(zip(held.free, map(float, refine(Problem.of(held))), strict=True)))
