"""Copies and pickles of our equinox modules.

Two facts make this necessary. `copy` and `pickle` build through `Module.__new__`, which equinox takes for the beginning
of an initialisation: the copy would stay assignable and be kept alive for ever. And compiled functions of JAX (`jnp.exp`)
pickle by a private name that does not resolve; here they travel by their public one.
"""

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

C = TypeVar("C")


class FunctionRef(NamedTuple):
    """A function by its public name."""

    module: str
    name: str


def _pack(value: Any) -> Any:
    """`value` with importable functions replaced by their names, tuples included."""
    if isinstance(value, tuple):
        items = [_pack(item) for item in value]
        return type(value)(*items) if hasattr(type(value), "_fields") else tuple(items)
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not callable(value) or isinstance(value, type) or not isinstance(module, str) or not isinstance(name, str):
        return value
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return value
    return FunctionRef(module, name) if found is value else value


def _unpack(value: Any) -> Any:
    """The way back."""
    if isinstance(value, FunctionRef):
        return getattr(importlib.import_module(value.module), value.name)
    if isinstance(value, tuple):
        items = [_unpack(item) for item in value]
        return type(value)(*items) if hasattr(type(value), "_fields") else tuple(items)
    return value


def rebuild(cls: type[C], fields: Mapping[str, Any]) -> C:
    """An instance from its fields, without its constructor."""
    made = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, _unpack(value))
    return made


class Copied:
    """Mixin: copied and pickled by fields."""

    def __reduce__(self) -> tuple:
        return rebuild, (type(self), {name: _pack(value) for name, value in self.__dict__.items()})
