"""Grouping: thresholds, flags, optimal widths, and the display grouping apart from the fit's."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import DataError, SpecLabWarning
from spec_lab.data import Background, DataUnit, Response, Source, fakeit, pgsig, ppsig
from spec_lab.data.grouping import Grouping, describe_grouping, from_flags, scheme, to_flags
from spec_lab.data.optimal import bins, widths


def unit(counts, bkg=None, **choices):
    counts = np.asarray(counts, dtype=float)
    edges = 1.0 + np.arange(counts.size + 1)
    return DataUnit(Source(counts), bkg, rsp=Response.ideal(edges[:-1], edges[1:]), **choices)


def ranges(one, rebin=False):
    seen = one.channels(rebin)
    return list(zip(seen.first.tolist(), seen.last.tolist(), strict=True))


def test_no_counts_are_lost_at_an_ignored_gap():
    """bayspec drops the last three channels here (windows [1,4],[6,9], min_evt 10)."""
    one = unit([4, 4, 4, 9, 5, 4, 2, 3], notc=[[1, 4], [6, 9]], grpg={"min_evt": 10})
    assert ranges(one) == [(0, 2), (5, 7)]
    assert one.channels().S.tolist() == [12, 9]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({"min_evt": 6}, [(0, 2), (3, 3), (4, 5), (6, 7)]), ({"max_bin": 3}, [(0, 2), (3, 7)]),
     ({"min_evt": 6, "max_bin": 2}, [(0, 1), (2, 3), (4, 5), (6, 7)]), ({"min_evt": 1000}, [(0, 7)]),
     ({}, [(i, i) for i in range(8)])],
)  # fmt: skip
def test_thresholds(options, expected):
    assert ranges(unit([2, 2, 2, 9, 3, 3, 5, 4], grpg=options)) == expected


@pytest.mark.filterwarnings("ignore:.*have no background counts")
def test_background_net_and_significance_thresholds():
    bkg = Background([1.0, 0, 0, 2, 0, 1, 3, 0], exposure=2.0)
    counts = [5, 2, 2, 9, 3, 3, 5, 4]
    assert all(b >= 2 for b in unit(counts, bkg, grpg={"min_bkg": 2}).channels().B)
    seen = unit(counts, bkg, grpg={"min_nevt": 5}).channels()
    assert all(seen.net >= 5)
    seen = unit(counts, bkg, stat="cstat", grpg={"min_sigma": 2.0}).channels()
    assert all(ppsig(seen.S, seen.B, seen.alpha) >= 2.0) and seen.size > 1
    gauss = Background([1.0, 0.5, 0.5, 2, 0.2, 1, 3, 0.1], np.full(8, 0.4), exposure=2.0)
    seen = unit(counts, gauss, stat="pgstat", grpg={"min_sigma": 1.5}).channels()
    assert all(pgsig(seen.S, seen.alpha * seen.B, seen.alpha * seen.sigma_B) >= 1.5) and seen.size > 1
    assert all(unit(counts, grpg={"min_sigma": 2.0}).channels().S >= 4)  # sqrt(S) without a background


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 12), min_size=2, max_size=40), st.data(), st.sampled_from(["inside", "overlap"]),
)  # fmt: skip
def test_groups_partition_what_is_noticed_and_good(counts, data, mode):
    n = len(counts)
    quality = data.draw(st.lists(st.sampled_from([0, 0, 0, 5]), min_size=n, max_size=n))
    lo = data.draw(st.integers(1, n))
    hi = data.draw(st.integers(lo + 1, n + 1))
    options = data.draw(
        st.fixed_dictionaries(
            {}, optional={"min_evt": st.integers(0, 30), "max_bin": st.integers(1, 9), "method": st.just("optimal")}
        )
    )
    edges = 1.0 + np.arange(n + 1)
    one = DataUnit(
        Source(counts, quality=quality),
        rsp=Response.ideal(edges[:-1], edges[1:]),
        notc=[lo, hi],
        notc_mode=mode,
        grpg=options,
    )
    (first, last), used = one.groups()
    everywhere = [i for a, b in zip(first, last, strict=True) for i in range(a, b + 1)]
    assert everywhere == [i for i in range(n) if quality[i] == 0]  # each good channel in one group, in order
    noticed = [i for a, b in zip(first[used], last[used], strict=True) for i in range(a, b + 1)]
    assert noticed == [i for i in range(lo - 1, hi - 1) if quality[i] == 0]
    assert used.sum() <= one.max_groups
    if "max_bin" in options and first.size:  # only a tail may make the last group of its run wider
        widths_ = last - first + 1
        after = np.append(first[1:] > last[:-1] + 1, True) | np.append(used[1:] != used[:-1], True)
        assert all(widths_[~after] <= options["max_bin"]) and all(widths_ < 2 * options["max_bin"])


def test_display_grouping_leaves_the_fit_alone():
    one = unit([2, 2, 2, 9, 3, 3, 5, 4], grpg="none", rebn={"min_evt": 10})
    assert ranges(one) == [(i, i) for i in range(8)] and ranges(one, rebin=True) == [(0, 3), (4, 7)]
    assert one.all_channels(rebin=True).size == 2 and one.max_groups == 8
    assert ranges(one.replace(rebn=None), rebin=True) == ranges(one)


def test_file_flags():
    flags = np.array([1, -1, -1, 1, 0, -1, 1, -1])
    first, last = from_flags(flags)
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == [(0, 2), (3, 3), (4, 4), (5, 5), (6, 7)]
    assert from_flags(np.array([-1, -1, 1]))[0].tolist() == [0, 2]
    assert np.array_equal(to_flags(*from_flags(to_flags(first, last, 8)), 8), to_flags(first, last, 8))
    assert from_flags(np.zeros(3, dtype=int))[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "wrong",
    [{"min_evnt": 5}, {"min_evt": "5"}, {"min_evt": -1}, {"max_bin": 0}, {"method": "best"}, {"min_evt": np.nan}, 5, "all",
     {"min_evt": True}],
)  # fmt: skip
def test_schemes_that_are_none(wrong):
    with pytest.raises(DataError, match="grouping"):
        scheme(wrong)


def test_schemes_are_hashable_and_stable():
    assert (
        scheme({"min_evt": 5, "max_bin": 3})
        == scheme({"max_bin": 3, "min_evt": 5})
        == scheme(scheme({"max_bin": 3, "min_evt": 5}))
    )
    assert (scheme(None), scheme("none"), scheme({}), scheme({"min_evt": None})) == (None, "none", "none", "none")
    assert scheme("optimal") == Grouping(method="optimal")


def test_optimal_widths_follow_kaastra_and_bleeker():
    n, fwhm = 400, 10.0
    good = np.ones(n, dtype=bool)
    elements = 1 + n / fwhm
    for level in (0.1, 3.0, 1000.0):
        x = np.log(1.314 * level * fwhm * (1 + 0.2 * np.log(elements)))
        factor = 1.0 if x <= 2.119 else (0.08 * x + 7 + 1.8 / x) / (x + 5.9)
        middle = widths(np.full(n, level), np.full(n, fwhm), good)[50:-50]
        assert set(middle.tolist()) == {int(np.floor(factor * fwhm))}
    assert bins(np.full(7, 3), 0, 6) == [(0, 2), (3, 5), (6, 6)]


def test_optimal_bins_with_a_minimum_are_merged_not_cut():
    channel = np.arange(300)
    centre = (channel + 0.5)[:, None]
    matrix = np.exp(-0.5 * ((channel[None, :] + 0.5 - centre) / 4.0) ** 2)
    response = Response(channel + 1.0, channel + 2.0, channel + 1.0, channel + 2.0, matrix)
    rng = np.random.default_rng(1)
    fine = DataUnit(Source(rng.poisson(2.0, 300)), rsp=response, grpg={"method": "optimal"})
    coarse = fine.replace(grpg={"method": "optimal", "min_evt": 40})
    assert fine.channels().size < 60 and coarse.channels().size < fine.channels().size
    assert set(coarse.channels().first) <= set(fine.channels().first)
    assert np.all(coarse.channels().S >= 40) and coarse.channels().S.sum() == fine.channels().S.sum()


def signed(counts, level, **options):
    """Groups of counts over a background of `level` in each channel, as long exposed as the source."""
    return ranges(unit(counts, Background(np.full(len(counts), float(level))), grpg=options))


def test_beside_a_threshold_unset_net_counts_are_zero_and_none_asks_for_totals():
    counts = [5, 1, 5, 9, 0, 9]
    assert signed(counts, 4, min_evt=5, min_nevt=None) == [(0, 0), (1, 2), (3, 3), (4, 5)]
    assert signed(counts, 4, min_evt=5) == [(0, 0), (1, 3), (4, 5)]  # 6 counts over 8 of background are not enough
    assert signed(counts, 4, min_evt=5, min_nevt=0) == signed(counts, 4, min_evt=5)
    assert signed(counts, 4, min_bkg=4) == [
        (i, i) for i in range(6)
    ]  # a threshold on the background asks for no net counts
    one = unit(counts, Background(np.full(6, 4.0)), grpg="none", rebn={"min_evt": 5})
    assert ranges(one, rebin=True) == [(0, 0), (1, 3), (4, 5)]


def test_optimal_bins_with_a_threshold_have_no_fewer_net_counts_than_none():
    rng = np.random.default_rng(4)
    counts, level = rng.poisson(4.0, 60), Background(np.full(60, 4.0))
    net = unit(counts, level, grpg={"method": "optimal", "min_evt": 5}).channels().net
    total = unit(counts, level, grpg={"method": "optimal", "min_evt": 5, "min_nevt": None}).channels().net
    assert (
        np.all(net[:-1] >= 0) and np.any(total[:-1] < 0) and len(net) < len(total)
    )  # an unfinished tail joins the last
    assert np.any(unit(counts, level, grpg={"method": "optimal"}).channels().net < 0)  # no threshold asks for any


def test_the_tables_tell_which_of_the_two():
    shown = [
        describe_grouping(scheme(g))
        for g in ({"min_evt": 5}, {"min_evt": 5, "min_nevt": 3}, {"min_evt": 5, "min_nevt": None})
    ]
    assert shown == ["min_evt=5", "min_evt=5, min_nevt=3", "min_evt=5, min_nevt=None"]
    held = scheme({"min_evt": 5, "min_nevt": None})
    assert scheme(held) is held and Grouping(min_evt=5) == held  # as files of earlier versions hold it


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("options", "bins"),
    [({"min_evt": 20}, 38), ({"min_evt": 100}, 33), ({"min_sigma": 3, "max_bin": 10}, 26),
     ({"min_evt": 20, "min_nevt": None}, 77), ({"min_evt": 100, "min_nevt": None}, 48)],
)  # fmt: skip
def test_the_bins_of_a_burst(real_data, options, bins):
    folder = real_data / "grb-me-he"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)
        he = DataUnit(folder / "he.src", folder / "he.bkg", rsp=folder / "he.rsp", notc=[300, 38000])
    assert he.replace(grpg=options).channels().size == bins


@pytest.mark.parametrize("place", ["source", "background"])
def test_a_bad_channel_inside_a_group_of_the_file(place):
    counts, flags = np.arange(1.0, 17.0), np.tile([1, *[-1] * 7], 2)
    quality = (np.arange(16) == 4).astype(int)
    edges = 1.0 + np.arange(17)
    src = Source(counts, grouping=flags, quality=quality if place == "source" else None)
    bkg = Background(np.full(16, 3.0), quality=quality if place == "background" else None)
    given = {"rsp": Response.ideal(edges[:-1], edges[1:]), "stat": "cstat"}
    with pytest.warns(
        SpecLabWarning, match=r"1 group .*holds a bad channel, and 31 counts in good ones; dropped whole"
    ):
        dropped = DataUnit(src, bkg, **given)
    assert dropped.channels().S.tolist() == [100.0]
    kept = DataUnit(src, bkg, bad_mode="skip", **given)
    seen = kept.channels()
    assert seen.S.tolist() == [31.0, 100.0] and seen.B.tolist() == [21.0, 24.0]
    assert seen.matrix.sum(axis=1).tolist() == [7.0, 8.0] and not seen.matrix[0, 4]
    assert np.array_equal(kept.channels(response=kept.response).matrix, seen.matrix)
    assert fakeit(kept, rate=np.ones(16), seed=1, n=3).grouped()[0].shape == (3, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DataUnit(src, bkg, notc=[9, 17], **given)  # what no window asks for is no loss
        DataUnit(src, bkg, grpg="none", **given)
    with pytest.raises(DataError, match="unknown bad_mode; got 'keep'; allowed: drop, skip"):
        dropped.replace(bad_mode="keep")


def test_bad_channels_at_the_ends_of_a_group_and_groups_of_bad_ones():
    flags, quality = np.tile([1, -1, -1, -1], 4), np.array([1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    edges = 1.0 + np.arange(17)
    src = Source(np.ones(16), grouping=flags, quality=quality)
    one = DataUnit(src, rsp=Response.ideal(edges[:-1], edges[1:]), bad_mode="skip")
    assert ranges(one) == [(1, 3), (4, 6), (12, 15)] and one.channels().emin.tolist() == [2.0, 5.0, 13.0]
