"""What the documented names of analyzers and engines are on real data."""

import copy
import inspect
import math
from typing import Any

import numpy as np
import pytest
from documented_names import (
    ANALYZER_CHECKS,
    CHECKS,
    check,
    refused,
)
from numpy.testing import assert_allclose, assert_array_equal

from spec_lab._base import statistic_text
from spec_lab.infer import Bootstrap, Infer, Posterior, SampleAnalyzer


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
    assert dict(value) == expected and statistic_text(thing.min_stat) in value.text


@check(ANALYZER_CHECKS, "stat_info")
def _stat_info(thing: Any, name: str) -> None:
    assert thing.stat_info.list_dict == thing.all_stat.list_dict
    assert statistic_text(thing.stat) in thing.stat_info.text.splitlines()[0]


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
