"""The attrs door: roles of fields and classes, defaults, subclasses, hashing; the six documented checks and the traps."""

import functools
from typing import Any

import attrs
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import SpecLabWarning
from spec_lab.tree import ValidationError
from spec_lab.tree.attrs import (
    FieldType,
    PyTreeType,
    array,
    auto,
    define,
    field,
    frozen,
    frozen_static,
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


# kinds


@pytest.mark.parametrize(
    ("value", "role"),
    [
        (True, FieldType.META),
        (False, FieldType.DATA),
        (None, FieldType.DATA),
        ("auto", FieldType.AUTO),
        ("META", FieldType.META),
        ("Data", FieldType.DATA),
    ],
)
def test_field_type_coerces(value, role):
    assert FieldType(value) is role


@pytest.mark.parametrize(
    ("value", "role"),
    [
        (True, PyTreeType.DATA),
        (None, PyTreeType.DATA),
        (False, PyTreeType.NONE),
        ("STATIC", PyTreeType.STATIC),
        ("none", PyTreeType.NONE),
    ],
)
def test_pytree_type_coerces(value, role):
    assert PyTreeType(value) is role


@pytest.mark.parametrize("kind", [FieldType, PyTreeType])
@pytest.mark.parametrize("value", ["nonsense", 3, 1.5, [], object()])
def test_nonsense_is_a_value_error(kind, value):
    with pytest.raises(ValueError):
        kind(value)


def test_only_meta_is_true():
    assert [bool(role) for role in (FieldType.AUTO, FieldType.DATA, FieldType.META)] == [False, False, True]
    assert isinstance(FieldType.AUTO, str) and isinstance(PyTreeType.DATA, str)


# field makers


def test_static_goes_to_metadata_and_only_if_given():
    @define(pytree="none")
    class Box:
        a: Any = field()
        b: Any = field(static=True)
        c: Any = field(static=False, metadata={"unit": "keV"})
        d: Any = field(static=True, metadata={"static": False})
        e: Any = auto()
        f: Any = static(default=1)
        g: Any = array(default=2)

    found = attrs.fields_dict(Box)
    assert "static" not in found["a"].metadata and "static" not in found["g"].metadata
    assert found["b"].metadata["static"] is True
    assert dict(found["c"].metadata) == {"static": False, "unit": "keV"}
    assert found["d"].metadata["static"] is False  # explicit metadata wins
    assert found["e"].metadata["static"] is FieldType.AUTO
    assert found["f"].metadata["static"] is True


def test_attrs_options_pass_through():
    @define
    class Box:
        a: Any = field(converter=int, validator=attrs.validators.ge(0))
        b: Any = field(factory=list, kw_only=True)

    assert Box("3").a == 3 and Box(1).b == []
    with pytest.raises(ValueError):
        Box(-1)


# frozen


def test_roles_of_frozen():
    leaves, treedef = jax.tree_util.tree_flatten(Example(jnp.array([1, 2]), auto_value="meta"))
    assert len(leaves) == 1
    rebuilt = jax.tree_util.tree_unflatten(treedef, leaves)
    assert rebuilt.data.tolist() == [1, 2] and rebuilt.auto_value == "meta" and rebuilt.meta == "tag"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rebuilt.meta = "x"


def test_children_are_data_then_auto_with_attribute_paths():
    @define
    class Box:
        a: Any = auto()
        b: Any = field()
        c: Any = static()

    box = Box(jnp.ones(1), jnp.zeros(1), "c")
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(box)]
    assert paths == [".b", ".a"]


def test_decorators_bare_or_called():
    for decorate in (define, define(), frozen, frozen(), functools.partial(define, frozen=True)):

        @decorate
        class Box:
            x: Any

        assert jax.tree_util.tree_leaves(Box(3)) == [3]


def test_frozen_and_frozen_static_only_set_defaults():
    @frozen(frozen=False)
    class Open:
        x: Any

    @frozen_static(pytree="data")
    class Data:
        x: Any

    box = Open(1)
    box.x = 2
    assert jax.tree_util.tree_leaves(box) == [2] and jax.tree_util.tree_leaves(Data(1)) == [1]


def test_jit_and_grad():
    @define
    class Line:
        slope: Any
        name: str = static(default="n")

    assert float(jax.jit(lambda line: line.slope * 2)(Line(3.0))) == 6.0
    assert jax.grad(lambda line: line.slope**2)(Line(3.0)).slope == 6.0


def test_callbacks_are_generated_code_visible_to_tracebacks():
    import traceback

    @define
    class Box:
        x: Any

    broken = object.__new__(Box)
    with pytest.raises(AttributeError) as caught:
        jax.tree_util.tree_leaves(broken)
    lines = [frame.line for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert any(line and "x.x" in line for line in lines)


# unflattening only assigns


def test_unflatten_skips_converters_validators_and_init():
    @define
    class Checked:
        x: Any = field(converter=float, validator=attrs.validators.gt(0))

    treedef = jax.tree_util.tree_structure(Checked(1))
    for leaf in (object(), None, -3, "text"):
        assert jax.tree_util.tree_unflatten(treedef, [leaf]).x is leaf


def test_bypass_setattr():
    written = []

    class Watched:
        def __setattr__(self, name, value):
            written.append(name)
            object.__setattr__(self, name, value)

    @attrs.define(slots=False)
    class Box(Watched):
        x: Any

    for bypass, seen in ((None, []), (True, []), (False, ["x"])):
        register_fieldz(Box, bypass_setattr=bypass)
        made = Box(1)
        written.clear()
        jax.tree_util.tree_map(lambda v: v, made)
        assert written == seen


def test_cached_hashes_are_reset():
    @frozen(cache_hash=True, unsafe_hash=True)
    class Box:
        x: Any

    box = Box(1)
    assert hash(box) == hash(Box(1))
    assert hash(jax.tree_util.tree_map(lambda v: v + 1, box)) == hash(Box(2))


# static classes


def test_frozen_static_has_no_leaves_and_is_a_jit_constant():
    assert jax.tree_util.tree_leaves(Options("x")) == []
    traces = []

    @jax.jit
    def f(options, x):
        traces.append(options.name)
        return x * options.value

    assert float(f(Options("a", 3), 2.0)) == 6.0
    f(Options("a", 3), 4.0)
    assert traces == ["a"]
    f(Options("b", 3), 4.0)
    assert traces == ["a", "b"]
    assert jax.tree_util.tree_map(lambda v: v, Options("x")) == Options("x")


def test_static_and_not_frozen_warns():
    with pytest.warns(SpecLabWarning, match="static class") as caught:

        @define(pytree="static")
        class Config:
            name: str

    assert issubclass(SpecLabWarning, UserWarning)
    assert caught[0].filename == __file__
    assert jax.tree_util.tree_leaves(Config("x")) == []


@pytest.mark.parametrize("value", [[1], {}, np.zeros(2), (1, [2]), jnp.zeros(2), (np.zeros(1),)])
def test_frozen_static_refuses_unhashable_values_when_made_and_names_the_field(value):
    with pytest.raises(ValidationError, match=r"Options\.value"):
        Options("x", value)


def test_fields_outside_the_hash_may_hold_anything():
    @frozen_static
    class Box:
        x: int
        y: Any = field(eq=False, default=None)

    assert hash(Box(1, [1])) == hash(Box(1, [2]))

    @frozen_static(eq=False)
    class ByIdentity:
        x: Any

    assert jax.tree_util.tree_leaves(ByIdentity([1])) == []


def test_the_check_keeps_signature_and_subclasses():
    import inspect

    assert list(inspect.signature(Options).parameters) == ["name", "value"]

    @frozen_static
    class More(Options):
        extra: int = 0

    assert More("a", 1, 2).extra == 2 and jax.tree_util.tree_leaves(More("a")) == []
    with pytest.raises(ValidationError, match="extra"):
        More("a", 1, [])
