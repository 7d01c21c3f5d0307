"""SVI reaches the shape of a correlated posterior, and says so where a Gaussian will not do."""

import numpy as np
from exact_problems import at_bound, power_law

from spec_lab.engines import Status, run_engine
from spec_lab.fit import Problem


def test_correlated_parameters_keep_their_widths():
    problem = Problem(power_law().with_free((-0.5, 0.0)))  # far from the best fit
    found, exact = run_engine("svi", problem, steps=200), run_engine("preview", problem)
    assert abs(np.corrcoef(exact.draws.T)[0, 1]) > 0.9
    np.testing.assert_allclose(found.draws.std(axis=0), exact.errors, rtol=0.1)
    np.testing.assert_array_less(np.abs(found.draws.mean(axis=0) - exact.draws.mean(axis=0)), 0.1 * exact.errors)
    assert found.status is Status.converged


def test_a_posterior_cut_by_a_bound_is_no_gaussian():
    outcome = run_engine("svi", Problem(at_bound()), steps=300)
    assert outcome.status is Status.doubtful
    assert "Pareto k" in outcome.message
    assert outcome.figures["pareto_k"] > 0.7
