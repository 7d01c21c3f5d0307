"""Constraints made of others: seen through a further bijector, one for each leaf of a tree, or wholly your own."""

from typing import Any

import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from jaxtyping import Array, PyTree
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError
from spec_lab.variables.abstract import as_inexact
from spec_lab.variables.bijectors import AbstractBijector, Chain, TreeBijector
from spec_lab.variables.constraints import AbstractConstraint, is_constraint


class TransformedConstraint(AbstractConstraint):
    """The image of a constraint under a monotone bijector, applied after the constraint's own.

    A decreasing bijector flips the limits.
    """

    constraint: AbstractConstraint
    transform: AbstractBijector

    def __init__(self, constraint: AbstractConstraint, bijector: AbstractBijector):
        self.constraint, self.transform = constraint, bijector

    @property
    def bounds(self) -> tuple[Array, Array]:
        """The mapped limits, in order."""
        one, other = (self.transform.forward(limit) for limit in self.constraint.bounds)
        return jnp.minimum(one, other), jnp.maximum(one, other)

    @property
    def bijector(self) -> AbstractBijector | TreeBijector:
        """First the constraint's, then the further one."""
        return Chain((self.transform, self.constraint.bijector))


class TreeConstraint(AbstractConstraint):
    """A tree of constraints for a tree of values.

    Raises:
        ValueError: The tree holds no constraint, or a leaf that is none (ParameterError).
    """

    tree: PyTree[AbstractConstraint]

    def __init__(self, tree: PyTree[AbstractConstraint]):
        leaves = jtu.tree_leaves(tree, is_leaf=is_constraint)
        if not leaves:
            raise ParameterError("TreeConstraint: the tree is empty", allowed="at least one constraint")
        for leaf in leaves:
            if not is_constraint(leaf):
                raise ParameterError("TreeConstraint: a leaf is no constraint", got=leaf, allowed="constraints only")
        self.tree = tree

    def _each(self, read: Any) -> Any:
        return jtu.tree_map(read, self.tree, is_leaf=is_constraint)

    @property
    def bounds(self) -> tuple[PyTree, PyTree]:
        """A tree of lower limits and one of upper limits."""
        return self._each(lambda c: c.bounds[0]), self._each(lambda c: c.bounds[1])

    @property
    def bijector(self) -> TreeBijector:
        """Each leaf through its own bijector."""
        return TreeBijector(self._each(lambda c: c.bijector))


class CustomConstraint(AbstractConstraint):
    """Your own bijector with the limits it maps into."""

    own_bijector: AbstractBijector
    limits: tuple[Array, Array]

    def __init__(self, bijector: AbstractBijector, bounds: tuple[ArrayLike, ArrayLike] = (-np.inf, np.inf)):
        self.own_bijector = bijector
        self.limits = (as_inexact(bounds[0]), as_inexact(bounds[1]))

    @property
    def bounds(self) -> tuple[Array, Array]:
        """As given."""
        return self.limits

    @property
    def bijector(self) -> AbstractBijector:
        """As given."""
        return self.own_bijector
