"""A prior as a NumPyro distribution: the same density, draws from it, inside its support."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab import priors
from spec_lab.bridge.distribution import distribution_of
from spec_lab.priors import parse_prior

TEXTS = [
    "unif(-2, 2)", "unif(1000, 1000.3)", "logunif(0.001, 1000)", "logunif(0.1, 5, -1, 2)", "norm(1, 2)", "lognorm(0.7, 1, 3)",
    "truncnorm(-1, 2, 3, 4)", "truncnorm(-1, inf)", "truncnorm_range(0.1, 4, 1, 2)", "cauchy(1, 2)", "cosine(1, 2)",
    "beta(2, 3, -1, 4)", "beta(0.5, 0.5)", "gamma(2.5, 1, 3)", "gamma(0.3)", "expon(1, 2)", "plaw(2.5, -1, 3)", "plaw(0.5)",
    "coslat()",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_distribution_agrees(text):
    prior = parse_prior(text)
    law = distribution_of(prior)
    x = jnp.asarray(prior.ppf([0.2, 0.5, 0.9]))
    np.testing.assert_allclose(law.log_prob(x), prior.logpdf(np.asarray(x, float)), rtol=1e-4, atol=2e-3)
    draws = law.sample(jax.random.key(0), (500,))
    assert draws.shape == (500,) and bool(jnp.all(law.support(draws)))
    share = np.mean(prior.cdf(np.asarray(draws, float)))
    assert abs(share - 0.5) < 5 * math.sqrt(1 / 12 / 500)


def test_our_own_class_is_complete():
    law = distribution_of(priors.cosine(1, 2))
    assert float(law.mean) == pytest.approx(1.0) and float(law.variance) == pytest.approx(priors.cosine(1, 2).var)
    assert float(law.cdf(law.icdf(0.3))) == pytest.approx(0.3, rel=1e-5)
    assert float(jax.jit(lambda law: law.log_prob(1.0))(law)) == pytest.approx(float(law.log_prob(1.0)), rel=1e-6)
    assert bool(distribution_of(priors.plaw(2)).support(0.5)) and not bool(
        distribution_of(priors.expon(1)).support(0.5)
    )
