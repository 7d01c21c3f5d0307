"""The corner plot as integers, against NumPy's histograms and the border's layout."""

import time

import numpy as np
from numpy.testing import assert_allclose

from spec_lab.results import corner_histograms


def correlated(size, p, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((size, p)) @ (np.eye(p) + 0.5) + np.arange(p)


def test_layout_and_counts():
    draws = correlated(20_000, 4)
    found = corner_histograms(draws, bins=30)
    assert found.marginals.shape == (4, 30) and found.marginals.dtype == np.float32
    assert found.pairs.shape == (6, 30, 30) and found.pairs.dtype == np.uint8
    assert found.thresholds.shape == (6, 2) and found.thresholds.dtype == np.float32
    order = [(i, j) for i in range(4) for j in range(i)]
    edges = [np.linspace(a, b, 31) for a, b in zip(found.lo, found.hi, strict=True)]
    for pair, (i, j) in zip(found.pairs, order, strict=True):
        want = np.histogram2d(draws[:, i], draws[:, j], bins=[edges[i], edges[j]])[0]
        assert_allclose(pair, np.rint(255 * want / want.max()), atol=1)
    want = np.histogram(draws[:, 2], edges[2])[0]
    assert_allclose(found.marginals[2], want / want.max(), atol=2e-3)


def test_thresholds_hold_their_mass():
    found = corner_histograms(correlated(200_000, 2))
    pair = found.pairs[0].astype(float)
    for level, height in zip((0.393, 0.865), found.thresholds[0], strict=True):
        assert_allclose(pair[pair >= height].sum() / pair.sum(), level, atol=0.02)
    assert found.thresholds[0, 0] > found.thresholds[0, 1]


def test_weights_count():
    draws = correlated(50_000, 2)
    weights = (draws[:, 0] > 0) * 1.0
    limits = ([-4, -4], [4, 5])
    weighted = corner_histograms(draws, weights=weights, limits=limits)
    chosen = corner_histograms(draws[draws[:, 0] > 0], limits=limits)
    assert_allclose(weighted.marginals, chosen.marginals)
    assert np.array_equal(weighted.pairs, chosen.pairs)


def test_what_is_not_finite_or_outside_is_left_out():
    draws = correlated(1000, 2)
    with_bad = np.r_[draws, [[np.nan, 0.0], [0.0, np.inf]]]
    limits = ([-3, -3], [3, 3])
    one, other = corner_histograms(draws, limits=limits), corner_histograms(with_bad, limits=limits)
    assert np.array_equal(one.pairs, other.pairs)
    far = corner_histograms(np.full((10, 2), 99.0), limits=limits)
    assert far.pairs.max() == 0 and far.marginals.max() == 0


def test_a_parameter_that_does_not_move():
    draws = correlated(1000, 2)
    draws[:, 1] = 5.0
    found = corner_histograms(draws)
    assert found.lo[1] < 5 < found.hi[1] and found.marginals[1].sum() == 1
    assert found.pairs.max() == 255


def test_one_parameter_and_no_draws():
    assert corner_histograms(correlated(100, 1)).pairs.shape == (0, 48, 48)
    assert corner_histograms(np.zeros((0, 2))).pairs.max() == 0


def test_it_can_follow_a_running_sampler():
    """Twenty thousand draws of five parameters well under the time of a frame on any machine that fits spectra."""
    draws = correlated(20_000, 5)
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        corner_histograms(draws)
        best = min(best, time.perf_counter() - start)
    assert best < 0.1
