"""Field makers for equinox modules: `x: Param = tagged(1.0)` wraps what is assigned, unless it is a variable already.

Converters run in `__init__` only. `eqx.tree_at(lambda m: m.x, m, 3.0)` therefore leaves a bare number in the field:
use `rewrap(m)` to apply the converters again, or address the inside (`lambda m: m.x.raw_value`).
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar

import equinox as eqx
from numpy.typing import ArrayLike
from typing_extensions import Unpack

from spec_lab.tree import savable
from spec_lab.variables.abstract import AbstractVariable
from spec_lab.variables.constraints import AbstractConstraint
from spec_lab.variables.metadata import Words
from spec_lab.variables.variable import Constrained, Derived, Tagged

REQUIRED: Any = dataclasses.MISSING
Start = ArrayLike | Sequence[ArrayLike] | AbstractVariable
X = TypeVar("X")
M = TypeVar("M", bound=eqx.Module)


class FieldOptions(TypedDict, total=False):
    """What the field makers hand to `equinox.field`."""

    kw_only: bool
    init: bool
    repr: bool
    hash: bool | None
    compare: bool


@savable
def identity(x: X) -> X:
    """x ↦ x."""
    return x


def _field(wrap: Callable[[Any], AbstractVariable], default: Any, options: Any) -> Any:
    def convert(x: Any) -> Any:
        return x if isinstance(x, AbstractVariable) else wrap(x)

    if default is not REQUIRED:
        options["default"] = default
    return eqx.field(converter=convert, **options)


def tagged(default: Start = REQUIRED, metadata: Words = None, **options: Unpack[FieldOptions]) -> AbstractVariable:
    """A field that holds a `Tagged`; required if no default is given."""
    return _field(lambda x: Tagged(x, metadata=metadata), default, options)


def derived(
    fn: Callable[[Any], Any] = identity,
    default: Start = REQUIRED,
    *,
    words: Words = None,
    **options: Unpack[FieldOptions],
) -> AbstractVariable:
    """A field that holds a `Derived` of what is assigned."""
    return _field(lambda x: Derived(fn, x, metadata=words), default, options)


def constrained(
    constraint: AbstractConstraint | None = None,
    default: Start = REQUIRED,
    *,
    words: Words = None,
    **options: Unpack[FieldOptions],
) -> AbstractVariable:
    """A field that holds a `Constrained`, on the real line if no constraint is given; `words` is its metadata."""
    return _field(lambda x: Constrained(constraint, x, metadata=words), default, options)


def rewrap(module: M) -> M:
    """`module` with every bare value in a field of ours wrapped again, at every depth."""

    def heal(node: Any) -> Any:
        if not isinstance(node, eqx.Module) or isinstance(node, AbstractVariable):
            return node
        fresh = object.__new__(type(node))
        for spec in dataclasses.fields(node):
            if spec.name not in node.__dict__:
                continue
            value, convert = node.__dict__[spec.name], spec.metadata.get("converter")
            value = convert(value) if convert is not None and not spec.metadata.get("static") else _walk(value)
            object.__setattr__(fresh, spec.name, value)
        return fresh

    def _walk(tree: Any) -> Any:
        import jax

        return jax.tree_util.tree_map(heal, tree, is_leaf=lambda x: isinstance(x, eqx.Module))

    return _walk(module)
