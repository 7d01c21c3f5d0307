"""The `repr` of variables and constraints: like the call that makes them, numbers as numbers, arrays by type and shape.

Words (units, labels) are left out; they are in `metadata`.
"""

import dataclasses
from typing import Any, ClassVar

import equinox as eqx
import jax
import numpy as np
from jax.core import Tracer


class ShortRepr:
    """Mixin: `Constrained(Interval(0.0, 10.0), 8.0)` rather than types of arrays."""

    value_field: ClassVar[str] = "raw_value"  # what is printed for the raw value

    def __repr__(self) -> str:
        fields: Any = dataclasses.fields(self)  # pyright: ignore[reportArgumentType]
        parts = [self._part(each.name) for each in fields if each.repr]
        return f"{type(self).__name__}({', '.join(part for part in parts if part != '()')})"

    def _part(self, name: str) -> str:
        raw = self.__dict__.get(name)
        try:
            return short_text(getattr(self, self.value_field) if name == "raw_value" else raw)
        except (AttributeError, TypeError, ValueError):  # a placeholder that JAX put there has no value
            return eqx.tree_pformat(raw)


def short_text(x: object) -> str:
    """One field as text."""
    if isinstance(x, (jax.Array, np.ndarray)) and not isinstance(x, Tracer) and x.ndim == 0:
        number = x.item()
        return repr(float(f"{number:.12g}") if isinstance(number, float) else number)
    if callable(x) and isinstance(getattr(x, "__name__", None), str):
        return x.__name__
    return repr(x) if isinstance(x, ShortRepr) else eqx.tree_pformat(x)
