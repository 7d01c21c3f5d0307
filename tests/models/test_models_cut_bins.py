"""Features inside a bin: thresholds, kinks and narrow absorption lines integrate exactly and have right slopes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from precision import step, tolerance

from spec_lab.models import Grid, Model
from spec_lab.models.integration.grid import ladders

EDGES = np.geomspace(5.0, 9.0, 13)
GRID = Grid.make(EDGES[:-1], EDGES[1:])
PLACES = [4.0, EDGES[0], 5.17, EDGES[4], EDGES[4] * (1 + 1e-12), 6.9, 7.1, EDGES[-1] - 1e-9, EDGES[-1], 11.0]


T, W = np.polynomial.legendre.leggauss(60)


def reference(model, theta, marks, edges=EDGES):
    """The integral over each bin, cut at the marks and at absorption's edges; 60 nodes in each part."""
    marks = np.concatenate([np.asarray(marks, float), [7.112, 7.124, 7.1]])
    ends = np.unique(np.clip(np.concatenate([marks, edges]), edges[0], edges[-1]))
    half, middle = 0.5 * np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    parts = (half[:, None] * W * model.evaluate(middle[:, None] + half[:, None] * T, theta)).sum(1)
    return np.histogram(middle, edges, weights=parts)[0]


FEATURES = [
    ("edge*pl", [None, 1.3, -2.0, 0.0], 0),
    ("pl/(edge+1)", [-2.0, 0.0, None, 1.3, 1.0], 2),
    ("edge**2.5*pl", [None, 1.3, 2.5, -2.0, 0.0], 0),
    ("highecut*pl", [None, 3.0, -1.0, 0.0], 0),
    ("highecut*cpl*edge", [None, 0.5, -1.0, 1.0, 0.0, 6.95, 0.4], 0),
    ("const*edge*(bb+pl)", [2.0, None, 0.7, 0.2, 0.0, -2.0, 0.0], 1),
]


@pytest.mark.parametrize("text, theta, which", FEATURES)
def test_thresholds_anywhere(text, theta, which):
    model = Model.parse(text)
    photons = jax.jit(model.photons)
    for place in PLACES:
        at = np.array([place if v is None else v for v in theta])
        marks = [place + n * f for f in at for n in (0, 1, 4, 16, 50)] + [6.95]
        expected = reference(model, at, marks)
        np.testing.assert_allclose(photons(at, GRID), expected, rtol=1e-8, atol=1e-7 * expected.max())


@pytest.mark.parametrize("fold", [1e-3, 0.01, 0.1])
def test_a_fall_steeper_than_the_bin(fold):
    model = Model.parse("highecut*pl")
    ours = jax.jit(model.photons)(np.array([6.1, fold, 0.0, 0.0]), Grid.make([6.0], [7.0]))
    assert float(ours[0]) == pytest.approx(0.1 - fold * np.expm1(-0.9 / fold), rel=1e-9)


def test_a_broken_power_law_behind_absorption():
    """bknpl integrates alone by formula; multiplied by a factor it is cut at its break."""
    model = Model.parse("hecut*bknpl(redshift=0.5)")
    theta = np.array([0.8, -1.0, -2.5, np.log10(6.6 * 1.5), 0.0])
    ours = jax.jit(model.photons)(theta, GRID)
    np.testing.assert_allclose(ours, reference(model, theta, [6.6]), rtol=1e-11)


@pytest.mark.parametrize("text, theta, which", FEATURES)
def test_slopes_are_those_of_the_exact_integral(text, theta, which):
    model = Model.parse(text)
    total = jax.jit(lambda t: jnp.sum(model.photons(t, GRID) * jnp.arange(1.0, 13.0)))
    slope = jax.jit(jax.grad(lambda t: jnp.sum(model.photons(t, GRID) * jnp.arange(1.0, 13.0))))
    for place in (5.17, 6.9, 7.3):
        at = np.array([place if v is None else v for v in theta])
        for i in range(len(at)):
            move = np.zeros(len(at))
            move[i] = step(1e-5, 2e-3) * max(abs(at[i]), 0.1)
            finite = (float(total(at + move)) - float(total(at - move))) / (2 * move[i])
            accuracy = {"rel": tolerance(1e-4, 1e-3), "abs": tolerance(1e-7, 3e-4) * float(total(at))}
            assert float(slope(at)[i]) == pytest.approx(finite, **accuracy)


def test_photons_run_continuously_through_a_bin():
    """At the nodes alone the photons would be a staircase in the threshold."""
    model = Model.parse("edge*pl(alpha=-2)")
    grid = Grid.make([6.0], [7.0])
    places = np.linspace(5.95, 7.05, 400)
    theta = np.array([[E, 2.0, -2.0, 0.0] for E in places])
    photons = np.asarray(jax.jit(jax.vmap(lambda t: model.photons(t, grid)[0]))(theta))
    steps = np.diff(photons)
    inside = (places[1:] < 7) & (places[:-1] > 6)
    assert np.all(steps[inside] > 0) and steps.max() < 1.2 * np.median(steps[inside])
    at_an_edge = jax.grad(lambda E: model.photons(jnp.array([E, 2.0, -2.0, 0.0]), GRID).sum())(EDGES[4])
    assert abs(float(at_an_edge)) > 0.01  # a threshold that starts on a bin edge is not stuck there


def test_with_absorption():
    model = Model.parse("tbabs*edge*pl")
    theta = np.array([3.0, 6.31, 0.8, -1.7, 0.0])
    ours, expected = jax.jit(model.photons)(theta, GRID), reference(model, theta, [6.31])
    np.testing.assert_allclose(ours[4:6], expected[4:6], rtol=1e-7)  # bins without edges of the medium itself


def test_prepared_grids_and_times_meet_pieces():
    model = Model.parse("tinvabs*edge*pl")
    e = np.geomspace(0.5, 9, 60)
    grid = Grid.make(e[:-1], e[1:], T=np.linspace(1, 30, 59))
    theta = np.array([0.5, 12.0, 1.03, 0.9, -1.5, 0.0])
    prepared = model.prepare(grid)
    ready = jax.jit(model.photons)(theta, prepared)
    whole = np.bincount(prepared.parts) == 1  # the others are cut at edges of the medium
    assert whole.sum() > 30
    np.testing.assert_allclose(ready[whole], jax.jit(model.photons)(theta, grid)[whole], rtol=1e-12)
    i = np.flatnonzero((e[:-1] < 1.03) & (e[1:] > 1.03))[0]
    alone = model.prepare(Grid.make(e[i : i + 1], e[i + 1 : i + 2], T=grid.T[i]))
    np.testing.assert_allclose(ready[i], model.photons(theta, alone)[0], rtol=1e-9)


@pytest.mark.parametrize("sigma", [1e-3, 3e-3, 0.02, 0.1, 0.5])
@pytest.mark.parametrize("strength", [1e-3, 0.05, 1.0, 100.0])
def test_narrow_absorption_lines_keep_their_equivalent_width(sigma, strength):
    """Coarse bins, 0.3 keV: W = ∫ 1 - exp(-τ(E)) dE, against a fine integral in the line's own units."""
    model = Model.parse("gabs*pl")
    theta = np.array([6.43, sigma, strength, 0.0, 0.0])
    u = np.linspace(-9, 9, 20001)
    depth = strength / (sigma * np.sqrt(2 * np.pi))
    width = sigma * np.trapezoid(-np.expm1(-depth * np.exp(-0.5 * u * u)), u)
    edges = np.arange(1.0, 12.01, 0.3)
    lost = 11.0 - 0.2 - float(np.asarray(jax.jit(model.photons)(theta, Grid.make(edges[:-1], edges[1:]))).sum())
    assert lost == pytest.approx(width, rel=2e-6, abs=tolerance(0.0, 5e-6))


def test_lines_of_both_kinds_in_one_bin():
    """An emission line absorbed by a narrower one, both inside one bin."""
    model = Model.parse("gabs*gauss")
    theta = np.array([6.43, 0.004, 0.01, 6.44, 0.02, 0.0])
    grid = Grid.make([6.0], [7.0])
    marks = [6.43 + n * 0.004 for n in range(-8, 9)] + [6.44 + n * 0.02 for n in range(-8, 9)]
    expected = reference(model, theta, marks, np.array([6.0, 7.0]))
    np.testing.assert_allclose(jax.jit(model.photons)(theta, grid), expected, rtol=1e-6)


def test_wide_features_are_the_plain_evaluation():
    model = Model.parse("gabs*highecut*pl")
    e = np.geomspace(1, 20, 400)
    theta = np.array([6.0, 1.5, 2.0, 4.0, 8.0, -1.0, 0.0])
    t, w = np.polynomial.legendre.leggauss(20)
    nodes = 0.5 * (e[1:] + e[:-1]) + 0.5 * np.diff(e) * t[:, None]
    plain = (w[:, None] * model.evaluate(nodes, theta)).sum(0) * 0.5 * np.diff(e)
    threshold = (e[:-1] < 4.0) & (e[1:] > 4.0)
    ours = np.asarray(jax.jit(model.photons)(theta, Grid.make(e[:-1], e[1:])))
    np.testing.assert_allclose(ours[~threshold], plain[~threshold], rtol=1e-11)


def test_every_ladder_of_a_grid_is_cut():
    """The grids of two units lie end to end, one of them falling: both hold the threshold."""
    one, two = np.linspace(4, 8, 9), np.linspace(3, 8.5, 7)
    lo, hi = np.r_[one[:-1], two[:-1][::-1]], np.r_[one[1:], two[1:][::-1]]
    assert ladders(lo, hi) == ((0, 8), (8, 14))
    model = Model.parse("edge*gabs(sigma=0.001)*pl(alpha=-2)")
    both = jax.jit(model.photons)(model.theta, Grid.make(lo, hi))
    apart = [np.asarray(model.photons(model.theta, Grid.make(x[:-1], x[1:]))) for x in (one, two)]
    np.testing.assert_allclose(both, np.r_[apart[0], apart[1][::-1]], rtol=1e-12)


def test_ladders():
    touching, beyond = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])
    assert ladders(touching, beyond) == ((0, 3),)
    assert ladders(touching[::-1], beyond[::-1]) == ((0, 3),)
    assert ladders(np.r_[touching, 15.0, 16.0], np.r_[beyond, 16.0, 17.0]) == ((0, 3), (3, 5))  # far above
    assert ladders(np.array([1.0, 2.0, 1.0]), np.array([2.0, 3.0, 2.0])) == ((0, 2), (2, 3))  # up, then down
    assert ladders(touching * (1 + 1e-7), beyond) == ((0, 3),)  # edges in single precision
    assert ladders(np.array([1.0]), np.array([2.0])) == ((0, 1),)


def test_shifted_thresholds_stay_thresholds():
    moved, told = Model.parse("zshift(z=0.3)(edge*pl)"), Model.parse("edge(redshift=0.3)*pl(redshift=0.3)")
    theta = np.array([0.3, 8.9, 1.2, -2.0, 0.0])
    ours = np.asarray(jax.jit(moved.photons)(theta, GRID))
    np.testing.assert_allclose(ours, told.photons(theta[1:], GRID), rtol=1e-12)
    np.testing.assert_allclose(ours, reference(told, theta[1:], [8.9 / 1.3]), rtol=1e-8)


def test_the_five_point_rule_stays_pointwise():
    model = Model.parse("edge*pl")
    points = np.linspace(EDGES[:-1], EDGES[1:], 5)
    expected = np.trapezoid(model.evaluate(points), points, axis=0)
    grid = Grid.make(EDGES[:-1], EDGES[1:], rule="trapezoid5")
    np.testing.assert_allclose(model.photons(model.theta, grid), expected, rtol=1e-12)


WHOLE = Model.parse("gabs*edge*highecut*(gauss + bknpl)")
RANGES = [p.prior.support for p in WHOLE.parameters]
COARSE = Grid.make(*(lambda e: (e[:-1], e[1:]))(np.geomspace(0.1, 200, 30)))
_value = jax.jit(jax.value_and_grad(lambda t: WHOLE.photons(t, COARSE).sum()))
_bins = jax.jit(lambda t: WHOLE.photons(t, COARSE))


@settings(max_examples=150, deadline=None)
@given(st.tuples(*[st.floats(lo, hi) for lo, hi in RANGES]))
def test_finite_and_not_negative_over_the_whole_range(theta):
    value, slope = _value(np.array(theta))
    assert np.isfinite(float(value)) and np.all(np.isfinite(np.asarray(slope)))
    assert np.all(np.asarray(_bins(np.array(theta))) >= -1e-6 * 10.0 ** theta[9])
