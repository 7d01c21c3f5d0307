"""Estimates and intervals of draws, with and without weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from spec_lab._base import ParameterError
from spec_lab.results import Sample, quantile


@pytest.fixture
def draws():
    return np.random.default_rng(5).normal([1.0, -3.0, 50.0], [0.1, 2.0, 10.0], (4000, 3))


def test_readings_of_equal_draws(draws):
    sample = Sample(draws, log_prob=-np.sum(((draws - [1, -3, 50]) / [0.1, 2, 10]) ** 2, axis=1))
    assert_allclose(sample.mean, draws.mean(axis=0))
    assert_allclose(sample.median, np.median(draws, axis=0))
    assert_allclose(sample.std, draws.std(axis=0, ddof=1))
    assert_allclose(sample.interval(0.5), np.quantile(draws, [0.25, 0.75], axis=0).T)
    assert_allclose(sample.best, sample.draws[np.argmax(sample.log_prob)])
    assert_allclose(sample.ninety_percent, np.quantile(draws, [0.05, 0.95], axis=0).T)
    for reading, q in ((sample.Isigma, 0.6827), (sample.IIsigma, 0.9545), (sample.IIIsigma, 0.9973)):
        assert_allclose(reading, sample.interval(q))
    assert sample.effective_size == 4000


def test_error_reaches_to_the_interval(draws):
    sample = Sample(draws)
    error = sample.error(sample.median)
    assert_allclose(sample.median - error[:, 0], sample.Isigma[:, 0])
    assert_allclose(sample.median + error[:, 1], sample.Isigma[:, 1])
    assert (error > 0).all()


def test_best_ci_is_the_best_inside_every_interval(draws):
    sample = Sample(draws, log_prob=draws[:, 0])
    low, high = sample.Isigma.T
    inside = np.all((draws >= low) & (draws <= high), axis=1)
    assert sample.best_ci[0] == draws[inside, 0].max() < sample.best[0]


def test_best_needs_log_prob_and_best_ci_a_draw_inside():
    corners = np.array([[0.0, 1.0], [1.0, 0.0]] * 10)
    assert Sample(corners).best is None and Sample(corners).best_ci is None
    spread = np.array([[0.0, 50.0], [50.0, 0.0], [100.0, 50.0], [50.0, 100.0]])
    assert Sample(spread, log_prob=np.arange(4.0)).best_ci is None


def test_whole_weights_are_repetitions(draws):
    weights = np.random.default_rng(1).integers(0, 4, 4000)
    weighted, repeated = Sample(draws, weights=weights), Sample(np.repeat(draws, weights, axis=0))
    assert_allclose(weighted.mean, repeated.mean)
    assert_allclose(weighted.std, repeated.std, rtol=1e-3)
    assert_allclose(weighted.Isigma, repeated.Isigma, atol=0.02 * repeated.std.max())
    assert_allclose(weighted.effective_size, weights.sum() ** 2 / (weights**2).sum())


def test_weights_shift_the_quantiles_as_importance_sampling_must():
    x = np.random.default_rng(2).uniform(-8, 8, 200_000)
    weights = np.exp(-0.5 * x**2)
    assert_allclose(quantile(x, [0.15865, 0.5, 0.84135], weights), [-1, 0, 1], atol=0.03)


def test_quantiles_of_any_shape(draws):
    q = np.array([[0.1, 0.5], [0.9, 0.2]])
    assert quantile(draws, q).shape == quantile(draws, q, np.ones(4000)).shape == (2, 2, 3)


def test_nonsense_is_refused(draws):
    with pytest.raises(ParameterError, match="in \\[0, 1\\]"):
        Sample(draws).interval(1.5)
    with pytest.raises(ParameterError, match="weight"):
        quantile(draws, 0.5, np.zeros(4000))
