r"""The flux as the parameter: `cflux`, `cpflux` and `clumin` scale a whole model to a flux or luminosity in a band.

`tbabs * cflux(Emin=2, Emax=10)(pl())` has log10 of the unabsorbed flux as a parameter, with its prior, errors and links. The
scale of the model inside cancels, so that the amplitude of its first term is held fixed.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from spec_lab._base import ModelError, luminosity_distance_cm
from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.integration.cut_bins import integrated
from spec_lab.models.integration.grid import KEV_TO_ERG, Energy, Grid
from spec_lab.models.library.convolution import Convolution
from spec_lab.models.model import Model, Values
from spec_lab.models.parameter import config, parameter
from spec_lab.models.shared_parameters import AMPLITUDES, LN10, span
from spec_lab.variables import Fixed

BINS = 400  # of equal width in the logarithm of the energy, with four nodes or more each


class FluxScaling(Convolution):
    """A model scaled to a flux in a band. Not for direct use."""

    linear: ClassVar[bool] = False
    Emin: float = config(0.5, "lower end of the band, keV", above=0.0)
    Emax: float = config(10.0, "upper end of the band, keV", above=0.0)

    @abstractmethod
    def _wanted(self, p: Parameters) -> Scalar:
        """The flux in the band."""

    @property
    def _band(self) -> tuple[float, float]:
        """The band as observed, keV."""
        return self.Emin, self.Emax

    @property
    def _weighted(self) -> bool:
        """Whether the flux is of energy, not of photons."""
        return True

    def receive(self, inner: Model) -> Model:
        """The inner model with the amplitude of its first term fixed: its scale cancels.

        Raises:
            ModelError: It gives no photons, or the band is empty.
        """
        if inner.kind != "add":
            raise ModelError(
                f"{self.called} scales photons, and {inner.expression} gives none", got=inner.kind,
                allowed="an additive model, such as cflux()(pl())",
            )  # fmt: skip
        if not self.Emin < self.Emax:
            raise ModelError(
                f"the band of {self.called} is empty", got=(self.Emin, self.Emax), allowed="Emin < Emax, keV"
            )
        names = [name for leaf in inner.leaves() for name, _ in leaf.slots()]
        first = next((i for i, name in enumerate(names) if name in AMPLITUDES), None)
        counter = itertools.count()

        def fill(variable: Any) -> Any:
            return Fixed(variable) if next(counter) == first and not isinstance(variable, Fixed) else variable

        return inner.refilled(fill)

    def convolve(self, inner: Model, x: Energy, p: Parameters, values: Values, T: Time) -> Curve:
        return self._factor(inner, p, values, T) * inner.density(x, values, T)

    def convolve_portions(self, inner: Model, grid: Grid, p: Parameters, values: Values) -> Curve:
        return self._factor(inner, p, values, grid.T) * inner.portions(grid, values)

    def convolve_marks(self, inner: Model, p: Parameters, values: Values) -> tuple[Scalar, ...]:
        return inner.marks(values)

    def _factor(self, inner: Model, p: Parameters, values: Values, T: Time) -> Scalar:
        """What the inner model is multiplied by."""
        edges = np.geomspace(*self._band, BINS + 1)
        grid = inner.prepare(Grid.make(edges[:-1], edges[1:]))
        several = T is not None and np.ndim(T) > 0
        if T is not None and not several:
            grid = eqx.tree_at(lambda g: g.T, grid, T, is_leaf=lambda leaf: leaf is None)

        def portions(g: Grid) -> Curve:
            inside = inner.portions(g, values)
            return inside * g.nodes if self._weighted else inside

        try:
            total = integrated(portions, grid, inner.marks(values)).sum()
        except ModelError as error:
            if not several:
                raise
            hint = "Give the data of each time a pair of its own."
            raise ModelError(
                f"{self.called} has one flux, and its model changes over several times", hint=hint
            ) from error
        return self._wanted(p) / (total * KEV_TO_ERG if self._weighted else total)


class cflux(FluxScaling):
    r"""A model scaled to an energy flux: its logarithm is the parameter.

    N(E) → N(E) 10^logF / ∫_{Emin}^{Emax} E N(E) dE

    Reference: XSPEC's `cflux`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: logF, log10 erg/cm²/s. Settings: Emin, Emax, keV, as observed.
    """

    formula: ClassVar[str] = r"N(E)\,\frac{10^{\log F}}{\int_{E_{\min}}^{E_{\max}}E\,N(E)\,dE}"
    logF: ParameterValue = parameter(
        -10.0, span(-20, 0), label=r"\log F", log=True, unit="erg/cm²/s", doc="energy flux in the band"
    )

    def _wanted(self, p: Parameters) -> Scalar:
        return _power_of_ten(p["logF"])


class cpflux(FluxScaling):
    r"""A model scaled to a photon flux: its logarithm is the parameter.

    N(E) → N(E) 10^logF / ∫_{Emin}^{Emax} N(E) dE

    Reference: XSPEC's `cpflux`, whose parameter is the flux itself, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: logF, log10 photons/cm²/s. Settings: Emin, Emax, keV, as observed.
    """

    formula: ClassVar[str] = r"N(E)\,\frac{10^{\log F}}{\int_{E_{\min}}^{E_{\max}}N(E)\,dE}"
    logF: ParameterValue = parameter(
        0.0, span(-10, 10), label=r"\log F", log=True, unit="photons/cm²/s", doc="photon flux in the band"
    )

    @property
    def _weighted(self) -> bool:
        return False

    def _wanted(self, p: Parameters) -> Scalar:
        return _power_of_ten(p["logF"])


class clumin(FluxScaling):
    r"""A model scaled to an isotropic luminosity: its logarithm is the parameter.

    N(E) → N(E) 10^logL / (4π D_L²) / ∫ E N(E) dE, from Emin/(1+z) to Emax/(1+z)

    Reference: XSPEC's `clumin`, Arnaud 1996 (ASP Conf. 101, 17); the distance here is Planck18's unless it is given.
    Parameters: logL, log10 erg/s. Settings: Emin, Emax, keV, in the frame of the source; redshift; distance, Mpc, of luminosity.
    """

    formula: ClassVar[str] = r"N(E)\,\frac{10^{\log L}}{4\pi D_L^2\int_{E_{\min}/(1+z)}^{E_{\max}/(1+z)}E\,N(E)\,dE}"
    redshift: float = config(0.0, "redshift of the source", above=-1.0)
    distance: float = config(0.0, "luminosity distance, Mpc; 0: from the redshift", above=-1e-300)
    logL: ParameterValue = parameter(
        40.0, span(30, 60), label=r"\log L", log=True, unit="erg/s", doc="isotropic luminosity in the band"
    )

    @property
    def _band(self) -> tuple[float, float]:
        return self.Emin / (1 + self.redshift), self.Emax / (1 + self.redshift)

    def receive(self, inner: Model) -> Model:
        if not (self.distance > 0 or self.redshift > 0):
            raise ModelError(
                "how far is the source of clumin?", got=f"redshift={self.redshift:g}, distance={self.distance:g}",
                allowed="redshift > 0, or distance > 0 in Mpc", hint="clumin(redshift=0.158)(pl())",
            )  # fmt: skip
        return super().receive(inner)

    def _wanted(self, p: Parameters) -> Scalar:
        far = luminosity_distance_cm(self.redshift, self.distance or None)
        return _power_of_ten(p["logL"] - math.log10(4 * math.pi * far**2))


def _power_of_ten(exponent: Scalar) -> Scalar:
    return jnp.exp(LN10 * exponent)
