"""Wrappers of whole trees: `Frozen` (constant), `Computed` (a function of every array), `Parameterized` (a call).

They wait in the tree until `unwrap` reaches them. Their functions are part of the structure, as in `Derived`.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
from jax.core import Tracer
from jaxtyping import PyTree

from spec_lab.variables.abstract import AbstractConstant, AbstractUnwrappable, is_variable
from spec_lab.variables.variable import static_function


def _stop(x: Any) -> Any:
    return jax.lax.stop_gradient(x) if isinstance(x, Tracer) else x


class Frozen(AbstractUnwrappable, AbstractConstant):
    """A tree that the optimiser leaves alone; no gradient flows through its arrays. `Frozen(Frozen(t))` is `Frozen(t)`.

    Examples:
        >>> import jax, jax.numpy as jnp
        >>> from spec_lab.variables import unwrap
        >>> float(jax.grad(lambda x: unwrap(Frozen({"a": x}))["a"] * x)(3.0))
        3.0
    """

    tree: PyTree

    def __init__(self, tree: PyTree):
        self.tree = tree.tree if isinstance(tree, Frozen) else tree

    def unwrap(self) -> PyTree:
        """The tree, gradients stopped."""
        return jax.tree_util.tree_map(_stop, self.tree)

    def as_free(self) -> PyTree:
        """The tree as it was."""
        return self.tree


class Computed(AbstractUnwrappable):
    """A tree whose arrays and numbers all go through `fn(leaf, *args, **kwargs)`; other leaves are left alone."""

    fn: Callable[..., Any] = eqx.field(static=True)
    tree: PyTree
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __init__(self, fn: Callable[..., Any], tree: PyTree, *args: PyTree, **kwargs: PyTree):
        self.fn, self.tree, self.args, self.kwargs = static_function(fn), tree, args, kwargs

    def unwrap(self) -> PyTree:
        """The tree with `fn` applied."""

        def apply(x: Any) -> Any:
            return self.fn(x, *self.args, **self.kwargs) if eqx.is_array_like(x) else x

        return jax.tree_util.tree_map(apply, self.tree, is_leaf=is_variable)


class Parameterized(AbstractUnwrappable):
    """Whatever `fn(*args, **kwargs)` gives; the arguments are trees and may hold variables."""

    fn: Callable[..., Any] = eqx.field(static=True)
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __init__(self, fn: Callable[..., Any], *args: PyTree, **kwargs: PyTree):
        self.fn, self.args, self.kwargs = static_function(fn), args, kwargs

    def unwrap(self) -> PyTree:
        """The result of the call."""
        return self.fn(*self.args, **self.kwargs)
