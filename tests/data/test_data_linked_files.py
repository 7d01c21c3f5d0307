"""The companions of a source: the background in its own file or beside its counts, and names that lead nowhere."""

import gzip
import io

import numpy as np
import pytest
from data_files import COUNTS, N, pha, pha_hdu, rsp, save, table

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Background, DataUnit

BKG = np.full(N, 10)


def catalogue(path, *backgrounds, **header):
    """A source and its backgrounds in one file, with exposures and scales that tell alpha = 0.1."""
    background = pha_hdu(BKG, header={"HDUCLAS2": "BKG", "BACKSCAL": 1e-5, "BACKFILE": "none"})
    main = pha_hdu(header={"HDUCLAS2": "TOTAL", "BACKSCAL": 1e-6, "RESPFILE": "r.rsp", **header})
    rsp(path.parent / "r.rsp")
    return save(path, main, *(backgrounds or [background]))


def seen(unit):
    one = unit.channels()
    return one.S.sum(), one.B.sum(), pytest.approx(one.alpha[0])


@pytest.mark.parametrize("named", ["a.pha", "./a.pha", "a.pha{2}", "a.pha.gz", "none", None])
@pytest.mark.parametrize("zipped", [False, True])
def test_the_background_extension_of_the_same_file_is_the_background(tmp_path, named, zipped):
    path = catalogue(tmp_path / "a.pha", BACKFILE=named)
    if zipped:
        (tmp_path / "a.pha.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
        path = tmp_path / "a.pha.gz"
    assert seen(DataUnit(path)) == (COUNTS.sum(), 80, 0.1)
    assert DataUnit(path, "none").bkg is None


def test_a_renamed_file_keeps_its_background_aloud(tmp_path):
    path = catalogue(tmp_path / "mine.pha", BACKFILE="acis_pha3.fits")
    with pytest.warns(
        SpecLabWarning, match="'acis_pha3.fits', which is not there; the BKG extension of its own file is taken"
    ):
        assert seen(DataUnit(path)) == (COUNTS.sum(), 80, 0.1)


def test_a_file_object_holds_its_background_too(tmp_path):
    content = catalogue(tmp_path / "a.pha").read_bytes()
    unit = DataUnit(io.BytesIO(content), rsp=tmp_path / "r.rsp")
    assert seen(unit) == (COUNTS.sum(), 80, 0.1)


def test_several_backgrounds_are_asked_for(tmp_path):
    more = [pha_hdu(BKG * k, header={"HDUCLAS2": "BKG"}) for k in (1, 2)]
    path = catalogue(tmp_path / "a.pha", *more, BACKFILE="a.pha")
    with pytest.raises(DataError, match=r"several backgrounds; got 'spectra 2, 3'.*bkg='a\.pha\{2\}'.*bkg='none'"):
        DataUnit(path)
    assert DataUnit(path, f"{path}{{3}}").channels().B.sum() == 160


def test_a_source_that_names_itself_and_has_no_background(tmp_path):
    rsp(tmp_path / "r.rsp")
    path = pha(tmp_path / "a.pha", header={"BACKFILE": "a.pha", "RESPFILE": "r.rsp"})
    with pytest.warns(SpecLabWarning, match="names the source itself, and there is no background in it; left out"):
        assert DataUnit(path).bkg is None


GONE = {
    "BACKFILE": (r"bkg=\.\.\., or bkg='none'", {"bkg": "none"}),
    "ANCRFILE": (r"arf=\.\.\., or arf='none'", {"arf": "none"}),
    "RESPFILE": (r"rsp=\.\.\., or rmf=", {"rsp": "own"}),
}


@pytest.mark.parametrize("key", GONE)
def test_each_missing_file_is_named_with_what_to_pass(tmp_path, key):
    own = rsp(tmp_path / "r.rsp")
    path = pha(tmp_path / "a.pha", header={"RESPFILE": "r.rsp", key: "gone.fits"})
    words, remedy = GONE[key]
    with pytest.raises(
        DataError, match=rf"{key} of 'a\.pha' names a file that is not there.*{key} = 'gone\.fits'.*{words}"
    ):
        DataUnit(path)
    assert (
        DataUnit(path, **{slot: own if value == "own" else value for slot, value in remedy.items()}).channels().size
        == N
    )


def test_all_missing_files_are_named_at_once(tmp_path):
    path = pha(tmp_path / "a.pha", header={key: f"gone.{key.lower()}" for key in GONE})
    with pytest.raises(DataError, match=r"BACKFILE and RESPFILE and ANCRFILE of 'a.pha' name files that are not there"):
        DataUnit(path)


def gratings(path, **header):
    rsp(path.parent / "r.rsp")
    rows = lambda values: np.stack([values, 2 * values])  # noqa: E731
    columns = [
        ("SPEC_NUM", "I", [1, 2]), ("CHANNEL", f"{N}I", np.stack([1 + np.arange(N)] * 2)), ("COUNTS", f"{N}J", rows(COUNTS)),
        ("BACKGROUND_UP", f"{N}J", rows(np.full(N, 7))), ("BACKGROUND_DOWN", f"{N}J", rows(np.full(N, 9))),
    ]  # fmt: skip
    own = {"EXPOSURE": 1000.0, "BACKSCAL": 1.0, "BACKSCUP": 4.0, "BACKSCDN": 4.0, "POISSERR": True, "RESPFILE": "r.rsp"}
    return save(path, table(columns, own | header, "SPECTRUM"))


@pytest.mark.parametrize("row", [0, 1])
def test_backgrounds_beside_the_counts_are_used_aloud(tmp_path, row):
    path = gratings(tmp_path / "a.pha2")
    with pytest.warns(SpecLabWarning, match=r"lie beside the counts \(\d+ counts\); their sum is the background"):
        unit = DataUnit((path, row))
    assert seen(unit) == ((row + 1) * COUNTS.sum(), (row + 1) * 16 * N, 0.125)
    assert unit.bkg.poisson and unit.bkg.exposure == 1000.0
    assert DataUnit((path, row), "none").bkg is None
    own = Background(COUNTS)
    assert DataUnit((path, row), own).bkg is own


def test_backgrounds_beside_the_counts_need_a_scale(tmp_path):
    with pytest.raises(DataError, match=r"no BACKSCUP and BACKSCDN to scale it with.*bkg='none'"):
        DataUnit((gratings(tmp_path / "a.pha2", BACKSCUP=None), 0))
    with pytest.raises(DataError, match="has no columns BACKGROUND_UP"):
        Background.from_columns_beside(pha(tmp_path / "b.pha"))
