"""`Statistic`, `StatisticNB`, `StatisticJX`: the documented statistics, `(total statistic, signed residual per bin)`.

Each method is that of the same name in `numpy_bins`, `numba_bins` or `jax_bins`, its statistic summed over the bins (the last
axis). Fits and engines, which weigh bins and units, take the statistic per bin: `BinStatistic` and its twins, or the three
kernels of a `StatisticKind`.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from spec_lab.statistics.jax_bins import BinStatisticJX
from spec_lab.statistics.numba_bins import BinStatisticNB
from spec_lab.statistics.numpy_bins import BinStatistic

P = ParamSpec("P")
Total = tuple[float | Float[np.ndarray, "*batch"], Float[np.ndarray, "*batch c"]]
TotalJX = tuple[Float[Array, "*batch"], Float[Array, "*batch c"]]


def _total(per_bin: Callable[P, tuple[np.ndarray, np.ndarray]]) -> Callable[P, Total]:
    """The statistic summed over bins; a number where there is one axis of them."""

    @wraps(per_bin)
    def total(*args: P.args, **kwargs: P.kwargs) -> Total:
        stat, residual = per_bin(*args, **kwargs)
        summed = np.atleast_1d(stat).sum(axis=-1)
        return (float(summed) if summed.ndim == 0 else summed), np.atleast_1d(residual)

    return total


def _total_jax(per_bin: Callable[P, tuple[Array, Array]]) -> Callable[P, TotalJX]:
    @wraps(per_bin)
    def total(*args: P.args, **kwargs: P.kwargs) -> TotalJX:
        stat, residual = per_bin(*args, **kwargs)
        return jnp.atleast_1d(stat).sum(axis=-1), jnp.atleast_1d(residual)

    return total


class Statistic:
    """The fit statistics in NumPy: counts and a rate in, `(total, signed residual per bin)` out.

    Every method takes the keywords `S, B` (counts), `m` (source rate, counts/s), `ts, tb` (effective exposures, s),
    `sigma_S, sigma_B` (counts), any shapes that broadcast with the bins last, and uses those its formula names. The total is
    -2 ln L relative to the saturated model, +inf where the model is not finite or cannot give the counts; its residuals are
    roots of the bins' shares, signed as data minus model.

    >>> stat, residual = Statistic.Pstat(S=[10.0, 0.0], m=[0.08, 0.015], ts=100.0)
    >>> round(stat, 4), residual.round(4)
    (3.4629, array([ 0.6803, -1.7321]))
    """

    Gstat = staticmethod(_total(BinStatistic.Gstat))
    Cstat = staticmethod(_total(BinStatistic.Cstat))
    Pstat = staticmethod(_total(BinStatistic.Pstat))
    Pknown = staticmethod(_total(BinStatistic.Pknown))
    PPstat = staticmethod(_total(BinStatistic.PPstat))
    Wstat = staticmethod(_total(BinStatistic.Wstat))
    PGstat = staticmethod(_total(BinStatistic.PGstat))
    PGstat_xspec = staticmethod(_total(BinStatistic.PGstat_xspec))
    Lstat = staticmethod(_total(BinStatistic.Lstat))
    PPstat_UL = staticmethod(_total(BinStatistic.PPstat_UL))
    PGstat_UL = staticmethod(_total(BinStatistic.PGstat_UL))
    poisson_logpmf = staticmethod(BinStatistic.poisson_logpmf)


class StatisticNB:
    """The same methods as `Statistic`, as compiled loops (numba); the same numbers to 1e-12."""

    Gstat = staticmethod(_total(BinStatisticNB.Gstat))
    Cstat = staticmethod(_total(BinStatisticNB.Cstat))
    Pstat = staticmethod(_total(BinStatisticNB.Pstat))
    Pknown = staticmethod(_total(BinStatisticNB.Pknown))
    PPstat = staticmethod(_total(BinStatisticNB.PPstat))
    Wstat = staticmethod(_total(BinStatisticNB.Wstat))
    PGstat = staticmethod(_total(BinStatisticNB.PGstat))
    PGstat_xspec = staticmethod(_total(BinStatisticNB.PGstat_xspec))
    Lstat = staticmethod(_total(BinStatisticNB.Lstat))
    PPstat_UL = staticmethod(_total(BinStatisticNB.PPstat_UL))
    PGstat_UL = staticmethod(_total(BinStatisticNB.PGstat_UL))
    poisson_logpmf = staticmethod(BinStatisticNB.poisson_logpmf)


class StatisticJX:
    """The same methods as `Statistic` in JAX: pure, may be jitted, vmapped and differentiated twice."""

    Gstat = staticmethod(_total_jax(BinStatisticJX.Gstat))
    Cstat = staticmethod(_total_jax(BinStatisticJX.Cstat))
    Pstat = staticmethod(_total_jax(BinStatisticJX.Pstat))
    Pknown = staticmethod(_total_jax(BinStatisticJX.Pknown))
    PPstat = staticmethod(_total_jax(BinStatisticJX.PPstat))
    Wstat = staticmethod(_total_jax(BinStatisticJX.Wstat))
    PGstat = staticmethod(_total_jax(BinStatisticJX.PGstat))
    PGstat_xspec = staticmethod(_total_jax(BinStatisticJX.PGstat_xspec))
    Lstat = staticmethod(_total_jax(BinStatisticJX.Lstat))
    PPstat_UL = staticmethod(_total_jax(BinStatisticJX.PPstat_UL))
    PGstat_UL = staticmethod(_total_jax(BinStatisticJX.PGstat_UL))
