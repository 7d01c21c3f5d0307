"""Bins that hold an absorption edge, the structure near one, or the Lyman limit are cut once and stay whole for the caller."""

import jax
import numpy as np
import pytest

from spec_lab.models import Grid, Model
from spec_lab.models.absorption import medium, near_edge

EDGES = np.linspace(0.2, 9.0, 801)  # a CCD's
T, W = np.polynomial.legendre.leggauss(30)


def reference(model, edges, theta=None):
    """Integrals over the bins, cut at every point of the tables."""
    points = np.concatenate(
        [near_edge.points(), *(medium.jumps(kind) for kind in medium.FORMULAE), [12.398419843320026 / 912]]
    )
    ends = np.unique(np.concatenate([np.clip(points, edges[0], edges[-1]), edges]))
    half, middle = 0.5 * np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    parts = (half[:, None] * W * model.evaluate(middle[:, None] + half[:, None] * T, theta)).sum(1)
    return np.histogram(middle, edges, weights=parts)[0]


def rate(model, edges, **more):
    return np.asarray(jax.jit(model.photons)(model.theta, model.prepare(Grid.make(edges[:-1], edges[1:], **more))))


@pytest.mark.parametrize(
    ("text", "worst"),
    [
        ("tbabs(N_H=0.1)*pl(alpha=-2)", 7e-4),
        ("tbabs(N_H=1.0)*(pl(alpha=-2)+bb(logkT=-0.3))", 2e-3),
        ("phabs(N_H=0.3)*pl(alpha=-2)", 2e-5),
        ("wabs(N_H=0.3)*pl(alpha=-2)", 2e-5),
        ("pcfabs(N_H=0.3)*pl(alpha=-2)", 2e-5),
    ],
)
def test_bins_with_edges_are_as_exact_as_the_others(text, worst):
    """Without the cuts the worst bins are 3 to 20 % off."""
    model = Model.parse(text)
    expected = reference(model, EDGES)
    ours = rate(model, EDGES)
    assert np.max(np.abs(ours - expected) / (expected + 1e-7 * expected.max())) < worst
    plain = np.asarray(model.photons(model.theta, Grid.make(EDGES[:-1], EDGES[1:])))
    assert np.max(np.abs(plain / expected - 1)) > 10 * worst


def test_a_line_on_an_edge_stays_a_line():
    """A wide bin that holds both: the cubic through its nodes knows nothing of a step."""
    model = Model.parse("tbabs(N_H=2.0)*gauss(El=7.2, sigma=0.001)")
    edges = np.array([6.5, 7.5])
    np.testing.assert_allclose(rate(model, edges), model.parse("tbabs(N_H=2.0)").evaluate(7.2), rtol=1e-6)


def test_cuts_do_not_show():
    model = Model.parse("tbabs*zphabs(redshift=0.5)*(pl(alpha=-2)+gauss)")
    grid = Grid.make(EDGES[:-1], EDGES[1:])
    ready = model.prepare(grid)
    assert 30 < len(ready.lo) - len(grid.lo) < 200
    photons = jax.jit(model.photons)(model.theta, ready)
    assert photons.shape == grid.lo.shape
    thetas = np.tile(model.theta, (3, 1))
    assert jax.vmap(model.photons, (0, None))(thetas, ready).shape == (3, *grid.lo.shape)
    slopes, forward = (jax.jit(f(model.photons))(model.theta, ready) for f in (jax.jacrev, jax.jacfwd))
    np.testing.assert_allclose(slopes, forward, rtol=1e-9, atol=1e-18)


def test_grids_that_fall_or_lie_end_to_end():
    model = Model.parse("edge(edgeE=0.6)*tbabs*pl(alpha=-2)")
    up = rate(model, EDGES)
    lo, hi = EDGES[:-1], EDGES[1:]
    both = Grid.make(np.concatenate([lo, lo[::-1]]), np.concatenate([hi, hi[::-1]]))
    ready = model.prepare(both)
    assert len(ready.ladders) == 2
    np.testing.assert_allclose(model.photons(model.theta, ready), np.concatenate([up, up[::-1]]), rtol=1e-12)


def test_times_go_with_the_parts():
    model = Model.parse("tinvabs(N_H0=1.0, tau=10.0)*pl(alpha=-2)")
    times = np.where(np.arange(800) < 30, 0.0, 20.0)
    early, late = (rate(model, EDGES, T=t) for t in (0.0, 20.0))
    np.testing.assert_allclose(rate(model, EDGES, T=times), np.where(times == 0, early, late), rtol=1e-12)


def test_the_lyman_limit_inside_a_bin():
    model = Model.parse("redden(EBV=0.5)*pl(alpha=-1)")
    edges = np.array([0.01, 0.0125, 0.0145, 0.02])
    np.testing.assert_allclose(rate(model, edges), reference(model, edges), rtol=1e-9)


def test_nothing_is_cut_without_need():
    grid = Grid.make(EDGES[:-1], EDGES[1:])
    assert Model.parse("cpl+gauss").prepare(grid).parts is None
    five = Grid.make(EDGES[:-1], EDGES[1:], rule="trapezoid5")
    assert Model.parse("tbabs*pl").prepare(five).parts is None  # that rule is bayspec's, edges or not
    hard = np.geomspace(20.0, 900.0, 141)
    assert Model.parse("tbabs*pl").prepare(Grid.make(hard[:-1], hard[1:])).parts is None
