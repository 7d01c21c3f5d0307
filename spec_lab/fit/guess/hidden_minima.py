"""Whether a lower minimum may be hidden from a fit that begins at the present values."""

from collections.abc import Set

from spec_lab.fit.guess.guess_terms import GuessTerm, terms_of
from spec_lab.fit.guess.movable import movable
from spec_lab.fit.origin import Origin
from spec_lab.fit.setup import Setup

MOST_PAIRS = 8  # with models of their own, for each of which a guess costs the compilation of a small program


def may_hide(setup: Setup) -> bool:
    """Whether a model has a line, or several terms of a continuum, and values that neither a person gave nor a fit found.

    False, too, where more than eight pairs have free parameters of their own.
    """
    return has_hiding_terms(setup, {i for i in setup.free if setup.value_origin(i) in (Origin.DEFAULT, Origin.GUESSED)})


def has_hiding_terms(setup: Setup, unsettled: Set[int] | None = None) -> bool:
    """Whether a line, or several terms of a continuum, have parameters that may move, some of them among the unsettled ones."""
    wanted = set(setup.free) if unsettled is None else unsettled
    pairs = sorted({setup.slots[i].pair for i in setup.free if setup.slots[i].owner == "model"})
    if len(pairs) > MOST_PAIRS:
        return False
    return any(_hides(setup, terms_of(setup, pair), wanted) for pair in pairs)


def _hides(setup: Setup, terms: list[GuessTerm], unsettled: Set[int]) -> bool:
    """Whether this is so of one pair's terms."""
    loose = [term for term in terms if any(movable(setup, i) for i in term.own)]
    if not any(i in unsettled for term in loose for i in term.own):
        return False
    return sum(not term.line for term in loose) > 1 or any(term.line for term in loose)
