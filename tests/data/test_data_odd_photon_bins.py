"""Photon bins without width and areas a hair below zero: left out or zero, aloud; expected counts are those of the rest."""

import numpy as np
import pytest
from data_files import PHOTON_EDGES, arf, dense, ebounds_hdu, matrix_hdu, save

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, Redistribution, Response


def with_flat_rows(at):
    """Edges and matrix with rows of no width, full of values that no photon can give."""
    lo, hi = np.insert(PHOTON_EDGES[:-1], at, PHOTON_EDGES[at]), np.insert(PHOTON_EDGES[1:], at, PHOTON_EDGES[at])
    return lo, hi, np.insert(dense(), at, 77.0, axis=0)


@pytest.mark.parametrize("at", [[0], [5], [9], [2, 5, 5]])
@pytest.mark.parametrize("down", [False, True])
def test_rows_without_width_are_left_out(tmp_path, at, down):
    lo, hi, matrix = with_flat_rows(at)
    turn = slice(None, None, -1) if down else slice(None)
    columns = {"ENERG_LO": ("ENERG_LO", "D", lo[turn]), "ENERG_HI": ("ENERG_HI", "D", hi[turn])}
    hdu = matrix_hdu(matrix[turn], np.arange(lo.size + 1.0), columns=columns, header={"TLMIN2": 1})
    with pytest.warns(SpecLabWarning, match=rf"{len(at)} bins? without width \(row \d+: .* keV\); left out"):
        read = Response.from_file(save(tmp_path / "a.rsp", hdu, ebounds_hdu()))
    assert np.append(read.elo, read.ehi[-1]).tolist() == PHOTON_EDGES.tolist()
    assert np.array_equal(read.matrix, dense())


def test_areas_lose_the_same_rows(tmp_path):
    lo, hi, _ = with_flat_rows([5])
    path = arf(tmp_path / "a.arf")
    from astropy.io import fits

    columns = [
        fits.Column(n, "D", array=v) for n, v in (("ENERG_LO", lo), ("ENERG_HI", hi), ("SPECRESP", np.arange(11.0)))
    ]
    table = fits.BinTableHDU.from_columns(columns)
    table.header["EXTNAME"] = "SPECRESP"
    with pytest.warns(SpecLabWarning, match="1 bin without width"):
        area = Auxiliary.from_file(save(path, table))
    assert area.area.tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10] and area.elo.size == 10
    rmf = Redistribution.from_file(save(tmp_path / "a.rmf", matrix_hdu(), ebounds_hdu()))
    assert np.array_equal((rmf * area).matrix, dense() * area.area[:, None])


def test_a_grid_without_any_width_is_refused(tmp_path):
    columns = {"ENERG_LO": ("ENERG_LO", "D", PHOTON_EDGES[:-1]), "ENERG_HI": ("ENERG_HI", "D", PHOTON_EDGES[:-1])}
    with pytest.raises(DataError, match="10 bins have no width"):
        Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(columns=columns, header={"TLMIN2": 1}), ebounds_hdu()))


@pytest.mark.parametrize("value", [-0.06, -1e-12, -5.0])
def test_areas_a_hair_below_zero_are_zero(tmp_path, value):
    area = np.full(10, 100.0)
    area[:2] = value
    with pytest.warns(SpecLabWarning, match=r"column SPECRESP: 2 values below zero, down to .* cm²; taken as 0"):
        assert Auxiliary.from_file(arf(tmp_path / "a.arf", area=area)).area.tolist() == [0, 0, *[100] * 8]


@pytest.mark.parametrize(("value", "words"), [(-50.0, "negative"), (np.nan, "not finite"), (np.inf, "not finite")])
def test_areas_that_cannot_be_are_refused(tmp_path, value, words):
    area = np.full(10, 100.0)
    area[:2] = value
    with pytest.raises(DataError, match=rf"a\.arf\[SPECRESP\] column SPECRESP holds values? ?.*{words}|{words}"):
        Auxiliary.from_file(arf(tmp_path / "a.arf", area=area))
