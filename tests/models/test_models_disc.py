"""The integral of a disc without quadrature: values, slope and the joints of its pieces."""

import jax
import numpy as np
import pytest

from spec_lab.models.library.disc_integral import disc_integral
from spec_lab.models.library.thermal import planck_integral

Y = np.concatenate(
    [np.geomspace(1e-5, 300.0, 97), [1.9999999, 2.0000001, 5.9999999, 6.0000001, 19.9999999, 20.0000001]]
)


def test_it_is_the_integral():
    quadrature = Y ** (-2 / 3) * np.asarray(planck_integral(Y, Y + 60, 5 / 3))
    assert np.asarray(disc_integral(np.log(Y))) == pytest.approx(quadrature, rel=3e-10)


def test_its_slope_is_the_integrand():
    slope = np.asarray(jax.vmap(jax.grad(disc_integral))(np.log(Y)))
    value = np.asarray(disc_integral(np.log(Y)))
    assert slope == pytest.approx(-2 / 3 * value - Y**2 / np.expm1(Y), rel=1e-12)


def test_far_away_it_is_nothing_or_all():
    assert disc_integral(np.log(1e6)) == 0.0 and jax.grad(disc_integral)(np.log(1e6)) == 0.0
    assert disc_integral(-40.0) == pytest.approx(np.exp(80 / 3) * 1.9321616090892395, rel=1e-14)
