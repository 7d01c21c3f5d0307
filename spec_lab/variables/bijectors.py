"""Smooth one-to-one maps from the real line (raw, what optimisers move) to the allowed set (value).

The maps are those of `numpyro.distributions.biject_to`, so a chart drawn here and one drawn by NumPyro are the same.
Each writes its formula once, for numpy and for JAX: outside of tracing the arithmetic is numpy's, because an un-jitted
JAX operation compiles a small program and edits of a value must compile nothing.
"""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array


def _namespace(*xs: Any):
    return jnp if any(isinstance(x, jax.core.Tracer) for x in xs) else np


def _sigmoid(xp, x):
    return jax.nn.sigmoid(x) if xp is jnp else np.exp(-np.logaddexp(0.0, -x))


class AbstractBijector(eqx.Module):
    """A smooth bijection; `forward` and `inverse` return jax arrays, `log_det` is log |d forward / dx|."""

    @abstractmethod
    def _forward(self, xp, x): ...

    @abstractmethod
    def _inverse(self, xp, y): ...

    @abstractmethod
    def _log_det(self, xp, x): ...

    def _ends(self) -> tuple:
        return tuple(jax.tree_util.tree_leaves(self))

    def _run(self, method, x) -> Array:
        xp = _namespace(x, *self._ends())
        x = x if xp is jnp else np.asarray(x)
        with np.errstate(all="ignore"):
            return jnp.asarray(method(xp, x))

    def forward(self, x: Any) -> Array:
        """Raw → value."""
        return self._run(self._forward, x)

    def inverse(self, y: Any) -> Array:
        """Value → raw; ±inf on the edge, nan outside."""
        return self._run(self._inverse, y)

    def log_det(self, x: Any) -> Array:
        """log |d value / d raw| at raw `x`."""
        return self._run(self._log_det, x)

    def __call__(self, x: Any) -> Array:
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

    def _forward(self, xp, x):
        return self.origin + self.sign * xp.exp(x)

    def _inverse(self, xp, y):
        return xp.log(self.sign * (y - self.origin))

    def _log_det(self, xp, x):
        return x + xp.zeros_like(self.origin)


class SigmoidBetween(AbstractBijector):
    """x ↦ lower + (upper − lower) · sigmoid(x)."""

    lower: Array
    upper: Array

    def _forward(self, xp, x):
        return self.lower + (self.upper - self.lower) * _sigmoid(xp, x)

    def _inverse(self, xp, y):
        return xp.log(y - self.lower) - xp.log(self.upper - y)

    def _log_det(self, xp, x):
        return xp.log(self.upper - self.lower) - xp.logaddexp(0.0, x) - xp.logaddexp(0.0, -x)
