"""What is said about a value: unit, label, prior text, doc — as an immutable, hashable mapping.

Metadata sits in the *structure* of a tree (a static field), so it is compared and hashed at every jit call: two
variables with the same words must be equal, and nothing in it may be an array. Lists become tuples, sets frozensets,
mappings `Metadata`; arrays are refused with the reason.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.tree import register_pytree_type


def freeze(value: Any, where: str = "metadata") -> Hashable:
    """Return a hashable copy of `value`; raise ParameterError if it holds an array or another unhashable thing."""
    if isinstance(value, Metadata):
        return value
    if isinstance(value, (np.ndarray, jax.Array)):
        raise ParameterError(
            f"{where} holds an array",
            got=type(value).__name__,
            allowed="strings, numbers, booleans, tuples, frozen objects",
            hint="Metadata is part of the compiled structure; put numbers that change into the value or a field.",
        )
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return Metadata(value)
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item, where) for item in value)
    if isinstance(value, (set, frozenset)):
        return frozenset(freeze(item, where) for item in value)
    try:
        hash(value)
    except TypeError:
        raise ParameterError(
            f"{where} holds something unhashable",
            got=value,
            allowed="strings, numbers, booleans, tuples, frozen objects",
        ) from None
    return value


class Metadata(Mapping[str, Any]):
    """Immutable, hashable mapping; equal to any mapping with the same items.

    Examples:
        >>> m = Metadata({"unit": "keV", "log": False})
        >>> m["unit"], m.get("label", "-"), m == {"log": False, "unit": "keV"}
        ('keV', '-', True)
        >>> m | {"unit": "MeV"}
        Metadata({'unit': 'MeV', 'log': False})
    """

    __slots__ = ("_hash", "_items")

    _items: dict[str, Any]
    _hash: int

    def __init__(self, items: Mapping[str, Any] | None = None, /, **more: Any):
        frozen = {key: freeze(value, f"metadata[{key!r}]") for key, value in {**dict(items or {}), **more}.items()}
        object.__setattr__(self, "_items", frozen)
        object.__setattr__(self, "_hash", hash(frozenset(frozen.items())))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"Metadata is immutable; write metadata | {{{name!r}: ...}} for a changed copy")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("Metadata is immutable")

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Metadata):
            return self is other or (self._hash == other._hash and self._items == other._items)
        return isinstance(other, Mapping) and self._items == dict(other)

    def __or__(self, other: Mapping[str, Any]) -> "Metadata":
        return Metadata({**self._items, **other})

    def __ror__(self, other: Mapping[str, Any]) -> "Metadata":
        return Metadata({**other, **self._items})

    def __repr__(self) -> str:
        return f"Metadata({self._items!r})"

    def __copy__(self) -> "Metadata":
        return self

    def __deepcopy__(self, memo: dict) -> "Metadata":
        return self

    def __reduce__(self) -> tuple:
        return Metadata, (self._items,)


register_pytree_type(  # no leaves; without this a saved mapping would come back as an unhashable dict
    Metadata,
    flatten=lambda m: ((), m),
    unflatten=lambda m, _: m,
    serializer=lambda m: dict(m),
    deserializer=Metadata,
)
NOTHING = Metadata()


def as_metadata(value: Any) -> Any:
    """Converter of every `metadata=` argument: None → empty, a mapping → `Metadata`, other values frozen."""
    return NOTHING if value is None else freeze(value)
