"""The documented readers under their names, and constructors that refuse what is no spectrum, response or unit."""

import numpy as np
import pytest
from data_files import COUNTS, N, arf, ebounds_hdu, pha, pha_hdu, rsp, save, table

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, Background, Data, DataUnit, Redistribution, Response, Source
from spec_lab.tree import FrozenStructError

EDGES = np.arange(1.0, 4.0)
ENDS = (EDGES[:-1], EDGES[1:])


@pytest.fixture
def two(tmp_path):
    counts = np.array([COUNTS, COUNTS + 1])
    columns = [("COUNTS", f"{N}J", counts), ("EXPOSURE", "D", [1.0, 2.0]), ("BACKSCAL", "D", [1.0, 1.0])]
    return save(tmp_path / "ii.pha", table(columns, {"POISSERR": True, "DETCHANS": N}, "SPECTRUM"))


def test_documented_readers(tmp_path, two):
    one = pha(tmp_path / "a.pha")
    for kind, read, read2 in ((Source, "from_src", "from_src2"), (Background, "from_bkg", "from_bkg2")):
        for found in (getattr(kind, read)(one), kind.from_plain(one), kind.from_plain(str(one))):
            assert type(found) is kind and found.counts.tolist() == COUNTS.tolist()
        for found in (getattr(kind, read2)(two, 1), kind.from_plain(f"{two}:1"), getattr(kind, read2)(f"{two}:1")):
            assert type(found) is kind and found.exposure == 2.0
    matrix = rsp(tmp_path / "a.rsp")
    assert Response.from_rsp2(f"{matrix}:1") == Response.from_rsp2(matrix, 1)
    odd = pha(tmp_path / "a.pha:1")
    assert Source.from_plain(str(odd)).counts.tolist() == COUNTS.tolist()  # a file may be called that
    made = [Response.from_rsp(matrix), Response.from_rsp2(matrix, 1), Redistribution.from_rmf(matrix)]
    assert [type(each) for each in made] == [Response, Response, Redistribution]
    assert Auxiliary.from_arf(arf(tmp_path / "a.arf")).area[0] == 1.0


def test_rows_and_versions_are_whole_numbers(tmp_path, two):
    for row, words in (("1", "whole number"), (1.0, "whole number"), (True, "whole number"), (2, "allowed: 0 to 1")):
        with pytest.raises(DataError, match=rf"ii\.pha.*{words}"):
            Source.from_file(two, row)
    with pytest.raises(DataError, match=r"got '\{3\}'; allowed: \{1\} to \{2\}"):
        Source.from_file(f"{two}{{3}}")
    for version in ("1", True):
        with pytest.raises(DataError, match=r"a\.rsp must be a whole number"):
            Response.from_file(rsp(tmp_path / "a.rsp"), version)
    with pytest.raises(DataError, match=r"a\.arf must be a whole number"):
        Auxiliary.from_file(arf(tmp_path / "a.arf"), "x")
    assert Source.from_file(pha(tmp_path / "odd{2}")).name == "odd{2}"  # a file may be called that


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (dict(counts=[True, False]), "counts must be numbers"),
        (dict(counts=np.array([1j])), "counts must be numbers"),
        (dict(counts=np.array(["2026-01-01"], dtype="M8[D]")), "counts must be numbers"),
        (dict(counts=[1], exposure=True), "exposure must be numbers"),
        (dict(counts=[1], quality=[1e300]), "quality must be whole numbers"),
        (dict(counts=[1], poisson="no"), "poisson must be True, False or None"),
        (dict(counts=[1], name=3), "name must be text"),
        (dict(counts=[1], emin=[2.0]), "only one of emin and emax"),
        (dict(counts=[1, 2], emin=[2.0, 3.0], emax=[2.5, 3.0]), "have no width"),
    ],
)
def test_spectra_that_cannot_be(given, words):
    with pytest.raises(DataError, match=words):
        Source(**given)


def test_responses_that_cannot_be():
    for channels in ([1.5, 2.5], ["a", "b"], [1, 3]):
        with pytest.raises(DataError, match="channel"):
            Response(*ENDS, *ENDS, np.eye(2), channels)
    with pytest.raises(DataError, match="matrix must be numbers"):
        Response(*ENDS, *ENDS, np.eye(2) * 1j)
    for given, words in (
        (([1, 2], [2]), "two equal vectors"), ((*ENDS, -1), "one positive number"), ((*ENDS, "a"), "area must be numbers"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=words):
            Response.ideal(*given)


def test_data_say_how_to_change_them():
    unit = DataUnit(Source([1, 2]), rsp=Response.ideal(*ENDS))
    data = Data([("na", unit)])
    with pytest.raises(FrozenStructError, match=r"data\.replace\(na=unit\)"):
        data["na"] = unit
    with pytest.raises(FrozenStructError, match=r"data\.without\('na'\)"):
        del data["na"]
    with pytest.raises(DataError, match="allowed: 0 to 0, or a name"):
        data[1]


def test_a_unit_without_any_good_channel_says_so(tmp_path):
    unit = DataUnit(pha(tmp_path / "a.pha", columns=[("QUALITY", "I", np.full(N, 5))]), rsp=rsp(tmp_path / "a.rsp"))
    with pytest.raises(DataError, match="has no good channel"):
        unit.channels()


def test_broken_edges_of_its_own_do_not_spoil_a_spectrum(tmp_path):
    edges = np.linspace(1.0, 9.0, N + 1)
    edges[3] = edges[2]
    path = save(tmp_path / "a.pha", pha_hdu(), ebounds_hdu(edges))
    with pytest.warns(SpecLabWarning, match=r"a\.pha\[EBOUNDS\].*no width.*left out"):
        assert Source.from_file(path).emin is None


def test_a_source_is_not_its_own_background(tmp_path):
    path = pha(tmp_path / "a.pha", header={"BACKFILE": "a.pha"})
    with pytest.warns(SpecLabWarning, match="BACKFILE names the source itself, .*; left out"):
        assert DataUnit(path, rsp=rsp(tmp_path / "a.rsp")).bkg is None


def test_a_response_from_pairs_of_edges():
    photons, channels = np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]])
    matrix = np.arange(6.0).reshape(2, 3)
    whole = Response(*photons.T, *channels.T, matrix)
    for kind in (Response, Redistribution):
        for made in (kind(channels, photons, matrix), kind(chbin=channels, phbin=photons, drm=matrix)):
            assert type(made) is kind and made == kind(*whole) and made.replace(name="x").name == "x"
            assert made.chbin.tolist() == channels.tolist() and made.phbin.tolist() == photons.tolist()
            np.testing.assert_array_equal(made.drm, matrix)
    for given, words in (
        ((channels[:, 0], photons, matrix), "chbin must be pairs"), ((channels, "x", matrix), "phbin must be numbers"),
        ((channels, photons), "needs matrix;"), ((), "needs elo,.*or chbin, phbin, drm"),
        ((*photons.T, *channels.T), "needs matrix;"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=words):
            Response(*given)
    with pytest.raises(DataError, match=r"no factor;.*infer\.par\['unit\.rf'\]"):
        Response(channels, photons, matrix, factor=1.1)
    with pytest.raises(DataError, match=r"no matrx;.*Did you mean matrix"):
        Response(channels, photons, matrx=matrix)
    with pytest.raises(FrozenStructError):
        whole.matrix = matrix
