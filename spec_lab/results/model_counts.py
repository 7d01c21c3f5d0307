"""What the model says of each channel: expected counts of every data unit at many free vectors, as NumPy arrays.

The folding is one compiled function of the problem; what compares it with the counts (`goodness`, `predictive`) works on
these arrays.
"""

from functools import cached_property
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from spec_lab.fit import Problem, statistic_of


def _fold(view: Any, space: Any, xs: Any) -> Any:
    """`f[s, ...]`: source rates of all units, joined (padded), then all slot values. Traced."""

    def one(x: Any) -> Any:
        theta = view.theta(space, x)
        return jnp.concatenate([m for pair in view.rates(theta) for m in pair] + [theta])

    return view.over_rows(one, xs)


class RecordedCounts(NamedTuple):
    """What a data unit recorded in the `c` groups of its fit.

    Attributes:
        S: `f[c]`, counts in the source region.
        B: `f[c]`, counts in the background region.
        sigma_S: `f[c]`, error of S.
        sigma_B: `f[c]`, error of B.
        poisson: Whether S are counts; else they are Gaussian with `sigma_S`.
        background: `"poisson"`, `"gaussian"`, or `"none"`.
    """

    S: np.ndarray
    B: np.ndarray
    sigma_S: np.ndarray
    sigma_B: np.ndarray
    poisson: bool
    background: str


class ModelCounts:
    """One data unit under `s` free vectors, in the `c` groups of its fit.

    Args:
        name: Of the unit.
        unit: The data unit.
        m: `f[s, c]`, source rate, counts/s.
        factors: `f[s, 2]`, the factors on the exposures of source and background.
    """

    def __init__(self, name: str, unit: Any, m: np.ndarray, factors: np.ndarray):
        self.name, self.unit, self.c, self.kind = name, unit, unit.channels(), statistic_of(unit)
        self.m, self.weight = m, float(unit.weight)
        self.ts, self.tb = self.c.ts * factors[:, :1], self.c.tb * factors[:, 1:]

    @property
    def alpha(self) -> np.ndarray:
        """`f[s, c]`, exposure of the source region over that of the background region."""
        return self.ts / self.tb

    @property
    def source(self) -> np.ndarray:
        """`f[s, c]`, expected counts of the source alone."""
        return self.ts * self.m

    @property
    def total(self) -> np.ndarray:
        """`f[s, c]`, expected counts in the source region: with the recorded background, scaled."""
        return self.source + self.alpha * self.c.B

    @property
    def compared(self) -> np.ndarray:
        """`f[s, c]`, what the statistic compares the counts with: the total, or the source where it ignores a background."""
        return self.total if self.kind.uses_background else self.source

    @property
    def variance(self) -> np.ndarray:
        """`f[s, c]`, variance of the net counts as the statistic has it."""
        own = np.maximum(self.compared, 1e-9) if self.kind.poisson else self.c.sigma_S**2
        return own + (self.alpha * self.c.sigma_B) ** 2 * self.uncertain_background

    @property
    def uncertain_background(self) -> bool:
        """Whether the statistic knows that the background is only measured."""
        return self.kind.uses_background and self.kind.method != "Pknown"

    @cached_property
    def recorded(self) -> RecordedCounts:
        """The data of the unit."""
        c, background = self.c, "none"
        if c.has_background:
            background = "poisson" if self.unit.assembly.bkg.poisson else "gaussian"
        return RecordedCounts(c.S, c.B, c.sigma_S, c.sigma_B, bool(self.unit.assembly.src.poisson), background)

    def deviance(self, S: np.ndarray, B: np.ndarray, sigma_S: np.ndarray) -> np.ndarray:
        """`f[s]`, the (unweighted) statistic of counts `f[s, c]` or `f[c]` at each free vector."""
        value, _ = self.kind.numpy(S=S, B=B, m=self.m, ts=self.ts, tb=self.tb, sigma_S=sigma_S, sigma_B=self.c.sigma_B)
        return np.sum(value, axis=-1)

    @property
    def observed(self) -> np.ndarray:
        """`f[s]`, the (unweighted) statistic of the recorded counts."""
        return self.deviance(self.c.S, self.c.B, self.c.sigma_S)


def model_counts(problem: Problem, xs: Any) -> list[ModelCounts]:
    """Every data unit, pair by pair, at free vectors `f[s, n]`."""
    rows = problem.map_blocks(_fold, problem.pad(np.atleast_2d(xs)))
    theta, at, units = rows[:, -problem.layout.slots :], 0, []
    for pair, place in zip(problem.setup.pairs, problem.layout.pairs, strict=True):
        for name, unit, where in zip(pair.data.names, pair.data.units, place.units, strict=True):
            m = rows[:, at : at + len(unit.channels().S)]
            units.append(ModelCounts(name, unit, m, theta[:, where.slots : where.slots + 2]))
            at += where.channels
    return units


def shares(problem: Problem, x: np.ndarray) -> np.ndarray:
    """`f[units]`, how many of the free parameters each unit determines; the sum is n where the data determine all.

    The trace of the unit's part of Fisher's information matrix in the metric of the whole, w tr(F⁻¹ F_u), with slopes by
    central differences.
    """
    x = np.asarray(x, float)
    if not len(x):
        return np.zeros(sum(len(p.data.units) for p in problem.setup.pairs))
    step = 1e-5 * np.maximum(np.abs(x), 1.0)
    around = np.concatenate([x + np.diag(step), x - np.diag(step), x[None]])
    parts = []
    for unit in model_counts(problem, around):
        total, n = unit.compared, len(x)
        slope = (total[:n] - total[n:-1]) / (2 * step[:, None])
        parts.append(slope @ (slope / unit.variance[-1]).T)
    weights = np.array([float(u.weight) for p in problem.setup.pairs for u in p.data.units])
    whole = sum(w * part for w, part in zip(weights, parts, strict=True))
    scale = np.sqrt(np.maximum(np.diag(whole), 1e-300))
    inverse = np.linalg.pinv(whole / np.outer(scale, scale), rcond=1e-10, hermitian=True) / np.outer(scale, scale)
    return np.array([w * np.sum(inverse * part) for w, part in zip(weights, parts, strict=True)])
