"""First and second derivatives of the JAX text: right, and finite wherever a fit may wander."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from precision import step, tolerance

from spec_lab.statistics import BinStatisticJX

METHODS = ["Gstat", "Cstat", "Pknown", "PPstat", "PGstat", "PGstat_xspec", "Lstat"]


def elementwise(method, **data):
    return lambda m, ts, tb: getattr(BinStatisticJX, method)(m=m, ts=ts, tb=tb, **data)[0]


@functools.cache
def compiled(method):
    """Value, gradient and Hessian in (m, ts, tb) of one bin, as functions of the bin's data."""

    def stat(x, S, B, sigma_S, sigma_B):
        return getattr(BinStatisticJX, method)(S, B, x[0], x[1], x[2], sigma_S, sigma_B)[0]

    return jax.jit(stat), jax.jit(jax.grad(stat)), jax.jit(jax.hessian(stat))


def grid(size, top=4.0):
    """Zeros everywhere they can be: S, B, m and σ, in all combinations."""
    rng = np.random.default_rng(3)
    some = lambda p: (rng.random(size) > p) * 1.0  # noqa: E731
    S = rng.poisson(10.0 ** rng.uniform(-1, top, size)) * some(0.3)
    B = rng.poisson(10.0 ** rng.uniform(-1, top, size)) * some(0.3)
    m = 10.0 ** rng.uniform(-300, 3, size) * some(0.2)
    m[: size // 2] = 10.0 ** rng.uniform(-4, 3, size // 2)
    ts, tb = 10.0 ** rng.uniform(-1, 4, size), 10.0 ** rng.uniform(-1, 4, size)
    sigma_S, sigma_B = np.sqrt(S), 10.0 ** rng.uniform(-1, 2, size) * some(0.3)
    return dict(S=S, B=B, sigma_S=sigma_S, sigma_B=sigma_B), m, ts, tb


@pytest.mark.parametrize("method", METHODS)
def test_slopes_are_finite_on_a_wild_grid(method):
    data, m, ts, tb = grid(500 if method == "Lstat" else 10_000, 2.0 if method == "Lstat" else 4.0)
    stat = elementwise(method, **data)

    @jax.jit
    def slopes(m, ts, tb):
        first = jax.grad(lambda *x: jnp.sum(stat(*x)), (0, 1, 2))
        _, second = jax.jvp(lambda x: first(x, ts, tb)[0], (m,), (jnp.ones_like(m),))
        return first(m, ts, tb), second

    (by_m, by_ts, by_tb), second = slopes(m, ts, tb)
    for part in (by_m, by_ts, by_tb, second):
        assert np.isfinite(part).all()
    if method not in (
        "Lstat",
    ):  # a profile likelihood of counts is convex in the source rate, the marginal need not be
        floor = -1e-9 * np.abs(by_m).max()
        assert (np.asarray(second) >= floor).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("S", "B", "m", "sigma_B"),
    [
        (12.0, 8.0, 0.4, 2.0),
        (12.0, 8.0, 3.0, 2.0),
        (0.0, 8.0, 0.4, 2.0),
        (0.0, 1.0, 0.05, 9.0),
        (7.0, 0.0, 0.1, 2.0),
        (7.0, 0.0, 2.0, 2.0),
        (7.0, 3.0, 1e-3, 0.0),
        (0.0, 0.0, 0.4, 0.0),
    ],
)
def test_slopes_match_differences(method, S, B, m, sigma_B):
    value, gradient, hessian = compiled(method)
    data, point = (S, B, 3.0, sigma_B), np.array([m, 10.0, 20.0])
    bends = np.array(hessian(point, *data))
    for k in range(3):
        h = np.eye(3)[k] * point[k] * step(1e-5)
        slope = (value(point + h, *data) - value(point - h, *data)) / (2 * h[k])
        assert_allclose(
            gradient(point, *data)[k], slope, rtol=2e-6, atol=tolerance(2e-6, single=5e-3) * (1 + abs(slope))
        )
        bend = (np.array(gradient(point + h, *data)) - np.array(gradient(point - h, *data))) / (2 * h[k])
        assert_allclose(bends[:, k], bend, rtol=2e-5, atol=tolerance(1e-5, single=5e-3) * (1 + np.abs(bend).max()))


@pytest.mark.parametrize("method", METHODS)
def test_grad_of_grad_is_jvp_of_grad(method):
    stat = elementwise(method, S=12.0, B=8.0, sigma_S=3.0, sigma_B=2.0)
    one = jax.jit(jax.grad(jax.grad(stat)))(0.7, 10.0, 20.0)
    _, two = jax.jit(lambda x: jax.jvp(lambda m: jax.grad(stat)(m, 10.0, 20.0), (x,), (1.0,)))(0.7)
    assert_allclose(one, two, rtol=1e-12)
    assert one > 0


@pytest.mark.parametrize("method", ["Cstat", "Pknown", "PPstat", "PGstat"])
def test_slopes_in_the_counts_are_right_too(method):
    stat = jax.jit(lambda S, B: getattr(BinStatisticJX, method)(S, B, 0.4, 10.0, 20.0, 3.0, 2.0)[0])
    gradient, h, close = jax.jit(jax.grad(stat, (0, 1))), step(1e-5, single=0.05), tolerance(1e-7)
    by_counts = gradient(12.0, 8.0)
    assert_allclose(by_counts[0], (stat(12 + h, 8.0) - stat(12 - h, 8.0)) / (2 * h), rtol=1e-7, atol=close)
    assert_allclose(by_counts[1], (stat(12.0, 8 + h) - stat(12.0, 8 - h)) / (2 * h), rtol=1e-7, atol=close)
    bend = jax.jit(jax.hessian(stat, (0, 1)))(12.0, 8.0)
    mixed = (gradient(12.0, 8 + h)[0] - gradient(12.0, 8 - h)[0]) / (2 * h)
    assert_allclose(bend[0][1], mixed, rtol=1e-6, atol=close)


def test_a_broken_bin_does_not_poison_the_gradient():
    data = dict(S=np.array([5.0, 5.0, 4.0]), B=np.array([2.0, 2.0, 2.0]), sigma_B=1.0, sigma_S=2.0, ts=10.0, tb=20.0)
    for method in METHODS:

        def total(m, method=method):
            return jnp.sum(getattr(BinStatisticJX, method)(m=m, **data)[0])

        by_m = jax.jit(jax.grad(total))(jnp.array([np.nan, np.inf, 0.2]))
        assert np.isfinite(by_m).all() and by_m[0] == by_m[1] == 0 and by_m[2] != 0


def test_the_residual_can_be_differentiated_where_it_vanishes():
    for method in METHODS:

        def residual(m, method=method):
            return getattr(BinStatisticJX, method)(4.0, 0.0, m, 10.0, 20.0, 2.0, 1.0)[1]

        assert np.isfinite(jax.jit(jax.grad(residual))(0.4))


def test_derivatives_cost_no_further_transcendentals():
    """The whole of value, slope and curvature needs one logarithm and one root a bin."""

    def all_three(m, S, B, sigma):
        stat = lambda x: BinStatisticJX.PGstat(S, B, x, 100.0, 300.0, 1.0, sigma)[0]  # noqa: E731
        slope, bend = jax.jvp(jax.grad(lambda x: jnp.sum(stat(x))), (m,), (jnp.ones_like(m),))
        return jnp.sum(stat(m)), slope, bend

    x = jnp.ones(64)
    program = jax.jit(all_three).lower(x, x, x, x).compile().as_text()
    assert program.count(" log(") == 1 and program.count(" sqrt(") == 1
