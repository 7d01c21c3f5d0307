"""Documented arguments as documented code types them, and what they answer to mistakes."""

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, MaxLikeFit, unif
from spec_lab._base import ModelError, ParameterError, statistic_text
from spec_lab.infer import Posterior, compare
from spec_lab.models import cpl, pl


@pytest.fixture(scope="module")
def posterior():
    infer = BayesInfer([(make_data(1), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.0
    return infer.preview(draws=500)


def test_a_hook_that_answers_nonsense_is_named():
    infer = BayesInfer([(make_data(1), pl())])
    for answer in ("much", [1.0, 2.0], None, {}):
        infer.loglike_func = lambda self, theta, answer=answer: answer
        with pytest.raises(ParameterError, match=r"loglike_func returned .* allowed: one number"):
            infer.calc_loglike(infer.free_pvalues)
        with pytest.raises(ParameterError, match="loglike_func returned"):
            infer.emcee(nstep=5, discard=1, savepath=None)
    infer.loglike_func = lambda self, theta: np.array([-1.5])
    assert infer.calc_loglike(infer.free_pvalues) == -1.5
    infer.prior_transform_func = lambda self, cube: cube[:1]
    with pytest.raises(ParameterError, match="allowed: 2 numbers"):
        infer.prior_transform([0.5, 0.5])


def test_numbers_are_places_and_text_is_a_parameter():
    infer = BayesInfer([(make_data(1), cpl())])
    infer.par[1].frozen = True
    assert [infer.free_par[place].pid for place in (1, np.int64(2))] == [2, 3]
    assert infer.free_par["2"].pid == 2 and infer.free_par["cpl.logA"].pid == 3
    for wrong in (0, 3, -1, "1", "cpl.alpha", True):
        with pytest.raises(
            ParameterError, match=r"allowed: places 1 to 2, or '2', '3'\. Every parameter is in infer\.par"
        ):
            infer.free_par[wrong]
        assert wrong not in infer.free_par
    assert 1 in infer.free_par and "3" in infer.free_par and list(infer.free_par) == ["2", "3"]
    assert infer.cfg[1].name == infer.cfg["1"].name == "redshift"
    with pytest.raises(ParameterError, match="there is no such number; got 4; allowed: 1 to 3"):
        infer.cfg[4]
    infer.par["1"].value = -1.25
    assert infer.par[1].val == -1.25


def at_its_bound():
    infer = MaxLikeFit([(make_data(1), pl(alpha=0.0))])
    infer.par[1].prior, infer.par[2].prior = unif(-5, 0), unif(-3, 5)
    return infer


def test_a_start_at_a_bound_or_outside_does_not_keep_a_fit_there(monkeypatch):
    best = at_its_bound().fit().outcome.stat
    for start in (0.0, 50.0, -5.0):
        infer = at_its_bound()
        infer.par[1].val = start
        assert infer.lmfit().outcome.stat == pytest.approx(best, abs=1e-4)
    monkeypatch.setattr("spec_lab.engines.lmfit.INSIDE", 0.0)
    stuck = at_its_bound()
    stuck.par[1].val = -50.0
    outcome = stuck.lmfit().outcome
    assert outcome.status == "doubtful" and f"falls to {statistic_text(best)} nearby" in outcome.message


@pytest.mark.slow
def test_variational_draws_far_from_the_best_fit_are_doubted():
    infer = BayesInfer([(make_data(1), pl(alpha=9.9))])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.0
    good = infer.svi(steps=500)  # from far away
    assert good.outcome.status == "converged" and good.par_mean[0] == pytest.approx(-1.602, abs=0.02)
    bad = infer.svi(steps=200, rate=5.0)  # steps too long to arrive
    assert bad.outcome.status == "doubtful" and "below the best fit in log probability" in bad.outcome.message


def test_documented_arguments_and_their_mistakes(posterior):
    fit = at_its_bound()
    assert fit.iminuit(None, 10000).outcome.status == "converged" == fit.iminuit(ncall=5000).outcome.status
    assert np.sum(fit.lmfit_residual(fit.free_pvalues) ** 2) == pytest.approx(fit.stat)
    parameters = pytest.importorskip("lmfit").Parameters()
    for name, value in zip("ab", fit.free_pvalues, strict=True):
        parameters.add(name, value)
    np.testing.assert_array_equal(fit.lmfit_residual(parameters), fit.lmfit_residual(fit.free_pvalues))
    with pytest.raises(ParameterError, match=r"shape \(2,\)"):
        fit.lmfit_residual([1.0])
    with pytest.raises(ParameterError, match=r"gave no draws of a posterior; got 'iminuit'.*Bootstrap\(infer\)"):
        Posterior(fit)
    with pytest.raises(ParameterError, match="Posterior reads an Infer; got 3"):
        Posterior(3)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"shape \(2,\)"):
        posterior.par_error([1.0])
    assert posterior.par_error(par=posterior.par_mean, q=0.9).shape == (2, 2)
    for wrong in ({"unit": 3}, {"E": 0}, {"E": np.nan}):
        with pytest.raises(ParameterError, match=r"allowed: ('NE'|E > 0)"):
            fit.pairs[0].rate_to_fluxdensity(**wrong)
    for wrong in ({"nstep": "100"}, {"nstep": 100.5}, {"discard": True}):
        with pytest.raises(RuntimeError, match="is no whole number"):
            BayesInfer([(make_data(1), pl())]).emcee(**wrong)


def test_what_would_have_no_effect_or_no_meaning_is_refused(posterior):
    infer = BayesInfer([(make_data(1), pl())])
    with pytest.raises(ModelError, match=r"pl cannot have this redshift; got -2.0; allowed: a finite number above -1"):
        infer.cfg[1].val = -2.0
    with pytest.raises(ParameterError, match="finite numbers"):
        infer.at_par([np.nan, 1.0])
    assert np.all(np.isfinite(infer.pvalues))
    for q in (-1, 1.5, np.nan):
        with pytest.raises(ParameterError, match=r"probability of an interval must lie in \[0, 1\]; got"):
            posterior.par_error(posterior.par_mean, q)
    with pytest.raises(ParameterError, match="compared by name"):
        compare([posterior])  # type: ignore[arg-type]


def test_a_star_import_brings_the_documented_names_and_no_modules():
    space = {}
    exec("from spec_lab.infer import *", space)
    assert {"BayesInfer", "MaxLikeFit", "Posterior"} <= set(space)
    assert not {"infer", "pair", "par", "store"} & set(space)
