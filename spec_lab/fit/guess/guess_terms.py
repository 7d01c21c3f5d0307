"""The additive terms of a pair's model as a guess sees them, and the values to try for their parameters."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab.fit.guess.movable import movable
from spec_lab.fit.guess.trial_values import Band, evenly, trial_of
from spec_lab.fit.setup import Setup
from spec_lab.models import AMPLITUDES, SCALED_FLUXES

Choice = Mapping[int, float]  # slot → value


class GuessTerm(NamedTuple):
    """An additive term.

    Attributes:
        number: Its place in the model.
        own: Its slots, those it shares with other terms aside.
        amplitude: The slot of its amplitude (a decimal logarithm), if it has one.
        kind: The name of its component, equal for like terms.
        line: Whether it is a line.
    """

    number: int
    own: tuple[int, ...]
    amplitude: int | None
    kind: str
    line: bool


def terms_of(setup: Setup, pair: int) -> list[GuessTerm]:
    """The additive terms of a pair's model."""
    first = next(i for i, s in enumerate(setup.slots) if s.owner == "model" and s.pair == pair)
    places = [tuple(first + i for i in term) for term in setup.pairs[pair].terms]
    found = []
    for number, mine in enumerate(places):
        others = {i for k, there in enumerate(places) if k != number for i in there}
        own = tuple(i for i in mine if i not in others)
        named = {setup.slots[i].name: i for i in own}
        amplitude = next((named[name] for name in (*SCALED_FLUXES, *AMPLITUDES) if name in named), None)
        kind = f"term {number}" if amplitude is None else setup.slots[amplitude].component.rstrip("0123456789")
        found.append(GuessTerm(number, own, amplitude, kind, "El" in named and amplitude is not None))
    return found


def shared_slots(setup: Setup, pair: int, terms: Sequence[GuessTerm]) -> list[int]:
    """Slots of a pair's model that belong to several terms, such as an absorption."""
    own = {i for term in terms for i in term.own}
    return [
        i for i, s in enumerate(setup.slots) if s.owner == "model" and s.pair == pair and not s.source and i not in own
    ]


def choices(setup: Setup, slots: Iterable[int], band: Band, most: int, spacing: float = np.inf) -> list[Choice]:
    """Values to try for some slots, as far as they are movable: at most so many combinations, evenly thinned.

    Args:
        setup: The set-up.
        slots: Which.
        band: The observed energies.
        most: How many combinations.
        spacing: Decades at most between two temperatures or breaks.
    """
    known = {i: trial_of(setup.slots[i], band, spacing) for i in slots if movable(setup, i)}
    tried = {i: trial.values for i, trial in known.items() if trial is not None}
    every = [dict(zip(tried, values, strict=True)) for values in itertools.product(*tried.values())]
    return evenly(every, most)


def row(setup: Setup, chosen: Iterable[Choice], terms: Iterable[GuessTerm]) -> Float[np.ndarray, "p"]:
    """Slot values with some of them chosen, and every amplitude that can move at one."""
    values = np.array(setup.values, dtype=float)
    for choice in chosen:
        for index, value in choice.items():
            values[list(setup.group(index))] = value
    for term in terms:
        if term.amplitude is not None and movable(setup, term.amplitude):
            values[term.amplitude] = 0.0
    return values
