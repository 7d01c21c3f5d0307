"""The chart between bounded values and the real line: one set of formulas for constraints, fits, engines and the bridge.

A value between limits has a raw coordinate on the real line: its logit between two limits, the logarithm of its distance to
the only limit, itself where there is none. These are the maps of `numpyro.distributions.biject_to`. Each formula is written
once, for NumPy and for JAX (`xp`); `KINDS` holds one row for each kind of set, `from_line` and `to_line` choose among the rows
for each coordinate, so that limits are data of a compiled function.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Values = Float[Array, "..."] | Float[np.ndarray, "..."]
Formula = Callable[[ModuleType, Any, Any, Any], Any]


class Kind(NamedTuple):
    """The formulas of one kind of set, each of (xp, low, high, x): value of a raw x, raw of a value x, log |d value / d raw|."""

    value: Formula
    raw: Formula
    log_slope: Formula


def _between(xp: ModuleType, low: Any, high: Any, x: Any) -> Any:
    """From the nearer limit, so that digits close to either are kept."""
    small = xp.exp(xp.where(x < 0, x, -x))  # abs has no slope at 0
    share = (high - low) * (small / (1.0 + small))
    return xp.where(x < 0, low + share, high - share)


LINE = Kind(lambda xp, low, high, x: x, lambda xp, low, high, x: x, lambda xp, low, high, x: xp.zeros_like(x))
ABOVE = Kind(
    lambda xp, low, high, x: low + xp.exp(x),
    lambda xp, low, high, x: xp.log(x - low),
    lambda xp, low, high, x: x + xp.zeros_like(low),
)
BELOW = Kind(
    lambda xp, low, high, x: high - xp.exp(x),
    lambda xp, low, high, x: xp.log(high - x),
    lambda xp, low, high, x: x + xp.zeros_like(high),
)
BETWEEN = Kind(
    _between,
    lambda xp, low, high, x: xp.log(x - low) - xp.log(high - x),
    lambda xp, low, high, x: xp.log(high - low) - xp.logaddexp(0.0, x) - xp.logaddexp(0.0, -x),
)


def from_line(low: Values, high: Values, raw: Values, *, xp: ModuleType = jnp) -> tuple[Values, Values]:
    """From the real line to values, each coordinate by its own limits.

    Args:
        low: `f[...]`, lower limits; -inf where there is none.
        high: `f[...]`, upper limits; inf where there is none.
        raw: `f[...]`, raw coordinates.
        xp: `jax.numpy`, or `numpy` on the host.

    Returns:
        Values `f[...]`, and `log |d value / d raw|` of each.
    """
    chosen, low, high = _chosen(xp, low, high)
    value, slope = raw, LINE.log_slope(xp, low, high, raw)
    for where, kind in chosen:
        safe = xp.where(where, raw, 0.0)
        value = xp.where(where, kind.value(xp, low, high, safe), value)
        slope = xp.where(where, kind.log_slope(xp, low, high, safe), slope)
    return value, slope


def to_line(low: Values, high: Values, value: Values, *, xp: ModuleType = jnp) -> Values:
    """From values inside their limits to the real line; see `from_line`."""
    chosen, low, high = _chosen(xp, low, high)
    raw = value
    for where, kind in chosen:
        inside = xp.where(where, value, kind.value(xp, low, high, xp.zeros_like(value)))
        raw = xp.where(where, kind.raw(xp, low, high, inside), raw)
    return raw


def _chosen(xp: ModuleType, low: Any, high: Any) -> tuple[tuple[tuple[Any, Kind], ...], Any, Any]:
    """Where each kind of set is meant, and limits that are harmless numbers where there are none."""
    has_low, has_high = xp.isfinite(low), xp.isfinite(high)
    low = xp.where(has_low, low, xp.where(has_high, high - 1.0, 0.0))
    high = xp.where(has_high, high, low + 1.0)
    return ((has_low & has_high, BETWEEN), (has_low & ~has_high, ABOVE), (~has_low & has_high, BELOW)), low, high
