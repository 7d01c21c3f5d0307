"""Equality and short text of field values: arrays by content, PRNG keys by their data, containers by element."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
import numpy as np

WIDTH = 88
Inexact = float | complex | np.inexact


def is_array(value: Any) -> bool:
    """Whether a value is a numpy or JAX array (tracers included)."""
    return isinstance(value, jax.Array | np.ndarray)


def is_prng_key(value: Any) -> bool:
    """Whether a value is a typed PRNG key array (`jax.random.key`), which numpy cannot hold."""
    return isinstance(value, jax.Array) and jnp.issubdtype(value.dtype, jax.dtypes.prng_key)


def equal(a: Any, b: Any) -> bool:
    """Whether two field values are the same (NaN is itself); never raises on arrays, and never traces."""
    if a is b:
        return True
    if is_array(a) or is_array(b):
        return _equal_arrays(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list) and type(a) is type(b):
        return len(a) == len(b) and all(map(equal, a, b))
    try:
        return bool(a == b) or (isinstance(a, Inexact) and isinstance(b, Inexact) and bool(a != a and b != b))
    except (TypeError, ValueError):
        return False


def _equal_arrays(a: Any, b: Any) -> bool:
    if isinstance(a, jax.core.Tracer) or isinstance(b, jax.core.Tracer):
        return False
    if is_prng_key(a) or is_prng_key(b):
        return is_prng_key(a) and is_prng_key(b) and a.dtype == b.dtype and _same_bits(a, b)
    try:
        first, second = np.asarray(a), np.asarray(b)
        numbers = first.dtype.kind in "fc" and second.dtype.kind in "fc"
        return bool(np.array_equal(first, second, equal_nan=numbers))
    except (TypeError, ValueError):
        return False


def _same_bits(a: Any, b: Any) -> bool:
    return np.array_equal(np.asarray(jax.random.key_data(a)), np.asarray(jax.random.key_data(b)))


def summary(instance: Any, name: str) -> str:
    """A field's value in one short text: arrays as `dtype[shape]`, the rest cut at 88 characters."""
    try:
        value = getattr(instance, name)
    except Exception as error:  # a derivation may fail on tracers or placeholders; a repr must not
        return f"<{type(error).__name__}>"
    if is_array(value):
        return f"{value.dtype}[{','.join(map(str, value.shape))}]"
    text = repr(value)
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."
