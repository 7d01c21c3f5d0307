"""Names for classes and functions that survive a file: `"module:qualname"`, and the way back.

Reading a file must not be a way to run what it names. So a file may name

- a class that the registry knows (a Struct, an equinox module, a registered class), an enum or a named tuple, and
- a function that was marked with `savable`, or that belongs to a package the person declared (`allow_package`, or the
  argument `allow` of the loading call);

and the name must be the object's own: `"spec_lab.tree.field:os"` leads nowhere, because `os` is not defined there. A module is
imported because a file names it only where the person declared its package, or where it is one of spec_lab's own floors, a
fixed list (`FLOORS`). Names that moved since the file was written are found by `former_names.txt`.

Whether a class is of a kind that may be saved is asked in `registry`.
"""

import contextlib
import contextvars
import importlib
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from spec_lab.tree.errors import SerializationError

FLOORS = frozenset(
    f"spec_lab.{floor}"
    for floor in (
        "tree", "priors", "variables", "data", "models", "statistics", "fit", "bridge", "engines", "analysis", "results",
        "infer", "campaign", "exchange", "session",
    )
)  # fmt: skip

_Function = TypeVar("_Function", bound=Callable[..., Any])
_seen: dict[str, type] = {}
_resolved: dict[str, type] = {}
_savable: dict[str, Callable[..., Any]] = {}
_packages: set[str] = set()
_allowed_now: contextvars.ContextVar[frozenset[str]] = contextvars.ContextVar("allowed packages", default=frozenset())
_lock = threading.Lock()


def class_ref(cls: type) -> str:
    """The reference of a class, `"module:qualname"`; made of its names only, nothing is looked up."""
    return f"{cls.__module__}:{cls.__qualname__}"


def remember(cls: type) -> None:
    """Let references find this class of the registry without an import; a redefinition replaces the former."""
    with _lock:
        _seen[class_ref(cls)] = cls


def savable(function: _Function) -> _Function:
    """Let saved files name this function, so that what holds it can be saved and loaded.

    Args:
        function: A function with a name of its own: at the top level of a module, script or notebook cell. A function of
            the same place and name replaces it.

    Returns:
        The function itself, so that this can be a decorator.

    Raises:
        SerializationError: A lambda, an inner function, or no function.

    Example:
        >>> from spec_lab.tree import savable
        >>> @savable
        ... def double(x):
        ...     return 2 * x
    """
    if isinstance(function, type) or not callable(function) or "<" in getattr(function, "__qualname__", "<"):
        raise SerializationError(
            "savable takes a function with a lasting name", got=function, hint="Define it with def at the top level."
        )
    with _lock:
        _savable[function_ref(function)] = function
    return function


def function_ref(function: Callable[..., Any]) -> str:
    """The reference of a function: where it was defined, and its name there."""
    return f"{function.__module__}:{function.__qualname__}"


def is_savable(function: Callable[..., Any]) -> bool:
    """Whether files may name this very function."""
    ref = function_ref(function)
    return _savable.get(ref) is function or (is_allowed(function.__module__) and find_loaded(ref) is function)


def allow_package(name: str) -> None:
    """Declare a package whose classes and module-level functions saved files may name, for the rest of this program.

    Args:
        name: A package or module, as it is imported; its submodules are allowed with it.

    Raises:
        SerializationError: The name is not an importable name, such as `"my_models"` or `"my_models.lines"`.
    """
    _check_name(name)
    with _lock:
        _packages.add(name)


@contextlib.contextmanager
def allowing(names: str | tuple[str, ...]) -> Iterator[None]:
    """Declare packages for the duration of one load.

    Args:
        names: Packages or modules, as for `allow_package`.

    Raises:
        SerializationError: One of them is not an importable name.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    for name in names:
        _check_name(name)
    token = _allowed_now.set(_allowed_now.get() | frozenset(names))
    try:
        yield
    finally:
        _allowed_now.reset(token)


def is_allowed(module: str) -> bool:
    """Whether the person declared this module, or a package it belongs to."""
    declared = _packages | _allowed_now.get()
    parts = module.split(".")
    return any(".".join(parts[: i + 1]) in declared for i in range(len(parts)))


def resolve_class(ref: str) -> type:
    """The class behind a reference: from the cache, else by importing its module; found once, it stays found.

    For code that chooses the name itself. Names read from files go through `find_saved_class`.

    Raises:
        SerializationError: The reference is malformed, its module cannot be imported, the attribute is missing, or it
            is not a class.
    """
    module, qualname = _split(ref)
    for known in (_seen, _resolved):
        if ref in known:
            return known[ref]
    _import(ref, module)
    found = _seen[ref] if ref in _seen else _walk(ref, module, qualname)
    if not isinstance(found, type):
        raise SerializationError(f"reference {ref!r} is not a class", got=type(found).__name__)
    with _lock:
        _resolved[ref] = found
    return found


def find_loaded(ref: str) -> Any:
    """What a reference names among modules that are loaded already, or None; imports nothing, runs no module code."""
    module, qualname = _split(ref)
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = vars(found).get(part) if isinstance(found, type | ModuleType) else None
    return found


def find_saved_class(ref: str) -> type:
    """The class that a file names; whether it is of a kind that may be saved is not asked here.

    Raises:
        SerializationError: No class of this name is loaded, and no floor of spec_lab or declared package has it.
    """
    return _own(present_name(ref), type)


def resolve_saved_function(ref: str) -> Callable[..., Any]:
    """The function that a file names.

    Raises:
        SerializationError: The reference is malformed, leads to no function of that name, or to one that is neither
            marked as savable nor of a declared package.
    """
    ref = present_name(ref)
    if ref in _savable:
        return _savable[ref]
    module, _ = _split(ref)
    if not is_allowed(module):
        _load_floor(module)  # its functions are marked when it is imported
        if ref in _savable:
            return _savable[ref]
        raise _refusal(ref, "function", "or mark it with spec_lab.tree.savable where it is defined")
    found = _own(ref, object)
    if isinstance(found, type) or not callable(found):
        raise SerializationError(f"reference {ref!r} is not a function", got=type(found).__name__)
    return found


def present_name(ref: str) -> str:
    """A reference as it is written today; files keep the names of their time."""
    _split(ref)
    return _latest(ref, _former_names())


@cache
def _former_names() -> dict[str, str]:
    """Former → present: `module:name` of what moved alone, `module` of what moved with everything in it."""
    lines = Path(__file__).with_name("former_names.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))  # pyright: ignore[reportReturnType]


def _latest(name: str, table: dict[str, str]) -> str:
    """Follow a name that moved more than once, itself or with its module."""
    for _ in range(len(table) + 1):
        module, _, qualname = name.partition(":")
        new = table.get(name) or (f"{table[module]}:{qualname}" if qualname and module in table else None)
        if new is None:
            return name
        name = new
    raise SerializationError("former_names.txt leads in a circle", got=name)


def _own(ref: str, kind: type) -> Any:
    """The loaded object that a reference names, if the name is the object's own."""
    module, _ = _split(ref)
    if module not in sys.modules:
        if is_allowed(module):
            _import(ref, module)
        else:
            _load_floor(module)
    found = _seen[ref] if ref in _seen else find_loaded(ref)
    if found is None and module not in sys.modules:
        raise _refusal(ref, "class" if kind is type else "function", "or import it first")
    if found is None:
        raise SerializationError(
            f"reference {ref!r} leads nowhere",
            hint="Run the cell or import the module that defines it, then load again."
            if module == "__main__"
            else "A class made inside a function is found only while the program that made it runs.",
        )
    own = f"{getattr(found, '__module__', None)}:{getattr(found, '__qualname__', None)}"
    if not isinstance(found, kind) or own != ref:
        raise SerializationError(
            f"reference {ref!r} does not lead to a {'class' if kind is type else 'function'} of that name",
            got=f"{type(found).__name__} {own}",
        )
    return found


def _load_floor(module: str) -> None:
    """Import a module of spec_lab's own floors; importing one of these only defines things."""
    floor = ".".join(module.split(".")[:2])
    if floor in FLOORS and importlib.util.find_spec(floor) and _is_module(module):
        _import(module, module)


def _is_module(module: str) -> bool:
    """Whether a floor has this file, asked without importing anything but packages above it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def _refusal(ref: str, kind: str, otherwise: str) -> SerializationError:
    module, _ = _split(ref)
    if module == "__main__":
        return SerializationError(
            f"the saved object uses the {kind} {ref!r} that a notebook or script defined, and it is not known here",
            hint="Run the cell that defines it, then load again; a function also needs @spec_lab.tree.savable."
            if kind == "function"
            else "Run the cell that defines it, then load again.",
        )
    return SerializationError(
        f"the saved object names the {kind} {ref!r}; module {module!r} is not among the packages that saved files may name",
        allowed=", ".join(sorted(_packages | _allowed_now.get()))
        or "what spec_lab and this program registered for saving",
        hint=f"If you trust it: load(..., allow={module.split('.')[0]!r}), or "
        f"spec_lab.tree.allow_package({module.split('.')[0]!r}), {otherwise}.",
    )


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
        raise SerializationError("allow_package needs the name of a package", got=name, allowed="such as 'my_models'")


def _split(ref: str) -> tuple[str, str]:
    module, colon, qualname = ref.partition(":") if isinstance(ref, str) else ("", "", "")
    if not (module and colon and qualname):
        raise SerializationError("malformed class reference", got=ref, allowed="'module:qualname'")
    return module, qualname


def _import(ref: str, module: str) -> Any:
    try:
        return importlib.import_module(module)
    except Exception as error:  # a module's own code may raise anything
        raise SerializationError(f"cannot import module {module!r} named by reference {ref!r}: {error}") from error


def _walk(ref: str, module: str, qualname: str) -> Any:
    found = _import(ref, module)
    for part in qualname.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise SerializationError(
                f"reference {ref!r} leads nowhere: no attribute {part!r}",
                hint="A class made inside a function is found only while the program that made it runs.",
            ) from error
    return found
