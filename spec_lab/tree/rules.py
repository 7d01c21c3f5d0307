"""The static rule: what a jit constant may hold. Hashable and free of arrays, in nested values too.

An array among the static values would be compared elementwise inside JAX's caches, which raises at the second call, or
pins the array's memory to every compiled program. Arrays belong in node fields, or in opaque ones.
"""

import dataclasses
import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jax
import numpy as np

from spec_lab.tree.errors import ValidationError

PLAIN = frozenset({int, float, str, bool, type(None), complex, bytes})


def check_static(where: str, value: Any) -> None:
    """Refuse a static value that is unhashable or holds arrays.

    Raises:
        ValidationError: Naming the field.
    """
    if holds_array(value):
        raise ValidationError(
            f"{where} is static and holds an array",
            got=value,
            allowed="hashable values without arrays",
            hint="Make it a node, or opaque with field(pytree=False).",
        )
    try:
        hash(value)
    except Exception as error:  # any __hash__ may raise anything
        raise ValidationError(
            f"{where} is static and not hashable, so it cannot key JAX's caches",
            got=value,
            allowed="hashable values: tuples rather than lists, frozensets rather than sets",
        ) from error


def holds_array(value: Any) -> bool:
    """Whether a value is an array, or holds one in containers, frozen dataclasses or partial functions."""
    if type(value) in PLAIN:
        return False
    if isinstance(value, jax.Array | np.ndarray):
        return True
    return any(holds_array(part) for part in _parts(value))


def _parts(value: Any) -> Any:
    if isinstance(value, Mapping | MappingProxyType):
        return [*value.keys(), *value.values()]
    if isinstance(value, tuple | list | set | frozenset):
        return value
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, f.name, None) for f in dataclasses.fields(value)]
    attributes = getattr(type(value), "__attrs_attrs__", ())
    return [getattr(value, a.name, None) for a in attributes]
