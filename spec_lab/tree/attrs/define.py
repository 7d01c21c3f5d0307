"""`define`, `frozen`, `frozen_static`: attrs decorators that also register the class.

Registration comes after `attrs.define`, because slots make a new class. A subclass without decorator is registered
too, with the fields it inherits (JAX would else take it for a leaf, silently); if it annotates more, a warning says so
when it is first taken apart. The values of a static class are checked when it is made, not when a jit cache first asks
for a hash.
"""

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any, dataclass_transform

import attrs

from spec_lab._base import SpecLabWarning
from spec_lab.tree.attrs.fields import array, auto, field, static
from spec_lab.tree.attrs.kinds import PyTreeType
from spec_lab.tree.attrs.register import register_fieldz, register_static
from spec_lab.tree.registry import PyTreeTypeSpec, find_spec, register_spec
from spec_lab.tree.rules import check_static

_MAKERS = (attrs.field, array, auto, field, static)
_unregistered: list[str] = []  # names of classes being defined with pytree="none"


@dataclass_transform(field_specifiers=_MAKERS)
def define(cls: type | None = None, **options: Any) -> Any:
    """`attrs.define`, and a place in JAX trees and in files.

    Args:
        cls: The class; without it, a decorator is returned.
        **options: Those of `attrs.define`, and `pytree`: "data" (fields are children unless static; the default),
            "static" (instances are constants without leaves), or "none" (not registered).

    Warns:
        SpecLabWarning: A static class that is not frozen: its hash could change under JAX's caches.
    """
    if cls is None:
        return functools.partial(define, **options)
    role = PyTreeType(options.pop("pytree", None))
    if role is PyTreeType.STATIC and not options.get("frozen", False):
        warnings.warn(
            f"static class {cls.__qualname__} is not frozen: changing an instance changes its key in JAX's caches. "
            "Use frozen_static, or frozen=True.",
            SpecLabWarning,
            stacklevel=2,
        )
    return _register(_define(cls, role, options), role)


@dataclass_transform(frozen_default=True, field_specifiers=_MAKERS)
def frozen(cls: type | None = None, **options: Any) -> Any:
    """`define` with `frozen=True`."""
    options.setdefault("frozen", True)
    return define(cls, **options)


@dataclass_transform(frozen_default=True, field_specifiers=_MAKERS)
def frozen_static(cls: type | None = None, **options: Any) -> Any:
    """`define` with `frozen=True, pytree="static"`: options and styles; hashable, without leaves."""
    options.setdefault("pytree", PyTreeType.STATIC)
    return frozen(cls, **options)


def _define(cls: type, role: PyTreeType, options: dict[str, Any]) -> Any:
    if role is not PyTreeType.NONE:
        return attrs.define(cls, **options)
    _unregistered.append(cls.__qualname__)
    try:
        return attrs.define(cls, **options)
    finally:
        _unregistered.pop()


def _register(cls: Any, role: PyTreeType) -> Any:
    if role is PyTreeType.NONE:
        return cls
    if role is PyTreeType.DATA:
        register_fieldz(cls)
    else:
        register_static(cls)
        _check_values(cls)
    _adopt_subclasses(cls, register_fieldz if role is PyTreeType.DATA else register_static)
    return cls


def _check_values(cls: Any) -> None:
    """Let the constructor refuse values that cannot be hashed, naming the field."""
    if cls.__hash__ in (None, object.__hash__):
        return
    names = [a.name for a in attrs.fields(cls) if a.hash or (a.hash is None and a.eq)]
    made = cls.__init__

    @functools.wraps(made)
    def init(self: Any, *args: Any, **values: Any) -> None:
        made(self, *args, **values)
        if type(self) is cls:
            for name in names:
                check_static(f"field {cls.__qualname__}.{name}", getattr(self, name))

    cls.__init__ = init


def _adopt_subclasses(cls: Any, register: Callable[[Any], Any]) -> None:
    own = cls.__dict__.get("__init_subclass__")

    def adopt(sub: Any, **options: Any) -> None:
        if own is None:
            super(cls, sub).__init_subclass__(**options)
        else:
            own.__get__(None, sub)(**options)
        if sub.__qualname__ not in _unregistered:
            _register_undecorated(cls, sub, register)

    cls.__init_subclass__ = classmethod(adopt)


def _register_undecorated(base: Any, sub: Any, register: Callable[[Any], Any]) -> None:
    register(sub)
    spec = find_spec(sub)
    extra = sorted(set(inspect.get_annotations(sub)) - {a.name for a in attrs.fields(sub)})
    if spec is None or not extra:
        return

    def flatten(instance: Any) -> Any:
        register_spec(spec)
        warnings.warn(
            f"{sub.__qualname__} derives from the tree class {base.__qualname__} without a decorator: its own "
            f"{', '.join(extra)} are no fields and do not travel. Decorate it with define.",
            SpecLabWarning,
            stacklevel=3,
        )
        return spec.flatten(instance)

    def flatten_with_keys(instance: Any) -> Any:
        flatten(instance)
        return spec.flatten_with_keys(instance) if spec.flatten_with_keys else spec.flatten(instance)

    register_spec(PyTreeTypeSpec(sub, flatten, spec.unflatten, flatten_with_keys, layout=spec.layout))
