"""The allowed set of a value in NumPyro's words, and the way there from the real line: the chart of `spec_lab.variables`.

Constraints of ours become constraints of NumPyro here, and `transform_to` gives the chart as a transform of NumPyro, so that a
guide stretches an interval as a fit does. NumPyro's own bijections serve sets that are none of the chart.
"""

from typing import TypeAlias

import jax
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, PyTree
from numpy.typing import ArrayLike
from numpyro.distributions import biject_to, constraints
from numpyro.distributions.constraints import Constraint
from numpyro.distributions.transforms import IdentityTransform, IndependentTransform, Transform

from spec_lab.variables import (
    AbstractConstraint,
    AbstractVariable,
    Constrained,
    GreaterThan,
    Interval,
    LessThan,
    Positive,
    RealLine,
    TreeConstraint,
    chart,
)

AnyConstraint: TypeAlias = AbstractConstraint | Constraint
Limit: TypeAlias = float | Float[Array, "..."] | Float[np.ndarray, "..."]
Values: TypeAlias = Float[Array, "..."]


def as_support(constraint: AnyConstraint | None) -> PyTree[Constraint] | None:
    """A NumPyro constraint, from one of ours or as it is."""
    return constraint.support if isinstance(constraint, AbstractConstraint) else constraint


def support_of(constraint: AbstractConstraint) -> PyTree[Constraint]:
    """The NumPyro constraint of one of ours; `constraint.support` calls this.

    Returns:
        A NumPyro constraint; of a `TreeConstraint` a tree of them.
    """
    match constraint:
        case TreeConstraint():
            is_leaf = lambda x: isinstance(x, AbstractConstraint)  # noqa: E731
            return jtu.tree_map(lambda each: each.support, constraint.tree, is_leaf=is_leaf)
        case RealLine():
            return constraints.real
        case Positive():
            return constraints.positive
        case Interval():
            return constraints.interval(constraint.lower, constraint.upper)
        case GreaterThan():
            return constraints.greater_than(constraint.lower)
        case LessThan():
            return constraints.less_than(constraint.upper)
        case _:
            return between(*(jax.lax.stop_gradient(limit) for limit in constraint.bounds))


def between(lower: Limit, upper: Limit) -> Constraint:
    """The NumPyro constraint of the open set between two limits, numbers or arrays; infinite where there is none."""
    has_lower, has_upper = _is_limit(lower), _is_limit(upper)
    if has_lower and has_upper:
        return constraints.interval(lower, upper)
    if has_lower:
        return constraints.greater_than(lower)
    return constraints.less_than(upper) if has_upper else constraints.real


def _is_limit(limit: Limit) -> bool:
    """Whether a limit is finite; one that is being traced counts as such."""
    return isinstance(limit, Tracer) or bool(np.all(np.isfinite(limit)))


def bounds_of(support: Constraint) -> tuple[Limit, Limit] | None:
    """The limits of a NumPyro constraint that is an interval, a half line or the line (infinite: there is none); else None."""
    if support is constraints.real:
        return -np.inf, np.inf
    lower, upper = (getattr(support, f"{side}_bound", None) for side in ("lower", "upper"))
    if (lower is None and upper is None) or support.is_discrete:
        return None
    return -np.inf if lower is None else lower, np.inf if upper is None else upper


class ChartTransform(Transform):
    """The chart between the real line and the values between two limits, as a transform of NumPyro.

    Args:
        lower: Lower limit, -inf where there is none.
        upper: Upper limit, inf where there is none.
    """

    def __init__(self, lower: Limit, upper: Limit):
        self.lower, self.upper = lower, upper

    @property
    def codomain(self) -> Constraint:
        """The values."""
        return between(self.lower, self.upper)

    def _forward(self, x: Values) -> tuple[Values, Values]:
        value, log_slope = chart.from_line(jnp.asarray(self.lower), jnp.asarray(self.upper), jnp.asarray(x))
        return jnp.asarray(value), jnp.asarray(log_slope)

    def __call__(self, x: Values) -> Values:
        return self._forward(x)[0]

    def _inverse(self, y: Values) -> Values:
        return jnp.asarray(chart.to_line(jnp.asarray(self.lower), jnp.asarray(self.upper), jnp.asarray(y)))

    def log_abs_det_jacobian(self, x: Values, y: Values, intermediates: PyTree | None = None) -> Values:
        return self._forward(x)[1]

    def tree_flatten(self) -> tuple:
        return (self.lower, self.upper), (("lower", "upper"), {})

    def eq(self, other: object, static: bool = False) -> ArrayLike:
        same = isinstance(other, ChartTransform)
        return same and jnp.array_equal(self.lower, other.lower) & jnp.array_equal(self.upper, other.upper)


def transform_to(support: Constraint | None) -> Transform:
    """From the real line to a set: along the chart, if the set is an interval, a half line or the line in each coordinate.

    Other sets keep NumPyro's own transform, because the chart, which goes value by value, has none for them: a simplex or an
    ordered vector joins its coordinates, and `softplus_positive` is the half line by a map that a person chose.
    """
    if isinstance(support, constraints.independent):
        return IndependentTransform(transform_to(support.base_constraint), support.reinterpreted_batch_ndims)
    limits = (-np.inf, np.inf) if support is None else bounds_of(support)
    if limits is None or support is constraints.softplus_positive:
        return biject_to(support)
    return ChartTransform(*limits) if any(map(_is_limit, limits)) else IdentityTransform()


def constraint_between(lower: float, upper: float) -> AbstractConstraint | None:
    """Our constraint of the values between two limits; None for the whole line."""
    if np.isfinite(lower) and np.isfinite(upper):
        return Interval(lower, upper)
    if np.isfinite(lower):
        return GreaterThan(lower)
    return LessThan(upper) if np.isfinite(upper) else None


def is_identity(support: Constraint | None) -> bool:
    """Whether the way from the real line to this set changes nothing."""
    transform = transform_to(support)
    while isinstance(transform, IndependentTransform):
        transform = transform.base_transform
    return isinstance(transform, IdentityTransform)


def constraint_of(variable: AbstractVariable) -> AbstractConstraint | None:
    """The constraint a variable carries, or None."""
    return variable.constraint if isinstance(variable, Constrained) else None
