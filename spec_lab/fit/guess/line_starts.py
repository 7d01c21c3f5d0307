"""The lines' start: where narrow terms would help most, scanned over energy and width in what the continuum leaves.

Lines are not combined with the continuum's shapes: on a coarse grid the strongest residual is a turn-over or a break, and a line
put there hides it. So the continuum comes first, fitted where an engine is at hand, and the lines then share what is left.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab.fit.guess.amplitudes import SMALLEST
from spec_lab.fit.guess.guess_terms import Choice, GuessTerm, choices, row
from spec_lab.fit.guess.movable import movable, moved
from spec_lab.fit.guess.shapes import Observed, observed, slopes, term_rates
from spec_lab.fit.guess.successive_halving import Refine, refined
from spec_lab.fit.guess.trial_values import band_of
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

HUMP = 0.35  # the broadest width tried, as a part of the energy
LOST = 1e-4  # of a line, in squares: what is left of it beside the continuum is rounding
STEPS = 10  # of the continuum's fit
APART = 0.1  # like lines keep this part of their energy between them


class Start(NamedTuple):
    """A start, and the statistic that it promises once all has given way."""

    setup: Setup
    stat: float


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
        rates: For each line its rates at each row, over their errors.
        data: What the channels say.
    """

    choices: list[Choice]
    energies: Float[np.ndarray, "s"]
    rates: list[Float[np.ndarray, "s c"]]
    data: Observed


def settled_without(setup: Setup, gone: Sequence[GuessTerm], refine: Refine | None, steps: int = STEPS) -> Setup:
    """The set-up with some terms as faint as they may be, and all else fitted where an engine is at hand."""
    faint = faded(setup, gone)
    if refine is None:
        return faint
    held = refined(holding(faint, gone), refine, steps)
    return setup.edited(values=held.values, value_origins=held.value_origins)


def holding(setup: Setup, terms: Sequence[GuessTerm]) -> Setup:
    """The set-up with some terms' own parameters frozen."""
    own = {i for term in terms for i in term.own}
    return setup.edited(frozen=tuple(flag or i in own for i, flag in enumerate(setup.frozen)))


def line_starts(setup: Setup, pair: int, terms: list[GuessTerm], most: int, stat: float) -> list[Start]:
    """Starts with lines in what the continuum of a set-up without lines leaves, best first.

    They differ in where the first line lies.

    Args:
        setup: The set-up, without lines.
        pair: Which pair.
        terms: All additive terms of its model.
        most: How many starts at most.
        stat: The statistic of the set-up.
    """
    lines, data = [term for term in terms if term.line], observed(setup, Problem.of(setup), pair)
    scan = _scan(setup, pair, lines, data)
    left, basis = _left(setup, pair, terms, data)
    found = _best_lines(scan.rates[0], scan.energies, left, basis)[:most]
    made = [_all_lines(setup, lines, scan, one, left, basis) for one in found]
    return [Start(moved(setup, values), stat - gain) for values, gain in made]


def _scan(setup: Setup, pair: int, lines: list[GuessTerm], data: Observed) -> Scan:
    """The first line at every energy and width, and its like at the same."""
    first = lines[0]
    tried = with_humps(setup, choices(setup, first.own, band_of(setup, pair), 1000), first)
    rows = np.array([row(setup, [_same_for(setup, line, choice) for line in lines], lines) for choice in tried])
    kinds = {line.kind: line.number for line in reversed(lines)}  # the first of each kind stands for all
    rates = term_rates(Problem.of(setup), pair, list(kinds.values()), rows) * data.inverse
    places = [list(kinds).index(line.kind) for line in lines]
    energies = np.array([_named(setup, choice, "El", 0.0) for choice in tried])
    return Scan(tried, energies, [rates[:, place] for place in places], data)


def _left(
    setup: Setup, pair: int, terms: list[GuessTerm], data: Observed
) -> tuple[Float[np.ndarray, "c"], Float[np.ndarray, "k c"]]:
    """What the continuum leaves, over its errors, and a basis of how it can give way to a line: amplitudes and shapes."""
    numbers = [term.number for term in terms if not term.line]
    if not numbers:
        return data.rate * data.inverse, np.zeros((0, len(data.rate)))
    lines = {i for term in terms if term.line for i in term.own}
    mine = [i for i in setup.free if setup.slots[i].pair == pair and i not in lines]
    rates, changes = slopes(Problem.of(setup), pair, numbers, mine)
    return (data.rate - rates.sum(axis=0)) * data.inverse, orthonormal(np.concatenate([rates, changes]) * data.inverse)


def _best_lines(
    rates: Float[np.ndarray, "s c"],
    energies: Float[np.ndarray, "s"],
    left: Float[np.ndarray, "c"],
    basis: Float[np.ndarray, "k c"],
) -> list[FoundLine]:
    """The best line at each energy that gains more than its neighbours, best first; what is in the basis may give way."""
    columns, target = beside(basis, rates), beside(basis, left)
    size = np.sum(columns**2, axis=1)
    size = np.where(size > LOST * np.sum(rates**2, axis=1), size, np.inf)  # else it is no line but the continuum itself
    amplitude = np.maximum(columns @ target / size, 0.0)
    gain = np.where(np.isfinite(size), amplitude * (columns @ target), 0.0)
    places = [np.flatnonzero(energies == energy) for energy in np.unique(energies)]
    best = [int(rows[np.argmax(gain[rows])]) for rows in places]
    ends = [-np.inf, *gain[best], -np.inf]
    peaks = [at for k, at in enumerate(best, start=1) if ends[k] >= max(ends[k - 1], ends[k + 1])]
    found = [FoundLine(at, float(amplitude[at]), float(gain[at])) for at in peaks]
    return sorted(found, key=lambda one: -one.gain)


def orthonormal(columns: Float[np.ndarray, "t c"]) -> Float[np.ndarray, "k c"]:
    """An orthonormal basis of some columns."""
    size = np.linalg.norm(columns, axis=1)
    used = columns[size > 0] / size[size > 0, None]
    vectors, sizes, _ = np.linalg.svd(used.T, full_matrices=False)
    return vectors[:, sizes > 1e-6 * sizes.max(initial=1e-300)].T


def beside(basis: Float[np.ndarray, "k c"], columns: Float[np.ndarray, "*s c"]) -> Float[np.ndarray, "*s c"]:
    """What of columns a basis cannot give."""
    return columns - (columns @ basis.T) @ basis


def _all_lines(
    setup: Setup,
    lines: list[GuessTerm],
    scan: Scan,
    first: FoundLine,
    left: Float[np.ndarray, "c"],
    basis: Float[np.ndarray, "k c"],
) -> tuple[Choice, float]:
    """Values of all lines, the first as found, each next where most is left and apart from the others; and what they gain."""
    values: dict[int, float] = {}
    taken: list[float] = []
    gain, total = 0.0, max(float(np.sum(scan.data.rate[scan.data.inverse > 0])), 1e-30)
    for line, rates in zip(lines, scan.rates, strict=True):
        one = first if not taken else _away_from(_best_lines(rates, scan.energies, left, basis), scan, taken)
        seen = rates[one.row] / np.where(scan.data.inverse > 0, scan.data.inverse, np.inf)
        values |= _same_for(setup, line, scan.choices[one.row])
        if line.amplitude is not None:
            faint = SMALLEST * total / max(float(seen.sum()), 1e-300)
            values[line.amplitude] = float(np.log10(max(one.amplitude, faint)))
        left = left - one.amplitude * rates[one.row]
        basis = orthonormal(np.concatenate([basis, rates[[one.row]]]))
        taken.append(float(scan.energies[one.row]))
        gain += one.gain
    return values, gain


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


def with_humps(setup: Setup, tried: list[Choice], line: GuessTerm) -> list[Choice]:
    """The choices, and each energy once more as broad as a hump."""
    width = next((i for i in line.own if setup.slots[i].name in ("sigma", "width") and movable(setup, i)), None)
    if width is None:
        return tried
    low, high = setup.range_of(width)
    narrow = min(choice[width] for choice in tried)
    energies = [(choice, _named(setup, choice, "El", low)) for choice in tried if choice[width] == narrow]
    return [*tried, *({**choice, width: min(max(HUMP * energy, low), high)} for choice, energy in energies)]


def faded(setup: Setup, terms: Sequence[GuessTerm]) -> Setup:
    """The set-up with some terms as faint as they may be."""
    faint = {one.amplitude: setup.range_of(one.amplitude)[0] for one in terms if one.amplitude is not None}
    return moved(setup, {i: low for i, low in faint.items() if np.isfinite(low)})
