"""Is the model good enough? The checks that a result and an `Infer` offer.

`Checks` is what analyzers and `Infer` share: each says which problem and which free vectors are meant. What a check is made of
stands elsewhere: `goodness_of_fit` (no simulation), `transforms` (each channel), `replication` (simulated data).
"""

from abc import abstractmethod

import numpy as np

from spec_lab._base import whole_number
from spec_lab.engines import minimise, values_of
from spec_lab.fit import Problem
from spec_lab.results.annotations import GivenWhole
from spec_lab.results.goodness.goodness_of_fit import GoodnessOfFit
from spec_lab.results.goodness.transform import Pit
from spec_lab.results.model_counts import model_counts
from spec_lab.results.predictive.check import SEED, PredictiveCheck, posterior_check, refitted_check


def nearest_minimum(problem: Problem, x: np.ndarray) -> np.ndarray:
    """`f[n]`, the minimum of the statistic near `x`: a posterior's best draw is only close to it."""
    if not problem.n:
        return x
    found = minimise(problem, x)
    better = np.isfinite(float(found.f)) and float(found.f) <= problem.stat(x)
    return values_of(problem, found) if better else x


class Checks:
    """Base of the analyzers and of `Infer`."""

    problem: Problem
    fits_again = False  # whether simulated data are to be fitted, because the data were

    @abstractmethod
    def _fitted_point(self) -> np.ndarray:
        """`f[n]`, where the statistic is taken to be at its minimum."""

    @property
    @abstractmethod
    def _where(self) -> str:
        """Which point that is, for the title of a table."""

    @abstractmethod
    def _vectors(self, most: int) -> np.ndarray:
        """`f[s, n]`, the free vectors over which to average; one row where only one is meant."""

    def goodness(self) -> GoodnessOfFit:
        """The statistic of each unit and in total against what a right model would give, with the runs of the residuals.

        Taken at the maximum of the likelihood; of an `Infer`, at the present parameters, the free ones counting as fitted.
        See `GoodnessOfFit`. Display it, or read `.info`, `.sentence`, `.units`, `.total`.
        """
        return GoodnessOfFit(self.problem, self._fitted_point(), self._where)

    def ppc(self, n: GivenWhole = 500, seed: int = SEED) -> PredictiveCheck:
        """Would this model give such data? Simulate them and compare.

        Of a posterior: one data set at each of `n` draws, its statistic against that of the recorded data at the same draw
        (posterior predictive check; Gelman, Meng & Stern 1996, Statistica Sinica 6, 733). Of a best fit: `n` data sets at the
        best fit, each fitted again, their least statistics against that of the recorded data (parametric Monte Carlo). Of an
        `Infer`: at the present parameters, nothing fitted. The p of a posterior crowds around 1/2, because the draws have seen
        the data: a small one means what it says, a middling one little.

        Args:
            n: Simulated data sets.
            seed: Of the simulation.

        Returns:
            A `PredictiveCheck`: table, `.figure()`, and the arrays.

        Raises:
            ParameterError: `n` is no whole number >= 1, or `seed` none >= 0.
            StatisticError: A statistic gives one number a unit (upper limits).
        """
        whole_number("number of simulated data sets", n, "n")
        whole_number("seed", seed, "seed", 0)
        if self.fits_again:
            return refitted_check(self.problem, self._fitted_point(), n, seed)
        return posterior_check(self.problem, self._vectors(n), n, seed)

    def pit(self, *, most: int = 500, seed: int = SEED) -> Pit:
        """The probability integral transform of each channel's counts, averaged over (at most `most`) draws; see `Pit`.

        Args:
            most: Draws.
            seed: Of the backgrounds that may have given the recorded ones, and of the place within each count.
        """
        whole_number("number of draws", most, "most")
        whole_number("seed", seed, "seed", 0)
        xs = self._vectors(most)
        return Pit(model_counts(self.problem, xs if len(xs) > 1 else np.repeat(xs, most, axis=0)), seed)
