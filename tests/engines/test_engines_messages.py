"""What outcomes say: that a sampler found better than the fit before it, that a fit ended at a bound, and their seeds."""

import numpy as np
import pytest
from exact_problems import power_law

from spec_lab import unif
from spec_lab.engines import run_engine
from spec_lab.fit import Problem, SetPrior, SetValue

SAMPLERS = {
    "preview": {"draws": 500}, "emcee": {"steps": 60, "discard": 20}, "nuts": {"draws": 25, "warmup": 25, "chains": 1},
    "nested": {"live": 40, "max_rounds": 12}, "svi": {"steps": 200, "draws": 200},
}  # fmt: skip
BETTER = "lower than the fit it began from"


@pytest.fixture(scope="module")
def fitted():
    """The set-up at its best fit."""
    return run_engine("fit", Problem(power_law())).setup


@pytest.mark.parametrize("engine", SAMPLERS)
def test_a_sampler_that_finds_better_than_the_last_fit_says_so(fitted, engine):
    local = fitted.with_free(fitted.free_values + 0.3)  # as a fit that ended in a local minimum leaves it
    assert BETTER in run_engine(engine, Problem(local), **SAMPLERS[engine]).message


@pytest.mark.parametrize("engine", ["preview", "emcee"])
def test_nothing_is_said_at_the_best_fit_nor_where_values_were_given(fitted, engine):
    given = SetValue(1, float(fitted.free_values[0]) + 0.3).apply(fitted)
    for setup in (fitted, given):
        assert BETTER not in run_engine(engine, Problem(setup), **SAMPLERS[engine]).message


def test_with_hooks_the_hooked_statistic_is_compared(fitted):
    hooks = {"loglike_func": lambda x: -0.5 * float(np.sum((x - fitted.free_values) ** 2) / 1e-4)}
    local = Problem(fitted.with_free(fitted.free_values + 0.3))
    assert BETTER in run_engine("emcee", local, hooks=hooks, **SAMPLERS["emcee"]).message
    assert BETTER not in run_engine("emcee", Problem(fitted), hooks=hooks, **SAMPLERS["emcee"]).message


@pytest.mark.parametrize("cut", [1e-3, 0.03, 0.3])
@pytest.mark.parametrize("far", [1.0, 1e3, 1e8])
@pytest.mark.parametrize("engine", ["fit", "iminuit", "lmfit", "bootstrap"])
def test_a_fit_that_ends_at_a_bound_is_not_called_converged(fitted, engine, cut, far):
    bound = float(fitted.free_values[0]) + cut
    setup = SetValue(1, bound + 0.4).apply(SetPrior(1, unif(bound, bound + far)).apply(fitted))
    options = {"bootstrap": {"simulations": 4}}.get(engine, {})
    outcome = run_engine(engine, Problem(setup), **options)
    assert outcome.status != "converged" and "Converged" not in outcome.message
    if outcome.status == "at_bound":
        assert outcome.best[0] == bound and setup.slots[0].path in outcome.message


@pytest.mark.parametrize("engine", ["fit", "iminuit", "lmfit"])
def test_nor_with_hooks(fitted, engine):
    bound = float(fitted.free_values[0]) + 0.1
    setup = SetValue(1, bound + 0.4).apply(SetPrior(1, unif(bound, 5)).apply(fitted))
    hooks = {"loglike_func": lambda x: -0.5 * float(np.sum((x - fitted.free_values) ** 2) / 1e-2)}
    outcome = run_engine(engine, Problem(setup), hooks=hooks)
    assert outcome.status != "converged" and "Converged" not in outcome.message


@pytest.mark.parametrize("engine", [*SAMPLERS, "fit", "iminuit", "lmfit"])
def test_every_outcome_holds_the_seed_it_ran_with(fitted, engine):
    options = SAMPLERS.get(engine, {})
    assert run_engine(engine, Problem(fitted), seed=7, **options).seed == 7
