"""What the documented methods and the names of parameters and settings are on real data."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documented_names import (
    CHECKS,
    check,
    refused,
    units,
)
from numpy.testing import assert_allclose, assert_array_equal

from spec_lab._base import ParameterError
from spec_lab._base.info import Info
from spec_lab.infer import Bootstrap, Pair, SampleAnalyzer
from spec_lab.infer.par import Cfg, Par
from spec_lab.models import Model


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
