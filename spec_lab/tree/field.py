"""What one field of a container is: its kind, its default, its hooks, and whether it is shown, compared and saved.

`field(...)` is what a class body says; `FieldSpec` is what the class remembers. The three kinds say where the value
travels when JAX takes the container apart: NODE is a child (traced), STATIC is auxiliary data compared by value (a jit
constant), OPAQUE is auxiliary data compared by identity.

Trap: an opaque field with `default_factory=object` makes *every* instance a tree definition of its own. That is right
for a handle and fatal for `tree_map(f, a, b)` over two instances; `compare=False` speaks of `==` only and does not
help.

How classes use specs is in `struct`; how hooks are called is in `field_calls`.
"""

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from spec_lab.tree.errors import DeclarationError


class _Missing:
    """The absence of a default; one object, also after copy and pickle."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final[Any] = _Missing()


class FieldKind(str, Enum):  # noqa: UP042 (documented as such; str() differs from StrEnum)
    """Where a field's value travels when JAX takes the container apart."""

    NODE = "node"
    STATIC = "static"
    OPAQUE = "opaque"


@dataclasses.dataclass(frozen=True)
class FieldSpec:
    """Everything a class remembers of one field. Frozen; may be built directly.

    Args:
        name: The attribute's name; the class fills it in when the spec comes from `field`.
        default: The default value, or `MISSING`.
        kind: NODE, STATIC or OPAQUE.
        factory: Makes a new default for each instance, or `MISSING`.
        init: Whether the constructor takes it.
        repr: Whether `repr` shows it.
        compare: Whether `==` looks at it.
        serialize: Whether it is saved; None means: yes, unless opaque. Derived fields never are.
        kw_only: Whether the constructor takes it by keyword only.
        doc: A sentence about the field.
        metadata: Anything else; an immutable mapping.
        converter: `(value)` or `(self, value)` to the value that is stored.
        validators: Each `(value)` or `(self, value)`; raises, or returns False, to refuse.
        derived: `()` or `(self)` to the value of a computed field.
    """

    name: str = ""
    default: Any = dataclasses.field(default=MISSING, hash=False)
    kind: FieldKind = FieldKind.NODE
    factory: Any = MISSING
    init: bool = True
    repr: bool = True
    compare: bool = True
    serialize: bool | None = None
    kw_only: bool = False
    doc: str | None = None
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)
    converter: Callable[..., Any] | None = None
    validators: tuple[Callable[..., Any], ...] = ()
    derived: Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata or {})))
        object.__setattr__(self, "kind", FieldKind(self.kind))
        object.__setattr__(self, "validators", _as_tuple(self.validators))

    def __reduce__(self) -> tuple[Any, ...]:
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return _rebuild_spec, (values | {"metadata": dict(self.metadata)},)

    @property
    def has_default(self) -> bool:
        """Whether the constructor may leave it out."""
        return self.default is not MISSING or self.factory is not MISSING

    @property
    def is_derived(self) -> bool:
        """Whether it is computed from the other fields."""
        return self.derived is not None

    @property
    def should_serialize(self) -> bool:
        """Whether it is saved: derived never; what `serialize` says; otherwise unless opaque."""
        if self.is_derived:
            return False
        return self.kind is not FieldKind.OPAQUE if self.serialize is None else self.serialize

    def make_default(self) -> Any:
        """The default of one new instance (numpy arrays are copied: they can be written into).

        Raises:
            TypeError: There is neither a default nor a factory.
        """
        if self.factory is not MISSING:
            return self.factory()
        if self.default is MISSING:
            raise TypeError(f"field {self.name!r} has neither a default nor a default_factory")
        return copy.copy(self.default) if isinstance(self.default, np.ndarray) else self.default


def _rebuild_spec(values: dict[str, Any]) -> FieldSpec:
    return FieldSpec(**values)


def field(
    *,
    static: bool = False,
    pytree: bool = True,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    init: bool = True,
    repr: bool = True,
    compare: bool = True,
    serialize: bool | None = None,
    kw_only: bool = False,
    doc: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    converter: Callable[..., Any] | None = None,
    validator: Callable[..., Any] | Sequence[Callable[..., Any]] | None = None,
    derived: Callable[..., Any] | None = None,
) -> Any:
    """Declare a field of a `Struct`: a node unless `static=True` (a jit constant) or `pytree=False` (opaque).

    Example:
        >>> class Line(Struct):
        ...     slope: float
        ...     name: str = field(static=True, default="line")

    Args:
        static: Auxiliary data compared by value; must be hashable and free of arrays.
        pytree: False for an opaque reference, compared by identity and not saved unless `serialize=True`.
        default: Default value; a list, dict, set or bytearray is refused (it would be shared).
        default_factory: Called once an instance.
        init: Whether the constructor takes it.
        repr: Whether `repr` shows it.
        compare: Whether `==` looks at it.
        serialize: Overrides whether it is saved.
        kw_only: Keyword-only in the constructor.
        doc: A sentence about it.
        metadata: Kept as an immutable mapping.
        converter: `(value)` or `(self, value)`; runs on construction, replacement and loading, never on unflattening.
        validator: One or several of `(value)` or `(self, value)`; may raise; False means refused.
        derived: `()` or `(self)`; needs `init=False`, no default, and static or opaque.

    Returns:
        The `FieldSpec` (typed as Any, so that `x: float = field()` satisfies type checkers).

    Raises:
        ValueError: Options that contradict each other.
    """
    _refuse_contradictions(static, pytree, default, default_factory)
    if derived is not None:
        _check_derived(init, default is not MISSING or default_factory is not MISSING, static or not pytree, serialize)
    return FieldSpec(
        name="",
        default=default,
        kind=FieldKind.STATIC if static else FieldKind.NODE if pytree else FieldKind.OPAQUE,
        factory=default_factory,
        init=init,
        repr=repr,
        compare=compare,
        serialize=serialize,
        kw_only=kw_only,
        doc=doc,
        metadata=metadata or {},
        converter=converter,
        validators=_as_tuple(validator),
        derived=derived,
    )


def _refuse_contradictions(static: bool, pytree: bool, default: Any, factory: Any) -> None:
    if default is not MISSING and factory is not MISSING:
        raise ValueError("field() takes either default or default_factory, not both")
    if static and not pytree:
        raise ValueError("field() is either static (static=True) or opaque (pytree=False), not both")
    refuse_shared_default("field()", default)


def refuse_shared_default(where: str, default: Any) -> None:
    """Refuse a default that all instances would share and could change (trap: `x: list = []`)."""
    if isinstance(default, list | dict | set | bytearray):
        kind = type(default).__name__
        raise DeclarationError(
            f"{where} has a mutable default that every instance would share",
            got=default,
            hint=f"Write field(default_factory={kind}) to give each instance its own.",
        )


def _check_derived(init: bool, has_default: bool, beside_the_leaves: bool, serialize: bool | None) -> None:
    if init:
        raise ValueError("a derived field is computed: it needs init=False")
    if has_default:
        raise ValueError("a derived field is computed: it takes neither default nor default_factory")
    if not beside_the_leaves:
        raise ValueError("a derived field cannot be a node: give static=True or pytree=False")
    if serialize:
        raise ValueError("a derived field is recomputed on loading: serialize=True is not possible")


def _as_tuple(validator: Any) -> tuple[Callable[..., Any], ...]:
    if validator is None:
        return ()
    return tuple(validator) if isinstance(validator, Sequence) else (validator,)
