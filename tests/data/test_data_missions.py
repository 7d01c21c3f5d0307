"""The table of instruments, and what is chosen for a spectrum by it: energies, statistic, grouping, a first model."""

import warnings

import numpy as np
import pytest
from data_files import EDGES, N, dense, pha_hdu, rsp, save

from spec_lab._base import SpecLabWarning
from spec_lab.data import (
    Background,
    DataUnit,
    Response,
    Source,
    instruments,
    joint_model,
    printed_notes,
    recognised,
    usual_choices,
    usual_windows,
)

HEADERS = {  # TELESCOP, INSTRUME, DETNAM as the missions write them, and the upper end of the channels
    ("GLAST", "GBM", "NAI_03", 2000): "Fermi GBM NaI",
    ("FERMI", "GBM", "", 1000): "Fermi GBM NaI",
    ("Fermi", "GBM", "", 45000): "Fermi GBM BGO",
    ("GLAST", "GBM", "BGO_01", 45000): "Fermi GBM BGO",
    ("CHANDRA", "ACIS", "ACIS-7", 15): "Chandra ACIS",
    ("XMM", "EPN", "UNKNOWN", 20): "XMM-Newton EPIC pn",
    ("XMM", "EMOS2", "", 12): "XMM-Newton EPIC MOS",
    ("XMM", "RGS1", "", 3): "XMM-Newton RGS",
    ("SWIFT", "XRT", "NONE", 10): "Swift XRT",
    ("NuSTAR", "FPMB", "DET0", 165): "NuSTAR",
    ("NICER", "XTI", "99", 15): "NICER",
    ("HXMT", "LE", "", 13): "Insight-HXMT LE",
    ("HXMT", "HE", "", 400): "Insight-HXMT HE",
    ("GECAM-B", "GRD01", "", 6000): "GECAM GRD",
    ("eROSITA", "TM5", "", 10): "eROSITA TM5/TM7",
    ("eROSITA", "EROSITA", "", 10): "eROSITA",
    ("EP", "FXTA", "", 12): "Einstein Probe FXT",
    ("EP", "WXT", "CMOS13", 6): "Einstein Probe WXT",
    ("XRISM", "RESOLVE", "PIXEL", 30): "XRISM Resolve",
    ("XRISM", "XTEND", "CCD", 24): "XRISM Xtend",
    ("SUZAKU", "XIS1", "", 15): "Suzaku XIS1",
    ("SUZAKU", "XIS3", "", 15): "Suzaku XIS",
    ("XTE", "PCA", "PCU2", 120): "RXTE PCA",
    ("IXPE", "GPD", "DU1", 15): "IXPE",
}


@pytest.mark.parametrize(("said", "name"), HEADERS.items(), ids=str)
def test_headers_tell_the_instrument(said, name):
    *words, top = said
    found = recognised(tuple(zip(("TELESCOP", "INSTRUME", "DETNAM"), words, strict=True)), top)
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    "said", [("", "GBM"), ("GLAST", ""), ("SIMULATED", "CCD"), ("UNKNOWN", "UNKNOWN"), ("GLAST", "LAT")]
)
def test_other_headers_tell_none(said):
    assert recognised(tuple(zip(("TELESCOP", "INSTRUME"), said, strict=True)), 10.0) is None


def test_every_row_says_where_its_energies_are_from():
    rows = instruments()
    assert len({row.name for row in rows}) == len(rows) >= 25
    for row in rows:
        edges = np.ravel(row.windows)
        assert (np.diff(edges) > 0).all() and edges[0] > 0 and len(row.source) > 15, row.name


def spectrum(tmp_path, telescope="CHANDRA", instrument="ACIS", counts=None, **header):
    """A spectrum of N channels from 1 to 9 keV, with its response."""
    keywords = {"TELESCOP": telescope, "INSTRUME": instrument, "RESPFILE": "a.rsp", **header}
    rsp(tmp_path / "a.rsp", dense())
    counts = np.array([3, 50, 80, 60, 40, 30, 20, 10]) if counts is None else counts
    return save(tmp_path / "a.pha", pha_hdu(counts, header=keywords))


def background(tmp_path, **given):
    counts = given.pop("counts", np.full(N, 4.0))
    return Background(counts, exposure=100.0, name="b", **given)


def test_poisson_counts_beside_the_source_take_w(tmp_path):
    found = usual_choices(spectrum(tmp_path), background(tmp_path))
    assert found.instrument.name == "Chandra ACIS" and found.unit.stat == "wstat"
    assert found.unit.notc == ((0.5, 7.0),) and found.model == "tbabs*pl"
    assert found.summary.startswith("Chandra ACIS, 0.5–7 keV, W statistic, ")
    assert "Evans et al. 2010" in found.reasons[0] and "the background is b" in found.reasons[1]


def test_a_background_with_errors_takes_pg(tmp_path):
    found = usual_choices(spectrum(tmp_path), background(tmp_path, errors=np.full(N, 0.7)))
    assert found.unit.stat == "pgstat" and "errors of its own" in found.why["stat"]


def test_a_background_that_is_always_a_model_takes_pg_whatever_its_file_says(tmp_path):
    found = usual_choices(spectrum(tmp_path, "XTE", "PCA"), background(tmp_path))
    assert found.unit.stat == "pgstat" and "RXTE PCA is a model" in found.why["stat"]


def test_without_a_background_it_is_c_and_what_is_no_count_takes_chi2(tmp_path):
    assert usual_choices(spectrum(tmp_path)).unit.stat == "cstat"
    net = Source(np.linspace(1.5, 9.5, N), errors=np.full(N, 0.5), exposure=1.0)
    response = Response(EDGES[:-1], EDGES[1:], EDGES[:-1], EDGES[1:], np.eye(N))
    found = usual_choices(net, rsp=response)
    assert found.unit.stat == "chi2" and found.unit.grpg is None


def test_a_statistic_that_was_asked_for_stays(tmp_path):
    found = usual_choices(spectrum(tmp_path), background(tmp_path), stat="pgstat")
    assert found.unit.stat == "pgstat" and found.why["stat"] == "as asked for"


def test_flags_of_the_file_are_kept_and_others_are_grouped_by_resolution(tmp_path):
    flags = spectrum(tmp_path)
    save(flags, pha_hdu(np.full(N, 9), columns=[("GROUPING", "I", np.tile([1, -1], N // 2))],
                        header={"TELESCOP": "CHANDRA", "INSTRUME": "ACIS", "RESPFILE": "a.rsp"}))  # fmt: skip
    assert usual_choices(flags).unit.grpg is None
    plain = usual_choices(spectrum(tmp_path))
    assert plain.arguments["grpg"] == {"min_evt": 1, "method": "optimal"}
    assert usual_choices(spectrum(tmp_path, "XTE", "PCA")).unit.grpg is None


def test_w_asks_for_a_background_count_where_most_groups_would_have_none():
    n = 300
    edges = np.linspace(1.0, 6.0, n + 1)
    response = Response(edges[:-1], edges[1:], edges[:-1], edges[1:], np.eye(n))
    said = (("TELESCOP", "CHANDRA"), ("INSTRUME", "ACIS"))
    source = Source(np.full(n, 5.0), exposure=1.0, keywords=said)
    empty = np.zeros(n)
    empty[::10] = 1.0
    found = usual_choices(source, Background(empty, exposure=1.0), rsp=response)
    assert found.arguments["grpg"] == {"min_evt": 1, "min_bkg": 1, "method": "optimal"}
    assert (found.unit.channels().B > 0).all() and "1 background count" in found.why["grpg"]


def test_an_unknown_instrument_is_fitted_where_response_and_counts_are(tmp_path):
    n = 40
    edges = np.geomspace(1.0, 100.0, n + 1)
    area = np.where((edges[:-1] > 3) & (edges[:-1] < 60), 100.0, 1e-4)
    counts = np.where(edges[:-1] < 30, 50.0, 0.0)
    counts[-1] = 10_000.0  # overflow
    response = Response(edges[:-1], edges[1:], edges[:-1], edges[1:], np.diag(area))
    found = usual_choices(Source(counts, exposure=1.0), rsp=response)
    ((low, high),) = found.unit.notc
    assert 2.5 < low < 3.5 and 28 < high < 35 and found.instrument is None and found.model == "cpl"
    assert "names no instrument" in found.why["notc"]
    assert usual_windows(found.unit) is None


def test_windows_without_channels_are_left_out(tmp_path):
    found = usual_choices(spectrum(tmp_path, "GLAST", "GBM", DETNAM="NAI_01"))
    assert found.instrument.name == "Fermi GBM NaI" and found.unit.notc == ((8.0, 30.0),)


def test_one_model_serves_several_spectra(tmp_path):
    burst, star = usual_choices(spectrum(tmp_path, "GLAST", "GBM")), usual_choices(spectrum(tmp_path))
    assert (burst.model, star.model) == ("cpl", "tbabs*pl")
    assert joint_model([star, burst]) == "tbabs*cpl" and joint_model([star, star]) == "tbabs*pl"


def test_a_unit_made_in_code_keeps_everything_and_knows_its_instrument(tmp_path):
    unit = DataUnit(spectrum(tmp_path), stat="cstat")
    assert unit.notc is None and unit.npoint == N
    instrument, windows = usual_windows(unit)
    assert instrument.name == "Chandra ACIS" and windows == ((0.5, 7.0),)
    assert DataUnit(spectrum(tmp_path)).src.replace(exposure=1.0).keywords == unit.src.keywords


def test_notes_can_be_printed_instead_of_warned(tmp_path, capsys):
    path = spectrum(tmp_path, BACKSCAL=None)
    with pytest.warns(SpecLabWarning, match="no BACKSCAL"):
        Source.from_file(path)
    with warnings.catch_warnings(), printed_notes():
        warnings.simplefilter("error")
        Source.from_file(path)
    said = capsys.readouterr()
    assert said.out.startswith("Noted while reading:\n- a.pha") and said.out.count("no BACKSCAL") == 1 and not said.err
