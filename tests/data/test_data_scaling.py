"""BACKSCAL and AREASCAL, numbers and vectors, against Sherpa's published W statistics; sums that NaN cannot leave."""

import numpy as np
import pytest

from spec_lab.data import Background, DataUnit, Response, Source
from spec_lab.data.scaling import grouped_scale, sums

MODEL = 9.1 + 2.1 * np.arange(1, 6)  # counts a channel


def unit(src_area, bkg_area, rule):
    src = Source([10, 13, 9, 17, 21], exposure=150, backscale=0.01, areascale=src_area, grouping=[1, -1, 1, -1, 1])
    bkg = Background([2, 1, 0, 2, 2], exposure=550, backscale=[0.05, 0.06, 0.04, 0.04, 0.07], areascale=bkg_area)
    edges = np.arange(1.0, 7.0)
    return DataUnit(src, bkg, rsp=Response.ideal(edges[:-1], edges[1:]), stat="cstat", scale_rule=rule)


def xlogy(x, y):
    return np.where(x > 0, x * np.log(np.where(x > 0, y, 1.0)), 0.0)


def w_statistic(seen, counts):
    m, S, B, ts, tb = counts / seen.ts, seen.S, seen.B, seen.ts, seen.tb
    b = (ts + tb) * m - S - B
    d = np.sqrt(b * b + 4 * (ts + tb) * B * m)
    f = np.where(b >= 0, 2 * B * m / (b + d), (d - b) / (2 * (ts + tb)))
    terms = ts * m + (ts + tb) * f - xlogy(S, ts * (m + f)) - xlogy(B, tb * f) - S + xlogy(S, S) - B + xlogy(B, B)
    return 2 * terms.sum()


@pytest.mark.parametrize(
    ("src_area", "bkg_area", "expected"),
    [(1.0, 1.0, 1.81735155799), (1.0, 0.8, 1.834065760994),
     ([0.9, 0.9, 0.8, 0.9, 0.7], [1.2, 1.2, 1.2, 1.1, 1.4], 1.802839135528)],
)  # fmt: skip
def test_sherpas_numbers_come_out_under_its_rule(src_area, bkg_area, expected):
    seen = unit(src_area, bkg_area, "sherpa").channels()
    assert w_statistic(seen, sums(MODEL, seen.first, seen.last)) == pytest.approx(expected, abs=1e-8)
    other = unit(src_area, bkg_area, "xspec").channels()
    assert not np.allclose(other.tb, seen.tb)  # the rules really differ


def test_plain_c_statistic_of_the_same_counts():
    seen = unit(1.0, 1.0, "xspec").channels()
    mu = sums(MODEL, seen.first, seen.last)
    assert 2 * np.sum(mu - seen.S + xlogy(seen.S, seen.S / mu)) == pytest.approx(1.75191290087, abs=1e-10)


def test_xspecs_rule_is_the_count_weighted_harmonic_mean():
    counts, scale = np.array([3.0, 0.0, 5.0, 0.0, 0.0]), np.array([0.5, 9.0, 2.0, 1.0, 4.0])
    first, last = np.array([0, 3]), np.array([2, 4])
    expected = [8 / (3 / 0.5 + 5 / 2.0), 2 / (1 / 1.0 + 1 / 4.0)]
    assert grouped_scale(scale, counts, first, last, "xspec") == pytest.approx(expected)
    assert grouped_scale(scale, counts, first, last, "xspec", net=True) == pytest.approx([11.5 / 3, 2.5])
    assert grouped_scale(scale, counts, first, last, "sherpa") == pytest.approx([4.75, 2.5])


def test_numbers_give_the_same_under_both_rules():
    edges = np.arange(1.0, 4.0)
    src, bkg = (
        Source([1, 2], exposure=10, backscale=2.0, areascale=0.5),
        Background([3, 4], exposure=30, backscale=8.0, areascale=0.25),
    )
    for rule in ("xspec", "sherpa"):
        seen = DataUnit(src, bkg, rsp=Response.ideal(edges[:-1], edges[1:]), scale_rule=rule).channels()
        assert seen.ts == pytest.approx(5.0) and seen.tb == pytest.approx(30 * 0.25 * 4.0)


def test_zero_scales_make_channels_bad_not_numbers_infinite():
    from spec_lab._base import SpecLabWarning

    with pytest.warns(SpecLabWarning, match="unusable scales"):
        bkg = Background([3, 4, 5], backscale=[1.0, 0.0, 1.0])
    edges = np.arange(1.0, 5.0)
    seen = DataUnit(Source([1, 2, 3]), bkg, rsp=Response.ideal(edges[:-1], edges[1:])).channels()
    assert seen.first.tolist() == [0, 2] and np.isfinite(seen.tb).all()


def test_sums_do_not_look_outside_their_groups():
    values = np.array([1.0, np.nan, 3.0, 4.0, np.inf, 6.0])
    assert sums(values, np.array([0, 2, 5]), np.array([0, 3, 5])).tolist() == [1.0, 7.0, 6.0]
    table = np.stack([values, 2 * values])
    assert sums(table, np.array([2]), np.array([3]), axis=1).tolist() == [[7.0], [14.0]]
    assert sums(values, np.array([], dtype=int), np.array([], dtype=int)).shape == (0,)
    assert sums(table, np.array([], dtype=int), np.array([], dtype=int), axis=1).shape == (2, 0)
