"""The documented quantities of data and model, from one table.

`data_*`, `model_*`, `conv_*`, `deconv_*`, `cts_to_*` and their `re_` (display-rebinned) twins are some hundred names for a few
functions of one data unit. The functions stand here, in `UNIT_QUANTITIES`; the names on `Infer` and `Pair` are made from the
table. Energies are in keV, rates in counts/s, `ctsspec` in counts/s/keV, `phtspec` in photons/cm²/s/keV, `flxspec` in
erg/cm²/s/keV and `ergspec` in erg/cm²/s.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from spec_lab.fit.program_layout import statistic_of
from spec_lab.models.integration.grid import KEV_TO_ERG as KEV_TO_ERG


class UnitReading:
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
        """(net - model) / error of net."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.ctsrate - self.conv_ctsrate) / self.ctsrate_error

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


Reader = Callable[[UnitReading], np.ndarray]

_STYLES = {"phtspec": "pht", "flxspec": "flx", "ergspec": "erg"}

DATA: dict[str, Reader] = {
    "chbin_mean": lambda u: u.chbin_mean,
    "chbin_width": lambda u: u.chbin_width,
    "ctsrate": lambda u: u.ctsrate,
    "ctsrate_error": lambda u: u.ctsrate_error,
    "ctsspec": lambda u: u.ctsrate / u.chbin_width,
    "ctsspec_error": lambda u: u.ctsrate_error / u.chbin_width,
}
CONV: dict[str, Reader] = {
    "ctsrate": lambda u: u.conv_ctsrate,
    "ctsspec": lambda u: u.conv_ctsrate / u.chbin_width,
}
AT_RSP: dict[str, Reader] = {n: lambda u, s=s: u.at_rsp(s) for n, s in _STYLES.items()}
DECONV: dict[str, Reader] = {n: lambda u, s=s: u.cts_to(s) * u.ctsrate / u.chbin_width for n, s in _STYLES.items()} | {
    f"{n}_error": lambda u, s=s: u.cts_to(s) * u.ctsrate_error / u.chbin_width for n, s in _STYLES.items()
}
CTS_TO: dict[str, Reader] = {s: lambda u, s=s: u.cts_to(s) for s in _STYLES.values()}


def _documented_pair() -> dict[str, tuple[bool, Reader]]:
    """Name on `Pair` → (rebinned, function)."""
    table: dict[str, tuple[bool, Reader]] = {"conv_ctsrate_f64": (False, CONV["ctsrate"])}
    for again, mark in ((False, ""), (True, "re_")):
        table |= {f"conv_{mark}{n}": (again, f) for n, f in CONV.items()}
        table |= {f"{mark}{n}_at_rsp": (again, f) for n, f in AT_RSP.items()}
        table |= {f"{mark}cts_to_{n}": (again, f) for n, f in CTS_TO.items()}
        table |= {f"deconv_{mark}{n}": (again, f) for n, f in DECONV.items()}
        table |= {f"{mark}residual": (again, lambda u: u.residual)}
    return table


def _documented_infer() -> dict[str, tuple[bool, Reader]]:
    """Name on `Infer` → (rebinned, function)."""
    table: dict[str, tuple[bool, Reader]] = {}
    for again, mark in ((False, ""), (True, "re_")):
        table |= {f"data_{mark}{n}": (again, f) for n, f in (DATA | DECONV).items()}
        table |= {f"model_{mark}{n}": (again, f) for n, f in (CONV | AT_RSP).items()}
        table |= {f"{mark}residual": (again, lambda u: u.residual)}
    return table


PAIR_QUANTITIES = _documented_pair()
INFER_QUANTITIES = _documented_infer()


def add_quantities(table: dict[str, tuple[bool, Reader]]) -> Callable[[type], type]:
    """Class decorator: one property a table row, a list with one array a data unit. The class has `readings(rebin)`."""

    def decorate(cls: type) -> type:
        for name, (rebin, reader) in table.items():
            setattr(cls, name, _property(name, rebin, reader))
        return cls

    return decorate


def _property(name: str, rebin: bool, reader: Reader) -> property:
    def get(self: Any) -> list[np.ndarray]:
        return [reader(u) for u in self.readings(rebin)]

    grouping = "display grouping" if rebin else "grouping of the fit"
    return property(get, doc=f"`{name}`: one array a data unit, in the {grouping}.")
