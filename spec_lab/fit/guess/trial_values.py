"""Where a parameter may sensibly lie, given the energies that were observed, and which values to try.

Lines lie in the band and are narrower than it; temperatures and breaks lie in or near it, or so far
above that they do not show; indices are those of real spectra.
A parameter of which nothing of the kind is known keeps its prior and its value.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from spec_lab.fit.setup import Setup
from spec_lab.fit.slots import Slot

Each = TypeVar("Each")
INDEX = (-3.0, 0.5)
COLUMN_DENSITIES = (0.0, 0.1, 0.5, 2.0, 10.0)  # 1e22/cm²
LINES = 120  # energies


class Band(NamedTuple):
    """The observed energies of a pair: lowest and highest, and the finest width of its bins, keV."""

    low: float
    high: float
    finest: float


class Trial(NamedTuple):
    """Values to try, and the range of a uniform prior (None: the prior stays)."""

    values: tuple[float, ...]
    range: tuple[float, float] | None = None


def band_of(setup: Setup, pair: int) -> Band:
    """The observed energies of a pair."""
    noticed = [unit.channels() for unit in setup.pairs[pair].data.units]
    low, high = (np.concatenate([getattr(c, end) for c in noticed]) for end in ("emin", "emax"))
    return Band(max(float(low.min()), 1e-3), float(high.max()), float((high - low).min()))


def trial_of(slot: Slot, band: Band, spacing: float = np.inf) -> Trial | None:
    """What to try for a parameter; None where nothing is known of its kind.

    Args:
        slot: The parameter.
        band: The observed energies of its pair.
        spacing: Decades at most between two temperatures or breaks; a few of them over the whole band suffice for a first look.
    """
    if slot.unit == "keV":
        return _energy(slot, band, spacing)
    if slot.name.startswith(("alpha", "beta")):
        low, high = slot.default_prior.support if slot.default_prior else (-np.inf, np.inf)
        low, high = max(low, INDEX[0]), min(high, INDEX[1])
        return Trial(tuple(np.linspace(low, high, 7))) if low < high else None
    if slot.name.startswith("N_H"):
        return Trial(COLUMN_DENSITIES)
    return None


def evenly(every: Sequence[Each], most: int) -> list[Each]:
    """At most so many of a sequence; no fixed step, which in a product could leave out a value of one factor altogether."""
    return [every[int(k * len(every) / most)] for k in range(most)] if len(every) > most else list(every)


def _energy(slot: Slot, band: Band, spacing: float) -> Trial | None:
    low, high, finest = band
    if slot.name in ("El", "edgeE", "cutoffE"):
        return Trial(tuple(np.geomspace(low, high, LINES + 2)[1:-1]), (low, high))
    if slot.name in ("sigma", "width"):
        widest = 0.25 * (high - low)
        return Trial((finest, 4.0 * finest), (min(0.1 * finest, 0.01 * widest), widest))
    if not slot.log:
        return None
    dense = 1 + int(np.ceil(np.log10(3.0 * high / low) / spacing))
    if "kT" in slot.name:
        return _decimal(np.geomspace(low / 3.0, high, max(7, dense)), (low / 10.0, 3.0 * high))
    return _decimal(np.geomspace(1.5 * low, 1.5 * high, max(5, dense)), (low, 1000.0 * high))


def _decimal(values: np.ndarray, ends: tuple[float, float]) -> Trial:
    return Trial(tuple(np.log10(values)), (float(np.log10(ends[0])), float(np.log10(ends[1]))))
