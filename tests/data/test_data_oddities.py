"""What a file says oddly but readably: the number that is right, and one warning that says what was done."""

import numpy as np
import pytest
from astropy.io import fits
from data_files import COUNTS, EDGES, PHOTON_EDGES, N, ebounds_hdu, matrix_hdu, pha, pha_hdu, ragged, rsp, save, table

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit, Response, Source

NOTED = {
    "poisserr is a word": (dict(header={"POISSERR": "maybe"}), "POISSERR = 'maybe' is neither T nor F; taken as absent"),
    "percent": (dict(header={"SYS_ERR": 5.0}), "SYS_ERR up to 5, which is a fraction"),
    "detchans too small": (dict(header={"DETCHANS": 3}), r"DETCHANS = 3, but there are 8 channels; read as 8"),
    "nothing to continue": (dict(columns=[("GROUPING", "I", np.full(N, -1))]), "first GROUPING flag is -1.*starts a group"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOTED)
def test_odd_but_readable_spectra_are_read_aloud(tmp_path, case):
    made, words = NOTED[case]
    with pytest.warns(SpecLabWarning, match=rf"a\.pha\[SPECTRUM\].*{words}"):
        src = Source.from_file(pha(tmp_path / "a.pha", **made))
    assert src.counts.tolist() == COUNTS.tolist() and src.poisson


REFUSED = {
    "truth values": (dict(form="L", counts=np.ones(N, bool)), "column COUNTS must be numbers"),
    "complex counts": (dict(form="C", counts=np.ones(N, complex)), "column COUNTS must be numbers"),
    "huge quality": (dict(columns=[("QUALITY", "D", np.full(N, 1e300))]), "QUALITY must be whole numbers"),
    "half a detector": (dict(header={"DETCHANS": 7.5}), "keyword DETCHANS must be a whole number"),
    "negative error": (dict(columns=[("STAT_ERR", "D", -np.ones(N))]), "STAT_ERR is negative in a good channel"),
    "negative systematic": (dict(header={"SYS_ERR": -1.0}), "SYS_ERR must not be negative"),
    "two columns of one name": (dict(columns=[("counts", "J", COUNTS)]), "has several columns COUNTS"),
    "short errors": (dict(columns=[("STAT_ERR", "2D", np.ones((N, 2)))]), "column STAT_ERR must have 8 values"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_file_can_mean_is_refused_with_its_place(tmp_path, case):
    made, words = REFUSED[case]
    with pytest.raises(DataError, match=rf"^a\.pha\[SPECTRUM\] {words}"):
        Source.from_file(pha(tmp_path / "a.pha", **made))


def test_what_a_bad_channel_holds_decides_nothing(tmp_path):
    bad = np.where(np.arange(N) == 2, 5, 0)
    columns = [("QUALITY", "I", bad), ("STAT_ERR", "D", np.where(bad, -1.0, np.sqrt(COUNTS)))]
    src = Source.from_file(pha(tmp_path / "a.pha", np.where(bad, -0.5, COUNTS), columns=columns, form="D"))
    assert src.poisson and src.good.sum() == N - 1
    rate = np.where(bad, -0.123, COUNTS / 100.0)
    src = Source.from_file(pha(tmp_path / "b.pha", rate, columns=columns[:1], column="RATE", form="D"))
    assert src.poisson and src.counts[~bad.astype(bool)].tolist() == COUNTS[~bad.astype(bool)].tolist()


def test_channel_energies_must_have_an_order(tmp_path):
    jump = ebounds_hdu()
    jump.data["E_MIN"][4] = 0.1
    jump.data["E_MAX"][4] = 0.2
    with pytest.raises(
        DataError, match=r"EBOUNDS\] columns E_MIN, E_MAX.*up or down.*channel 4: 4-5, then 0.1-0.2 keV"
    ):
        Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(), jump))
    wide = ebounds_hdu()
    wide.data["E_MAX"][4] += 0.7
    with pytest.warns(SpecLabWarning, match=r"1 channels overlap their neighbour \(first: channel 5\)"):
        Response.from_file(save(tmp_path / "b.rsp", matrix_hdu(), wide))
    assert Response.from_file(save(tmp_path / "c.rsp", matrix_hdu(), ebounds_hdu(EDGES + 1e-7))).emin.size == N


def test_numberings_that_differ_are_said_even_where_both_fit(tmp_path):
    narrow = np.zeros((10, N))
    narrow[np.arange(10), np.minimum(np.arange(10), N - 2)] = 1.0  # nothing in the last channel
    path = save(tmp_path / "a.rsp", matrix_hdu(narrow, header={"TLMIN4": 0}), ebounds_hdu())
    with pytest.warns(SpecLabWarning, match="TLMIN4 = 0, while EBOUNDS counts from 1; counted from 0"):
        shifted = Response.from_file(path)
    assert shifted.matrix[0, 1] == 1.0
    with pytest.raises(DataError, match="TLMIN4 must be a whole number"):
        Response.from_file(save(tmp_path / "b.rsp", matrix_hdu(header={"TLMIN4": 1.5}), ebounds_hdu()))


def test_another_number_of_channels_than_declared_is_said(tmp_path):
    with pytest.warns(SpecLabWarning, match="DETCHANS = 9, while EBOUNDS has 8 channels; read as 8"):
        Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(header={"DETCHANS": 9}), ebounds_hdu()))


def test_the_only_matrix_of_a_file_may_be_named(tmp_path):
    path = rsp(tmp_path / "a.rsp")
    named = [Response.from_file(path, 1), Response.from_file(f"{path}{{1}}"), Response.from_file(path)]
    assert all(np.array_equal(each.matrix, named[0].matrix) for each in named)
    assert DataUnit(pha(tmp_path / "a.pha"), rsp=(path, 1)).response.elo.tolist() == PHOTON_EDGES[:-1].tolist()
    with pytest.raises(DataError, match=r"holds 1 matrices; got 2; allowed: 1"):
        Response.from_file(path, 2)


def test_the_file_is_called_damaged_where_something_follows_its_last_table(tmp_path):
    path = tmp_path / "a.pha"
    fits.HDUList([fits.PrimaryHDU(), pha_hdu()]).writeto(path)
    path.write_bytes(path.read_bytes() + b"x" * 100)
    with pytest.raises(DataError, match=r"a\.pha is damaged"):
        Source.from_file(path)


def test_rows_of_type_two_that_cannot_be(tmp_path):
    def two(**changed):
        made = {
            "COUNTS": (f"{N}J", np.array([COUNTS, COUNTS])),
            "EXPOSURE": ("D", [1.0, 2.0]),
            "BACKSCAL": ("D", [1.0, 1.0]),
        }
        columns = [(name, form, values) for name, (form, values) in (made | changed).items()]
        return save(tmp_path / "ii.pha", table(columns, {"POISSERR": True}, "SPECTRUM"))

    for changed, words in (
        ({"EXPOSURE": ("D", [1.0, np.nan])}, "EXPOSURE is not finite"),
        ({"EXPOSURE": ("2D", np.eye(2))}, "EXPOSURE must hold one"),
        ({"COUNTS": ("PJ()", ragged([[1], []], np.int32))}, "has no channels"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=rf"^ii\.pha\[SPECTRUM\] row 2.*{words}"):
            Source.from_file(two(**changed), 1)
    assert Source.from_file(two(), 1).exposure == 2.0


@pytest.mark.parametrize("first", [0, 1, 17])
def test_a_row_that_gives_its_first_channel_only(tmp_path, first):
    columns = [
        ("CHANNEL", "J", [first]),
        ("COUNTS", f"{N}J", [COUNTS]),
        ("EXPOSURE", "D", [1.0]),
        ("BACKSCAL", "D", [1.0]),
    ]
    path = save(tmp_path / "ii.pha", table(columns, {"POISSERR": True}, "SPECTRUM"))
    assert Source.from_file(path, 0).channels.tolist() == list(range(first, first + N))
