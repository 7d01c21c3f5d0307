"""The allowed set of a value in NumPyro's words: constraints of ours as constraints of NumPyro, and what their bijections do."""

from typing import TypeAlias

import jax
import jax.tree_util as jtu
import numpy as np
from jaxtyping import Array, Float, PyTree
from numpyro.distributions import biject_to, constraints
from numpyro.distributions.constraints import Constraint
from numpyro.distributions.transforms import IdentityTransform, IndependentTransform

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
)

AnyConstraint: TypeAlias = AbstractConstraint | Constraint
Limit: TypeAlias = float | Float[Array, "..."] | Float[np.ndarray, "..."]


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
    has_lower, has_upper = bool(np.all(np.isfinite(lower))), bool(np.all(np.isfinite(upper)))
    if has_lower and has_upper:
        return constraints.interval(lower, upper)
    if has_lower:
        return constraints.greater_than(lower)
    return constraints.less_than(upper) if has_upper else constraints.real


def is_identity(support: Constraint | None) -> bool:
    """Whether the way from the real line to this set changes nothing (asked of the bijection, not of the name)."""
    if support is None:
        return True
    transform = biject_to(support)
    while isinstance(transform, IndependentTransform):
        transform = transform.base_transform
    return isinstance(transform, IdentityTransform)


def constraint_of(variable: AbstractVariable) -> AbstractConstraint | None:
    """The constraint a variable carries, or None."""
    return variable.constraint if isinstance(variable, Constrained) else None
