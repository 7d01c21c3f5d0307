"""What is written is valid OGIP, reads back the same, and never harms what is there."""

import numpy as np
import pytest
from astropy.io import fits
from data_files import dense
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import DataError
from spec_lab.data import (
    Auxiliary,
    Background,
    DataUnit,
    Redistribution,
    Response,
    Source,
    write_arf,
    write_pha,
    write_rsp,
)

EDGES = np.linspace(0.3, 9.0, 9)


def same(a, b):
    """Columns to the last bit; a keyword has room for 16 digits or so."""
    skipped = {"name", "detchans", "links", "exposure", "backscale", "areascale", "systematic"}
    scalars = ("exposure", "backscale", "areascale", "systematic")
    equal = all(np.array_equal(getattr(a, key), getattr(b, key)) for key in type(a).fields() if key not in skipped)
    return equal and all(np.allclose(getattr(a, key), getattr(b, key), rtol=1e-12, atol=0) for key in scalars)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_spectra_come_back_the_same(tmp_path_factory, data):
    n = data.draw(st.integers(1, 12))
    real = st.floats(1e-3, 1e6)
    vector = lambda elements: np.array(data.draw(st.lists(elements, min_size=n, max_size=n)))  # noqa: E731
    poisson = data.draw(st.booleans())
    spectrum = data.draw(st.sampled_from([Source, Background]))(
        counts=vector(st.integers(0, 10**6)) if poisson else 0.5 + vector(st.integers(0, 1000)),
        errors=None if poisson else vector(real), exposure=data.draw(real), quality=vector(st.integers(0, 5)),
        grouping=np.where(np.arange(n) == 0, 1, vector(st.sampled_from([1, -1]))),
        backscale=data.draw(st.one_of(real, st.just(vector(real)))), areascale=vector(real),
        systematic=data.draw(st.floats(0, 1)),
        channels=np.arange(n) + data.draw(st.integers(0, 3)), poisson=poisson,
        keywords=data.draw(st.sampled_from([(), (("TELESCOP", "GLAST"), ("INSTRUME", "GBM"), ("DETNAM", "NAI_03"))])),
    )  # fmt: skip
    path = tmp_path_factory.mktemp("write") / "a.pha"
    assert same(type(spectrum).from_file(write_pha(path, spectrum)), spectrum)


@pytest.mark.parametrize("kind", [Response, Redistribution])
@pytest.mark.parametrize("first", [0, 1, 7])
def test_responses_come_back_the_same(tmp_path, kind, first):
    made = kind(EDGES[:-1], EDGES[1:], EDGES[:-1], EDGES[1:], dense(8) / 3, first + np.arange(8))
    back = kind.from_file(write_rsp(tmp_path / "a.rsp", made))
    assert all(np.array_equal(getattr(back, name), getattr(made, name)) for name in kind.node_fields())
    half = kind.from_file(write_rsp(tmp_path / "b.rsp", made, single=True))
    assert half.matrix == pytest.approx(made.matrix, rel=1e-6)
    area = Auxiliary(EDGES[:-1], EDGES[1:], np.arange(8.0))
    assert np.array_equal(Auxiliary.from_file(write_arf(tmp_path / "a.arf", area)).area, area.area)


def test_the_mandatory_keywords_are_there(tmp_path):
    write_pha(tmp_path / "a.pha", Background([1, 2], exposure=3.0), header={"TELESCOP": "MINE"})
    write_rsp(tmp_path / "a.rmf", Redistribution(EDGES[:-1], EDGES[1:], EDGES[:-1], EDGES[1:], dense(8)))
    head = fits.getheader(tmp_path / "a.pha", "SPECTRUM")
    mandatory = (
        "TELESCOP INSTRUME FILTER EXPOSURE BACKFILE RESPFILE ANCRFILE CORRFILE CORRSCAL AREASCAL BACKSCAL HDUCLASS"
    )
    mandatory += " HDUCLAS1 HDUVERS POISSERR CHANTYPE DETCHANS SYS_ERR CHECKSUM"
    assert set(mandatory.split()) <= set(head)
    assert head["TELESCOP"] == "MINE" and head["HDUCLAS2"] == "BKG" and head["HDUCLASS"] == "OGIP"
    with fits.open(tmp_path / "a.rmf") as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "MATRIX", "EBOUNDS"]
        assert hdus["MATRIX"].header["HDUCLAS3"] == "REDIST" and hdus["MATRIX"].header["TLMIN4"] == 1
        assert hdus["MATRIX"].verify_checksum() == 1


def test_an_existing_file_is_safe(tmp_path, monkeypatch):
    path = write_pha(tmp_path / "a.pha", Source([1, 2]))
    with pytest.raises(DataError, match="exists"):
        write_pha(path, Source([3, 4]))
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_pha(path, Source([3, 4]), overwrite=True)
    monkeypatch.undo()
    assert Source.from_file(path).counts.tolist() == [1, 2]
    assert [p.name for p in tmp_path.iterdir()] == ["a.pha"]  # nothing half-written is left
    write_pha(path, Source([3, 4]), overwrite=True)
    assert Source.from_file(path).counts.tolist() == [3, 4]
    with pytest.raises(DataError, match="no folder"):
        write_pha(tmp_path / "none" / "a.pha", Source([1]))


def test_written_links_are_followed(tmp_path):
    write_pha(tmp_path / "b.bak", Background([1, 1, 1]))
    write_rsp(tmp_path / "r.rsp", Response.ideal([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]))
    unit = DataUnit(write_pha(tmp_path / "s.pha", Source([4, 5, 6]), backfile="b.bak", respfile="r.rsp"))
    assert unit.channels().S.tolist() == [4, 5, 6] and unit.channels().B.tolist() == [1, 1, 1]


def test_a_part_of_a_spectrum_stays_a_part(tmp_path):
    part = Source([4, 6], channels=[1, 3], detchans=3)
    unit = DataUnit(write_pha(tmp_path / "s.pha", part), rsp=Response.ideal([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]))
    assert unit.channels().S.tolist() == [4, 6] and unit.channels().first.tolist() == [0, 2]


def test_what_cannot_be_written_is_said(tmp_path):
    area, src = Auxiliary(EDGES[:-1], EDGES[1:], np.arange(8.0)), Source([1, 2], quality=[0, 70000])
    for write, wrong in ((write_pha, area), (write_rsp, src), (write_arf, src)):
        with pytest.raises(DataError, match="can be written here"):
            write(tmp_path / "a.fits", wrong)
    for value in (np.nan, object()):
        with pytest.raises(DataError, match="header keyword RA_OBJ cannot be written"):
            write_pha(tmp_path / "a.pha", src, header={"RA_OBJ": value})
    assert not list(tmp_path.iterdir())
    assert Source.from_file(write_pha(tmp_path / "a.pha", src)).quality.tolist() == [0, 70000]


@pytest.mark.filterwarnings("ignore:.*groups of the file's flags hold a bad channel")
@pytest.mark.parametrize("chosen", [{"min_evt": 6}, "none", {"max_bin": 3}, None])
def test_groups_written_are_read_as_the_files_own(tmp_path, chosen):
    edges = np.arange(1.0, 10.0)
    src = Source([3, 5, 8, 1, 9, 6, 2, 1], quality=[0, 0, 0, 5, 0, 0, 0, 0], grouping=[1, -1, 1, -1, 1, -1, 1, -1])
    bkg = Background(np.ones(8), quality=[0, 0, 0, 0, 0, 0, 0, 2])
    unit = DataUnit(src, bkg, rsp=Response.ideal(edges[:-1], edges[1:]), grpg=chosen)
    back = DataUnit(unit.write_grouping(tmp_path / "a.pha"), bkg, rsp=unit.rsp)
    assert back.channels() == unit.channels()
    with pytest.raises(DataError, match="exists"):
        unit.write_grouping(tmp_path / "a.pha")
