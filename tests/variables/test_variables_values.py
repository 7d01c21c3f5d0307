"""One value at a time: what each variable holds, shows and refuses."""

import copy
import dataclasses
import functools
import gc
import operator
import pickle
import weakref

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import ParameterError
from spec_lab.variables import (
    Constrained,
    Derived,
    Fixed,
    Interval,
    Positive,
    Random,
    RealLine,
    Tagged,
    is_constant,
    unwrap,
)

WORDS = {"unit": "keV", "label": r"\alpha", "prior": "unif(-2, 2)", "log": False}
EPS = float(jnp.finfo(jnp.asarray(1.0).dtype).eps)


def samples():
    return {
        "tagged": Tagged(2.0, metadata=WORDS),
        "fixed": Fixed(2.0, metadata=WORDS),
        "derived": Derived(jnp.exp, np.log(2.0), metadata=WORDS),
        "constrained": Constrained(Interval(0.0, 4.0), 2.0, metadata=WORDS),
        "fixed_constrained": Fixed(Constrained(Interval(0.0, 4.0), 2.0, metadata=WORDS)),
        "random": Random(_Law(), 2.0, metadata=WORDS),
    }


@dataclasses.dataclass(frozen=True)
class _Law:
    mean: float = 0.5


KINDS = list(samples())


@pytest.fixture(params=KINDS)
def two(request):
    return samples()[request.param]


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
@pytest.mark.parametrize(
    "other", [3.0, np.float64(3.0), np.arange(1.0, 4.0)], ids=["float", "numpy scalar", "numpy array"]
)
def test_operators_give_plain_arrays_on_both_sides(two, op, other):
    for got, want in ((op(two, other), op(2.0, other)), (op(other, two), op(other, 2.0))):
        assert isinstance(got, jax.Array)
        np.testing.assert_allclose(got, want, rtol=1e-6)


def test_operators_between_variables_and_unary_ones(two):
    assert float(two + two) == pytest.approx(4.0, rel=1e-6)
    assert (
        float(-two) == pytest.approx(-2.0)
        and float(+two) == pytest.approx(2.0)
        and float(abs(two)) == pytest.approx(2.0)
    )
    assert [float(x) for x in divmod(two, 1.5)] == pytest.approx([1.0, 0.5], abs=1e-6)
    assert [float(x) for x in divmod(5.0, two)] == pytest.approx([2.0, 1.0], abs=1e-5)
    assert float(round(Tagged(2.26), 1)) == pytest.approx(2.3, rel=1e-6)


def test_matmul_and_indexing_on_arrays():
    v = Tagged([1.0, 2.0, 3.0])
    assert float(v @ v) == 14.0 and float(np.ones(3) @ v) == 6.0
    assert len(v) == 3 and v.shape == (3,) and v.size == 3 and v.ndim == 1 and float(v[1]) == 2.0
    assert [float(x) for x in v] == [1.0, 2.0, 3.0]


def test_conversions(two):
    assert float(two) == pytest.approx(2.0, rel=1e-6) and int(two + 0.5) == 2 and complex(two).imag == 0.0 and bool(two)
    assert f"{two:.3f}" == "2.000"
    assert two.shape == () and two.size == 1 and jnp.issubdtype(two.dtype, jnp.floating)


def test_numpy_sees_numbers_not_objects(two):
    assert np.asarray(two).dtype == two.dtype
    assert np.asarray(two, dtype=np.float32).dtype == np.float32
    assert np.array(two, copy=True).shape == ()
    assert np.sin(two) == pytest.approx(np.sin(2.0), rel=1e-6)
    assert (np.ones(3) + two).dtype == two.dtype  # was an object array without __array_priority__


def test_jax_functions_and_jit_accept_every_variable(two):
    assert float(jnp.sin(two)) == pytest.approx(np.sin(2.0), rel=1e-6)
    assert float(jnp.sum(two)) == pytest.approx(2.0, rel=1e-6)
    assert float(jax.jit(lambda v: v * 3)(two)) == pytest.approx(6.0, rel=1e-6)
    assert float(jax.jit(lambda v: jax.lax.sin(unwrap(v)))(two)) == pytest.approx(np.sin(2.0), rel=1e-6)


def test_comparisons_compare_values_and_equality_compares_structure(two):
    assert bool(two < 3) and bool(two <= 2.5) and bool(two > 1) and bool(two > 1.5) and not bool(two >= 3)
    assert isinstance(two < 3, jax.Array)
    assert two == copy.deepcopy(two)
    assert (two == 2.0) is False  # a variable is not its number
    assert Tagged(1.0) != Tagged(2.0)


def test_loop_carries_keep_their_structure_once_unwrapped(two):
    total = jax.lax.fori_loop(0, 3, lambda i, x: x + unwrap(two), unwrap(two))
    assert float(total) == pytest.approx(8.0, rel=1e-6)
    end, _ = jax.lax.scan(lambda x, _: (x * 2, None), unwrap(two), None, length=2)
    assert float(end) == pytest.approx(8.0, rel=1e-6)


def test_metadata_is_on_every_variable_and_survives(two):
    assert two.metadata == WORDS and two.metadata["unit"] == "keV"
    for made in (copy.copy(two), copy.deepcopy(two), jax.tree.map(lambda x: x, two), jax.jit(lambda v: v)(two)):
        assert made.metadata == WORDS and type(made) is type(two)
        assert float(made.value) == pytest.approx(2.0, rel=1e-6)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "random"])
def test_variables_pickle(kind):
    made = pickle.loads(pickle.dumps(samples()[kind]))
    assert made.metadata == WORDS and float(made.value) == pytest.approx(2.0, rel=1e-6)
    assert jax.tree.structure(made) == jax.tree.structure(samples()[kind])


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "random"])
def test_two_with_the_same_words_have_one_structure_and_one_compilation(kind):
    one, other = samples()[kind], samples()[kind]
    assert jax.tree.structure(one) == jax.tree.structure(other)
    assert hash(jax.tree.structure(one)) == hash(jax.tree.structure(other))
    traced = []
    run = jax.jit(lambda v: traced.append(1) or v * 2)
    run(one), run(other)
    assert len(traced) == 1


@pytest.mark.parametrize("value", [3, np.int32(3), True, np.array([1, 2]), [1, 2], jnp.arange(3)])
def test_integers_become_floats_so_that_filters_see_them(value):
    for made in (Tagged(value), Fixed(value), Derived(jnp.exp, value), Constrained(None, value)):
        assert eqx.is_inexact_array(made.raw_value)
        assert jnp.issubdtype(made.dtype, jnp.inexact)


def test_fixed_keeps_no_python_float():
    assert isinstance(Fixed(2.0).raw_value, jax.Array)


@pytest.mark.parametrize("change", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_copies_are_as_frozen_as_the_original_and_die(change):
    made = change(Constrained(Positive(), 1.0, metadata=WORDS))
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.raw_value = 3.0
    gone = weakref.ref(made)
    del made
    gc.collect()
    assert gone() is None


class TestFixed:
    def test_it_forwards_what_it_does_not_have(self):
        p = Fixed(Constrained(Interval(-2.0, 2.0), 1.0, metadata=WORDS))
        assert isinstance(p.constraint, Interval) and [float(b) for b in p.bounds] == [-2.0, 2.0]
        assert p.metadata["unit"] == "keV" and float(p.base) == pytest.approx(1.0, rel=1e-6)

    def test_missing_names_are_attribute_errors_and_end(self):
        for made in (Fixed(1.0), Fixed(Tagged(1.0)), object.__new__(Fixed)):
            for name in ("constraint", "__wrapped__", "_repr_html_", "nothing"):
                with pytest.raises(AttributeError, match=name):
                    getattr(made, name)
        with pytest.raises(AttributeError, match="raw_value"):
            object.__new__(Fixed).raw_value  # noqa: B018  (an instance under reconstruction)

    def test_twice_is_once_and_words_merge(self):
        p = Fixed(Fixed(Tagged(1.0, metadata={"unit": "keV"}), metadata={"doc": "x"}))
        assert isinstance(p.raw_value, Tagged) and p.metadata == {"unit": "keV", "doc": "x"}
        assert Tagged(1.0).as_fixed().as_fixed().raw_value == Tagged(1.0)

    def test_freeze_and_thaw(self):
        c = Constrained(Positive(), 3.0, metadata=WORDS)
        assert c.as_fixed().as_free() is c and c.as_free() is c
        free = Fixed(3.0, metadata=WORDS).as_free()
        assert isinstance(free, Tagged) and free.metadata == WORDS
        assert Fixed(c, metadata={"doc": "new"}).as_free().metadata == {**WORDS, "doc": "new"}

    def test_no_gradient_flows_through(self):
        slope = jax.grad(lambda x: Fixed(x) * x)(3.0)
        assert float(slope) == 3.0
        assert float(jax.grad(lambda v: unwrap(v) ** 2)(Fixed(Tagged(3.0))).raw_value.raw_value) == 0.0

    def test_update_stays_fixed(self):
        p = Fixed(Constrained(Interval(0.0, 10.0), 8.0)).update(2.0)
        assert isinstance(p, Fixed) and float(p) == pytest.approx(2.0, rel=1e-6) and isinstance(p.constraint, Interval)
        assert isinstance(Fixed(1.0).update(2.0), Fixed)


class TestDerived:
    def test_value_is_fn_of_raw(self):
        assert float(Derived(jnp.exp, 0.0)) == 1.0
        assert float(Derived(jnp.exp, Tagged(0.0))) == 1.0

    def test_fn_is_structure_not_a_leaf(self):
        d = Derived(jnp.exp, Tagged(0.0))
        assert len(jax.tree.leaves(d)) == 1 and d.fn is jnp.exp
        assert jax.tree.structure(Derived(jnp.exp, 1.0)) == jax.tree.structure(Derived(jnp.exp, 2.0))
        assert jax.tree.structure(Derived(jnp.exp, 1.0)) != jax.tree.structure(Derived(jnp.log, 1.0))

    def test_gradient_goes_to_the_source(self):
        assert float(jax.grad(lambda d: unwrap(d))(Derived(jnp.exp, Tagged(1.0))).raw_value.raw_value) == pytest.approx(
            np.e
        )

    def test_what_is_no_function_is_refused(self):
        with pytest.raises(ParameterError, match=r"fn is no function; got 3\.0"):
            Derived(3.0, 1.0)

    def test_a_layer_is_taken_with_its_parameters(self):
        layer = eqx.nn.Linear(2, 1, key=jax.random.key(0))
        d = Derived(layer, [1.0, 2.0], metadata=WORDS)
        np.testing.assert_allclose(d.value, layer(jnp.asarray([1.0, 2.0])))
        free, _ = eqx.partition(d, eqx.is_inexact_array, is_leaf=is_constant)
        assert len(jax.tree.leaves(free)) == 3 and d.fn == layer and d.metadata == WORDS
        slope = jax.grad(lambda v: jnp.sum(unwrap(v)))(d)
        np.testing.assert_allclose(slope.fn.weight, [[1.0, 2.0]])
        assert float(jax.jit(jnp.sum)(d)[()]) == pytest.approx(float(d.value[0]))
        for copied in (copy.deepcopy(d), pickle.loads(pickle.dumps(d)), jax.tree.map(lambda x: x, d)):
            np.testing.assert_allclose(copied.value, d.value)

    def test_any_callable_will_do(self):
        @dataclasses.dataclass
        class Line:
            slope: float

            def __call__(self, x):
                return self.slope * x + 1

        line = Line(3.0)  # without a hash
        made = Derived(line, 2.0)
        assert float(made.value) == 7.0 and made.fn is line
        assert jax.tree.structure(made) == jax.tree.structure(Derived(line, 5.0))
        assert float(jax.jit(lambda v: v * 2)(made)) == 14.0
        assert float(jax.grad(lambda v: unwrap(v))(made).raw_value) == 3.0
        assert float(Derived(functools.partial(jnp.power, 2.0), 3.0)) == 8.0

    def test_its_words_are_its_own(self):
        assert Derived(jnp.exp, Tagged(0.0, metadata=WORDS)).metadata == {}


class TestConstrained:
    def test_the_three_ways_to_begin(self):
        assert float(Constrained(Positive(), 3.0)) == pytest.approx(3.0, rel=1e-6)
        assert float(Constrained(Interval(0.0, 10.0), raw_value=0.0)) == pytest.approx(5.0)
        assert isinstance(Constrained(value=[1.0, 2.0]).constraint, RealLine)
        assert Constrained(value=[1.0, 2.0]).constraint.shape == (2,)

    def test_exactly_one_start_is_needed(self):
        with pytest.raises(ValueError, match="Must provide either"):
            Constrained(Positive())
        with pytest.raises(ValueError, match="Cannot provide both"):
            Constrained(Positive(), 1.0, raw_value=1.0)
        with pytest.raises(ParameterError, match="needs a constraint first"):
            Constrained(8.0, Interval(0.0, 10.0))

    @pytest.mark.parametrize("value", [None, "a", [1.0, None], [[1.0], [1.0, 2.0]], {}, np.datetime64("2026-01-01")])
    def test_what_is_no_number_is_refused_with_a_sentence(self, value):
        for make in (Tagged, Fixed, lambda v: Derived(jnp.exp, v), lambda v: Constrained(Positive(), raw_value=[v])):
            with pytest.raises(ParameterError, match="must be a number or an array of numbers"):
                make(value)

    def test_raw_value_of_the_documented_example(self):
        assert float(Constrained(Interval(0.0, 10.0), 8.0).raw_value) == pytest.approx(1.3862944, rel=1e-6)

    @pytest.mark.parametrize("value", [-2.0, 2.0])
    def test_a_value_on_the_edge_is_finite_everywhere(self, value):
        c = Constrained(Interval(-2.0, 2.0), value)
        assert np.isfinite(c.raw_value) and abs(float(c) - value) <= 32 * EPS
        assert -2.0 <= float(c) <= 2.0
        slope = jax.grad(lambda v: unwrap(v) ** 2)(c)
        assert np.isfinite(slope.raw_value)
        assert float(Fixed(c)) == pytest.approx(value, abs=32 * EPS)

    def test_zero_is_the_edge_of_positive(self):
        assert np.isfinite(Constrained(Positive(), 0.0).raw_value)

    @pytest.mark.parametrize("value", [-1.0, np.nan, -np.inf])
    def test_outside_is_refused_with_value_and_limits(self, value):
        with pytest.raises(ParameterError, match=r"outside of Positive.*0\.0 to inf"):
            Constrained(Positive(), value)

    def test_one_bad_element_is_enough(self):
        with pytest.raises(ParameterError, match="outside of Interval"):
            Constrained(Interval(0.0, 1.0), [0.5, 1.5])

    def test_while_tracing_outside_is_nan_not_silence(self):
        run = jax.jit(lambda x: Constrained(Interval(0.0, 1.0), x).value)
        assert float(run(0.25)) == pytest.approx(0.25) and np.isnan(run(1.5)) and float(run(1.0)) == pytest.approx(1.0)

    def test_bounds_have_the_shape_of_the_value(self):
        lower, upper = Constrained(Interval(0.0, [1.0, 2.0]), [0.5, 0.5]).bounds
        assert lower.shape == upper.shape == (2,) and upper.tolist() == [1.0, 2.0]
        assert Constrained(Positive(), [1.0, 2.0]).bounds[0].tolist() == [0.0, 0.0]

    def test_base_and_update(self):
        c = Constrained(Interval(0.0, 10.0), 8.0, metadata=WORDS)
        moved = c.update(c.base / 2)
        assert float(moved) == pytest.approx(4.0, rel=1e-6) and moved.metadata == WORDS
        assert jax.tree.structure(moved) == jax.tree.structure(c)
        with pytest.raises(ParameterError):
            c.update(11.0)

    def test_limits_are_not_trained(self):
        free, _ = eqx.partition(Constrained(Interval(0.0, 10.0), 8.0), eqx.is_inexact_array, is_leaf=is_constant)
        assert len(jax.tree.leaves(free)) == 1

    def test_words_of_a_variable_given_as_value_are_kept(self):
        assert Constrained(Positive(), Tagged(1.0, metadata=WORDS)).metadata == WORDS

    def test_single_precision_values_stay_single(self):
        assert Constrained(Interval(0.0, 1.0), np.float32(0.5)).raw_value.dtype == np.float32


class TestRandom:
    def test_value_distribution_and_mean(self):
        law = _Law()
        assert float(Random(law).value) == 0.5 and Random(law, 2.0).distribution is law
        with pytest.raises(ParameterError, match="not both"):
            Random(law, 1.0, raw_value=1.0)

    def test_a_distribution_with_arrays_is_not_trained(self):
        class Normal(eqx.Module):
            mean: jax.Array

        x = Random(Normal(jnp.asarray(1.0)))
        free, _ = eqx.partition(x, eqx.is_inexact_array, is_leaf=is_constant)
        assert len(jax.tree.leaves(free)) == 1 and float(x.distribution.mean) == 1.0


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        (Tagged(2, metadata={"unit": "keV"}), "Tagged(2.0)"),
        (Fixed(Constrained(Interval(0.0, 10.0), 8.0)), "Fixed(Constrained(Interval(0.0, 10.0), 8.0))"),
        (Constrained(Positive(), 0.5), "Constrained(Positive(), 0.5)"),
        (Derived(jnp.exp, Tagged(0.5)), "Derived(exp, Tagged(0.5))"),
    ],
)
def test_a_variable_prints_like_the_call_that_makes_it(variable, text):
    assert repr(variable) == text


def test_a_variable_prints_also_where_it_has_no_number():
    held = jax.tree_util.tree_map(lambda _: object(), Constrained(Interval(0.0, 1.0), 0.5))
    assert repr(held).startswith("Constrained(Interval(")
    shapes = []
    jax.jit(lambda v: shapes.append(repr(v)))(Constrained(Positive(), jnp.ones(3)))
    assert shapes[0].startswith("Constrained(Positive(), f") and shapes[0].endswith("[3])")
