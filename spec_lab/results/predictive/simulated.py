"""Data as they might have been: counts drawn from expectations, and where the observed ones stand among them.

Pure NumPy on arrays of one data unit, many draws at once; every draw comes from the generator that is handed in. The rules
are those of `spec_lab.data.simulate.fakeit`, in the groups of the fit: source region Poisson around the model's counts and
the scaled background counts, background region Poisson or Gaussian as that background is.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spec_lab.results.model_counts import RecordedCounts


class SimulatedCounts(NamedTuple):
    """Drawn data, each `f[s, c]`: counts in both regions, and the error of the first."""

    S: np.ndarray
    B: np.ndarray
    sigma_S: np.ndarray


def simulate_counts(generator: np.random.Generator, unit: RecordedCounts, total: ArrayLike) -> SimulatedCounts:
    """One data set for each row of expectations.

    Args:
        generator: Where the randomness comes from.
        unit: What was recorded: its background counts are taken for the background's expectation, its errors stay.
        total: `f[s, c]`, expected counts in the source region, scaled background included; negative ones count as 0.
    """
    total = np.asarray(total, float)
    if unit.poisson:
        S = generator.poisson(np.maximum(total, 0.0)).astype(float)
        sigma = np.sqrt(np.maximum(S, 1.0))
    else:
        S, sigma = generator.normal(total, unit.sigma_S), np.broadcast_to(unit.sigma_S, total.shape)
    return SimulatedCounts(S, _background(generator, unit, total.shape), sigma)


def _background(generator: np.random.Generator, unit: RecordedCounts, shape: tuple[int, ...]) -> np.ndarray:
    if unit.background == "poisson":
        return generator.poisson(np.maximum(unit.B, 0.0), shape).astype(float)
    return generator.normal(unit.B, unit.sigma_B, shape) if unit.background == "gaussian" else np.zeros(shape)


def possible_background(generator: np.random.Generator, unit: RecordedCounts, draws: int) -> np.ndarray:
    """`f[draws, c]`, background counts that may have given those recorded.

    Poisson ones follow the gamma distribution of shape B + 1/4, Gaussian ones a normal distribution. Over many channels of few
    counts Jeffreys' prior (shape B + 1/2) sums to more than was there, and the prior 1/b (shape B) believes zeros too much;
    between them the transforms of right models come out evenly.
    """
    shape = (draws, len(unit.B))
    if unit.background == "poisson":
        return generator.gamma(np.maximum(unit.B, 0.0) + 0.25, size=shape)
    return np.broadcast_to(unit.B, shape) if unit.background == "none" else _background(generator, unit, shape)


class Tail(NamedTuple):
    """The share of draws that lie as high as the data, and its sampling error."""

    p: float
    error: float


def tail(simulated: ArrayLike, observed: ArrayLike) -> Tail:
    """P(simulated ≥ observed), `f[s]` against `f[s]` or a number; pairs of a posterior predictive check are compared each.

    (k + 1) / (s + 1) of k among s, so that it is never 0 (Davison & Hinkley 1997, eq. 4.11). Pairs that are not finite are
    left out.
    """
    simulated, observed = np.broadcast_arrays(np.asarray(simulated, float), np.asarray(observed, float))
    known = np.isfinite(simulated) & np.isfinite(observed)
    n = int(known.sum())
    if n == 0:
        return Tail(float("nan"), float("nan"))
    p = (np.sum(simulated[known] >= observed[known]) + 1) / (n + 1)
    return Tail(float(p), float(np.sqrt(p * (1 - p) / n)))
