"""Criteria against published numbers and against their definitions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from spec_lab.results import criteria


def test_the_published_run():
    """A published fit of the burst: three free parameters, 236 bins."""
    stat = 554.745
    assert_allclose(criteria.aic(stat, 3), 560.745)
    assert_allclose(criteria.aicc(stat, 3, 236), 560.848, atol=5e-4)
    assert_allclose(criteria.bic(stat, 3, 236), 571.136, atol=5e-4)


def test_too_few_data_for_the_correction():
    assert np.isnan(criteria.aicc(10.0, 5, 6)) and np.isfinite(criteria.aicc(10.0, 5, 7))


def test_weights_of_criteria():
    weights = criteria.akaike_weights([1000.0, 1002.0, np.nan, 1e9])
    assert_allclose(weights, np.array([1, np.exp(-1), 0, 0]) / (1 + np.exp(-1)))
    assert np.isnan(criteria.akaike_weights([np.nan, np.nan])).all()


def test_weights_of_evidences():
    weights = criteria.evidence_weights([-295.8, -298.1, np.nan])
    assert_allclose(weights[0] / weights[1], np.exp(2.3))
    assert weights.sum() == pytest.approx(1) and weights[2] == 0


def test_bayes_factor_and_its_words():
    factor, error = criteria.bayes_factor((-295.8, 0.03), (-301.0, 0.04))
    assert_allclose((factor, error), (5.2, 0.05))
    assert criteria.strength(factor) == "very strong" and criteria.strength(-0.5).startswith("not worth")
    assert criteria.strength(float("nan")) == "unknown"


def test_independent_estimates_of_one_evidence():
    value, error = criteria.combine_evidence([-295.80, -295.90], [0.1, 0.1])
    assert_allclose(value, np.log((np.exp(-0.80) + np.exp(-0.90)) / 2) - 295, atol=1e-12)
    assert_allclose(error, 0.1 / np.sqrt(2))
    assert_allclose(criteria.combine_evidence([-10.0, -500.0], [0.01, 10.0])[0], -10, atol=1e-4)


def test_the_simplest_of_the_good():
    """By threshold, by error, and by neither; of equals in size the better comes first."""
    k = [5, 3, 3, 2, 4]
    assert list(criteria.simplest([0, 1.9, 1.5, 9, 2.0], [0, 0, 0, 0, 0], k, 2.0, 2.0)) == [2, 1, 0]
    assert list(criteria.simplest([0, 1.9, 1.5, 9, 2.0], [0, 0, 0, 4.5, 1], k, 2.0, 2.0)) == [3, 2, 1, 4, 0]
    assert list(criteria.simplest([0, 3.0], [0, 0], [2, 1], 2.0, 2.0)) == [0]


def test_the_error_of_a_difference_is_paired():
    generator = np.random.default_rng(3)
    one = generator.normal(1.0, 5.0, 400)
    apart = generator.normal(0.0, 0.1, 400)
    assert_allclose(criteria.paired_error(one + apart, one), np.sqrt(400) * apart.std())
    assert criteria.paired_error(one, one) == 0


def test_thresholds_are_the_documented_ones():
    expected = {"AIC": 2, "AICc": 2, "BIC": 2.302585, "WAIC": 8, "LOOIC": 8, "lnZ": 1.151293}
    assert pytest.approx(expected, abs=1e-6) == criteria.THRESHOLDS
    assert criteria.with_error(1.23456, None) == "1.235" and criteria.with_error(-2, 0.1) == "-2.00 ± 0.10"
