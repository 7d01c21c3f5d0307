"""Pareto-smoothed importance sampling against arviz-stats, and its honest corners."""

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.testing import assert_allclose
from scipy.special import logsumexp

from spec_lab.engines.psis import psis


def weights(kind, size, seed=1):
    rng = np.random.default_rng(seed)
    if kind == "good":
        x = rng.standard_t(5, size)
        return 1.3 * np.log1p(x * x / 5) - 0.5 * x * x
    if kind == "heavy":
        return np.log1p(rng.pareto(1.0, size))
    return rng.normal(0, 0.1, size) - 700.0


@pytest.mark.parametrize("kind", ["good", "heavy", "narrow"])
@pytest.mark.parametrize("size", [100, 2_500, 22_500])  # whole tails: arviz-stats rounds their number down
def test_against_arviz(kind, size):
    raw = weights(kind, size)
    smooth, shape = psis(raw)
    theirs, k = array_stats.psislw(-raw)  # it takes log-likelihoods
    assert_allclose(shape, float(k), atol=1e-10)
    assert_allclose(smooth - logsumexp(smooth), np.asarray(theirs), atol=1e-10)


def test_it_says_which_weights_to_trust():
    assert psis(weights("good", 20_000))[1] < 0.5
    assert psis(weights("heavy", 20_000))[1] > 0.8


def test_the_scale_is_kept_and_nothing_exceeds_the_greatest():
    raw = weights("good", 5_000) + 1234.5
    smooth, _ = psis(raw)
    assert smooth.max() <= raw.max()
    below = raw < np.sort(raw)[-400]
    assert np.array_equal(smooth[below], raw[below])


@pytest.mark.parametrize(
    ("raw", "shape"),
    [
        (np.zeros(1000), -np.inf),
        (np.zeros(10), np.inf),
        (np.full(100, -np.inf), np.inf),
        (np.r_[np.zeros(2), np.full(998, -np.inf)], np.inf),
        (np.zeros(0), np.inf),
    ],
)
def test_corners(raw, shape):
    smooth, got = psis(raw)
    assert got == shape and np.array_equal(smooth, raw)


def test_impossible_draws_stay_impossible():
    raw = weights("good", 2_000)
    raw[::7] = -np.inf
    smooth, shape = psis(raw)
    assert np.isneginf(smooth[::7]).all() and np.isfinite(shape)
