"""The base classes: what unwraps, what is constant, what is annotated, what is bounded, and the variable.

`AbstractUnwrappable` says how a wrapper turns into what it stands for; `unwrap` does it for a whole tree, inside out.
`AbstractConstant` marks what is not for the optimiser (`Fixed`, `Frozen`, every constraint); `is_constant` is the one
predicate for partitions, serialisers and tables. `AbstractVariable` is one value with its arithmetic.
Concrete variables are in `variable`, wrappers of whole trees in `wrappers`.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Inexact, PyTree
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError, provided
from spec_lab.variables.arithmetic import Arithmetic
from spec_lab.variables.arithmetic import read as read
from spec_lab.variables.copying import Copied
from spec_lab.variables.representation import ShortRepr

T = TypeVar("T")


class AbstractUnwrappable(Copied, eqx.Module, Generic[T]):
    """A node that stands for something else."""

    @abstractmethod
    def unwrap(self) -> T:
        """What this node stands for; inner nodes are already unwrapped when `unwrap(tree)` calls it."""


class AbstractConstant(Copied, eqx.Module, Generic[T]):
    """A node whose leaves are not for the optimiser."""


class AbstractAnnotated(eqx.Module, Generic[T]):
    """A node that carries metadata: a dictionary that cannot be changed, part of the structure."""

    metadata: eqx.AbstractVar[T]  # pyright: ignore[reportGeneralTypeIssues]


class AbstractBounded(eqx.Module, Generic[T]):
    """A node whose value lies between `bounds`, and that can be moved by an optimiser that knows bounds."""

    bounds: eqx.AbstractVar[tuple[Array, Array]]
    base: eqx.AbstractVar[Array]

    @abstractmethod
    def update(self, base: ArrayLike) -> "AbstractBounded[T]":
        """The same node at another `base` (the value that obeys `bounds`)."""


class AbstractVariable(ShortRepr, Arithmetic, AbstractUnwrappable[T], Generic[T]):
    """One value: a number or an array. A subclass needs a `value`; one with words is an `AbstractAnnotated`, too.

    Variables work in `jnp` expressions and ordinary arithmetic, which return plain arrays. `jax.lax` primitives and
    loop carries do not accept wrappers: call `unwrap` once at the edge of the model.
    """

    value: eqx.AbstractVar[Array]

    def unwrap(self) -> Array:  # type: ignore[override]
        """The value as a jax array."""
        return jnp.asarray(self.value)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the value's axes."""
        return tuple(np.shape(self.value))

    @property
    def ndim(self) -> int:
        """Number of the value's axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of numbers in the value."""
        return int(np.prod(self.shape, dtype=int))

    @property
    def dtype(self) -> np.dtype:
        """Type of the value's numbers."""
        return jnp.result_type(self.value)

    def as_fixed(self) -> "AbstractVariable":
        """The same variable, frozen; already frozen ones as they are."""
        return provided("variable.fixed")(self)

    def as_free(self) -> "AbstractVariable":
        """The same variable, free: the inside of `Fixed`, any other as it is."""
        return self


Param: TypeAlias = AbstractVariable | Inexact[Array, "..."]


def is_constant(x: PyTree) -> bool:
    """Whether `x` is a node the optimiser leaves alone; use as `is_leaf` of `eqx.partition`."""
    return isinstance(x, AbstractConstant)


def is_variable(x: PyTree) -> bool:
    """Whether `x` is a variable; use as `is_leaf` of `jax.tree` functions."""
    return isinstance(x, AbstractVariable)


def is_unwrappable(x: PyTree) -> bool:
    """Whether `x` stands for something else."""
    return isinstance(x, AbstractUnwrappable)


def unwrap(tree: PyTree) -> PyTree:
    """Replace every wrapper of `tree` by what it stands for, inside out; a plain tree comes back unchanged.

    Examples:
        >>> from spec_lab.variables import Fixed, Tagged
        >>> {k: float(v) for k, v in unwrap({"a": Tagged(1.0), "b": Fixed(Tagged(2.0))}).items()}
        {'a': 1.0, 'b': 2.0}
    """

    def visit(node: Any) -> Any:
        if not is_unwrappable(node):
            return node
        inner = jtu.tree_map(visit, node, is_leaf=lambda x: is_unwrappable(x) and x is not node)
        return inner.unwrap()

    return jtu.tree_map(visit, tree, is_leaf=is_unwrappable)


def placed(array: ArrayLike) -> Array:
    """A numpy array as a jax array. `jnp.asarray` would compile a small program for every new shape."""
    return jax.device_put(np.asarray(array))


def as_inexact(x: ArrayLike | Sequence[ArrayLike]) -> Inexact[Array, "..."]:
    """A number, sequence or array as an inexact jax array (int and bool become float); made without compiling.

    Raises:
        ParameterError: Anything else.
    """
    if isinstance(x, jax.Array):
        return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(float)
    try:
        array = np.asarray(x)
        if array.dtype.kind in "SUmM" or (array.dtype == object and any(v is None for v in array.flat)):
            raise TypeError("no numbers")
        array = array if jnp.issubdtype(array.dtype, jnp.inexact) else array.astype(float)
    except (TypeError, ValueError) as error:
        raise ParameterError("a value must be a number or an array of numbers", got=x) from error
    return placed(array)


def is_traced(*xs: PyTree) -> bool:
    """Whether any of the values is being traced (so that checks on numbers are impossible)."""
    return any(isinstance(x, Tracer) for x in xs)
