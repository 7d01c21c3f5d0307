"""Channels that are no energies, and channel numbers that are nonsense: read aloud, counts of the others are right."""

import numpy as np
import pytest
from data_files import COUNTS, EDGES, N, dense, ebounds_hdu, matrix_hdu, pha, save

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import DataUnit, Response, Source
from spec_lab.data.ogip.write import write_rsp

ODD = {
    "overflow in no order": ([5, 6, 7], [4.0, 2.5, 3.0], [2e4] * 3),
    "overflow with ends of its own": ([6, 7], [6.0, 3.0], [2e4, 1e4]),
    "underflow, 0 to 0": ([0], [0.0], [0.0]),
    "two underflows": ([0, 1], [0.0, 0.0], [0.0, 0.0]),
    "last one without width": ([7], [9.0], [9.0]),
    "one in the middle without width": ([3], [4.0], [4.0]),
    "begins below 0": ([0], [-0.5], [2.0]),
    "edges are NaN": ([7], [np.nan], [np.nan]),
    "upside down": ([7], [9.0], [8.0]),
}


def bounds(odd, lo, hi):
    hdu = ebounds_hdu()
    hdu.data["E_MIN"][odd], hdu.data["E_MAX"][odd] = lo, hi
    return hdu


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("case", ODD)
def test_channels_without_energy_are_read_aloud_and_never_noticed(tmp_path, case, turned):
    odd, lo, hi = ODD[case]
    ebounds, matrix, counts = bounds(odd, lo, hi), dense(), COUNTS
    if turned:  # energies fall with the channel
        for name in ("E_MIN", "E_MAX"):
            ebounds.data[name][:] = ebounds.data[name][::-1].copy()
        matrix, counts, odd = matrix[:, ::-1], counts[::-1], [N - 1 - i for i in odd]
    path = save(tmp_path / "a.rsp", matrix_hdu(matrix), ebounds)
    with pytest.warns(SpecLabWarning, match=rf"{len(odd)} channels? without a proper energy .*never noticed"):
        response = Response.from_file(path)
    assert np.flatnonzero(~response.usable).tolist() == sorted(odd)
    assert np.array_equal(response.matrix, matrix)
    good = np.delete(np.arange(N), odd)
    quality = [("QUALITY", "I", np.isin(np.arange(N), odd).astype(int))]
    for notc in (None, [0.1, 1e5]):
        for grpg in ("none", None, {"max_bin": 1}):
            unit = DataUnit(pha(tmp_path / "a.pha", counts, columns=quality), rsp=response, notc=notc, grpg=grpg)
            assert unit.channels().S.tolist() == counts[good].tolist()
    assert "keV" in unit.noticing and "nan" not in unit._repr_html_().lower()


def test_counts_without_energy_are_said(tmp_path):
    with pytest.warns(SpecLabWarning, match="never noticed"):
        response = Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(), bounds([7], [9.0], [9.0])))
    with pytest.warns(
        SpecLabWarning, match=r"1 good channel with 1 counts have no energy in response 'a\.rsp'; never noticed"
    ):
        unit = DataUnit(pha(tmp_path / "a.pha"), rsp=response)
    assert unit.channels().S.sum() == COUNTS[:-1].sum()


def test_such_a_response_is_written_and_read_again(tmp_path):
    with pytest.warns(SpecLabWarning, match="never noticed"):
        response = Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(), bounds([6, 7], [6.0, 3.0], [2e4, 2e4])))
    with pytest.warns(SpecLabWarning, match="never noticed"):
        again = Response.from_file(write_rsp(tmp_path / "b.rsp", response))
    assert np.array_equal(again.usable, response.usable) and np.array_equal(again.matrix, response.matrix)
    assert Response.from_state_dict(response.to_state_dict()) == response


def test_energies_without_order_stay_refused(tmp_path):
    for odd, lo, hi in (([4], [0.1], [0.2]), ([3, 4], [6.0, 7.0], [6.5, 7.5])):
        with pytest.raises(DataError, match="energies must go up or down with the channel"):
            Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(), bounds(odd, lo, hi)))


NONSENSE = {
    "overflowed int16": np.resize([-32768, -16384, 0, 16384], N),
    "all 0": np.zeros(N, int),
    "all 1": np.ones(N, int),
    "last one wrong": np.append(np.arange(1, N), 99),
    "one number twice": np.append(np.arange(1, N), N - 1),
}


def numbered(numbers, header=None):
    hdu = ebounds_hdu(header=header)
    hdu.data["CHANNEL"][:] = numbers
    return hdu


@pytest.mark.parametrize("case", NONSENSE)
@pytest.mark.parametrize("first", [1, 0])
def test_nonsense_numbers_beside_rows_in_order_are_counted_by_row(tmp_path, case, first):
    path = save(tmp_path / "a.rsp", matrix_hdu(origin=first), numbered(NONSENSE[case]))
    with pytest.warns(SpecLabWarning, match=rf"CHANNEL: \d of 8 numbers are nonsense .*counted from {first}") as said:
        read = Response.from_file(path)
    assert len(said) == 1 and read.channels.tolist() == list(range(first, first + N))
    assert np.array_equal(read.matrix, dense()) and read.emin.tolist() == EDGES[:-1].tolist()


MEANT = {
    "one is left out": np.delete(np.arange(1, N + 2), 3),
    "the last but one is left out": np.append(np.arange(1, N), N + 1),
    "two are left out": np.delete(np.arange(1, N + 3), [3, 5]),
    "another order with a gap": np.append(np.arange(1, N)[::-1], N + 1),
}


@pytest.mark.parametrize("case", MEANT)
def test_numbers_that_may_be_meant_stay_refused(tmp_path, case):
    with pytest.raises(DataError, match="column CHANNEL must count without gaps"):
        Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(), numbered(MEANT[case])))


def test_nonsense_is_refused_where_nothing_vouches_for_the_rows(tmp_path):
    with pytest.raises(DataError, match="must count without gaps"):  # DETCHANS disagrees
        Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(header={"DETCHANS": N + 1}), numbered(np.zeros(N))))
    shuffled = numbered(np.zeros(N))
    for name in ("E_MIN", "E_MAX"):
        shuffled.data[name][:] = shuffled.data[name][[3, 1, 7, 0, 5, 2, 6, 4]].copy()
    with pytest.raises(DataError, match="must count without gaps"):
        Response.from_file(save(tmp_path / "b.rsp", matrix_hdu(), shuffled))


def test_rows_in_another_order_with_their_numbers_are_sorted(tmp_path):
    order = [3, 1, 7, 0, 5, 2, 6, 4]
    shuffled = numbered(1 + np.array(order))
    for name in ("E_MIN", "E_MAX"):
        shuffled.data[name][:] = shuffled.data[name][order].copy()
    read = Response.from_file(save(tmp_path / "a.rsp", matrix_hdu(), shuffled))
    assert read.emin.tolist() == EDGES[:-1].tolist() and read.channels.tolist() == list(range(1, N + 1))


def test_channel_numbers_of_a_spectrum_that_overflowed(tmp_path):
    numbers = (1 + np.arange(300)).astype(np.int8)
    path = pha(
        tmp_path / "a.pha",
        np.ones(300, int),
        channel=False,
        columns=[("CHANNEL", "J", numbers)],
        header={"DETCHANS": 300},
    )
    with pytest.warns(
        SpecLabWarning, match=r"173 channel numbers that are too large for their column .*counted from 1"
    ):
        assert Source.from_file(path).channels.tolist() == list(range(1, 301))


def test_groups_counted_from_1_over_channels_counted_from_0(tmp_path):
    path = save(tmp_path / "a.rsp", matrix_hdu(header={"TLMIN4": None}), ebounds_hdu(first=0))
    with pytest.warns(SpecLabWarning, match="no TLMIN4, while EBOUNDS counts from 0 and groups reach from 1 to 8"):
        read = Response.from_file(path)
    assert np.array_equal(read.matrix, dense()) and read.channels.tolist() == list(range(N))
