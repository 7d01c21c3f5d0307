"""One registry for Structs, attrs classes, equinox modules and adapters; what JAX sees is what files see."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import equinox as eqx
import jax
import numpy as np
import pytest

import spec_lab
from spec_lab.tree import (
    PyTreeTypeSpec,
    SerializationError,
    Struct,
    class_ref,
    dataclass,
    field,
    io,
    is_registered_pytree_type,
    register_attrs_type,
    register_class,
    register_pytree_type,
    resolve_class,
    resolve_pytree_spec,
)
from spec_lab.tree.attrs import define, frozen_static


class Plain:
    def __init__(self, data, tag="t"):
        self.data = data
        self.tag = tag


class Module(eqx.Module):
    w: Any
    kind: str = eqx.field(static=True)


class Saved(Struct):
    x: Any


@define
class Defined:
    x: Any


@frozen_static
class Options:
    n: int


class Convention:
    def __init__(self, x):
        self.x = x

    def tree_flatten(self):
        return (self.x,), "aux"

    @classmethod
    def tree_unflatten(cls, aux, children):
        return cls(*children)


def fresh(name="Fresh"):
    return type(name, (Plain,), {"__module__": __name__, "__qualname__": name})


# one registry


@pytest.mark.parametrize("cls", [Saved, Defined, Options, Module, Struct])
def test_every_family_is_in_the_one_registry(cls):
    assert is_registered_pytree_type(cls)
    spec = resolve_pytree_spec(class_ref(cls))
    assert isinstance(spec, PyTreeTypeSpec) and spec.cls is cls


@pytest.mark.parametrize("cls", [dict, int, Plain, NamedTuple("N", [("a", int)])])
def test_other_classes_are_not(cls):
    assert not is_registered_pytree_type(cls)


@pytest.mark.parametrize("instance", [Saved(np.ones(2)), Defined(np.ones(2)), Module(np.ones(2), "k"), Options(3)])
def test_specs_flatten_as_jax_does_and_take_it_back(instance):
    spec = resolve_pytree_spec(class_ref(type(instance)))
    children, aux = spec.flatten(instance)
    assert all(a is b for a, b in zip(children, jax.tree_util.tree_leaves(instance), strict=True))
    rebuilt = spec.unflatten(aux, children)
    assert type(rebuilt) is type(instance)
    assert io.to_python(rebuilt) == io.to_python(instance) or rebuilt.__class__ is not Options


def test_only_the_tree_floor_registers_with_jax():
    root = Path(spec_lab.__file__).resolve().parents[1]
    calls = re.compile(r"\bregister_(pytree|static|dataclass)\w*\s*\(|tree_util\s+import[^\n]*register")
    own = root / "spec_lab" / "tree"
    offenders = [
        f"{path.relative_to(root)}:{number}"
        for top in ("spec_lab", "widgets")
        for path in (root / top).rglob("*.py")
        if "node_modules" not in path.parts and own not in path.parents
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if calls.search(line) and "register_pytree_type" not in line and "register_class" not in line
    ]
    assert offenders == []
    inside = [path.name for path in own.rglob("*.py") if "jax.tree_util.register_" in path.read_text(encoding="utf-8")]
    assert sorted(set(inside) - {"fields.py"}) == ["registry.py"]


# adapters


def test_register_pytree_type_gives_leaves_and_returns_the_class():
    cls = fresh()
    made = register_pytree_type(
        cls, flatten=lambda o: ([o.data], o.tag), unflatten=lambda aux, children: cls(children[0], aux)
    )
    assert made is cls and is_registered_pytree_type(cls)
    assert jax.tree_util.tree_leaves(cls(3)) == [3]
    assert jax.tree_util.tree_map(lambda x: x + 1, cls(3, "u")).tag == "u"


def test_keys_of_an_adapter():
    cls = fresh()
    key = jax.tree_util.GetAttrKey("data")
    register_pytree_type(
        cls,
        flatten=lambda o: ([o.data], None),
        unflatten=lambda aux, c: cls(*c),
        flatten_with_keys=lambda o: ([(key, o.data)], None),
    )
    ((path, leaf),) = jax.tree_util.tree_leaves_with_path(cls(3))
    assert path == (key,) and leaf == 3
    bare = fresh()
    register_pytree_type(bare, flatten=lambda o: ([o.data], None), unflatten=lambda aux, c: bare(*c))
    assert [leaf for _, leaf in jax.tree_util.tree_leaves_with_path(bare(3))] == [3]


def test_invalid_callables_surface_as_type_errors_when_used():
    cls = fresh()
    register_pytree_type(cls, flatten=3, unflatten=lambda aux, c: cls(*c))
    with pytest.raises(TypeError):
        jax.tree_util.tree_leaves(cls(1))


def test_registering_again_changes_jax_and_files_alike():
    cls = fresh("Again")
    register_attrs_type(cls, node_fields=("data",), static_fields=("tag",))
    assert jax.tree_util.tree_leaves(cls(1, 2)) == [1]
    register_attrs_type(cls, node_fields=("data", "tag"))
    assert jax.tree_util.tree_leaves(cls(1, 2)) == [1, 2]
    assert list(resolve_pytree_spec(class_ref(cls)).flatten(cls(1, 2))[0]) == [1, 2]
    register_pytree_type(cls, flatten=lambda o: ((), None), unflatten=lambda aux, c: cls(0))
    assert jax.tree_util.tree_leaves(cls(1, 2)) == []


def test_a_class_registered_by_someone_else_is_refused_aloud():
    cls = fresh("Foreign")
    jax.tree_util.register_pytree_node(cls, lambda o: ((o.data,), None), lambda aux, c: cls(*c))
    with pytest.raises(SerializationError, match="someone else"):
        register_attrs_type(cls, node_fields=("data",))
    assert not is_registered_pytree_type(cls)


def test_register_attrs_type_rebuilds_by_constructor_then_class_then_assignment():
    seen = []
    by_constructor, by_class, by_assignment = fresh(), fresh(), fresh()
    register_attrs_type(
        by_constructor,
        node_fields=["data"],
        static_fields=["tag"],
        constructor=lambda v: seen.append(v) or by_constructor(**v),
    )
    register_attrs_type(by_class, node_fields=["data"], static_fields=["tag"])
    by_assignment.__init__ = lambda self: None
    register_attrs_type(by_assignment, node_fields=["data"], static_fields=["tag"])
    assert jax.tree_util.tree_map(lambda x: x + 1, by_constructor(1, "a")).data == 2
    assert dict(seen[0]) == {"data": 2, "tag": "a"}
    assert jax.tree_util.tree_map(lambda x: x + 1, by_class(1, "a")).tag == "a"
    bare = by_assignment()
    bare.data, bare.tag = 1, "a"
    assert vars(jax.tree_util.tree_map(lambda x: x + 1, bare)) == {"data": 2, "tag": "a"}


class Celsius:
    """Its own initialiser keeps a cache that is no field."""

    def __init__(self, degrees, name=""):
        self.degrees, self.name = degrees, name
        self.kelvin = degrees + 273.15


class Fahrenheit:
    """Made by a function only."""

    @classmethod
    def of(cls, values):
        made = cls()
        made.degrees, made.made_by = values["degrees"], "constructor"
        return made


register_attrs_type(Celsius, node_fields=("degrees",), static_fields=("name",))
register_attrs_type(Fahrenheit, node_fields=("degrees",), constructor=Fahrenheit.of)


def test_registered_objects_come_back_whole_from_a_file():
    from spec_lab.tree import io

    back = io.from_state_dict(io.to_state_dict([Celsius(20.0, "room"), Fahrenheit.of({"degrees": 68.0})]))
    assert back[0].kelvin == 293.15 and back[0].name == "room"
    assert back[1].degrees == 68.0 and back[1].made_by == "constructor"


# resolving


def test_a_class_once_resolved_stays_found(monkeypatch):
    import sys

    from spec_lab.tree import resolve_class

    found = resolve_class("decimal:Context")
    monkeypatch.delitem(sys.modules, "decimal")
    monkeypatch.setattr("importlib.import_module", lambda name: pytest.fail(f"imported {name} again"))
    assert resolve_class("decimal:Context") is found


def test_resolve_by_reference_and_by_convention():
    assert resolve_pytree_spec(f"{__name__}:Saved").cls is Saved
    spec = resolve_pytree_spec(f"{__name__}:Convention")
    assert is_registered_pytree_type(Convention)
    assert spec.flatten(Convention(3)) == ((3,), "aux")
    assert jax.tree_util.tree_leaves(Convention(3)) == [3]
    assert resolve_pytree_spec(f"{__name__}:Convention") is spec


def test_a_convention_that_jax_knows_already_is_taken_over():
    @jax.tree_util.register_pytree_node_class
    class Known(Convention):
        pass

    Known.__qualname__ = "Known"
    globals()["Known"] = Known
    assert resolve_pytree_spec(f"{__name__}:Known").flatten(Known(1)) == ((1,), "aux")


class Half:
    tree_unflatten = None

    def tree_flatten(self):
        return (), None


@pytest.mark.parametrize("ref", ["builtins:dict", f"{__name__}:Half", f"{__name__}:Plain"])
def test_no_spec_is_a_serialization_error(ref):
    with pytest.raises(SerializationError):
        resolve_pytree_spec(ref)


@pytest.mark.parametrize(
    "ref",
    ["", "nocolon", ":X", "m:", "no.such.module:X", f"{__name__}:Missing", f"{__name__}:fresh", "os:path", 3, None],
)
def test_resolve_class_errors(ref):
    with pytest.raises(SerializationError):
        resolve_class(ref)


def test_references():
    assert class_ref(Saved) == f"{__name__}:Saved"
    assert class_ref(dict) == "builtins:dict"
    assert resolve_class("collections:OrderedDict").__name__ == "OrderedDict"
    assert resolve_class(f"{__name__}:Saved") is Saved

    class Local(Struct):
        x: int

    assert "<locals>" in class_ref(Local)
    assert resolve_class(class_ref(Local)) is Local


def test_a_module_that_fails_to_import_is_a_serialization_error(tmp_path, monkeypatch):
    (tmp_path / "breaks_on_import.py").write_text("raise ZeroDivisionError('boom')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SerializationError, match="boom"):
        resolve_class("breaks_on_import:X")


def test_a_redefined_class_replaces_the_former():
    def make():
        class Notebook(Struct):
            x: int

        return Notebook

    first, second = make(), make()
    assert resolve_class(class_ref(first)) is second


# register_class


class Mixin:
    weight: float

    def heavy(self):
        return self.weight > 2


class Graph(Mixin):
    nodes: Any
    name: str = field(static=True, default="g")
    size: int = field(static=True, init=False, derived=lambda self: len(self.nodes))

    def __init__(self):
        raise AssertionError("discarded")

    def heavy(self):
        return super().heavy() or "light"


def test_register_class_makes_a_struct_with_the_raw_class_first():
    Made = register_class(type("Graph2", (Graph,), {"__module__": __name__, "__qualname__": "Graph2"}))
    assert Made.__mro__[1].__name__ == "Graph2" and Struct in Made.__mro__
    made = Made(weight=3.0, nodes=[1, 2])
    assert made.size == 2 and made.name == "g"
    assert made.heavy() is True and Made(1.0, []).heavy() == "light"
    assert jax.tree_util.tree_leaves(made) == [3.0, 1, 2]
    assert made.replace(nodes=[1]).size == 1


def test_register_class_as_decorator_and_alias():
    @register_class
    class A:
        x: int

    @register_class()
    class B:
        x: int = 2

    @dataclass
    class C:
        x: int = 3

    assert A(1).x == 1 and B().x == 2 and C().x == 3
    assert all(issubclass(cls, Struct) for cls in (A, B, C))


def test_register_class_of_a_struct_is_the_same_object():
    before = Saved.fields()
    assert register_class(Saved) is Saved and Saved.fields() is before


def test_name_changes_the_reference_too():
    @register_class(name="Renamed")
    class Original:
        x: int

    assert Original.__name__ == "Renamed" and Original.__qualname__.endswith("Renamed")
    assert class_ref(Original).endswith(".Renamed")
    assert resolve_class(class_ref(Original)) is Original
    again = Original.from_state_dict(Original(3).to_state_dict())
    assert again == Original(3)


def test_an_attrs_class_without_our_decorator_is_not_registered():
    @attrs.define
    class Bare:
        x: int

    assert not is_registered_pytree_type(Bare)
