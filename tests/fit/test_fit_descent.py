"""The step of a fit with many parameters: by a Cholesky factor where that can be trusted, else by eigenvectors."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest
from precision import tolerance

from spec_lab.fit import descent

SOUND = descent.SOUND.of(jnp.result_type(float))
START = np.linspace(-1.0, 1.0, descent.MANY)
SPACE = SimpleNamespace(
    low=jnp.full(descent.MANY, -jnp.inf), high=jnp.full(descent.MANY, jnp.inf), active=jnp.ones(descent.MANY, bool)
)


def valley(pivot):
    """A curvature of unit diagonal, two of whose parameters hardly differ: the least pivot of its factor is `pivot`."""
    curvature = (
        np.eye(descent.MANY)
        + 0.2 * np.diag(np.ones(descent.MANY - 3), 3)
        + 0.2 * np.diag(np.ones(descent.MANY - 3), -3)
    )
    curvature[:2] = curvature[:, :2] = 0.0
    curvature[:2, :2] = np.sqrt(1 - pivot**2)
    np.fill_diagonal(curvature, 1.0)
    return curvature


def quadratic(curvature):
    """A view of a statistic ½ xᵀ H x."""
    H = jnp.asarray(curvature)
    return SimpleNamespace(curvature=lambda _, x: (0.5 * x @ H @ x, H @ x, H))


def after(curvature, steps, start=START):
    start = jnp.asarray(start)
    return descent.resume_minimise(quadratic(curvature), SPACE, descent.begin_traced(SPACE, start), steps)


@pytest.mark.parametrize("pivot, by_factors", [(0.5, True), (2 * SOUND, True), (0.5 * SOUND, False), (0.0, False)])
def test_a_factor_serves_as_far_as_it_can_be_trusted(pivot, by_factors, monkeypatch):
    marked = lambda factor, scaled, slope, damping: (0 * slope + 7.0, 0 * damping + 1.0, 0 * damping + 1.0)  # noqa: E731
    monkeypatch.setattr(descent, "_step_by_factors", marked)
    loop = after(valley(pivot), 1)
    assert np.allclose(loop.try_ - START, 7.0, rtol=1e-6) == by_factors


@pytest.mark.parametrize("pivot", [0.5, 2 * SOUND, 0.5 * SOUND])
def test_both_ways_make_the_step_of_exact_algebra(pivot):
    """On either side of the threshold, along the valley: step and distance to the minimum are right to 1 %."""
    curvature, start = valley(pivot), np.append([1.0, -1.0], 0.1 * START[2:])
    loop = after(curvature, 1, start)
    expected = -np.linalg.solve(curvature + float(loop.damping) * np.eye(descent.MANY), curvature @ start)
    np.testing.assert_allclose(np.asarray(loop.try_) - start, expected, atol=tolerance(1e-5, 1e-2))
    assert float(loop.edm) == pytest.approx(0.5 * start @ curvature @ start, rel=tolerance(1e-5, 1e-2))


@pytest.mark.parametrize("pivot", [0.5, 2 * SOUND, 0.5 * SOUND, 0.0])
def test_the_fit_ends_at_the_minimum(pivot):
    loop = after(valley(pivot), 50)
    assert float(loop.f) < 1e-4 and float(loop.edm) <= descent.EDM_GOAL.of(loop.edm.dtype) and int(loop.steps) < 20
