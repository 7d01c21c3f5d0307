"""A model folded on its own, without a fit: `integ`, `convolve_response`, `convolve_dataunit`, `convolve_data`, `func`.

They are for looking at a model beside a response. A fit folds in its compiled program (`spec_lab.fit.problem`), which gives the
same numbers. Data and responses are known here only by what is read of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from spec_lab._base import ModelError
from spec_lab.models.annotations import GivenNumbers
from spec_lab.models.integration.grid import Grid

if TYPE_CHECKING:
    from spec_lab.models.annotations import Bins, Theta
    from spec_lab.models.model import Model, Structure

Rates = Float[np.ndarray, "c"]
PhotonBins = Float[np.ndarray, "e"]
Folded = tuple[Rates, Rates]


@runtime_checkable
class ResponseToFold(Protocol):
    """What is read of a response: channel and photon-energy bins (keV, as pairs of edges) and the matrix, cm²."""

    @property
    def chbin(self) -> Float[np.ndarray, "ch 2"]:
        """Channels."""
        ...

    @property
    def phbin(self) -> Float[np.ndarray, "e 2"]:
        """Photon energies."""
        ...

    @property
    def drm(self) -> Float[np.ndarray, "e ch"]:
        """From photons to channels."""
        ...


@runtime_checkable
class MatrixToFold(Protocol):
    """From photons to groups, [c, e], cm²: an array, or only its non-zeros."""

    def __matmul__(self, other: PhotonBins) -> Rates:
        """Times photons."""
        ...


@runtime_checkable
class GroupsToFold(Protocol):
    """What is read of the groups of a unit."""

    @property
    def matrix(self) -> MatrixToFold:
        """Their response."""
        ...

    @property
    def width(self) -> Rates:
        """Their widths, keV."""
        ...


@runtime_checkable
class UnitToFold(Protocol):
    """What is read of a data unit: its photon-energy bins, its groups, and the factor on its response among its parameters."""

    @property
    def time(self) -> float | None:
        """Of the data, s."""
        ...

    @property
    def ebin(self) -> Float[np.ndarray, "e 2"]:
        """Photon energies, keV."""
        ...

    @property
    def pvalues(self) -> tuple[float, ...]:
        """`sf`, `bf`, `rf`, `ra`, `dec`."""
        ...

    def channels(self) -> GroupsToFold:
        """The groups that enter a fit."""
        ...


@runtime_checkable
class DataToFold(Protocol):
    """What is read of data: their units."""

    @property
    def units(self) -> Iterable[UnitToFold]:
        """In order."""
        ...


class Folds(eqx.Module):
    """Base of `Model`: what it gives beside a response, at its start values."""

    @property
    def _whole(self) -> Model:
        return cast("Model", self)

    def func(self, E: GivenNumbers, T: GivenNumbers | None = None, O: Model | None = None) -> np.ndarray:  # noqa: E741
        """The curve, as `evaluate` at the start values: photons/cm²/s/keV, or a factor.

        Args:
            E: keV.
            T: Time, s, for time-dependent models.
            O: What a convolution acts on.

        Raises:
            ModelError: A convolution without `O`, or `O` for something else.
        """
        model = self._whole
        if (model.kind == "conv") != (O is not None):
            raise ModelError(
                f"{model.expression} is {model.kind}", got=O, allowed="O=model of a convolution, and only there"
            )
        return (model if O is None else model(O)).evaluate(E, T=T)

    def slope_func(self, E: GivenNumbers, T: GivenNumbers | None = None) -> np.ndarray:
        """The local slope d ln N / d ln E at energies `E`, keV: the photon index of the curve there.

        >>> from spec_lab.models import sbpl
        >>> sbpl(alpha=-1.0, beta=-3.0).slope_func([1e-3, 1e6]).round(6).tolist()
        [-1.0, -3.0]
        """
        model, x = self._whole._additive(), jnp.asarray(E, float)
        curve, slope = jax.jvp(lambda x: jnp.asarray(model.evaluate(x, T=T)), (x,), (x,))
        return np.asarray(slope / curve)

    def integ(self, ebin: GivenNumbers, T: GivenNumbers | None = None, rule: str = "exact") -> PhotonBins:
        """Photons/cm²/s in each photon-energy bin.

        Args:
            ebin: `f[e, 2]`, edges, keV.
            T: Time, s, one number or one a bin.
            rule: `exact`, or `trapezoid5` as in bayspec.

        Raises:
            ModelError: The model is a factor, or the bins are none.
        """
        model, edges = self._whole._additive(), np.asarray(ebin, float)
        if edges.ndim != 2 or edges.shape[1] != 2:
            raise ModelError("bins are pairs of edges", got=edges.shape, allowed="shape (bins, 2), keV")
        grid = model.prepare(Grid.make(edges[:, 0], edges[:, 1], rule, T))
        return np.asarray(_photons(model.structure, model.theta, grid))

    def convolve_response(self, response: ResponseToFold, time: float | None = None, rule: str = "exact") -> Folded:
        """Through a response: counts/s and counts/s/keV in each of its channels.

        Args:
            response: A `Response`.
            time: s.
            rule: As of `integ`.
        """
        rate = self.integ(response.phbin, time, rule) @ response.drm
        return rate, rate / np.abs(np.diff(response.chbin, axis=1)[:, 0])

    def convolve_dataunit(self, dataunit: UnitToFold, rule: str = "exact") -> Folded:
        """Through the response of a unit: counts/s and counts/s/keV in each of its groups."""
        groups = dataunit.channels()
        rate = dataunit.pvalues[2] * (groups.matrix @ self.integ(dataunit.ebin, dataunit.time, rule))
        return rate, rate / groups.width

    def convolve_data(self, data: DataToFold, rule: str = "exact") -> tuple[list[Rates], list[Rates]]:
        """Through the responses of all units: a list of counts/s and one of counts/s/keV, one array a unit."""
        rates, spectra = zip(*(self.convolve_dataunit(unit, rule) for unit in data.units), strict=True)
        return list(rates), list(spectra)


@partial(jax.jit, static_argnums=0)
def _photons(structure: Structure, theta: Theta, grid: Grid) -> Bins:
    return structure.photons(theta, grid)
