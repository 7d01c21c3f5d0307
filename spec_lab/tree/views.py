"""`register_class` (a plain class becomes a Struct) and the module-level views of a Struct class's fields."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, dataclass_transform

from spec_lab.tree.field import FieldSpec, field
from spec_lab.tree.struct import Struct, StructABCMeta, StructMeta


@dataclass_transform(field_specifiers=(field, FieldSpec))
def register_class(cls: type | None = None, *, name: str | None = None) -> Any:
    """Make a plain class a Struct: a new class with MRO `(cls, Struct)`; a Struct subclass is returned as it is.

    Methods and zero-argument `super()` keep working; an `__init__` of the plain class is always discarded.

    Args:
        cls: The class; without it, a decorator is returned.
        name: Another name for the new class, in its references too.
    """
    if cls is None:
        return lambda raw: register_class(raw, name=name)
    return cls if issubclass(cls, Struct) else _with_struct(cls, name or cls.__name__)


dataclass: Callable[..., Any] = register_class


def _with_struct(raw: type, name: str) -> type:
    prefix = raw.__qualname__.rpartition(".")[0]
    namespace: dict[str, Any] = {
        "__module__": raw.__module__,
        "__qualname__": f"{prefix}.{name}" if prefix else name,
        "__doc__": raw.__doc__,
        "__annotations__": {},
    }
    for base in reversed(raw.__mro__[:-1]):
        annotations = inspect.get_annotations(base)
        namespace["__annotations__"] |= annotations
        namespace |= {key: value for key, value in vars(base).items() if key in annotations}
    metaclass: Any = StructMeta if type(raw) is type else StructABCMeta
    return metaclass(name, (raw, Struct), namespace)


def fields(cls: type[Struct] | Struct) -> Mapping[str, FieldSpec]:
    """Name → spec of every field of a Struct class."""
    return cls.fields()


def node_fields(cls: type[Struct] | Struct) -> tuple[str, ...]:
    """Names of the fields that JAX traces."""
    return cls.node_fields()


def static_fields(cls: type[Struct] | Struct) -> tuple[str, ...]:
    """Names of the fields that are jit constants."""
    return cls.static_fields()


def opaque_fields(cls: type[Struct] | Struct) -> tuple[str, ...]:
    """Names of the fields that are references compared by identity."""
    return cls.opaque_fields()


def derived_fields(cls: type[Struct] | Struct) -> tuple[str, ...]:
    """Names of the computed fields."""
    return cls.derived_fields()
