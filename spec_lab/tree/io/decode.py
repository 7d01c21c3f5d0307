"""From a state dict back to objects: one function per kind, in one table; nothing is built from a damaged part.

A Struct goes through converters, derivation and validators, but not through `__post_init__`; other classes are
assigned to, as in unflattening. Names of classes and functions are resolved by `registry.resolve_saved_class` and
`references.resolve_saved_function` only: see there what a file may name.
"""

import dataclasses
import enum
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from spec_lab.tree.errors import SerializationError, ValidationError
from spec_lab.tree.field import MISSING
from spec_lab.tree.io import arrays as array_rules
from spec_lab.tree.io.encode import VERSION
from spec_lab.tree.layout import Layout
from spec_lab.tree.references import allowing, resolve_saved_function
from spec_lab.tree.registry import PyTreeTypeSpec, check_loaded, resolve_saved_class, spec_of
from spec_lab.tree.schema import has_schema

_FACTORY: Any = attrs.Factory


class RefusedOnLoad(SerializationError, ValidationError):
    """The saved values are readable, but their class refuses them."""


def from_state_dict(
    payload: Mapping[str, Any], *, expected_cls: type | None = None, allow: str | tuple[str, ...] = ()
) -> Any:
    """The object that a state dict describes; the state dict stays usable and shares no memory with it.

    Args:
        payload: What `to_state_dict` returned.
        expected_cls: Refuse anything that is not an instance of this class.
        allow: Packages of yours, beside those of `allow_package`, that it may name.

    Raises:
        SerializationError: The version is not 1, something is missing, disagrees or is unknown, a named class may not
            or cannot be resolved, or the object is not of the expected class.
    """
    with allowing(allow):
        return decode(payload, expected_cls=expected_cls, copy=True)


def decode(payload: Any, *, expected_cls: type | None, copy: bool) -> Any:
    """`from_state_dict`, optionally taking the arrays over (for reading files)."""
    check_head(payload)
    data = payload.get("array_data")
    if not isinstance(data, Mapping):
        raise SerializationError("state dict has no mapping 'array_data'", got=type(data).__name__)
    table = payload["arrays"]
    reader = _Reader({name: _array(name, data, table, copy) for name in table}, payload["manifest"])
    where = _title(payload["manifest"])
    try:
        _check_class(payload["manifest"], expected_cls, where)
        value = reader.value(payload["manifest"], where)
    except RecursionError as error:
        raise SerializationError(f"{where} is nested too deeply to be read") from error
    if expected_cls is not None and not isinstance(value, expected_cls):
        raise _unexpected(expected_cls, type(value).__name__)
    return value


def check_head(payload: Any) -> None:
    """Refuse what is not a state dict of this version.

    Raises:
        SerializationError: Saying which part.
    """
    if not isinstance(payload, Mapping):
        raise SerializationError("a state dict must be a mapping", got=type(payload).__name__)
    version = payload.get("version")
    if type(version) is not int or version != VERSION:
        raise SerializationError(
            "state dict has an unsupported version",
            got=version,
            allowed=str(VERSION),
            hint="A newer spec_lab wrote it: update this one."
            if isinstance(version, int) and version > VERSION
            else None,
        )
    if "manifest" not in payload or not isinstance(payload.get("arrays"), Mapping):
        raise SerializationError("state dict lacks 'manifest' or a mapping 'arrays'", got=sorted(map(str, payload)))


def _array(name: str, data: Mapping[str, Any], table: Mapping[str, Any], copy: bool) -> np.ndarray:
    if name not in data:
        raise SerializationError(f"array {name!r} is missing from 'array_data'")
    array = np.array(data[name], copy=True) if copy else np.asarray(data[name])
    array_rules.check(array, table[name], f"array {name!r}")
    return array


def _title(manifest: Any) -> str:
    ref = manifest.get("type") if isinstance(manifest, dict) else None
    return ref.rpartition(":")[2].rpartition(".")[2] if isinstance(ref, str) else "manifest"


def _check_class(manifest: Any, expected_cls: type | None, where: str) -> None:
    if expected_cls is not None and isinstance(manifest, dict) and manifest.get("__kind__") == "struct":
        found = resolve_saved_class(_part(manifest, "type", str, where))
        if not issubclass(found, expected_cls):
            raise _unexpected(expected_cls, found.__name__)


def _unexpected(expected: type, found: str) -> SerializationError:
    return SerializationError(
        f"saved object is a {found}", allowed=expected.__name__, hint="Load it with its own class."
    )


def _part(payload: dict[str, Any], key: str, kind: type, where: str) -> Any:
    part = payload.get(key, MISSING)
    if not isinstance(part, kind):
        raise SerializationError(f"{where}: {payload.get('__kind__')!r} lacks a {kind.__name__} {key!r}", got=part)
    return part


def _shared_parts(manifest: Any) -> dict[int, dict[str, Any]]:
    """Number to saved form of the Structs that are pointed to from elsewhere."""
    found: dict[int, dict[str, Any]] = {}
    todo = [manifest]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo += part
        elif isinstance(part, dict):
            todo += part.values()
            number = part.get("shared")
            if part.get("__kind__") == "struct" and isinstance(number, int):
                found[number] = part
    return found


class _Reader:
    """One run of decoding, over checked arrays."""

    def __init__(self, arrays: Mapping[str, np.ndarray], manifest: Any):
        self._arrays = arrays
        self._shared = _shared_parts(manifest)
        self._made: dict[int, Any] = {}
        self._kinds: dict[str, Callable[[dict[str, Any], str], Any]] = {
            "float": lambda payload, where: float(_part(payload, "value", str, where)),
            "complex": self._complex,
            "path": lambda payload, where: Path(_part(payload, "value", str, where)),
            "array": self._array,
            "numpy-scalar": lambda payload, where: self._array(payload, where)[()],
            "tuple": lambda payload, where: tuple(self._items(payload, where)),
            "list": self._items,
            "set": lambda payload, where: set(self._items(payload, where)),
            "frozenset": lambda payload, where: frozenset(self._items(payload, where)),
            "namedtuple": self._namedtuple,
            "dict": self._dict,
            "enum": self._enum,
            "class": lambda payload, where: resolve_saved_class(_part(payload, "type", str, where)),
            "function": lambda payload, where: resolve_saved_function(_part(payload, "ref", str, where)),
            "struct": self._struct,
            "same": self._same,
            "registered-pytree": self._registered,
        }

    def value(self, payload: Any, where: str) -> Any:
        """The object behind one JSON form."""
        if payload is None or isinstance(payload, bool | int | float | str):
            return payload
        if not isinstance(payload, dict):
            raise SerializationError(f"{where}: malformed value", got=type(payload).__name__)
        kind = payload.get("__kind__")
        read = self._kinds.get(kind) if isinstance(kind, str) else None
        if read is None:
            raise SerializationError(f"{where}: unknown kind of value", got=kind, allowed=", ".join(self._kinds))
        try:
            return read(payload, where)
        except SerializationError:
            raise
        except RecursionError:
            raise
        except Exception as error:  # whatever a damaged part or a class's own hooks raise, say where it happened
            refused = RefusedOnLoad if isinstance(error, ValidationError) else SerializationError
            raise refused(f"{where}: cannot be rebuilt: {type(error).__name__}: {error}") from error

    def _items(self, payload: dict[str, Any], where: str) -> list[Any]:
        return [self.value(item, f"{where}[{i}]") for i, item in enumerate(_part(payload, "items", list, where))]

    def _complex(self, payload: dict[str, Any], where: str) -> complex:
        return complex(*(self.value(payload.get(part), where) for part in ("real", "imag")))

    def _array(self, payload: dict[str, Any], where: str) -> Any:
        name = _part(payload, "name", str, where)
        if name not in self._arrays:
            raise SerializationError(f"{where}: array {name!r} is not in the table of arrays")
        array_rules.check(self._arrays[name], payload, f"{where} (array {name!r})")
        return array_rules.from_numpy(self._arrays[name], payload, where)

    def _dict(self, payload: dict[str, Any], where: str) -> dict[Any, Any]:
        pairs = _part(payload, "items", list, where)
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise SerializationError(f"{where}: a dict is not a list of pairs")
        return {self.value(k, f"{where} (key)"): self.value(v, f"{where}[{_short(k)}]") for k, v in pairs}

    def _namedtuple(self, payload: dict[str, Any], where: str) -> Any:
        cls: Any = resolve_saved_class(_part(payload, "type", str, where))
        items = self._items(payload, where)
        if not (issubclass(cls, tuple) and len(getattr(cls, "_fields", ())) == len(items)):
            raise SerializationError(f"{where}: {cls.__qualname__} is no named tuple of {len(items)} items")
        return tuple.__new__(cls, items)

    def _enum(self, payload: dict[str, Any], where: str) -> Any:
        cls: Any = resolve_saved_class(_part(payload, "type", str, where))
        name = _part(payload, "name", str, where)
        if not issubclass(cls, enum.Enum) or name not in cls.__members__:
            raise SerializationError(f"{where}: {cls.__qualname__} has no member {name!r}")
        return cls[name]

    def _same(self, payload: dict[str, Any], where: str) -> Any:
        number = _part(payload, "shared", int, where)
        if number not in self._shared:
            raise SerializationError(f"{where}: points to a shared part that is not there", got=number)
        return self._struct(self._shared[number], where)

    def _struct(self, payload: dict[str, Any], where: str) -> Any:
        number = payload.get("shared")
        if not isinstance(number, int):
            return self._built(payload, where)
        if number not in self._made:
            self._made[number] = self._built(payload, where)
        return self._made[number]

    def _built(self, payload: dict[str, Any], where: str) -> Any:
        cls: Any = resolve_saved_class(_part(payload, "type", str, where))
        if not has_schema(cls):
            raise SerializationError(f"{where}: {cls.__qualname__} is not a Struct")
        specs = cls.fields()
        stored = [name for name, spec in specs.items() if not spec.is_derived]
        values = self._fields(cls, payload, stored, where)
        for name in stored:
            if name not in values and not specs[name].has_default:
                why = "has no default" if specs[name].should_serialize else "is not saved and has no default"
                raise SerializationError(f"{where}: field {name!r} of {cls.__qualname__} is missing and {why}")
        instance = object.__new__(cls)
        instance._struct_fill(**values)
        return instance

    def _fields(self, cls: type, payload: dict[str, Any], allowed: Any, where: str) -> dict[str, Any]:
        saved = _part(payload, "fields", dict, where)
        foreign = sorted(set(saved) - set(allowed))
        if foreign:
            raise SerializationError(f"{where}: {cls.__qualname__} has no field to load", got=foreign)
        return {name: self.value(value, f"{where}.{name}") for name, value in saved.items()}

    def _registered(self, payload: dict[str, Any], where: str) -> Any:
        made = self._unchecked(payload, where)
        check_loaded(made)
        return made

    def _unchecked(self, payload: dict[str, Any], where: str) -> Any:
        spec = spec_of(resolve_saved_class(_part(payload, "type", str, where)))
        mode = payload.get("mode")
        if mode == "serializer":
            if spec.deserializer is None:
                raise SerializationError(f"{where}: {spec.cls.__qualname__} has no deserializer")
            return spec.deserializer(self.value(payload.get("payload"), where))
        if mode == "fields" and spec.layout is not None:
            return self._assigned(spec, spec.layout, payload, where)
        if mode == "flatten":
            children = [self.value(c, f"{where}[{i}]") for i, c in enumerate(_part(payload, "children", list, where))]
            return spec.unflatten(self.value(payload.get("aux"), where), children)
        raise SerializationError(f"{where}: {spec.cls.__qualname__} is not read this way", got=mode)

    def _assigned(self, spec: PyTreeTypeSpec, layout: Layout, payload: dict[str, Any], where: str) -> Any:
        names = layout.data + layout.meta + layout.auto
        values = self._fields(spec.cls, payload, names, where)
        for name in names:
            if name not in values:
                values[name] = _default(spec.cls, name, where)
        return _assign(spec.cls, values) if spec.rebuild is None else spec.rebuild(values)


def _assign(cls: type, values: Mapping[str, Any]) -> Any:
    instance = object.__new__(cls)
    for name, value in values.items():
        object.__setattr__(instance, name, value)
    return instance


def _default(cls: type, name: str, where: str) -> Any:
    """The default of a field that the file is too old to know."""
    make = _attrs_default(cls, name) if attrs.has(cls) else _dataclass_default(cls, name)
    if make is None:
        raise SerializationError(f"{where}: field {name!r} of {cls.__qualname__} is missing and has no default")
    return make()


def _attrs_default(cls: Any, name: str) -> Callable[[], Any] | None:
    default: Any = attrs.fields_dict(cls)[name].default
    if isinstance(default, _FACTORY):
        return None if default.takes_self else default.factory
    return None if default is attrs.NOTHING else lambda: default


def _dataclass_default(cls: Any, name: str) -> Callable[[], Any] | None:
    fields = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
    field: Any = next((f for f in fields if f.name == name), None)
    if field is None or field.default_factory is not dataclasses.MISSING:
        return None if field is None else field.default_factory
    return None if field.default is dataclasses.MISSING else lambda: field.default


def _short(key: Any) -> str:
    text = json.dumps(key) if not isinstance(key, dict) else "..."
    return text if len(text) < 40 else text[:37] + "..."
