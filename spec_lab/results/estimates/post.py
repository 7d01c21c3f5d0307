"""What the draws of a run say of one parameter."""

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from spec_lab._base import interval_text, number_text, whole_number
from spec_lab.engines import ENGINES, Outcome
from spec_lab.results.estimates.sample import ONE_SIGMA, Sample


def is_posterior(outcome: Outcome) -> bool:
    """Whether the draws are of a posterior; else they show the errors of a best fit, which is their first row."""
    engine = ENGINES.get(outcome.engine)
    return engine is None or engine.bayesian


def sample_of(outcome: Outcome) -> Sample:
    """The draws, ranked by log probability (posterior) or log-likelihood (best fit)."""
    return Sample(outcome.draws, outcome.log_prob if is_posterior(outcome) else outcome.log_like)


def some_draws(outcome: Outcome, most: int) -> np.ndarray:
    """`f[s, n]`, the draws, evenly thinned to at most so many.

    Raises:
        ParameterError: `most` is no whole number >= 1.
    """
    whole_number("number of draws", most, "most")
    draws = np.asarray(outcome.draws)
    return draws if len(draws) <= most else draws[np.linspace(0, len(draws) - 1, most).astype(int)]


class Post:
    """Draws of one parameter: estimates and intervals.

    Args:
        sample: `f[s]`, the draws.
        logprob: `f[s]`, what ranks them.
        best_ci: The best draw within all 1σ intervals of its run at once, if there is one.
        truth: The value at the maximum of the likelihood where the run knows it.

    Example:
        >>> Post([1.0, 2.0, 3.0], [0.0, 1.0, 0.0]).best
        2.0
    """

    def __init__(self, sample: ArrayLike, logprob: ArrayLike, best_ci: float | None = None, truth: float | None = None):
        self.sample, self.logprob = np.asarray(sample, float), np.asarray(logprob, float)
        self.best_ci, self.truth = best_ci, truth

    @cached_property
    def _column(self) -> Sample:
        return Sample(self.sample[:, None], self.logprob)

    @property
    def nsample(self) -> int:
        """Number of draws."""
        return len(self.sample)

    @property
    def mean(self) -> float:
        """Mean of the draws."""
        return float(self._column.mean[0])

    @property
    def median(self) -> float:
        """Median of the draws."""
        return float(self._column.median[0])

    @property
    def best(self) -> float:
        """The value in the draw that ranks highest."""
        return float(self.sample[int(np.argmax(self.logprob))])

    def quantile(self, q: ArrayLike) -> np.ndarray:
        """Quantiles, in the shape of `q`."""
        return self._column.quantile(q)[..., 0]

    def interval(self, q: float = ONE_SIGMA) -> tuple[float, float]:
        """The central interval of probability `q`."""
        low, high = self._column.interval(q)[0]
        return float(low), float(high)

    @property
    def Isigma(self) -> tuple[float, float]:
        """68.27 % interval."""
        return self.interval(0.6827)

    @property
    def IIsigma(self) -> tuple[float, float]:
        """95.45 % interval."""
        return self.interval(0.9545)

    @property
    def IIIsigma(self) -> tuple[float, float]:
        """99.73 % interval."""
        return self.interval(0.9973)

    @property
    def ninety_percent(self) -> tuple[float, float]:
        """90 % interval."""
        return self.interval(0.9)

    def error(self, par: float, q: float = ONE_SIGMA) -> tuple[float, float]:
        """How far the interval of probability `q` reaches below and above `par`."""
        low, high = self.interval(q)
        return par - low, high - par

    @property
    def info(self) -> dict[str, float | tuple[float, float]]:
        """Estimates and intervals by name."""
        points: dict[str, float | tuple[float, float]] = {"mean": self.mean, "median": self.median, "best": self.best}
        spans = {"Isigma": self.Isigma, "IIsigma": self.IIsigma, "IIIsigma": self.IIIsigma, "90%": self.ninety_percent}
        return points | spans

    def __repr__(self) -> str:
        low, high = self.Isigma
        return (
            f"<Post of {self.nsample} draws: median {number_text(self.median, 5)}, 68.27 % {interval_text(low, high)}>"
        )


def posts_of(outcome: Outcome) -> tuple[Post, ...]:
    """One `Post` a free parameter, in order."""
    draws = sample_of(outcome)
    near = draws.best_ci
    rank = np.asarray(draws.log_prob)
    return tuple(
        Post(
            column,
            rank,
            None if near is None else float(near[i]),
            None if is_posterior(outcome) else float(outcome.best[i]),
        )
        for i, column in enumerate(draws.draws.T)
    )
