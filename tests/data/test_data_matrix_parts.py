"""Several matrices in one file, and groups that reach past the last channel."""

import numpy as np
import pytest
from data_files import PHOTON_EDGES, N, dense, ebounds_hdu, matrix_hdu, ragged, save

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Response

CORE = 0.8 * np.eye(10)[:, :N] + np.where(np.arange(10)[:, None] >= N, 0.8 / N, 0)
COARSE = PHOTON_EDGES[::2]
TAIL = np.zeros((5, N))
TAIL[:, 0] = 0.2


def split(path, first=None, second=None, edges=COARSE, tail=TAIL, bounds=1):
    parts = [matrix_hdu(CORE, header={"EXTVER": 1, "HDUCLAS3": "REDIST", **(first or {})}),
             matrix_hdu(tail, edges, header={"EXTVER": 2, "HDUCLAS3": "REDIST", **(second or {})})]  # fmt: skip
    return save(path, *parts, *(ebounds_hdu() for _ in range(bounds)))


@pytest.mark.parametrize("fine", [False, True])
def test_parts_of_one_response_are_summed_aloud(tmp_path, fine):
    how = {"edges": PHOTON_EDGES, "tail": np.repeat(TAIL, 2, axis=0)} if fine else {}
    with pytest.warns(
        SpecLabWarning, match=r"2 matrices over one EBOUNDS; they are parts of one response and are summed"
    ):
        read = Response.from_file(split(tmp_path / "a.rmf", **how))
    assert np.append(read.elo, read.ehi[-1]).tolist() == PHOTON_EDGES.tolist()
    assert np.allclose(read.matrix, CORE + np.repeat(TAIL, 2, axis=0)) and read.matrix.sum(axis=1) == pytest.approx(1.0)
    assert np.array_equal(Response.from_file(split(tmp_path / "a.rmf", **how), 1).matrix, CORE)


ALTERNATIVES = [
    ({"TSTART": 0.0, "TSTOP": 5.0}, {"TSTART": 5.0, "TSTOP": 9.0}), ({"RSP_NUM": 1}, {"RSP_NUM": 2}),
    ({"DRM_NUM": 2}, {"DRM_NUM": 2}), ({"DATE-OBS": "2020-01-01"}, {"DATE-OBS": "2020-01-02"}), ({"THETA": 0.0}, {"THETA": 5.0}),
    ({"GEO_ANG": 1.0}, {"GEO_ANG": 2.0}), ({"HDUCLAS3": "FULL"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), ALTERNATIVES)
def test_marked_alternatives_are_asked_for(tmp_path, first, second):
    path = split(tmp_path / "a.rsp2", first, second)
    with pytest.raises(
        DataError, match=r"holds 2 matrices; got None; allowed: 1, 2.*by EXTVER, .*1\).*add up, .*'sum'"
    ):
        Response.from_file(path)
    assert np.array_equal(Response.from_file(path, 1).matrix, CORE)
    assert np.allclose(Response.from_file(path, "sum").matrix, CORE + np.repeat(TAIL, 2, axis=0))


def test_in_doubt_the_user_is_asked(tmp_path):
    whole = dict(edges=PHOTON_EDGES, tail=CORE)
    with pytest.raises(DataError, match="holds 2 matrices"):  # each row would sum to 1.6
        Response.from_file(split(tmp_path / "a.rmf", **whole))
    with pytest.raises(DataError, match="holds 2 matrices"):
        Response.from_file(split(tmp_path / "b.rmf", bounds=2))
    crooked = PHOTON_EDGES[::2] + 0.3
    path = split(tmp_path / "c.rmf", edges=crooked)
    with pytest.raises(DataError, match="holds 2 matrices"):
        Response.from_file(path)
    with pytest.raises(DataError, match="bins of the matrices do not fit"):
        Response.from_file(path, "sum")


def rows_of(values, starts):
    columns = {
        "N_GRP": ("N_GRP", "I", np.ones(10)),
        "F_CHAN": ("F_CHAN", "PI()", ragged([[s] for s in starts], np.int16)),
        "N_CHAN": ("N_CHAN", "PI()", ragged([[len(v)] for v in values], np.int16)),
        "MATRIX": ("MATRIX", "PD()", ragged(values, float)),
    }
    return matrix_hdu(columns=columns, header={"TLMIN3": 1})


@pytest.mark.parametrize("extra", [1, 3])
def test_zeros_past_the_last_channel_mean_nothing(tmp_path, extra):
    values = [[*row, *[0.0] * extra] for row in dense()]
    with pytest.warns(
        SpecLabWarning, match=r"F_CHAN: groups reach past the channels of EBOUNDS, with zeros; these are left out"
    ):
        read = Response.from_file(save(tmp_path / "a.rsp", rows_of(values, [1] * 10), ebounds_hdu()))
    assert np.array_equal(read.matrix, dense())


def test_an_empty_row_may_be_spelled_as_channel_0(tmp_path):
    values, starts = [list(row) for row in dense()], [1] * 10
    values[0], starts[0] = [0.0], 0
    values[9] = [0.0] * N  # so that nothing else decides where counting begins
    values[1] = [1.0] * N
    with pytest.warns(SpecLabWarning, match="with zeros; these are left out"):
        read = Response.from_file(save(tmp_path / "a.rsp", rows_of(values, starts), ebounds_hdu()))
    assert not read.matrix[0].any() and read.matrix[1].tolist() == [1.0] * N
    values[0] = [7.0]
    with pytest.raises(DataError, match=r"F_CHAN names channels outside EBOUNDS; got '0 to 8, counted from 1'"):
        Response.from_file(save(tmp_path / "b.rsp", rows_of(values, starts), ebounds_hdu()))
