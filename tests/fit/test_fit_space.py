"""The charts of the free space: there and back, on the host and traced, with the right Jacobian."""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import make_data

from spec_lab import expon, norm, unif
from spec_lab.fit import Problem, SetPrior, Setup, SetValue
from spec_lab.fit.space import from_u, log_prior, log_prior_np, make_space, to_u
from spec_lab.models import cpl
from spec_lab.priors import Prior

PRIORS: tuple[Prior | None, ...] = (unif(-3, 1), norm(900, 200), expon(0, 1))


@pytest.fixture(scope="module")
def space():
    setup = Setup.from_pairs([(make_data(1), cpl())])
    for pid, (prior, value) in enumerate(zip(PRIORS, (-1.0, 900.0, 0.5), strict=True), start=1):
        setup = SetPrior(pid, prior).apply(SetValue(pid, value).apply(setup))
    return make_space(setup, 4)


@given(st.floats(-2.99, 0.99), st.floats(-2e3, 2e3), st.floats(1e-3, 50))
def test_there_and_back(space, a, b, c):
    x = np.array([a, b, c, 0.0])
    back, _ = from_u(space, to_u(space, x), xp=np)
    np.testing.assert_allclose(back, x, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("u", [[0.0, 900.0, 0.3, 0.0], [3.0, -1500.0, -4.0, 0.0], [-30.0, 2000.0, 2.0, 0.0]])
def test_host_and_traced_agree_and_the_jacobian_is_the_slope(space, u):
    u = np.array(u)
    host, log_slope = from_u(space, u, xp=np)
    traced, traced_slope = from_u(space, u)
    np.testing.assert_allclose(traced, host, rtol=1e-13)
    np.testing.assert_allclose(traced_slope, log_slope, rtol=1e-12)
    slope = np.diag(jax.jacfwd(lambda u: from_u(space, u)[0])(u))
    np.testing.assert_allclose(np.log(np.abs(slope[:3])), log_slope[:3], rtol=1e-9, atol=1e-9)
    assert host[3] == log_slope[3] == 0.0


def test_values_on_a_bound_are_moved_inside(space):
    u = to_u(space, np.array([1.0, 900.0, 0.0, 0.0]))
    assert np.all(np.isfinite(u))
    x, _ = from_u(space, u, xp=np)
    assert -3 < x[0] < 1 and x[2] > 0


def test_log_prior_is_the_sum_of_the_priors(space):
    x = np.array([0.2, 850.0, 1.5, 7.0])
    expected = sum(float(p.logpdf(v)) for p, v in zip(PRIORS, x, strict=False))
    assert float(log_prior_np(space, x)) == pytest.approx(expected, rel=1e-12)
    assert float(log_prior(space, x)) == pytest.approx(expected, rel=1e-12)
    assert log_prior_np(space, np.array([2.0, 850.0, 1.5, 0.0])) == -np.inf


def test_the_cube_chart_gives_quantiles(space):
    setup = Setup.from_pairs([(make_data(1), cpl())])
    problem = Problem(SetPrior(1, unif(-3, 1)).apply(setup))
    assert problem.from_cube([0.25, 0.5, 0.5])[0] == pytest.approx(-2.0)
