"""Curvature by differences of a statistic that was rounded to single precision."""

import numpy as np

from spec_lab.engines.difference_curvature import newton_steps, parabola_at

CENTRE, ERRORS = np.array([-1.6, 2.3]), np.array([0.008, 0.5])
COVARIANCE = np.outer(ERRORS, ERRORS) * np.array([[1.0, -0.9], [-0.9, 1.0]])
HESSIAN = 2.0 * np.linalg.inv(COVARIANCE)
AWAY = np.array([0.01, -0.3])
NOWHERE = np.full(2, np.inf)


def statistic(x: np.ndarray) -> float:
    """A parabola of least value 300, as single precision holds it: in steps of 3e-5."""
    return float(np.float32(300.0 + 0.5 * (x - CENTRE) @ HESSIAN @ (x - CENTRE)))


def scaled(matrix):
    return matrix * np.outer(ERRORS, ERRORS)


def test_newton_steps_end_at_the_minimum_with_its_curvature():
    place, hessian, arrived = newton_steps(statistic, CENTRE + AWAY, -NOWHERE, NOWHERE)
    assert arrived
    np.testing.assert_array_less(np.abs(place - CENTRE), 0.01 * ERRORS)
    np.testing.assert_allclose(2.0 * np.linalg.inv(hessian), COVARIANCE, rtol=0.02)


def test_no_step_leaves_the_limits():
    low, high = CENTRE - np.array([0.004, 5.0]), CENTRE + np.array([0.004, 0.0])

    def within(x):
        assert np.all((x >= low) & (x <= high))
        return statistic(x)

    found = parabola_at(within, high, low, high)
    np.testing.assert_allclose(scaled(found.hessian), scaled(HESSIAN), rtol=0.01)
    slope = HESSIAN @ (high - CENTRE)
    np.testing.assert_allclose(found.gradient * ERRORS, slope * ERRORS, rtol=0.01)


def test_a_direction_without_effect_has_no_curvature():
    flat = parabola_at(lambda x: statistic(np.array([x[0], CENTRE[1]])), CENTRE.copy(), CENTRE - 9.0, CENTRE + 9.0)
    assert flat.hessian[1, 1] == 0.0 and flat.newton_step[1] == 0.0


def test_no_minimum_is_said():
    for curve in (lambda x: float(x[0]), lambda x: float(-(x[0] ** 2))):
        assert not newton_steps(curve, np.zeros(1), np.full(1, -1e9), np.full(1, 1e9))[2]
