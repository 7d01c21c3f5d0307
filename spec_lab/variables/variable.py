"""The variables: `Tagged` (free), `Constrained` (free within limits), `Fixed` (frozen), `Derived` (computed).

Each holds one `raw_value` (what an optimiser would move) and gives one `value` (what the model reads). `metadata` is
the same keyword everywhere. A wrapper that shows the same quantity (`Fixed`, `Tagged`, `Constrained` around a variable)
takes over the words of the variable inside, its own winning; `Derived` is another quantity with its own words only.
Random variables are in `random`, wrappers of whole trees in `wrappers`.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from spec_lab._base import ParameterError
from spec_lab.variables.abstract import (
    AbstractBounded,
    AbstractConstant,
    AbstractVariable,
    as_inexact,
    is_traced,
    placed,
    read,
)
from spec_lab.variables.constraints import AbstractConstraint, RealLine
from spec_lab.variables.copying import rebuild
from spec_lab.variables.metadata import NOTHING, Metadata, as_metadata

Words = Mapping[str, Any] | None


def inner(x: Any) -> Any:
    """What a `raw_value` may be: a variable as it is, anything else an inexact array."""
    return x if isinstance(x, AbstractVariable) else as_inexact(x)


def words_of(x: Any, own: Any) -> Any:
    """The words of a wrapper of `x`: those of the variable inside, overruled by its own."""
    inside, own = (x.metadata if isinstance(x, AbstractVariable) else NOTHING), as_metadata(own)
    if not own:
        return inside
    return inside | own if isinstance(inside, Metadata) and isinstance(own, Metadata) else own


class Tagged(AbstractVariable):
    """A free value with metadata.

    Args:
        raw_value: Number or array (integers become floats), or another variable.
        metadata: Words such as `{"unit": "keV", "label": r"\\alpha", "prior": "unif(-2, 2)", "log": False}`.

    Examples:
        >>> alpha = Tagged(-1, metadata={"label": "alpha"})
        >>> float(alpha + 3), alpha.metadata["label"]
        (2.0, 'alpha')
    """

    raw_value: Any
    metadata: Any = eqx.field(static=True, repr=False)

    def __init__(self, raw_value: Any, *, metadata: Words = None):
        self.raw_value, self.metadata = inner(raw_value), words_of(raw_value, metadata)

    @property
    def value(self) -> Array:
        """The number itself."""
        return read(self.raw_value)


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
    metadata: Any = eqx.field(static=True, repr=False)

    def __init__(self, raw_value: Any, *, metadata: Words = None):
        self.metadata = words_of(raw_value, metadata)
        self.raw_value = raw_value.raw_value if isinstance(raw_value, Fixed) else inner(raw_value)

    @property
    def value(self) -> Array:
        """The number, behind a stopped gradient."""
        value = read(self.raw_value)
        return jax.lax.stop_gradient(value) if is_traced(value) else value

    def as_free(self) -> AbstractVariable:
        """The variable inside; a bare value, or one with other words, comes back with the words of this one."""
        inside = self.raw_value
        if not isinstance(inside, AbstractVariable):
            return Tagged(inside, metadata=self.metadata)
        return inside if inside.metadata == self.metadata else _with_words(inside, self.metadata)

    def update(self, base: Any) -> "Fixed":
        """The frozen variable at another value, still frozen."""
        inside = self.raw_value
        return Fixed(inside.update(base) if isinstance(inside, AbstractBounded) else base, metadata=self.metadata)

    def __getattr__(self, name: str) -> Any:
        # Only reached for names not found. Underscored names and our own fields are refused outright: copy, pickle and
        # unflatten ask for them on instances built without __init__, and forwarding would recurse for ever.
        own = name.startswith("_") or name in ("raw_value", "metadata")
        inside = None if own else self.__dict__.get("raw_value")
        if not isinstance(inside, AbstractVariable):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(inside, name)


def _with_words(variable: Any, metadata: Any) -> Any:
    return rebuild(type(variable), {**variable.__dict__, "metadata": metadata})


class Derived(AbstractVariable):
    """A computed value, `value = fn(raw_value)`; no inverse is needed.

    `fn` is part of the structure: pass a named function, since a fresh lambda per instance makes every instance a new
    structure (and a new compilation). Its words are its own: it is another quantity than what it is computed from.

    Args:
        fn: A function of the raw value, without arrays inside (for those see `Parameterized`).
        raw_value: Number, array or variable.
        metadata: Words.

    Examples:
        >>> import jax.numpy as jnp
        >>> float(jnp.log10(Derived(jnp.exp, Tagged(0.0)) * 100))
        2.0
    """

    fn: Callable[[Any], Any] = eqx.field(static=True)
    raw_value: Any
    metadata: Any = eqx.field(static=True, repr=False)

    def __init__(self, fn: Callable[[Any], Any], raw_value: Any, *, metadata: Words = None):
        self.fn, self.raw_value, self.metadata = static_function(fn), inner(raw_value), as_metadata(metadata)

    @property
    def value(self) -> Array:
        """fn(raw_value)."""
        return jnp.asarray(self.fn(read(self.raw_value)))


def static_function(fn: Any) -> Callable[..., Any]:
    """`fn` if it can be part of a structure: callable, hashable, without arrays.

    Raises:
        ParameterError: Otherwise.
    """
    try:
        hash(fn)
        ok = callable(fn)
    except TypeError:
        ok = False
    if not ok:
        raise ParameterError(
            "fn is not a plain function",
            got=fn,
            allowed="a named function or another hashable callable without arrays",
            hint="Pass arrays as arguments: Parameterized(fn, *args).",
        )
    return fn


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

    value_field: ClassVar[str] = "value"
    constraint: AbstractConstraint
    raw_value: Any
    metadata: Any = eqx.field(static=True, repr=False)

    def __init__(
        self,
        constraint: AbstractConstraint | None = None,
        value: Any = None,
        *,
        raw_value: Any = None,
        metadata: Words = None,
    ):
        if value is None and raw_value is None:
            raise ValueError("Must provide either value or raw_value")
        if value is not None and raw_value is not None:
            raise ValueError("Cannot provide both value and raw_value")
        _check_constraint(constraint)
        start = as_inexact(read(value)) if raw_value is None else inner(raw_value)
        self.constraint = RealLine(jnp.shape(read(start))) if constraint is None else constraint
        self.metadata = words_of(value if raw_value is None else raw_value, metadata)
        self.raw_value = start if raw_value is not None else _to_raw(self.constraint, start)

    @property
    def value(self) -> Array:
        """The number, inside the limits."""
        return self.constraint.bijector.forward(read(self.raw_value))

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
        return Constrained(self.constraint, base, metadata=self.metadata)


def _check_constraint(constraint: Any) -> None:
    if constraint is not None and not isinstance(constraint, AbstractConstraint):
        raise ParameterError(
            "Constrained needs a constraint first", got=constraint, allowed="Interval(lower, upper), Positive(), ..."
        )


def _to_raw(constraint: AbstractConstraint, value: Any) -> Array:
    """The raw value, in the floating type of the value."""
    raw = constraint.bijector.inverse(constraint.admit(value))
    return raw if raw.dtype == value.dtype or not jnp.issubdtype(value.dtype, jnp.inexact) else raw.astype(value.dtype)


def _broadcast(bounds: tuple[Any, Any], shape: tuple[int, ...]) -> tuple[Array, Array]:
    lower, upper = (b if np.shape(b) == shape else _wide(b, shape) for b in bounds)
    return lower, upper


def _wide(limit: Any, shape: tuple[int, ...]) -> Array:
    return jnp.broadcast_to(limit, shape) if is_traced(limit) else placed(np.broadcast_to(np.asarray(limit), shape))
