"""Quantities of `astropy.units`, wherever a person may give one instead of a plain number, and the way back.

A plain number is in the unit that the interface documents. A quantity is brought into that unit, or refused with both units.
A parameter that holds a decimal logarithm is given the quantity itself: 600 keV for one that holds log10 of an energy in keV.
NumPy and astropy.units take a while to import: this file does so only when a quantity is there, or is wanted.
"""

import math
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from spec_lab._base.errors import ParameterError, SpecLabError
from spec_lab._base.numbers import RAISED

if TYPE_CHECKING:
    from astropy.units import Quantity

_LOWERED = {high: low for low, high in RAISED.items()}


def is_quantity(value: object) -> bool:
    """Whether a value carries a unit of `astropy.units`."""
    units = sys.modules.get("astropy.units")
    return units is not None and isinstance(value, units.Quantity)


@cache
def physical_unit(text: str) -> Any:
    """The unit of `astropy.units` that a text of ours stands for, such as "photons/cm²/s/keV" or "1e39 erg/s/(10 kpc)²"."""
    from astropy import units

    top, *below = text.split("/")
    unit = _factor(top)
    for each in below:
        unit = unit / _factor(each)
    return units.Unit(unit)


def _factor(text: str) -> Any:
    from astropy import units

    if text == "(10 kpc)²":
        return units.Unit("100 kpc2")
    return units.Unit(text.replace("photons", "photon").translate(_LOWERED))


def in_unit(value: Any, unit: str, what: str, error: type[SpecLabError] = ParameterError) -> Any:
    """A number or an array in a unit; what carries no unit is returned as it is.

    Args:
        value: A plain number or array, or a quantity. Frequencies and wavelengths do for an energy, that of the photon.
        unit: The unit that is wanted; "" for a pure number.
        what: Its name, for the message.
        error: The class of the error.

    Raises:
        SpecLabError: The quantity has another dimension; both units are named.

    Examples:
        >>> from astropy import units as u
        >>> in_unit(1 * u.MeV, "keV", "low"), in_unit(5.0, "keV", "low")
        (1000.0, 5.0)
    """
    if not is_quantity(value):
        return value
    import numpy as np
    from astropy import units

    wanted = physical_unit(unit)
    photons = units.spectral() if wanted.is_equivalent(units.keV) else []
    try:
        found = np.asarray(value.to_value(wanted, equivalencies=photons), float)
    except units.UnitConversionError as failed:
        allowed = f"a unit that converts to {unit}" if unit else "a number without unit"
        raise error(f"{what} cannot take the unit {value.unit}", got=str(value), allowed=allowed) from failed
    return float(found) if found.ndim == 0 else found


def held_number(value: Any, unit: str, log: bool, what: str) -> Any:
    """The number that a parameter of this unit holds for a quantity: its decimal logarithm where it holds one.

    Args:
        value: A quantity; anything else is returned as it is.
        unit: Of the parameter.
        log: Whether it holds a logarithm.
        what: The parameter's name, for the message.

    Raises:
        ParameterError: Another dimension; no single number; a logarithm of what is not positive.
    """
    if not is_quantity(value):
        return value
    found = in_unit(value, unit, what)
    if not isinstance(found, float):
        raise ParameterError(f"{what} takes one number", got=str(value))
    if log and not found > 0:
        raise ParameterError(f"{what} is a logarithm: its quantity must be positive", got=str(value))
    return math.log10(found) if log else found


def as_quantity(held: Any, unit: str, log: bool = False) -> "Quantity":
    """The quantity for a number, or an array of numbers, that a parameter of this unit holds."""
    import numpy as np
    from astropy.units import Quantity

    return Quantity(10.0 ** np.asarray(held, float) if log else held, physical_unit(unit))
