"""`Struct`: the immutable container of everything that is saved (spectra, responses, setups, outcomes, states).

A class body of annotated fields is all it takes; the metaclass reads them once, at class creation: it collects the
fields, writes the constructor, registers the class with JAX (one registry, `registry`) and remembers its reference for
files.

Lifecycle of construction: assign and convert → derive → `__post_init__` → derive again → validate → freeze. `replace`
goes through all of it (and restores the fields the constructor does not take); loading goes through all but
`__post_init__`; unflattening only assigns. A `__post_init__` must therefore not count its runs.

Not here: fields (`field`), the static rule (`rules`), files (`io`), the module-level views (`views`).
"""

import abc
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast, dataclass_transform

import jax

from spec_lab._base import nearest
from spec_lab.tree.compare import equal, summary
from spec_lab.tree.derived import DerivedSlot, derive_all
from spec_lab.tree.errors import FrozenStructError, ValidationError
from spec_lab.tree.field import FieldKind, FieldSpec, field
from spec_lab.tree.layout import make_functions
from spec_lab.tree.lifecycle import FROZEN, OPEN, PlainSlot, make_constructor, make_fill, make_init_fields, validate_all
from spec_lab.tree.registry import PyTreeTypeSpec, register_spec
from spec_lab.tree.rules import check_static
from spec_lab.tree.schema import Schema, merged, own_fields, positional


@dataclass_transform(field_specifiers=(field, FieldSpec))
class StructMeta(type):
    """Makes a class body of fields into a registered container, once, at class creation."""

    __struct_schema__: Schema

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any):
        body = dict(namespace)
        if not any(isinstance(base, StructMeta) for base in bases) and "_struct_state" not in body.get("__slots__", ()):
            bases = (*bases, Struct)  # `metaclass=StructMeta` alone means a Struct, too
        inherited: dict[str, FieldSpec] = {}
        for base in reversed(bases):
            if isinstance(base, StructMeta):
                inherited |= base.__struct_schema__.fields
        own = own_fields(body.get("__qualname__", name), body, inherited)
        for key, spec in own.items():
            body.pop(key, None)
            _place(body, spec, name, bases)
        cls = super().__new__(mcs, name, bases, body, **kwargs)
        _complete(cls, own, custom_init="__init__" in body or (not own and _inherits_custom(cls)))
        return cls

    def __call__(cls, *args: Any, **given: Any) -> Any:
        try:
            return super().__call__(*args, **given)
        except TypeError:
            _explain_call(cast(Any, cls), len(args), given)  # raises if the arguments were to blame
            raise

    @property
    def __signature__(cls) -> inspect.Signature:
        """Of the constructor; otherwise tools would show the arguments of `__call__`."""
        of_init = inspect.signature(cls.__init__)
        return of_init.replace(parameters=list(of_init.parameters.values())[1:])


def _place(body: dict[str, Any], spec: FieldSpec, owner: str, bases: tuple[type, ...]) -> None:
    """Leave no default on the class: a computed field gets its slot, and one that a base hides gets a plain slot."""
    if spec.is_derived:
        body[spec.name] = DerivedSlot(owner, spec)
    elif any(hasattr(base, spec.name) for base in bases):
        body[spec.name] = PlainSlot(spec.name)


def _inherits_custom(cls: type) -> bool:
    """Whether the constructor comes from a container that wrote its own."""
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    return isinstance(owner, StructMeta) and owner.__struct_schema__.custom_init


def _complete(cls: Any, own: dict[str, FieldSpec], *, custom_init: bool) -> None:
    schema = Schema(MappingProxyType(merged(cls, own)), MappingProxyType(own), custom_init)
    cls.__struct_schema__ = schema
    _ = schema.without_hooks  # known from now on: `replace` asks every time
    cls.__match_args__ = tuple(spec.name for spec in positional(schema.fields.values()))
    if schema.fields or not custom_init:
        if not custom_init:
            cls.__init__ = make_constructor(cls, schema)
        cls._init_fields = make_init_fields(cls, schema)
        cls._struct_fill = make_fill(cls, schema)
    freeze = (lambda x: cls._struct_state.__set__(x, FROZEN)) if custom_init else None
    layout = schema.layout()
    made = make_functions(cls, layout, last=freeze)
    register_spec(PyTreeTypeSpec(cls, made.flatten, made.unflatten, made.flatten_with_keys, layout=layout))


class StructABCMeta(StructMeta, abc.ABCMeta):
    """`StructMeta` for classes with abstract methods."""


class Struct(metaclass=StructMeta):
    """Immutable container of named values that JAX can take apart and files can hold.

    Example:
        >>> class Line(Struct):
        ...     slope: float
        ...     intercept: float = 0.0
        ...     name: str = field(static=True, default="line")
        >>> jax.tree_util.tree_leaves(Line(2.0))
        [2.0, 0.0]

    Raises:
        FrozenStructError: On setting or deleting an attribute of a finished instance.
        ValidationError: On construction, for values the fields refuse.
    """

    __slots__ = ("__dict__", "__weakref__", "_struct_state")
    _init_fields: ClassVar[Callable[..., None]]
    _struct_fill: ClassVar[Callable[..., None]]
    __hash__ = None  # pyright: ignore[reportAssignmentType]

    @classmethod
    def fields(cls) -> Mapping[str, FieldSpec]:
        """Name → spec of every field, in the order of the constructor and of derivation."""
        return cls.__struct_schema__.fields

    @classmethod
    def node_fields(cls) -> tuple[str, ...]:
        """Names of the fields that JAX traces."""
        return cls.__struct_schema__.names(FieldKind.NODE)

    @classmethod
    def static_fields(cls) -> tuple[str, ...]:
        """Names of the fields that are jit constants, computed ones included."""
        return cls.__struct_schema__.names(FieldKind.STATIC)

    @classmethod
    def opaque_fields(cls) -> tuple[str, ...]:
        """Names of the fields that are references compared by identity."""
        return cls.__struct_schema__.names(FieldKind.OPAQUE)

    @classmethod
    def derived_fields(cls) -> tuple[str, ...]:
        """Names of the computed fields; a computed static field is in `static_fields` too."""
        return tuple(spec.name for spec in cls.__struct_schema__.derived)

    def replace(self, **updates: Any) -> Self:
        """A copy with other values: converters, derivation, `__post_init__` (once) and validators run again.

        Fields the constructor does not take keep their value unless named here. The static rule is asked of what changed only:
        a static value that is the same object as before has passed it.

        Raises:
            TypeError: For a name that is no field, or a computed field.
        """
        schema = type(self).__struct_schema__
        _check_updates(type(self), updates)
        values = {spec.name: updates.get(spec.name, self.__dict__.get(spec.name)) for spec in schema.stored}
        new = object.__new__(type(self))
        if schema.without_hooks and not hasattr(type(self), "__post_init__"):
            _assign(new, values, self.__dict__, updates)
            return new
        new._init_fields(**values, _sl_old=self.__dict__)
        kept = {spec.name: values[spec.name] for spec in schema.stored if not spec.init}
        if kept and hasattr(type(self), "__post_init__"):  # the hook may have set them anew
            vars(new).update(kept)
            new.rederive()
        return new

    def __replace__(self, **updates: Any) -> Self:  # copy.replace of Python 3.13
        return self.replace(**updates)

    def rederive(self) -> Self:
        """Compute the derived fields of this instance again, in place, and validate: an escape hatch after outside mutation.

        Raises:
            ValidationError: A validator or the static rule refuses what the instance holds now.
        """
        schema = type(self).__struct_schema__
        derive_all(tuple(getattr(type(self), spec.name) for spec in schema.derived), self)
        validate_all(type(self), schema, self)
        return self

    def to_dict(self, *, recursive: bool = False, include_opaque: bool = True) -> dict[str, Any]:
        """Name → value of every field.

        Args:
            recursive: Whether containers inside are taken apart too (`io.to_python`).
            include_opaque: Whether opaque fields are included.
        """
        from spec_lab.tree.io import to_python

        fields = type(self).__struct_schema__.fields
        names = [name for name, spec in fields.items() if include_opaque or spec.kind is not FieldKind.OPAQUE]
        values = {name: getattr(self, name) for name in names}
        if not recursive:
            return values
        return {name: to_python(value, include_opaque=include_opaque) for name, value in values.items()}

    def tree_size(self) -> int:
        """Number of leaves."""
        return len(jax.tree_util.tree_leaves(self))

    def to_state_dict(self) -> dict[str, Any]:
        """This instance as plain data and numpy arrays; see `spec_lab.tree.io`."""
        from spec_lab.tree import io

        return io.to_state_dict(self)

    @classmethod
    def from_state_dict(cls, payload: Mapping[str, Any]) -> Self:
        """The instance a state dict describes.

        Raises:
            SerializationError: The state dict is damaged, or describes another class.
        """
        from spec_lab.tree import io

        return cast(Self, io.from_state_dict(payload, expected_cls=cls))

    def export(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write this instance to a folder, or to one file if the path ends in `.zip`.

        Raises:
            FileExistsError: The path exists and `overwrite` is False.
            SerializationError: Something in it cannot be saved; nothing is written then.
        """
        from spec_lab.tree import io

        return io.export(self, path, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | Path, *, allow: str | tuple[str, ...] = ()) -> Self:
        """Read an instance of this class.

        Raises:
            FileNotFoundError: There is nothing at the path.
            SerializationError: The file is damaged, of a newer version, or holds another class.
        """
        from spec_lab.tree import io

        return cast(Self, io.load(path, expected_cls=cls, allow=allow))

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, name) for name in type(self).__struct_schema__.fields)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        compared = [name for name, spec in type(self).__struct_schema__.fields.items() if spec.compare]
        return all(equal(getattr(self, name), getattr(other, name)) for name in compared)

    def __repr__(self) -> str:
        shown = [name for name, spec in type(self).__struct_schema__.fields.items() if spec.repr]
        return f"{type(self).__name__}({', '.join(f'{name}={summary(self, name)}' for name in shown)})"

    def __setattr__(self, name: str, value: Any) -> None:
        if not _is_open(self):
            raise FrozenStructError(
                f"{type(self).__name__} is immutable: cannot set {name!r}", hint=f"Use .replace({name}=...) for a copy."
            )
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if not _is_open(self):
            raise FrozenStructError(f"{type(self).__name__} is immutable: cannot delete {name!r}")
        object.__delattr__(self, name)

    def __getstate__(self) -> dict[str, Any]:
        derived = self.derived_fields()
        return {name: value for name, value in self.__dict__.items() if name not in derived}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        type(self)._struct_state.__set__(self, FROZEN)


def _assign(new: Struct, values: dict[str, Any], old: Mapping[str, Any], updates: Mapping[str, Any]) -> None:
    """What `_init_fields` comes to where a class has no hooks."""
    schema = type(new).__struct_schema__
    for name in updates:
        if schema.fields[name].kind is FieldKind.STATIC and values[name] is not old.get(name):
            check_static(f"field {type(new).__qualname__}.{name}", values[name])
    vars(new).update(values)
    type(new)._struct_state.__set__(new, FROZEN)


def _is_open(instance: Any) -> bool:
    try:
        return instance._struct_state is OPEN
    except AttributeError:
        return type(instance).__struct_schema__.custom_init


def _explain_call(cls: type[Struct], count: int, given: Mapping[str, Any]) -> None:
    schema = cls.__struct_schema__
    if schema.custom_init:
        return
    taken = {spec.name: spec for spec in schema.arguments}
    _refuse_unknown(cls, given, taken)
    places = [spec.name for spec in positional(schema.arguments)]
    if count > len(places):
        raise ValidationError(
            f"{cls.__name__} takes at most {len(places)} arguments without a name",
            got=count,
            allowed=", ".join(places),
        )
    missing = [n for n, spec in taken.items() if not spec.has_default and n not in given and n not in places[:count]]
    if missing:
        raise ValidationError(f"{cls.__name__} needs {', '.join(missing)}", allowed=", ".join(taken))


def _refuse_unknown(cls: type[Struct], given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for name in given:
        if name not in known:
            raise ValidationError(
                f"{cls.__name__} has no field {name!r}", allowed=", ".join(known), hint=nearest(name, known)
            )


def _check_updates(cls: type[Struct], updates: Mapping[str, Any]) -> None:
    fields = cls.__struct_schema__.fields
    _refuse_unknown(cls, updates, fields)
    computed = [name for name in updates if fields[name].is_derived]
    if computed:
        raise TypeError(f"{', '.join(computed)} of {cls.__name__} is derived; replace what it is computed from")
