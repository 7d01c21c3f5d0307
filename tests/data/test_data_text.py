"""Spectra without FITS: text, CSV, NPZ, with and without names, exposure, response."""

import gzip
import io
import warnings
import zipfile

import numpy as np
import pytest
from data_files import EDGES, N, rsp
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit, Source

LINES = ["1 2 5", "2 3 7", "3 5 4"]


def write(tmp_path, *lines, name="a.txt"):
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    return tmp_path / name


@pytest.mark.parametrize(
    "lines",
    [["# exposure = 10", *LINES], ["# Exposure: 10", "emin emax counts", *LINES], ["emin,emax,counts", "#exposure=10",
      "1,2,5", "2,3,7", "3,5,4"],
     ["# exposure = 10", "counts; e_min; e_max",
      "5; 1; 2", "7; 2; 3", "4; 3; 5"], ["# exposure=10", "lo hi rate", "1 2 .5", "2 3 .7", "3 5 .4"]],
)  # fmt: skip
def test_the_same_spectrum_in_many_spellings(tmp_path, lines):
    src = Source.from_file(write(tmp_path, *lines))
    assert src.counts == pytest.approx([5, 7, 4]) and src.exposure == 10.0 and src.poisson
    assert (src.emin.tolist(), src.emax.tolist()) == ([1, 2, 3], [2, 3, 5])
    assert Source.from_text(io.BytesIO("\n".join(lines).encode())).counts == pytest.approx([5, 7, 4])


def test_errors_quality_and_middles(tmp_path):
    path = write(
        tmp_path,
        "# exposure = 2",
        "# backscale = 0.5",
        "energy counts errors quality",
        "1 5 1 0",
        "2 7 1.5 0",
        "3 4 2 1",
    )
    src = Source.from_file(path)
    assert src.errors.tolist() == [1, 1.5, 2] and src.good.tolist() == [True, True, False] and src.backscale == 0.5
    assert src.emin == pytest.approx([0.5, 1.5, 2.5]) and not src.poisson
    assert Source.from_file(path, poisson=True).poisson


def test_a_table_may_ask_for_an_ideal_response(tmp_path):
    path = write(tmp_path, "# exposure = 10", *LINES)
    with pytest.raises(DataError, match="rsp='ideal' takes a detector of 1 cm²"):
        DataUnit(path)
    unit = DataUnit(path, rsp="ideal", notc=[2, 5])
    seen = unit.channels()
    assert seen.S.tolist() == [7, 4] and seen.ts.tolist() == [10, 10]
    assert np.array_equal(seen.matrix, np.eye(3)[1:])  # an ideal detector of 1 cm²
    assert unit.energies[0].tolist() == [1, 2, 3]


def test_a_table_of_channels_takes_a_response(tmp_path):
    path = write(tmp_path, "# exposure = 10", "channel counts", *(f"{i + 1} {i}" for i in range(N)))
    with pytest.raises(DataError, match="no response"):
        DataUnit(path)
    assert DataUnit(path, rsp=rsp(tmp_path / "a.rsp")).channels().emin == pytest.approx(EDGES[:-1])


def test_npz(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, edges=[1, 2, 3, 5], counts=[5, 7, 4], errors=[1, 2, 3], exposure=10.0, name="mine")
    for form in (path, io.BytesIO(path.read_bytes())):
        src = Source.from_file(form)
        assert (src.counts.tolist(), src.emax.tolist(), src.exposure, src.name) == ([5, 7, 4], [2, 3, 5], 10.0, "mine")


def test_no_exposure_is_said(tmp_path):
    with pytest.warns(SpecLabWarning, match="no exposure; taken as 1 s"):
        assert Source.from_file(write(tmp_path, *LINES)).exposure == 1.0


@pytest.mark.parametrize(
    ("lines", "word"),
    [(["1 2 x"], "line 1"), (["1 2 3", "1 2"], "different length"), (["1 2"],
      "2 columns without names"), (["# only a comment"], "no numbers"),
     (["emin emax flux", *LINES], "unknown or repeated"),
     (["emin emin counts", *LINES], "unknown or repeated"), (["emin counts", *LINES], "names 2"),
     (["emin counts", "1 2"], "only one of emin and emax"),
     (["emin emax", "1 2"], "no column counts"), (["# exposure = long", *LINES], "exposure"),
     (["# exposure = 0", *LINES], "exposure"), (["energy counts", "1 2"], "no width")],
)  # fmt: skip
def test_tables_that_cannot_be(tmp_path, lines, word):
    lines = lines if "exposure" in lines[0] else ["# exposure = 1", *lines]
    word = "line 2" if word == "line 1" else word
    with pytest.raises(DataError, match=word) as caught:
        DataUnit(write(tmp_path, *lines))
    assert "a.txt" in str(caught.value) or "width" in str(caught.value)


def test_npz_that_cannot_be(tmp_path):
    path = tmp_path / "a.npz"
    for arrays, word in (({"counts": [1], "flux": [2]}, "unknown arrays"), ({"edges": [1, 2], "counts": [1, 2]}, "one more"),
                         ({"counts": np.array(["a"])}, "array counts must be numbers")):  # fmt: skip
        np.savez(path, exposure=1.0, **arrays)
        with pytest.raises(DataError, match=word):
            Source.from_file(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(DataError, match=r"a\.npz"):
        Source.from_file(path)


def test_edges_without_width_or_order(tmp_path):
    for lines in (["1 1 5", "2 3 7"], ["2 1 5", "3 4 5"], ["-2 1 5"], ["1 nan 5"]):
        with pytest.raises(DataError, match=r"a\.txt columns emin, emax"):
            Source.from_file(write(tmp_path, "# exposure = 1", *lines))
    with pytest.warns(SpecLabWarning, match="every lower edge lies above its upper edge; swapped"):
        assert Source.from_file(write(tmp_path, "# exposure = 1", "2 1 5", "3 2 5")).emin.tolist() == [1, 2]
    down = DataUnit(write(tmp_path, "# exposure = 1", "3 5 4", "2 3 7", "1 2 5"), rsp="ideal", notc=[2, 9])
    assert down.channels().S.tolist() == [4, 7] and down.energies[0].tolist() == [1, 2, 3]
    assert np.array_equal(down.channels().matrix, np.eye(3)[::-1][:2])


SPELLINGS = {
    "a mark of UTF-8 in front": "\ufeff# exposure = 10\nemin,emax,counts\n1.5,2.5,3\n2.5,3.5,4".encode(),
    "UTF-16": "# exposure = 10\nemin\temax\tcounts\n1.5\t2.5\t3\n2.5\t3.5\t4".encode("utf-16"),
    "Latin-1": "# Zähler\n# exposure = 10\n1.5 2.5 3\n2.5 3.5 4".encode("latin-1"),
    "gzip": gzip.compress(b"# exposure = 10\n1.5 2.5 3\n2.5 3.5 4"),
    "names in a comment": b"# exposure = 10\n# counts emin emax\n3 1.5 2.5\n4 2.5 3.5",
    "names in quotes": b'# exposure = 10\n"emin","emax","counts"\n1.5,2.5,3\n2.5,3.5,4',
    "names with units": b"# exposure = 10\nE_min (eV), E_max (eV), counts\n1500,2500,3\n2500,3500,4",
    "comments behind": b"# exposure = 10\n1.5 2.5 3 # the first\n2.5 3.5 4",
    "separators behind": b"# exposure = 10\nemin,emax,counts,\n1.5,2.5,3,\n2.5,3.5,4,",
    "carriage returns": b"# exposure = 10\r1.5 2.5 3\r2.5 3.5 4\r",
    "commas and semicolons": b"# exposure = 10\nemin;emax;counts\n1,5;2,5;3\n2,5;3,5;4",
    "commas and blanks": b"# exposure = 10\n1,5 2,5 3\n2,5 3,5 4",
}


@pytest.mark.parametrize("case", SPELLINGS)
def test_what_spreadsheets_and_people_write(tmp_path, case):
    path = tmp_path / "a.csv"
    path.write_bytes(SPELLINGS[case])
    if case.startswith("commas"):
        with pytest.warns(SpecLabWarning, match="read as decimal commas"):
            src = Source.from_file(path)
    else:
        src = Source.from_file(path)
    assert (src.emin.tolist(), src.emax.tolist(), src.counts.tolist()) == ([1.5, 2.5], [2.5, 3.5], [3, 4])
    assert src.exposure == 10.0 and src.poisson


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# exposure = 1\n1,2,,3\n2,3,,4", "line 2 column 3 is empty"),
        ("# exposure = 1\n1,5 2,5\n2,5 3,5", "2 columns without names"),
        ("# exposure = 1\n# exposure = 2\n1 2 3", r"line 2 sets exposure again; got \['1', '2'\]"),
        ("# exposure = 1\n# poisson = maybe\n1 2 3", "poisson is neither true nor false"),
        ("# exposure = 1\nemin (furlong) emax counts\n1 2 3", "column emin has an unknown unit; got 'furlong'"),
        ("# exposure = 1\nemin emax counts (1/s)\n1 2 3", "column counts has an unknown unit"),
        ("# exposure = 1\nenergy counts\n1 3\n4 4\n2 4", "column energy must go up or down"),
        ("# exposure = 1\nenergy counts\n1 3\n10 4", "would begin below 0 keV"),
        ("emin emax rate\n1 2 .3", "rates, and no exposure"),
    ],
)
def test_no_cell_lands_in_another_column(tmp_path, text, words):
    with pytest.raises(DataError, match=rf"a\.txt.*{words}"):
        Source.from_file(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# exposrue = 1\n# exposure = 1\n1 2 3", "the comment sets 'exposrue'.*Did you mean exposure"),
        ("# exposure = 1\nemin emax counts rate\n1 2 3 3", "rate is left out"),
        ("# exposure = 1\n1 2 3.5", "not whole numbers.*no Poisson counts"),
    ],
)
def test_oddities_are_said(tmp_path, text, words):
    with pytest.warns(SpecLabWarning, match=words):
        Source.from_file(write(tmp_path, text))


def test_scales_and_archives(tmp_path):
    np.savez(tmp_path / "a.npz", edges=[1, 2, 3.0], counts=[3, 4], exposure=[10.0], backscale=[0.1, 0.2])
    src = Source.from_file(tmp_path / "a.npz")
    assert src.backscale.tolist() == [0.1, 0.2] and src.exposure == 10.0
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as made:
        made.writestr("a.txt", "1 2 3")
    with pytest.raises(DataError, match=r"b\.npz is a zip archive, and not of arrays"):
        Source.from_file(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", edges=[1, 2, 3.0], counts=[3j, 4], exposure=1.0)
    with pytest.raises(DataError, match="array counts must be numbers"):
        Source.from_file(tmp_path / "c.npz")


def test_what_is_no_file(tmp_path):
    for wrong, words in (
        ("https://example.org/a.pha", "is an address, not a file.*Download it first"), (b"SIMPLE", r"io\.BytesIO"),
        ("a" * 5000, "there can be no file"), (tmp_path, "is a folder"), ("a\0b", "there (is|can be) no file"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=words) as caught:
            Source.from_file(wrong)
        assert len(str(caught.value)) < 600


def test_a_background_of_other_energies_is_refused(tmp_path):
    src = write(tmp_path, "# exposure = 1", *LINES)
    same = write(tmp_path, "# exposure = 1", *LINES, name="same.txt")
    assert DataUnit(src, same, rsp="ideal").channels().B.tolist() == [5, 7, 4]
    other = write(tmp_path, "# exposure = 1", "10 20 5", "20 30 7", "30 50 4", name="other.txt")
    with pytest.raises(DataError, match=r"background 'other\.txt' has other channel energies than the source"):
        DataUnit(src, other, rsp="ideal")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet="0123456789.-+eE,; \n#=nacountsemixerror\x00é", max_size=80))
def test_any_text_is_a_spectrum_or_an_error(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)
        try:
            src = Source.from_text(io.BytesIO(text.encode()))
        except DataError:
            return
    assert src.exposure > 0 and np.isfinite(src.counts[src.good]).all()
