"""Trees of variables: unwrap, field makers, wrappers, optimiser views, ties."""

import copy
import pickle

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import ParameterError
from spec_lab.variables import (
    AbstractAnnotated,
    AbstractBounded,
    AbstractConstant,
    AbstractVariable,
    Computed,
    Constrained,
    Derived,
    Fixed,
    Frozen,
    Interval,
    Metadata,
    Param,
    Parameterized,
    Positive,
    RealLine,
    Tagged,
    Tie,
    as_fixed,
    as_free,
    combine,
    constrained,
    derived,
    freeze,
    is_variable,
    map_variables,
    named_variables,
    partition,
    rewrap,
    tagged,
    thaw,
    tree_base,
    tree_bounds,
    tree_replace,
    tree_update,
    unwrap,
)


class Line(eqx.Module):
    slope: Param = tagged(1.0, {"unit": "keV"})
    height: Param = constrained(Positive(), 2.0)
    width: Param = derived(jnp.exp, 0.0)
    needed: Param = tagged(kw_only=True)


def line(**changes):
    return Line(**{"needed": 4.0, **changes})


def add(x, y):
    return x + y


class TestFieldMakers:
    def test_bare_values_are_wrapped(self):
        m = line()
        assert [type(v) for v in (m.slope, m.height, m.width, m.needed)] == [Tagged, Constrained, Derived, Tagged]
        assert m.slope.metadata == {"unit": "keV"} and float(m.width) == 1.0 and float(m.height) == pytest.approx(2.0)

    def test_variables_pass_through_as_the_same_object(self):
        fixed = Fixed(3.0)
        assert (
            line(slope=fixed).slope is fixed and line(height=fixed).height is fixed and line(width=fixed).width is fixed
        )

    def test_no_default_means_required(self):
        with pytest.raises(TypeError, match="needed"):
            Line()

    def test_identity_is_the_default_function(self):
        class M(eqx.Module):
            x: Param = derived(default=3.0)

        assert float(M().x) == 3.0

    def test_default_of_a_constrained_field_obeys_it(self):
        with pytest.raises(ParameterError):
            line(height=-1.0)

    def test_two_models_share_one_structure(self):
        assert jax.tree.structure(line(slope=3.0, height=4.0)) == jax.tree.structure(line())

    def test_tree_at_leaves_a_bare_number_and_rewrap_heals_it(self):
        bare = eqx.tree_at(lambda m: m.slope, line(), 3.0)
        assert bare.slope == 3.0 and not is_variable(bare.slope)
        healed = rewrap({"deep": [bare]})["deep"][0]
        assert isinstance(healed.slope, Tagged) and healed.slope.metadata == {"unit": "keV"}
        assert jax.tree.structure(healed) == jax.tree.structure(line())
        assert rewrap(line()) == line()


class TestUnwrap:
    def test_plain_trees_are_left_alone(self):
        tree = {"a": 1, "b": [jnp.ones(2), "text", None]}
        out = unwrap(tree)
        assert out["b"][0] is tree["b"][0] and out["a"] == 1 and out["b"][1] == "text"

    def test_module_fields_become_arrays(self):
        plain = unwrap(line(slope=Fixed(Tagged(3.0))))
        assert isinstance(plain, Line) and all(isinstance(x, jax.Array) for x in jax.tree.leaves(plain))
        assert float(plain.slope) == 3.0

    def test_inside_out(self):
        deep = Derived(jnp.exp, Derived(jnp.log, Constrained(Positive(), 3.0)))
        assert float(unwrap(deep)) == pytest.approx(3.0, rel=1e-6)
        wrapped = Computed(jnp.negative, {"a": Tagged(1.0), "b": Computed(jnp.exp, {"c": Tagged(0.0)})})
        assert jax.tree.map(float, unwrap(wrapped)) == {"a": -1.0, "b": {"c": -1.0}}

    def test_it_works_under_jit_grad_and_vmap(self):
        f = lambda m: unwrap(m).slope * unwrap(m).height  # noqa: E731
        assert float(jax.jit(f)(line())) == pytest.approx(2.0)
        assert float(jax.grad(f)(line()).slope.raw_value) == pytest.approx(2.0)
        many = jax.tree.map(lambda x: jnp.stack([x, x]), line())
        assert jax.vmap(f)(many).shape == (2,)


class TestWrappers:
    def test_frozen_absorbs_frozen_and_stops_gradients(self):
        inner = {"a": Tagged(2.0), "text": "x"}
        assert Frozen(Frozen(inner)).tree is inner and Frozen(inner).as_free() is inner
        slope = jax.grad(lambda x: unwrap(Frozen([x]))[0] ** 2 + x)(3.0)
        assert float(slope) == 1.0
        assert not jax.tree.leaves(partition(Frozen(inner))[0])
        assert unwrap(Frozen(inner))["text"] == "x"

    def test_computed_touches_arrays_and_numbers_only(self):
        out = unwrap(Computed(jnp.add, {"a": 1.0, "b": "text"}, 2.0))
        assert float(out["a"]) == 3.0 and out["b"] == "text"

    def test_parameterized_calls_with_unwrapped_arguments(self):
        out = unwrap(Parameterized(add, Tagged(1.0), y=Derived(jnp.exp, 0.0)))
        assert float(out) == 2.0
        assert len(jax.tree.leaves(Parameterized(add, Tagged(1.0), Tagged(2.0)))) == 2


class TestOptimiserViews:
    tree = {"a": Constrained(Interval(0.0, 10.0), 8.0), "b": Tagged(1.0), "c": Fixed(Constrained(Positive(), 3.0))}

    def test_base_bounds_update(self):
        base = tree_base(self.tree)
        lower, upper = tree_bounds(self.tree)
        assert (
            float(base["a"]) == pytest.approx(8.0, rel=1e-6) and float(lower["a"]) == 0.0 and float(upper["a"]) == 10.0
        )
        assert float(lower["b"].raw_value) == -np.inf and float(upper["b"].raw_value) == np.inf
        assert base["c"] is self.tree["c"] and lower["c"] is self.tree["c"]
        assert jax.tree.structure(base) == jax.tree.structure(lower) == jax.tree.structure(upper)
        moved = tree_update(self.tree, {**base, "a": 2.0})
        assert float(moved["a"]) == pytest.approx(2.0, rel=1e-6) and moved["c"] is self.tree["c"]
        assert jax.tree.structure(moved) == jax.tree.structure(self.tree)

    def test_partition_and_combine(self):
        free, rest = partition(self.tree)
        assert len(jax.tree.leaves(free)) == 2
        back = combine(free, rest)
        assert jax.tree.structure(back) == jax.tree.structure(self.tree) and float(back["a"]) == float(self.tree["a"])

    def test_freeze_thaw_and_names(self):
        m = line()
        still = freeze(m, lambda m: (m.slope, m.height))
        assert isinstance(still.slope, Fixed) and isinstance(still.height, Fixed) and isinstance(still.width, Derived)
        assert isinstance(thaw(still, lambda m: m.slope).slope, Tagged)
        assert list(named_variables({"x": [m]})) == ["x[0].slope", "x[0].height", "x[0].width", "x[0].needed"]
        assert list(named_variables({"two words": Tagged(1.0)})) == ["['two words']"]
        with pytest.raises(ParameterError, match="no variable"):
            freeze(m, lambda m: m.slope.raw_value)

    def test_as_fixed_and_as_free_take_anything(self):
        free = Tagged(1.0)
        assert as_free(as_fixed(free)) is free and as_free(3.0) == 3.0 and as_free(free) is free
        assert as_free(Frozen([free]))[0] is free and as_fixed(as_fixed(free)).raw_value is free
        assert isinstance(as_fixed(2.0), Fixed)

    def test_map_variables(self):
        assert all(isinstance(v, Fixed) for v in named_variables(map_variables(Fixed, line())).values())


class TestTreeReplace:
    def test_parallel_trees(self):
        tree = [Tagged(1.0), Tagged(2.0)]
        new = tree_replace(tree, is_leaf=is_variable, raw_value=[5.0, 6.0])
        assert [float(v) for v in new] == [5.0, 6.0]

    def test_one_value_for_all(self):
        new = tree_replace([Tagged(1.0), Tagged(2.0)], is_leaf=is_variable, metadata={"unit": "keV"})
        assert all(v.metadata == {"unit": "keV"} for v in new)
        assert [float(v) for v in tree_replace([Tagged(1.0), Tagged(2.0)], is_leaf=is_variable, raw_value=9.0)] == [
            9.0,
            9.0,
        ]

    def test_every_variable_can_be_replaced(self):
        for v in (Tagged(1.0), Fixed(1.0), Derived(jnp.exp, 1.0), Constrained(Positive(), 1.0)):
            assert float(tree_replace(v, raw_value=0.0).raw_value) == 0.0

    def test_other_nodes_are_refused(self):
        with pytest.raises(TypeError, match="dataclass"):
            tree_replace([1.0], is_leaf=None, raw_value=[2.0])
        assert tree_replace([1.0]) == [1.0]


class Pair(eqx.Module):
    one: Line
    two: Line


def pair():
    return Pair(line(slope=1.0), line(slope=5.0))


def double(x):
    return 2 * x


class TestTie:
    def test_sharing_an_object_is_no_link(self):
        shared = Tagged(1.0)
        leaves = jax.tree.leaves(Pair(line(slope=shared), line(slope=shared)))
        assert len(leaves) == len(jax.tree.leaves(pair()))  # two leaves, not one: hence Tie

    def test_target_follows_source(self):
        tied = Tie(pair(), "two.slope", "one.slope")
        assert float(unwrap(tied).two.slope) == 1.0
        moved = eqx.tree_at(lambda t: t.tree.one.slope.raw_value, tied, jnp.asarray(7.0))
        assert float(unwrap(moved).two.slope) == 7.0 and float(unwrap(moved).one.slope) == 7.0
        free, _ = partition(tied)
        assert len(jax.tree.leaves(free)) == len(jax.tree.leaves(partition(pair())[0])) - 1

    def test_functions_pick_places_and_compute(self):
        tied = Tie(pair(), lambda p: p.two.slope, lambda p: p.one.height, double)
        assert float(unwrap(tied).two.slope) == pytest.approx(4.0)
        both = Tie(pair(), "two.slope", ("one.slope", "one.height"), add)
        assert float(unwrap(both).two.slope) == pytest.approx(3.0)
        assert float(jax.grad(lambda t: unwrap(t).two.slope)(both).tree.one.slope.raw_value) == 1.0

    def test_chains_in_any_order(self):
        first = Tie(Tie(pair(), "two.slope", "one.slope"), "two.needed", "two.slope", double)
        other = Tie(Tie(pair(), "two.needed", "two.slope", double), "two.slope", "one.slope")
        assert float(unwrap(first).two.needed) == float(unwrap(other).two.needed) == 2.0

    @pytest.mark.parametrize(
        "change",
        [
            lambda t: jax.tree.map(lambda x: x, t),
            lambda t: jax.jit(lambda t: t)(t),
            copy.deepcopy,
            lambda t: pickle.loads(pickle.dumps(t)),
            lambda t: jax.tree.unflatten(jax.tree.structure(t), jax.tree.leaves(t)),
            lambda t: combine(*partition(t)),
        ],
        ids=["tree_map", "jit", "deepcopy", "pickle", "unflatten", "partition"],
    )
    def test_it_survives(self, change):
        tied = change(Tie(pair(), "two.slope", "one.slope", double))
        assert float(unwrap(tied).two.slope) == 2.0 and tied.links[0].target == "two.slope"

    def test_dictionaries_and_lists(self):
        tree = {"two words": [Tagged(1.0), Tagged(2.0)], "k": Tagged(3.0)}
        tied = Tie(Tie(tree, "k", "['two words'][1]"), lambda t: t["two words"][0], "k", double)
        assert [float(v) for v in unwrap(tied)["two words"]] == [4.0, 2.0]

    def test_untie_gives_the_variable_back(self):
        tied = Tie(Tie(pair(), "two.slope", "one.slope"), "two.needed", "one.slope")
        less = tied.untie("two.slope")
        assert isinstance(less, Tie) and float(unwrap(less).two.slope) == 5.0 and float(unwrap(less).two.needed) == 1.0
        assert isinstance(less.untie(lambda p: p.two.needed), Pair)
        assert less.untie("two.needed") == pair()

    def test_cycles_and_mistakes_are_refused(self):
        with pytest.raises(ParameterError, match="cycle"):
            Tie(pair(), "two.slope", "two.slope")
        with pytest.raises(ParameterError, match="cycle"):
            Tie(Tie(pair(), "two.slope", "one.slope"), "one.slope", "two.slope")
        with pytest.raises(ParameterError, match="tied already"):
            Tie(Tie(pair(), "two.slope", "one.slope"), "two.slope", "one.height")
        with pytest.raises(ParameterError, match="no such place"):
            Tie(pair(), "two.slop", "one.slope")
        with pytest.raises(ParameterError, match="several sources"):
            Tie(pair(), "two.slope", ("one.slope", "one.height"))
        with pytest.raises(ParameterError, match="pick one"):
            Tie(pair(), lambda p: p.two, "one.slope")
        with pytest.raises(ParameterError, match="not tied"):
            Tie(pair(), "two.slope", "one.slope").untie("one.slope")


class OnTheRealLine(eqx.Module):
    """A field without a constraint."""

    x: Param = constrained()
    y: Param = constrained(default=-3.0)


def test_a_field_without_constraint_is_on_the_real_line():
    made = OnTheRealLine(-1e6)
    assert isinstance(made.x.constraint, RealLine) and isinstance(made.y.constraint, RealLine)
    assert float(made.x.value) == -1e6 and float(made.y.value) == -3.0
    low, high = made.x.bounds
    assert float(low) == -np.inf and float(high) == np.inf
    with pytest.raises(TypeError):
        OnTheRealLine()


class TestStrictness:
    """What equinox asks of modules, held for ours."""

    def test_nothing_is_added_or_changed_after_construction(self):
        for made in (Tagged(1.0), Fixed(1.0), Constrained(Positive(), 1.0), Interval(0.0, 1.0), Frozen(1.0)):
            for name in ("raw_value", "brand_new"):
                with pytest.raises((AttributeError, TypeError)):
                    setattr(made, name, 2.0)

    def test_an_incomplete_variable_cannot_be_made(self):
        class Half(AbstractVariable):
            raw_value: float

        with pytest.raises(TypeError, match="abstract"):
            Half(1.0)

    def test_your_own_variable_needs_a_value_only(self):
        class Cubed(AbstractVariable):
            raw_value: jax.Array

            @property
            def value(self):
                return self.raw_value**3

        mine = Cubed(jnp.asarray(2.0))
        assert float(mine + 1) == 9.0 and float(unwrap({"x": Fixed(mine)})["x"]) == 8.0
        assert float(Tagged(mine)) == 8.0 and Fixed(mine).as_free() is mine and Fixed(mine).metadata == {}

    def test_the_base_classes_take_types(self):
        assert all(
            base[inside] is not None
            for base, inside in (
                (AbstractVariable, jax.Array),
                (AbstractAnnotated, dict),
                (AbstractConstant, float),
                (AbstractBounded, jax.Array),
            )
        )

        class Named(AbstractVariable[jax.Array], AbstractAnnotated[dict]):
            raw_value: jax.Array
            metadata: dict = eqx.field(static=True, default_factory=Metadata)

            @property
            def value(self):
                return self.raw_value

        assert float(Named(jnp.asarray(2.0)) * 2) == 4.0

    def test_your_own_variable_may_have_words(self):
        class Squared(AbstractVariable):
            raw_value: jax.Array
            metadata: Metadata = eqx.field(static=True, default=Metadata())

            @property
            def value(self):
                return self.raw_value**2

        mine = Squared(jnp.asarray(3.0))
        assert float(mine + 1) == 10.0 and float(unwrap({"x": mine})["x"]) == 9.0 and mine.as_fixed().as_free() is mine

    @pytest.mark.parametrize("kind", [Tagged, Fixed, Derived, Constrained, Frozen, Computed, Parameterized, Tie])
    def test_no_hook_is_skipped(self, kind):
        assert not ("__init__" in vars(kind) and "__post_init__" in dir(kind))
