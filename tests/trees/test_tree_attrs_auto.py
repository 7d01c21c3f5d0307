"""Arrays and auto fields of attrs-style classes, and their late registration."""

import dataclasses
import warnings
from typing import Any

import attrs
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import SpecLabWarning
from spec_lab.tree import StructError, io
from spec_lab.tree.attrs import (
    array,
    auto,
    define,
    frozen,
    frozen_static,
    is_data,
    register_fieldz,
    static,
)


@frozen
class Example:
    data: jax.Array = array()
    auto_value: object = auto()
    meta: str = static(default="tag")


@frozen_static
class Options:
    name: str
    value: Any = 1


# arrays


def test_array_defaults_become_jax_arrays_and_each_instance_has_its_own():
    given = np.array([1.0, 2.0])

    @define
    class Box:
        a: jax.Array = array(default=[1, 2])
        b: jax.Array = array(default=given)
        c: Any = array(default=None)
        d: Any = array(default=attrs.Factory(lambda: "made"))
        e: jax.Array = array(default=jnp.arange(2))
        f: Any = array(factory=lambda: 3)

    given[0] = 100.0
    one, two = Box(), Box()
    assert isinstance(one.a, jax.Array) and one.a.tolist() == [1, 2]
    assert one.b.tolist() == [1.0, 2.0]
    for name in "abe":
        assert getattr(one, name) is not getattr(two, name)
    assert one.c is None and one.d == "made" and one.f == 3


def test_donating_one_default_leaves_the_others():
    @define
    class Box:
        a: jax.Array = array(default=[1.0, 2.0])

    one, two = Box(), Box()
    one.a.delete()
    assert two.a.tolist() == [1.0, 2.0] and Box().a.tolist() == [1.0, 2.0]


# auto fields


@define
class Auto:
    value: Any = auto()


@pytest.mark.parametrize(
    ("value", "leaves"),
    [
        (None, 0),
        (3, 0),
        (2.5, 0),
        ("text", 0),
        (len, 0),
        (np.zeros(2), 1),
        (np.float64(2), 1),
        (np.bool_(True), 1),
        ([1, 2], 2),
        ({"a": 1}, 1),
        ((), 0),
        (Example(np.zeros(1), 1), 1),
        (Options("x"), 0),
    ],
)
def test_the_role_of_an_auto_field_follows_its_value(value, leaves):
    auto_leaves, treedef = jax.tree_util.tree_flatten(Auto(value))
    assert len(auto_leaves) == leaves
    rebuilt = jax.tree_util.tree_unflatten(treedef, auto_leaves)
    assert io.to_python(rebuilt.value) is io.to_python(value) or repr(rebuilt.value) == repr(value)


def test_is_data():
    assert all(is_data(v) for v in (None, jnp.ones(1), np.ones(1), np.float32(1), [], (), {}, Auto(1)))
    assert not any(is_data(v) for v in (1, 1.5, "a", True, len, int, {1}, 1j))
    assert jax.jit(lambda x: is_data(x) * x)(2.0) == 2.0


def test_numpy_arrays_in_auto_fields_survive_repeated_jit_calls():
    f = jax.jit(lambda box: box.value.sum())
    traces = [float(f(Auto(np.full(3, float(i))))) for i in range(3)]
    assert traces == [0.0, 3.0, 6.0]


def test_numpy_numbers_in_auto_fields_do_not_recompile():
    traces = []

    @jax.jit
    def f(box):
        traces.append(1)
        return box.value * 2

    for i in range(3):
        f(Auto(np.float64(i)))
    assert len(traces) == 1


def test_placeholders_of_jax_keep_their_place_in_auto_fields():
    out = jax.vmap(lambda box: box.value * 2, in_axes=0)(Auto(jnp.arange(3.0)))
    assert out.tolist() == [0.0, 2.0, 4.0]
    treedef = jax.tree_util.tree_structure(Auto(jnp.ones(1)))
    held = jax.tree_util.tree_unflatten(treedef, [object()])
    assert jax.tree_util.tree_structure(held) == treedef


# register_fieldz


def test_register_fieldz_reads_metadata():
    @attrs.define
    class Box:
        data: Any = array()  # noqa: RUF009
        auto_value: Any = auto()  # noqa: RUF009
        meta: str = static(default="tag")

    assert register_fieldz(Box) is Box
    assert len(jax.tree_util.tree_leaves(Box(jnp.ones(1), jnp.ones(1)))) == 2
    assert len(jax.tree_util.tree_leaves(Box(jnp.ones(1), "name"))) == 1


def test_register_fieldz_by_names_filter_and_again():
    @attrs.define
    class Box:
        a: Any
        b: Any
        c: Any

    register_fieldz(Box, ["b"], ["a"], ["c"], filter_spec=lambda v: isinstance(v, int))
    assert jax.tree_util.tree_leaves(Box("m", 1, 2)) == [1, 2]
    assert jax.tree_util.tree_leaves(Box("m", 1, 2.5)) == [1]
    register_fieldz(Box, ["a", "b"], ["c"], [])
    assert jax.tree_util.tree_leaves(Box(1, 2, "m")) == [1, 2]


def test_register_fieldz_takes_dataclasses_and_refuses_others():
    @dataclasses.dataclass
    class Box:
        a: Any
        b: Any = dataclasses.field(default=1, metadata={"static": True})

    register_fieldz(Box)
    assert jax.tree_util.tree_leaves(Box(3)) == [3]
    with pytest.raises(StructError, match="no fields"):
        register_fieldz(int)


def test_two_roles_for_one_field_are_refused():
    @attrs.define
    class Box:
        a: Any

    with pytest.raises(StructError, match="two roles"):
        register_fieldz(Box, None, ["a"])


@pytest.mark.parametrize("decorate", [attrs.define, dataclasses.dataclass])
def test_every_field_has_one_role_and_every_role_a_field(decorate):
    @decorate
    class Box:
        a: Any
        b: Any = 1

    with pytest.raises(StructError, match=r"Box have no role; got \['b'\]"):
        register_fieldz(Box, ["a"], [], [])
    with pytest.raises(StructError, match=r"Box has no such field; got \['c'\]; allowed: a, b"):
        register_fieldz(Box, ["a", "b", "c"], [], [])


# classes that are registered late, never, or by descent


def test_slots_make_a_new_class_and_that_one_is_registered():
    class Raw:
        x: Any

    Made = define(Raw)
    assert Made is not Raw and jax.tree_util.tree_leaves(Made(2)) == [2]


def test_pytree_none_is_a_leaf():
    @define(pytree="none")
    class Box:
        x: Any

    box = Box(1)
    assert jax.tree_util.tree_leaves(box) == [box]

    @define(pytree=False)
    class Child(Example):
        pass

    child = Child(1, 2)
    assert jax.tree_util.tree_leaves(child) == [child]


@define
class Base:
    x: Any


@pytest.mark.parametrize("slots", [True, False])
def test_an_undecorated_subclass_is_no_silent_leaf(slots):
    @define(slots=slots)
    class Parent:
        x: Any

    class Child(Parent):
        def double(self):
            return 2 * self.x

    child = jax.tree_util.tree_map(lambda v: v + 1, Child(1))
    assert type(child) is Child and child.double() == 4


def test_an_undecorated_subclass_with_more_annotations_warns_once_when_used():
    class Child(Base):
        y: int = 3

    with pytest.warns(SpecLabWarning, match="Child.*y.*define"):
        assert jax.tree_util.tree_leaves(Child(1)) == [1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert jax.tree_util.tree_leaves(Child(1)) == [1]
        assert jax.tree_util.tree_leaves_with_path(Child(1))[0][1] == 1


def test_a_decorated_subclass_does_not_warn_and_keeps_its_own_init_subclass():
    seen = []

    @define
    class Parent:
        x: Any

        def __init_subclass__(cls, **kwargs):
            seen.append(cls.__name__)
            super().__init_subclass__(**kwargs)

    @define
    class Child(Parent):
        y: Any = 3

    assert jax.tree_util.tree_leaves(Child(1)) == [1, 3]
    assert "Child" in seen


def test_classes_without_weak_references_are_registered_too():
    @define(weakref_slot=False)
    class Box:
        x: Any

    assert jax.tree_util.tree_map(lambda v: v + 1, Box(1)).x == 2
    assert io.from_state_dict(io.to_state_dict(Box(1))).x == 1
