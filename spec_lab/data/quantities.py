"""The documented quantities of a unit and of data, from one table.

`src_counts`, `net_ctsrate`, `rsp_drm` and their `re_` (display-grouped) twins are some fifty names for a few functions of the
noticed groups. `DataUnit` has each as an array, `Data` as a list with one array a unit. They are what the files say: the factors
`sf`, `bf`, `rf` of a fit are not in them. Energies in keV, rates in counts/s, `ctsspec` in counts/s/keV, `rsp_drm` in cm².
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float

from spec_lab.data.channels import Channels

C = TypeVar("C", bound=type)
Reader = Callable[[Channels], np.ndarray]

RATES: dict[str, tuple[Reader, Reader]] = {  # values and errors
    "src": (lambda c: c.S / c.ts, lambda c: c.sigma_S / c.ts),
    "bkg": (lambda c: c.B / c.tb, lambda c: c.sigma_B / c.tb),
    "net": (lambda c: c.S / c.ts - c.B / c.tb, lambda c: np.hypot(c.sigma_S / c.ts, c.sigma_B / c.tb)),
}
PLAIN: dict[str, Callable[[Channels], Any]] = {  # the last a matrix, dense or of its non-zeros
    "src_{}counts": lambda c: c.S,
    "src_{}errors": lambda c: c.sigma_S,
    "bkg_{}counts": lambda c: c.B,
    "bkg_{}errors": lambda c: c.sigma_B,
    "rsp_{}chbin": lambda c: np.stack([c.emin, c.emax], axis=1),
    "rsp_{}chbin_mean": lambda c: c.middle,
    "rsp_{}chbin_width": lambda c: c.width,
    "rsp_{}drm": lambda c: c.matrix.T,
}
ONCE: dict[str, Reader] = {
    "src_efficiency": lambda c: c.ts,
    "bkg_efficiency": lambda c: c.tb,
    "alpha": lambda c: c.alpha,
}


def _documented() -> dict[str, tuple[bool, Reader]]:
    """Name → (display grouping, function)."""
    table = {name: (False, reader) for name, reader in ONCE.items()}
    for again, mark in ((False, ""), (True, "re_")):
        table |= {name.format(mark): (again, reader) for name, reader in PLAIN.items()}
        for of, (value, error) in RATES.items():
            for end, reader in (("", value), ("_error", error)):
                table[f"{of}_{mark}ctsrate{end}"] = (again, reader)
                table[f"{of}_{mark}ctsspec{end}"] = (again, lambda c, reader=reader: reader(c) / c.width)
    return table


QUANTITIES = _documented()


def unit_quantities(cls: C) -> C:
    """Class decorator of `DataUnit`: one property a table row."""
    for name, (rebin, reader) in QUANTITIES.items():
        setattr(cls, name, property(_of_unit(rebin, reader), doc=_said(name, rebin, "of the unit")))
    return cls


def data_quantities(cls: C) -> C:
    """Class decorator of `Data`: one property a table row."""
    for name, (rebin, _) in QUANTITIES.items():
        setattr(cls, name, property(_of_data(name), doc=_said(name, rebin, "one array a unit")))
    return cls


def _of_unit(rebin: bool, reader: Reader) -> Callable[[Any], np.ndarray]:
    return lambda unit: np.array(reader(unit.channels(rebin)))  # a copy: what a person changes is his


def _of_data(name: str) -> Callable[[Any], list[Float[np.ndarray, "..."]]]:
    return lambda data: [getattr(unit, name) for unit in data.units]


def _said(name: str, rebin: bool, whose: str) -> str:
    return f"`{name}` in the {'display grouping' if rebin else 'grouping of the fit'}, {whose}."
