"""Field makers: `attrs.field` with a role kept in `metadata["static"]` (as `jax.tree_util.register_dataclass`).

Besides `static` they take what `attrs.field` takes. An explicit `metadata["static"]` wins over the argument.
"""

import copy
from typing import Any

import attrs
import jax.numpy as jnp
import numpy as np

from spec_lab.tree.attrs.kinds import FieldType

_FACTORY: Any = attrs.Factory


def field(**options: Any) -> Any:
    """A field; `static=` (a bool or `FieldType`) says its role, and without it the field is data.

    Example:
        >>> @define
        ... class Line:
        ...     slope: float
        ...     name: str = field(static=True, default="line")
    """
    if "static" in options:
        options["metadata"] = {"static": options.pop("static"), **(options.get("metadata") or {})}
    return attrs.field(**options)


def auto(**options: Any) -> Any:
    """A field whose role is decided by its value each time an instance is taken apart (see `is_data`)."""
    options.setdefault("static", FieldType.AUTO)
    return field(**options)


def static(**options: Any) -> Any:
    """A field that is auxiliary data: hashable, compared by value, a constant of jitted functions."""
    options.setdefault("static", True)
    return field(**options)


def array(**options: Any) -> Any:
    """A data field whose default becomes a JAX array, a new one for each instance (donating one leaves the others)."""
    default = options.get("default", attrs.NOTHING)
    # no JAX array is made here: that would start a device at import time
    if not (default is None or default is attrs.NOTHING or isinstance(default, _FACTORY)):
        del options["default"]
        kept = default.copy() if isinstance(default, np.ndarray) else copy.copy(default)
        options["factory"] = lambda: jnp.array(kept, copy=True)
    return field(**options)
