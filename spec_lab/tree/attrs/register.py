"""Giving an attrs class (or a dataclass) its place in the one registry; doing it again replaces the former roles."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import attrs

from spec_lab.tree.attrs.kinds import FieldType, is_data
from spec_lab.tree.errors import StructError
from spec_lab.tree.layout import Layout, make_functions
from spec_lab.tree.registry import PyTreeTypeSpec, register_spec

AnyClass = TypeVar("AnyClass", bound=type)


def register_fieldz(
    cls: AnyClass,
    data_fields: Sequence[str] | None = None,
    meta_fields: Sequence[str] | None = None,
    auto_fields: Sequence[str] | None = None,
    *,
    filter_spec: Callable[[Any], bool] = is_data,
    bypass_setattr: bool | None = None,
) -> AnyClass:
    """Register an attrs class or dataclass by the roles of its fields.

    Args:
        cls: The class, after `attrs.define` (which makes a new class when it uses slots); returned.
        data_fields: Names of children; by default those whose metadata say so, or say nothing.
        meta_fields: Names of auxiliary data; by default those with `static=True`.
        auto_fields: Names of fields with a role by value; by default those made by `auto`.
        filter_spec: Whether a value of an auto field is a child.
        bypass_setattr: Whether unflattening writes with `object.__setattr__`; by default where the class has its own
            `__setattr__` (frozen classes, converters on assignment).

    Raises:
        StructError: The class has no fields to read; a name is given two roles, or is no field; a field has none.
    """
    layout = _layout(cls, data_fields, meta_fields, auto_fields)
    if bypass_setattr is None:
        bypass_setattr = cls.__setattr__ is not object.__setattr__
    assign = "object" if bypass_setattr else "setattr"
    made = make_functions(cls, layout, is_data=filter_spec, assign=assign, last=_hash_reset(cls))
    register_spec(PyTreeTypeSpec(cls, made.flatten, made.unflatten, made.flatten_with_keys, layout=layout))
    return cls


def register_static(cls: AnyClass) -> AnyClass:
    """Register a class whose instances are constants: no children, the instance itself is the auxiliary data."""
    layout = Layout(meta=tuple(roles(cls)))
    register_spec(PyTreeTypeSpec(cls, lambda x: ((), x), lambda aux, _: aux, lambda x: ((), x), layout=layout))
    return cls


def roles(cls: Any) -> dict[str, FieldType]:
    """Name → role of every field of an attrs class or dataclass, from its metadata.

    Raises:
        StructError: It is neither.
    """
    if attrs.has(cls):
        listed = [(a.name, a.metadata) for a in attrs.fields(cls)]
    elif dataclasses.is_dataclass(cls):
        listed = [(f.name, f.metadata) for f in dataclasses.fields(cls)]
    else:
        raise StructError(
            f"{cls.__qualname__} has no fields to read",
            allowed="attrs classes and dataclasses",
            hint="Decorate it.",
        )
    return {name: FieldType(metadata.get("static")) for name, metadata in listed}


def _layout(cls: Any, data: Sequence[str] | None, meta: Sequence[str] | None, auto: Sequence[str] | None) -> Layout:
    by_role = roles(cls) if None in (data, meta, auto) else {}
    groups = []
    for given, role in ((data, FieldType.DATA), (meta, FieldType.META), (auto, FieldType.AUTO)):
        names = given if given is not None else [name for name, found in by_role.items() if found is role]
        groups.append(tuple(names))
    listed = [name for group in groups for name in group]
    if len(set(listed)) < len(listed):
        twice = sorted({name for name in listed if listed.count(name) > 1})
        raise StructError(
            f"fields of {cls.__qualname__} are given two roles", got=twice, hint="Give all three groups, or none."
        )
    _check_names(cls, listed)
    return Layout(*groups)


def _check_names(cls: Any, listed: Sequence[str]) -> None:
    """Every name is a field, and every field the constructor takes has a role: what has none would not travel."""
    by_attrs, by_dataclass = attrs.has(cls), dataclasses.is_dataclass(cls)
    own: Any = attrs.fields(cls) if by_attrs else dataclasses.fields(cls) if by_dataclass else ()
    known = {each.name: each.init for each in own}
    strangers = [name for name in listed if name not in known]
    left = [name for name, init in known.items() if init and name not in listed]
    if known and (strangers or left):
        what = f"{cls.__qualname__} has no such field" if strangers else f"fields of {cls.__qualname__} have no role"
        raise StructError(what, got=strangers or left, allowed=", ".join(known), hint="Give each field one role.")


def _hash_reset(cls: Any) -> Callable[[Any], None] | None:
    slots = getattr(cls, "__slots__", ())
    if "_attrs_cached_hash" not in slots:
        return None
    return lambda instance: object.__setattr__(instance, "_attrs_cached_hash", None)
