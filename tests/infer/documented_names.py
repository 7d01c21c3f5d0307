"""The documented names of the inference interface, and what each of them is on a real spectrum: type, shape, unit, a neighbour.

One check a name. It gets what the name is read on; where a name changes something, or runs an engine, it works on a copy.
"""

import copy
import inspect
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from spec_lab._base import ParameterError
from spec_lab._base.info import Info
from spec_lab.infer import Bootstrap, Infer, Pair, Posterior, SampleAnalyzer
from spec_lab.infer.par import Cfg, Par
from spec_lab.models import Model
from spec_lab.models.integration.grid import KEV_TO_ERG

INFER_METHODS = """append link unlink save prior_transform at_par calc_logprior calc_stat calc_pseudo_residual calc_loglike
calc_logprob""".split()
INFER_PROPERTIES = """pairs cdicts pdicts cfg par pvalues idpid all_config all_params free_par free_params free_plabels
clean_free_plabels free_indexed_plabels clean_free_indexed_plabels free_pvalues free_pranges free_nparams cfg_info par_info
free_par_info data_chbin_mean data_re_chbin_mean data_chbin_width data_re_chbin_width data_ctsrate data_re_ctsrate
data_ctsrate_error data_re_ctsrate_error data_ctsspec data_re_ctsspec data_ctsspec_error data_re_ctsspec_error data_phtspec
data_re_phtspec data_phtspec_error data_re_phtspec_error data_flxspec data_re_flxspec data_flxspec_error data_re_flxspec_error
data_ergspec data_re_ergspec data_ergspec_error data_re_ergspec_error model_ctsrate model_re_ctsrate model_ctsspec
model_re_ctsspec model_phtspec model_re_phtspec model_flxspec model_re_flxspec model_ergspec model_re_ergspec residual
re_residual prior_list prior logprior stat_list pseudo_residual_list weight_list stat pseudo_residual loglike_list loglike
npoint_list npoint all_stat prior_transform_func logprior_func loglike_func""".split()
BAYES = "multinest_safe_prior_transform multinest_safe_calc_loglike multinest emcee".split()
MAXLIKE = "lmfit_residual lmfit iminuit".split()
PAIR = """rate_to_fluxdensity conv_rate_to_fluxdensity model conv_ctsrate conv_ctsrate_f64 conv_re_ctsrate conv_ctsspec
conv_re_ctsspec phtspec_at_rsp re_phtspec_at_rsp flxspec_at_rsp re_flxspec_at_rsp ergspec_at_rsp re_ergspec_at_rsp cts_to_pht
re_cts_to_pht cts_to_flx re_cts_to_flx cts_to_erg re_cts_to_erg rate_to_flux conv_rate_to_flux deconv_phtspec deconv_re_phtspec
deconv_phtspec_error deconv_re_phtspec_error deconv_flxspec deconv_re_flxspec deconv_flxspec_error deconv_re_flxspec_error
deconv_ergspec deconv_re_ergspec deconv_ergspec_error deconv_re_ergspec_error residual re_residual stat_func
pseudo_residual_func stat_list pseudo_residual_list weight_list stat pseudo_residual loglike_list loglike npoint_list
npoint""".split()
ANALYZER = """sample_attribute analyzer_type save_prefix par_quantile par_error infer sample_statistic par_mean par_median
par_best par_best_ci par_truth par_Isigma par_IIsigma par_IIIsigma par_ninety_percent max_loglike aic aicc bic lnZ
free_par_info stat_info all_IC""".split()
STATISTICS = "Gstat Pstat PPstat PGstat PPstat_UL PGstat_UL".split()

Check = Callable[[Any], None]
CHECKS: dict[str, Check] = {}  # of an Infer, and of an analyzer, which is one
PAIR_CHECKS: dict[str, Check] = {}
ANALYZER_CHECKS: dict[str, Check] = {}
POWERS = {"phtspec": 0, "flxspec": 1, "ergspec": 2}
SHORT = {"phtspec": "pht", "flxspec": "flx", "ergspec": "erg"}


def check(table: dict[str, Check], *names: str) -> Callable[[Any], Any]:
    """Enter a function of (thing, name) for each of the names."""

    def enter(function: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
        for name in names:
            assert name not in table
            table[name] = lambda thing, name=name: function(thing, name)
        return function

    return enter


def failures(thing: Any, table: dict[str, Check], names: Sequence[str]) -> dict[str, str]:
    """The names whose check fails on a thing, with what it says."""
    found = {}
    for name in names:
        try:
            table[name](thing)
        except Exception as error:  # all of them are told together
            found[name] = f"{type(error).__name__}: {error}"
    return found


def units(thing: Any) -> list[Any]:
    """The data units of an Infer or a pair."""
    pairs = [thing] if isinstance(thing, Pair) else thing.pairs
    return [unit for pair in pairs for unit in pair.data.units]


def arrays(thing: Any, name: str, mark: str) -> list[np.ndarray]:
    """A documented list: one float64 array a unit, one number a group."""
    value = getattr(thing, name)
    assert isinstance(value, list) and len(value) == len(units(thing))
    for each, unit in zip(value, units(thing), strict=True):
        assert isinstance(each, np.ndarray) and each.dtype == np.float64, type(each)
        assert each.shape == getattr(unit, f"src_{mark}counts").shape
    return value


def alike(one: list[np.ndarray], other: list[Any], rtol: float = 1e-9) -> None:
    """Equal lists of arrays."""
    for a, b in zip(one, other, strict=True):
        assert_allclose(a, b, rtol=rtol)


def refused(thing: Any, call: Callable[[], Any]) -> bool:
    """Whether this is an analyzer, which refuses the call and names its Infer."""
    if isinstance(thing, SampleAnalyzer):
        before = thing.setup
        with pytest.raises(ParameterError, match=r"reads one finished run .*\.infer"):
            call()
        assert thing.setup is before
        return True
    return False


# -- spectra of an Infer: data_* and model_* ------------------------------------------------------------------------------
for _again in ("", "re_"):
    for _end in ("", "_error"):

        @check(CHECKS, f"data_{_again}ctsrate{_end}")
        def _rate(thing: Any, name: str, mark: str = _again, end: str = _end) -> None:
            for rate, unit in zip(arrays(thing, name, mark), units(thing), strict=True):
                of = lambda part, unit=unit: getattr(unit, part)  # noqa: E731
                ts, tb = of("src_efficiency")[0], of("bkg_efficiency")[0]  # counts/s: counts over exposures
                if end:
                    want = np.hypot(of(f"src_{mark}errors") / ts, of(f"bkg_{mark}errors") / tb)
                else:
                    want = of(f"src_{mark}counts") / ts - of(f"bkg_{mark}counts") / tb
                assert_allclose(rate, want, rtol=1e-9)

        @check(CHECKS, f"data_{_again}ctsspec{_end}")
        def _spec(thing: Any, name: str, mark: str = _again, end: str = _end) -> None:
            widths = getattr(thing, f"data_{mark}chbin_width")  # counts/s/keV
            times = [s * w for s, w in zip(arrays(thing, name, mark), widths, strict=True)]
            alike(times, getattr(thing, f"data_{mark}ctsrate{end}"))

        for _kind in POWERS:

            @check(CHECKS, f"data_{_again}{_kind}{_end}")
            def _unfolded(thing: Any, name: str, mark: str = _again, kind: str = _kind, end: str = _end) -> None:
                model, folded = getattr(thing, f"model_{mark}{kind}"), getattr(thing, f"model_{mark}ctsspec")
                data = getattr(thing, f"data_{mark}ctsspec{end}")
                alike(arrays(thing, name, mark), [d * m / c for d, m, c in zip(data, model, folded, strict=True)])

    @check(CHECKS, f"data_{_again}chbin_mean", f"data_{_again}chbin_width")
    def _edges(thing: Any, name: str, mark: str = _again) -> None:
        for value, unit in zip(arrays(thing, name, mark), units(thing), strict=True):
            bins = getattr(unit, f"rsp_{mark}chbin")  # keV
            assert_allclose(value, bins.mean(axis=1) if name.endswith("mean") else np.diff(bins)[:, 0])
            assert np.all(value > 0) and (name.endswith("width") or np.all(np.diff(value) > 0))

    @check(CHECKS, f"model_{_again}ctsrate")
    def _folded(thing: Any, name: str, mark: str = _again) -> None:
        models = [model for model, pair in zip(thing.Model, thing.pairs, strict=True) for _ in pair.data.units]
        want = [
            model.integ(unit.ebin, unit.time) @ getattr(unit, f"rsp_{mark}drm")  # photons/cm²/s times cm²
            for model, unit in zip(models, units(thing), strict=True)
        ]
        alike(arrays(thing, name, mark), want, rtol=1e-7)

    @check(CHECKS, f"model_{_again}ctsspec")
    def _folded_spec(thing: Any, name: str, mark: str = _again) -> None:
        widths = getattr(thing, f"data_{mark}chbin_width")
        times = [s * w for s, w in zip(arrays(thing, name, mark), widths, strict=True)]
        alike(times, getattr(thing, f"model_{mark}ctsrate"))

    @check(CHECKS, *(f"model_{_again}{kind}" for kind in POWERS))
    def _curve(thing: Any, name: str, mark: str = _again) -> None:
        kind, energies = name.rpartition("_")[2], getattr(thing, f"data_{mark}chbin_mean")
        models = [model for model, pair in zip(thing.Model, thing.pairs, strict=True) for _ in pair.data.units]
        alike(arrays(thing, name, mark), [getattr(m, kind)(E) for m, E in zip(models, energies, strict=True)])
        photons = getattr(thing, f"model_{mark}phtspec")
        factor = [KEV_TO_ERG * E ** POWERS[kind] if POWERS[kind] else np.ones(len(E)) for E in energies]
        alike(getattr(thing, name), [f * p for f, p in zip(factor, photons, strict=True)])

    @check(CHECKS, f"{_again}residual")
    def _residual(thing: Any, name: str, mark: str = _again) -> None:
        data, model = getattr(thing, f"data_{mark}ctsrate"), getattr(thing, f"model_{mark}ctsrate")
        errors = getattr(thing, f"data_{mark}ctsrate_error")
        for r, d, m, e in zip(arrays(thing, name, mark), data, model, errors, strict=True):
            known = e > 0  # without any counts the error is that of the model
            assert_allclose(r[known], ((d - m)[known] / e[known]))
            assert np.all(np.isfinite(r))


# -- statistic, likelihood and prior, of an Infer and of a pair -----------------------------------------------------------
for _table in (CHECKS, PAIR_CHECKS):

    @check(_table, "stat_list", "loglike_list", "npoint_list", "weight_list")
    def _lists(thing: Any, name: str) -> None:
        value = getattr(thing, name)
        assert isinstance(value, np.ndarray) and value.shape == (len(units(thing)),)
        want = {
            "stat_list": [float(r @ r) for r in thing.pseudo_residual_list],
            "loglike_list": -0.5 * thing.stat_list,
            "npoint_list": [unit.npoint for unit in units(thing)],
            "weight_list": [unit.weight for unit in units(thing)],
        }[name]
        assert_allclose(value, want)

    @check(_table, "stat", "loglike", "npoint")
    def _totals(thing: Any, name: str) -> None:
        value = getattr(thing, name)
        assert isinstance(value, int if name == "npoint" else float)
        want = {
            "stat": thing.stat_list @ thing.weight_list,
            "loglike": -0.5 * thing.stat,
            "npoint": thing.npoint_list.sum(),
        }
        assert value == pytest.approx(want[name])

    @check(_table, "pseudo_residual_list")
    def _signed_lists(thing: Any, name: str) -> None:
        residuals = arrays(thing, name, "")
        for r, plain in zip(
            residuals, thing.residual, strict=True
        ):  # signed like (net - model)/error, where that is clear
            clear = np.abs(plain) > 2
            assert_array_equal(np.sign(r[clear]), np.sign(plain[clear]))

    @check(_table, "pseudo_residual")
    def _signed(thing: Any, name: str) -> None:
        value = thing.pseudo_residual
        assert isinstance(value, np.ndarray) and value.shape == (thing.npoint,)
        assert float(value @ value) == pytest.approx(thing.stat)


@check(CHECKS, "all_stat")
def _all_stat(thing: Any, name: str) -> None:
    table = thing.all_stat
    assert isinstance(table, Info) and table.columns == ("Data", "Model", "Statistic", "Value", "Bins")
    assert_allclose(table["Value"][:-1], thing.stat_list * thing.weight_list)
    assert table["Bins"] == [*thing.npoint_list, thing.npoint]
    assert table["Value"][-1] == f"{thing.stat:.3f}/{thing.npoint - thing.free_nparams}"
    if isinstance(thing, SampleAnalyzer):  # at which of its two points
        assert table.title and f"{thing.stat:.3f}" in table.title and f"{thing.min_stat:.3f}" in table.title


@check(CHECKS, "prior_list", "prior", "logprior")
def _prior(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    if name == "prior_list":
        assert isinstance(value, list) and len(value) == thing.free_nparams
        assert value == pytest.approx([float(par.prior.pdf(par.val)) for par in thing.free_par.values()])
    else:
        assert isinstance(value, float)
        assert value == pytest.approx(np.prod(thing.prior_list) if name == "prior" else np.log(thing.prior))


@check(CHECKS, "prior_transform_func", "logprior_func", "loglike_func")
def _hooks(thing: Any, name: str) -> None:
    assert getattr(thing, name) is None and isinstance(getattr(type(thing), name), property)
    mine = copy.deepcopy(thing)
    called = {"loglike_func": mine.calc_loglike, "logprior_func": mine.calc_logprior}.get(name, mine.prior_transform)
    vector = np.full(thing.free_nparams, 0.5) if name == "prior_transform_func" else thing.free_pvalues
    plain = called(vector)
    setattr(mine, name, lambda infer, x: getattr(infer, called.__name__)(x) * 2.0)
    assert_allclose(called(vector), 2.0 * np.asarray(plain))
    assert getattr(thing, name) is None


# -- methods of an Infer --------------------------------------------------------------------------------------------------
@check(CHECKS, "calc_stat", "calc_loglike", "calc_logprior", "calc_logprob")
def _calc(thing: Any, name: str) -> None:
    before, theta = thing.setup, thing.free_pvalues
    value = getattr(thing, name)(theta)
    want = {"calc_stat": thing.stat, "calc_loglike": thing.loglike, "calc_logprior": thing.logprior}
    assert isinstance(value, float) and value == pytest.approx(want.get(name, thing.loglike + thing.logprior))
    away = getattr(thing, name)(theta + 0.01)
    assert thing.setup is before and (away == value) is (name == "calc_logprior")  # uniform priors, and nothing moves
    with pytest.raises(ParameterError, match="shape"):
        getattr(thing, name)([1.0])


@check(CHECKS, "calc_pseudo_residual")
def _calc_residual(thing: Any, name: str) -> None:
    value = thing.calc_pseudo_residual(thing.free_pvalues + 0.01)
    assert value.shape == (thing.npoint,) and float(value @ value) == pytest.approx(
        thing.calc_stat(thing.free_pvalues + 0.01)
    )


@check(CHECKS, "prior_transform")
def _transform(thing: Any, name: str) -> None:
    value = thing.prior_transform(np.full(thing.free_nparams, 0.25))
    assert isinstance(value, np.ndarray) and value.shape == (thing.free_nparams,)
    assert_allclose(value, [par.prior.ppf(0.25) for par in thing.free_par.values()])


@check(CHECKS, "at_par")
def _at_par(thing: Any, name: str) -> None:
    theta = thing.free_pvalues + 0.01
    if not refused(thing, lambda: thing.at_par(theta)):
        mine = copy.deepcopy(thing)
        assert mine.at_par(theta) is None
        assert_array_equal(mine.free_pvalues, theta)
        assert mine.stat == pytest.approx(thing.calc_stat(theta))


@check(CHECKS, "link", "unlink")
def _links(thing: Any, name: str) -> None:
    if name == "unlink":
        thing.unlink()  # nothing is linked: nothing to refuse
        mine = copy.deepcopy(thing.infer if isinstance(thing, SampleAnalyzer) else thing)
        mine.link(["1", "2*"])
        mine.unlink([1])
        assert all(par.mates == () for par in mine.par.values()) and mine.free_nparams == thing.free_nparams
    elif not refused(thing, lambda: thing.link([1, 2])):
        mine = copy.deepcopy(thing)
        mine.link([2, 1])  # the first named wins
        assert mine.par[1].mates == (2,) and mine.pvalues[0] == mine.pvalues[1] == thing.pvalues[1]
        assert mine.par[1].prior == thing.par[2].prior and mine.free_nparams == thing.free_nparams - 1


@check(CHECKS, "append")
def _append(thing: Any, name: str) -> None:
    data, model = thing.pairs[0]
    if not refused(thing, lambda: thing.append((data, model))):
        mine = copy.deepcopy(thing)
        for order in ((data, model), (model, data)):
            mine.append(order)
        assert len(mine.pairs) == len(thing.pairs) + 2 and mine.npoint == thing.npoint + 2 * thing.pairs[0].npoint


@check(CHECKS, "save")
def _save(thing: Any, name: str) -> None:
    folder = Path(thing._folder) / type(thing).__name__
    assert thing.save(folder) is None
    found = {path.name for path in folder.iterdir()}
    if isinstance(thing, SampleAnalyzer):
        assert found == {f"{thing.save_prefix}_{part}.json" for part in ("free_par", "stat", "IC")}
    else:
        assert {"infer_cfg.json", "infer_par.json"} <= found


# -- parameters and settings of an Infer ----------------------------------------------------------------------------------
@check(CHECKS, "pairs")
def _pairs(thing: Any, name: str) -> None:
    for pair, data, model in zip(thing.pairs, thing.Data, thing.Model, strict=True):
        assert isinstance(pair, Pair) and isinstance(pair.model, Model) and len(pair) == 2
        d, m = pair
        assert d is data and m.expression == model.expression and pair[0] is d


@check(CHECKS, "par", "free_par")
def _par(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    assert all(isinstance(par, Par) for par in value.values()) and value[1] is next(iter(value.values()))
    assert list(value) == [str(par.pid) for par in value.values()] and value[list(value)[-1]].pid == int(
        list(value)[-1]
    )
    if name == "par":
        data = 5 * len(units(thing))  # models' parameters first, then those of the data
        assert len(value) == sum(model.size for model in thing.Model) + data and value[len(value)].name == "dec"
    else:
        assert [par.free for par in value.values()] == [True] * thing.free_nparams


@check(CHECKS, "pvalues", "free_pvalues", "free_nparams")
def _values(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    if name == "pvalues":
        assert isinstance(value, tuple) and value == tuple(par.val for par in thing.par.values())
    elif name == "free_pvalues":
        assert isinstance(value, np.ndarray) and value.tolist() == [par.val for par in thing.free_par.values()]
    else:
        assert isinstance(value, int) and value == len(thing.free_par) == len(thing.free_plabels)


@check(CHECKS, "free_pranges")
def _ranges(thing: Any, name: str) -> None:
    assert thing.free_pranges == [par.range for par in thing.free_par.values()]
    assert all(low < value < high for (low, high), value in zip(thing.free_pranges, thing.free_pvalues, strict=True))


@check(CHECKS, "free_plabels", "clean_free_plabels", "free_indexed_plabels", "clean_free_indexed_plabels")
def _labels(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    assert isinstance(value, list) and all(isinstance(label, str) for label in value)
    for label, par in zip(value, thing.free_par.values(), strict=True):
        plain = par.name if name.startswith("clean") else par.label
        assert plain in label and ("indexed" not in name or f"p{par.pid}(" in label)
        assert not set(label) & set("${}\\") if name.startswith("clean") else label[0] == label[-1] == "$"


@check(CHECKS, "cfg")
def _cfg(thing: Any, name: str) -> None:
    assert all(isinstance(each, Cfg) for each in thing.cfg.values()) and thing.cfg[1].val == thing.cfg["1"].val
    assert [(c.component, c.name, c.val) for c in thing.cfg.values()] == [
        row for m in thing.Model for row in m.setting_rows
    ]


@check(CHECKS, "cdicts", "pdicts")
def _dicts(thing: Any, name: str) -> None:
    value, model, data = getattr(thing, name), thing.pairs[0].model, thing.pairs[0].data
    assert isinstance(value, dict) and list(value[model.expression]) == list(model.names)
    if name == "cdicts":
        assert value[model.expression][model.names[0]]["redshift"].val == thing.cfg[1].val == 0
    else:
        assert value[model.expression][model.names[0]]["alpha"] is thing.par[1]
        assert list(value["+".join(data.names)]) == list(data.names)
        assert list(value["+".join(data.names)][data.names[0]]) == ["sf", "bf", "rf", "ra", "dec"]


@check(CHECKS, "idpid")
def _idpid(thing: Any, name: str) -> None:
    assert thing.idpid == {id(par): {str(par.pid)} for par in thing.par.values()}  # nothing is linked here


@check(CHECKS, "all_config", "all_params", "free_params")
def _rows(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    table = {"all_config": thing.cfg_info, "all_params": thing.par_info}.get(name)
    assert isinstance(value, list) and len(value) == (thing.free_nparams if table is None else len(table))
    if name == "all_config":
        assert value == thing.cfg_info.list_dict
        return
    for row in value:
        par = thing.par[row["par#"]]  # starred where free
        assert row["par#"].endswith("*") is par.free and row["Value"] == par.val and row["Frozen"] is par.frozen
        assert row["Mates"] == set() and row["Prior"] == par.prior
        assert (row["Posterior"] is None) is (par.post is None)


@check(CHECKS, "cfg_info", "par_info")
def _tables(thing: Any, name: str) -> None:
    table, parameters = getattr(thing, name), "par#,Class,Expression,Component,Parameter,Value,Prior"
    assert isinstance(table, Info)
    assert ",".join(table.columns) == (
        parameters if name == "par_info" else "cfg#,Class,Expression,Component,Parameter,Value"
    )
    assert len(table) == len(thing.par if name == "par_info" else thing.cfg)
    assert table["Value"] == list(thing.pvalues) if name == "par_info" else [each.val for each in thing.cfg.values()]


@check(CHECKS, "free_par_info")
def _free_table(thing: Any, name: str) -> None:
    table = thing.free_par_info
    assert isinstance(table, Info) and table["par#"] == list(thing.free_par)
    if isinstance(thing, SampleAnalyzer):
        truth = ["Truth"] if isinstance(thing, Bootstrap) else []
        assert list(table.columns) == ["par#", "Class", "Expression", "Component", "Parameter", *truth, "Mean", "Median",
                                       "Best", "1sigma Best", "1sigma CI", "90% CI"]  # fmt: skip
        assert_allclose(table["Median"], thing.par_median)
        assert_allclose(table["Best"], thing.par_best)
        assert all(text[0] == "[" and text[-1] == "]" for text in table["1sigma CI"])
    else:
        assert table["Value"] == list(thing.free_pvalues) and table["Prior"] == [
            p.prior_info for p in thing.free_par.values()
        ]


# -- a pair ---------------------------------------------------------------------------------------------------------------
@check(PAIR_CHECKS, "model")
def _pair_model(pair: Any, name: str) -> None:
    assert (isinstance(pair.model, Model) and pair.model is pair[1]) or pair.model.expression == pair[1].expression


for _again in ("", "re_"):

    @check(PAIR_CHECKS, f"conv_{_again}ctsrate", *(() if _again else ("conv_ctsrate_f64",)))
    def _conv(pair: Any, name: str, mark: str = _again) -> None:
        want = [pair.model.integ(u.ebin, u.time) @ getattr(u, f"corr_rsp_{mark}drm") for u in pair.data.units]
        alike(arrays(pair, name, mark), want, rtol=1e-7)

    @check(PAIR_CHECKS, f"conv_{_again}ctsspec")
    def _conv_spec(pair: Any, name: str, mark: str = _again) -> None:
        widths = getattr(pair.data, f"rsp_{mark}chbin_width")
        times = [s * w for s, w in zip(arrays(pair, name, mark), widths, strict=True)]
        alike(times, getattr(pair, f"conv_{mark}ctsrate"))

    for _kind in POWERS:

        @check(PAIR_CHECKS, f"{_again}{_kind}_at_rsp")
        def _at_rsp(pair: Any, name: str, mark: str = _again, kind: str = _kind) -> None:
            energies = getattr(pair.data, f"rsp_{mark}chbin_mean")
            alike(arrays(pair, name, mark), [getattr(pair.model, kind)(E) for E in energies])

        @check(PAIR_CHECKS, f"{_again}cts_to_{SHORT[_kind]}")
        def _cts_to(pair: Any, name: str, mark: str = _again, kind: str = _kind) -> None:
            folded = getattr(pair, f"conv_{mark}ctsspec")
            times = [f * c for f, c in zip(arrays(pair, name, mark), folded, strict=True)]
            alike(times, getattr(pair, f"{mark}{kind}_at_rsp"))

        for _end in ("", "_error"):

            @check(PAIR_CHECKS, f"deconv_{_again}{_kind}{_end}")
            def _deconv(pair: Any, name: str, mark: str = _again, kind: str = _kind, end: str = _end) -> None:
                factors = getattr(pair, f"{mark}cts_to_{SHORT[kind]}")
                net = getattr(pair.data, f"net_{mark}ctsspec{end}")
                alike(arrays(pair, name, mark), [f * n for f, n in zip(factors, net, strict=True)])

    @check(PAIR_CHECKS, f"{_again}residual")
    def _pair_residual(pair: Any, name: str, mark: str = _again) -> None:
        net, error = getattr(pair.data, f"net_{mark}ctsrate"), getattr(pair.data, f"net_{mark}ctsrate_error")
        for r, n, m, e in zip(arrays(pair, name, mark), net, getattr(pair, f"conv_{mark}ctsrate"), error, strict=True):
            assert_allclose(r[e > 0], ((n - m)[e > 0] / e[e > 0]))


@check(PAIR_CHECKS, "stat_func", "pseudo_residual_func")
def _functions(pair: Any, name: str) -> None:
    d, function = pair.data, getattr(pair, name)
    given = zip(d.src_counts, d.bkg_counts, pair.conv_ctsrate, d.corr_src_efficiency, d.corr_bkg_efficiency, d.src_errors,
                d.bkg_errors, d.stats, strict=True)  # fmt: skip
    assert list(inspect.signature(function).parameters) == ["S", "B", "m", "ts", "tb", "sigma_S", "sigma_B", "stat"]
    want = pair.stat_list if name == "stat_func" else pair.pseudo_residual_list
    for one, known in zip(given, want, strict=True):
        assert_allclose(function(*one), known, rtol=1e-7, atol=1e-9)
        assert np.all(function(*one[:2], one[2] * np.nan, *one[3:]) == np.inf)


@check(PAIR_CHECKS, "rate_to_flux", "conv_rate_to_flux")
def _rate_to_flux(pair: Any, name: str) -> None:
    value = getattr(pair, name)
    assert isinstance(value, list) and all(isinstance(each, float) and each > 0 for each in value)
    rates = pair.conv_ctsrate if name.startswith("conv") else pair.data.net_ctsrate
    for each, rate, bins in zip(value, rates, pair.data.rsp_chbin, strict=True):  # erg/cm²/s for a count/s
        assert each * rate.sum() == pytest.approx(pair.model.ergflux(bins.min(), bins.max()), rel=1e-6)


@check(PAIR_CHECKS, "rate_to_fluxdensity", "conv_rate_to_fluxdensity")
def _rate_to_density(pair: Any, name: str) -> None:
    value, photons = getattr(pair, name)(E=2.0), np.array(getattr(pair, name)(2.0, None, "NE"))
    rates = pair.conv_ctsrate if name.startswith("conv") else pair.data.net_ctsrate
    assert isinstance(value, list) and len(value) == len(pair.data.units)
    assert_allclose(photons * [rate.sum() for rate in rates], pair.model.phtspec(2.0))
    assert_allclose(value, KEV_TO_ERG * 2.0 * photons)
    assert_allclose(np.array(getattr(pair, name)(2.0, unit="Jy")) / value, 1e6 / 2.417989, rtol=1e-6)
    with pytest.raises(ParameterError, match="'NE', 'fv' or 'Jy'"):
        getattr(pair, name)(unit="counts")


# -- analyzers ------------------------------------------------------------------------------------------------------------
@check(ANALYZER_CHECKS, "sample_attribute", "analyzer_type", "save_prefix")
def _words(thing: Any, name: str) -> None:
    documented = {
        Posterior: ("posterior_sample", "Posterior Results", "post"),
        Bootstrap: (Bootstrap.sample_attribute, "Bootstrap Results", "boot"),
        SampleAnalyzer: (None, "Sample Analysis Results", "sample"),
    }[type(thing)]
    assert (thing.sample_attribute, thing.analyzer_type, thing.save_prefix) == documented
    assert thing.analyzer_type in repr(thing)


@check(ANALYZER_CHECKS, "infer")
def _infer(thing: Any, name: str) -> None:
    assert isinstance(thing.infer, Infer) and not isinstance(thing.infer, SampleAnalyzer) and isinstance(thing, Infer)
    assert thing.infer.npoint == thing.npoint


@check(ANALYZER_CHECKS, "par_mean", "par_median", "par_best", "par_best_ci", "par_truth")
def _points(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    assert isinstance(value, np.ndarray) and value.shape == (thing.free_nparams,)
    low, high = thing.par_Isigma.T
    if name == "par_truth":
        known = isinstance(thing, Bootstrap)
        assert_array_equal(value, thing.par_best) if known else np.testing.assert_array_equal(np.isnan(value), True)
    else:
        assert_allclose(value, [getattr(par.post, name.removeprefix("par_")) for par in thing.free_par.values()])
        assert name == "par_best" or np.all((low <= value) & (value <= high))
    if name == "par_best":
        assert_array_equal(value, thing.free_pvalues)  # where the analyzer stands


@check(ANALYZER_CHECKS, "par_Isigma", "par_IIsigma", "par_IIIsigma", "par_ninety_percent")
def _intervals(thing: Any, name: str) -> None:
    value = getattr(thing, name)
    q = {"par_Isigma": 0.6827, "par_IIsigma": 0.9545, "par_IIIsigma": 0.9973, "par_ninety_percent": 0.9}[name]
    assert isinstance(value, np.ndarray) and value.shape == (thing.free_nparams, 2)
    assert_allclose(value, thing.par_quantile([0.5 - q / 2, 0.5 + q / 2]))
    assert np.all(value[:, 0] < thing.par_median) and np.all(thing.par_median < value[:, 1])


@check(ANALYZER_CHECKS, "par_quantile")
def _quantile(thing: Any, name: str) -> None:
    assert thing.par_quantile(0.5).shape == (thing.free_nparams,)
    value = thing.par_quantile([0.16, 0.5, 0.84])
    assert value.shape == (thing.free_nparams, 3) and np.all(np.diff(value) > 0)
    assert_allclose(value[:, 1], thing.par_median)


@check(ANALYZER_CHECKS, "par_error")
def _error(thing: Any, name: str) -> None:
    value = thing.par_error(thing.par_median, q=0.9)
    assert value.shape == (thing.free_nparams, 2)
    low, high = thing.par_ninety_percent.T
    assert_allclose(value, np.stack([thing.par_median - low, high - thing.par_median], axis=1))
    assert_allclose(thing.par_error(thing.par_median)[:, 1], thing.par_Isigma[:, 1] - thing.par_median)


@check(ANALYZER_CHECKS, "sample_statistic")
def _statistic(thing: Any, name: str) -> None:
    value = thing.sample_statistic
    assert list(value) == ["mean", "median", "Isigma", "IIsigma", "IIIsigma"]
    for key, array in value.items():
        assert_allclose(array, getattr(thing, f"par_{key}"))
    assert_allclose(value["mean"], thing.sample.mean(axis=0))


@check(ANALYZER_CHECKS, "max_loglike")
def _max_loglike(thing: Any, name: str) -> None:
    best = thing.par_best
    assert isinstance(thing.max_loglike, float) and thing.max_loglike == pytest.approx(thing.calc_loglike(best))
    assert thing.max_loglike == pytest.approx(thing.loglike) and -2 * thing.max_loglike >= thing.min_stat - 1e-6


@check(ANALYZER_CHECKS, "aic", "aicc", "bic")
def _criteria(thing: Any, name: str) -> None:
    k, n = thing.free_nparams, thing.npoint  # at the maximum
    aic = thing.min_stat + 2 * k
    want = {"aic": aic, "aicc": aic + 2 * k * (k + 1) / (n - k - 1), "bic": thing.min_stat + k * math.log(n)}[name]
    assert isinstance(getattr(thing, name), float) and getattr(thing, name) == pytest.approx(want)


@check(ANALYZER_CHECKS, "lnZ")
def _evidence(thing: Any, name: str) -> None:
    assert (thing.lnZ is None) is isinstance(thing, Bootstrap)
    if thing.lnZ is not None:  # below the maximum of the likelihood, above it times the prior's share of one σ
        assert isinstance(thing.lnZ, float) and thing.lnZ_err > 0
        assert -0.5 * thing.min_stat - 30 < thing.lnZ < -0.5 * thing.min_stat


@check(ANALYZER_CHECKS, "all_IC")
def _all_ic(thing: Any, name: str) -> None:
    value = thing.all_IC
    expected = {"AIC": thing.aic, "AICc": thing.aicc, "BIC": thing.bic}
    expected |= {} if thing.lnZ is None else {"lnZ": thing.lnZ, "lnZ_err": thing.lnZ_err}
    assert list(value) == list(expected) and all(isinstance(each, float) for each in value.values())
    assert dict(value) == expected and f"{thing.min_stat:.3f}" in value.text


@check(ANALYZER_CHECKS, "stat_info")
def _stat_info(thing: Any, name: str) -> None:
    assert (
        thing.stat_info.list_dict == thing.all_stat.list_dict
        and f"{thing.stat:.3f}" in thing.stat_info.text.splitlines()[0]
    )


ANALYZER_CHECKS["free_par_info"] = CHECKS["free_par_info"]


# -- engines --------------------------------------------------------------------------------------------------------------
@check(CHECKS, "multinest_safe_prior_transform", "multinest_safe_calc_loglike")
def _callbacks(thing: Any, name: str) -> None:
    n = thing.free_nparams
    if name == "multinest_safe_prior_transform":
        cube = [0.25] * n + [9.0]
        assert thing.multinest_safe_prior_transform(cube, n, n) is None
        assert_allclose(cube, [*thing.prior_transform([0.25] * n), 9.0])
    else:
        value = thing.multinest_safe_calc_loglike(list(thing.free_pvalues), n, n, 0.0)
        assert isinstance(value, float) and value == pytest.approx(thing.loglike)
        assert thing.multinest_safe_calc_loglike([np.nan] * n, n, n, 0.0) == -2e100


@check(CHECKS, "lmfit_residual")
def _lmfit_residual(thing: Any, name: str) -> None:
    lmfit = pytest.importorskip("lmfit")
    parameters = lmfit.Parameters()
    for par in thing.free_par.values():
        parameters.add(f"p{par.pid}_{par.name}", value=par.val)
    assert_allclose(thing.lmfit_residual(parameters), thing.pseudo_residual, rtol=1e-7, atol=1e-9)


@check(CHECKS, "lmfit", "iminuit")
def _best_fit(thing: Any, name: str) -> None:
    pytest.importorskip(name)
    assert inspect.signature(getattr(thing, name)).parameters["savepath"].default is None
    if not refused(thing, lambda: getattr(thing, name)()):
        mine = copy.deepcopy(thing)
        found = getattr(mine, name)()
        assert isinstance(found, Bootstrap) and mine.stat <= thing.stat + 1e-6
        assert_allclose(found.par_truth, mine.free_pvalues)
        assert found.errors.shape == (thing.free_nparams,) and np.all(found.errors > 0)


@check(CHECKS, "emcee")
def _emcee(thing: Any, name: str) -> None:
    defaults = {k: p.default for k, p in inspect.signature(thing.emcee).parameters.items() if k != "options"}
    assert defaults == {"nstep": 1000, "discard": 100, "resume": True, "savepath": "./", "random_seed": None}
    if not refused(thing, lambda: thing.emcee(savepath=None)):
        found = copy.deepcopy(thing).emcee(nstep=40, discard=20, savepath=None, random_seed=1)
        assert isinstance(found, Posterior) and found.sample.shape == (20 * 32, thing.free_nparams)
        assert_allclose(found.par_median, thing.free_pvalues, atol=0.2)


@check(CHECKS, "multinest")
def _multinest(thing: Any, name: str) -> None:
    defaults = {k: p.default for k, p in inspect.signature(thing.multinest).parameters.items() if k != "options"}
    assert defaults == {"nlive": 500, "resume": True, "verbose": False, "max_iter": None, "ins": True, "savepath": "./",
                        "random_seed": None}  # fmt: skip
    refused(
        thing, lambda: thing.multinest(savepath=None)
    )  # it runs in test_infer_real_names, and in the tests of engines
