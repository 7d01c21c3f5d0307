"""What the draws of a run say of each free parameter: the half of an analyzer that reads draws."""

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from spec_lab._base import Info, ParameterError
from spec_lab.engines import Outcome
from spec_lab.results.estimates.post import sample_of
from spec_lab.results.estimates.sample import ONE_SIGMA, Sample
from spec_lab.results.estimates.table import estimates_info


class Estimates:
    """Base of the analyzers: needs `outcome`."""

    outcome: Outcome

    # -- the sample ----------------------------------------------------------------------------------------------------
    @property
    def sample(self) -> np.ndarray:
        """`f[s, n]`, the draws."""
        return np.asarray(self.outcome.draws)

    @property
    def sample_matrix(self) -> np.ndarray:
        """`f[s, n+1]`, the draws with their log probability (log-likelihood plus log prior) in the last column."""
        return np.column_stack([self.sample, self.outcome.log_prob])

    @property
    def sample_statistic(self) -> dict[str, np.ndarray]:
        """`mean` and `median` (`f[n]`), `Isigma`, `IIsigma` and `IIIsigma` (`f[n, 2]`) of the draws."""
        names = ("mean", "median", "Isigma", "IIsigma", "IIIsigma")
        return {name: getattr(self.estimates, name) for name in names}

    # -- estimates -----------------------------------------------------------------------------------------------------
    @cached_property
    def estimates(self) -> Sample:
        """Estimates and intervals of the draws."""
        return sample_of(self.outcome)

    par_mean = property(lambda self: self.estimates.mean, doc="Mean of each free parameter.")
    par_median = property(lambda self: self.estimates.median, doc="Median of each free parameter.")
    par_best = property(lambda self: self.estimates.best, doc="The draw with the highest log probability.")
    par_best_ci = property(
        lambda self: self.estimates.best_ci,
        doc="The highest-ranked draw inside all marginal 1σ intervals at once, or None.",
    )
    par_Isigma = property(lambda self: self.estimates.Isigma, doc="`f[n, 2]`, 68.27 % intervals.")
    par_IIsigma = property(lambda self: self.estimates.IIsigma, doc="`f[n, 2]`, 95.45 % intervals.")
    par_IIIsigma = property(lambda self: self.estimates.IIIsigma, doc="`f[n, 2]`, 99.73 % intervals.")
    par_ninety_percent = property(lambda self: self.estimates.ninety_percent, doc="`f[n, 2]`, 90 % intervals.")

    @property
    def par_truth(self) -> np.ndarray:
        """`f[n]`, the maximum of the likelihood where the run is a best fit; NaN of a posterior."""
        return np.full(self.k, np.nan)

    def par_quantile(self, q: ArrayLike) -> np.ndarray:
        """Quantiles of each free parameter: `f[n]` of one probability, `f[n, len(q)]` of several, one row a parameter."""
        return np.moveaxis(self.estimates.quantile(q), -1, 0)

    def par_interval(self, q: float = ONE_SIGMA) -> np.ndarray:
        """`f[n, 2]`, the central interval of probability `q`."""
        return self.estimates.interval(q)

    def par_error(self, par: ArrayLike, q: float = ONE_SIGMA) -> np.ndarray:
        """`f[n, 2]`: how far the interval of probability `q` reaches below and above `par` (`f[n]`).

        Raises:
            ParameterError: `par` is not one value for each free parameter, or `q` no probability.
        """
        if np.shape(par) != (self.k,):
            raise ParameterError("one value for each free parameter", got=par, allowed=f"shape ({self.k},)")
        return self.estimates.error(par, q)

    @property
    def k(self) -> int:
        """Free parameters."""
        return len(self.outcome.setup.free)

    @property
    def free_par_info(self) -> Info:
        """The free parameters with estimates and intervals."""
        return estimates_info(self.outcome.setup, self.estimates, self.par_truth)
