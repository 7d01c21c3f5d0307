"""Large, nearly empty responses hold their non-zeros only: every reading of them equals that of the dense matrix."""

import numpy as np
import pytest
from data_files import PHOTON_EDGES, arf, dense, ebounds_hdu, matrix_hdu, pha, rsp, save
from sparse import make_both, treat_all_as_large

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit, Redistribution, Response, SparseMatrix, sparse_matrix
from spec_lab.data.ogip.write import write_rsp
from spec_lab.tree import Struct


@pytest.fixture
def everything_is_large(monkeypatch):
    treat_all_as_large(monkeypatch)


def test_small_or_full_matrices_stay_dense():
    assert not sparse_matrix.is_worthwhile(1000, 1000, 5000)
    assert not sparse_matrix.is_worthwhile(8000, 8000, 20_000_000)
    assert sparse_matrix.is_worthwhile(16000, 16000, 480_000)


def test_read_written_and_read_again(tmp_path, monkeypatch):
    path = rsp(tmp_path / "a.rsp")
    usual, sparse = make_both(monkeypatch, lambda: Response.from_file(path))
    assert isinstance(usual.matrix, np.ndarray) and isinstance(sparse.matrix, SparseMatrix)
    assert np.array_equal(sparse.matrix, usual.matrix) and sparse.matrix.shape == usual.matrix.shape
    write_rsp(tmp_path / "b.rsp", sparse)
    assert np.array_equal(Response.from_file(tmp_path / "b.rsp").matrix, usual.matrix)
    assert "effective area" in sparse._repr_html_() and np.allclose(sparse.channel_fwhm, usual.channel_fwhm)


def test_exported_and_loaded(tmp_path, everything_is_large):
    response = Response.from_file(rsp(tmp_path / "a.rsp"))
    again = Struct.load(response.export(tmp_path / "a.zip"))
    assert isinstance(again.matrix, SparseMatrix) and np.array_equal(again.matrix, response.matrix)


def test_an_area_multiplies_the_rows(tmp_path, monkeypatch):
    path, area = rsp(tmp_path / "a.rmf"), arf(tmp_path / "a.arf")
    usual, sparse = make_both(monkeypatch, lambda: Redistribution.from_file(path) * spec_arf(area))
    assert np.allclose(sparse.matrix, usual.matrix, rtol=1e-15)


def spec_arf(path):
    from spec_lab.data import Auxiliary

    return Auxiliary.from_file(path)


def test_parts_are_summed(tmp_path, monkeypatch):
    core, tail = 0.02 * dense(), np.full((5, 8), 0.01)
    hdus = [matrix_hdu(core, header={"EXTVER": 1, "HDUCLAS3": "REDIST"}),
            matrix_hdu(tail, PHOTON_EDGES[::2], header={"EXTVER": 2, "HDUCLAS3": "REDIST"}), ebounds_hdu()]  # fmt: skip
    path = save(tmp_path / "a.rmf", *hdus)
    with pytest.warns(SpecLabWarning, match="summed"):
        usual, sparse = make_both(monkeypatch, lambda: Response.from_file(path))
    assert isinstance(sparse.matrix, SparseMatrix) and np.allclose(sparse.matrix, usual.matrix, rtol=1e-14)


@pytest.mark.parametrize(
    "options", [{}, {"grpg": {"min_evt": 10}}, {"notc": [2.5, 6]}, {"grpg": {"method": "optimal"}}]
)
@pytest.mark.parametrize("quality", [None, 3])
def test_a_unit_sees_the_same_groups(tmp_path, monkeypatch, options, quality):
    bad = [] if quality is None else [("QUALITY", "I", np.where(np.arange(8) == quality, 5, 0))]
    src, response = pha(tmp_path / "a.pha", columns=bad), rsp(tmp_path / "a.rsp")
    usual, sparse = make_both(monkeypatch, lambda: DataUnit(src=src, rsp=response, stat="cstat", **options))
    one, other = usual.channels(), sparse.channels()
    assert isinstance(other.matrix, SparseMatrix) and np.allclose(other.matrix, one.matrix, rtol=1e-14)
    assert np.array_equal(one.S, other.S) and np.array_equal(usual.all_channels().used, sparse.all_channels().used)
    photons = np.linspace(1, 2, one.matrix.shape[1])
    assert np.allclose(other.matrix @ photons, one.matrix @ photons, rtol=1e-14)
    assert np.allclose(photons @ other.matrix.T, photons @ one.matrix.T, rtol=1e-14)
    assert np.allclose(sparse.rsp_drm, usual.rsp_drm)


def test_what_does_not_fit_is_refused_with_its_size():
    huge = SparseMatrix(np.ones(1), np.zeros(1, int), np.r_[0, np.ones(60_000, int)], 60_000)
    with pytest.raises(DataError, match="60000 x 60000 = 29 GB"):
        np.asarray(huge)
    with pytest.raises(DataError, match="does not fit its own index"):
        SparseMatrix(np.ones(2), np.array([0, 9]), np.array([0, 2]), 3)
