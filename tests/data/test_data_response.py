"""OGIP responses: every storage, every name, every first channel number; RMF times ARF."""

import numpy as np
import pytest
from data_files import EDGES, PHOTON_EDGES, arf, dense, ebounds_hdu, matrix_hdu, ragged, rsp, save

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Auxiliary, Redistribution, Response


@pytest.mark.parametrize("storage", ["P", "Q", "fixed", "scalar"])
@pytest.mark.parametrize("name", ["MATRIX", "SPECRESP MATRIX", "SPECRESP_MATRIX", "RSP_MATRIX"])
def test_every_storage_and_name_gives_the_same_matrix(tmp_path, storage, name):
    read = Response.from_file(rsp(tmp_path / "a.rsp", storage=storage, name=name))
    assert np.array_equal(read.matrix, dense())
    assert read.emin == pytest.approx(EDGES[:-1]) and read.ehi == pytest.approx(PHOTON_EDGES[1:])


def test_mixed_storage(tmp_path):
    """Fixed F_CHAN and N_CHAN with a variable MATRIX, as in the Chandra response that bayspec cannot load (`6I`)."""
    fixed, variable = matrix_hdu(storage="fixed"), matrix_hdu(storage="P")
    values = ragged([np.asarray(row) for row in variable.data["MATRIX"]], np.float64)
    hdu = matrix_hdu(storage="fixed", columns={"MATRIX": ("MATRIX", "1PD()", values)})
    assert fixed.columns["F_CHAN"].format == "2I"
    assert np.array_equal(Response.from_file(save(tmp_path / "a.rsp", hdu, ebounds_hdu())).matrix, dense())


@pytest.mark.parametrize("origin", [0, 1, 5])
@pytest.mark.parametrize("as_string", [False, True])
def test_first_channel_from_tlmin(tmp_path, origin, as_string):
    header = {"TLMIN4": str(origin) if as_string else origin}
    read = Response.from_file(rsp(tmp_path / "a.rsp", origin=origin, first=origin, header=header))
    assert np.array_equal(read.matrix, dense()) and read.channels[0] == origin


def test_tlmin_absent(tmp_path):
    ones = Response.from_file(rsp(tmp_path / "a.rsp", header={"TLMIN4": None}))
    assert np.array_equal(ones.matrix, dense())
    path = rsp(tmp_path / "b.rsp", origin=0, first=0, header={"TLMIN4": None})
    with pytest.warns(SpecLabWarning, match="no TLMIN4"):
        assert np.array_equal(Response.from_file(path).matrix, dense())


def test_channel_numbering_off_by_one_is_resolved_aloud_or_refused(tmp_path):
    path = rsp(tmp_path / "a.rsp", origin=0, first=0, header={"TLMIN4": 1})
    with pytest.warns(SpecLabWarning, match="TLMIN4 = 1 leaves channels 0 to 7 outside"):
        assert np.array_equal(Response.from_file(path).matrix, dense())
    with pytest.raises(DataError, match=r"c\.rsp\[MATRIX\] F_CHAN names channels outside EBOUNDS"):
        Response.from_file(rsp(tmp_path / "c.rsp", origin=3, first=1, header={"TLMIN4": 1}))


def test_energies_from_zero_decreasing_or_swapped(tmp_path):
    from_zero = np.concatenate([[0.0], PHOTON_EDGES[1:]])
    with pytest.warns(SpecLabWarning, match="start at 0 keV"):
        assert Response.from_file(rsp(tmp_path / "a.rsp", edges=from_zero)).elo[0] == 1e-10
    lo, hi = PHOTON_EDGES[:-1][::-1], PHOTON_EDGES[1:][::-1]
    columns = {"ENERG_LO": ("ENERG_LO", "D", lo), "ENERG_HI": ("ENERG_HI", "D", hi)}
    hdu = matrix_hdu(dense()[::-1], columns=columns, header={"TLMIN2": 1})
    down = Response.from_file(save(tmp_path / "b.rsp", hdu, ebounds_hdu()))
    assert np.array_equal(down.matrix, dense()) and down.elo == pytest.approx(PHOTON_EDGES[:-1])
    columns = {"ENERG_LO": ("ENERG_LO", "D", PHOTON_EDGES[1:]), "ENERG_HI": ("ENERG_HI", "D", PHOTON_EDGES[:-1])}
    with pytest.warns(SpecLabWarning, match="above its upper edge"):
        Response.from_file(save(tmp_path / "c.rsp", matrix_hdu(columns=columns, header={"TLMIN2": 1}), ebounds_hdu()))


def test_channels_may_fall_in_energy(tmp_path):
    read = Response.from_file(rsp(tmp_path / "a.rsp", channel_edges=EDGES))
    falling = read.replace(emin=read.emin[::-1], emax=read.emax[::-1], matrix=read.matrix[:, ::-1])
    assert falling.emin[0] == EDGES[-2]


@pytest.mark.parametrize(
    ("edges", "word"),
    [(np.where(np.arange(11) == 4, PHOTON_EDGES[3] - 0.1, PHOTON_EDGES), "have no width"),
     (np.where(np.arange(11) == 4, np.nan, PHOTON_EDGES), "not finite"),
     (np.where(np.arange(11) == 0, -1.0, PHOTON_EDGES), "negative")],
)  # fmt: skip
def test_edges_that_cannot_be(tmp_path, edges, word):
    with pytest.raises(DataError, match=rf"a\.rsp\[MATRIX\] columns ENERG_LO, ENERG_HI.*{word}"):
        Response.from_file(rsp(tmp_path / "a.rsp", edges=edges))


def test_rsp2_is_chosen_by_extver(tmp_path):
    hdus = [matrix_hdu(dense() * k, header={"EXTVER": k}) for k in (1, 2)]
    path = save(tmp_path / "two.rsp2", ebounds_hdu(), *hdus)
    assert np.array_equal(Response.from_file(path, 2).matrix, 2 * dense())
    assert np.array_equal(Response.from_file(f"{path}{{2}}").matrix, 2 * dense())
    for wrong in (None, 0, 3):
        with pytest.raises(DataError, match="holds 2 matrices"):
            Response.from_file(path, wrong)


def test_rmf_times_arf(tmp_path):
    rmf, area = Redistribution.from_file(rsp(tmp_path / "a.rmf")), Auxiliary.from_file(arf(tmp_path / "a.arf"))
    assert np.array_equal((rmf * area).matrix, dense() * area.area[:, None])
    assert (rmf * area) == (area * rmf) and type(rmf * area) is Response
    with pytest.raises(TypeError):
        rmf * 2


def test_grids_that_differ_are_interpolated_aloud_and_strangers_refused(tmp_path):
    rmf = Redistribution.from_file(rsp(tmp_path / "a.rmf"))
    fine = np.linspace(0.5, 10.5, 41)
    area = Auxiliary.from_file(arf(tmp_path / "a.arf", fine, 3 + (fine[1:] + fine[:-1]) / 2))
    with pytest.warns(SpecLabWarning, match="grids differ"):
        product = rmf * area
    assert product.matrix.sum(axis=1) / rmf.matrix.sum(axis=1) == pytest.approx(3 + (rmf.elo + rmf.ehi) / 2, rel=1e-6)
    with pytest.raises(DataError, match="nothing in common"):
        rmf * Auxiliary(fine[:-1] + 100, fine[1:] + 100, np.ones(40))
    shifted = Auxiliary(PHOTON_EDGES[:-1] + 0.4, PHOTON_EDGES[1:] + 0.4, np.ones(10))
    with pytest.warns(SpecLabWarning, match="grids differ"):  # bayspec compares the number of rows only
        rmf * shifted


def test_arf_variants(tmp_path):
    assert Auxiliary.from_file(arf(tmp_path / "a.arf", name="ARF")).area[0] == 1.0
    with pytest.raises(DataError, match=r"b\.arf has no SPECRESP"):
        Auxiliary.from_file(arf(tmp_path / "b.arf", column="AREA"))
    with pytest.raises(DataError, match="not finite"):
        Auxiliary.from_file(arf(tmp_path / "c.arf", area=np.full(10, np.nan)))


def test_full_width_at_half_maximum():
    channel = np.arange(64)
    centre = (channel + 0.5)[:, None]
    matrix = np.exp(-0.5 * ((channel[None, :] + 0.5 - centre) / 3.0) ** 2)
    response = Response(channel + 1.0, channel + 2.0, channel + 1.0, channel + 2.0, matrix)
    assert response.channel_fwhm[10:50] == pytest.approx(2 * np.sqrt(2 * np.log(2)) * 3.0, rel=0.01)
    assert Response.ideal(channel + 1.0, channel + 2.0).channel_fwhm == pytest.approx(1.0)


def test_a_response_made_by_hand_is_checked():
    good = dict(elo=[1, 2], ehi=[2, 3], emin=[1, 2, 3], emax=[2, 3, 4], matrix=np.ones((2, 3)))
    assert Response(**good).channels.tolist() == [1, 2, 3]
    for change in (
        {"matrix": np.ones((3, 2))}, {"matrix": "x"}, {"matrix": np.full((2, 3), np.nan)}, {"elo": [2, 1], "ehi": [3, 2]},
        {"ehi": [1, 3]}, {"emax": [2, 3]}, {"channels": [1, 2, 4]}, {"elo": [-1, 2]},
    ):  # fmt: skip
        with pytest.raises(DataError):
            Response(**(good | change))
    assert Response.from_state_dict(Response(**good).to_state_dict()) == Response(**good)


def test_negative_matrix_values_are_said(tmp_path):
    matrix = dense()
    matrix[0, 0] = -1.0
    with pytest.warns(SpecLabWarning, match="negative values"):
        Response.from_file(rsp(tmp_path / "a.rsp", matrix))
