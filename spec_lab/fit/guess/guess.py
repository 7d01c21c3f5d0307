"""The guess: starts for every pair, the best of them, and the edit that leads there."""

import attrs

from spec_lab._base import Info
from spec_lab.fit.edits import Edit
from spec_lab.fit.guess.continuum_starts import continuum_starts
from spec_lab.fit.guess.guess_terms import GuessTerm, terms_of
from spec_lab.fit.guess.hidden_minima import has_hiding_terms
from spec_lab.fit.guess.line_starts import faded, holding, line_starts
from spec_lab.fit.guess.movable import with_ranges
from spec_lab.fit.guess.revisits import revisited
from spec_lab.fit.guess.successive_halving import Refine, raced, refined, statistic
from spec_lab.fit.problem import Problem
from spec_lab.fit.setup import Setup

FURTHER = 3  # continua beside as many as starts are asked for: coarse shapes are ranked wrongly
CONTINUA = ((10, 6), (30, 3))  # steps of a fit without lines, and how many go on
RACE = ((16, 3), (50, 1))  # the same with lines
TOGETHER = 50  # steps of all pairs at the end


def guess(setup: Setup, refine: Refine | None = None, *, most: int = 8, ranges: bool = True) -> Setup:
    """The set-up with values and prior ranges from the data, for all that nobody gave.

    Args:
        setup: The set-up; what is given, frozen, tied, or linked to an earlier pair stays.
        refine: Makes so many steps of a fit and returns the free values there, `f[n]`; several starts are then fitted, and the
            best of them taken, where lines or several terms can hide a lower minimum.
        most: How many starts are tried at most.
        ranges: Whether priors follow the data's range; False leaves them as they are.

    Returns:
        The best start; the same values where nothing can be moved.

    Example:
        >>> from spec_lab import datasets
        >>> from spec_lab.fit import Problem, Setup
        >>> from spec_lab.models import cpl
        >>> setup = Setup.from_pairs([(datasets.load("burst"), cpl())])
        >>> Problem(guess(setup)).stat() < Problem(setup).stat()
        True
    """
    setup = with_ranges(setup) if ranges else setup
    _kept = Problem.of(setup)  # while it lives, all others are made from it
    pairs = sorted({setup.slots[i].pair for i in setup.free if setup.slots[i].owner == "model"})
    fitted = refine if refine is not None and has_hiding_terms(setup) else None
    for pair in pairs:
        setup = _of_pair(setup, pair, fitted, most)
    several = len(pairs) > 1
    return refined(setup, fitted, TOGETHER) if fitted and several else setup


def _of_pair(setup: Setup, pair: int, refine: Refine | None, most: int) -> Setup:
    """The set-up with a pair's own parameters guessed from its own data; those of other pairs, and what it shares, are held."""
    others = {i for i in setup.free if setup.slots[i].pair != pair}
    held = setup.edited(frozen=tuple(flag or i in others for i, flag in enumerate(setup.frozen))) if others else setup
    terms = terms_of(held, pair)
    starts = _starts(held, pair, terms, refine, most)
    best = starts[0] if refine is None else revisited(raced(starts, refine, RACE)[0], pair, terms, refine)
    return setup.edited(values=best.values, value_origins=best.value_origins)


def _starts(setup: Setup, pair: int, terms: list[GuessTerm], refine: Refine | None, most: int) -> list[Setup]:
    """Different starts for a pair, best first: continua, and where there are lines, lines in what the best continua leave."""
    continuum, lines = [t for t in terms if not t.line], [t for t in terms if t.line]
    many = most + FURTHER  # ranked by the statistic, as the amplitudes know only chi²
    bare = holding(faded(setup, lines), lines)
    found = continuum_starts(bare, pair, continuum, many) if continuum else [bare]
    if refine:
        best, *others = raced(found, refine, CONTINUA)
        anew = revisited(best, pair, continuum, refine) if lines else best
        found = [anew, *(one for one in (best, *others) if one is not anew)]
    else:
        found = sorted(found, key=statistic)[:1]
    found = [setup.edited(values=one.values, value_origins=one.value_origins) for one in found]
    if not lines:
        return found
    each = -(-most // len(found)) if refine else 1  # what the better continuum promises is not always kept
    ready = [new for one in found for new in line_starts(one, pair, terms, each, statistic(one))]
    return [one.setup for one in sorted(ready, key=lambda one: one.stat)]


@attrs.frozen(eq=False)
class Guess(Edit):
    """Move what nobody gave to where the data suggest; `Guess.of(setup)` looks, applying it only puts the values in place.

    Attributes:
        before: The set-up it was made for.
        found: Its guess.
        refine: The fit that `guess` was given; needed once more where the edit is applied to another set-up.
    """

    before: Setup
    found: Setup
    refine: Refine | None = None

    @classmethod
    def of(cls, setup: Setup, refine: Refine | None = None) -> "Guess":
        """The edit that leads from a set-up to its `guess`."""
        return cls(setup, guess(setup, refine), refine)

    def apply(self, setup: Setup) -> Setup:
        return self.found if setup is self.before else guess(setup, self.refine)

    def as_code(self) -> str:
        return "infer.guess()"

    @property
    def label(self) -> str:
        return "guess from the data"

    @property
    def table(self) -> Info:
        """What it changes: a row for each free parameter with another value or prior."""
        old, new = self.before, self.found
        changed = [i for i in new.free if new.values[i] != old.values[i] or new.priors[i] != old.priors[i]]
        return Info(
            {
                "par#": [i + 1 for i in changed],
                "Component": [new.slots[i].component for i in changed],
                "Parameter": [new.slots[i].name for i in changed],
                "Value": [float(new.values[i]) for i in changed],
                "Before": [float(old.values[i]) for i in changed],
                "Prior": [str(new.priors[i]) for i in changed],
                "Prior before": [str(old.priors[i]) for i in changed],
            }
        )
