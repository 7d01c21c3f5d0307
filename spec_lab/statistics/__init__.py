"""Floor 5: fit statistics. One contract, three texts: NumPy to read, numba for loops, JAX for fits.

A statistic takes observed counts and a folded model rate, bin by bin, and gives its deviance and a signed residual.
`resolve("pgstat", has_background=True)` turns the word a user writes into a `StatisticKind`: title, formula, and the
three kernels. Folding, weighting and summing over bins are not here (see `spec_lab.fit`).
"""

from spec_lab.statistics.catalog import StatisticKind, resolve, statistic_names
from spec_lab.statistics.jax_text import StatisticJX
from spec_lab.statistics.marginal import pgstat_marginal_loglike
from spec_lab.statistics.numba_text import StatisticNB
from spec_lab.statistics.numpy_text import Statistic

__all__ = [
    "Statistic",
    "StatisticJX",
    "StatisticKind",
    "StatisticNB",
    "pgstat_marginal_loglike",
    "resolve",
    "statistic_names",
]
