"""Terms looked for anew at a fit: each is taken away, the others settle, and it begins again where it helps most now.

Starts that are found one term after the other leave a term where the first ones made room for it: a black body in what a hump
could take, a line on the shoulder of another. At the best of these fits each term that has an energy, but the brightest, is
therefore taken away once more, all its shapes are tried on what the others leave, and the fit goes on from the best of those that
the data can tell apart. What is lower stays.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from spec_lab.fit.guess.guess_terms import Choice, GuessTerm, choices, row
from spec_lab.fit.guess.line_starts import LOST, beside, orthonormal, settled_without, with_humps
from spec_lab.fit.guess.movable import movable, moved
from spec_lab.fit.guess.shapes import Observed, observed, shifted_rows, term_rates
from spec_lab.fit.guess.successive_halving import Refine, raced, refined, statistic
from spec_lab.fit.guess.trial_values import band_of
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

SHORT, LONG = ((16, 1),), 50  # steps of the fits from there: of all, and of the best of them
CLOSE = 10.0  # above the present fit: what is further after the short fits is given up
TRIED = 2  # places for a term
SPACING = 0.2  # decades between two temperatures or breaks
ALIKE = 0.9  # correlation from which the data hardly tell two shapes apart
LOWER = 0.05  # of the statistic: what makes another round worth its time
PASSES = 3


def revisited(setup: Setup, pair: int, terms: Sequence[GuessTerm], refine: Refine) -> Setup:
    """The set-up, or a lower one with some terms elsewhere.

    Args:
        setup: A fit.
        pair: Whose terms.
        terms: All additive terms of its model.
        refine: Steps of a fit.
    """
    data = observed(setup, Problem.of(setup), pair)
    brightest = int(np.argmax(all_rates(setup, pair, terms, np.array(setup.values)[None])[0].sum(axis=1)))
    waiting = [term for k, term in enumerate(terms) if k != brightest and _has_place(setup, term)]
    best, tried = (setup, statistic(setup)), 0
    for term in itertools.islice(itertools.cycle(waiting), PASSES * len(waiting)):
        found = _anew(best, pair, terms, term, data, refine)
        lower = found[1] < best[1] - LOWER
        best, tried = (found, 1) if lower else (best, tried + 1)
        if tried == len(waiting):
            break
    return best[0]


def _has_place(setup: Setup, term: GuessTerm) -> bool:
    """Whether a term can be taken away and put elsewhere."""
    named = any(setup.slots[i].unit == "keV" and movable(setup, i) for i in term.own)
    return named and term.amplitude is not None and movable(setup, term.amplitude)


def _anew(
    best: tuple[Setup, float],
    pair: int,
    terms: Sequence[GuessTerm],
    term: GuessTerm,
    data: Observed,
    refine: Refine,
) -> tuple[Setup, float]:
    """The better of a fit and the one with a term begun anew, each with its statistic."""
    bare = settled_without(best[0], [term], refine)
    starts = places(bare, pair, terms, term, data)
    if not starts:
        return best
    found = raced(starts, refine, SHORT)[0]
    if statistic(found) < best[1] + CLOSE:
        found = refined(found, refine, LONG)
    reached = statistic(found)
    return (found, reached) if reached < best[1] else best


def places(setup: Setup, pair: int, terms: Sequence[GuessTerm], term: GuessTerm, data: Observed) -> list[Setup]:
    """Starts for a term in what the others leave, best first: those that help most and that the data can tell apart."""
    tried = choices(setup, term.own, band_of(setup, pair), 1000, SPACING)
    tried = with_humps(setup, tried, term) if term.line else tried
    number = list(terms).index(term)
    rows = np.array([row(setup, [choice], [term]) for choice in tried])
    rates = _one_term(setup, pair, terms, number, rows) * data.inverse
    left, basis = _left(setup, pair, terms, number, data)
    columns, target = beside(basis, rates), beside(basis, left)
    size = np.sum(columns**2, axis=1)
    size = np.where(size > LOST * np.sum(rates**2, axis=1), size, np.inf)
    amplitude = np.maximum(columns @ target / size, 0.0)
    gain = amplitude * (columns @ target)
    chosen: list[int] = []
    for k in np.argsort(-gain):
        like = np.abs(columns[chosen] @ columns[k]) / np.sqrt(size[chosen] * size[k])
        if gain[k] > 0.0 and len(chosen) < TRIED and not np.any(like > ALIKE):
            chosen.append(int(k))
    return [_placed(setup, term, tried[k], float(amplitude[k])) for k in chosen]


def _placed(setup: Setup, term: GuessTerm, choice: Choice, amplitude: float) -> Setup:
    assert term.amplitude is not None
    return moved(setup, {**choice, term.amplitude: float(np.log10(amplitude))})


def _left(
    setup: Setup, pair: int, terms: Sequence[GuessTerm], number: int, data: Observed
) -> tuple[Float[np.ndarray, "c"], Float[np.ndarray, "k c"]]:
    """What the other terms leave, over its errors, and a basis of how they can give way: amplitudes and shapes."""
    mine = [i for i in setup.free if setup.slots[i].pair == pair and i not in terms[number].own]
    rows, steps = shifted_rows(setup, mine)
    others = np.delete(all_rates(setup, pair, terms, rows), number, axis=1)
    changes = (others[2::2] - others[1::2]).sum(axis=1) / steps[:, None]
    columns = np.concatenate([others[0], changes]) * data.inverse
    return (data.rate - others[0].sum(axis=0)) * data.inverse, orthonormal(columns)


def _one_term(
    setup: Setup, pair: int, terms: Sequence[GuessTerm], number: int, rows: Float[np.ndarray, "s p"]
) -> Float[np.ndarray, "s c"]:
    """Rates of one term at many slot values, by the program that its like are evaluated with."""
    term = terms[number]
    if term.line:
        firsts = _first_lines(terms)
        stand_in, rows = firsts[term.kind], np.array(rows)
        rows[:, list(stand_in.own)] = rows[:, list(term.own)]
        numbers = [line.number for line in firsts.values()]
        return term_rates(Problem.of(setup), pair, numbers, rows)[:, numbers.index(stand_in.number)]
    numbers = [other.number for other in terms if not other.line]
    return term_rates(Problem.of(setup), pair, numbers, rows)[:, numbers.index(term.number)]


def all_rates(
    setup: Setup, pair: int, terms: Sequence[GuessTerm], rows: Float[np.ndarray, "s p"]
) -> Float[np.ndarray, "s t c"]:
    """Rates of all terms at some slot values."""
    numbers = [term.number for term in terms if not term.line]
    whole = term_rates(Problem.of(setup), pair, numbers, rows) if numbers else None
    found = []
    for k, term in enumerate(terms):
        if term.line or whole is None:
            found.append(_one_term(setup, pair, terms, k, rows))
        else:
            found.append(whole[:, numbers.index(term.number)])
    return np.stack(found, axis=1)


def _first_lines(terms: Sequence[GuessTerm]) -> dict[str, GuessTerm]:
    """The first line of each kind, which stands for all."""
    firsts: dict[str, GuessTerm] = {}
    for term in terms:
        if term.line:
            firsts.setdefault(term.kind, term)
    return firsts
