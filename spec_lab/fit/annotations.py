"""Types of the numbers that fits compute with.

House symbols: `n` free parameters, `s` draws or any leading shape, `p` slots, `width` free parameters and inert coordinates.
On the host a reduction to one number gives NumPy's scalar, which is let through where the leading shape may be empty. Names that
begin with `Given` are what a person may pass: the function judges it in words of its own, so that at run time all is let through.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    Host = np.ndarray
    Device = jax.Array
    GivenPid = int | str
    GivenPair = int | None
    GivenValue = float
else:
    Host = np.ndarray | np.float64
    Device = jax.Array | np.ndarray  # what JAX computes with may lie on the host
    GivenPid = GivenPair = GivenValue = Any

Vector = Float[np.ndarray, "n"] | Sequence[float]
Free = Float[np.ndarray, "*s n"] | Sequence[float] | Sequence[Vector]  # values of the free parameters
PerVector = Float[Host, "*s"]  # one number for each free vector
