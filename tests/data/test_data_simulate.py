"""Simulated observations: the right distributions, explicit seeds, valid files."""

import numpy as np
import pytest

from spec_lab._base import DataError
from spec_lab.data import Background, Data, DataUnit, Response, Source, fakeit

EDGES = 1.0 + np.arange(5)
PHOTONS = np.array([1.0, 2.0, 0.5, 0.0])


def unit(bkg=None, **choices):
    src = Source([9, 9, 9, 9], exposure=20.0, areascale=0.5)
    return DataUnit(src, bkg, rsp=Response.ideal(EDGES[:-1], EDGES[1:], area=3.0), **choices)


def test_poisson_source_and_background():
    bkg = Background([8, 4, 2, 1], exposure=20.0, areascale=0.5, backscale=2.0)
    many = fakeit(unit(bkg), PHOTONS, seed=1, n=20000)
    expected = 10.0 * 3.0 * PHOTONS + np.array([8, 4, 2, 1]) / 2
    assert many.S.shape == many.B.shape == (20000, 4) and len(many) == 20000
    assert many.S.mean(axis=0) == pytest.approx(expected, rel=0.03)
    assert many.S.var(axis=0) == pytest.approx(expected, rel=0.06)
    assert many.B.mean(axis=0) == pytest.approx([8, 4, 2, 1], rel=0.03)
    assert many.B.var(axis=0) == pytest.approx([8, 4, 2, 1], rel=0.06)


def test_gaussian_background():
    bkg = Background([8.3, 4.1, 2.0, 1.0], [1.0, 0.5, 0.2, 0.1], exposure=20.0)
    many = fakeit(unit(bkg), PHOTONS, seed=1, n=20000)
    assert many.B.mean(axis=0) == pytest.approx([8.3, 4.1, 2.0, 1.0], rel=0.01)
    assert many.B.std(axis=0) == pytest.approx([1.0, 0.5, 0.2, 0.1], rel=0.03)
    one = many[5]
    assert not one.bkg.poisson and one.src.poisson and one.channels().sigma_B == pytest.approx([1.0, 0.5, 0.2, 0.1])


def test_seeds_are_explicit_and_obeyed():
    first, again, other = (fakeit(unit(), PHOTONS, seed=s).src.counts for s in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert np.array_equal(
        fakeit(unit(), PHOTONS, seed=1, n=3)[0].src.counts, fakeit(unit(), PHOTONS, seed=1, n=9)[0].src.counts
    )
    for wrong in (None, -1, 1.5, True):
        with pytest.raises(DataError, match="seed"):
            fakeit(unit(), PHOTONS, seed=wrong)


def test_a_rate_instead_of_photons_and_another_exposure():
    many = fakeit(unit(), rate=[5.0, 0.0, 1.0, 2.0], seed=3, n=5000)
    assert many.S.mean(axis=0) == pytest.approx([50, 0, 10, 20], rel=0.03)
    longer = fakeit(unit(), rate=[5.0, 0.0, 1.0, 2.0], seed=3, n=5000, exposure=200.0)
    assert longer.S.mean(axis=0) == pytest.approx([500, 0, 100, 200], rel=0.03) and longer[0].src.exposure == 200.0


def test_filters_and_groups_are_kept():
    many = fakeit(unit(notc=[1, 5], grpg={"max_bin": 2}), PHOTONS, seed=3, n=7)
    S, B = many.grouped()
    assert S.shape == B.shape == (7, 2) and not B.any()
    assert np.array_equal(S[4], many[4].channels().S) and many[4].notc == ((1.0, 5.0),)


def test_bad_channels_stay_bad():
    src = Source([1, np.nan, 1, 1], exposure=20.0, quality=[0, 5, 0, 0])
    one = fakeit(unit().replace(src=src), PHOTONS, seed=1)
    assert one.src.good.tolist() == [True, False, True, True] and np.isfinite(one.src.counts).all()


def test_written_simulations_read_back(tmp_path):
    many = fakeit(unit(Background([8, 4, 2, 1], exposure=20.0)), PHOTONS, seed=1, n=2)
    files = many.write(tmp_path)
    assert [path.name for path in files] == ["sim.rsp", "sim_0001.bak", "sim_0001.pha", "sim_0002.bak", "sim_0002.pha"]
    back = DataUnit(tmp_path / "sim_0002.pha")  # whole: the header names background and response
    assert np.array_equal(back.response.matrix, many.unit.response.matrix)
    assert np.array_equal(back.src.counts, many.S[1]) and np.array_equal(back.bkg.counts, many.B[1])


def test_what_is_refused():
    for given, word in (
        ({}, "either photons or rate"), ({"photons": PHOTONS, "rate": PHOTONS}, "either"), ({"photons": [1.0]}, "wrong shape"),
        ({"photons": -PHOTONS}, "negative"), ({"photons": PHOTONS * np.nan}, "finite"), ({"photons": "x"}, "numbers"),
        ({"photons": PHOTONS * 1j}, "numbers"), ({"photons": [[1], [1, 2]]}, "numbers"),
        ({"photons": PHOTONS * 1e30}, "more counts"), ({"photons": PHOTONS, "n": 10**12}, "draws"),
        ({"photons": PHOTONS, "response": 3}, "folds with a Response"),
        ({"photons": PHOTONS, "n": 0}, "number of simulations"), ({"photons": PHOTONS, "background": PHOTONS}, "no background"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=word):
            fakeit(unit(), seed=1, **given)
    with pytest.raises(DataError, match="of one unit"):
        fakeit(Data(unit()), PHOTONS, seed=1)
    with pytest.raises(DataError, match="background must be finite and not negative"):
        fakeit(unit(Background([1, 1, 1, 1])), PHOTONS, seed=1, background=[-1.0, 1, 1, 1])


AREA, SCALE = np.array([0.5, 0.6, 0.8, 0.9]), np.array([1.0, 2.0, 0.5, 3.0])


@pytest.mark.parametrize("gaussian", [False, True])
def test_scales_of_each_channel_hold_in_draws_and_files(tmp_path, gaussian):
    """Moments against the plain sum by hand; the files give back the same exposures, counts and errors."""
    errors = np.full(4, 0.7) if gaussian else None
    src = Source([9, 9, 9, 9], exposure=20.0, areascale=AREA, backscale=SCALE)
    bkg = Background([8, 4, 2, 1], errors, exposure=50.0, areascale=AREA[::-1], backscale=SCALE[::-1])
    one = DataUnit(src, bkg, rsp=Response.ideal(EDGES[:-1], EDGES[1:], area=3.0))
    many, n = fakeit(one, PHOTONS, seed=7, n=20000), 20000
    alpha = 20.0 * AREA / (50.0 * AREA[::-1] * SCALE[::-1] / SCALE)
    expected = 3.0 * PHOTONS * 20.0 * AREA + alpha * np.array([8, 4, 2, 1])
    assert np.all(np.abs(many.S.mean(axis=0) - expected) < 4.5 * np.sqrt(expected / n))
    assert many.S.var(axis=0) == pytest.approx(expected, rel=0.06)
    assert many.B.var(axis=0) == pytest.approx([0.49] * 4 if gaussian else [8, 4, 2, 1], rel=0.06)
    few = fakeit(one, PHOTONS, seed=7, n=1)
    few.write(tmp_path)
    back, drawn = DataUnit(tmp_path / "sim_0001.pha").channels(), few[0].channels()
    for key in ("S", "B", "sigma_S", "sigma_B", "ts", "tb", "emin", "matrix"):
        assert getattr(back, key) == pytest.approx(getattr(drawn, key), rel=1e-12)
