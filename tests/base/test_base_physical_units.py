"""Quantities become the numbers of the interface, and numbers quantities."""

import numpy as np
import pytest
from astropy import units as u

from spec_lab._base import (
    MPC,
    ParameterError,
    as_quantity,
    held_number,
    in_unit,
    is_quantity,
    luminosity_distance_cm,
    physical_unit,
)
from spec_lab.models import catalog


def test_plain_numbers_pass():
    assert in_unit(5.0, "keV", "low") == 5.0 and in_unit(None, "keV", "low") is None and not is_quantity(5.0)


def test_quantities_are_converted():
    assert in_unit(1 * u.MeV, "keV", "low") == pytest.approx(1000.0)
    assert in_unit([8, 900] * u.keV, "keV", "notc").tolist() == [8.0, 900.0]
    assert in_unit(1.0 * u.keV.to(u.Hz, equivalencies=u.spectral()) * u.Hz, "keV", "low") == pytest.approx(1.0)


def test_another_dimension_is_refused_with_both_units():
    with pytest.raises(ParameterError, match=r"low cannot take the unit kg.*\n?.*keV"):
        in_unit(3 * u.kg, "keV", "low")
    with pytest.raises(ParameterError, match="without unit"):
        in_unit(3 * u.cm, "", "index")


def test_a_wavelength_is_an_energy_and_no_distance():
    assert in_unit(12.398419843320026 * u.AA, "keV", "E") == pytest.approx(1.0)
    assert luminosity_distance_cm(None, 10 * u.Mpc) == pytest.approx(10 * MPC)
    with pytest.raises(ParameterError, match="distance cannot take the unit keV"):
        luminosity_distance_cm(None, 5 * u.keV)


def test_a_logarithm_takes_the_quantity_itself():
    assert held_number(600 * u.keV, "keV", True, "logEp") == pytest.approx(np.log10(600))
    assert held_number(2.0, "keV", True, "logEp") == 2.0
    with pytest.raises(ParameterError, match="must be positive"):
        held_number(-1 * u.keV, "keV", True, "logEp")
    with pytest.raises(ParameterError, match="one number"):
        held_number([1, 2] * u.keV, "keV", False, "El")
    assert as_quantity(np.log10(600), "keV", True).to_value(u.MeV) == pytest.approx(0.6)


def test_every_unit_of_a_component_is_one_of_astropy():
    texts = {parameter["unit"] for entry in catalog() for parameter in entry["parameters"]}
    assert len(texts) > 6
    for text in texts:
        assert physical_unit(text or "").decompose().scale != 0, text
    assert physical_unit("photons/cm²/s/keV") == u.photon / u.cm**2 / u.s / u.keV
    assert physical_unit("1e39 erg/s/(10 kpc)²").is_equivalent(u.erg / u.s / u.cm**2)
