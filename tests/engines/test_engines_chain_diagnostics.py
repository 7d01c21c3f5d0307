"""Effective size and split R̂ against arviz-stats parameter by parameter, and where they must raise the alarm."""

import numpy as np
import pytest
from arviz_stats.base import array_stats
from numpy.testing import assert_allclose

from spec_lab.engines.chain_diagnostics import accuracy
from spec_lab.results import ess, ess_sd, rhat


def autoregressive(phi, chains=4, size=1000, n=2, seed=0):
    rng = np.random.default_rng(seed)
    x = np.zeros((chains, size, n))
    for s in range(1, size):
        x[:, s] = phi * x[:, s - 1] + rng.standard_normal((chains, n))
    return x


@pytest.mark.parametrize("phi", [0.0, 0.7, 0.97, -0.5])
@pytest.mark.parametrize("shape", [(4, 1000), (1, 777), (3, 41)])
def test_against_arviz(phi, shape):
    chains = autoregressive(phi, *shape)
    for i in range(2):
        one = chains[:, :, i]
        assert_allclose(ess(chains)[i], float(array_stats.ess(one, method="bulk")), rtol=1e-8)
        assert_allclose(ess(chains, rank=False)[i], float(array_stats.ess(one, method="mean")), rtol=1e-8)
        assert_allclose(
            rhat(chains)[i], float(array_stats.rhat(one, method="split")) if shape[0] > 1 else rhat(one[0][:, None])[0]
        )


def test_independent_draws_keep_their_number():
    assert (np.abs(ess(autoregressive(0.0)) / 4000 - 1) < 0.15).all()


def test_correlated_draws_lose_it():
    assert_allclose(ess(autoregressive(0.9, size=20_000)), 80_000 * (1 - 0.9) / (1 + 0.9), rtol=0.15)


def test_a_chain_elsewhere_is_noticed():
    chains = autoregressive(0.3)
    assert (rhat(chains) < 1.02).all()
    chains[0] += 5
    assert (rhat(chains) > 1.5).all() and (ess(chains) < 20).all()


def test_a_drift_is_noticed_in_a_single_chain():
    drift = np.random.default_rng(0).standard_normal((1000, 1)) + np.linspace(0, 6, 1000)[:, None]
    assert rhat(drift)[0] > 1.3


def test_what_never_moved_has_no_size():
    chains = autoregressive(0.3)
    chains[:, :, 1] = 4.0
    assert np.isnan(ess(chains)[1]) and np.isnan(rhat(chains)[1]) and np.isfinite(ess(chains)[0])
    for few in (1, 2, 3):
        assert np.isnan(ess(chains[:, :few])).all() and np.isnan(ess_sd(chains[:, :few])).all()
    assert np.isnan(rhat(chains[:, :1])).all()


def test_chains_that_swing_know_the_mean_better_than_the_width():
    """x' = -r x + noise: (1 + r) / (1 - r) draws' worth for the mean, (1 - r^2) / (1 + r^2) for the width."""
    chains = autoregressive(-0.5, size=4000)
    assert_allclose(ess(chains), 3 * 16000, rtol=0.15)
    assert_allclose(ess_sd(chains), 0.6 * 16000, rtol=0.15)


def test_an_effective_size_is_no_noise_of_any_sign():
    """Where the autocorrelations sum to nothing or less, the size is N log10 N and no more."""
    radius = np.repeat(np.abs(np.random.default_rng(1).standard_normal((4, 250))), 4, axis=1)
    swing = radius * np.where(np.arange(1000) % 2, 1, -1)
    assert_allclose(ess(swing[:, :, None], rank=False), 4000 * np.log10(4000))


@pytest.mark.parametrize(("size", "said"), [(5000.0, "to 1 %"), (1543.0, "to 1.8 %"), (12.0, "to 20 %")])
def test_the_accuracy_of_widths_in_words(size, said):
    assert said in accuracy(size)


def test_no_accuracy_is_claimed_where_none_is_known():
    assert accuracy(float("nan")) == accuracy(0.5) == ""


def test_the_words_hold():
    """The scatter of the standard deviation over many runs is what one of them says."""
    runs = [autoregressive(-0.5, size=500, n=1, seed=seed) for seed in range(60)]
    scatter = np.std([run.std() for run in runs]) / np.mean([run.std() for run in runs])
    said = np.mean([1 / np.sqrt(2 * ess_sd(run)[0]) for run in runs])
    assert_allclose(said, scatter, rtol=0.3)
