"""How an instance comes to be: assign, derive, `__post_init__`, derive again, validate, freeze.

Three ways lead through here, each a function generated per class: the constructor, `_init_fields` (what a custom
`__init__` and `replace` call), and `_struct_fill` (what loading calls; no `__post_init__`). Unflattening is none of
them: it only assigns (`layout`).

Who is frozen: an instance says so in a slot; where the slot is empty, the class decides: instances of classes with a
generated constructor are born frozen, instances of classes with their own `__init__` stay open until `_init_fields`.

Generated names start with `_sl_`, so that a field may be called anything. Computed fields are in `derived`.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from spec_lab.tree.derived import TRACING_ERRORS, derive_all
from spec_lab.tree.errors import ValidationError
from spec_lab.tree.field import MISSING, FieldKind, FieldSpec
from spec_lab.tree.field_calls import with_value
from spec_lab.tree.layout import compile_source
from spec_lab.tree.rules import PLAIN, check_static
from spec_lab.tree.schema import Schema

OPEN, FROZEN = "open", "frozen"


class Absent:
    """Shown in a constructor's signature for a default that a factory makes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<default>"


DEFAULT = Absent()


class PlainSlot:
    """Class attribute of a stored field whose name a base already uses; without it the base's attribute would show."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        raise AttributeError(f"{type(instance).__name__!r} object has no value for field {self.name!r}")


def make_constructor(cls: type, schema: Schema) -> Callable[..., None]:
    """Generate `__init__`: positional arguments in field order, then keyword-only ones."""
    taken = [spec for spec in schema.stored if spec.init]
    made = _generate(cls, schema, "__init__", taken, post=True, freeze=False)
    made.__doc__ = f"Make a {cls.__qualname__}."
    return made


def make_init_fields(cls: type, schema: Schema) -> Callable[..., None]:
    """Generate `_init_fields(**values)`: the whole lifecycle, for every stored field by keyword.

    `_sl_old` holds the values of the instance that is replaced; a static value that is still the same object has passed.
    """
    return _generate(cls, schema, "_init_fields", None, post=True, freeze=True)


def make_fill(cls: type, schema: Schema) -> Callable[..., None]:
    """Generate `_struct_fill(**values)`: the lifecycle of loading, without `__post_init__`."""
    return _generate(cls, schema, "_struct_fill", None, post=False, freeze=True)


def _generate(
    cls: Any, schema: Schema, title: str, taken: list[FieldSpec] | None, *, post: bool, freeze: bool
) -> Callable[..., None]:
    names = _helpers(cls, schema)
    derive = ["    _sl_derive(_sl_self)"] if schema.derived else []
    replacing = taken is None and post
    post = post and hasattr(cls, "__post_init__")
    body = ["    _sl_d = _sl_self.__dict__", *_assignments(names, schema, taken), *derive]
    if post:
        body += ["    _sl_state(_sl_self, _sl_OPEN)", "    _sl_self.__post_init__()", *derive]
    body += _checks(cls, schema, replacing=replacing)
    if freeze:
        body += ["    _sl_state(_sl_self, _sl_FROZEN)"]
    elif post:  # a subclass's own __init__ that called us goes on assigning
        body += ["    _sl_state(_sl_self, _sl_FROZEN if type(_sl_self) is _sl_cls else _sl_OPEN)"]
    arguments = _signature(names, schema.stored if taken is None else taken, keywords=taken is None)
    if replacing:
        arguments += ", _sl_old=_sl_NOTHING" if schema.stored else ", *, _sl_old=_sl_NOTHING"
    head = f"def {title}({arguments}):"
    made = compile_source("\n".join([head, *body, ""]), names, cls.__qualname__)[title]
    made.__qualname__, made.__module__ = f"{cls.__qualname__}.{title}", cls.__module__
    return made


def _helpers(cls: Any, schema: Schema) -> dict[str, Any]:
    slots = tuple(getattr(cls, spec.name) for spec in schema.derived)
    return {
        "_sl_DEFAULT": DEFAULT,
        "_sl_NOTHING": MappingProxyType({}),
        "_sl_PLAIN": PLAIN,
        "_sl_OPEN": OPEN,
        "_sl_FROZEN": FROZEN,
        "_sl_cls": cls,
        "_sl_state": cls._struct_state.__set__,
        "_sl_check_static": check_static,
        "_sl_derive": lambda instance: derive_all(slots, instance),
        "_sl_validate": _validators(cls, schema),
    }


def _signature(names: dict[str, Any], taken: Any, *, keywords: bool) -> str:
    places = [] if keywords else [spec for spec in taken if not spec.kw_only]
    named = [spec for spec in taken if spec not in places]
    parts = ["_sl_self", *(_parameter(names, spec) for spec in places)]
    return ", ".join([*parts, *(["*", *(_parameter(names, spec) for spec in named)] if named else [])])


def _parameter(names: dict[str, Any], spec: FieldSpec) -> str:
    if not spec.has_default:
        return spec.name
    names[f"_sl_default_{spec.name}"] = DEFAULT if _made_anew(spec) else spec.default
    return f"{spec.name}=_sl_default_{spec.name}"


def _made_anew(spec: FieldSpec) -> bool:
    return spec.factory is not MISSING or isinstance(spec.default, np.ndarray)


def _assignments(names: dict[str, Any], schema: Schema, taken: list[FieldSpec] | None) -> list[str]:
    lines = []
    for spec in schema.stored:
        value = spec.name
        names[f"_sl_make_{spec.name}"] = spec.make_default
        if taken is not None and spec not in taken:
            value = f"_sl_make_{spec.name}()"
        elif spec.has_default and _made_anew(spec):
            value = f"_sl_make_{spec.name}() if {spec.name} is _sl_DEFAULT else {spec.name}"
        if spec.converter is not None:
            names[f"_sl_convert_{spec.name}"] = with_value(spec.converter)
            value = f"_sl_convert_{spec.name}(_sl_self, {value})"
        lines.append(f"    _sl_d[{spec.name!r}] = {value}")
    return lines


def _checks(cls: type, schema: Schema, *, replacing: bool) -> list[str]:
    lines = []
    for spec in schema.stored:
        if spec.kind is FieldKind.STATIC:
            value, where = f"_sl_d[{spec.name!r}]", f"field {cls.__qualname__}.{spec.name}"
            kept = f" and {value} is not _sl_old.get({spec.name!r})" if replacing else ""
            lines.append(f"    if type({value}) not in _sl_PLAIN{kept}: _sl_check_static({where!r}, {value})")
    if schema.derived or any(spec.validators for spec in schema.fields.values()):
        lines.append("    _sl_validate(_sl_self)")
    return lines


def validate_all(cls: type, schema: Schema, instance: Any) -> None:
    """Ask the static rule and the validators of every field of an instance that exists already.

    Raises:
        ValidationError: One of them refuses.
    """
    for spec in schema.stored:
        if spec.kind is FieldKind.STATIC and spec.name in instance.__dict__:
            check_static(f"field {cls.__qualname__}.{spec.name}", instance.__dict__[spec.name])
    _validators(cls, schema)(instance)


def _validators(cls: type, schema: Schema) -> Callable[[Any], None]:
    static = [spec for spec in schema.derived if spec.kind is FieldKind.STATIC]
    hooks = [(spec.name, with_value(v)) for spec in schema.fields.values() for v in spec.validators]

    def validate(instance: Any) -> None:
        values = instance.__dict__  # a derivation put off while JAX traces has no value here, and is not judged
        for spec in static:
            if spec.name in values:
                check_static(f"field {cls.__qualname__}.{spec.name}", values[spec.name])
        for name, validator in hooks:
            if name in values:
                _judge(f"field {cls.__qualname__}.{name}", validator, instance, values[name])

    return validate


def _judge(where: str, validator: Callable[[Any, Any], Any], instance: Any, value: Any) -> None:
    try:
        verdict = validator(instance, value)
    except TRACING_ERRORS:  # it asks a tracer for its value: nothing to judge yet
        return
    if verdict is False or (isinstance(verdict, np.bool_) and not verdict):
        raise ValidationError(f"{where} was refused by its validator", got=value)
