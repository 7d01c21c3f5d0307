"""A view of any value in plain Python and numpy, for looking at; to load again, use `to_state_dict`."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import jax
import numpy as np

from spec_lab.tree.compare import is_array, is_prng_key
from spec_lab.tree.errors import SerializationError
from spec_lab.tree.field import FieldKind
from spec_lab.tree.references import class_ref
from spec_lab.tree.registry import spec_of
from spec_lab.tree.schema import has_schema


def to_python(value: Any, *, include_opaque: bool = True) -> Any:
    """Structs as dicts, arrays as numpy, numpy numbers as Python's, paths as text; containers keep their kind.

    Args:
        value: Anything.
        include_opaque: Whether opaque fields of Structs are shown.
    """

    def view(inner: Any) -> Any:
        return to_python(inner, include_opaque=include_opaque)

    if has_schema(type(value)):
        fields = value.fields().items()
        names = [name for name, spec in fields if include_opaque or spec.kind is not FieldKind.OPAQUE]
        return {name: view(getattr(value, name)) for name in names}
    if is_array(value):
        return np.asarray(jax.random.key_data(value) if is_prng_key(value) else value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {view(key): view(item) for key, item in value.items()}
    for kind in (tuple, list, set, frozenset):
        if isinstance(value, kind):
            return kind(view(item) for item in value)
    return value if _is_leaf(value) else _registered(value, view)


def _is_leaf(value: Any) -> bool:
    try:
        spec_of(type(value))
    except SerializationError:
        return True
    return False


def _registered(value: Any, view: Any) -> Any:
    spec = spec_of(type(value))
    if spec.serializer is not None:
        return view(spec.serializer(value))
    if spec.layout is not None:
        names = spec.layout.data + spec.layout.meta + spec.layout.auto
        return {name: view(getattr(value, name)) for name in names if hasattr(value, name)}
    children, aux = spec.flatten(value)
    shown = {"children": [view(child) for child in children], "aux": view(aux)}
    return {"__kind__": "registered-pytree-view", "type": class_ref(spec.cls), **shown}
