"""What is said about a value: unit, label, prior, doc — a dictionary that cannot be changed, hashable by its content.

Metadata sits in the *structure* of a tree (a static field), so it is compared and hashed at every jit call: two variables with
the same words must be equal. To its reader it is a plain dict: values come back as they were given, lists and arrays too, and
`json.dumps` works where the values allow it. Comparing goes by content, so an array in it makes a structure of its own: numbers
that change belong into the value.
"""

from collections.abc import Hashable, Mapping
from typing import Any, NoReturn

import jax
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.tree import register_pytree_type


def _key(value: Any) -> Hashable:
    """Something hashable that is equal exactly for equal values; an object that is not hashable stands for itself alone."""
    if isinstance(value, Metadata):
        return value
    if isinstance(value, (np.ndarray, jax.Array)):
        array = np.asarray(value)
        return "array", array.dtype.str, array.shape, array.tobytes()
    if isinstance(value, Mapping):
        return "dict", frozenset((key, _key(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return type(value).__name__, tuple(map(_key, value))
    if isinstance(value, (set, frozenset)):
        return "set", frozenset(map(_key, value))
    try:
        hash(value)
    except TypeError:
        return "object", id(value)  # its holder keeps it alive
    return value


def _own(value: Any) -> Any:
    """A copy of the containers in a value, so that who gave it may go on changing them."""
    if type(value) is dict:
        return {key: _own(item) for key, item in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(map(_own, value))
    return value.copy() if isinstance(value, np.ndarray) else value


class Metadata(dict[str, Any]):
    """A dict that cannot be changed, hashable; equal to any mapping with the same items.

    Examples:
        >>> m = Metadata({"unit": "keV", "range": [1, 2]})
        >>> m["unit"], m.get("label", "-"), m == {"range": [1, 2], "unit": "keV"}
        ('keV', '-', True)
        >>> m | {"unit": "MeV"}
        Metadata({'unit': 'MeV', 'range': [1, 2]})
    """

    __slots__ = ("_content", "_hash")

    _content: Hashable
    _hash: int

    def __init__(self, items: Mapping[str, Any] | None = None, /, **more: Any):
        super().__init__({key: _own(value) for key, value in {**dict(items or {}), **more}.items()})
        object.__setattr__(self, "_content", frozenset((key, _key(value)) for key, value in self.items()))
        object.__setattr__(self, "_hash", hash(self._content))

    def __hash__(self) -> int:  # type: ignore[override]
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Metadata):
            return self is other or (self._hash == other._hash and self._content == other._content)
        return isinstance(other, Mapping) and self._content == Metadata(other)._content

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __or__(self, other: Mapping[str, Any]) -> "Metadata":  # type: ignore[override]
        return Metadata({**self, **other})

    def __ror__(self, other: Mapping[str, Any]) -> "Metadata":  # type: ignore[override]
        return Metadata({**other, **self})

    def __ior__(self, other: Mapping[str, Any]) -> "Metadata":  # type: ignore[override, misc]
        return self | other

    def __repr__(self) -> str:
        return f"Metadata({dict(self)!r})"

    def __copy__(self) -> "Metadata":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Metadata":
        return self

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return Metadata, (dict(self),)

    def _refuse(self, *args: Any, **named: Any) -> NoReturn:
        raise AttributeError("Metadata cannot be changed; write metadata | {...} for a changed copy")

    __setattr__ = __delattr__ = __setitem__ = __delitem__ = _refuse  # type: ignore[assignment]
    update = pop = popitem = clear = setdefault = _refuse  # type: ignore[assignment]


register_pytree_type(  # no leaves; without this a saved mapping would come back as a dict that can be changed
    Metadata,
    flatten=lambda m: ((), m),
    unflatten=lambda m, _: m,
    serializer=lambda m: dict(m),
    deserializer=Metadata,
)
NOTHING = Metadata()
Words = Mapping[str, Any] | None


def as_metadata(value: Mapping[str, Any] | Hashable | None) -> Metadata:
    """Converter of every `metadata=` argument: None → empty, a mapping → `Metadata`, anything else as it is, if hashable.

    Raises:
        ParameterError: Neither a mapping nor hashable.
    """
    if value is None or isinstance(value, Metadata):
        return NOTHING if value is None else value
    if isinstance(value, Mapping):
        return Metadata(value)
    other: Any = frozenset(value) if isinstance(value, set) else tuple(value) if isinstance(value, list) else value
    try:
        hash(other)
    except TypeError as error:
        raise ParameterError(
            "metadata is a dictionary of words", got=value, allowed='such as {"unit": "keV"}'
        ) from error
    return other
