"""Arrays of a state dict: numpy and JAX leaves kept apart, PRNG keys by their data, and dtypes that npz cannot name.

bfloat16 and its kin live in numpy as custom dtypes; a `.npz` forgets their names and gives back raw bytes. So files
hold them as unsigned integers of the same width, and the manifest holds the name.
"""

from typing import Any

import jax
import jax.core
import jax.numpy as jnp
import numpy as np

from spec_lab.tree.compare import is_prng_key
from spec_lab.tree.errors import SerializationError

NUMPY, JAX, KEY = "numpy", "jax", "key"


def to_numpy(value: Any, where: str) -> tuple[np.ndarray, dict[str, Any]]:
    """An array as plain numpy, and what the manifest must say to bring it back.

    Raises:
        SerializationError: A tracer, an array of Python objects, or a numpy subclass that would lose its meaning.
    """
    if isinstance(value, jax.core.Tracer):
        raise SerializationError(f"{where}: a traced value has no data to save", hint="Save outside of jit and grad.")
    if is_prng_key(value):
        data = np.asarray(jax.random.key_data(value))
        return data, {"home": KEY, "impl": str(jax.random.key_impl(value))}
    if isinstance(value, jax.Array):
        return np.asarray(value), {"home": JAX}
    _check_numpy(value, where)
    return np.asarray(value), {"home": NUMPY}


def _check_numpy(value: np.ndarray, where: str) -> None:
    if value.dtype.hasobject:
        raise SerializationError(
            f"{where}: an array of Python objects cannot be saved", hint="Use a number or text dtype."
        )
    if type(value) is not np.ndarray and not isinstance(value, np.memmap):
        raise SerializationError(
            f"{where}: a {type(value).__name__} would lose what it adds to an array",
            hint="Save its parts (data and mask, value and unit) as fields of their own.",
        )


def from_numpy(array: np.ndarray, note: dict[str, Any], where: str) -> Any:
    """The array as it was: a numpy array, a JAX array, or PRNG keys.

    Raises:
        SerializationError: An unknown home, or a double-precision JAX array in a single-precision session.
    """
    home = note.get("home")
    if home == NUMPY:
        return array
    if home == KEY:
        return _key(array, note.get("impl"), where)
    if home != JAX:
        raise SerializationError(f"{where}: unknown home of an array", got=home, allowed=f"{NUMPY}, {JAX}, {KEY}")
    if jax.dtypes.canonicalize_dtype(array.dtype) != array.dtype:
        raise SerializationError(
            f"{where}: a {array.dtype} JAX array does not fit this session's precision",
            hint="Start with JAX_ENABLE_X64=1.",
        )
    return jnp.asarray(array)


def _key(array: np.ndarray, impl: Any, where: str) -> Any:
    try:
        return jax.random.wrap_key_data(jnp.asarray(array), impl=impl)
    except (TypeError, ValueError) as error:
        raise SerializationError(f"{where}: these are no PRNG keys of kind {impl!r}: {error}") from error


def describe(array: np.ndarray) -> dict[str, Any]:
    """Shape and dtype, as the manifest and the table say them."""
    return {"dtype": str(array.dtype), "shape": list(array.shape)}


def check(array: np.ndarray, expected: Any, where: str) -> None:
    """Compare an array with what was said of it.

    Raises:
        SerializationError: Shape or dtype differ, or nothing sensible was said.
    """
    if not isinstance(expected, dict) or not isinstance(expected.get("shape"), list):
        raise SerializationError(f"{where}: no shape and dtype are given", got=expected)
    found = describe(array)
    for key in ("shape", "dtype"):
        if found[key] != expected.get(key):
            raise SerializationError(f"{where}: {key} is {found[key]}, but {expected.get(key)} was saved")


def for_file(array: np.ndarray) -> np.ndarray:
    """The array as npz can hold it; custom dtypes as unsigned integers of their width."""
    return array.view(f"u{array.dtype.itemsize}") if _is_custom(array.dtype) else array


def from_file(array: np.ndarray, expected: Any, where: str) -> np.ndarray:
    """Undo `for_file`, by the dtype's name in the table.

    Raises:
        SerializationError: The name is no dtype.
    """
    name = expected.get("dtype") if isinstance(expected, dict) else None
    if name == str(array.dtype) or array.dtype.kind != "u" or not isinstance(name, str):
        return array
    try:
        dtype = jnp.dtype(name)  # knows bfloat16 and its kin by name
    except TypeError as error:
        raise SerializationError(f"{where}: unknown dtype", got=name) from error
    return array.view(dtype) if _is_custom(dtype) and dtype.itemsize == array.dtype.itemsize else array


def _is_custom(dtype: np.dtype) -> bool:
    return (dtype.names is None and dtype.kind == "V") or dtype.type.__module__ == "ml_dtypes"
