"""What a guess may move: free parameters that nobody gave a value, within the ranges that fit the data."""

from collections.abc import Mapping

import numpy as np

from spec_lab.fit import sky
from spec_lab.fit.guess.trial_values import band_of, trial_of
from spec_lab.fit.origin import Origin
from spec_lab.fit.setup import Setup
from spec_lab.priors import unif


def movable(setup: Setup, index: int) -> bool:
    """Whether a slot is a free parameter whose value nobody gave."""
    return index in setup.free and setup.value_origin(index) is not Origin.GIVEN


def moved(setup: Setup, values: Mapping[int, float], margin: float = 1e-5) -> Setup:
    """The set-up with slots elsewhere, as far as they are movable, and that part of their ranges inside these."""
    inside = {i: _within(setup, i, value, margin) for i, value in values.items() if movable(setup, i)}
    return sky.check(setup.with_values(inside, Origin.GUESSED))


def _within(setup: Setup, index: int, value: float, margin: float) -> float:
    low, high = setup.range_of(index)
    away = margin * (high - low) if np.isfinite(high - low) else 0.0
    return min(max(value, low + away), high - away)


def with_ranges(setup: Setup) -> Setup:
    """The set-up with priors that follow the data's range, where nobody gave one; a default beyond it moves to its middle."""
    for index in setup.free:
        slot = setup.slots[index]
        trial = trial_of(slot, band_of(setup, slot.pair)) if slot.owner == "model" else None
        if trial is None or trial.range is None or setup.prior_origin(index) is Origin.GIVEN:
            continue
        lows, highs = zip(*(setup.slots[i].limits for i in setup.group(index)), strict=True)
        low, high = max(float(f"{trial.range[0]:.4g}"), *lows), min(float(f"{trial.range[1]:.4g}"), *highs)
        outside = not low <= float(setup.values[index]) <= high
        if not low < high or (outside and not movable(setup, index)):
            continue
        setup = setup.with_prior(index, unif(low, high), Origin.GUESSED)
        if outside:
            setup = moved(setup, {index: 0.5 * (low + high)})
    return setup
