"""Damaged state dicts, wrong classes, imports and new sessions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tree_samples import (
    Adapted,
    Box,
    Flattened,
    Group,
    Line,
    Needy,
    Serialized,
    Spectrum,
    round_trip,
)

import spec_lab.tree.references
from spec_lab.tree import SerializationError, Struct, ValidationError, allow_package
from spec_lab.tree.io import from_state_dict, to_python, to_state_dict

# damaged state dicts


def state():
    return Spectrum(np.arange(3.0), kept=[1, {"k": Box(jnp.ones(2, "float32"))}]).to_state_dict()


@pytest.mark.parametrize("version", [0, 2, 99, -1, True, 1.0, "1", None])
def test_versions_other_than_int_one(version):
    with pytest.raises(SerializationError, match="version"):
        from_state_dict(state() | {"version": version})


@pytest.mark.parametrize("part", ["version", "manifest", "arrays", "array_data"])
def test_missing_parts(part):
    damaged = state()
    del damaged[part]
    with pytest.raises(SerializationError, match=part):
        from_state_dict(damaged)


@pytest.mark.parametrize("payload", [None, 3, [], "text"])
def test_payloads_that_are_no_mappings(payload):
    with pytest.raises(SerializationError):
        from_state_dict(payload)


@pytest.mark.parametrize("part", ["arrays", "array_data"])
@pytest.mark.parametrize("value", [None, [], 3])
def test_parts_that_are_no_mappings(part, value):
    with pytest.raises(SerializationError):
        from_state_dict(state() | {part: value})


@pytest.mark.parametrize("name", ["arr_000000", "arr_000001"])
@pytest.mark.parametrize("change", [lambda a: a[:1], lambda a: a.astype("int16"), lambda a: a.reshape(1, -1)])
def test_arrays_that_disagree_with_the_table(name, change):
    damaged = state()
    damaged["array_data"] = dict(damaged["array_data"])
    damaged["array_data"][name] = change(damaged["array_data"][name])
    with pytest.raises(SerializationError, match=name):
        from_state_dict(damaged)


@pytest.mark.parametrize("change", [{"shape": [4]}, {"dtype": "int8"}, {"shape": None}, {"shape": []}])
def test_arrays_that_disagree_with_the_manifest(change):
    damaged = state()
    damaged["manifest"]["fields"]["counts"] |= change
    with pytest.raises(SerializationError, match="counts"):
        from_state_dict(damaged)


def test_missing_arrays():
    damaged = state()
    del damaged["array_data"]["arr_000000"]
    with pytest.raises(SerializationError, match="arr_000000"):
        from_state_dict(damaged)
    damaged = state()
    del damaged["arrays"]["arr_000000"]
    with pytest.raises(SerializationError, match="counts"):
        from_state_dict(damaged)


KINDS = [
    "float", "complex", "path", "array", "numpy-scalar", "tuple", "list", "set", "frozenset",
    "namedtuple", "dict", "enum", "class", "function", "struct", "registered-pytree",
]  # fmt: skip


@pytest.mark.parametrize("kind", [*KINDS, "unknown", None, 3, [1]])
def test_empty_and_unknown_kinds(kind):
    damaged = state()
    damaged["manifest"]["fields"]["kept"] = {"__kind__": kind}
    with pytest.raises(SerializationError, match="kept"):
        from_state_dict(damaged)


@pytest.mark.parametrize(
    "payload",
    [
        [1, 2],
        b"x",
        {"no": "kind"},
        {"__kind__": "float", "value": "abc"},
        {"__kind__": "dict", "items": [[1]]},
        {"__kind__": "dict", "items": [[{"__kind__": "list", "items": []}, 1]]},
        {"__kind__": "set", "items": [{"__kind__": "list", "items": []}]},
        {"__kind__": "complex", "real": "a", "imag": 0},
        {"__kind__": "enum", "type": "tree_samples:Reason", "name": "NOPE"},
        {"__kind__": "enum", "type": "tree_samples:Box", "name": "x"},
        {"__kind__": "namedtuple", "type": "tree_samples:Point", "items": [1]},
        {"__kind__": "namedtuple", "type": "tree_samples:Box", "items": [1]},
        {"__kind__": "struct", "type": "tree_samples:Line", "fields": {}},
        {"__kind__": "struct", "type": "nowhere", "fields": {}},
        {"__kind__": "registered-pytree", "type": "tree_samples:Flattened", "mode": "fields", "fields": {}},
        {"__kind__": "registered-pytree", "type": "tree_samples:Adapted", "mode": "serializer", "payload": 1},
        {
            "__kind__": "registered-pytree",
            "type": "tree_samples:Flattened",
            "mode": "flatten",
            "children": [],
            "aux": 1,
        },
        {"__kind__": "registered-pytree", "type": "tree_samples:Flattened", "mode": "other"},
        {"__kind__": "registered-pytree", "type": "builtins:dict", "mode": "flatten", "children": [], "aux": None},
        {"__kind__": "function", "ref": "os:system"},
        {"__kind__": "function", "ref": "spec_lab.tree.io:missing"},
        {"__kind__": "function", "ref": "spec_lab.tree:MISSING"},
        {"__kind__": "class", "type": "os:PathLike"},
        {"__kind__": "class", "type": "builtins:eval"},
    ],
    ids=str,
)
def test_tampered_values_say_where(payload):
    damaged = state()
    damaged["manifest"]["fields"]["kept"] = payload
    with pytest.raises(SerializationError):
        from_state_dict(damaged)


def test_unknown_missing_and_refused_fields():
    damaged = state()
    damaged["manifest"]["fields"]["surprise"] = 1
    with pytest.raises(SerializationError, match="surprise"):
        from_state_dict(damaged)
    damaged = state()
    del damaged["manifest"]["fields"]["counts"]
    with pytest.raises(SerializationError, match="counts"):
        from_state_dict(damaged)
    damaged = state()
    damaged["manifest"]["fields"]["exposure"] = -1.0
    with pytest.raises(SerializationError, match="exposure") as caught:
        from_state_dict(damaged)
    assert isinstance(caught.value, ValidationError)


def test_a_field_newer_than_the_file_takes_its_default():
    older = state()
    del older["manifest"]["fields"]["exposure"]
    assert from_state_dict(older).exposure == 1.0
    older = to_state_dict(Line(1))
    del older["manifest"]["fields"]["kind"]
    assert from_state_dict(older).kind == "line"
    older = to_state_dict(Group(1))
    del older["manifest"]["fields"]["role"]
    assert from_state_dict(older).role == "role"
    del older["manifest"]["fields"]["values"]
    with pytest.raises(SerializationError, match="values"):
        from_state_dict(older)


def test_an_unsaved_field_without_default_is_named():
    with pytest.raises(SerializationError, match="token"):
        round_trip(Needy(1, token=object()))


def test_prng_keys_of_unknown_kind():
    damaged = to_state_dict(Box(jax.random.key(1)))
    damaged["manifest"]["fields"]["value"]["impl"] = "nonsense"
    with pytest.raises(SerializationError, match="nonsense"):
        from_state_dict(damaged)
    damaged["manifest"]["fields"]["value"]["home"] = "moon"
    with pytest.raises(SerializationError, match="moon"):
        from_state_dict(damaged)


def test_a_double_precision_jax_array_does_not_shrink_silently():
    saved = to_state_dict(Box(np.ones(2)))
    saved["manifest"]["fields"]["value"]["home"] = "jax"
    if jax.config.jax_enable_x64:
        assert from_state_dict(saved).value.dtype == np.float64
    else:
        with pytest.raises(SerializationError, match="precision"):
            from_state_dict(saved)


# expected classes


def test_expected_classes():
    saved = Spectrum(1.0).to_state_dict()
    assert isinstance(from_state_dict(saved, expected_cls=Struct), Spectrum)
    for expected in (Box, Line, dict):
        with pytest.raises(SerializationError, match=expected.__name__):
            from_state_dict(saved, expected_cls=expected)
    with pytest.raises(SerializationError, match="Box"):
        Box.from_state_dict(saved)
    assert isinstance(Struct.from_state_dict(saved), Spectrum)
    with pytest.raises(SerializationError):
        from_state_dict(to_state_dict([1]), expected_cls=Box)
    assert from_state_dict(to_state_dict([1]), expected_cls=list) == [1]


# imports


def test_a_manifest_imports_nothing_undeclared(tmp_path, monkeypatch, packages):
    import sys

    (tmp_path / "booby_trap.py").write_text("from spec_lab.tree import Struct\nclass Box(Struct):\n    value: int\n")
    monkeypatch.syspath_prepend(tmp_path)
    trapped = to_state_dict(Box(1))
    for kind, key in (("struct", "type"), ("registered-pytree", "type"), ("class", "type"), ("function", "ref")):
        trapped["manifest"] = {"__kind__": kind, key: "booby_trap:Box", "fields": {"value": 1}, "mode": "fields"}
        with pytest.raises(SerializationError, match="booby_trap"):
            from_state_dict(trapped)
    assert "booby_trap" not in sys.modules
    trapped["manifest"] = {"__kind__": "struct", "type": "booby_trap:Box", "fields": {"value": 1}}
    allow_package("booby_trap")
    assert from_state_dict(trapped).value == 1
    monkeypatch.delitem(sys.modules, "booby_trap")


def test_resolving_a_class_elsewhere_does_not_open_files_to_it():
    from spec_lab.tree import resolve_class

    resolve_class("fractions:Fraction")
    damaged = state()
    damaged["manifest"]["fields"]["kept"] = {"__kind__": "class", "type": "fractions:Fraction"}
    with pytest.raises(SerializationError, match="fractions"):
        from_state_dict(damaged)


# views


def test_to_python():
    view = to_python(Spectrum(jnp.ones(2, "float32"), kept=np.float32(2), handle={1}))
    assert type(view) is dict and type(view["counts"]) is np.ndarray
    assert type(view["kept"]) is float and view["handle"] == {1}
    assert "handle" not in to_python(Spectrum(1), include_opaque=False)
    assert to_python([Box((1,)), {"a": Line(2)}]) == [{"value": (1,)}, {"a": {"slope": 2, "kind": "line"}}]
    assert to_python(Serialized(1, "t")) == {"payload": [1, "t"]}
    assert to_python(Flattened([1], "t")) == {
        "__kind__": "registered-pytree-view",
        "type": "tree_samples:Flattened",
        "children": [[1]],
        "aux": "t",
    }
    assert to_python(jax.random.key(0)).dtype == np.uint32
    from pathlib import Path

    assert to_python((Path("a"), frozenset({1}), np.int64(3), "s", None)) == ("a", frozenset({1}), 3, "s", None)
    assert to_python(np.bool_(True)) is True


# a new session


def forget(monkeypatch, cls):
    """As if no registration of the class had been seen in this program yet."""
    from spec_lab.tree import class_ref, registry

    monkeypatch.delitem(registry._specs, cls, raising=False)
    monkeypatch.delitem(spec_lab.tree.references._seen, class_ref(cls), raising=False)


def test_a_module_class_defined_again_but_not_used_yet_is_found(monkeypatch):
    saved = to_state_dict(Line(2))
    forget(monkeypatch, Line)
    assert from_state_dict(saved).slope == 2


def test_a_class_that_was_never_registered_is_not_found_by_its_module(monkeypatch):
    damaged = to_state_dict(Adapted(1))
    damaged["manifest"]["type"] = "tree_samples:Path"
    with pytest.raises(SerializationError, match="tree_samples"):
        from_state_dict(damaged)
