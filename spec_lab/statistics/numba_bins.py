"""`BinStatisticNB`: the statistics bin by bin, as compiled loops, one pass over the bins.

The loops themselves are in `numba_loops`, imported (and compiled, with an on-disk cache) at the first call, so that
`import spec_lab.statistics` does not pay for numba. The formulas are in `catalog`, the readable implementation in `numpy_bins`.
"""

import numpy as np
from numpy.typing import ArrayLike as Bins

from spec_lab.statistics.numpy_bins import BinStatistic, Pair


def _loop(name: str, *arguments: Bins) -> Pair:
    from spec_lab.statistics import numba_loops

    shape = np.broadcast_shapes(*(np.shape(argument) for argument in arguments))
    flat = _flat(*arguments, shape=shape)
    stat, residual = getattr(numba_loops, name)(*flat)
    return stat.reshape(shape), residual.reshape(shape)


class BinStatisticNB:
    """Deviances as numba loops: arrays in, `(stat, residual)` out, elementwise.

    The same methods and keywords as `BinStatistic`, the same numbers to 1e-12.
    """

    @staticmethod
    def Gstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """χ² of the net counts."""
        return _loop("gstat", S, B, m, ts, tb, sigma_S, sigma_B)

    @staticmethod
    def Cstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts without background; B is ignored."""
        return _loop("cstat", S, m, ts)

    Pstat = Cstat  # the documented name: background ignored

    @staticmethod
    def Pknown(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts over an exactly known background."""
        return _loop("pknown", S, B, m, ts, tb)

    @staticmethod
    def PPstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts, Poisson background profiled (W)."""
        return _loop("ppstat", S, B, m, ts, tb)

    Wstat = PPstat

    @staticmethod
    def PGstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts, Gaussian background profiled with the expected total ≥ 0."""
        return _loop("pgstat", S, B, m, ts, tb, sigma_B)

    @staticmethod
    def PGstat_xspec(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """XSPEC's literal PG, which may be negative where S = 0."""
        return _loop("pgstat_xspec", S, B, m, ts, tb, sigma_B)

    @staticmethod
    def Lstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts, background marginalised (Loredo)."""
        return _loop("lstat", S, B, m, ts, tb)

    @staticmethod
    def PPstat_UL(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """(Li–Ma significance of the unit's expected counts - 3)²: shape [1]."""
        from spec_lab.statistics import numba_loops

        B, m, ts, tb = _flat(B, m, ts, tb)
        return numba_loops.ppstat_ul(B, m, ts, tb)

    @staticmethod
    def PGstat_UL(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """(significance of the unit's expected counts over a Gaussian background - 3)²: shape [1]."""
        from spec_lab.statistics import numba_loops

        B, m, ts, tb, sigma_B = _flat(B, m, ts, tb, sigma_B)
        return numba_loops.pgstat_ul(B, m, ts, tb, sigma_B)

    poisson_logpmf = staticmethod(BinStatistic.poisson_logpmf)


def _flat(*values: Bins, shape: tuple[int, ...] | None = None) -> list[np.ndarray]:
    """One-dimensional writable copies of one length, so that each loop is compiled for one signature only."""
    if shape is None:
        shape = np.broadcast_shapes((1,), *(np.shape(value) for value in values))
    return [np.array(np.broadcast_to(np.asarray(value, float), shape)).ravel() for value in values]
