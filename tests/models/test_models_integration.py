"""Bin integrals: against adaptive quadrature and mpmath, singular points, lines narrower than a bin, the five-point rule."""

import itertools

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from precision import tolerance
from scipy.integrate import quad, simpson
from scipy.stats import norm

from spec_lab._base import ModelError
from spec_lab.models import Energy, Grid, Model, bknpl, cpl, gauss, lorentz, mbb, pl
from spec_lab.models.integration.grid import node_count
from spec_lab.models.library.thermal import planck_integral


def edges(lo, hi, n):
    e = np.geomspace(lo, hi, n + 1)
    return e[:-1], e[1:]


@pytest.mark.parametrize("alpha", [-3.0, -2.0, -1.0 - 1e-7, -1.0, -1.0 + 1e-12, -0.9999, 0.0, 2.5])
def test_power_law_integral_is_exact(alpha):
    grid = Grid.make(*edges(1e-2, 1e4, 12))
    ours = np.asarray(pl().photons(np.array([alpha, 0.3]), grid))
    mpmath.mp.dps = 30

    def exact(a, b):
        s, a, b = mpmath.mpf(alpha) + 1, mpmath.mpf(float(a)), mpmath.mpf(float(b))
        return 10 ** mpmath.mpf(0.3) * (mpmath.log(b / a) if s == 0 else (b**s - a**s) / s)

    expected = [float(exact(a, b)) for a, b in zip(grid.lo, grid.hi, strict=True)]
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_power_law_gradient_is_smooth_through_minus_one():
    grid = Grid.make(*edges(1, 100, 4))
    slope = jax.jit(jax.grad(lambda a: pl().photons(jnp.array([a, 0.0]), grid).sum()))
    near = [float(slope(-1 + d)) for d in (-1e-4, -1e-9, 0.0, 1e-9, 1e-4)]
    np.testing.assert_allclose(near, 0.5 * np.log(100) ** 2, rtol=5e-4)
    assert near[2] == pytest.approx(0.5 * np.log(100) ** 2, rel=1e-12)


def test_broken_power_law_integral_splits_the_bin_of_the_break():
    model = bknpl(alpha1=-1.0, alpha2=-2.5, logEb=0.7, pivot_energy=3.0, redshift=0.5)
    grid = Grid.make([2.0], [7.0])
    brk = 10**0.7 / 1.5
    expected = sum(
        quad(model.evaluate, a, b, epsabs=0, epsrel=tolerance(1e-12))[0] for a, b in ((2.0, brk), (brk, 7.0))
    )
    assert float(model.photons(model.theta, grid)[0]) == pytest.approx(expected, rel=1e-11)


# Components that are smooth inside a bin, at their defaults; the reference is Gauss-Legendre with 60 nodes in each bin.
SMOOTH = [
    *("cpl", "sbpl", "csbpl", "dsbpl", "tsbpl", "sb2pl", "csb2pl", "sb3pl", "sb4pl"),
    *("bb", "bbodyrad", "mbb", "diskbb", "bremss", "logpar", "pl"),
]


@pytest.mark.parametrize("text", SMOOTH)
def test_smooth_spectra_integrate_to_1e10(text):
    model = Model.parse(text)
    lo, hi = edges(3.0, 3000.0, 160)
    t, w = np.polynomial.legendre.leggauss(60)
    some = slice(0, None, 23)
    nodes = 0.5 * (hi + lo)[some] + 0.5 * (hi - lo)[some] * t[:, None]
    expected = (w[:, None] * model.evaluate(nodes)).sum(0) * 0.5 * (hi - lo)[some]
    ours = np.asarray(jax.jit(model.photons)(model.theta, Grid.make(lo, hi)))[some]
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-13 * expected.max())


def test_bins_add_up():
    """The sum over fine bins is the coarse integral: nothing is lost between bins."""
    model = Model.parse("cpl + gauss(sigma=1e-4, El=6.4) + lorentz(width=0.01)")
    fine, coarse = Grid.make(*edges(1, 20, 300)), Grid.make(*edges(1, 20, 100))
    together = np.asarray(model.photons(model.theta, fine)).reshape(100, 3).sum(1)
    np.testing.assert_allclose(together, model.photons(model.theta, coarse), rtol=1e-9)


def test_node_count_follows_the_widest_bin():
    assert node_count(*edges(8, 900, 140)) == 4
    assert node_count(*edges(1, 1000, 5)) > 10
    assert node_count(np.array([0.0, 1.0]), np.array([1.0, 1.1])) > 8


def test_a_first_bin_that_starts_at_zero():
    grid = Grid.make([0.0, 0.1], [0.1, 0.3])
    model = cpl(alpha=0.5, logEp=0.0)
    expected = [quad(model.evaluate, a, b, epsrel=1e-12)[0] for a, b in ((0.0, 0.1), (0.1, 0.3))]
    np.testing.assert_allclose(model.photons(model.theta, grid), expected, rtol=1e-4)


@pytest.mark.parametrize("lo, hi", [([1.0, 2.0], [2.0, 1.5]), ([-1.0], [1.0]), ([np.nan], [1.0]), ([1.0], [1.0])])
def test_impossible_bins_are_refused(lo, hi):
    with pytest.raises(ModelError, match="photon-energy bin"):
        Grid.make(lo, hi)


def test_unknown_rule_is_refused():
    with pytest.raises(ModelError, match="trapezoid5"):
        Grid.make([1.0], [2.0], rule="simpson")


@pytest.mark.parametrize("text", ["cpl", "band", "pl", "tbabs*pl+bb"])
def test_five_point_rule_is_the_trapezoid_over_five_points(text):
    model = Model.parse(text)
    lo, hi = edges(8, 900, 10)
    points = np.linspace(lo, hi, 5)
    expected = np.trapezoid(model.evaluate(points), points, axis=0)
    np.testing.assert_allclose(model.photons(model.theta, Grid.make(lo, hi, rule="trapezoid5")), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "line, widths", [(gauss, (1e-6, 1e-3, 0.03, 0.2, 0.41, 3.0)), (lorentz, (1e-6, 0.02, 0.2, 0.5))]
)
def test_lines_times_factors_of_any_width(line, widths):
    """A line behind a cut-off that falls by 20 % over a bin; bins of 0.1 keV."""
    lo = np.round(np.arange(6.0, 7.0, 0.1), 10)
    grid = Grid.make(lo, lo + 0.1)
    model = Model.parse(f"{line.__name__}*hecut")
    photons = jax.jit(model.photons)
    for width in widths:
        theta = np.array([6.537, width, 0.0, -0.3])
        ours = np.asarray(photons(theta, grid))
        expected = [_line_behind_cutoff(line, width, a, a + 0.1) for a in lo]
        np.testing.assert_allclose(ours, expected, atol=2e-6 * max(expected), rtol=0)


def _line_behind_cutoff(line, width, a, b):
    def product(E):
        away = E - 6.537
        shape = np.exp(-0.5 * (away / width) ** 2) / (width * np.sqrt(2 * np.pi)) if line is gauss else (
            0.5 * width / np.pi / (away**2 + 0.25 * width**2)
        )  # fmt: skip
        return shape / whole * np.exp(-E / 10**-0.3)

    whole = norm.cdf(6.537 / width) if line is gauss else 0.5 + np.arctan(2 * 6.537 / width) / np.pi  # above zero
    marks = np.clip(
        6.537 + width * np.array([-1e4, -1e3, -100, -30, -10, -5, -2, 0, 2, 5, 10, 30, 100, 1e3, 1e4]), a, b
    )
    ends = np.unique([a, *marks, b])
    return sum(quad(product, p, q, epsabs=0, epsrel=1e-11)[0] for p, q in itertools.pairwise(ends))


def test_a_line_keeps_its_photons_however_narrow():
    grid = Grid.make(*edges(1, 20, 50))
    rate = jax.jit(lambda s: (gauss().photons(jnp.array([6.4, s, 0.0]), grid)).sum())
    for sigma in (1e-8, 1e-4, 0.1, 0.5):
        assert float(rate(sigma)) == pytest.approx(1.0, abs=1e-12)
    slope = jax.grad(lambda E: gauss().photons(jnp.array([E, 1e-3, 0.0]), grid)[20])
    assert np.isfinite(float(slope(6.4)))


def test_lines_under_the_five_point_rule_keep_their_photons():
    model = Model.parse("hecut*gauss(sigma=1e-5)")
    rate = float(model.photons(model.theta, Grid.make(*edges(1, 20, 50), rule="trapezoid5")).sum())
    assert rate == pytest.approx(np.exp(-6.5 / 100), rel=3e-3)


@pytest.mark.parametrize(
    "lo, hi, s", [(1e-6, 2, 1 / 3), (1e-3, 1e3, 2.0), (5, 50, 0.0), (0.5, 0.9, 4.0), (1e-9, 1e-3, 0.0)]
)
def test_planck_integral_against_mpmath(lo, hi, s):
    marks = [lo, *(v for v in (1e-6, 1e-3, 0.1, 1, 5, 20, 60) if lo < v < hi), min(hi, lo + 200)]
    expected = mpmath.quad(lambda x: x**s / mpmath.expm1(x), marks)
    assert float(planck_integral(lo, hi, s)) == pytest.approx(float(expected), rel=1e-9)


def test_many_black_bodies_are_smooth_through_m_minus_one():
    """bayspec divides by zero at m = -1."""
    E = jnp.array([0.5, 10.0, 200.0])
    curve = jax.jit(lambda m: mbb().spectrum(Energy.at(E), {"logkTmin": 0.0, "logkTmax": 2.0, "m": m, "logA": 0.0}))
    at = np.asarray(curve(-1.0))
    assert np.all(np.isfinite(at))
    np.testing.assert_allclose(at, 0.5 * (np.asarray(curve(-1 + 1e-4)) + np.asarray(curve(-1 - 1e-4))), rtol=1e-6)
    np.testing.assert_allclose(at, curve(-1 + 1e-9), rtol=1e-7)


def test_a_disc_is_the_sum_of_its_rings():
    """Rings at r (in units of the inner radius) of temperature r^(-3/4) and apparent area 2 r dr; with XSPEC's norm."""
    E = np.geomspace(0.1, 20, 12)
    lnr = np.linspace(0, 18, 20001)
    kT = 1.3 * np.exp(-0.75 * lnr)
    with np.errstate(over="ignore"):
        rings = 2 * np.exp(2 * lnr) / np.expm1(E[:, None] / kT)
    expected = 0.375 * 2.77e-3 * E**2 * simpson(rings, x=lnr, axis=1)  # rings alone: 1.0344e-3, 0.42 % less
    np.testing.assert_allclose(Model.parse("diskbb").evaluate(E, np.array([np.log10(1.3), 0.0])), expected, rtol=2e-6)


def test_photons_of_numbers_compile_one_program(compiles):
    """Operation by operation they compiled some hundred small ones, and took seconds the first time."""
    edges = np.geomspace(1.0, 9.0, 38)
    model, grid = Model.parse("tbabs*(pl+bb)"), Grid.make(edges[:-1], edges[1:])
    with compiles() as counted:
        ours = model.photons(model.theta, grid)
    assert counted.count <= 2  # with the conversion of theta
    np.testing.assert_allclose(ours, jax.jit(model.photons)(model.theta, grid), rtol=1e-14)
