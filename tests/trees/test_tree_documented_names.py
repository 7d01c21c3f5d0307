"""Every documented name, imported from its door under its exact spelling."""

import enum
import importlib
import inspect

import pytest

from spec_lab._base import SpecLabError

STRUCT_DOOR = [
    "Struct",
    "StructMeta",
    "StructABCMeta",
    "field",
    "FieldKind",
    "FieldSpec",
    "register_class",
    "dataclass",
    "fields",
    "node_fields",
    "static_fields",
    "opaque_fields",
    "derived_fields",
    "class_ref",
    "resolve_class",
    "PyTreeTypeSpec",
    "register_pytree_type",
    "register_attrs_type",
    "is_registered_pytree_type",
    "resolve_pytree_spec",
    "io",
    "attrs",
    "allow_package",
    "StructError",
    "FrozenStructError",
    "ValidationError",
    "SerializationError",
    "MISSING",
    "Layout",
]
ATTRS_DOOR = [
    "FieldType",
    "PyTreeType",
    "define",
    "frozen",
    "frozen_static",
    "field",
    "auto",
    "static",
    "array",
    "register_fieldz",
    "is_data",
]
IO_DOOR = ["to_state_dict", "from_state_dict", "export", "load", "to_python"]
STRUCT_METHODS = [
    "fields",
    "node_fields",
    "static_fields",
    "opaque_fields",
    "derived_fields",
    "replace",
    "to_state_dict",
    "from_state_dict",
    "export",
    "load",
    "rederive",
    "to_dict",
    "tree_size",
    "_init_fields",
    "__iter__",
    "__match_args__",
]


@pytest.mark.parametrize(
    ("door", "name"),
    [("spec_lab.tree", name) for name in STRUCT_DOOR]
    + [("spec_lab.tree.attrs", name) for name in ATTRS_DOOR]
    + [("spec_lab.tree.io", name) for name in IO_DOOR],
)
def test_name_is_behind_its_door(door, name):
    assert getattr(importlib.import_module(door), name) is not None


@pytest.mark.parametrize("name", STRUCT_METHODS)
def test_struct_has(name):
    from spec_lab.tree import Struct

    assert getattr(Struct, name) is not None


def test_field_takes_the_documented_options_with_the_documented_defaults():
    from spec_lab.tree import MISSING, field

    found = {name: p.default for name, p in inspect.signature(field).parameters.items()}
    assert found == {
        "static": False, "pytree": True, "default": MISSING, "default_factory": MISSING, "init": True, "repr": True,
        "compare": True, "serialize": None, "kw_only": False, "doc": None, "metadata": None, "converter": None,
        "validator": None, "derived": None,
    }  # fmt: skip
    assert all(p.kind is p.KEYWORD_ONLY for p in inspect.signature(field).parameters.values())


def test_field_spec_takes_the_documented_names_in_order():
    from spec_lab.tree import FieldSpec

    names = "name default kind factory init repr compare serialize kw_only doc metadata converter validators derived"
    assert list(inspect.signature(FieldSpec).parameters) == names.split()


def test_pytree_type_spec_takes_the_documented_names_in_order():
    from spec_lab.tree import PyTreeTypeSpec

    names = list(inspect.signature(PyTreeTypeSpec).parameters)
    assert names[:6] == ["cls", "flatten", "unflatten", "flatten_with_keys", "serializer", "deserializer"]


def test_register_fieldz_takes_the_documented_names():
    from spec_lab.tree.attrs import is_data, register_fieldz

    found = inspect.signature(register_fieldz).parameters
    assert list(found) == ["cls", "data_fields", "meta_fields", "auto_fields", "filter_spec", "bypass_setattr"]
    assert found["filter_spec"].default is is_data
    assert found["bypass_setattr"].default is None


def test_field_kind_is_a_str_enum_of_three():
    from spec_lab.tree import FieldKind

    assert issubclass(FieldKind, str) and issubclass(FieldKind, enum.Enum)
    assert [kind.name for kind in FieldKind] == ["NODE", "STATIC", "OPAQUE"]
    assert FieldKind("static") is FieldKind.STATIC


def test_errors_are_also_the_builtin_ones_python_code_expects():
    from spec_lab.tree import FrozenStructError, SerializationError, StructError, ValidationError

    assert issubclass(StructError, SpecLabError)
    assert issubclass(FrozenStructError, StructError) and issubclass(FrozenStructError, AttributeError)
    assert issubclass(ValidationError, StructError) and issubclass(ValidationError, TypeError)
    assert issubclass(SerializationError, StructError)


def test_dataclass_is_register_class():
    from spec_lab.tree import dataclass, register_class

    assert dataclass is register_class
