"""How much a saved file claims to hold, asked before any of it is read.

A few kilobytes of zip can claim terabytes, and the header of an array can claim any shape. So the manifest may not be larger than
`MANIFEST_MOST`, all arrays together not larger than `ARRAYS_MOST`, and each array must be as large as the manifest's table says.
What is no regular file (a pipe, a device) is not opened at all: opening it could wait for ever.
"""

import ast
import math
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from spec_lab.tree.errors import SerializationError

MANIFEST_MOST = 2**26  # bytes; a session of two hundred runs has some megabytes
ARRAYS_MOST = 2**32  # bytes, unpacked
_HEADER = 2**14  # bytes that a .npy may need beside its numbers


def check_regular(path: Path) -> None:
    """Refuse what is neither a folder nor a regular file.

    Raises:
        SerializationError: Saying what it is.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kinds = {stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISCHR: "a device", stat.S_ISBLK: "a device"}
        what = next((name for test, name in kinds.items() if test(mode)), "no regular file")
        raise SerializationError(
            "this is no file that can be read", got=what, allowed="a folder or a file that export wrote"
        )


def check_size(name: str, size: int, most: int) -> None:
    """Refuse a part that is, or claims to be, larger than any export.

    Args:
        name: Of the part.
        size: In bytes, unpacked.
        most: The largest allowed, in bytes.

    Raises:
        SerializationError: Saying both sizes.
    """
    if size > most:
        raise SerializationError(f"{name} is too large", got=f"{size} bytes", allowed=f"up to {most} bytes")


def check_members(stored: zipfile.ZipFile, table: Mapping[str, object]) -> None:
    """Compare what the arrays of a file claim to need with what the manifest says of them.

    Args:
        stored: The opened arrays file.
        table: Name → shape and dtype, from the manifest.

    Raises:
        SerializationError: More is claimed than the table needs, or than is allowed at all.
    """
    check_size("the arrays together", sum(member.file_size for member in stored.infolist()), ARRAYS_MOST)
    sizes = {member.filename.removesuffix(".npy"): member.file_size for member in stored.infolist()}
    for name, about in table.items():
        if name in sizes:
            check_size(f"array {name!r}", sizes[name], _needed(name, about) + _HEADER)


def _needed(name: str, about: object) -> int:
    shape, dtype = (about.get("shape"), about.get("dtype")) if isinstance(about, Mapping) else (None, None)
    if not isinstance(shape, list) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise SerializationError(f"array {name!r}: no shape and dtype are given", got=about)
    return math.prod(shape) * _width(name, dtype)


def _width(name: str, dtype: object) -> int:
    for reader in (np.dtype, jnp.dtype, _record):  # the second knows bfloat16 and its kin by name
        try:
            return reader(dtype).itemsize  # pyright: ignore[reportArgumentType, reportCallIssue]
        except (TypeError, ValueError, SyntaxError):
            continue
    raise SerializationError(f"array {name!r}: unknown dtype", got=dtype)


def _record(dtype: object) -> np.dtype:
    """A dtype with named fields, which the table writes as a list."""
    fields: Any = ast.literal_eval(dtype if isinstance(dtype, str) else "")
    return np.dtype(fields)  # pyright: ignore[reportCallIssue]
