"""`StatisticNB`: the statistics as compiled loops, one pass over the bins.

The loops themselves are in `numba_loops`, imported (and compiled, with an on-disk cache) at the first call, so that
`import spec_lab.statistics` does not pay for numba. The formulas are in `catalog`, the readable text in `numpy_text`.
"""

from typing import Any

import numpy as np

from spec_lab.statistics.numpy_text import Statistic

Pair = tuple[Any, Any]


def _loop(name: str, *arguments: Any) -> Pair:
    from spec_lab.statistics import numba_loops

    shape = np.broadcast_shapes(*(np.shape(argument) for argument in arguments))
    flat = _flat(*arguments, shape=shape)
    stat, residual = getattr(numba_loops, name)(*flat)
    return stat.reshape(shape), residual.reshape(shape)


class StatisticNB:
    """Deviances as numba loops: arrays in, `(stat, residual)` out, elementwise.

    The same methods and keywords as `Statistic`, the same numbers to 1e-12.
    """

    @staticmethod
    def Gstat(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """χ² of the net counts."""
        return _loop("gstat", S, B, m, ts, tb, sigma_S, sigma_B)

    @staticmethod
    def Cstat(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """Poisson counts without background; B is ignored."""
        return _loop("cstat", S, m, ts)

    Pstat = Cstat  # the documented name: background ignored

    @staticmethod
    def Pknown(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """Poisson counts over an exactly known background."""
        return _loop("pknown", S, B, m, ts, tb)

    @staticmethod
    def PPstat(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """Poisson counts, Poisson background profiled (W)."""
        return _loop("ppstat", S, B, m, ts, tb)

    Wstat = PPstat

    @staticmethod
    def PGstat(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """Poisson counts, Gaussian background profiled with the expected total ≥ 0."""
        return _loop("pgstat", S, B, m, ts, tb, sigma_B)

    @staticmethod
    def PGstat_xspec(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """XSPEC's literal PG, which may be negative where S = 0."""
        return _loop("pgstat_xspec", S, B, m, ts, tb, sigma_B)

    @staticmethod
    def Lstat(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """Poisson counts, background marginalised (Loredo)."""
        return _loop("lstat", S, B, m, ts, tb)

    @staticmethod
    def PPstat_UL(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """(Li–Ma significance of the unit's expected counts - 3)²: shape [1]."""
        from spec_lab.statistics import numba_loops

        B, m, ts, tb = _flat(B, m, ts, tb)
        return numba_loops.ppstat_ul(B, m, ts, tb)

    @staticmethod
    def PGstat_UL(S, B=0.0, m=0.0, ts=1.0, tb=1.0, sigma_S=0.0, sigma_B=0.0) -> Pair:
        """(significance of the unit's expected counts over a Gaussian background - 3)²: shape [1]."""
        from spec_lab.statistics import numba_loops

        B, m, ts, tb, sigma_B = _flat(B, m, ts, tb, sigma_B)
        return numba_loops.pgstat_ul(B, m, ts, tb, sigma_B)

    poisson_logpmf = staticmethod(Statistic.poisson_logpmf)


def _flat(*values: Any, shape: tuple[int, ...] | None = None) -> list[np.ndarray]:
    """One-dimensional writable copies of one length, so that each loop is compiled for one signature only."""
    if shape is None:
        shape = np.broadcast_shapes((1,), *(np.shape(value) for value in values))
    return [np.array(np.broadcast_to(np.asarray(value, float), shape)).ravel() for value in values]
