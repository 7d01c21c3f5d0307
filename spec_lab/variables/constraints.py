"""The one vocabulary of constraints: `bounds`, `bijector`, `support`.

`bounds` is what a bounded minimiser needs, `bijector` what an unconstrained one needs; a constraint of one's own needs these
two. `support` is the same set in NumPyro's words, made by the bridge. A constraint is an `AbstractConstant`: its limits are
leaves (editing a limit changes no structure) but never parameters. Composite constraints are in `composite`; values meet
constraints in `variable.Constrained`.
"""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from jaxtyping import Array, PyTree
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError, provided
from spec_lab.variables.abstract import AbstractConstant, as_inexact, is_traced, placed
from spec_lab.variables.bijectors import AbstractBijector, ExpFrom, Identity, SigmoidBetween, TreeBijector
from spec_lab.variables.representation import ShortRepr


class AbstractConstraint(ShortRepr, AbstractConstant):
    """A set of allowed values; a subclass needs `bounds` and `bijector`."""

    @property
    @abstractmethod
    def bounds(self) -> tuple[PyTree[Array], PyTree[Array]]:
        """(lower, upper), arrays; ±inf where there is no limit."""

    @property
    @abstractmethod
    def bijector(self) -> AbstractBijector | TreeBijector:
        """The map from the real line to the set (`forward`, `inverse`, `log_det`)."""

    @property
    def support(self) -> Any:
        """The set as a NumPyro constraint (a tree of them for a `TreeConstraint`), made by the bridge."""
        return provided("constraint.support")(self)

    def admit(self, value: PyTree[ArrayLike]) -> PyTree[Array]:
        """`value`, nudged inside if it sits on a limit.

        Raises:
            ParameterError: A value outside the limits, or not a number. While tracing, such a value becomes nan.
        """
        what = type(self).__name__
        return jtu.tree_map(lambda v, low, high: _admit(v, low, high, what=what), value, *self.bounds)


def is_constraint(x: PyTree) -> bool:
    """Whether `x` is a constraint."""
    return isinstance(x, AbstractConstraint)


def _admit(value: Any, lower: Any, upper: Any, *, what: str) -> Any:
    traced = is_traced(value, lower, upper)
    xp = jnp if traced else np
    value, lower, upper = (xp.asarray(x) for x in (value, lower, upper))
    inside = (value >= lower) & (value <= upper)
    if not traced and not np.all(inside):
        raise ParameterError(
            f"value outside of {what}",
            got=value.tolist(),
            allowed=f"{lower.tolist()} to {upper.tolist()}",
            hint="Move the value inside, or widen the limits.",
        )
    return xp.where(inside, _off_the_limits(xp, value, lower, upper), xp.nan)


def _off_the_limits(xp, value, lower, upper):
    """Values on a limit, or too close to it to be told from it, moved inside by a few units of round-off.

    Close to a limit of zero every number can be told from it, however wide the other side is: a norm of 1e-12 between 0
    and 1e24 stays what it is.
    """
    kept = np.finfo(jax.dtypes.canonicalize_dtype(value.dtype if value.dtype.kind == "f" else float))
    eps = 4 * kept.eps
    width = xp.where(xp.isfinite(lower) & xp.isfinite(upper), upper - lower, 1.0)
    for limit, sign in ((lower, 1), (upper, -1)):
        limited = xp.isfinite(limit)
        limit = xp.where(limited, limit, 0.0)
        step = xp.maximum(eps * xp.where(limit == 0, xp.minimum(width, 1.0), abs(limit)), kept.tiny)
        step = xp.minimum(step, width / 4)
        inner = limit + sign * step
        close = (value == limit) | ((limit != 0) & (sign * (value - inner) < 0))
        value = xp.where(limited & close, inner, value)
    return value


def _limit(x: Any, what: str) -> Array:
    x = as_inexact(x)
    if not is_traced(x) and not np.all(np.isfinite(x)):
        hint = "With one side open: GreaterThan(lower), LessThan(upper); with none: RealLine()."
        raise ParameterError(what, got=np.asarray(x).tolist(), allowed="finite numbers", hint=hint)
    return x


class RealLine(AbstractConstraint):
    """Every real number."""

    shape: tuple[int, ...] = eqx.field(static=True, default=(), converter=tuple)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper)."""
        return placed(np.full(self.shape, -np.inf)), placed(np.full(self.shape, np.inf))

    @property
    def bijector(self) -> AbstractBijector:
        """The map from the real line."""
        return Identity()


class Positive(AbstractConstraint):
    """x > 0."""

    shape: tuple[int, ...] = eqx.field(static=True, default=(), converter=tuple)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper)."""
        return placed(np.zeros(self.shape)), placed(np.full(self.shape, np.inf))

    @property
    def bijector(self) -> AbstractBijector:
        """The map from the real line."""
        return ExpFrom(placed(np.zeros(self.shape)))


class Negative(AbstractConstraint):
    """x < 0."""

    shape: tuple[int, ...] = eqx.field(static=True, default=(), converter=tuple)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper)."""
        return placed(np.full(self.shape, -np.inf)), placed(np.zeros(self.shape))

    @property
    def bijector(self) -> AbstractBijector:
        """The map from the real line."""
        return ExpFrom(placed(np.zeros(self.shape)), sign=-1)


class GreaterThan(AbstractConstraint):
    """x > lower."""

    lower: Array

    def __init__(self, lower: ArrayLike):
        self.lower = _limit(lower, "GreaterThan(lower)")

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper)."""
        return self.lower, placed(np.full(self.lower.shape, np.inf))

    @property
    def bijector(self) -> AbstractBijector:
        """The map from the real line."""
        return ExpFrom(self.lower)


class LessThan(AbstractConstraint):
    """x < upper."""

    upper: Array

    def __init__(self, upper: ArrayLike):
        self.upper = _limit(upper, "LessThan(upper)")

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper)."""
        return placed(np.full(self.upper.shape, -np.inf)), self.upper

    @property
    def bijector(self) -> AbstractBijector:
        """The map from the real line."""
        return ExpFrom(self.upper, sign=-1)


class Interval(AbstractConstraint):
    """lower < x < upper.

    Examples:
        >>> from spec_lab.variables import Constrained
        >>> p = Constrained(Interval(0.0, 10.0), 8.0)
        >>> round(float(p.raw_value), 3), [float(b) for b in p.bounds]
        (1.386, [0.0, 10.0])
    """

    lower: Array
    upper: Array

    def __init__(self, lower: ArrayLike, upper: ArrayLike):
        self.lower, self.upper = _limit(lower, "Interval(lower)"), _limit(upper, "Interval(upper)")
        if not is_traced(self.lower, self.upper) and not np.all(np.asarray(self.lower) < np.asarray(self.upper)):
            raise ParameterError(
                "Interval with lower >= upper",
                got=(np.asarray(lower).tolist(), np.asarray(upper).tolist()),
                allowed="lower < upper",
                hint="To hold a value still, wrap it in Fixed.",
            )

    @property
    def bounds(self) -> tuple[Array, Array]:
        """(lower, upper)."""
        return self.lower, self.upper

    @property
    def bijector(self) -> AbstractBijector:
        """The map from the real line."""
        return SigmoidBetween(self.lower, self.upper)
