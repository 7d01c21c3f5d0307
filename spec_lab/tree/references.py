"""Names for classes and functions that survive a file: `"module:qualname"`, and the way back.

A reference is resolved from the cache of classes this floor has seen (so classes made inside functions or renamed by
`register_class(name=...)` resolve too), else by importing its module. Reading a file must not be a way to import
whatever it names: `is_allowed` restricts imports to declared packages. `spec_lab` and `spec_lab_widgets` are declared;
a notebook or a plug-in adds its own with `allow_package`.
"""

import importlib
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from spec_lab.tree.errors import SerializationError

_seen: dict[str, type] = {}
_packages = {"spec_lab", "spec_lab_widgets"}
_lock = threading.Lock()


def class_ref(cls: type) -> str:
    """The reference of a class, `"module:qualname"`; made of its names only, nothing is looked up."""
    return f"{cls.__module__}:{cls.__qualname__}"


def remember(cls: type) -> None:
    """Let `resolve_class` find this class without an import; a redefinition replaces the former."""
    with _lock:
        _seen[class_ref(cls)] = cls


def allow_package(name: str) -> None:
    """Declare a package whose classes and module-level functions saved files may name.

    Args:
        name: A package or module, as it is imported; its submodules are allowed with it.

    Raises:
        SerializationError: The name is not an importable name, such as `"my_models"` or `"my_models.lines"`.
    """
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
        raise SerializationError("allow_package needs the name of a package", got=name, allowed="such as 'my_models'")
    with _lock:
        _packages.add(name)


def is_allowed(module: str) -> bool:
    """Whether files may name things of this module."""
    parts = module.split(".")
    return any(".".join(parts[: i + 1]) in _packages for i in range(len(parts)))


def resolve_class(ref: str) -> type:
    """The class behind a reference: from the cache, else by importing its module.

    Raises:
        SerializationError: The reference is malformed, its module cannot be imported, the attribute is missing, or it
            is not a class.
    """
    return _as_class(ref, lambda module: None)


def resolve_allowed_class(ref: str) -> type:
    """Like `resolve_class`, for references read from files: only cached classes and declared packages.

    Raises:
        SerializationError: Also when the module belongs to no declared package; it is then not imported.
    """
    return _as_class(ref, _require_allowed)


def find_loaded(ref: str) -> Any:
    """What a reference names among modules that are loaded already, or None; imports nothing, runs no module code."""
    module, qualname = _split(ref)
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = vars(found).get(part) if isinstance(found, type | ModuleType) else None
    return found


def resolve_allowed_function(ref: str) -> Callable[..., Any]:
    """The module-level function behind a reference, of a declared package only.

    Raises:
        SerializationError: The reference is malformed or foreign, or does not lead to a callable.
    """
    module, qualname = _split(ref)
    _require_allowed(module)
    found = _walk(ref, module, qualname)
    if not callable(found):
        raise SerializationError(f"reference {ref!r} is not a function", got=type(found).__name__)
    return found


def _as_class(ref: str, guard: Callable[[str], None]) -> type:
    module, qualname = _split(ref)
    if ref in _seen:
        return _seen[ref]
    guard(module)
    _import(ref, module)
    found = _seen[ref] if ref in _seen else _walk(ref, module, qualname)
    if not isinstance(found, type):
        raise SerializationError(f"reference {ref!r} is not a class", got=type(found).__name__)
    return found


def _require_allowed(module: str) -> None:
    if is_allowed(module):
        return
    if module == "__main__":
        raise SerializationError(
            "the saved object uses something that a notebook or script defined, and it is not defined here",
            hint="Run the cell that defines it, then load again.",
        )
    raise SerializationError(
        f"module {module!r} is not among the packages that saved files may name",
        allowed=", ".join(sorted(_packages)),
        hint=f"If you trust it: spec_lab.tree.allow_package({module.split('.')[0]!r}).",
    )


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
