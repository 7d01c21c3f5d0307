"""Smooth one-to-one maps from the real line (raw, what optimisers move) to the allowed set (value).

The formulas of half lines and intervals are those of the `chart`. Outside of tracing the arithmetic is NumPy's, because an
un-jitted JAX operation compiles a small program and edits of a value must compile nothing.
"""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree
from numpy.typing import ArrayLike

from spec_lab.variables import chart
from spec_lab.variables.abstract import is_traced, placed


class AbstractBijector(eqx.Module):
    """A smooth bijection; `forward` and `inverse` return jax arrays, `log_det` is log |d forward / dx|."""

    @abstractmethod
    def _forward(self, xp, x): ...

    @abstractmethod
    def _inverse(self, xp, y): ...

    @abstractmethod
    def _log_det(self, xp, x): ...

    def _run(self, name: str, x: Any) -> Array:
        if is_traced(x, *jax.tree_util.tree_leaves(self)):
            return jnp.asarray(getattr(self, name)(jnp, x))
        host = jax.tree_util.tree_map(np.asarray, self)
        with np.errstate(all="ignore"):
            return placed(getattr(host, name)(np, np.asarray(x)))

    def forward(self, x: ArrayLike) -> Array:
        """Raw → value."""
        return self._run("_forward", x)

    def inverse(self, y: ArrayLike) -> Array:
        """Value → raw; ±inf on the edge, nan outside."""
        return self._run("_inverse", y)

    def log_det(self, x: ArrayLike) -> Array:
        """log |d value / d raw| at raw `x`."""
        return self._run("_log_det", x)

    def __call__(self, x: ArrayLike) -> Array:
        return self.forward(x)


class Identity(AbstractBijector):
    """x ↦ x."""

    def _forward(self, xp, x):
        return x

    def _inverse(self, xp, y):
        return y

    def _log_det(self, xp, x):
        return xp.zeros_like(x)


class ExpFrom(AbstractBijector):
    """x ↦ origin + sign · exp(x): the half line above (sign +1) or below (−1) `origin`."""

    origin: Array
    sign: int = eqx.field(static=True, default=1)

    @property
    def _kind(self) -> chart.Kind:
        return chart.ABOVE if self.sign > 0 else chart.BELOW

    def _forward(self, xp, x):
        return self._kind.value(xp, self.origin, self.origin, x)

    def _inverse(self, xp, y):
        return self._kind.raw(xp, self.origin, self.origin, y)

    def _log_det(self, xp, x):
        return self._kind.log_slope(xp, self.origin, self.origin, x)


class SigmoidBetween(AbstractBijector):
    """x ↦ lower + (upper − lower) · sigmoid(x)."""

    lower: Array
    upper: Array

    def _forward(self, xp, x):
        return chart.BETWEEN.value(xp, self.lower, self.upper, x)

    def _inverse(self, xp, y):
        return chart.BETWEEN.raw(xp, self.lower, self.upper, y)

    def _log_det(self, xp, x):
        return chart.BETWEEN.log_slope(xp, self.lower, self.upper, x)


class Softplus(AbstractBijector):
    """x ↦ log(1 + exp x), onto x > 0; grows linearly where `ExpFrom` explodes."""

    def _forward(self, xp, x):
        return xp.logaddexp(x, 0.0)

    def _inverse(self, xp, y):
        return y + xp.log(-xp.expm1(-y))

    def _log_det(self, xp, x):
        return -xp.logaddexp(0.0, -x)


class Affine(AbstractBijector):
    """x ↦ shift + scale · x; a negative scale reverses the order."""

    shift: ArrayLike
    scale: ArrayLike

    def _forward(self, xp, x):
        return self.shift + self.scale * x

    def _inverse(self, xp, y):
        return (y - self.shift) / self.scale

    def _log_det(self, xp, x):
        return xp.log(xp.abs(self.scale)) + xp.zeros_like(x)


class Chain(AbstractBijector):
    """The last one first, as functions are written: Chain((f, g))(x) = f(g(x))."""

    parts: tuple["AbstractBijector | TreeBijector", ...] = eqx.field(converter=tuple)

    def _forward(self, xp, x):
        for part in reversed(self.parts):
            x = part.forward(x)
        return x

    def _inverse(self, xp, y):
        for part in self.parts:
            y = part.inverse(y)
        return y

    def _log_det(self, xp, x):
        total = xp.zeros_like(x)
        for part in reversed(self.parts):
            total, x = total + part.log_det(x), part.forward(x)
        return total


class TreeBijector(eqx.Module):
    """One bijector for each leaf of a tree."""

    tree: PyTree[AbstractBijector]

    def _each(self, method: str, values: Any) -> Any:
        is_leaf = lambda x: isinstance(x, (AbstractBijector, TreeBijector))  # noqa: E731
        return jax.tree_util.tree_map(lambda b, v: getattr(b, method)(v), self.tree, values, is_leaf=is_leaf)

    def forward(self, x: PyTree[Array]) -> PyTree[Array]:
        """Raw tree → tree of values."""
        return self._each("forward", x)

    def inverse(self, y: PyTree[Array]) -> PyTree[Array]:
        """Tree of values → raw tree."""
        return self._each("inverse", y)

    def log_det(self, x: PyTree[Array]) -> PyTree[Array]:
        """Tree of log |d value / d raw|."""
        return self._each("log_det", x)
