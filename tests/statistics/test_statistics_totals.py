"""The documented statistics are the sums of those per bin, with their residuals; the three implementations agree."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from spec_lab.statistics import BinStatistic, BinStatisticJX, Statistic, StatisticJX, StatisticNB

BINS = dict(
    S=np.array([10.0, 0.0, 7.0]), B=np.array([6.0, 5.0, 0.0]), m=np.array([0.08, 0.015, 0.05]),
    ts=100.0, tb=300.0, sigma_S=np.array([3.0, 1.0, 2.6]), sigma_B=np.array([2.5, 2.2, 1.0]),
)  # fmt: skip
METHODS = [name for name in vars(BinStatisticJX) if not name.startswith("_")]


@pytest.mark.parametrize("method", METHODS)
def test_total_and_residual_per_bin(method):
    stat, residual = getattr(Statistic, method)(**BINS)
    per_bin, signed = getattr(BinStatistic, method)(**BINS)
    assert isinstance(stat, float) and stat == per_bin.sum()
    assert_array_equal(residual, signed)
    for cls in (StatisticNB, StatisticJX):
        other, theirs = getattr(cls, method)(**BINS)
        assert np.ndim(other) == 0
        assert_allclose(other, stat, rtol=1e-11)
        assert_allclose(theirs, residual, rtol=1e-9, atol=1e-9)


def test_numbers_are_one_bin_and_batches_keep_their_axes():
    stat, residual = Statistic.Cstat(S=10.0, m=0.08, ts=100.0)
    assert stat == pytest.approx(0.462871026284195) and residual.shape == (1,)
    stats, residuals = Statistic.Cstat(S=BINS["S"], m=np.outer([1.0, 2.0], BINS["m"]), ts=100.0)
    assert stats.shape == (2,) and residuals.shape == (2, 3)
    assert stats[0] == pytest.approx(Statistic.Cstat(**BINS)[0])


def test_what_shift_tab_shows():
    import inspect

    assert list(inspect.signature(Statistic.PGstat).parameters) == ["S", "B", "m", "ts", "tb", "sigma_S", "sigma_B"]
    assert Statistic.PGstat.__name__ == "PGstat" and Statistic.PGstat.__doc__


def test_the_three_have_the_same_methods():
    public = lambda cls: {name for name in vars(cls) if not name.startswith("_")}  # noqa: E731
    assert public(Statistic) == public(StatisticNB) == public(StatisticJX) | {"poisson_logpmf"}
