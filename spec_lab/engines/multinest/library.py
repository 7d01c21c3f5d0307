"""Where the MultiNest library is, and how to get it: looked for without loading anything.

Importing pymultinest without the library ends the interpreter, so neither is ever loaded in this process.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from spec_lab._base import MissingDependency

VARIABLE = "SPEC_LAB_MULTINEST"
NAMES = ("libmultinest.so", "libmultinest.dylib", "multinest.dll", "libnest3.so")
HOW = (
    "Get it with conda (conda install -c conda-forge multinest), or on Linux with a Fortran compiler, LAPACK and: "
    f"pip install --no-deps cosmosis (which compiles it), or build it yourself and set {VARIABLE} to the library or its folder. "
    "MultiNest is free for academic use only. infer.nested() needs no library."
)
_INSIDE_COSMOSIS = Path("samplers", "multinest", "multinest_src")


def find_library() -> Path:
    """The library's path.

    Raises:
        MissingDependency: pymultinest or the library is not there; the message says how to get it.
    """
    if importlib.util.find_spec("pymultinest") is None:
        raise MissingDependency(
            "MultiNest is driven through the package 'pymultinest', which is not installed",
            hint="Install it with: pip install 'spec-lab[multinest]'",
        )
    named = os.environ.get(VARIABLE)
    folders = _named(Path(named)) if named else _usual()
    for folder in folders:
        candidates = [folder] if folder.is_file() else [folder / name for name in NAMES]
        for path in candidates:
            if path.is_file():
                return path.resolve()
    where = f"{VARIABLE}={named} names no library" if named else "it is in none of the usual places"
    raise MissingDependency(f"the MultiNest library is not found: {where}", hint=HOW)


def _named(path: Path) -> Iterator[Path]:
    yield from (path, path / "lib", path / "cosmosis" / _INSIDE_COSMOSIS, path / _INSIDE_COSMOSIS)


def _usual() -> Iterator[Path]:
    for variable in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        yield from (Path(part) for part in os.environ.get(variable, "").split(os.pathsep) if part)
    prefixes = [sys.prefix, os.environ.get("CONDA_PREFIX", ""), "/usr/local", "/opt/MultiNest"]
    yield from (Path(prefix) / "lib" for prefix in prefixes if prefix)
    cosmosis = importlib.util.find_spec("cosmosis")
    if cosmosis is not None and cosmosis.origin:
        yield Path(cosmosis.origin).parent / _INSIDE_COSMOSIS
