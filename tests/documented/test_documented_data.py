"""Documented names of data: quantities of units, rows by number, tables, files."""

import json
import pickle
import shutil

import numpy as np
import pytest
from small import make_data, make_unit

from spec_lab import Infer, datasets
from spec_lab._base import ParameterError
from spec_lab._base.info import Info
from spec_lab.data import Data, DataUnit
from spec_lab.data.quantities import QUANTITIES
from spec_lab.infer import Pair
from spec_lab.models import cpl


@pytest.fixture(scope="module")
def burst():
    return datasets.load("burst")


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_quantity_has_the_groups_of_its_grouping(name):
    unit = make_unit(1, rebn={"max_bin": 4})
    value, groups = getattr(unit, name), 6 if "_re_" in name else 24
    assert isinstance(value, np.ndarray) and np.all(np.isfinite(value))
    assert value.shape == {"drm": (24, groups), "bin": (groups, 2)}.get(name[-3:], (groups,))
    data = Data([("a", unit), ("b", unit)])
    for one in getattr(data, name):
        np.testing.assert_array_equal(one, value)


@pytest.mark.parametrize("mark", ["", "re_"])
def test_rates_hang_together(burst, mark):
    for unit in burst.units:
        of = lambda name, unit=unit: getattr(unit, name.format(mark))  # noqa: E731
        if not mark:
            np.testing.assert_allclose(of("src_ctsrate") * unit.src_efficiency, of("src_counts"))
            np.testing.assert_allclose(unit.alpha, unit.src_efficiency / unit.bkg_efficiency)
        np.testing.assert_allclose(of("net_{}ctsrate"), of("src_{}ctsrate") - of("bkg_{}ctsrate"))
        np.testing.assert_allclose(
            of("net_{}ctsrate_error") ** 2, of("src_{}ctsrate_error") ** 2 + of("bkg_{}ctsrate_error") ** 2
        )
        np.testing.assert_allclose(of("net_{}ctsspec") * of("rsp_{}chbin_width"), of("net_{}ctsrate"))
        np.testing.assert_allclose(of("rsp_{}chbin").mean(axis=1), of("rsp_{}chbin_mean"))
        assert of("rsp_{}drm").shape == (len(unit.ebin), len(of("src_{}counts")))


def test_data_list_what_its_units_say(burst):
    assert burst.stats == [unit.stat for unit in burst.units]
    assert burst.notcs == [unit.notc for unit in burst.units]
    assert burst.weights.tolist() == [1.0, 1.0] and burst.times == [None, None]
    assert burst.npoints.tolist() == [unit.npoint for unit in burst.units]
    assert burst.net_counts_upperlimit(0.9) == [unit.net_counts_upperlimit(0.9) for unit in burst.units]
    assert burst.net_ctsrate_upperlimit() == [unit.net_ctsrate_upperlimit() for unit in burst.units]


def test_data_list_what_their_units_hold(burst):
    assert burst.srcs == [unit.src for unit in burst.units] and burst.bkgs == [unit.bkg for unit in burst.units]
    assert burst.rsps == [unit.response for unit in burst.units]
    assert burst.grpgs == [unit.grpg for unit in burst.units] and burst.rebns == [unit.rebn for unit in burst.units]
    assert burst.nbin == [unit.nbin for unit in burst.units] and burst.ebin.shape == (sum(burst.nbin), 2)
    np.testing.assert_array_equal(burst.ebin[: burst.nbin[0]], burst.units[0].ebin)
    for name in ("net_counts_significance_limit", "net_ctsrate_significance_limit"):
        assert getattr(burst, name)(3) == [getattr(unit, name)(3) for unit in burst.units]


def test_what_may_be_fitted_of_data_reads_by_number(burst):
    names = ["sf", "bf", "rf", "ra", "dec"]
    for unit in burst.units:
        assert list(unit.params) == names and list(unit.par) == ["1", "2", "3", "4", "5"]
        assert unit.par[3].val == unit.par["3"].value == 1.0 and unit.par[3].frozen and unit.par[3].range == (1.0, 1.0)
        assert unit.pvalues == (1.0, 1.0, 1.0, 0.0, 0.0) and unit.cfg == unit.config == {}
        assert str(unit.par[4].prior) == "unif(0, 360)" and unit.par[4].unit == "deg"
        with pytest.raises(ParameterError, match=r"infer\.par"):
            unit.par[3].val = 1.1
    assert list(burst.pdicts) == list(burst.cdicts) == list(burst.names) and list(burst.pdicts["bg"]) == names
    assert len(burst.par) == 10 and burst.par[6].name == "sf" and burst.par[6].component == "bg"
    assert burst.pvalues == 2 * burst.units[0].pvalues and burst.cfg == {} and burst.all_config == []
    assert burst.all_params == burst.par_info.list_dict and burst.cfg_info.columns[0] == "cfg#"


def test_corrected_exposures_and_responses_know_the_factors_of_the_fit(burst):
    unit = burst.units[0]
    for name in ("src_efficiency", "bkg_efficiency", "rsp_drm", "rsp_re_drm"):
        np.testing.assert_array_equal(getattr(unit, f"corr_{name}"), getattr(unit, name))
    infer = Infer([(burst, cpl(alpha=-1.5, logA=2.0))])
    assert infer.pairs[0].data is infer.Data[0] is burst
    for pid, value in (("na.rf", 1.2), ("bg.sf", 0.9), ("bg.bf", 1.1)):
        infer.par[pid].val = value
    pair = infer.pairs[0]
    data = pair.data
    assert data == burst and data is not burst and data["na"].par[3].val == 1.2 and unit.par[3].val == 1.0
    np.testing.assert_allclose(data.corr_rsp_drm[0], 1.2 * burst.rsp_drm[0])
    np.testing.assert_allclose(data.corr_rsp_re_drm[0], 1.2 * burst.rsp_re_drm[0])
    np.testing.assert_allclose(data.corr_src_efficiency[1], 0.9 * burst.src_efficiency[1])
    np.testing.assert_allclose(data["bg"].corr_bkg_efficiency, 1.1 * burst.bkg_efficiency[1])
    given = zip(data.src_counts, data.bkg_counts, pair.conv_ctsrate, data.corr_src_efficiency,
                data.corr_bkg_efficiency, data.src_errors, data.bkg_errors, data.stats, strict=True)  # fmt: skip
    assert [pair.stat_func(*one) for one in given] == pytest.approx(pair.stat_list.tolist(), rel=1e-9)
    for name, given in (("net_ctsrate_upperlimit", 0.9), ("net_ctsrate_significance_limit", 3)):
        assert getattr(data, name)(given)[1] == pytest.approx(getattr(burst, name)(given)[1] / 0.9)
    again = pickle.loads(pickle.dumps(data))
    assert again.pvalues == data.pvalues and Infer([(data, cpl())]).par["na.rf"].val == 1.0  # a new fit begins anew


def test_tables_are_saved(burst, tmp_path):
    burst.save(tmp_path)
    burst.units[0].save(tmp_path)
    assert json.loads((tmp_path / "data.json").read_text()) == json.loads(json.dumps(burst.info.list_dict))
    assert json.loads((tmp_path / "dataunit.json").read_text())[0]["Property"] == "src"


def test_a_number_after_a_colon_is_a_row(burst_spectra):
    folder, two = burst_spectra
    plain = {"bkg": str(folder / "na.bak"), "rsp": str(folder / "na.rsp")}
    by_tuple, by_colon = DataUnit(src=(str(two), 1), **plain), DataUnit(src=f"{two}:1", **plain)
    np.testing.assert_array_equal(by_colon.src_counts, by_tuple.src_counts)
    assert by_colon.src_counts.sum() != DataUnit(src=f"{two}:0", **plain).src_counts.sum()
    odd = folder / "na.pha:1"
    shutil.copy(folder / "na.pha", odd)
    assert DataUnit(src=str(odd), **plain).src_counts.sum() > 0  # a file may be called that


def test_a_table_by_its_documented_names():
    table = Info.from_dict({"a": [1, 2], "b": ["x", "y"]})
    assert table == Info({"a": [1, 2], "b": ["x", "y"]})
    assert table.data_list_dict == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert table.data_frame.to_dict("list") == table.data_dict
    assert table.text_table == table.text and table.html_table == table.html


@pytest.mark.parametrize("stat", ["pgstat", "cstat", "chi2", "ULpgstat"])
def test_functions_of_a_pair_give_what_its_lists_hold(stat):
    pair = Pair(make_data(1, 2, stat=stat), cpl(logA=2.0))
    data = pair.data
    given = zip(
        data.src_counts, data.bkg_counts, pair.conv_ctsrate, data.src_efficiency, data.bkg_efficiency,
        data.src_errors, data.bkg_errors, data.stats, strict=True,
    )  # fmt: skip
    for i, unit in enumerate(given):
        assert pair.stat_func(*unit) == pytest.approx(pair.stat_list[i], rel=1e-9)
        signed = pair.pseudo_residual_func(*unit)  # a limit has one
        np.testing.assert_allclose(signed, pair.pseudo_residual_list[i][: len(signed)], rtol=1e-7)
        S, B, m, *rest = unit
        assert pair.stat_func(S, B, m * np.nan, *rest) == np.inf
        assert np.all(pair.pseudo_residual_func(S=S, B=B, m=m * np.inf, ts=rest[0], tb=rest[1], sigma_S=rest[2],
                                                sigma_B=rest[3], stat=rest[4]) == np.inf)  # fmt: skip


def test_the_documented_doors():
    from spec_lab.infer import analyzer, infer, pair, statistic

    homes = {
        infer: "Infer BayesInfer MaxLikeFit",
        pair: "Pair",
        analyzer: "SampleAnalyzer Posterior Bootstrap",
        statistic: "Statistic StatisticNB",
    }
    for home, names in homes.items():
        assert all(isinstance(getattr(home, name), type) for name in names.split())


def test_significances_at_their_door():
    from spec_lab.data.significance import pgsig, ppsig

    assert pgsig(12, 4, 1) == pytest.approx(2.811031177417379, rel=1e-12)
    assert ppsig(12, 8, 0.5) == pytest.approx(2.4359125553670857, rel=1e-12)
