"""Structs under JAX: leaves, structure, transformations; unflattening trusts, derived values stay out of the structure."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab.tree import FrozenStructError, Struct, ValidationError, field


class Model(Struct):
    slope: Any
    offset: Any = 0.0
    name: str = field(static=True, default="line")


class Derived(Struct):
    x: Any
    total: float = field(static=True, init=False, derived=lambda self: float(np.sum(self.x)))
    twice: Any = field(pytree=False, init=False, derived=lambda self: 2 * self.x)


class Hooked(Struct):
    x: Any = field(converter=float, validator=lambda value: value > 0)


def test_nodes_are_leaves_static_is_structure():
    leaves, treedef = jax.tree_util.tree_flatten(Model(1.0, 2.0))
    assert leaves == [1.0, 2.0]
    assert treedef == jax.tree_util.tree_structure(Model(3.0, 4.0))
    assert treedef != jax.tree_util.tree_structure(Model(1.0, 2.0, "other"))
    assert hash(treedef) == hash(jax.tree_util.tree_structure(Model(3.0, 4.0)))
    assert jax.tree_util.tree_unflatten(treedef, leaves) == Model(1.0, 2.0)


def test_paths_are_attribute_names():
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(Model(1.0, {"a": 2.0}))]
    assert paths == [".slope", ".offset['a']"]


def test_an_empty_struct_has_no_leaves():
    class Nothing(Struct):
        pass

    assert jax.tree_util.tree_leaves(Nothing()) == []
    assert jax.tree_util.tree_map(lambda x: x, Nothing()) == Nothing()


def test_opaque_is_no_leaf_and_compared_by_identity():
    class Box(Struct):
        x: Any
        handle: Any = field(pytree=False, default=None)

    handle = [1]
    same, other = Box(1.0, handle), Box(2.0, [1])
    assert jax.tree_util.tree_leaves(same) == [1.0]
    assert jax.tree_util.tree_structure(same) == jax.tree_util.tree_structure(Box(2.0, handle))
    assert jax.tree_util.tree_structure(same) != jax.tree_util.tree_structure(other)
    assert jax.tree_util.tree_map(lambda x: x + 1, same).handle is handle
    assert jax.jit(lambda box: box.replace(x=box.x * 2))(same).handle is handle


def test_a_default_factory_of_an_opaque_field_makes_every_instance_its_own_structure():
    class Handle(Struct):
        x: Any
        token: object = field(pytree=False, default_factory=object, compare=False)

    a, b = Handle(1.0), Handle(2.0)
    assert a == Handle(1.0)
    with pytest.raises(ValueError):
        jax.tree_util.tree_map(lambda p, q: p + q, a, b)
    assert jax.tree_util.tree_map(lambda p, q: p + q, a, a.replace(x=5.0)).x == 6.0


def test_jit_grad_vmap_scan():
    model = Model(jnp.array(2.0), jnp.array(1.0))
    assert float(jax.jit(lambda m: m.slope * 3 + m.offset)(model)) == 7.0
    gradient = jax.grad(lambda m: m.slope**2 + m.offset)(model)
    assert isinstance(gradient, Model) and float(gradient.slope) == 4.0
    many = jax.vmap(lambda s: Model(s, s))(jnp.arange(3.0))
    assert many.slope.shape == (3,)
    assert jax.vmap(lambda m: m.slope, in_axes=(Model(0, None),))(Model(jnp.arange(3.0), 1.0)).shape == (3,)
    last, _ = jax.lax.scan(lambda m, _: (m.replace(slope=m.slope + 1.0), None), model, None, length=4)
    assert float(last.slope) == 6.0


def test_numpy_leaves_stay_numpy_outside_of_transformations():
    model = jax.tree_util.tree_map(lambda leaf: leaf + 1, Model(np.zeros(2), np.float32(1)))
    assert type(model.slope) is np.ndarray and type(model.offset) is np.float32


def test_unflattened_instances_are_frozen():
    model = jax.tree_util.tree_map(lambda x: x, Model(1.0))
    with pytest.raises(FrozenStructError):
        model.slope = 2.0

    class Custom(Struct):
        x: Any

        def __init__(self, v):
            self._init_fields(x=v)

    with pytest.raises(FrozenStructError):
        jax.tree_util.tree_map(lambda x: x, Custom(1.0)).x = 3.0


def test_equinox_tools_take_structs():
    model = Model(jnp.array(1.0), 2)
    dynamic, static = eqx.partition(model, eqx.is_array)
    assert static.offset == 2 and dynamic.offset is None
    assert eqx.combine(dynamic, static) == model
    assert eqx.tree_at(lambda m: m.offset, model, 5).offset == 5


# trap 1: derived values in the structure


def test_derived_values_are_in_no_aux_data():
    a, b = Derived(jnp.array([1.0, 2.0])), Derived(jnp.array([3.0, 4.0]))
    assert a.total != b.total
    assert jax.tree_util.tree_structure(a) == jax.tree_util.tree_structure(b)
    both = jax.tree_util.tree_map(lambda p, q: p + q, a, b)
    assert both.total == 10.0


def test_jit_compiles_once_for_all_derived_values():
    traces = []

    @jax.jit
    def f(d):
        traces.append(1)
        return d.x.sum()

    for value in range(4):
        f(Derived(jnp.full(2, float(value))))
    assert len(traces) == 1


def test_a_struct_with_derived_static_values_is_returned_from_jit_and_carried_through_scan():
    start = Derived(jnp.array([1.0, 2.0]))
    doubled = jax.jit(lambda d: jax.tree_util.tree_map(lambda leaf: leaf * 2, d))(start)
    assert doubled.total == 6.0
    assert jax.jit(lambda d: d.replace(x=d.x * 2))(start).total == 6.0
    last, _ = jax.lax.scan(lambda d, _: (d.replace(x=d.x + 1), None), start, None, length=3)
    assert last.total == 9.0
    assert jax.grad(lambda d: (d.x**2).sum())(start).total == 6.0


def test_derived_values_are_computed_lazily_after_unflattening():
    calls = []

    class Lazy(Struct):
        x: Any
        d: Any = field(pytree=False, init=False, derived=lambda self: calls.append(1) or self.x)

    lazy = Lazy(1.0)
    calls.clear()
    mapped = jax.tree_util.tree_map(lambda x: x + 1, lazy)
    assert calls == []
    assert mapped.d == 2.0 and mapped.d == 2.0 and len(calls) == 1


def test_derived_values_read_inside_jit_do_not_leak_tracers():
    outside = Derived(jnp.array([1.0, 2.0]))
    bare = jax.tree_util.tree_map(lambda x: x, outside)  # nothing computed yet
    jax.jit(lambda y: y * bare.twice)(2.0)
    assert isinstance(bare.twice, jax.Array) and not isinstance(bare.twice, jax.core.Tracer)
    assert bare.twice.tolist() == [2.0, 4.0]


def test_a_derivation_that_needs_values_raises_when_read_in_a_trace_and_not_before():
    with pytest.raises(jax.errors.ConcretizationTypeError):
        jax.jit(lambda x: Derived(x).total)(jnp.ones(2))
    assert jax.jit(lambda x: Derived(x).twice)(jnp.ones(2)).tolist() == [2.0, 2.0]


def test_repr_inside_jit_does_not_fail():
    texts = []
    jax.jit(lambda d: texts.append(repr(d)) or d.x)(Derived(jnp.ones(2)))
    assert texts[0].startswith("Derived(x=float")


# trap 2: hooks on unflatten


@pytest.mark.parametrize("leaf", [object(), None, True, "text", -1.0])
def test_unflatten_trusts_whatever_jax_gives(leaf):
    treedef = jax.tree_util.tree_structure(Hooked(1.0))
    assert jax.tree_util.tree_unflatten(treedef, [leaf]).x is leaf


def test_converters_do_not_break_jit_and_grad():
    assert float(jax.jit(lambda h: h.x * 2)(Hooked(3))) == 6.0
    assert jax.grad(lambda h: h.x**2)(Hooked(3)).x == 6.0
    assert jax.tree_util.tree_map(lambda _: -1, Hooked(3)).x == -1  # not validated


def test_neither_constructor_nor_post_init_runs_on_unflatten():
    runs = []

    class Counted(Struct):
        x: Any

        def __post_init__(self):
            runs.append(1)

    class Custom(Struct):
        x: Any

        def __init__(self, value):
            runs.append(1)
            self._init_fields(x=value)

    made = [Counted(1.0), Custom(1.0)]
    runs.clear()
    assert jax.tree_util.tree_map(lambda x: x + 1, made) == [Counted(2.0), Custom(2.0)]
    assert len(runs) == 2  # those of the comparison's own two constructions


# trap 3: a hook that counts


def test_post_init_does_not_drift_through_flatten_and_load():
    class Drift(Struct):
        n: int = 0

        def __post_init__(self):
            self.n = self.n + 1

    drift = Drift()
    assert drift.n == 1
    for _ in range(3):
        drift = jax.tree_util.tree_map(lambda x: x, drift)
        drift = Drift.from_state_dict(drift.to_state_dict())
    assert drift.n == 1
    assert drift.replace().n == 2


def test_validators_that_need_values_pass_tracers():
    class Positive(Struct):
        x: Any = field(validator=lambda value: bool(value > 0))

    assert float(jax.jit(lambda x: Positive(x).x)(2.0)) == 2.0
    with pytest.raises(ValidationError):
        Positive(-1.0)
