"""Tests of a fit that need no simulation, checked with simulations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from spec_lab.results import goodness
from spec_lab.statistics import BinStatistic


@pytest.mark.parametrize("mu", [0.02, 0.4, 1.7, 4.0, 9.0, 60.0, 400.0])
def test_expected_cstat_against_simulation(mu):
    counts = np.random.default_rng(0).poisson(mu, 200_000)
    stat = BinStatistic.Cstat(S=counts, m=mu, ts=1.0)[0]
    mean, variance = goodness.expected_cstat(mu)
    assert_allclose(mean, stat.mean(), atol=5 * stat.std() / np.sqrt(200_000))
    assert_allclose(variance, stat.var(), rtol=0.05)


def test_expected_cstat_against_published_fits():
    """Kaastra 2017, equations for small and for large expectations."""
    assert_allclose(goodness.expected_cstat(0.3)[0], -0.25 * 0.3**3 + 1.38 * 0.3**2 - 0.6 * np.log(0.3), atol=1e-3)
    assert_allclose(goodness.expected_cstat(30.0)[0], 1 + 0.1649 / 30 + 0.226 / 900, atol=1e-4)


def test_expected_cstat_has_no_step_where_the_sum_ends():
    below, above = (goodness.expected_cstat(np.array([mu])) for mu in (299.999, 300.001))
    assert_allclose(below, above, rtol=2e-5)
    assert goodness.expected_cstat(np.zeros(2))[0].tolist() == [0, 0]


def test_goodness_of_a_right_and_of_a_wrong_model():
    mu = np.geomspace(0.1, 100, 300)
    counts = np.random.default_rng(4).poisson(mu)
    right = goodness.cstat_goodness(BinStatistic.Cstat(S=counts, m=mu, ts=1.0)[0].sum(), mu)
    wrong = goodness.cstat_goodness(BinStatistic.Cstat(S=counts, m=1.3 * mu, ts=1.0)[0].sum(), 1.3 * mu)
    assert abs(right.z) < 3 and 0.001 < right.p < 0.999
    assert wrong.z > 5 and wrong.p < 1e-6
    assert_allclose(goodness.cstat_goodness(100.0, mu, k=3).expected, right.expected - 3)


def test_pit_is_uniform_when_the_model_is_right():
    rng = np.random.default_rng(1)
    mu = np.full(20_000, 40.0)
    values = goodness.pit(rng.poisson(mu), mu)
    assert_allclose(np.quantile(values, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.02)
    assert_allclose(values.mean(), 0.5, atol=0.01)


def test_pit_of_few_counts_is_uniform_once_it_is_spread_over_each_count():
    from scipy.stats import kstest

    rng = np.random.default_rng(4)
    counts, mu = rng.poisson(0.7, 4000), np.full(4000, 0.7)
    assert kstest(goodness.pit(counts, mu), "uniform").pvalue < 1e-9  # few counts take few values
    share = rng.random(4000)
    lower, upper = (goodness.pit(counts, mu, share=share, upper=up) for up in (False, True))
    assert kstest(lower, "uniform").pvalue > 0.01
    assert_allclose(lower + upper, 1)


def test_pit_over_draws_and_at_the_ends():
    assert_allclose(goodness.pit([0.0, 200.0], [1.0, 1.0]), [0.5 * np.exp(-1), 1.0])
    draws = np.array([[2.0, 3.0], [4.0, 3.0]])
    single = [goodness.pit([3.0, 3.0], mu) for mu in draws]
    assert_allclose(goodness.pit([3.0, 3.0], draws), np.mean(single, axis=0))
    assert goodness.pit([0.0], [0.0]).tolist() == [0.5]


def test_qq_band_holds_normal_residuals():
    values = np.r_[np.random.default_rng(2).standard_normal(500), np.nan]
    expected, observed, low, high = goodness.qq(values)
    assert len(expected) == 500 and (np.diff(observed) >= 0).all()
    assert np.mean((observed >= low) & (observed <= high)) > 0.85
    stretched = goodness.qq(2 * values)
    assert np.mean((stretched[1] >= low) & (stretched[1] <= high)) < 0.5


def test_runs_of_residuals():
    rng = np.random.default_rng(3)
    assert goodness.runs_test(rng.standard_normal(300)).p > 0.01
    bump = rng.standard_normal(300)
    bump[100:160] = np.abs(bump[100:160])
    found = goodness.runs_test(bump)
    assert found.z < -2 and found.longest[0] <= 100 and found.longest[1] >= 159


def test_runs_by_hand():
    found = goodness.runs_test([1.0, 1, -1, np.nan, -1, 0, -1, 1])
    assert found.runs == 3 and found.longest == (2, 6)
    assert_allclose(found.expected, 1 + 2 * 3 * 3 / 6)
    one_sided = goodness.runs_test([1.0, 2.0, 3.0])
    assert one_sided.runs == 1 and np.isnan(one_sided.p) and one_sided.longest == (0, 2)
    assert goodness.runs_test([]).longest == (-1, -1)


def test_chi2_goodness_is_the_tail_of_chi2():
    from scipy.stats import chi2

    found = goodness.chi2_goodness(130.0, 103, 3)
    assert found.p == pytest.approx(chi2.sf(130, 100)) and found.z == pytest.approx(30 / np.sqrt(200))
    assert np.isnan(goodness.chi2_goodness(1.0, 3, 3).p)


def test_joint_goodness_adds_means_and_variances():
    parts = [goodness.Goodness(110.0, 100.0, 200.0, 0, 0), goodness.Goodness(60.0, 50.0, 100.0, 0, 0)]
    whole = goodness.joint_goodness(parts, [1.0, 0.5])
    assert whole[:3] == pytest.approx((140, 125, 225)) and whole.z == pytest.approx(1.0)
    assert whole.p == pytest.approx(0.158655, abs=1e-6)


def test_pit_keeps_its_digits_in_both_tails():
    from scipy.stats import norm, poisson

    counts, mu = np.array([0.0, 3.0, 400.0]), np.array([30.0, 3.0, 100.0])
    lower, upper = goodness.pit(counts, mu), goodness.pit(counts, mu, upper=True)
    assert_allclose(lower[:2] + upper[:2], 1)
    assert_allclose(upper[2], poisson.sf(400, 100) + 0.5 * poisson.pmf(400, 100), rtol=1e-6)
    scores = goodness.normal_scores(lower, upper)
    assert_allclose(scores, [norm.ppf(lower[0]), norm.ppf(lower[1]), norm.isf(upper[2])])
    assert scores[2] > 15


def test_longest_run_by_counting():
    signs = (np.arange(2**10)[:, None] >> np.arange(10)) & 1
    longest = [
        max(len(run) for run in "".join(map(str, row)).replace("01", "0 1").replace("10", "1 0").split())
        for row in signs
    ]
    for length in (1, 2, 4, 7, 10):
        assert goodness.longest_run_chance(10, length) == pytest.approx(np.mean(np.array(longest) >= length))
    assert goodness.longest_run_chance(10, 11) == pytest.approx(0)
