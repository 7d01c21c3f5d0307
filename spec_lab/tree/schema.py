"""What a `Struct` class knows of itself: its fields in order, and the rules they must keep among each other.

Fields are read off the class body's annotations before the class exists (`own_fields`), and merged with those of its
bases along the MRO once it does (`merged`). That order is the order of the constructor, of derivation and of
iteration. The lifecycle code made from a schema is in `lifecycle`; the metaclass that calls both is in `struct`.
"""

import dataclasses
import functools
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from spec_lab.tree.errors import DeclarationError, ValidationError
from spec_lab.tree.field import MISSING, FieldKind, FieldSpec, refuse_shared_default
from spec_lab.tree.layout import Layout

_VIEWS = ("fields", "node_fields", "static_fields", "opaque_fields", "derived_fields")
_METHODS = ("replace", "rederive", "to_dict", "tree_size", "to_state_dict", "from_state_dict", "export", "load")
_MACHINERY = ("_init_fields", "_struct_fill", "_struct_state")
RESERVED = frozenset((*_VIEWS, *_METHODS, *_MACHINERY))
_DOTTED = re.compile(r"\s*(?:typing\s*\.\s*)?(?:Annotated\s*\[\s*)?(\w+(?:\s*\.\s*\w+)*)")


def has_schema(cls: type) -> bool:
    """Whether a class is a `Struct`: only its metaclass gives a class a schema."""
    return isinstance(getattr(cls, "__struct_schema__", None), Schema)


@dataclasses.dataclass(frozen=True)
class Schema:
    """The fields of one class.

    Args:
        fields: All fields, those of the bases first.
        own: Those the class body declares or overrides.
        custom_init: Whether the class body wrote its own constructor.
    """

    fields: Mapping[str, FieldSpec]
    own: Mapping[str, FieldSpec]
    custom_init: bool

    def names(self, kind: FieldKind) -> tuple[str, ...]:
        """Names of the fields of one kind, computed ones included."""
        return tuple(name for name, spec in self.fields.items() if spec.kind is kind)

    @functools.cached_property
    def derived(self) -> tuple[FieldSpec, ...]:
        """Specs of the computed fields."""
        return tuple(spec for spec in self.fields.values() if spec.is_derived)

    @functools.cached_property
    def stored(self) -> tuple[FieldSpec, ...]:
        """Specs of the fields that are not computed."""
        return tuple(spec for spec in self.fields.values() if not spec.is_derived)

    @functools.cached_property
    def without_hooks(self) -> bool:
        """Whether no field has a converter, a validator or a derivation: assigning is then all there is to do."""
        return not any(spec.converter or spec.validators or spec.is_derived for spec in self.fields.values())

    @property
    def arguments(self) -> tuple[FieldSpec, ...]:
        """Specs of the fields the constructor takes."""
        return tuple(spec for spec in self.stored if spec.init)

    def layout(self) -> Layout:
        """Roles of the attributes for JAX; computed fields have none (their values are no part of the structure)."""
        role = {kind: tuple(spec.name for spec in self.stored if spec.kind is kind) for kind in FieldKind}
        return Layout(data=role[FieldKind.NODE], meta=role[FieldKind.STATIC], opaque=role[FieldKind.OPAQUE])


def own_fields(owner: str, namespace: Mapping[str, Any], inherited: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """Fields that a class body declares (by annotation) or overrides (a plain value is a new default).

    Raises:
        ValidationError: A reserved name, a shared mutable default, a `field(...)` without annotation, or a method where
            a base has a field.
    """
    annotations = own_annotations(namespace)
    module = namespace.get("__module__", "")
    own = {
        name: _declared(owner, name, namespace.get(name, MISSING))
        for name, annotation in annotations.items()
        if not is_classvar(annotation, module)
    }
    for name, value in namespace.items():
        if name not in annotations and (isinstance(value, FieldSpec) or name in inherited):
            own[name] = _overridden(owner, name, value, inherited)
    return own


def own_annotations(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Annotations of a class body before the class exists (Python 3.14 keeps them in a function)."""
    if "__annotations__" in namespace:
        return dict(namespace["__annotations__"])
    if sys.version_info >= (3, 14):
        import annotationlib  # pyright: ignore[reportMissingImports]

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is not None:
            return dict(annotationlib.call_annotate_function(annotate, annotationlib.Format.FORWARDREF))
    return {}


def is_classvar(annotation: Any, module: str) -> bool:
    """Whether an annotation says ClassVar, as an object or as text (`from __future__ import annotations`)."""
    if isinstance(annotation, str):
        return _text_is_classvar(annotation.strip("'\""), module)
    if isinstance(annotation, typing.ForwardRef):
        return _text_is_classvar(annotation.__forward_arg__, module)
    if typing.get_origin(annotation) is typing.Annotated:
        return is_classvar(typing.get_args(annotation)[0], module)
    return annotation is typing.ClassVar or typing.get_origin(annotation) is typing.ClassVar


def _text_is_classvar(text: str, module: str) -> bool:
    match = _DOTTED.match(text)
    if match is None:
        return False
    first, *rest = re.split(r"\s*\.\s*", match[1])
    found = getattr(sys.modules.get(module), first, None)
    for part in rest:
        found = getattr(found, part, None)
    return found is typing.ClassVar or (found is None and (rest or [first])[-1] == "ClassVar")


def _declared(owner: str, name: str, value: Any) -> FieldSpec:
    where = f"field {owner}.{name}"
    if name in RESERVED or name.startswith("_sl_") or (name.startswith("__") and name.endswith("__")):
        raise DeclarationError(f"{where} would hide what every Struct has under that name", hint="Choose another name.")
    if isinstance(value, FieldSpec):
        refuse_shared_default(where, value.default)
        return dataclasses.replace(value, name=name)
    refuse_shared_default(where, value)
    return FieldSpec(name=name, default=value)


def _overridden(owner: str, name: str, value: Any, inherited: Mapping[str, FieldSpec]) -> FieldSpec:
    where = f"{owner}.{name}"
    if isinstance(value, FieldSpec):
        if name not in inherited:
            raise DeclarationError(
                f"{where} is a field without an annotation", hint=f"Write {name}: <type> = field(...)."
            )
        return _declared(owner, name, value)
    if inherited[name].is_derived or hasattr(type(value), "__get__"):
        raise DeclarationError(
            f"{where} hides an inherited field", hint="Override it with an annotation and field(...)."
        )
    refuse_shared_default(f"field {where}", value)
    return dataclasses.replace(inherited[name], default=value, factory=MISSING)


def merged(cls: type, own: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """All fields of a class: those of its bases along the MRO, then its own; an override keeps its place.

    Raises:
        ValidationError: A required positional field after one with a default.
    """
    fields: dict[str, FieldSpec] = {}
    for base in reversed(cls.__mro__[1:]):
        schema = base.__dict__.get("__struct_schema__")
        fields |= {} if schema is None else schema.own
    fields |= own
    _check_order(cls.__qualname__, fields.values())
    return fields


def _check_order(owner: str, specs: Any) -> None:
    optional = None
    for spec in positional(specs):
        if spec.has_default:
            optional = spec.name
        elif optional is not None:
            raise ValidationError(
                f"{owner}: required field {spec.name!r} follows {optional!r}, which has a default",
                hint="Reorder them, give it a default, or make it keyword-only with field(kw_only=True).",
            )


def positional(specs: Iterable[FieldSpec]) -> Iterator[FieldSpec]:
    """The specs a constructor takes by position."""
    return (spec for spec in specs if spec.init and not spec.kw_only and not spec.is_derived)
