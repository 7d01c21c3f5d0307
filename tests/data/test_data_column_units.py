"""Units of columns: 1 to 9 keV and the areas of the file in cm², in whatever unit a file holds them, or a refusal."""

import numpy as np
import pytest
from astropy.io import fits
from data_files import COUNTS, EDGES, PHOTON_EDGES, arf, dense, ebounds_hdu, matrix_hdu, pha, pha_hdu, save

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, Response, Source

FACTORS = {"eV": 1e3, "MeV": 1e-3, "GeV": 1e-6, "TeV": 1e-9, "EV": 1e3, "MEV": 1e-3, "mev": 1e-3, "erg": 1.602176634e-9}
KEV = ["keV", "KeV", "kev", "KEV", " keV", "[keV]", "", None]
CM2 = [
    "cm**2",
    "cm^2",
    "cm2",
    "CM**2",
    "Cm^2",
    "sq cm",
    "cm * cm",
    "cm**2 photon",
    "cm^2 ct/photon",
    "cm2 counts / photon",
    "",
    None,
]


def with_units(hdu, **units):
    """A table whose columns have these TUNIT, as they are written in the file."""
    for name, unit in units.items():
        if unit is not None:
            hdu.header[f"TUNIT{hdu.columns.names.index(name) + 1}"] = unit
    return hdu


def rsp(path, energy, channel, area="cm**2", factor=1.0, channel_factor=1.0, area_factor=1.0):
    matrix = with_units(
        matrix_hdu(dense() * area_factor, PHOTON_EDGES * factor, storage="scalar"),
        ENERG_LO=energy,
        ENERG_HI=energy,
        MATRIX=area,
    )
    return save(path, matrix, with_units(ebounds_hdu(EDGES * channel_factor), E_MIN=channel, E_MAX=channel))


@pytest.mark.parametrize("unit", FACTORS)
def test_energies_of_a_response_are_converted_aloud(tmp_path, unit):
    factor = FACTORS[unit]
    with pytest.warns(SpecLabWarning, match=rf"column ENERG_LO: the unit {unit}; converted to keV"):
        read = Response.from_file(rsp(tmp_path / "a.rsp", unit, unit, factor=factor, channel_factor=factor))
    assert np.append(read.elo, read.ehi[-1]) == pytest.approx(PHOTON_EDGES) and np.allclose(read.matrix, dense())
    assert np.append(read.emin, read.emax[-1]) == pytest.approx(EDGES, rel=1e-6)


@pytest.mark.parametrize("unit", KEV)
def test_odd_spellings_of_kev_stay_as_they_are(tmp_path, unit):
    read = Response.from_file(rsp(tmp_path / "a.rsp", unit, unit))
    assert np.append(read.elo, read.ehi[-1]).tolist() == PHOTON_EDGES.tolist()


def test_each_table_has_its_own_unit(tmp_path):
    with pytest.warns(SpecLabWarning, match=r"EBOUNDS\] column E_MIN: the unit eV"):
        read = Response.from_file(rsp(tmp_path / "a.rsp", "keV", "eV", channel_factor=1e3))
    assert read.emin == pytest.approx(EDGES[:-1], rel=1e-6) and read.elo.tolist() == PHOTON_EDGES[:-1].tolist()


@pytest.mark.parametrize("unit", ["Angstrom", "Hz", "channel", "m", "keV/bin", "furlong"])
def test_energies_in_other_quantities_are_refused(tmp_path, unit):
    with pytest.raises(DataError, match=rf"a\.rsp\[MATRIX\] column ENERG_LO has the unit '{unit}'; allowed: energy"):
        Response.from_file(rsp(tmp_path / "a.rsp", unit, "keV"))
    with pytest.raises(DataError, match=rf"a\.rsp\[EBOUNDS\] column E_MIN has the unit '{unit}'; allowed: energy"):
        Response.from_file(rsp(tmp_path / "a.rsp", "keV", unit))


def area_file(path, unit, factor=1.0):
    path = arf(path, area=np.full(10, 100.0 * factor))
    with fits.open(path) as hdus:
        return save(path, with_units(hdus[1].copy(), SPECRESP=unit))


@pytest.mark.parametrize("unit", CM2)
def test_odd_spellings_of_an_area_stay_as_they_are(tmp_path, unit):
    assert Auxiliary.from_file(area_file(tmp_path / "a.arf", unit)).area.tolist() == [100.0] * 10
    assert np.allclose(Response.from_file(rsp(tmp_path / "a.rsp", "keV", "keV", unit)).matrix, dense())


@pytest.mark.parametrize(("unit", "factor"), [("m2", 1e-4), ("m**2", 1e-4), ("mm2", 100.0)])
def test_areas_are_converted_aloud(tmp_path, unit, factor):
    with pytest.warns(SpecLabWarning, match="SPECRESP: the unit .*; converted to cm2"):
        assert Auxiliary.from_file(area_file(tmp_path / "a.arf", unit, factor)).area == pytest.approx([100.0] * 10)
    read = Response.from_file(rsp(tmp_path / "a.rsp", "keV", "keV", unit, area_factor=factor))
    assert np.allclose(read.matrix, dense())


@pytest.mark.parametrize("unit", ["m", "keV", "cm**2 s", "1/cm2"])
def test_areas_in_other_quantities_are_refused(tmp_path, unit):
    with pytest.raises(DataError, match=r"column SPECRESP has the unit .*; allowed: area"):
        Auxiliary.from_file(area_file(tmp_path / "a.arf", unit))
    with pytest.raises(DataError, match=r"column MATRIX has the unit .*; allowed: an area, or none"):
        Response.from_file(rsp(tmp_path / "a.rsp", "keV", "keV", unit))


def test_a_matrix_without_dimension_is_one_of_probabilities(tmp_path):
    for unit in ("unitless", "probability", "count/photon", "channel"):
        assert np.allclose(Response.from_file(rsp(tmp_path / "a.rsp", "keV", "keV", unit)).matrix, dense())
    with pytest.warns(SpecLabWarning, match="an unknown unit 'whatever'; read as cm², or as probabilities"):
        assert np.allclose(Response.from_file(rsp(tmp_path / "a.rsp", "keV", "keV", "whatever")).matrix, dense())


@pytest.mark.parametrize(
    ("unit", "factor"), [("count/s", 1.0), ("counts/s", 1.0), ("Cts/s", 1.0), ("1/s", 1.0), ("count/ks", 1e3)]
)
def test_rates_are_per_second(tmp_path, unit, factor):
    hdu = with_units(pha_hdu(COUNTS / 100.0 * factor, column="RATE", form="D"), RATE=unit)
    assert Source.from_file(save(tmp_path / "a.pha", hdu)).counts.tolist() == COUNTS.tolist()


def test_rates_per_energy_or_area_are_refused(tmp_path):
    for unit in ("counts/s/keV", "count/s/cm**2"):
        hdu = with_units(pha_hdu(COUNTS / 100.0, column="RATE", form="D"), RATE=unit)
        with pytest.raises(DataError, match=r"column RATE has the unit .*; allowed: counts per unit of time"):
            Source.from_file(save(tmp_path / "a.pha", hdu))


def test_channel_energies_that_a_spectrum_brings_are_converted(tmp_path):
    bounds = with_units(ebounds_hdu(EDGES * 1e3), E_MIN="eV", E_MAX="eV")
    with pytest.warns(SpecLabWarning, match="the unit eV"):
        assert Source.from_file(save(tmp_path / "a.pha", pha_hdu(), bounds)).emin == pytest.approx(EDGES[:-1])
    assert Source.from_file(pha(tmp_path / "b.pha")).emin is None
    odd = save(tmp_path / "c.pha", pha_hdu(), with_units(ebounds_hdu(), E_MIN="mm"))
    with pytest.warns(SpecLabWarning, match="has the unit 'mm'.*left out"):
        assert Source.from_file(odd).emin is None
