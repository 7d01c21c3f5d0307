"""From objects to a state dict: one function per kind of value, chosen by a short list of questions.

Small values are JSON themselves; everything else is `{"__kind__": ...}`. Sets are written in a fixed order, so equal
objects give equal manifests. A Struct met a second time (one response in two units) is written as a pointer to the first,
so sharing survives and nothing is stored twice. What cannot be read back is refused here, with the path to it.
"""

import enum
import json
import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, cast

import equinox as eqx
import numpy as np

from spec_lab.tree.compare import is_array
from spec_lab.tree.errors import SerializationError
from spec_lab.tree.field import MISSING
from spec_lab.tree.io import arrays as array_rules
from spec_lab.tree.layout import Ref
from spec_lab.tree.references import class_ref, find_loaded, is_allowed, is_savable
from spec_lab.tree.registry import PyTreeTypeSpec, find_spec, spec_of
from spec_lab.tree.schema import has_schema

VERSION = 1


def to_state_dict(obj: Any) -> dict[str, Any]:
    """An object as plain data and numpy arrays, independent of the object from now on.

    Args:
        obj: A Struct, an instance of any registered class, or containers, arrays and plain values.

    Returns:
        `{"version": 1, "manifest": JSON data, "arrays": name → shape and dtype, "array_data": name → numpy array}`.

    Raises:
        SerializationError: Something in it cannot be saved; the message has its path.
    """
    return encode(obj, copy=True)


def encode(obj: Any, *, copy: bool) -> dict[str, Any]:
    """`to_state_dict`, optionally sharing the memory of numpy arrays (for writing at once)."""
    writer = _Writer(copy)
    try:
        manifest = writer.value(obj, type(obj).__name__)
    except RecursionError as error:
        raise SerializationError(f"{type(obj).__name__} is nested too deeply to be saved") from error
    table = {name: array_rules.describe(array) for name, array in writer.arrays.items()}
    return {"version": VERSION, "manifest": manifest, "arrays": table, "array_data": writer.arrays}


class _Writer:
    """One run of encoding: collects the arrays, and knows which objects it is inside of."""

    def __init__(self, copy: bool):
        self.arrays: dict[str, np.ndarray] = {}
        self._copy = copy
        self._inside: set[int] = set()
        self._structs: dict[int, tuple[Any, dict[str, Any]]] = {}  # holds them, so that no id is used again
        self._shared = 0

    def value(self, value: Any, where: str) -> Any:
        """The JSON form of one value."""
        plain = type(value)
        if value is None or plain in (bool, int, str):
            return value
        if plain is float:
            return value if math.isfinite(value) else {"__kind__": "float", "value": repr(value)}
        if is_array(value):
            return self._array("array", value, where)
        if isinstance(value, np.generic):
            return self._array("numpy-scalar", np.asarray(value), where)
        if id(value) in self._inside:
            raise SerializationError(f"{where} contains itself")
        self._inside.add(id(value))
        try:
            return self._compound(value, where)
        finally:
            self._inside.discard(id(value))

    def _array(self, kind: str, value: Any, where: str) -> dict[str, Any]:
        array, note = array_rules.to_numpy(value, where)
        name = f"arr_{len(self.arrays):06d}"
        self.arrays[name] = array.copy(order="K") if self._copy else array
        return {"__kind__": kind, "name": name, **array_rules.describe(array), **note}

    def _compound(self, value: Any, where: str) -> Any:
        if has_schema(type(value)):
            return self._struct(value, where)
        if isinstance(value, enum.Enum):
            return {"__kind__": "enum", "type": class_ref(type(value)), "name": value.name}
        if isinstance(value, complex):
            parts = [self.value(part, where) for part in (value.real, value.imag)]
            return {"__kind__": "complex", "real": parts[0], "imag": parts[1]}
        if isinstance(value, PurePath):
            return {"__kind__": "path", "value": str(value)}
        if isinstance(value, bool | int | float | str):  # a subclass; what it adds is lost
            return self.value(_base_value(value), where)
        spec = _adapter(type(value))
        return self._container(value, where) if spec is None else self._registered(spec, value, where)

    def _struct(self, value: Any, where: str) -> dict[str, Any]:
        if id(value) in self._structs:
            return self._same(self._structs[id(value)][1])
        saved = {
            name: self.value(getattr(value, name), f"{where}.{name}")
            for name, spec in value.fields().items()
            if spec.should_serialize
        }
        written = {"__kind__": "struct", "type": class_ref(type(value)), "fields": saved}
        self._structs[id(value)] = (value, written)
        return written

    def _same(self, first: dict[str, Any]) -> dict[str, Any]:
        """A pointer to a Struct written before, which is given a number now."""
        if "shared" not in first:
            first["shared"] = self._shared
            self._shared += 1
        return {"__kind__": "same", "shared": first["shared"]}

    def _registered(self, spec: PyTreeTypeSpec, value: Any, where: str) -> dict[str, Any]:
        _check_findable(type(value), spec, where)
        head = {"__kind__": "registered-pytree", "type": class_ref(spec.saved_as or type(value))}
        if spec.serializer is not None:
            payload = self.value(spec.serializer(value), f"{where} (serialized)")
            return head | {"mode": "serializer", "payload": payload}
        if spec.layout is not None:
            layout = spec.layout
            found = {n: getattr(value, n, MISSING) for n in layout.data + layout.meta + layout.auto}
            saved = {n: self.value(v, f"{where}.{n}") for n, v in found.items() if v is not MISSING}
            return head | {"mode": "fields", "fields": saved}
        children, aux = spec.flatten(value)
        items = [self.value(child, f"{where}[{i}]") for i, child in enumerate(children)]
        return head | {"mode": "flatten", "children": items, "aux": self.value(aux, f"{where} (aux)")}

    def _container(self, value: Any, where: str) -> Any:
        if isinstance(value, tuple | list):
            return self._sequence(value, where)
        if isinstance(value, set | frozenset):
            kind = "set" if isinstance(value, set) else "frozenset"
            items = [self.value(item, f"{where}{{{item!r}}}") for item in value]
            return {"__kind__": kind, "items": sorted(items, key=lambda item: json.dumps(item, sort_keys=True))}
        if isinstance(value, Mapping):
            items = [[self.value(k, f"{where} (key)"), self.value(v, f"{where}[{k!r}]")] for k, v in value.items()]
            return {"__kind__": "dict", "items": items}
        return _reference(value, where)

    def _sequence(self, value: Any, where: str) -> dict[str, Any]:
        items = [self.value(item, f"{where}[{i}]") for i, item in enumerate(value)]
        if isinstance(value, tuple) and hasattr(type(value), "_fields"):
            return {"__kind__": "namedtuple", "type": class_ref(type(value)), "items": items}
        return {"__kind__": "tuple" if isinstance(value, tuple) else "list", "items": items}


def _adapter(cls: type) -> PyTreeTypeSpec | None:
    if cls in (dict, list, tuple, set, frozenset):
        return None
    try:
        return spec_of(cls)
    except SerializationError:
        return None


def _check_findable(cls: type, spec: PyTreeTypeSpec, where: str) -> None:
    """A model of a class that has no lasting name would be lost with the program: say so before, not after."""
    if not issubclass(cls, eqx.Module) or spec.saved_as is not None:
        return
    if not isinstance(find_loaded(class_ref(cls)), type):
        raise SerializationError(
            f"{where}: {class_ref(cls)!r} names no class at the top level of a module, so no later program can find it",
            hint="Write it there, not as a lambda or inside a function, and under its own name.",
        )


def _base_value(value: Any) -> Any:
    base = next(base for base in (bool, int, float, str) if isinstance(value, base))
    return str.__str__(cast(str, value)) if base is str else base(value)


def _reference(value: Any, where: str) -> dict[str, Any]:
    """Classes, savable functions, and functions of declared packages, by their names; everything else is refused."""
    if isinstance(value, type):
        return _class(value, where)
    module, qualname = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if callable(value) and isinstance(module, str) and isinstance(qualname, str):
        return _function(value, module, qualname, where)
    hint = "Mark its field serialize=False, register an adapter, or convert it to a supported type."
    if isinstance(value, Ref | eqx.Module):
        hint = "Give the class that holds it a serializer."
    raise SerializationError(f"{where}: a value of type {type(value).__name__} cannot be saved", got=value, hint=hint)


def _class(value: type, where: str) -> dict[str, Any]:
    if find_spec(value) is None and not is_allowed(value.__module__):
        raise SerializationError(
            f"{where}: class {class_ref(value)!r} is neither registered nor of a package that files may name",
            hint="Name it by a string, or call spec_lab.tree.allow_package.",
        )
    return {"__kind__": "class", "type": class_ref(value)}


def _function(value: Any, module: str, qualname: str, where: str) -> dict[str, Any]:
    ref = f"{module}:{qualname}"
    if "<" in qualname:
        raise SerializationError(
            f"{where}: {ref!r} is a lambda or an inner function, which cannot be found again by its name",
            hint="Make it a module-level function.",
        )
    if not is_savable(value):
        if is_allowed(module):
            raise SerializationError(f"{where}: the name {ref!r} leads to another object than this function")
        raise SerializationError(
            f"{where}: function {ref!r} is not marked as savable, and belongs to no package that files may name",
            hint=f"Decorate it with spec_lab.tree.savable, or call spec_lab.tree.allow_package({module.split('.')[0]!r}).",
        )
    return {"__kind__": "function", "ref": ref}
