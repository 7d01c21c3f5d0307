"""The guess: starts for every pair, the best of them, and the edit that leads there."""

import attrs
import numpy as np

from spec_lab._base import Info
from spec_lab.fit.edits import Edit
from spec_lab.fit.guess.continuum_starts import continuum_starts
from spec_lab.fit.guess.guess_terms import terms_of
from spec_lab.fit.guess.hidden_minima import has_hiding_terms
from spec_lab.fit.guess.line_starts import Start, line_starts, without_lines
from spec_lab.fit.guess.movable import with_ranges
from spec_lab.fit.guess.successive_halving import Refine, best_start, statistic
from spec_lab.fit.setup import Setup

FURTHER = 3  # continua beside as many as starts are asked for: coarse shapes are ranked wrongly
CONTINUA = 2  # in which lines are sought


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
    found = starts(setup, refine, most=most if refine else 1, ranges=ranges)
    return best_start(found, refine) if refine and has_hiding_terms(found[0]) else found[0]


def starts(setup: Setup, refine: Refine | None = None, *, most: int = 8, ranges: bool = True) -> list[Setup]:
    """Several different good starts, the most promising first; see `guess`."""
    found = [Start(with_ranges(setup) if ranges else setup, np.inf)]
    for pair in sorted({setup.slots[i].pair for i in setup.free if setup.slots[i].owner == "model"}):
        found = [new for one in found for new in _started(one.setup, pair, refine, max(4, most))]
        found = sorted(found, key=lambda one: one.stat)[: most + FURTHER if most > 1 else 1]
    return [one.setup for one in found]


def _started(setup: Setup, pair: int, refine: Refine | None, most: int) -> list[Start]:
    terms = terms_of(setup, pair)
    continuum, lines = [t for t in terms if not t.line], [t for t in terms if t.line]
    found = continuum_starts(setup, pair, continuum, most + FURTHER) if continuum else [setup]
    if not lines:
        return [Start(one, statistic(one)) for one in found]
    bare = {round(statistic(one), 1): one for one in (without_lines(start, lines, refine) for start in found)}
    best = sorted(bare.items())[:CONTINUA]
    each = -(-most // len(best))  # what the better continuum promises is not always kept
    return [new for stat, one in best for new in line_starts(one, pair, terms, each, stat)]


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
