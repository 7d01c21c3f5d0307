"""Gaussian smoothing: right up to the ends of the grid, at any width, behind factors; photons are conserved."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc

from spec_lab.models import Grid, Model, component
from spec_lab.models.integration.smoothing import passing


def grid(lo, hi, n, **more):
    e = np.geomspace(lo, hi, n + 1)
    return Grid.make(e[:-1], e[1:], **more)


def smoothed(curve, sigma, edges):
    """The definition: every bin's share of every energy from 1/10 of the lowest to 5 times the highest."""
    lnE = np.linspace(np.log(edges[0] / 10), np.log(edges[-1] * 5), 20_001)
    E = np.exp(lnE)
    passed = np.array([0.5 * erfc((x - E) / (math.sqrt(2) * sigma(E))) for x in edges])
    return np.trapezoid((passed[:-1] - passed[1:]) * curve(E) * E, lnE, axis=1)


@pytest.mark.parametrize("alpha", [-2.0, -1.0, 0.5])
@pytest.mark.parametrize("width, index", [(0.2, 0.0), (1.2, 1.0), (0.3, 1.0), (0.06, 1.0), (0.02, 1.0)])
def test_a_power_law_is_right_in_every_bin(alpha, width, index):
    """σ up to 20 % of the energy (1.2 at 6 keV), down to less than a bin; first and last bins included."""
    bins = grid(1, 10, 120)
    edges = np.append(bins.lo, bins.hi[-1])
    ours = jax.jit(Model.parse("gsmooth(pl)").photons)(np.array([width, index, alpha, 0.0]), bins)
    expected = smoothed(lambda E: E**alpha, lambda E: width * (E / 6) ** index, edges)
    np.testing.assert_allclose(ours, expected, rtol=6e-4)
    wide = width * (bins.lo / 6) ** index > 1.5 * (bins.hi - bins.lo)
    np.testing.assert_allclose(np.asarray(ours)[wide], expected[wide], rtol=2e-5)


def test_no_width_is_the_model_itself():
    """Alone, with a line and an edge inside, and behind absorption."""
    bins = grid(0.5, 10, 100)
    for inner in ("pl", "edge*pl", "pl+gauss"):
        for factor in ("", "hecut*"):
            model, plain = Model.parse(f"{factor}gsmooth({inner})"), Model.parse(f"{factor}({inner})")
            theta = model.theta
            at = len(theta) - len(plain.theta) + (1 if factor else 0) - 2
            theta[at : at + 2] = 1e-5, 0.0
            rest = np.delete(theta, [at, at + 1])
            rtol = 1e-6 if not factor else 1e-5
            np.testing.assert_allclose(jax.jit(model.photons)(theta, bins), plain.photons(rest, bins), rtol=rtol)


def test_photons_are_conserved_inside():
    bins = grid(1, 20, 300)
    rate = jax.jit(Model.parse("gsmooth(gauss+gauss)").photons)
    for width in (1e-4, 0.01, 0.05, 0.3):
        photons = np.asarray(rate(np.array([width, 0.0, 6.0, 0.02, 0.0, 9.0, 1e-3, 0.3]), bins))
        assert photons.sum() == pytest.approx(1 + 10**0.3, rel=1e-9) and np.all(photons > -1e-12)


def test_a_line_of_any_width_becomes_a_wider_line():
    """Gaussians in quadrature, for lines inside one bin and wider ones, and behind a factor that falls."""
    bins = grid(4, 9, 150)
    smooth, plain = (jax.jit(Model.parse(text).photons) for text in ("hecut*gsmooth(gauss)", "hecut*gauss"))
    for line in (1e-5, 0.01, 0.03, 0.2):
        for width in (0.03, 0.1, 0.4):
            ours = smooth(np.array([0.3, width, 0.0, 6.2, line, 0.0]), bins)
            expected = np.asarray(plain(np.array([0.3, 6.2, math.hypot(line, width), 0.0]), bins))
            np.testing.assert_allclose(ours, expected, atol=2e-3 * expected.max())
            assert float(np.sum(ours)) == pytest.approx(expected.sum(), rel=2e-5)


def behind(factor, place, theta, bins, nodes=24):
    """∫ factor × smoothed power law over the bins, cut at `place`, by the drawn curve."""
    curve, total = Model.parse("gsmooth(pl)"), []
    t, w = np.polynomial.legendre.leggauss(nodes)
    for a, b in zip(bins.lo, bins.hi, strict=True):
        ends = np.unique([a, np.clip(place, a, b), b])
        half, middle = 0.5 * np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
        E = middle[:, None] + half[:, None] * t
        total.append(float((half[:, None] * w * curve.evaluate(E, theta) * factor(E)).sum()))
    return np.array(total)


def test_a_factor_meets_the_photons_where_they_are_in_the_bin():
    """A cut-off that falls to less than a half within a bin."""
    bins, theta = grid(2, 9, 30), np.array([0.4, 0.0, -1.5, 0.0])
    ours = jax.jit(Model.parse("hecut*gsmooth(pl)").photons)(np.r_[-0.5, theta], bins)
    expected = behind(lambda E: np.exp(-E / 10**-0.5), 1.0, theta, bins)
    np.testing.assert_allclose(ours, expected, rtol=1e-4)


def test_a_threshold_outside_meets_the_smoothed_curve():
    bins, theta = grid(4, 9, 40), np.array([0.5, 0.0, -2.0, 0.0])
    rate = jax.jit(Model.parse("edge*gsmooth(pl)").photons)
    for place in (6.0, 6.031, 6.07):
        ours = rate(np.r_[place, 0.8, theta], bins)
        factor = lambda E, at=place: np.where(at <= E, np.exp(-0.8 * (E / at) ** -3.0), 1.0)  # noqa: E731
        np.testing.assert_allclose(ours, behind(factor, place, theta, bins), rtol=1e-4)


def test_a_threshold_inside_runs_continuously():
    bins = grid(4, 9, 20)
    rate = jax.jit(jax.vmap(lambda E: Model.parse("gsmooth(edge*pl)").photons(jnp.array([0.05, 0, E, 2, -2, 0]), bins)))
    total = np.asarray(rate(np.linspace(6.0, 6.6, 200)))
    steps = np.diff(total.sum(1))
    assert np.all(steps > 0) and steps.max() < 1.3 * np.median(steps)


@component
def dimming(E, tau=10.0, T=None):
    return jnp.exp(-T / tau) / E


def test_grids_of_all_sorts():
    """Falling ladders, times, a first edge at zero, the five-point rule, a redshifted smoothing: each as the plain grid."""
    theta = np.array([0.3, 0.5, -1.5, 0.0])
    model = Model.parse("gsmooth(pl)")
    bins = grid(1, 10, 50)
    plain = np.asarray(model.photons(theta, bins))
    falling = Grid.make(bins.lo[::-1], bins.hi[::-1])
    np.testing.assert_allclose(model.photons(theta, falling), plain[::-1], rtol=1e-12)
    ends = np.asarray(model.photons(theta, Grid.make(np.r_[bins.lo, bins.lo * 20], np.r_[bins.hi, bins.hi * 20])))
    np.testing.assert_allclose(ends[:50], plain, rtol=1e-12)
    five = model.photons(theta, grid(1, 10, 50, rule="trapezoid5"))
    np.testing.assert_allclose(five, plain, rtol=2e-3)
    timed = Model.parse("gsmooth(dimming)")
    late = grid(1, 10, 50, T=np.full(50, 10.0))
    same = np.exp(-1) * np.asarray(model.photons(np.array([0.3, 0.5, -1.0, 0.0]), bins))
    np.testing.assert_allclose(timed.photons(np.array([0.3, 0.5, 10.0]), late), same, rtol=1e-12)
    e = np.linspace(0, 8, 41)
    from_zero = model.photons(np.array([0.1, 0.0, 0.0, 0.0]), Grid.make(e[:-1], e[1:]))
    np.testing.assert_allclose(from_zero[3:], 0.2, rtol=3e-4)
    moved = Model.parse("zshift(z=0.5)(gsmooth(pl))")
    there = model.photons(theta, Grid.make(bins.lo * 1.5, bins.hi * 1.5)) / 1.5
    np.testing.assert_allclose(moved.photons(np.r_[0.5, theta], bins), there, rtol=1e-10)


def test_smoothing_twice():
    twice, once = Model.parse("gsmooth(gsmooth(pl))"), Model.parse("gsmooth(pl)")
    bins = grid(2, 10, 80)
    ours = twice.photons(np.array([0.3, 0.0, 0.4, 0.0, -1.0, 0.0]), bins)
    np.testing.assert_allclose(ours, once.photons(np.array([0.5, 0.0, -1.0, 0.0]), bins), rtol=2e-3)


def test_a_drawn_curve_has_no_part_at_negative_energies():
    drawn = Model.parse("gsmooth(pl)").evaluate(np.array([1.0, 2.0]), np.array([0.25, 0.0, -2.0, 0.0]))
    assert np.all((drawn > [1.0, 0.25]) & (drawn < [1.4, 0.27]))


def test_what_passes_an_edge():
    z = np.linspace(0, 24, 2001)
    above, bell = passing(z, np.full(z.shape, True))
    np.testing.assert_allclose(above, -0.5 * erfc(z), rtol=1e-9)
    np.testing.assert_allclose(passing(-z, np.full(z.shape, False))[0], 0.5 * erfc(z), rtol=1e-9)
    np.testing.assert_allclose(bell, np.exp(-z * z))
    slope = jax.grad(lambda u: passing(u, True)[0])(0.7)
    assert float(slope) == pytest.approx(math.exp(-0.49) / math.sqrt(math.pi))


SMOOTH, BINS = Model.parse("tbabs*gsmooth(pl+gauss)"), grid(0.3, 12, 40)
RANGES = [p.prior.support for p in SMOOTH.parameters]
_value = jax.jit(jax.value_and_grad(lambda t: SMOOTH.photons(t, BINS).sum()))


@settings(max_examples=80, deadline=None)
@given(st.tuples(*[st.floats(lo, hi) for lo, hi in RANGES]))
def test_finite_over_the_whole_range(theta):
    value, slope = _value(np.array(theta))
    assert np.isfinite(float(value)) and np.all(np.isfinite(np.asarray(slope)))


@pytest.mark.parametrize("text", ["gsmooth(tbabs*pl)", "gsmooth(phabs*edge*pl)", "gsmooth(tbabs(N_H=20.0)*(pl+gauss))"])
def test_slopes_behind_a_thick_absorber(text):
    """Below the grid the absorber lets 1e-300 photons through: their mean energy had a slope of NaN, and with it all bins."""
    model = Model.parse(text)
    e = np.linspace(0.3, 11.0, 60)
    ready = model.prepare(Grid.make(e[:-1], e[1:]))
    assert np.isfinite(jax.jit(jax.jacfwd(model.photons))(model.theta, ready)).all()
