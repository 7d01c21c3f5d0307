"""Types of what spectra and responses hold, and of what may be given for it.

House symbols: `ch` channels, `c` groups of channels, `e` photon-energy bins, `n` draws. What is held is in float64 on the host.
What may be *given* is wider, and the function that takes it judges it in words of its own (`number_checks`, `files`, `attach`):
a type checker sees what is allowed, at run time every value is let through to that judgement.
"""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

from spec_lab.data.sparse_matrix import SparseMatrix
from spec_lab.variables import AbstractVariable

PerChannel = Float[np.ndarray, "ch"]
PerGroup = Float[np.ndarray, "c"]
PerBin = Float[np.ndarray, "e"]
DenseMatrix = Float[np.ndarray, "e ch"]  # from photons to channels, cm²
DirectMatrix = DenseMatrix | SparseMatrix
GroupedMatrix = Float[np.ndarray, "c e"] | SparseMatrix  # from photons to groups, cm²
ChannelScale = Float[np.ndarray, ""] | Float[np.ndarray, "ch"]  # one number, or one a channel
ChannelNumbers = Int[np.ndarray, "ch"]
ChannelFlags = Int[np.ndarray, "ch"]  # of OGIP
ChannelMask = Bool[np.ndarray, "ch"]
GroupMask = Bool[np.ndarray, "c"]
GroupIndex = Int[np.ndarray, "c"]  # of a channel, from 0
Draws = Float[np.ndarray, "n ch"]
Numbers = Float[np.ndarray, "..."]  # float64 of any shape


@runtime_checkable
class ResponseGenerator(Protocol):
    """What makes the matrices of a response that depends on the source's position, as gbm_drm_gen does.

    Attributes:
        matrix: `f[ch, e]`, cm², at the present place; NaN counts as 0.
        ebounds: `f[ch+1]`, keV.
        monte_carlo_energies: `f[e+1]`, keV.
    """

    matrix: np.ndarray
    ebounds: np.ndarray
    monte_carlo_energies: np.ndarray

    def set_location(self, ra: float, dec: float) -> None:
        """Move to a place, deg."""


if TYPE_CHECKING:
    GivenReal = float
    GivenWhole = int | None
    GivenVersion = int | Literal["sum"] | None  # of a matrix among several in a file
    GivenNumber = float | str | np.generic | np.ndarray | None
    GivenNumbers = ArrayLike | None
    FileLike = str | os.PathLike[str] | BinaryIO
    FileAndRow = FileLike | tuple[FileLike, int]
    GivenGenerator = ResponseGenerator | None
    GivenStart = float | AbstractVariable | None
    GivenWindows = Sequence[float | None] | Sequence[Sequence[float | None]] | np.ndarray | None
    GivenGrouping = str | Mapping[str, float | str | None] | None
else:
    GivenReal = GivenWhole = GivenVersion = GivenNumber = GivenNumbers = FileLike = FileAndRow = GivenGenerator = (
        GivenStart
    ) = Any
    GivenWindows = GivenGrouping = Any
