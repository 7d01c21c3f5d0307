"""The probability integral transform of every channel: where in its predicted distribution does each count lie?"""

from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import Info
from spec_lab.results.goodness import formulas
from spec_lab.results.model_counts import ModelCounts
from spec_lab.results.predictive.simulated import possible_background

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing


class Pit:
    """The probability integral transform of each channel's counts: uniform in [0, 1] if the model is right.

    `P(X < S) + v P(X = S)` of the recorded counts S, X Poisson around source and background, averaged over parameter draws and
    over the backgrounds that may have given the recorded ones; for Gaussian data `Φ((S - M)/σ)`. v is drawn evenly from
    [0, 1], once a channel (by `seed`): without it few counts would give few values, and a right model would look wrong (Dunn &
    Smyth 1996; Czado, Gneiting & Held 2009). Draws of a posterior have seen the same counts, so values crowd a little less at
    the ends than uniform ones would (Gelman et al. 2014, BDA3, 6.3).

    Attributes:
        names: Of the units.
        energies: One `f[c]` a unit, middle of each channel, keV.
        lower: One `f[c]` a unit, the transform.
        upper: One `f[c]` a unit, its complement.
    """

    def __init__(self, units: list[ModelCounts], seed: int):
        generator = np.random.default_rng(seed)
        self.names = [u.name for u in units]
        self.energies = [u.c.middle for u in units]
        both = [_pit(u, generator) for u in units]
        self.lower, self.upper = [low for low, _ in both], [high for _, high in both]

    @property
    def values(self) -> np.ndarray:
        """`f[c]`, the transform of all channels."""
        return np.concatenate(self.lower)

    @property
    def residuals(self) -> list[np.ndarray]:
        """One `f[c]` a unit: the transform as standard normal deviates."""
        return [formulas.normal_scores(low, high) for low, high in zip(self.lower, self.upper, strict=True)]

    @property
    def info(self) -> Info:
        """Kolmogorov's distance from uniform with its probability, and channels in the outer 5 %, of each unit."""
        from scipy.stats import kstest  # a second to import

        sets = [*self.lower, self.values] if len(self.names) > 1 else self.lower
        tests = [kstest(v, "uniform") for v in sets]
        return Info(
            {
                "Data": [*self.names, "Total"][: len(sets)],
                "Bins": [len(v) for v in sets],
                "Kolmogorov D": [float(t.statistic) for t in tests],
                "p": [float(f"{t.pvalue:.3g}") for t in tests],
                "PIT < 0.025": [int(np.sum(v < 0.025)) for v in sets],
                "PIT > 0.975": [int(np.sum(v > 0.975)) for v in sets],
                "Expected each": [f"{0.025 * len(v):.1f}" for v in sets],
            }
        )

    def figure(self, **options: Any) -> "Drawing":
        """Histogram and transform against energy; see `spec_lab.results.figures.pit`."""
        from spec_lab.results.goodness.figure import pit

        return pit(self.names, self.energies, self.lower, **options)

    def qq(self, **options: Any) -> "Drawing":
        """Quantiles against normal ones with the pointwise 95 % band; see `spec_lab.results.figures.qq`."""
        from spec_lab.results.goodness.figure import qq

        return qq(np.concatenate(self.residuals), **options)

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def _pit(unit: ModelCounts, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Transform and complement, averaged over draws and backgrounds."""
    if not unit.recorded.poisson or not unit.kind.poisson:
        from scipy.special import ndtr

        deviate = (unit.c.S - unit.compared) / np.sqrt(unit.variance)
        return ndtr(deviate).mean(axis=0), ndtr(-deviate).mean(axis=0)
    mean = unit.source
    if unit.kind.uses_background:
        maybe = unit.c.B
        if unit.uncertain_background:
            maybe = possible_background(generator, unit.recorded, len(mean))
        mean = mean + unit.alpha * maybe
    mean, share = np.maximum(mean, 0.0), generator.random(len(unit.c.S))
    return formulas.pit(unit.c.S, mean, share=share), formulas.pit(unit.c.S, mean, share=share, upper=True)
