"""Types of the numbers that models compute with; shapes are those of the grid.

House symbols: `e` energy bins, `k` nodes in a bin, `p` parameters. Curves are asked for at energies of any shape. At run time
NumPy arrays will do wherever an array is asked for, because grids are made on the host; a type checker sees JAX's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from spec_lab.variables import AbstractVariable

if TYPE_CHECKING:
    Numbers = jax.Array
else:
    Numbers = jax.Array | np.ndarray

Scalar = Float[Numbers, ""]  # one number, traced or not
Curve = Float[Numbers, "..."]  # N(E), a factor or its logarithm, at energies of any shape; a flat one is a scalar
Energies = Float[Numbers, "..."]  # keV
Bins = Float[Numbers, "e"]  # one number a bin
Nodes = Float[Numbers, "k e"]  # one number a node of a bin
Places = Int[Numbers, "e"]  # of bins among others
Flags = Bool[Numbers, "..."]
Theta = Float[Numbers, "p"]  # the values of all parameters of a model
Time = Float[Numbers, "..."] | None  # s; one for all energies, or of each
Parameters = Mapping[str, Scalar]  # the values of one component's parameters
ParameterValue = AbstractVariable | Scalar | float | None  # what a field of a component holds: a number or a variable
