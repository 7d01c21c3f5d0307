"""Data as they might have been: drawn by the rules they claim, and ranked as they should be."""

import numpy as np
import pytest

from spec_lab.results.model_counts import RecordedCounts
from spec_lab.results.predictive import possible_background, simulate_counts, tail


def recorded(background="poisson", poisson=True):
    return RecordedCounts(
        np.array([5.0, 50.0]), np.array([9.0, 0.0]), np.full(2, 3.0), np.array([2.0, 1.0]), poisson, background
    )


def test_counts_are_drawn_around_their_expectation():
    total = np.tile([4.0, -1.0], (40_000, 1))
    drawn = simulate_counts(np.random.default_rng(1), recorded(), total)
    assert drawn.S.mean(axis=0) == pytest.approx([4, 0], abs=0.05) and drawn.S[:, 0].var() == pytest.approx(4, rel=0.05)
    assert drawn.B.mean(axis=0) == pytest.approx([9, 0], abs=0.08) and drawn.B[:, 0].var() == pytest.approx(9, rel=0.05)
    np.testing.assert_allclose(drawn.sigma_S**2, np.maximum(drawn.S, 1))


def test_gaussian_data_keep_their_errors():
    drawn = simulate_counts(np.random.default_rng(1), recorded("gaussian", False), np.tile([4.0, -1.0], (40_000, 1)))
    assert drawn.S.mean(axis=0) == pytest.approx([4, -1], abs=0.08) and drawn.S.std(axis=0) == pytest.approx(
        [3, 3], rel=0.05
    )
    assert drawn.B.std(axis=0) == pytest.approx([2, 1], rel=0.05) and (drawn.sigma_S == 3).all()
    assert not simulate_counts(np.random.default_rng(1), recorded("none"), np.ones((3, 2))).B.any()


def test_possible_backgrounds_hold_the_one_that_was():
    """The share of central 80 % intervals that hold the true expectation: they cover well on average."""
    rng, inside = np.random.default_rng(5), []
    for truth in np.linspace(2, 30, 200):
        unit = recorded()._replace(B=np.array([rng.poisson(truth)], float))
        low, high = np.quantile(possible_background(rng, unit, 400), [0.1, 0.9])
        inside.append(low <= truth <= high)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.07)


def test_possible_backgrounds_of_few_counts_add_up():
    """Channels without a count must not be believed to have had half a one each: in sum that is a background too many."""
    unit = recorded()._replace(B=np.random.default_rng(6).poisson(0.4, 5000).astype(float))
    assert possible_background(np.random.default_rng(7), unit, 50).sum(axis=1).mean() == pytest.approx(
        0.65 * 5000, rel=0.05
    )


def test_the_tail_is_uniform_when_the_data_are_like_the_draws():
    rng = np.random.default_rng(2)
    ps = [tail(rng.standard_normal(99), rng.standard_normal()).p for _ in range(2000)]
    assert np.quantile(ps, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.03)
    assert tail([1.0, 2.0, np.nan], 5.0).p == pytest.approx(1 / 3) and np.isnan(tail([np.nan], 1.0).p)
    assert tail(np.arange(100.0), np.full(100, 50.0)).p == pytest.approx(51 / 101)
