"""A forgotten response is refused; an ideal detector is taken only where it is asked for, and is said in every table."""

import numpy as np
import pytest
from data_files import COUNTS, EDGES, N, arf, ebounds_hdu, pha_hdu, save

from spec_lab._base import DataError
from spec_lab.data import Auxiliary, Data, DataUnit, Response, Source

EDGED = {
    "before the spectrum": lambda path, **h: save(path, ebounds_hdu(), pha_hdu(header=h)),
    "after the spectrum": lambda path, **h: save(path, pha_hdu(header=h), ebounds_hdu()),
    "none": lambda path, **h: save(path, pha_hdu(header=h)),
}


@pytest.mark.parametrize("edges", EDGED)
@pytest.mark.parametrize("named", [None, "none", "NONE", ""])
def test_a_spectrum_without_response_is_refused_whatever_it_brings(tmp_path, edges, named):
    path = EDGED[edges](tmp_path / "a.pha", RESPFILE=named)
    with pytest.raises(DataError, match=r"'a\.pha' has no response.*rsp=\.\.\..*RESPFILE") as caught:
        DataUnit(path)
    assert ("rsp='ideal'" in str(caught.value)) is (edges != "none")


def test_an_area_alone_is_no_response(tmp_path):
    path = EDGED["after the spectrum"](tmp_path / "a.pha")
    with pytest.raises(DataError, match="has no response; got 'an arf alone'"):
        DataUnit(path, arf=Auxiliary.from_file(arf(tmp_path / "a.arf")))


def test_an_ideal_detector_is_asked_for_and_said(tmp_path):
    unit = DataUnit(EDGED["after the spectrum"](tmp_path / "a.pha"), rsp="ideal", notc=[2, 6])
    seen = unit.channels()
    assert np.array_equal(seen.matrix, np.eye(N)[1:5]) and seen.S.tolist() == COUNTS[1:5].tolist()
    words = "2-6 keV, 4 bins, ideal detector of 1 cm²"
    for shown in (unit, unit.info, Data(unit), Data(unit).info):
        assert words in str(shown), shown
    assert words in str(unit.replace(rsp=Response.ideal(EDGES[:-1], EDGES[1:])))
    assert "of 100 cm²" in str(unit.replace(rsp=Response.ideal(EDGES[:-1], EDGES[1:], 100.0)))


def test_an_ideal_detector_needs_energies(tmp_path):
    with pytest.raises(DataError, match=r"'a\.pha' has no channel energies for an ideal response.*Response\.ideal"):
        DataUnit(EDGED["none"](tmp_path / "a.pha"), rsp="ideal")
    with pytest.raises(DataError, match="has no response"):
        DataUnit(Source(COUNTS, emin=EDGES[:-1], emax=EDGES[1:], name="mine"))


def test_an_edit_keeps_the_ideal_detector(tmp_path):
    unit = DataUnit(Source(COUNTS, emin=EDGES[:-1], emax=EDGES[1:]), rsp="ideal")
    assert unit.replace(notc=[3, 5]).channels().size == 2
    assert unit.replace(src=Source(2 * COUNTS)).channels().S.sum() == 2 * COUNTS.sum()
