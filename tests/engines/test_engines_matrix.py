"""Every engine on every problem: the right numbers, the same again with the same seed, honest at a bound."""

import numpy as np
import pytest

from spec_lab import unif
from spec_lab._base import EngineError
from spec_lab.engines import ENGINES, run_engine
from spec_lab.fit import Freeze, Problem, SetPrior

SAMPLERS = {
    "preview": {"draws": 20000},
    "emcee": {"steps": 1500, "discard": 200},
    "nuts": {"draws": 1000, "warmup": 150},
    "nested": {"live": 200},
}
MINIMISERS = {"fit": {}, "iminuit": {}, "lmfit": {}}
PROBLEMS = ("power law", "at a bound", "linked")
EVIDENCE = ("preview", "nested")
ELSEWHERE = {"multinest", "bootstrap", "svi"}  # have tests of their own


@pytest.fixture(scope="module")
def outcomes(exact):
    """(engine, problem) → outcome, run once."""
    made = {}

    def get(engine, problem):
        if (engine, problem) not in made:
            options = {**MINIMISERS, **SAMPLERS}[engine]
            made[engine, problem] = run_engine(engine, exact(problem).problem, **options)
        return made[engine, problem]

    return get


def test_the_matrix_is_whole():
    assert {*SAMPLERS, *MINIMISERS} | ELSEWHERE == set(ENGINES)


def cases(engines):
    return [pytest.param(e, p) for e in engines for p in PROBLEMS]


@pytest.mark.parametrize(("engine", "problem"), cases(SAMPLERS))
def test_samplers_give_the_posterior(outcomes, exact, engine, problem):
    outcome, truth = outcomes(engine, problem), exact(problem)
    draws, effective = outcome.draws, outcome.figures["ess"]
    assert effective > 350
    assert np.all(np.abs(draws.mean(axis=0) - truth.mean) < 4 / np.sqrt(effective) * truth.sd)
    np.testing.assert_allclose(draws.std(axis=0), truth.sd, rtol=0.12)
    np.testing.assert_allclose(np.sqrt(np.diag(outcome.covariance)), truth.sd, rtol=0.12)
    assert np.all((draws >= truth.problem.bounds[0]) & (draws <= truth.problem.bounds[1]))


@pytest.mark.parametrize(("engine", "problem"), cases(EVIDENCE))
def test_evidence_is_within_its_error(outcomes, exact, engine, problem):
    outcome = outcomes(engine, problem)
    assert 0 < outcome.log_evidence_error < 0.05
    assert abs(outcome.log_evidence - exact(problem).log_z) < 4 * outcome.log_evidence_error + 1e-3


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("engine", (*SAMPLERS, *MINIMISERS))
def test_an_outcome_is_whole(outcomes, exact, engine, problem):
    outcome, p = outcomes(engine, problem), exact(problem).problem
    rows = slice(0, len(outcome.draws), max(1, len(outcome.draws) // 50))
    np.testing.assert_allclose(outcome.log_like[rows], -0.5 * p.batch(outcome.draws[rows]), rtol=1e-9)
    np.testing.assert_allclose(
        outcome.log_prob[rows], outcome.log_like[rows] + p.log_prior(outcome.draws[rows]), rtol=1e-9
    )
    assert outcome.stat == pytest.approx(p.stat(outcome.best), rel=1e-9)
    np.testing.assert_array_equal(outcome.setup.free_values, outcome.best)
    assert outcome.message.startswith(outcome.status.sentence)
    assert outcome.engine == engine


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("engine", MINIMISERS)
def test_minimisers_agree(outcomes, engine, problem):
    reference, outcome = outcomes("fit", problem), outcomes(engine, problem)
    assert outcome.stat == pytest.approx(reference.stat, abs=2e-3)
    if problem == "at a bound":
        assert outcome.status in ("converged", "at_bound")
    else:
        assert outcome.status == "converged"
        np.testing.assert_allclose(outcome.errors, reference.errors, rtol=0.03)


def test_the_quick_fit_says_which_parameter_is_at_its_bound(outcomes, exact):
    p = exact("at a bound").problem
    outcome = run_engine("fit", Problem(SetPrior(1, unif(-1, 1)).apply(p.setup), p))
    assert outcome.status == "at_bound" and "pair1.pl.alpha" in outcome.message
    assert outcome.best[0] == pytest.approx(-1.0, abs=1e-6)


@pytest.mark.parametrize("engine", SAMPLERS)
def test_a_seed_repeats_a_run(exact, engine):
    p = exact("power law").problem
    short = {"preview": {"draws": 500}, "emcee": {"steps": 20, "discard": 5}, "nested": {"live": 200}}
    options = {**SAMPLERS[engine], **short.get(engine, {"draws": 25, "warmup": 150})}
    one, same, other = (run_engine(engine, p, seed=seed, **options) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.draws, same.draws)
    assert not np.array_equal(one.draws[:20], other.draws[:20])
    assert one.log_evidence == same.log_evidence


@pytest.mark.parametrize("engine", (*SAMPLERS, *MINIMISERS))
def test_nothing_free_is_said(exact, engine):
    setup = exact("power law").problem.setup
    with pytest.raises(EngineError, match=r"nothing to (fit|sample)"):
        run_engine(engine, Problem(Freeze((1, 2)).apply(setup)))


@pytest.mark.parametrize("engine", ["preview", "emcee", "nuts"])
def test_a_start_without_likelihood_is_said(exact, engine):
    p = exact("power law").problem
    values = p.setup.values.copy()
    values[1] = 400.0  # 10^400 photons
    setup = SetPrior(2, unif(-3, 500)).apply(p.setup.replace(values=values))
    with pytest.raises(EngineError, match="not finite"):
        run_engine(engine, Problem(setup, p))


@pytest.mark.double("it starts at 1e22 counts, and single precision does not hold the square of that")
def test_walkers_started_outside_the_prior_begin_inside_it(exact):
    p = exact("power law").problem
    values = p.setup.values.copy()
    values[:2] = 7.0, -9.0
    outcome = run_engine("emcee", Problem(p.setup.replace(values=values), p), steps=20, discard=0)
    assert np.all(np.isfinite(outcome.log_prob))


@pytest.mark.parametrize(("option", "value"), [("live", "many"), ("lives", 100), ("seed", 1.5)])
def test_options_are_checked_by_name_and_kind(exact, option, value):
    with pytest.raises(EngineError, match=option):
        run_engine("nested", exact("power law").problem, **{option: value})
