"""Profiles, comparisons and figures of a fit."""

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, compare, unif
from spec_lab._base import ParameterError
from spec_lab.models import cpl, pl


def fitted(model, **more):
    infer = BayesInfer([(make_data(1, **more), model)])
    norm = infer.par[f"{model.expression}.logA"]
    norm.prior, norm.val = unif(-3, 5), 2.0
    return infer, infer.fit()


@pytest.fixture(scope="module")
def power_law():
    return fitted(pl())


def test_a_profile_of_a_linear_problem_is_its_parabola(power_law):
    _, fit = power_law
    for pid, best, error in zip((1, "pl.logA"), fit.par_truth, fit.errors, strict=True):
        found = fit.profile(pid)
        assert len(found.values) == 31 and found.delta.min() == pytest.approx(0, abs=1e-6)
        assert found.interval() == pytest.approx((best - error, best + error), abs=0.05 * error)
        assert found.interval(4.0) == pytest.approx((best - 2 * error, best + 2 * error), abs=0.1 * error)


def test_a_profile_refits_the_others_and_moves_nothing(power_law):
    infer, fit = power_law
    before = infer.setup
    value = float(fit.par_truth[0] + 2 * fit.errors[0])
    (delta,) = fit.profile(1, [value]).delta
    infer.par[1].frozen_at(value)
    refitted = infer.fit().outcome.stat
    assert delta == pytest.approx(refitted - fit.outcome.stat, abs=1e-6)
    infer.par[1].thaw()
    infer.at_par(fit.par_truth)
    np.testing.assert_allclose(infer.setup.values, before.values)


def test_a_profile_ends_at_the_prior_and_says_where_it_never_rises(power_law):
    infer, fit = power_law
    edge = float(fit.par_truth[0] + 0.5 * fit.errors[0])
    infer.par[1].prior = unif(-5, edge)
    cut = infer.fit().profile(1)
    assert cut.values.max() == pytest.approx(edge)
    assert np.isnan(cut.interval()[1]) and np.isfinite(cut.interval()[0])
    assert "nan" in repr(cut)
    infer.par[1].prior = unif(-5, 5)


def test_a_frozen_parameter_has_no_profile(power_law):
    with pytest.raises(ParameterError, match="free parameter"):
        power_law[1].profile("u1.sf")


def test_figures_are_figures(power_law):
    infer, fit = power_law
    assert infer.spectrum(title="mine").axes[0].get_title() == "mine"
    assert fit.profile(1).figure().axes[0].get_ylabel() == r"$\Delta$ statistic"


def test_models_of_the_same_data_are_compared(power_law):
    infer, fit = power_law
    other, curved = fitted(cpl())
    table = compare({"curved": curved, "straight": fit})
    assert sorted(table["Model"]) == ["curved", "straight"] and table["ΔAIC"][0] == 0
    assert table["AIC"] == sorted(table["AIC"]) and "lnZ" not in table.columns
    assert dict(zip(table["Model"], table["dof"], strict=True)) == {"curved": 21, "straight": 22}
    sampled = compare({"curved": other.preview(draws=2000), "straight": infer.preview(draws=2000)})
    assert sum(sampled["Probability"]) == pytest.approx(1, abs=0.01)
    best = int(np.argmax(sampled["Probability"]))
    assert sampled["Model"][best] == "straight"  # the truth has no curvature


def test_different_data_are_not_compared(power_law):
    with pytest.raises(ParameterError, match="same data"):
        compare({"a": power_law[1], "b": fitted(pl(), notc=[10, 100])[1]})
    with pytest.raises(ParameterError, match="nothing"):
        compare({})
