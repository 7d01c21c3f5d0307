"""Information criteria of results, and choosing between models with them."""

import numpy as np
import pytest
from small import make_data

from spec_lab._base import ParameterError
from spec_lab.infer import BayesInfer, Bootstrap, Infer, Posterior, compare, select_model
from spec_lab.models import Model
from spec_lab.results import criteria


def sampled(expression, data):
    infer = BayesInfer([(data, Model.parse(expression))])
    infer.fit()
    return infer.preview(seed=1)


@pytest.fixture(scope="module")
def data():
    return make_data(1)


@pytest.fixture(scope="module")
def results(data):
    return {"line": sampled("pl", data), "curved": sampled("cpl", data), "hot": sampled("bb", data)}


def test_the_table_of_criteria(results):
    reading = results["line"]
    table = reading.IC_info
    assert table.columns == ("AIC", "AICc", "BIC", "WAIC", "LOOIC", "lnZ")
    assert table["AIC"] == [reading.aic] and table["WAIC"] == [criteria.with_error(*reading.waic()[:2])]
    assert " ± " in table["LOOIC"][0] and " ± " in table["lnZ"][0]
    assert reading.waic() is reading.waic() and reading.loo() is reading.loo()  # kept: the table is asked for often
    assert reading.waic().value == pytest.approx(reading.aic, abs=2)  # a good model with few parameters


def test_what_is_not_to_be_trusted_is_said(data):
    reading = sampled("bb", data)  # a hopeless model: single channels decide
    table = reading.IC_info
    bad = reading.loo().pareto_k > 0.7
    assert bad.any() and f"in {bad.sum()} of 24 channels" in table["Remark"][0]


def test_a_channel_that_no_draw_changes_is_not_distrusted(data):
    from spec_lab.results import loo

    generator = np.random.default_rng(0)
    table = np.column_stack([-0.5 * generator.normal(size=(1000, 3)) ** 2 * 0.1, np.full(1000, -1.5)])
    found = loo(table)
    assert found.pareto_k[3] == 0 and found.pointwise[3] == pytest.approx(3.0) and found.trusted


def test_a_bootstrap_has_no_predictive_criteria(data):
    infer = Infer([(data, Model.parse("pl"))])
    best = infer.fit()
    assert isinstance(best, Bootstrap) and best.IC_info.columns == ("AIC", "AICc", "BIC")
    with pytest.raises(ParameterError, match=r"needs draws of a posterior, and 'pl' has none; .*nuts"):
        select_model([best])
    with pytest.raises(ParameterError, match=r"'pl' has no lnZ; got 'fit'. Run nested"):
        select_model([best], "lnZ")
    assert select_model([best, best], "BIC").candidates == ("pl", "pl #2")


@pytest.mark.parametrize("criterion", ["AIC", "AICc", "BIC", "WAIC", "LOOIC", "lnZ"])
def test_the_simplest_of_the_good_is_taken(results, criterion):
    found = select_model(results, criterion)
    assert found.name == "line" and found.result is results["line"] and "hot" not in found.candidates
    assert dict(zip(found.info["Model"], found.info["Verdict"], strict=True))["hot"] == "worse"
    assert min(found.info[f"Δ{criterion}"]) == 0 and repr(found) == found.info.text
    assert select_model(results, criterion, threshold=1e9).candidates[-1] in ("curved", "hot")


def test_errors_of_distances(results):
    found = select_model(results, "lnZ").info
    errors = dict(zip(found["Model"], found["± Δ"], strict=True))
    best = found["Model"][0]
    assert errors[best] == 0
    assert errors["hot"] == pytest.approx(np.hypot(results["hot"].lnZ_err, results[best].lnZ_err))
    assert "± Δ" not in select_model(results, "AIC").info.columns


def test_it_compares_only_what_can_be(results, data):
    narrower = Infer([(data.replace(u1=data["u1"].replace(notc=[10, 900])), Model.parse("pl"))]).fit()
    other = Infer([(make_data(2), Model.parse("pl"))]).fit()
    for wrong, words in ((narrower, "other energies in u1: 10–900 keV"), (other, "other data: u2")):
        with pytest.raises(ParameterError, match=f"got 'wrong: {words}"):
            select_model({"line": results["line"], "wrong": wrong}, "AIC")
        with pytest.raises(ParameterError, match=words):
            compare({"line": results["line"], "wrong": wrong})
    for nothing in ({}, [], [3]):
        with pytest.raises(ParameterError, match="nothing to choose from"):
            select_model(nothing)
    with pytest.raises(ParameterError, match=r"unknown criterion; got 'waic'; .*Did you mean WAIC\?"):
        select_model(results, "waic")


def test_a_hooked_likelihood_knows_no_channels(data, tmp_path):
    infer = BayesInfer([(data, Model.parse("pl"))])
    infer.fit()
    infer.loglike_func = lambda infer, theta: -0.5 * float(infer.problem.stat(theta))
    reading = infer.emcee(nstep=60, discard=20, random_seed=1, resume=False, savepath=tmp_path)
    reading = reading if isinstance(reading, Posterior) else Posterior(infer)
    assert "loglike_func" in reading.IC_info["Remark"][0] and "WAIC" not in reading.IC_info.columns
