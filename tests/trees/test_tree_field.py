"""Declaring fields: options, their contradictions, and what a spec says of itself."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

from spec_lab.tree import MISSING, FieldKind, FieldSpec, Struct, ValidationError, field


def test_kind_follows_static_and_pytree():
    assert field().kind is FieldKind.NODE
    assert field(static=True).kind is FieldKind.STATIC
    assert field(pytree=False).kind is FieldKind.OPAQUE


@pytest.mark.parametrize(
    "options",
    [
        {"default": 1, "default_factory": int},
        {"static": True, "pytree": False},
        {"derived": lambda: 1, "static": True},
        {"derived": lambda: 1, "static": True, "init": False, "default": 1},
        {"derived": lambda: 1, "static": True, "init": False, "default_factory": int},
        {"derived": lambda: 1, "init": False},
        {"derived": lambda: 1, "static": True, "init": False, "serialize": True},
        {"default": []},
    ],
)
def test_contradictions_are_value_errors(options):
    with pytest.raises(ValueError):
        field(**options)


def test_a_default_of_none_counts_as_a_default():
    assert field(default=None).has_default
    assert not field().has_default
    assert field(default_factory=list).has_default


def test_make_default_returns_the_default_or_calls_the_factory():
    assert FieldSpec("x", default=3).make_default() == 3
    made = FieldSpec("x", factory=list)
    assert made.make_default() == [] and made.make_default() is not made.make_default()
    with pytest.raises(TypeError, match="x"):
        FieldSpec("x").make_default()


def test_numpy_defaults_are_not_shared():
    class Box(Struct):
        x: np.ndarray = np.zeros(2)

    one, two = Box(), Box()
    one.x[0] = 5
    assert two.x[0] == 0 and Box().x[0] == 0


@pytest.mark.parametrize(
    ("options", "saved"),
    [
        ({}, True),
        ({"static": True}, True),
        ({"pytree": False}, False),
        ({"pytree": False, "serialize": True}, True),
        ({"serialize": False}, False),
        ({"derived": lambda: 1, "static": True, "init": False}, False),
        ({"derived": lambda: 1, "static": True, "init": False, "serialize": False}, False),
    ],
)
def test_should_serialize_derived_never_explicit_wins_opaque_no(options, saved):
    assert field(**options).should_serialize is saved


def test_is_derived():
    assert field(derived=lambda: 1, pytree=False, init=False).is_derived
    assert not field().is_derived


def test_validators_become_a_tuple():
    def a(v): ...
    def b(v): ...

    assert field().validators == ()
    assert field(validator=a).validators == (a,)
    assert field(validator=[a, b]).validators == (a, b)


def test_metadata_is_immutable_and_detached():
    given = {"unit": "keV"}
    for spec in (field(metadata=given), FieldSpec("x", metadata=given)):
        given["unit"] = "erg"
        assert spec.metadata["unit"] == "keV"
        with pytest.raises(TypeError):
            spec.metadata["unit"] = "Hz"
        given["unit"] = "keV"
    assert dict(field().metadata) == {}


def test_spec_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FieldSpec("x").name = "y"


def test_spec_may_be_built_directly_and_used_in_a_class():
    class Box(Struct):
        x: int = FieldSpec("ignored", default=4, kind=FieldKind.STATIC, doc="a number")

    assert Box().x == 4
    assert Box.fields()["x"].name == "x"
    assert Box.fields()["x"].doc == "a number"
    assert Box.static_fields() == ("x",)


def test_specs_copy_and_pickle():
    spec = FieldSpec("x", default=1, metadata={"a": 2})
    for twin in (copy.deepcopy(spec), pickle.loads(pickle.dumps(spec))):
        assert twin == spec and twin.metadata["a"] == 2
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING
    assert copy.deepcopy(MISSING) is MISSING


@pytest.mark.parametrize("default", [[], {}, set(), bytearray()])
def test_a_plain_mutable_default_is_refused_at_class_creation(default):
    with pytest.raises(ValidationError, match="default_factory") as caught:
        type(Struct)("Box", (Struct,), {"__annotations__": {"x": object}, "x": default, "__module__": __name__})
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "name",
    [
        "fields",
        "node_fields",
        "static_fields",
        "opaque_fields",
        "derived_fields",
        "replace",
        "rederive",
        "to_dict",
        "tree_size",
        "to_state_dict",
        "from_state_dict",
        "export",
        "load",
        "_init_fields",
        "__hash__",
        "_sl_d",
    ],
)
def test_a_field_may_not_hide_the_api(name):
    with pytest.raises(ValidationError, match=name):
        type(Struct)("Box", (Struct,), {"__annotations__": {name: int}, "__module__": __name__})


def test_a_field_without_annotation_is_refused():
    with pytest.raises(ValidationError, match="annotation"):

        class Box(Struct):
            x = field()


def test_required_after_default_is_refused_at_class_creation():
    with pytest.raises(ValidationError, match="'y' follows 'x'"):

        class Box(Struct):
            x: int = 1
            y: int


def test_required_after_default_is_fine_for_keyword_only_and_non_init():
    class Box(Struct):
        x: int = 1
        y: int = field(kw_only=True)
        z: int = field(init=False, default=3)

    assert Box(y=2).y == 2


def test_required_after_an_inherited_default_is_refused():
    class Base(Struct):
        x: int = 1

    with pytest.raises(ValidationError):

        class Box(Base):
            y: int
