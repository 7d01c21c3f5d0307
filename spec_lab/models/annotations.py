"""Types of the numbers that models compute with; shapes are those of the grid.

House symbols: `e` energy bins, `k` nodes in a bin, `p` parameters. Curves are asked for at energies of any shape. At run time
NumPy arrays and numbers will do wherever an array is asked for, because grids are made on the host; a type checker sees JAX's.
Names that begin with `Given` are what a person may pass: the function that takes it judges it in words of its own, so that at
run time every value is let through to that judgement. Names that begin with `Field` are what a class body sees as the value of
a field, and a dataclass at run time as its recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

from spec_lab.variables import AbstractVariable

if TYPE_CHECKING:
    Numbers = jax.Array
    Scalar = Float[Numbers, ""]  # one number, traced or not
    Curve = Float[Numbers, "..."]  # N(E), a factor or its logarithm, at energies of any shape; a flat one is a scalar
    HostCurve = HostNumbers = np.ndarray
    GivenNumber = float
    GivenNumbers = ArrayLike
    GivenTheta = Float[Numbers, "p"]
    GivenFunction = Callable[..., Any] | None
    GivenParameter = ArrayLike | AbstractVariable | None
    GivenPath = str | PathLike[str]
    FieldOfVariable = AbstractVariable
    FieldOfNumber = float
    FieldOfSwitch = bool
else:
    Numbers = jax.Array | np.ndarray | np.generic
    Scalar = Float[Numbers, ""] | float
    Curve = Float[Numbers, "..."] | float
    HostCurve = Curve  # computed with NumPy, at energies of any shape; traced where a person differentiates
    HostNumbers = np.ndarray | np.generic
    GivenNumber = GivenNumbers = GivenTheta = GivenFunction = GivenParameter = GivenPath = Any
    FieldOfVariable = FieldOfNumber = FieldOfSwitch = Any

Energies = Float[Numbers, "..."]  # keV
Bins = Float[Numbers, "e"]  # one number a bin
Nodes = Float[Numbers, "k e"]  # one number a node of a bin
Places = Int[Numbers, "e"]  # of bins among others
Flags = Bool[Numbers, "..."] | bool  # where one energy was asked for, it may be a plain one
Theta = Float[Numbers, "p"]  # the values of all parameters of a model
Time = Float[Numbers, "..."] | None  # s; one for all energies, or of each
Parameters = Mapping[str, Scalar]  # the values of one component's parameters
ParameterValue = AbstractVariable | Scalar | float | None  # what a field of a component holds: a number or a variable
