"""One data unit beside its model: net spectrum, folded model, residuals, unfolding factors.

Everything that shows, tabulates or exports data beside a model reads them here: the documented names (`quantities`), the
figure for print (`spectrum`), the pairs and their conversion factors, and the curves of the Lab (in all groups).
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from spec_lab.data import Channels, DataUnit
from spec_lab.fit import Problem, statistic_of
from spec_lab.models import KEV_TO_ERG, Model

Rates = list[list[Float[np.ndarray, "u"]]]  # [pair][unit], of the noticed groups


class UnitSpectrum:
    """One data unit beside its model, in some grouping of its channels.

    Args:
        unit: The data unit.
        model: The pair's model.
        theta: The model's parameter values.
        factors: The unit's `sf`, `bf`, `rf`.
        channels: Its groups: those of the fit, of the display, or all good ones.
        folded: Gives the model's count rate in each group, folded through the response; called when it is first needed.
    """

    def __init__(
        self,
        unit: DataUnit,
        model: Model,
        theta: Float[np.ndarray, "p"],
        factors: Float[np.ndarray, "3"],
        channels: Channels,
        folded: Callable[[], Float[np.ndarray, "c"]],
    ):
        self.unit, self.model, self.theta = unit, model, theta
        (self.sf, self.bf, self.rf), self.c, self._folded = factors, channels, folded

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

    @property
    def ctsspec(self) -> np.ndarray:
        """Net count spectrum."""
        return self.ctsrate / self.chbin_width

    @cached_property
    def ctsrate_error(self) -> np.ndarray:
        """Its error, source and background in quadrature."""
        return np.hypot(self.c.sigma_S / (self.c.ts * self.sf), self.c.sigma_B / (self.c.tb * self.bf))

    @property
    def ctsspec_error(self) -> np.ndarray:
        """Error of the net count spectrum."""
        return self.ctsrate_error / self.chbin_width

    @cached_property
    def conv_ctsrate(self) -> np.ndarray:
        """The model's count rate, folded through the response."""
        return self._folded()

    @cached_property
    def conv_ctsspec(self) -> np.ndarray:
        """The model's count spectrum, folded through the response."""
        return self.conv_ctsrate / self.chbin_width

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
        folded = self.conv_ctsspec
        return np.divide(self.at_rsp(style), folded, out=np.full_like(folded, np.nan), where=folded != 0)


def unit_spectra(problem: Problem, rebin: bool = False) -> list[list[UnitSpectrum]]:
    """Each data unit beside its model at the values of the problem's set-up, as `[pair][unit]`.

    Args:
        problem: Whose model is evaluated, once for all units.
        rebin: The display grouping of the data instead of that of the fit.
    """
    theta, photons = problem.photons()

    def read(i: int, j: int, unit: DataUnit, model: Model) -> UnitSpectrum:
        where = problem.layout.pairs[i].units[j]
        c, mine = unit.channels(rebin=rebin, response=problem.response(i, j)), photons[i][slice(*where.energies)]
        values, factors = _values(problem, theta, i, j)
        return UnitSpectrum(unit, model, values, factors, c, lambda: factors[2] * (c.matrix @ mine))

    return _each(problem, read)


def all_spectra(problem: Problem, rates: Rates) -> list[list[UnitSpectrum]]:
    """Each data unit beside its model in all its good groups, noticed or not, as `[pair][unit]`.

    Args:
        problem: At the values of its set-up.
        rates: Folded rates in the noticed groups, as `Problem.display` gives them; the model is NaN in the others.
    """
    theta = np.asarray(problem.setup.values)

    def read(i: int, j: int, unit: DataUnit, model: Model) -> UnitSpectrum:
        c = unit.all_channels()
        return UnitSpectrum(unit, model, *_values(problem, theta, i, j), c, lambda: among_all(rates[i][j], c.used))

    return _each(problem, read)


def among_all(values: Float[np.ndarray, "u"], used: Bool[np.ndarray, "c"]) -> Float[np.ndarray, "c"]:
    """Values of the noticed groups at their places among all groups, NaN in the others."""
    out = np.full(len(used), np.nan)
    out[used] = np.asarray(values)[: np.count_nonzero(used)]
    return out


def _values(problem: Problem, theta: np.ndarray, pair: int, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Of all slot values those of a pair's model, and the factors of one of its units."""
    place = problem.layout.pairs[pair]
    first = place.units[unit].slots
    return theta[slice(*place.slots)], theta[first : first + 3]


def _each(problem: Problem, read: Callable[[int, int, DataUnit, Model], UnitSpectrum]) -> list[list[UnitSpectrum]]:
    return [
        [read(i, j, unit, pair.model) for j, unit in enumerate(pair.data.units)]
        for i, pair in enumerate(problem.setup.pairs)
    ]
