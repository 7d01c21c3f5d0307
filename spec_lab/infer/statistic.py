"""The documented statistics, by name of the class: `Statistic` (NumPy) and `StatisticNB` (numba)."""

from spec_lab.statistics import Statistic, StatisticNB

__all__ = ["Statistic", "StatisticNB"]
