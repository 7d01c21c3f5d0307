"""Luminosity distances in cm: given ones, or from a redshift by a cosmology of astropy."""

import math
from typing import Any

from spec_lab._base.errors import ParameterError
from spec_lab._base.physical_units import in_unit

MPC = 3.0856775814913673e24  # cm, IAU 2015 Resolution B2


def luminosity_distance_cm(z: float | None, distance: Any = None, cosmology: Any = None) -> float:
    """The luminosity distance of a source, cm.

    Args:
        z: Redshift; may be None where the distance is given.
        distance: Mpc, or a quantity of `astropy.units`; None: from the redshift.
        cosmology: Of `astropy.cosmology`; Planck18 when left out.

    Raises:
        ParameterError: The distance is not positive.

    Examples:
        >>> round(luminosity_distance_cm(0.158) / MPC, 1), luminosity_distance_cm(None, 1.0) == MPC
        (780.1, True)
    """
    if distance is None:
        from astropy import cosmology as known

        universe: Any = cosmology or known.Planck18
        far = float(universe.luminosity_distance(z).to_value("cm"))
    else:
        far = float(in_unit(distance, "Mpc", "distance")) * MPC
    if not (math.isfinite(far) and far > 0):
        got = distance if z is None else z
        raise ParameterError("the distance is not positive", got=got, allowed="distance > 0 or z > 0")
    return far
