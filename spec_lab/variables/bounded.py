"""A whole tree for optimisers that know limits: its values, their limits, and the way back.

Bounded nodes give their value and limits; free arrays are their own value without limits; constants are left as they
are in all three trees, so `partition` treats the results like the model.
"""

from typing import Any

import equinox as eqx
import jax.tree_util as jtu
import numpy as np
from jaxtyping import PyTree

from spec_lab.variables.abstract import AbstractBounded, is_constant, placed


def is_bounded(x: PyTree) -> bool:
    """Whether `x` is a node with limits."""
    return isinstance(x, AbstractBounded)


def _stop(x: Any) -> bool:
    return is_bounded(x) or is_constant(x)


def tree_base(tree: PyTree) -> PyTree:
    """The tree with every bounded node replaced by its value."""
    return jtu.tree_map(lambda x: x.base if is_bounded(x) else x, tree, is_leaf=_stop)


def _limits(side: int, tree: Any) -> Any:
    open_end = (-np.inf, np.inf)[side]

    def limit(x: Any) -> Any:
        if is_bounded(x):
            return x.bounds[side]
        if is_constant(x) or not eqx.is_inexact_array(x):
            return x
        return placed(np.full(np.shape(x), open_end, dtype=x.dtype))

    return jtu.tree_map(limit, tree, is_leaf=_stop)


def tree_bounds(tree: PyTree) -> tuple[PyTree, PyTree]:
    """(lower, upper): two trees shaped like `tree_base(tree)`; ±inf where there is no limit."""
    return _limits(0, tree), _limits(1, tree)


def tree_update(tree: PyTree, base: PyTree) -> PyTree:
    """The tree at new values, given in the shape of `tree_base(tree)`; constants stay."""

    def put(old: Any, new: Any) -> Any:
        if is_constant(old):
            return old
        return old.update(new) if is_bounded(old) else new

    return jtu.tree_map(put, tree, base, is_leaf=_stop)
