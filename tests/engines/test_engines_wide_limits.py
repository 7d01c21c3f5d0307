"""Limits far wider than the value are no limits: every minimiser ends at the minimum of narrow ones, none above its start."""

import numpy as np
import pytest

from spec_lab import Data, DataUnit, unif
from spec_lab.data import Response, Source
from spec_lab.engines import run_engine
from spec_lab.engines.best_fit import best_fit_outcome
from spec_lab.engines.outcome import Status
from spec_lab.fit import Problem, SetPrior, Setup, SetValue
from spec_lab.models import component

MINIMISERS = ["fit", "iminuit", "lmfit"]


@component(kind="add", priors={"g": "unif(-5, 5)", "K": "unif(0, 1)"})
def linear_power_law(E, g=2.0, K=1e-3):
    "A power law with a linear norm."
    return K * E ** (-g)


@pytest.fixture(scope="module")
def problem() -> Problem:
    edges = np.geomspace(0.5, 8.0, 41)
    expected = 100.0 * 1e5 * 2e-4 * (1 / edges[:-1] - 1 / edges[1:])
    counts = np.random.default_rng(1).poisson(expected).astype(float)
    response = Response.ideal(edges[:-1], edges[1:], 100.0)
    unit = DataUnit(src=Source(counts, exposure=1e5), rsp=response, stat="cstat")
    return Problem(Setup.from_pairs([(Data([("a", unit)]), linear_power_law())]))


def changed(problem: Problem, *edits) -> Problem:
    setup = problem.setup
    for edit in edits:
        setup = edit.apply(setup)
    return Problem(setup, problem)


@pytest.mark.parametrize("high", [1e3, 1e6, 1e10, 1e24])
@pytest.mark.parametrize("engine", MINIMISERS)
def test_limits_far_away_change_nothing(problem, engine, high):
    narrow = run_engine("fit", problem)
    wide = run_engine(engine, changed(problem, SetPrior(2, unif(0, high))))
    assert wide.status == "converged", wide.message
    assert wide.stat == pytest.approx(narrow.stat, abs=1e-3)
    np.testing.assert_allclose(wide.best, narrow.best, rtol=1e-3)
    np.testing.assert_allclose(wide.errors, narrow.errors, rtol=0.02)


def test_engines_agree_on_errors_at_a_bound(problem):
    best = run_engine("fit", problem).best
    cut = changed(problem, SetPrior(1, unif(float(best[0]) + 0.05, 5)), SetValue(1, float(best[0]) + 1.0))
    outcomes = [run_engine(engine, cut) for engine in MINIMISERS]
    ((name, told),) = outcomes[0].figures["one_sided_errors"]
    assert name.endswith(".g") and 0 < told < 0.05
    inside = cut.stat(np.array([cut.bounds[0][0] + told, outcomes[0].best[1]]))
    assert inside > outcomes[0].stat + 1.0  # K held; less where it follows
    for outcome in outcomes:
        assert outcome.status == "at_bound" and "Converged" not in outcome.message
        assert "error to one side" in outcome.message
        assert outcome.best[0] == cut.bounds[0][0] and np.isnan(outcome.errors[0])
        assert outcome.errors[1] == pytest.approx(outcomes[0].errors[1], rel=0.01)
        assert outcome.figures["one_sided_errors"][0][1] == pytest.approx(told, rel=0.01)


def test_no_minimiser_ends_above_its_start(problem):
    worse = best_fit_outcome(
        problem,
        engine="test",
        best=np.array([4.0, 0.9]),
        covariance=np.eye(2),
        status=Status.converged,
        draws=10,
        seed=1,
    )
    assert worse.status == "stalled" and "nothing lower" in worse.message
    np.testing.assert_array_equal(worse.best, problem.setup.free_values)
    assert np.all(np.isnan(worse.errors))
