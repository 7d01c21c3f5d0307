"""WAIC and LOO by their definitions, and the sample for ArviZ: our arrays reach it and come back."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import logsumexp

from spec_lab._base import StatisticError
from spec_lab._base.errors import MissingDependency
from spec_lab.results import loo, to_arviz, waic


@pytest.fixture
def gaussian():
    """A mean μ of 40 data with σ = 1: posterior draws and pointwise log-likelihood."""
    rng = np.random.default_rng(0)
    data = rng.normal(0.3, 1, 40)
    mu = rng.normal(data.mean(), 1 / np.sqrt(40), 2000)
    return mu, data, -0.5 * (data - mu[:, None]) ** 2 - 0.5 * np.log(2 * np.pi)


def test_waic_from_its_definition(gaussian):
    mu, _, log_like = gaussian
    found = waic(log_like)
    lppd = logsumexp(log_like, axis=0) - np.log(len(mu))
    penalty = log_like.var(axis=0)
    assert_allclose(found.value, -2 * (lppd - penalty).sum(), rtol=1e-3)
    assert_allclose(found.pointwise.sum(), found.value)
    assert_allclose(found.effective, penalty.sum(), rtol=1e-3)
    assert found.trusted


def test_loo_from_the_exact_answer(gaussian):
    _, data, log_like = gaussian
    found = loo(log_like)
    left = (data.sum() - data) / 39
    exact = -0.5 * (data - left) ** 2 / (1 + 1 / 39) - 0.5 * np.log(2 * np.pi * (1 + 1 / 39))
    assert_allclose(found.value, -2 * exact.sum(), rtol=2e-3)
    assert found.pareto_k.shape == (40,) and (found.pareto_k < 0.5).all()


def test_loo_says_when_it_cannot_be_trusted():
    log_like = np.random.default_rng(1).standard_cauchy((500, 5)) * 20
    assert not loo(log_like).trusted


def test_inference_data(arviz, gaussian):
    mu, data, log_like = gaussian
    draws = np.stack([mu, mu**2], axis=1)
    found = to_arviz(
        draws, ["mu", "cpl.alpha"], log_likelihood={"na": log_like}, log_prob=log_like.sum(1), observed={"na": data}
    )
    assert found.posterior["cpl.alpha"].shape == (1, 2000)
    assert_allclose(found.posterior["mu"].values[0], mu)
    assert found.log_likelihood["na"].shape == (1, 2000, 40)
    assert found.sample_stats["lp"].shape == (1, 2000) and found.observed_data["na"].shape == (40,)
    chains = to_arviz(draws.reshape(4, 500, 2), ["a", "b"], log_likelihood=log_like.reshape(4, 500, 40))
    assert chains.posterior["a"].shape == (4, 500) and chains.log_likelihood["counts"].shape == (4, 500, 40)


def test_names_must_differ(arviz):
    with pytest.raises(StatisticError, match="unique"):
        to_arviz(np.zeros((3, 2)), ["a", "a"])


def test_without_arviz_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "arviz_base", None)
    with pytest.raises(MissingDependency, match=r"spec-lab\[arviz\]"):
        to_arviz(np.zeros((3, 2)), ["a", "b"])
    assert waic(np.zeros((3, 2))).value == 0.0
