"""What TUNIT says of a column: energies become keV, areas cm², rates counts/s.

Files spell `keV` and `cm**2` in many ways; those that can be meant in one way only are understood, other units of energy and area
are converted (astropy.units), and everything else is refused with the name of its column. No TUNIT means keV and cm².
"""

import re
import warnings
from typing import Any

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.file_warnings import note
from spec_lab.data.ogip.fits_tables import TableHDU

_AS_IS = {"keV": ("", "keV"), "cm2": ("", "cm**2", "cm^2", "cm2"), "1/s": ("", "count/s", "counts/s")}
# astropy knows one spelling of each; another case is a slip of the pen (meV, which it knows, stays what it is)
_ENERGIES = {"ev": "eV", "kev": "keV", "mev": "MeV", "gev": "GeV", "tev": "TeV"}
_NUMBERS = ("unitless", "none", "dimensionless", "probability", "prob", "channel", "channels", "real", "n/a", "unknown")


def energies(table: TableHDU, name: str) -> np.ndarray:
    """`f[n]` A column of energies, keV."""
    return _converted(table, name, "keV", "energy: eV, keV, MeV, GeV, TeV, J, erg")


def areas(table: TableHDU, name: str) -> np.ndarray:
    """`f[n]` A column of areas, cm²."""
    return _converted(table, name, "cm2", "area: cm**2, m**2, mm**2")


def rates(table: TableHDU) -> float:
    """What values of RATE are multiplied by to be counts/s. What astropy cannot read is taken as counts/s.

    Raises:
        DataError: The unit is another quantity, such as counts/s/keV.
    """
    spelled = unit_of(table, "RATE")
    unit = None if spelled in _AS_IS["1/s"] else _parsed(spelled)
    if unit is None:
        return 1.0
    factor = _factor(unit, "1/s")
    if factor is None:
        raise DataError(f"{table.where} column RATE has the unit {spelled!r}", allowed="counts per unit of time")
    return factor


def matrix_factor(table: TableHDU) -> float:
    """What values of MATRIX are multiplied by to be cm², or probabilities.

    Raises:
        DataError: The unit is another quantity.
    """
    spelled = unit_of(table, "MATRIX")
    if spelled in _AS_IS["cm2"] or spelled.lower() in _NUMBERS:
        return 1.0
    unit = _parsed(spelled)
    if unit is None:
        note(
            f"{table.where} column MATRIX",
            f"an unknown unit {spelled!r}",
            "read as cm², or as probabilities",
            "mend TUNIT",
        )
        return 1.0
    factor = _factor(unit, "cm2")
    factor = _factor(unit, "") if factor is None else factor
    if factor is None:
        raise DataError(f"{table.where} column MATRIX has the unit {spelled!r}", allowed="an area, or none")
    return factor


def unit_of(table: TableHDU, name: str) -> str:
    """TUNIT of a column as it stands; empty where there is none."""
    return str(table.keyword(f"TUNIT{table.index(name)}", "")).strip().strip("'[]()").strip() if table.has(name) else ""


def _converted(table: TableHDU, name: str, target: str, allowed: str) -> np.ndarray:
    values = table.numbers(name)
    spelled = unit_of(table, name)
    if spelled in _AS_IS[target]:
        return values
    factor = _factor(_parsed(_ENERGIES.get(spelled.lower(), "") if _is_slip(spelled) else spelled), target)
    if factor is None:
        hint = "Mend the file's TUNIT, or give a `Response` with energies in keV and areas in cm²."
        raise DataError(f"{table.where} column {name} has the unit {spelled!r}", allowed=allowed, hint=hint)
    if factor != 1.0:
        note(
            f"{table.where} column {name}", f"the unit {spelled}", f"converted to {target}", "mend TUNIT if it is wrong"
        )
    return values * factor


def _is_slip(spelled: str) -> bool:
    """`KEV`, `kev`, `EV`: an energy in another case."""
    return spelled.lower() in _ENERGIES and spelled not in (*_ENERGIES.values(), "meV")


def _parsed(spelled: str) -> Any:
    """The unit, without its counts and photons; None where it is none."""
    from astropy import units

    plain = re.sub(r"\b(sq|square)\s*\.?\s*cm\b|\bsqcm\b", "cm2", spelled, flags=re.IGNORECASE)
    plain = re.sub(r"\bcm(?![a-z])", "cm", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bsec(onds?)?\b", "s", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\b(counts?|cts?|photons?|ph)\b", "count", plain, flags=re.IGNORECASE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            unit = units.Unit(plain)
        except (ValueError, TypeError):
            return None
    counted = dict(zip(unit.bases, unit.powers, strict=True)).get(units.count, 0)
    return unit / units.count**counted  # counts and photons are numbers


def _factor(unit: Any, target: str) -> float | None:
    """What turns numbers in this unit into the target; None where nothing does."""
    from astropy import units

    try:
        return None if unit is None else float(unit.to(units.Unit(target)))
    except units.UnitConversionError:
        return None
