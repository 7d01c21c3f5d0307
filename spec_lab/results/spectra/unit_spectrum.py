"""One data unit beside its model: net spectrum, folded model, residuals, unfolding factors.

Everything that shows, tabulates or exports data beside a model reads them here: the documented names (`quantities`), the
figure for print (`spectrum`), the pairs and their conversion factors.
"""

from functools import cached_property
from typing import Any

import numpy as np

from spec_lab.fit import Problem, statistic_of
from spec_lab.models import KEV_TO_ERG


class UnitSpectrum:
    """One data unit beside its model, in the fit's channels or (`rebin`) those of the display grouping.

    Args:
        unit: The data unit.
        model: The pair's model.
        theta: The model's parameter values.
        photons: Photons/cm²/s in each of the unit's photon-energy bins.
        factors: The unit's `sf`, `bf`, `rf`.
        rebin: Whether to read the display grouping.
        response: The response in use, where it depends on the source's position; None means the unit's.
    """

    def __init__(
        self, unit: Any, model: Any, theta: np.ndarray, photons: np.ndarray, factors: np.ndarray, rebin: bool,
        response: Any = None,
    ):  # fmt: skip
        self.unit, self.model, self.theta = unit, model, theta
        self.photons, (self.sf, self.bf, self.rf) = photons, factors
        self.c = unit.channels(rebin=rebin, response=response)

    def __repr__(self) -> str:
        return f"<{self.unit.name or 'data unit'} beside {self.model.expression}: {self.c.size} channels>"

    @cached_property
    def chbin_mean(self) -> np.ndarray:
        """Middle of each channel."""
        return 0.5 * (self.c.emin + self.c.emax)

    @cached_property
    def chbin_width(self) -> np.ndarray:
        """Width of each channel."""
        return self.c.emax - self.c.emin

    @cached_property
    def ctsrate(self) -> np.ndarray:
        """Net (background-subtracted) count rate."""
        return self.c.S / (self.c.ts * self.sf) - self.c.B / (self.c.tb * self.bf)

    @cached_property
    def ctsrate_error(self) -> np.ndarray:
        """Its error, source and background in quadrature."""
        return np.hypot(self.c.sigma_S / (self.c.ts * self.sf), self.c.sigma_B / (self.c.tb * self.bf))

    @cached_property
    def conv_ctsrate(self) -> np.ndarray:
        """The model's count rate, folded through the response."""
        return self.rf * (self.c.matrix @ self.photons)

    @cached_property
    def phtspec_at_rsp(self) -> np.ndarray:
        """The model's photon spectrum at the middle of each channel."""
        return np.asarray(self.model.evaluate(self.chbin_mean, self.theta, T=self.unit.time))

    @cached_property
    def residual(self) -> np.ndarray:
        """(net - model) / error of net; in bins without any error (no counts) the error is that of the model's counts."""
        expected = np.sqrt(np.maximum(self.conv_ctsrate, 0.0) / self.c.ts)
        error = np.where(self.ctsrate_error > 0, self.ctsrate_error, expected)
        return (self.ctsrate - self.conv_ctsrate) / np.where(error > 0, error, 1.0)

    @cached_property
    def signed(self) -> np.ndarray:
        """Signed roots of the deviances, as the statistic has them; of few counts (net - model)/error says nothing."""
        kind, c = statistic_of(self.unit), self.c
        if kind.summed:
            return self.residual
        exposures = {"ts": c.ts * self.sf, "tb": c.tb * self.bf}
        _, signed = kind.numpy(S=c.S, B=c.B, m=self.conv_ctsrate, sigma_S=c.sigma_S, sigma_B=c.sigma_B, **exposures)
        return np.asarray(signed)

    def as_energy(self, spectrum: np.ndarray, style: str) -> np.ndarray:
        """A photon spectrum as `pht`, `flx` (E N) or `erg` (E² N)."""
        power = {"pht": 0, "flx": 1, "erg": 2}[style]
        return spectrum * (KEV_TO_ERG * self.chbin_mean**power if power else 1.0)

    def at_rsp(self, style: str) -> np.ndarray:
        """The model's spectrum at the middle of each channel, in a style."""
        return self.as_energy(self.phtspec_at_rsp, style)

    def cts_to(self, style: str) -> np.ndarray:
        """Factor from a count spectrum to a deconvolved one: the model's spectrum over its folded one."""
        folded = self.conv_ctsrate / self.chbin_width
        return np.divide(self.at_rsp(style), folded, out=np.full_like(folded, np.nan), where=folded != 0)


def unit_spectra(problem: Problem, rebin: bool = False) -> list[list[UnitSpectrum]]:
    """Each data unit beside its model at the values of the problem's set-up, as `[pair][unit]`.

    Args:
        problem: Whose model is evaluated, once for all units.
        rebin: The display grouping of the data instead of that of the fit.
    """
    theta, photons = problem.photons()
    return [
        [
            UnitSpectrum(
                unit,
                pair.model,
                theta[slice(*place.slots)],
                mine[slice(*where.energies)],
                theta[where.slots : where.slots + 3],
                rebin,
                problem.response(i, j),
            )
            for j, (unit, where) in enumerate(zip(pair.data.units, place.units, strict=True))
        ]
        for i, (pair, place, mine) in enumerate(zip(problem.setup.pairs, problem.layout.pairs, photons, strict=True))
    ]
