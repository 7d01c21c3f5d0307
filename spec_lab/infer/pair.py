"""Pair: one data set beside its model, read-only and live."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import Info, ParameterError
from spec_lab.data import Data, DataUnit
from spec_lab.fit import Setup, statistic_of
from spec_lab.infer.fit import Fit
from spec_lab.infer.fitted_models import with_values
from spec_lab.infer.store import LocalStore
from spec_lab.infer.unit_function import UnitFunction
from spec_lab.models import KEV_TO_ERG, BandFlux, Model, band_photons, without_absorption
from spec_lab.results.fluxes import part
from spec_lab.results.spectra import PAIR_QUANTITIES, UnitSpectrum, add_quantities, spectrum_figure, unit_spectra

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing


@add_quantities(PAIR_QUANTITIES)
class Pair:
    """Data and the model that is to explain them.

    `Pair(data, model)` stands alone; `infer.pairs[i]` is a live view into an `Infer`. Both read as a tuple: `data, model = pair`.
    """

    def __init__(self, data: Data | DataUnit, model: Model):
        self._fit = Fit(LocalStore(Setup.from_pairs([(data, model)])))
        self._number = 0

    @classmethod
    def of(cls, fit: Fit, number: int) -> "Pair":
        """A live view of the pair with that number, from 0."""
        pair = object.__new__(cls)
        pair._fit, pair._number = fit, number
        return pair

    def __iter__(self) -> Iterator[Data | Model]:
        return iter((self.data, self.model))

    def __len__(self) -> int:
        return 2

    def __getitem__(self, place: int) -> Data | Model:
        return (self.data, self.model)[place]

    @property
    def data(self) -> Data:
        """The data; where the fit has other factors `sf`, `bf`, `rf` than they start with, an equal object that knows them."""
        return self._fit.data(self._number)

    @property
    def _units(self) -> tuple[DataUnit, ...]:
        return self._fit.setup.pairs[self._number].data.units

    @property
    def model(self) -> Model:
        """The model with the present values in its variables."""
        return with_values(self._fit.setup, self._number)

    def unit_spectra(self, rebin: bool = False) -> list[UnitSpectrum]:
        """Each unit beside the model at the present parameters."""
        return unit_spectra(self._fit.problem, rebin)[self._number]

    def spectrum(self, style: str = "CE", *, rebin: bool = False, terms: bool = True, **options: Any) -> "Drawing":
        """The figure for print of this pair alone; arguments as for `Infer.spectrum`."""
        shown = {"rebin": rebin, "terms": terms, "only": self._number}
        return spectrum_figure(self._fit.problem, style, **shown, **options)

    # -- statistic -----------------------------------------------------------------------------------------------------
    def _display(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        _, stat, residual = self._fit.problem.display()
        return stat[self._number], residual[self._number]

    @property
    def stat_func(self) -> UnitFunction:
        """The statistic of a unit: `stat_func(S, B, m, ts, tb, sigma_S, sigma_B, stat)`; +inf where `m` is not finite."""
        return UnitFunction(self.data, residuals=False)

    @property
    def pseudo_residual_func(self) -> UnitFunction:
        """The signed residuals `f[c]` of a unit, with the arguments of `stat_func`; +inf where `m` is not finite."""
        return UnitFunction(self.data, residuals=True)

    @property
    def stat_list(self) -> np.ndarray:
        """The (unweighted) statistic of each unit."""
        return np.array([float(np.sum(s)) for s in self._display()[0]])

    @property
    def pseudo_residual_list(self) -> list[np.ndarray]:
        """Signed deviance residuals of each unit."""
        return self._display()[1]

    @property
    def weight_list(self) -> np.ndarray:
        """The weight of each unit."""
        return np.array([float(u.weight) for u in self._units])

    @property
    def stat(self) -> float:
        """The weighted statistic."""
        return float(np.dot(self.stat_list, self.weight_list))

    @property
    def pseudo_residual(self) -> np.ndarray:
        """Signed residuals times the root of the weight, all units; their squares sum to the statistic."""
        weighted = zip(self.pseudo_residual_list, self.weight_list, strict=True)
        return np.concatenate([r * np.sqrt(w) for r, w in weighted])

    @property
    def loglike_list(self) -> np.ndarray:
        """-stat/2 of each unit, unweighted."""
        return -0.5 * self.stat_list

    @property
    def loglike(self) -> float:
        """-stat/2, weighted."""
        return -0.5 * self.stat

    @property
    def npoint_list(self) -> np.ndarray:
        """Channels of each unit that enter the fit."""
        return np.array([len(u.channels().S) for u in self._units])

    @property
    def npoint(self) -> int:
        """Channels that enter the fit."""
        return int(self.npoint_list.sum())

    # -- from counts to fluxes -----------------------------------------------------------------------------------------
    def energy_flux(
        self, low: float, high: float, T: float | None = None, *, component: str | None = None, unabsorbed: bool = False
    ) -> float:
        """The model's energy flux from `low` to `high` keV, erg/cm²/s.

        Args:
            low: keV.
            high: keV.
            T: Time, s, for time-dependent models.
            component: Only this additive component, with the factors that act on it.
            unabsorbed: Without absorbing gas and dust, as its factors declare it (`absorbs`).

        Raises:
            ModelError: `unabsorbed`, and a multiplicative factor does not say whether it absorbs.
        """
        return float(self._band(low, high, T, component, unabsorbed).energy_flux[0])

    def photon_flux(
        self, low: float, high: float, T: float | None = None, *, component: str | None = None, unabsorbed: bool = False
    ) -> float:
        """The model's photon flux from `low` to `high` keV, photons/cm²/s; arguments as for `energy_flux`."""
        return float(self._band(low, high, T, component, unabsorbed).photon_flux[0])

    def _band(self, low: float, high: float, T: float | None, component: str | None, bare: bool) -> BandFlux:
        first = self.unit_spectra()[0]
        mine, places = part(first.model, component)
        theta = np.asarray(first.theta)[None, places]
        return band_photons(mine, without_absorption(mine, theta) if bare else theta, low, high, T)

    @property
    def rate_to_flux(self) -> list[float]:
        """Model energy flux over the noticed range per observed net count rate, for each unit."""
        return [f / float(np.sum(u.ctsrate)) for f, u in self._fluxes()]

    @property
    def conv_rate_to_flux(self) -> list[float]:
        """Model energy flux over the noticed range per folded count rate, for each unit."""
        return [f / float(np.sum(u.conv_ctsrate)) for f, u in self._fluxes()]

    def _fluxes(self) -> list[tuple[float, UnitSpectrum]]:
        units = self.unit_spectra()
        return [(self.energy_flux(float(u.c.emin.min()), float(u.c.emax.max()), u.unit.time), u) for u in units]

    def rate_to_fluxdensity(self, E: float = 1, T: float | None = None, unit: str = "fv") -> list[float]:
        """Model flux density at `E` keV per observed net count rate, for each unit of data.

        Args:
            E: Energy, keV.
            T: Time, s, for time-dependent models.
            unit: `"NE"` photons/cm²/s/keV, `"fv"` erg/cm²/s/keV, or `"Jy"`.
        """
        return [self._density(u, E, T, unit) / float(np.sum(u.ctsrate)) for u in self.unit_spectra()]

    def conv_rate_to_fluxdensity(self, E: float = 1, T: float | None = None, unit: str = "fv") -> list[float]:
        """The same per folded count rate."""
        return [self._density(u, E, T, unit) / float(np.sum(u.conv_ctsrate)) for u in self.unit_spectra()]

    @staticmethod
    def _density(u: UnitSpectrum, E: float, T: float | None, unit: str) -> float:
        scales = {"ne": 1.0, "fv": KEV_TO_ERG * E, "jy": KEV_TO_ERG * E * JANSKY_PER_FV}
        if str(unit).lower() not in scales:
            raise ParameterError("unknown unit of flux density", got=unit, allowed="'NE', 'fv' or 'Jy'")
        if not (np.isfinite(E) and E > 0):
            raise ParameterError("the energy is not positive", got=E, allowed="E > 0, keV")
        N = float(np.asarray(u.model.evaluate(np.array([float(E)]), u.theta, T=T))[0])
        return N * scales[str(unit).lower()]

    def __repr__(self) -> str:
        return f"<Pair {'+'.join(self.data.names)}: {self.model.expression}>"

    def _repr_html_(self) -> str:
        tags = [statistic_of(unit).tag for unit in self.data.units]
        columns = {"Data": self.data.names, "Model": [self.model.expression] * len(tags), "Statistic": tags}
        return Info({n: list(c) for n, c in columns.items()} | {"Value": self.stat_list, "Bins": self.npoint_list}).html


# 1 erg/cm²/s/keV in Jy: h / (1 keV) per Hz, and 1 Jy = 1e-23 erg/cm²/s/Hz
JANSKY_PER_FV = 1e23 * 6.62607015e-27 / KEV_TO_ERG
