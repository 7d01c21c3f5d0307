"""Guides stretch intervals by the chart of `spec_lab.variables`, the one that fits and engines use."""

import ast
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
import pytest
from numpyro.distributions import biject_to, constraints

from spec_lab import bridge
from spec_lab.bridge.distribution import distribution_of
from spec_lab.bridge.support import ChartTransform, is_identity, transform_to
from spec_lab.priors import all_priors
from spec_lab.variables import Interval, LessThan, Negative, Positive, RealLine, chart

ROWS = {  # a prior of each family
    "unif": (-2, 2), "logunif": (0.1, 10), "norm": (1, 2), "lognorm": (0.7,), "truncnorm": (-1, 2), "truncnorm_range": (0, 4),
    "cauchy": (), "cosine": (), "beta": (2, 3), "gamma": (2,), "expon": (), "plaw": (2,), "coslat": (),
}  # fmt: skip
RAW = jnp.linspace(-4.0, 4.0, 9)
SETS = {
    "positive": constraints.positive,
    "above": constraints.greater_than(2.0),
    "below": constraints.less_than(-1.0),
    "interval": constraints.interval(-3.0, 5.0),
    "unit": constraints.unit_interval,
    "circle": constraints.circular,
}


@pytest.mark.parametrize("family", all_priors)
def test_every_family_of_priors_goes_by_the_chart(family):
    prior = all_priors[family](*ROWS[family])
    support = distribution_of(prior).support
    transform, limits = transform_to(support), map(jnp.asarray, prior.support)
    value, slope = chart.from_line(*limits, RAW)
    assert isinstance(transform, ChartTransform) or is_identity(support)
    np.testing.assert_allclose(transform(RAW), value, rtol=1e-6)
    np.testing.assert_allclose(transform.log_abs_det_jacobian(RAW, value), slope, rtol=1e-6)
    np.testing.assert_allclose(transform.inv(value), RAW, rtol=1e-4)


@pytest.mark.parametrize("name", SETS)
def test_it_is_the_map_of_numpyro(name):
    ours, theirs = transform_to(SETS[name]), biject_to(SETS[name])
    assert isinstance(ours, ChartTransform) and ours == transform_to(SETS[name])
    x = theirs(RAW)
    np.testing.assert_allclose(ours(RAW), x, rtol=1e-5)
    np.testing.assert_allclose(ours.log_abs_det_jacobian(RAW, x), theirs.log_abs_det_jacobian(RAW, x), atol=1e-5)
    law = dist.TransformedDistribution(dist.Normal(0.0, 1.0), ours)
    known = dist.TransformedDistribution(dist.Normal(0.0, 1.0), theirs)
    np.testing.assert_allclose(law.log_prob(x), known.log_prob(x), rtol=1e-4, atol=1e-5)
    assert bool(jnp.all(law.support(law.sample(jax.random.key(0), (50,)))))


@pytest.mark.parametrize("limits", [Interval(0.0, 2.0), Positive(), Negative(), LessThan(3.0), RealLine()])
def test_constraints_of_ours_have_their_own_bijector(limits):
    np.testing.assert_allclose(transform_to(limits.support)(RAW), limits.bijector.forward(RAW), rtol=1e-6)


def test_limits_may_be_traced_and_many():
    many = constraints.independent(constraints.interval(jnp.array([0.0, 1.0]), jnp.array([2.0, 5.0])), 1)
    np.testing.assert_allclose(transform_to(many)(jnp.zeros(2)), [1.0, 3.0])
    assert transform_to(many).codomain.event_dim == 1 and is_identity(constraints.real_vector)
    middle = jax.jit(lambda high: transform_to(constraints.interval(0.0, high))(jnp.zeros(())))
    assert float(middle(4.0)) == 2.0 and float(jax.grad(middle)(4.0)) == 0.5


@pytest.mark.parametrize("other", [constraints.simplex, constraints.ordered_vector, constraints.softplus_positive])
def test_sets_without_a_chart_keep_their_own_map(other):
    assert type(transform_to(other)) is type(biject_to(other)) and not is_identity(other)


def test_the_bridge_asks_numpyro_for_no_other_bijection():
    places = []
    for path in sorted(Path(bridge.__file__).parent.glob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        places += [path.stem for call in calls if ast.unparse(call.func).endswith("biject_to")]
    assert places == ["support"]
