"""Readings of a sample: estimates and intervals of each parameter, weighted or not.

`Sample` is a view of arrays: `f[s, n]` draws with optional weights and log-probabilities. Which parameters the columns
are is not known here (see `spec_lab.infer`); how well the draws are mixed is in `engines.chain_diagnostics`.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from spec_lab._base import Info, ParameterError, as_quantity, interval_text, number_text

if TYPE_CHECKING:
    from astropy.units import Quantity

ONE_SIGMA, TWO_SIGMA, THREE_SIGMA = 0.6827, 0.9545, 0.9973


def quantile(draws: ArrayLike, q: ArrayLike, weights: ArrayLike | None = None) -> np.ndarray:
    """Quantiles of each column.

    Args:
        draws: `f[s, n]`, or `f[s]`.
        q: Probabilities in [0, 1], any shape.
        weights: `f[s]`, ≥ 0, any normalisation; equal when left out.

    Returns:
        `f[*q, n]`. With weights, the linear interpolation at the midpoints of the cumulative weight; without, NumPy's.

    Raises:
        ParameterError: A probability is outside [0, 1], or no draw has weight.
    """
    draws, q = np.asarray(draws, float), np.asarray(q, float)
    if np.any((q < 0) | (q > 1)):
        raise ParameterError("a quantile must lie in [0, 1]", got=q.tolist())
    if weights is None:
        return np.quantile(draws, q, axis=0)
    weights = np.asarray(weights, float)
    if not weights.sum() > 0:
        raise ParameterError("no draw has any weight", hint="It misses the posterior: run the fit again.")
    columns = draws.reshape(len(draws), -1)
    order = np.argsort(columns, axis=0)
    total = np.cumsum(weights[order], axis=0)
    middle = (total - 0.5 * weights[order]) / total[-1]
    found = [np.interp(q, middle[:, i], columns[order[:, i], i]) for i in range(columns.shape[1])]
    return np.stack(found, axis=-1).reshape(q.shape + draws.shape[1:])


class Sample:
    """Draws of n parameters and what they say about each.

    Args:
        draws: `f[s, n]`.
        log_prob: `f[s]`, for `best` and `best_ci`; without it these are None.
        weights: `f[s]`, ≥ 0, any normalisation; equal when left out.
        title: What the draws are of, above the table.
        unit: Of all columns, where they have one.
    """

    def __init__(
        self,
        draws: ArrayLike,
        log_prob: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        title: str | None = None,
        unit: str | None = None,
    ):
        self.title, self.unit = title, unit
        self.draws = np.atleast_2d(np.asarray(draws, float))
        self.log_prob = None if log_prob is None else np.asarray(log_prob, float)
        self.weights = None if weights is None else np.asarray(weights, float)

    @property
    def quantity(self) -> "Quantity":
        """The draws as a quantity of `astropy.units`: `[s]` of a single column, else `[s, n]`.

        Raises:
            ParameterError: The columns have no common unit.
        """
        if self.unit is None:
            raise ParameterError(
                "the columns of this sample have no common unit", hint="Posterior.to_qtable() has them all."
            )
        return as_quantity(self.draws[:, 0] if self.draws.shape[1] == 1 else self.draws, self.unit)

    @cached_property
    def mean(self) -> np.ndarray:
        """`f[n]`."""
        return np.average(self.draws, axis=0, weights=self.weights)

    @cached_property
    def covariance(self) -> np.ndarray:
        """`f[n, n]`; weights count as reliabilities."""
        return np.atleast_2d(np.cov(self.draws, rowvar=False, aweights=self.weights))

    @cached_property
    def std(self) -> np.ndarray:
        """`f[n]`, standard deviations."""
        return np.sqrt(np.diag(self.covariance))

    @cached_property
    def median(self) -> np.ndarray:
        """`f[n]`."""
        return self.quantile(0.5)

    def quantile(self, q: ArrayLike) -> np.ndarray:
        """`f[*q, n]`."""
        return quantile(self.draws, q, self.weights)

    def interval(self, q: float = ONE_SIGMA) -> np.ndarray:
        """`f[n, 2]`, the central interval of probability `q`.

        Raises:
            ParameterError: `q` is no probability.
        """
        if not 0 <= q <= 1:
            raise ParameterError("the probability of an interval must lie in [0, 1]", got=q)
        return np.stack([self.quantile(0.5 - q / 2), self.quantile(0.5 + q / 2)], axis=1)

    def error(self, par: ArrayLike, q: float = ONE_SIGMA) -> np.ndarray:
        """`f[n, 2]`: how far the interval of probability `q` reaches below and above `par` (`f[n]`)."""
        par = np.asarray(par, float)
        low, high = self.interval(q).T
        return np.stack([par - low, high - par], axis=1)

    @cached_property
    def best(self) -> np.ndarray | None:
        """`f[n]`, the draw of highest log-probability."""
        return None if self.log_prob is None else self.draws[int(np.argmax(self.log_prob))]

    @cached_property
    def best_ci(self) -> np.ndarray | None:
        """`f[n]`, the highest-ranked draw inside every parameter's 1σ interval at once; None if there is none."""
        low, high = self.interval(ONE_SIGMA).T
        inside = np.flatnonzero(np.all((self.draws >= low) & (self.draws <= high), axis=1))
        if self.log_prob is None or not len(inside):
            return None
        return self.draws[inside[np.argmax(self.log_prob[inside])]]

    @property
    def Isigma(self) -> np.ndarray:
        """`f[n, 2]`, 68.27 %."""
        return self.interval(ONE_SIGMA)

    @property
    def IIsigma(self) -> np.ndarray:
        """`f[n, 2]`, 95.45 %."""
        return self.interval(TWO_SIGMA)

    @property
    def IIIsigma(self) -> np.ndarray:
        """`f[n, 2]`, 99.73 %."""
        return self.interval(THREE_SIGMA)

    @property
    def ninety_percent(self) -> np.ndarray:
        """`f[n, 2]`, 90 %."""
        return self.interval(0.9)

    @property
    def info(self) -> Info:
        """Mean, standard deviation, median, 68.27 % and 90 % interval of each column."""
        ends = lambda pairs: [interval_text(float(low), float(high)) for low, high in pairs]  # noqa: E731
        columns = {"Mean": self.mean, "Std": self.std, "Median": self.median}
        table = {name: [number_text(float(x), 4) for x in values] for name, values in columns.items()}
        return Info(table | {"1sigma CI": ends(self.Isigma), "90% CI": ends(self.ninety_percent)}, self.title)

    def __repr__(self) -> str:
        return f"{len(self.draws)} draws\n{self.info.text}"

    def _repr_html_(self) -> str:
        return self.info.html

    @property
    def effective_size(self) -> float:
        """Kish's effective number of draws, (Σw)²/Σw²: what the weights leave. Autocorrelation: `results.ess`."""
        if self.weights is None:
            return float(len(self.draws))
        return float(self.weights.sum() ** 2 / np.sum(self.weights**2))
