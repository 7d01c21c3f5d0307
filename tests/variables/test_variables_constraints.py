"""Constraints: bounds, bijector and support say the same; bijections are bijections."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import ParameterError
from spec_lab.variables import (
    Affine,
    Chain,
    Constrained,
    CustomConstraint,
    GreaterThan,
    Interval,
    LessThan,
    Negative,
    Positive,
    RealLine,
    Softplus,
    TransformedConstraint,
    TreeConstraint,
    is_constant,
)

X64 = jax.config.jax_enable_x64
RTOL = 1e-11 if X64 else 2e-4
ALL = {
    "real": (RealLine(), -np.inf, np.inf),
    "positive": (Positive(), 0.0, np.inf),
    "negative": (Negative(), -np.inf, 0.0),
    "greater": (GreaterThan(3.0), 3.0, np.inf),
    "less": (LessThan(-3.0), -np.inf, -3.0),
    "interval": (Interval(-2.0, 5.0), -2.0, 5.0),
    "flipped": (TransformedConstraint(Interval(-2.0, 5.0), Affine(1.0, -2.0)), -9.0, 5.0),
    "custom": (CustomConstraint(Softplus(), (0.0, np.inf)), 0.0, np.inf),
}
BY_NAME = pytest.mark.parametrize("name", list(ALL))


@BY_NAME
def test_bounds(name):
    constraint, lower, upper = ALL[name]
    assert [float(b) for b in constraint.bounds] == [lower, upper]


@BY_NAME
@given(raw=st.floats(-12.0, 12.0))
@settings(max_examples=25, deadline=None)
def test_bijector_is_a_bijection_into_the_bounds(name, raw):
    constraint, lower, upper = ALL[name]
    value = constraint.bijector.forward(raw)
    assert lower <= float(value) <= upper
    back = float(constraint.bijector.inverse(value))
    tolerance = 1e-7 if X64 else 0.5  # near an edge the value has few digits left
    assert back == pytest.approx(raw, rel=tolerance, abs=tolerance) or not X64


@BY_NAME
@given(share=st.floats(0.001, 0.999))
@settings(max_examples=25, deadline=None)
def test_values_survive_the_way_through_raw(name, share):
    constraint, lower, upper = ALL[name]
    low, high = max(lower, -50.0), min(upper, 50.0)
    value = low + share * (high - low)
    assert float(Constrained(constraint, value)) == pytest.approx(value, rel=RTOL, abs=RTOL)


@BY_NAME
def test_log_det_is_the_slope(name):
    bijector = ALL[name][0].bijector
    for raw in (-1.5, 0.0, 2.0):
        slope = jax.grad(lambda x: bijector.forward(x).sum())(raw)
        assert float(bijector.log_det(raw)) == pytest.approx(np.log(abs(float(slope))), rel=1e-5, abs=1e-5)
        jitted = jax.jit(lambda x: bijector.forward(x))(raw)
        assert float(jitted) == pytest.approx(float(bijector.forward(raw)), rel=1e-6)


@pytest.mark.parametrize("name", ["real", "positive", "negative", "greater", "less", "interval"])
def test_bijector_is_the_one_numpyro_uses(name):
    from numpyro.distributions import biject_to

    constraint = ALL[name][0]
    transform = biject_to(constraint.support)
    for raw in (-3.0, 0.2, 4.0):
        assert float(constraint.bijector.forward(raw)) == pytest.approx(float(transform(raw)), rel=1e-5)


@BY_NAME
def test_support_holds_what_the_bounds_hold(name):
    constraint, lower, upper = ALL[name]
    inside = float(constraint.bijector.forward(0.3))
    assert bool(constraint.support(inside))
    for edge, out in ((lower, -1.0), (upper, 1.0)):
        if np.isfinite(edge):
            assert not bool(constraint.support(edge + out))


@BY_NAME
def test_a_constraint_is_a_constant(name):
    constraint = ALL[name][0]
    assert is_constant(constraint)
    free, _ = eqx.partition({"c": constraint}, eqx.is_inexact_array, is_leaf=is_constant)
    assert not jax.tree.leaves(free)


def test_limits_are_leaves_so_editing_them_keeps_the_structure():
    assert jax.tree.structure(Interval(0.0, 1.0)) == jax.tree.structure(Interval(-5.0, 7.0))


@pytest.mark.parametrize(("lower", "upper"), [(1.0, 1.0), (2.0, 1.0)])
def test_an_interval_needs_room(lower, upper):
    with pytest.raises(ParameterError, match="lower >= upper"):
        Interval(lower, upper)


@pytest.mark.parametrize(
    "make", [lambda: Interval(-np.inf, 1.0), lambda: GreaterThan(np.nan), lambda: LessThan(np.inf)]
)
def test_limits_are_finite(make):
    with pytest.raises(ParameterError, match="finite numbers"):
        make()


def test_admit_nudges_by_round_off_of_the_width():
    tight = Interval(1.0, 1.0 + 1e-3)
    inside = float(tight.admit(1.0))
    assert 1.0 < inside < 1.0 + 1e-5 * (1 if X64 else 100)
    huge = float(Interval(0.0, 1e6).admit(np.float64(1e6)))
    assert huge < 1e6 and huge == pytest.approx(1e6, rel=1e-5)
    assert np.isfinite(Constrained(Interval(1e6, 1e6 + 1), 1e6 + 1).raw_value) or not X64


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (Positive(), 1e-18), (Negative(), -1e-18), (Interval(0.0, 1e24), 1e-4), (Interval(0.0, 1.0), 1e-20),
        (Interval(-10.0, 0.0), -1e-20), (GreaterThan(1e-30), 2e-30),
    ],
)  # fmt: skip
def test_small_numbers_between_wide_limits_stay_what_they_are(constraint, value):
    made = Constrained(constraint, value)
    assert float(made) == pytest.approx(value, rel=1e-12 if X64 else 1e-4, abs=0)
    assert float(jax.grad(lambda raw: constraint.bijector.forward(raw))(made.raw_value)) != 0


def test_zero_under_wide_limits_moves_by_round_off_of_one():
    assert 0 < float(Constrained(Interval(0.0, 1e24), 0.0)) < (1e-15 if X64 else 1e-6)
    assert np.isfinite(Constrained(Interval(2e-313, 1.0), 2e-313).raw_value)


def test_the_slope_in_the_middle_of_an_interval():
    assert float(jax.grad(Interval(0.0, 10.0).bijector.forward)(0.0)) == pytest.approx(2.5)


def test_tree_constraint():
    tree = TreeConstraint({"a": Positive(), "b": Interval(0.0, 10.0)})
    lower, upper = tree.bounds
    assert float(lower["a"]) == 0.0 and float(upper["b"]) == 10.0
    raw = tree.bijector.inverse({"a": 2.0, "b": 8.0})
    value = tree.bijector.forward(raw)
    assert float(value["a"]) == pytest.approx(2.0) and float(value["b"]) == pytest.approx(8.0, rel=1e-6)
    assert np.isfinite(float(tree.bijector.log_det(raw)["b"])) and set(tree.support) == {"a", "b"}
    assert float(tree.admit({"a": 1.0, "b": 10.0})["b"]) < 10.0
    with pytest.raises(ParameterError, match="outside of TreeConstraint"):
        tree.admit({"a": -1.0, "b": 1.0})


def test_tree_constraint_is_not_empty():
    with pytest.raises(ValueError, match="empty"):
        TreeConstraint({})
    with pytest.raises(ParameterError, match="no constraint"):
        TreeConstraint({"a": 3.0})


def test_chain_runs_from_the_right():
    chain = Chain((Affine(1.0, 2.0), Softplus()))
    assert float(chain.forward(0.0)) == pytest.approx(1 + 2 * np.log(2.0))
    assert float(chain.inverse(chain.forward(0.7))) == pytest.approx(0.7, rel=1e-6)
    assert float(chain(0.0)) == float(chain.forward(0.0))


@pytest.mark.parametrize("shape", [(), (7,)])  # a shape no other test uses, so nothing is compiled already
def test_construction_and_value_compile_nothing(shape):
    seen = []

    def listen(name, *args, **kwargs):
        if name.startswith("/jax/core/compile"):
            seen.append(name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        for constraint, start in (
            (Interval(-1.5, 2.5), 0.25),
            (Positive(), 0.25),
            (Negative(), -0.25),
            (GreaterThan(0.5), 0.75),
            (LessThan(3.5), 0.75),
        ):
            c = Constrained(constraint, np.full(shape, start), metadata={"unit": "keV"})
            assert c.value.shape == c.bounds[0].shape == shape and np.allclose(np.asarray(c.value), start)
            moved = c.as_fixed().as_free().update(np.full(shape, start + 0.1 * np.sign(start)))
            assert np.all(np.abs(np.asarray(moved.value)) > np.abs(start))
        assert seen == []
        jnp.sin(jnp.asarray(np.ones((7, 3, len(shape) + 1))))  # the listener does listen
        assert seen
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)


def test_jnp_shapes_broadcast():
    c = Constrained(Interval(jnp.zeros(3), jnp.array([1.0, 2.0, 3.0])), [0.5, 1.0, 1.5])
    np.testing.assert_allclose(c.value, [0.5, 1.0, 1.5], rtol=1e-6)
