"""The documented quantities of data and model, from one table.

`data_*`, `model_*`, `conv_*`, `deconv_*`, `cts_to_*` and their `re_` (display-rebinned) twins are some hundred names for a few
functions of one data unit (`unit_spectrum`). The names on `Infer` and `Pair` are made from the tables here.
Energies are in keV, rates in counts/s, `ctsspec` in counts/s/keV, `phtspec` in photons/cm²/s/keV, `flxspec` in
erg/cm²/s/keV and `ergspec` in erg/cm²/s.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from spec_lab.results.spectra.unit_spectrum import UnitSpectrum

Reader = Callable[[UnitSpectrum], np.ndarray]

_STYLES = {"phtspec": "pht", "flxspec": "flx", "ergspec": "erg"}

DATA: dict[str, Reader] = {
    "chbin_mean": lambda u: u.chbin_mean,
    "chbin_width": lambda u: u.chbin_width,
    "ctsrate": lambda u: u.ctsrate,
    "ctsrate_error": lambda u: u.ctsrate_error,
    "ctsspec": lambda u: u.ctsspec,
    "ctsspec_error": lambda u: u.ctsspec_error,
}
CONV: dict[str, Reader] = {
    "ctsrate": lambda u: u.conv_ctsrate,
    "ctsspec": lambda u: u.conv_ctsspec,
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
    """Class decorator: one property a table row, a list with one array a data unit. The class has `unit_spectra(rebin)`."""

    def decorate(cls: type) -> type:
        for name, (rebin, reader) in table.items():
            setattr(cls, name, _property(name, rebin, reader))
        return cls

    return decorate


def _property(name: str, rebin: bool, reader: Reader) -> property:
    def get(self: Any) -> list[np.ndarray]:
        return [reader(u) for u in self.unit_spectra(rebin)]

    grouping = "display grouping" if rebin else "grouping of the fit"
    return property(get, doc=f"`{name}`: one array a data unit, in the {grouping}.")
