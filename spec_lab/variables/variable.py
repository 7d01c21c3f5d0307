"""The four variables: `Tagged` (free), `Constrained` (free within limits), `Fixed` (frozen), `Derived` (computed).

Each holds one `raw_value` (what an optimiser would move) and gives one `value` (what the model reads). Metadata is the
same keyword everywhere; `Fixed` and `Derived` around another variable read through to its words, their own winning.
"""

from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
from jaxtyping import Array

from spec_lab.variables.abstract import (
    AbstractBounded,
    AbstractConstant,
    AbstractVariable,
    as_inexact,
    is_traced,
    read,
)
from spec_lab.variables.constraints import AbstractConstraint, RealLine
from spec_lab.variables.metadata import NOTHING, Metadata, as_metadata

_Words = Mapping[str, Any] | None


def _inner(x: Any) -> Any:
    return x if isinstance(x, AbstractVariable) else as_inexact(x)


def _words(raw: Any, own: Any) -> Any:
    """The words of a wrapper: those of the variable inside, overruled by its own."""
    inside = raw.metadata if isinstance(raw, AbstractVariable) else NOTHING
    if not own:
        return inside
    return inside | own if isinstance(inside, Metadata) and isinstance(own, Metadata) else own


class Tagged(AbstractVariable):
    """A free value with metadata.

    Args:
        raw_value: Number or array (integers become floats), or another variable.
        metadata: Words such as `{"unit": "keV", "label": r"\\alpha", "prior": "unif(-2, 2)", "log": False}`.

    Examples:
        >>> alpha = Tagged(-1, metadata={"label": r"\\alpha"})
        >>> float(alpha + 3), alpha.metadata["label"]
        (2.0, '\\\\alpha')
    """

    raw_value: Any
    own: Any = eqx.field(static=True, repr=False)

    def __init__(self, raw_value: Any, *, metadata: _Words = None):
        self.raw_value, self.own = _inner(raw_value), as_metadata(metadata)

    @property
    def value(self) -> Array:
        return read(self.raw_value)

    @property
    def metadata(self) -> Any:
        return _words(self.raw_value, self.own)


class Fixed(AbstractVariable, AbstractConstant):
    """A frozen value: constant for the optimiser, no gradient flows through it.

    `Fixed(Fixed(x))` is `Fixed(x)`. Attributes it does not have are those of the variable inside (`.constraint`,
    `.bounds`, ...), so a frozen parameter still shows its limits.

    Examples:
        >>> from spec_lab.variables import Constrained, Interval
        >>> p = Fixed(Constrained(Interval(-2.0, 2.0), 1.0, metadata={"unit": "keV"}))
        >>> [float(b) for b in p.bounds], p.metadata["unit"]
        ([-2.0, 2.0], 'keV')
    """

    raw_value: Any
    own: Any = eqx.field(static=True, repr=False)

    def __init__(self, raw_value: Any, *, metadata: _Words = None):
        own = as_metadata(metadata)
        if isinstance(raw_value, Fixed):
            raw_value, own = raw_value.raw_value, _merge(raw_value.own, own)
        self.raw_value, self.own = _inner(raw_value), own

    @property
    def value(self) -> Array:
        value = read(self.raw_value)
        return jax.lax.stop_gradient(value) if is_traced(value) else value

    @property
    def metadata(self) -> Any:
        return _words(self.raw_value, self.own)

    def as_free(self) -> AbstractVariable:
        """The variable inside; a bare value comes back `Tagged` with the same words."""
        if isinstance(self.raw_value, AbstractVariable) and not self.own:
            return self.raw_value
        return Tagged(self.raw_value, metadata=self.own)

    def update(self, base: Any) -> "Fixed":
        """The frozen variable at another value, still frozen."""
        inside = self.raw_value
        return Fixed(inside.update(base) if isinstance(inside, AbstractBounded) else base, metadata=self.own)

    def __getattr__(self, name: str) -> Any:
        # Only reached for names not found. Underscored names and our own field are refused outright: copy, pickle and
        # unflatten ask for them on instances built without __init__, and forwarding would recurse for ever.
        inside = None if name.startswith("_") or name in ("raw_value", "own") else self.__dict__.get("raw_value")
        if not isinstance(inside, AbstractVariable):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(inside, name)


def _merge(inside: Any, own: Any) -> Any:
    return (inside | own if isinstance(inside, Metadata) and isinstance(own, Metadata) else own) if own else inside


class Derived(AbstractVariable):
    """A computed value, `value = fn(raw_value)`; no inverse is needed.

    `fn` is part of the structure: pass a named function, since a fresh lambda per instance makes every instance a new
    structure (and a new compilation). A callable that is itself a tree (`jax.tree_util.Partial`, a module) is a node.

    Examples:
        >>> import jax.numpy as jnp
        >>> float(jnp.log10(Derived(jnp.exp, Tagged(0.0)) * 100))
        2.0
    """

    raw_value: Any
    _static_fn: Any = eqx.field(static=True, repr=False)
    _tree_fn: Any = eqx.field(repr=False)
    own: Any = eqx.field(static=True, repr=False)

    def __init__(self, fn: Callable[[Any], Any], raw_value: Any, *, metadata: _Words = None):
        plain = jtu.all_leaves([fn])
        self._static_fn, self._tree_fn = (fn, None) if plain else (None, fn)
        self.raw_value, self.own = _inner(raw_value), as_metadata(metadata)

    @property
    def fn(self) -> Callable[[Any], Any]:
        """The function."""
        return self._tree_fn if self._static_fn is None else self._static_fn

    @property
    def value(self) -> Array:
        return jnp.asarray(self.fn(read(self.raw_value)))

    @property
    def metadata(self) -> Any:
        return _words(self.raw_value, self.own)


class Constrained(AbstractVariable, AbstractBounded):
    """A free value within limits, moved along the real line through the constraint's bijector.

    A value on a limit is nudged inside by a few units of round-off; outside it is refused.

    Args:
        constraint: An `AbstractConstraint`, or None for the real line.
        value: The start value, or
        raw_value: the start on the real line; exactly one of the two.
        metadata: Words.

    Raises:
        ValueError: Neither or both of `value` and `raw_value`; a value outside (ParameterError).
    """

    constraint: AbstractConstraint
    raw_value: Any
    own: Any = eqx.field(static=True, repr=False)

    def __init__(
        self,
        constraint: AbstractConstraint | None = None,
        value: Any = None,
        *,
        raw_value: Any = None,
        metadata: _Words = None,
    ):
        if value is None and raw_value is None:
            raise ValueError("Must provide either value or raw_value")
        if value is not None and raw_value is not None:
            raise ValueError("Cannot provide both value and raw_value")
        own = as_metadata(metadata)
        if isinstance(value, AbstractVariable):
            value, own = value.value, _merge(value.metadata, own)
        start = as_inexact(value) if raw_value is None else _inner(raw_value)
        self.constraint = RealLine(jnp.shape(read(start))) if constraint is None else constraint
        if raw_value is None:
            start = jnp.asarray(self.constraint.bijector.inverse(self.constraint.admit(start)))
        self.raw_value, self.own = start, own

    @property
    def value(self) -> Array:
        return self.constraint.bijector.forward(read(self.raw_value))

    @property
    def metadata(self) -> Any:
        return _words(self.raw_value, self.own)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper) broadcast to the shape of the value."""
        return _broadcast(self.constraint.bounds, self.shape)

    @property
    def base(self) -> Array:
        """The value that obeys `bounds`."""
        return self.value

    def update(self, base: Any) -> "Constrained":
        """The same variable at another value (ParameterError outside the limits)."""
        return Constrained(self.constraint, base, metadata=self.own)


def _broadcast(bounds: tuple[Any, Any], shape: tuple[int, ...]) -> tuple[Array, Array]:
    lower, upper = (b if jnp.shape(b) == shape else jnp.broadcast_to(jnp.asarray(b), shape) for b in bounds)
    return lower, upper
