"""Floor 5: fit statistics. One contract, three implementations: NumPy to read, numba for loops, JAX for fits.

A statistic takes observed counts and a folded model rate, bin by bin, and gives its deviance and a signed residual.
`resolve("pgstat", has_background=True)` turns the word a user writes into a `StatisticKind`: title, formula, and the
three kernels per bin. `BinStatistic`, `BinStatisticNB` and `BinStatisticJX` are these kernels by name; `Statistic`,
`StatisticNB` and `StatisticJX` are the documented ones, which sum over the bins. Folding, weighting and summing over
units are not here (see `spec_lab.fit`).
"""

from spec_lab.statistics.catalog import StatisticKind, resolve, statistic_names
from spec_lab.statistics.jax_bins import BinStatisticJX
from spec_lab.statistics.marginal import pgstat_marginal_loglike
from spec_lab.statistics.numba_bins import BinStatisticNB
from spec_lab.statistics.numpy_bins import BinStatistic
from spec_lab.statistics.totals import Statistic, StatisticJX, StatisticNB

__all__ = [
    "BinStatistic",
    "BinStatisticJX",
    "BinStatisticNB",
    "Statistic",
    "StatisticJX",
    "StatisticKind",
    "StatisticNB",
    "pgstat_marginal_loglike",
    "resolve",
    "statistic_names",
]
