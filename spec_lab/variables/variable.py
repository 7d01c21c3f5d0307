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
from jaxtyping import Array, Inexact, PyTree
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError
from spec_lab.variables.abstract import (
    AbstractAnnotated,
    AbstractBounded,
    AbstractConstant,
    AbstractVariable,
    as_inexact,
    is_traced,
    placed,
    read,
)
from spec_lab.variables.constraints import AbstractConstraint, RealLine
from spec_lab.variables.copying import Copied, rebuild
from spec_lab.variables.metadata import NOTHING, Metadata, Words, as_metadata
from spec_lab.variables.representation import ShortRepr, short_text

Raw = Inexact[Array, "..."] | AbstractVariable  # what a `raw_value` is


def inner(x: ArrayLike | AbstractVariable) -> Raw:
    """What a `raw_value` may be: a variable as it is, anything else an inexact array."""
    return x if isinstance(x, AbstractVariable) else as_inexact(x)


def words_of(variable: AbstractVariable | ArrayLike) -> Mapping[str, Any]:
    """The words of a variable: its metadata where that is a dictionary, else none."""
    words = variable.metadata if isinstance(variable, AbstractAnnotated) else NOTHING
    return words if isinstance(words, Metadata) else NOTHING


def wrapped_words(x: AbstractVariable | ArrayLike, own: Words) -> Metadata:
    """The words of a wrapper of `x`: those of the variable inside, overruled by its own."""
    inside, own = (x.metadata if isinstance(x, AbstractAnnotated) else NOTHING), as_metadata(own)
    if not own:
        return inside
    return inside | own if isinstance(inside, Metadata) and isinstance(own, Metadata) else own


class Tagged(AbstractVariable[Array], AbstractAnnotated[Metadata]):
    """A free value with metadata.

    Args:
        raw_value: Number or array (integers become floats), or another variable.
        metadata: Words such as `{"unit": "keV", "label": r"\\alpha", "prior": "unif(-2, 2)", "log": False}`.

    Examples:
        >>> alpha = Tagged(-1, metadata={"label": "alpha"})
        >>> float(alpha + 3), alpha.metadata["label"]
        (2.0, 'alpha')
    """

    raw_value: Raw
    metadata: Metadata = eqx.field(static=True, repr=False)

    def __init__(self, raw_value: ArrayLike | AbstractVariable, *, metadata: Words = None):
        self.raw_value, self.metadata = inner(raw_value), wrapped_words(raw_value, metadata)

    @property
    def value(self) -> Array:
        """The number itself."""
        return read(self.raw_value)


class Fixed(AbstractVariable[Array], AbstractAnnotated[Metadata], AbstractConstant):
    """A frozen value: constant for the optimiser, no gradient flows through it.

    `Fixed(Fixed(x))` is `Fixed(x)`. Attributes it does not have are those of the variable inside (`.constraint`,
    `.bounds`, ...), so a frozen parameter still shows its limits.

    Examples:
        >>> from spec_lab.variables import Constrained, Interval
        >>> p = Fixed(Constrained(Interval(-2.0, 2.0), 1.0, metadata={"unit": "keV"}))
        >>> [float(b) for b in p.bounds], p.metadata["unit"]
        ([-2.0, 2.0], 'keV')
    """

    raw_value: Raw
    metadata: Metadata = eqx.field(static=True, repr=False)

    def __init__(self, raw_value: ArrayLike | AbstractVariable, *, metadata: Words = None):
        self.metadata = wrapped_words(raw_value, metadata)
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
        if not isinstance(inside, AbstractAnnotated) or inside.metadata == self.metadata:
            return inside
        return _with_words(inside, self.metadata)

    def update(self, base: ArrayLike) -> "Fixed":
        """The frozen variable at another value, still frozen."""
        inside = self.raw_value
        moved: Any = inside.update(base) if isinstance(inside, AbstractBounded) else base
        return Fixed(moved, metadata=self.metadata)

    def __getattr__(self, name: str) -> Any:
        # Only reached for names not found. Underscored names and our own fields are refused outright: copy, pickle and
        # unflatten ask for them on instances built without __init__, and forwarding would recurse for ever.
        own = name.startswith("_") or name in ("raw_value", "metadata")
        inside = None if own else self.__dict__.get("raw_value")
        if not isinstance(inside, AbstractVariable):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(inside, name)


def as_fixed(variable: AbstractVariable) -> Fixed:
    """What `AbstractVariable.as_fixed` gives: the variable, frozen."""
    return variable if isinstance(variable, Fixed) else Fixed(variable)


def _with_words(variable: Any, metadata: Any) -> Any:
    return rebuild(type(variable), {**variable.__dict__, "metadata": metadata})


class Derived(AbstractVariable[Array], AbstractAnnotated[Metadata]):
    """A computed value, `value = fn(raw_value)`; no inverse is needed.

    A plain `fn` is part of the structure: pass a named function, since a fresh lambda per instance makes every instance a new
    structure (and a new compilation). The arrays of a callable module are leaves, for the optimiser like any others. Any other
    callable will do, one without a hash by being the same object. Its words are its own: it is another quantity than what it is
    computed from.

    Args:
        fn: A function of the raw value, or a callable module such as `eqx.nn.Linear`.
        raw_value: Number, array or variable.
        metadata: Words.

    Examples:
        >>> import jax.numpy as jnp
        >>> float(jnp.log10(Derived(jnp.exp, Tagged(0.0)) * 100))
        2.0
    """

    function: "Function"
    raw_value: Raw
    metadata: Metadata = eqx.field(static=True, repr=False)

    def __init__(
        self, fn: "Callable[[Any], Any] | Function", raw_value: ArrayLike | AbstractVariable, *, metadata: Words = None
    ):
        self.function = fn if isinstance(fn, Function) else Function.of(fn)
        self.raw_value, self.metadata = inner(raw_value), as_metadata(metadata)

    @property
    def fn(self) -> Callable[[Any], Any]:
        """The function, as it was given."""
        return self.function.whole

    @property
    def value(self) -> Array:
        """fn(raw_value)."""
        return jnp.asarray(self.fn(read(self.raw_value)))


class Function(ShortRepr, Copied, eqx.Module):
    """A callable in a tree: its arrays are leaves, all else is structure."""

    arrays: PyTree[Array]
    rest: Callable[..., Any] = eqx.field(static=True)

    @classmethod
    def of(cls, fn: Callable[..., Any]) -> "Function":
        """A function, or a callable module with arrays.

        Raises:
            ParameterError: It cannot be called.
        """
        if not callable(fn):
            raise ParameterError("fn is no function", got=fn, allowed="a function or a callable module")
        arrays, rest = eqx.partition(fn, eqx.is_array)
        return (
            cls(arrays, static_function(rest)) if jax.tree_util.tree_leaves(arrays) else cls(None, static_function(fn))
        )

    def __repr__(self) -> str:
        return short_text(self.whole)

    @property
    def whole(self) -> Callable[[Any], Any]:
        """The callable again."""
        rest = self.rest.fn if isinstance(self.rest, ByIdentity) else self.rest
        return rest if self.arrays is None else eqx.combine(self.arrays, rest)


class ByIdentity:
    """A callable that cannot be hashed (a data class with `__call__`), compared by being the same object.

    What changes in it after a compilation is not seen there.
    """

    def __init__(self, fn: Callable[..., Any]):
        self.fn = fn

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fn(*args, **kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and other.fn is self.fn

    def __hash__(self) -> int:
        return id(self.fn)


def static_function(fn: Callable[..., Any]) -> Callable[..., Any]:
    """`fn` as a part of a structure; what cannot be hashed is compared by identity.

    Raises:
        ParameterError: It cannot be called, or is a module with arrays.
    """
    if not callable(fn) or any(map(eqx.is_array, jax.tree.leaves(fn))):
        raise ParameterError(
            "fn is not a plain function",
            got=fn,
            allowed="a function or another callable without arrays",
            hint="Pass arrays as arguments: Parameterized(fn, *args).",
        )
    try:
        hash(fn)
    except TypeError:
        return ByIdentity(fn)
    return fn


class Constrained(AbstractVariable[Array], AbstractAnnotated[Metadata], AbstractBounded[Array]):
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
    raw_value: Raw
    metadata: Metadata = eqx.field(static=True, repr=False)

    def __init__(
        self,
        constraint: AbstractConstraint | None = None,
        value: ArrayLike | AbstractVariable | None = None,
        *,
        raw_value: ArrayLike | AbstractVariable | None = None,
        metadata: Words = None,
    ):
        given = raw_value if value is None else value
        if given is None:
            raise ValueError("Must provide either value or raw_value")
        if value is not None and raw_value is not None:
            raise ValueError("Cannot provide both value and raw_value")
        _check_constraint(constraint)
        start = as_inexact(read(given)) if raw_value is None else inner(given)
        self.constraint = RealLine(jnp.shape(read(start))) if constraint is None else constraint
        self.metadata = wrapped_words(given, metadata)
        self.raw_value = start if raw_value is not None else _to_raw(self.constraint, start)

    @property
    def value(self) -> Array:
        """The number, inside the limits."""
        return jnp.asarray(self.constraint.bijector.forward(read(self.raw_value)))

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper) broadcast to the shape of the value."""
        return _broadcast(self.constraint.bounds, self.shape)

    @property
    def base(self) -> Array:
        """The value that obeys `bounds`."""
        return self.value

    def update(self, base: ArrayLike) -> "Constrained":
        """The same variable at another value (ParameterError outside the limits)."""
        return Constrained(self.constraint, base, metadata=self.metadata)


def _check_constraint(constraint: Any) -> None:
    if constraint is not None and not isinstance(constraint, AbstractConstraint):
        raise ParameterError(
            "Constrained needs a constraint first", got=constraint, allowed="Interval(lower, upper), Positive(), ..."
        )


def _to_raw(constraint: AbstractConstraint, value: Any) -> Array:
    """The raw value, in the floating type of the value."""
    raw = as_inexact(constraint.bijector.inverse(constraint.admit(value)))
    return raw if raw.dtype == value.dtype or not jnp.issubdtype(value.dtype, jnp.inexact) else raw.astype(value.dtype)


def _broadcast(bounds: tuple[Any, Any], shape: tuple[int, ...]) -> tuple[Array, Array]:
    lower, upper = (b if np.shape(b) == shape else _wide(b, shape) for b in bounds)
    return lower, upper


def _wide(limit: Any, shape: tuple[int, ...]) -> Array:
    return jnp.broadcast_to(limit, shape) if is_traced(limit) else placed(np.broadcast_to(np.asarray(limit), shape))
