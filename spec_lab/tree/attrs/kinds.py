"""Roles of fields (AUTO, DATA, META) and of classes (DATA, NONE, STATIC), and how a value shows which role it wants."""

from enum import StrEnum
from typing import Any

import jax
import numpy as np


class FieldType(StrEnum):
    """Role of a field: child (DATA), auxiliary data (META), or by value (AUTO). True where META, as `static=` reads."""

    AUTO = "auto"
    DATA = "data"
    META = "meta"

    @classmethod
    def _missing_(cls, value: object) -> "FieldType | None":
        if isinstance(value, str):
            return cls._value2member_map_.get(value.lower())  # pyright: ignore[reportReturnType]
        return {True: cls.META, False: cls.DATA, None: cls.DATA}.get(value) if _is_flag(value) else None

    def __bool__(self) -> bool:
        return self is FieldType.META


class PyTreeType(StrEnum):
    """Role of a class: fields are children (DATA), not registered (NONE), instances are constants (STATIC)."""

    DATA = "data"
    NONE = "none"
    STATIC = "static"

    @classmethod
    def _missing_(cls, value: object) -> "PyTreeType | None":
        if isinstance(value, str):
            return cls._value2member_map_.get(value.lower())  # pyright: ignore[reportReturnType]
        return {True: cls.DATA, False: cls.NONE, None: cls.DATA}.get(value) if _is_flag(value) else None


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


def is_data(value: Any) -> bool:
    """Whether an auto field's value is a child: None, arrays, numbers of numpy, and everything JAX can take apart.

    numpy arrays must be children: as auxiliary data they break JAX's caches at the second call, and numpy numbers would
    compile anew for every value. Python numbers, strings and functions are auxiliary data. A bare `object()` is a
    placeholder that JAX puts where a child was.
    """
    if value is None or isinstance(value, jax.Array | np.ndarray | np.number | np.bool_) or type(value) is object:
        return True
    return not jax.tree_util.all_leaves([value])
