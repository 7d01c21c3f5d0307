"""Comptonisation: against the numbers of XSPEC's compTT, its limits, slopes and geometry."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from precision import SINGLE, step, tolerance

from spec_lab._base import ModelError
from spec_lab.models import Grid, comptt
from spec_lab.models.library.comptonised import spectral_index

# The mean of N at E and 1.002 E for norm 1, E = 0.3, 2, 20, 200 keV, as compTT's own code gives it in single precision
# (and 0 below some 1e-27).
COMPTT = [
    ("disk", "formula", 0.1, 50, 1, (54.34, 3.8329, 0.078458, 0.00057584)),
    ("disk", "formula", 0.02, 2, 12, (1.2284, 0.11417, 0.00020676, 0)),
    ("disk", "formula", 0.5, 150, 0.25, (10.103, 28.673, 0.64365, 0.006444)),
    ("disk", "formula", 1.0, 400, 0.05, (4.6027, 47.306, 2.8058, 0.035173)),
    ("disk", "formula", 0.1, 8, 4, (8.7886, 0.61857, 0.013385, 6.3766e-11)),
    ("sphere", "formula", 0.1, 50, 1, (80.579, 1.9614, 0.0064259, 4.3223e-06)),
    ("sphere", "formula", 0.02, 2, 12, (0.89952, 0.011802, 1.5645e-06, 0)),
    ("sphere", "formula", 0.5, 150, 0.25, (14.942, 38.08, 0.22844, 0.00046237)),
    ("sphere", "formula", 1.0, 400, 0.05, (6.1851, 61.947, 1.8626, 0.0078704)),
    ("sphere", "formula", 0.1, 8, 4, (13.909, 0.20259, 0.00017021, 8.0623e-14)),
    ("disk", "table", 0.1, 50, 1, (54.487, 3.8276, 0.077827, 0.00056612)),
    ("disk", "table", 0.02, 2, 12, (1.2284, 0.11417, 0.00020676, 0)),
    ("disk", "table", 0.5, 150, 0.25, (10.097, 28.66, 0.64415, 0.0064582)),
    ("disk", "table", 1.0, 400, 0.05, (4.6027, 47.306, 2.8058, 0.035173)),
    ("disk", "table", 0.1, 8, 4, (8.5333, 0.62932, 0.01508, 7.6083e-11)),
    ("sphere", "table", 0.1, 50, 1, (81.235, 1.9002, 0.0058022, 3.6201e-06)),
    ("sphere", "table", 0.02, 2, 12, (0.89952, 0.011802, 1.5645e-06, 0)),
    ("sphere", "table", 0.5, 150, 0.25, (14.843, 37.92, 0.23542, 0.00049606)),
    ("sphere", "table", 1.0, 400, 0.05, (6.1851, 61.947, 1.8626, 0.0078704)),
    ("sphere", "table", 0.1, 8, 4, (13.727, 0.21924, 0.00022065, 1.1985e-13)),
]


@pytest.mark.parametrize("geometry, escape, kT0, kT, tau, expected", COMPTT)
def test_against_xspec(geometry, escape, kT0, kT, tau, expected):
    model = comptt(logkT0=np.log10(kT0), logkT=np.log10(kT), tau=tau, geometry=geometry, escape=escape)
    E = np.array([0.3, 2.0, 20.0, 200.0])
    ours = 0.5 * (model.evaluate(E) + model.evaluate(1.002 * E))
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-30)


def test_redshift_and_bins_are_xspec_s():
    """N(E (1+z)), without a further factor: XSPEC's photons per bin at z are those of the shifted bin over 1+z."""
    far, near = comptt(redshift=0.7), comptt()
    E = np.geomspace(0.2, 100, 9)
    np.testing.assert_allclose(far.evaluate(E), near.evaluate(1.7 * E), rtol=1e-12)
    e = np.geomspace(0.3, 200, 30)
    rate = near.photons(near.theta, Grid.make(e[:-1], e[1:]))
    stretched = far.photons(far.theta, Grid.make(e[:-1] / 1.7, e[1:] / 1.7))
    np.testing.assert_allclose(stretched, rate / 1.7, rtol=1e-10)


@pytest.mark.parametrize("beta, theta", [(0.234, 0.1), (1.5, 0.02), (0.03, 0.5), (1e-4, 0.9), (2.9, 0.06)])
def test_the_index_solves_its_equation(beta, theta):
    def gain(a):
        d = 3 * ((a + 3) * a + 4) * mpmath.gamma(2 * a + 2) / ((a + 3) * (a + 2) ** 2)
        return a * mpmath.log(1 + (a + 3) * theta / (1 + theta) + 4 * d ** (1 / a) * theta**2)

    root = float(mpmath.findroot(lambda a: gain(a) - beta, (1e-6, 20.0), solver="anderson"))
    assert float(spectral_index(beta, theta)) == pytest.approx(root, rel=1e-9)
    slope = jax.grad(spectral_index, argnums=(0, 1))(beta, theta)
    for i, d in enumerate((step(1e-5) * beta, step(1e-5) * theta)):
        up, down = ([beta + s * d * (i == 0), theta + s * d * (i == 1)] for s in (1, -1))
        finite = float(spectral_index(*up) - spectral_index(*down)) / (2 * d)
        assert float(slope[i]) == pytest.approx(finite, rel=tolerance(1e-5, 1e-3))


def test_between_seeds_and_electrons_it_is_a_power_law_of_that_index():
    model = comptt(logkT0=-2.0, logkT=2.0, tau=1.0)
    beta = np.pi**2 / 12 / (5 / 3) ** 2 * (1 - np.exp(-1.35)) + 0.45 * np.exp(-3.7) * np.log(10 / 3)
    near = model.evaluate(np.array([1.0, 1.01]))
    slope = -float(spectral_index(beta, 100 / 511)) - 1
    assert np.log(near[1] / near[0]) / np.log(1.01) == pytest.approx(slope, abs=0.02)


@pytest.mark.parametrize("geometry", ["disk", "sphere"])
def test_finite_over_the_whole_range(geometry):
    """Also where the seeds are hotter than the electrons; slopes against finite differences."""
    rng = np.random.default_rng(3)
    theta = np.array([-2.0, 0.3, 0.01, 0.0]) + rng.random((200, 4)) * np.array([4.0, 2.4, 99.99, 0.0])
    theta[::2, 2] = 10 ** rng.uniform(-2, 2, 100)
    e = np.geomspace(0.1, 1000, 40)
    grid, model = Grid.make(e[:-1], e[1:]), comptt(geometry=geometry)
    value = jax.jit(jax.vmap(jax.value_and_grad(lambda t: jnp.log(model.photons(t, grid).sum()))))
    total, slope = (np.asarray(a) for a in value(theta))
    assert np.all(np.isfinite(total)) and np.all(np.isfinite(slope))
    unit = theta[:, 2] if SINGLE else 1.0
    for i, size in ((0, step(1e-5)), (1, step(1e-5)), (2, step(1e-6) * unit)):
        move = np.eye(4)[i] * np.broadcast_to(size, 200)[:, None]
        finite = (np.asarray(value(theta + move)[0]) - np.asarray(value(theta - move)[0])) / (2 * size)
        scale = unit if i == 2 else 1.0
        accuracy = {"rtol": tolerance(1e-3, 5e-3), "atol": tolerance(1e-4, 1e-3)}
        np.testing.assert_allclose(slope[:, i] * scale, finite * scale, **accuracy)


def test_the_curve_is_smooth_between_the_points_of_its_grid():
    model = comptt(logkT0=-1.0, logkT=0.7, tau=2.0)
    E = np.geomspace(0.05, 60, 40001)
    bend = np.diff(np.log(model.evaluate(E)), 3)
    assert np.abs(bend).max() < tolerance(1e-6, 5e-5)


def test_settings_are_checked():
    with pytest.raises(ModelError, match="disk, sphere"):
        comptt(geometry="slab")
    with pytest.raises(ModelError, match="formula, table"):
        comptt(escape="guess")
