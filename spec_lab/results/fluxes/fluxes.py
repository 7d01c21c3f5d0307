"""Fluxes, luminosities and equivalent widths: integrals of a model over a band, at many parameter vectors at once.

Everything goes through the bin integrals of the models on 2000 narrow bins (500 of a smoothed model), so that a line counts in
full however narrow it is. `Fluxes` is what analyzers share: each quantity is evaluated at the draws themselves, so its interval
carries every correlation between parameters. Cosmology is astropy's.
"""

from time import monotonic
from typing import Any

import jax
import numpy as np

from spec_lab._base import Info, ParameterError, in_unit, interval_text, luminosity_distance_cm, nearest, number_text
from spec_lab.engines import Control, Outcome
from spec_lab.fit import Problem
from spec_lab.models import BandFlux, Model, Watch, band_photons, without_absorption
from spec_lab.results.annotations import GivenReal, GivenWhole
from spec_lab.results.estimates import Sample, some_draws

PATIENCE = 1.0  # seconds before progress is reported


def part(model: Model, component: str | None) -> tuple[Model, list[int]]:
    """An additive term by the name of its component (None: the whole), with its places in theta.

    Raises:
        ParameterError: There is no such term.
    """
    if component is None:
        return model, list(range(model.size))
    terms = {term.name: term for term in model.terms}
    if component not in terms:
        raise ParameterError(
            "the model has no such additive component", got=component, allowed=", ".join(terms),
            hint=nearest(str(component), terms),
        )  # fmt: skip
    return terms[component].model, list(terms[component].indices)


def distance_cm(z: float | None, distance: Any, cosmology: Any) -> tuple[float, float]:
    """Redshift and luminosity distance in cm.

    Raises:
        ParameterError: Neither is given, or one makes no sense.
    """
    if z is None and distance is None:
        raise ParameterError(
            "how far is the source?", allowed="z, a redshift, or distance, in Mpc", hint="luminosity(2, 10, z=0.158)"
        )
    if z is not None and not (np.ndim(z) == 0 and np.isfinite(z) and z >= 0):
        raise ParameterError("no redshift", got=z, allowed="z >= 0")
    return float(z or 0.0), luminosity_distance_cm(z, distance, cosmology)


def _keV(low: Any, high: Any) -> tuple[Any, Any]:
    return in_unit(low, "keV", "low"), in_unit(high, "keV", "high")


def _watched(control: Control) -> Watch:
    """Reports to a control after the first second, and asks it whether to stop."""
    began = monotonic()

    def watch(done: int, total: int) -> bool:
        if monotonic() - began > PATIENCE:
            control.report(done / total, f"flux: {done} of {total} draws")
        return control.stopped

    return watch


def _thetas(view: Any, space: Any, xs: Any) -> Any:
    return jax.vmap(lambda x: view.theta(space, x))(xs)


class Fluxes:
    """Base of the analyzers: needs `outcome` and `problem`."""

    outcome: Outcome
    problem: Problem

    def _pair(self, pair: int, most: GivenWhole) -> tuple[Model, np.ndarray, float | None]:
        """Model of a pair (counted from 1), its vectors at the draws, and the time of its data."""
        setup, layout = self.problem.setup, self.problem.layout
        if isinstance(pair, bool) or not isinstance(pair, int | np.integer) or not 1 <= pair <= len(setup.pairs):
            raise ParameterError("there is no such pair", got=pair, allowed=f"1 to {len(setup.pairs)}")
        thetas = self.problem.map_blocks(_thetas, self.problem.pad(some_draws(self.outcome, most)))
        here = setup.pairs[pair - 1]
        return here.model, thetas[:, slice(*layout.pairs[pair - 1].slots)], here.data.units[0].time

    def _band(
        self, low: GivenReal, high: GivenReal, pair: int, component: str | None, bare: bool, most: GivenWhole,
        control: Control | None = None,
    ) -> BandFlux:  # fmt: skip
        model, thetas, T = self._pair(pair, most)
        mine, places = part(model, component)
        mine_only = thetas[:, places]
        asked = without_absorption(mine, mine_only) if bare else mine_only
        return band_photons(mine, asked, low, high, T, watch=None if control is None else _watched(control))

    def flux(
        self, low: GivenReal, high: GivenReal, pair: int = 1, *, photons: bool = False, component: str | None = None,
        unabsorbed: bool = False, most: GivenWhole = 1000, control: Control | None = None,
    ) -> Sample:  # fmt: skip
        """The model's flux from `low` to `high` keV at the draws, as a `Sample` of one column, erg/cm²/s.

        Args:
            low: keV, as observed; here and below a quantity of `astropy.units`, such as `1 * u.MeV`, does as well.
            high: keV.
            pair: 1-based number of the pair whose model is meant.
            photons: Photons/cm²/s instead.
            component: Only this additive component, with the factors that act on it (`"bb"` of `tbabs*(pl+bb)`).
            unabsorbed: Without the absorbing gas and dust: what factors declare as amounts of it (`absorbs`) is set to 0, other
                factors stay.
            most: Draws to evaluate.
            control: Hears of the progress when it takes more than a second, and may stop: the draws done so far are returned.

        Raises:
            ParameterError: The band is empty, or there is no such pair or component.
            ModelError: `unabsorbed`, and a multiplicative factor does not say whether it absorbs.
        """
        low, high = _keV(low, high)
        band = self._band(low, high, pair, component, unabsorbed, most, control)
        what = f"{'unabsorbed ' if unabsorbed else ''}{'photon' if photons else 'energy'} flux of {component or 'the model'}"
        unit = f"{'photons' if photons else 'erg'}/cm²/s"
        title = f"{what}, {low:g}-{high:g} keV, {unit}"
        return Sample((band.photon_flux if photons else band.energy_flux)[:, None], title=title, unit=unit)

    def flux_info(
        self, low: GivenReal, high: GivenReal, pair: int = 1, *, component: str | None = None, unabsorbed: bool = False
    ) -> Info:
        """Energy and photon flux in a band, with intervals; arguments as for `flux`."""
        low, high = _keV(low, high)
        band = self._band(low, high, pair, component, unabsorbed, 1000)
        samples = [Sample(values[:, None]) for values in (band.energy_flux, band.photon_flux)]
        return Info(
            {
                "Quantity": [f"{'unabsorbed ' if unabsorbed else ''}{name} flux" for name in ("energy", "photon")],
                "Of": [component or "all"] * 2,
                "Band": [f"{low:g}-{high:g} keV"] * 2,
                "Median": [number_text(float(s.median[0]), 4) for s in samples],
                "1sigma CI": [interval_text(float(s.Isigma[0, 0]), float(s.Isigma[0, 1])) for s in samples],
                "Unit": ["erg/cm²/s", "photons/cm²/s"],
            }
        )

    def luminosity(
        self, low: GivenReal, high: GivenReal, pair: int = 1, *, z: float | None = None, distance: Any = None,
        component: str | None = None, unabsorbed: bool = False, cosmology: Any = None, most: GivenWhole = 1000,
    ) -> Sample:  # fmt: skip
        """The isotropic luminosity from `low` to `high` keV in the frame of the source, erg/s, at the draws.

        `4π D_L²` times the flux observed from `low/(1+z)` to `high/(1+z)`: that is the k-correction (Hogg 1999,
        astro-ph/9905116; Bloom, Frail & Sari 2001, AJ 121, 2879), by the model itself, which is trusted beyond the data.

        Args:
            low: keV, in the source's frame.
            high: keV.
            pair: 1-based number of the pair whose model is meant.
            z: Redshift. Alone it gives the distance too.
            distance: Luminosity distance in Mpc, or an astropy quantity.
            component: As for `flux`.
            unabsorbed: As for `flux`.
            cosmology: Of `astropy.cosmology`; Planck18 when left out.
            most: Draws to evaluate.

        Raises:
            ParameterError: Neither redshift nor distance, or one that makes no sense; and as for `flux`.
        """
        z, far = distance_cm(z, distance, cosmology)
        low, high = (float(edge) if np.isreal(edge) else np.nan for edge in _keV(low, high))
        band = self._band(low / (1 + z), high / (1 + z), pair, component, unabsorbed, most)
        title = f"luminosity of {component or 'the model'}, {low:g}-{high:g} keV in the source's frame, erg/s"
        return Sample(4 * np.pi * far**2 * band.energy_flux[:, None], title=title, unit="erg/s")

    def equivalent_width(
        self,
        component: str,
        pair: int = 1,
        *,
        low: GivenReal | None = None,
        high: GivenReal | None = None,
        most: GivenWhole = 1000,
    ) -> Sample:
        """The equivalent width of an additive component over all the others, keV (as observed), at the draws.

        `∫ N_component(E) / N_others(E) dE`, factors on both included: how much of the continuum around it the component makes
        up. The continuum is taken from 2000 bins over the band: to some 0.2 % of that under a narrow line.

        Args:
            component: Such as `"gauss"`.
            pair: 1-based number of the pair whose model is meant.
            low: keV; the lowest energy of the response when left out.
            high: keV; the highest.
            most: Draws to evaluate.

        Raises:
            ParameterError: There is no such component, or no other.
        """
        model, thetas, T = self._pair(pair, most)
        line, places = part(model, component)
        if len(model.terms) < 2:
            raise ParameterError(
                "an equivalent width needs a continuum",
                got=model.expression,
                hint="Add a component, such as pl() + gauss().",
            )
        ends = [unit.energies for unit in self.problem.setup.pairs[pair - 1].data.units]
        low, high = _keV(low, high)
        low = min(float(lo[lo > 0].min()) for lo, _ in ends) if low is None else low
        high = max(float(hi.max()) for _, hi in ends) if high is None else high
        every = band_photons(model, thetas, low, high, T)
        band = band_photons(line, thetas[:, places], low, high, T, bins=len(every.edges) - 1)
        rest = every.photons - band.photons
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(np.abs(band.photons) > 1e-12 * np.abs(rest), band.photons / np.maximum(rest, 0.0), 0.0)
        return Sample((share @ np.diff(band.edges))[:, None], title=f"equivalent width of {component}, keV", unit="keV")
