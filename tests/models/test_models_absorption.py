"""Photo-electric absorption: published cross-sections, tables against formulae, edges, redshift, tabulation beforehand."""

import jax
import numpy as np
import pytest
from precision import tolerance
from scripts import load_script

from spec_lab._base import ModelError
from spec_lab.models import Grid, Model, pcfabs, phabs, tbabs, tinvabs
from spec_lab.models.absorption import atoms, medium, near_edge
from spec_lab.models.absorption.cross_sections import compute, section, table

WINDOWS = load_script("recover_edge_tables").WINDOWS


def test_atoms_against_published_numbers():
    """Hydrogen and helium at threshold (Osterbrock: 6.30e-18, 7.83e-18 cm²) and the oxygen K edge."""
    assert atoms.atom(1, np.array(0.01361)) == pytest.approx(6.30e-18, rel=0.02)
    assert atoms.hydrogen(np.array(0.01361)) == pytest.approx(6.30e-18, rel=0.02)
    assert atoms.atom(2, np.array(0.0246)) == pytest.approx(7.4e-18, rel=0.02)
    assert atoms.helium(np.array(0.0246)) == pytest.approx(7.4e-18, rel=0.05)
    below, above = atoms.atom(8, np.array([0.5379, 0.5381]))
    assert above / below > 15


@pytest.mark.parametrize("kind", medium.FORMULAE)
def test_tables_follow_their_formulae(kind):
    """Between the points of the table, away from edges; the packaged file is what the script would write."""
    E = np.geomspace(0.031, 150, 4001)
    direct = 1e22 * medium.FORMULAE[kind](E)
    ours = section(kind).at(E)
    jumps = medium.jumps(kind)
    clear = np.abs(np.log(E[:, None] / jumps)).min(1) > 1e-3
    resonant = (E > 0.054) & (E < 0.070)  # helium's, 1e-5 apart between points
    if kind in ("tbabs", "ztbabs"):  # tables of their own, with sharp lines: compared at their points
        resonant |= np.logical_or.reduce([(low < E) & (high > E) for low, high in WINDOWS.values()])
        points = np.concatenate([energy[1:-1] for energy, _ in near_edge.tables().values()])
        np.testing.assert_allclose(section(kind).at(points), 1e22 * medium.FORMULAE[kind](points), rtol=1e-10)
    np.testing.assert_allclose(ours[clear & ~resonant], direct[clear & ~resonant], rtol=3e-6)
    assert np.all(np.isfinite(ours)) and np.all(ours > 0)
    lnE, lnS = compute(kind, medium.USUAL[kind])
    np.testing.assert_allclose(table(kind, medium.USUAL[kind])[1], lnS, rtol=1e-12)
    np.testing.assert_array_equal(table(kind, medium.USUAL[kind])[0], lnE)


def test_edges_are_sharp():
    """The iron K edge, 7.124 keV, is not smeared over more than 1e-8 of its energy."""
    below, above = section("phabs").at(np.array([7.124 * (1 - 1e-8), 7.124 * (1 + 1e-8)]))
    assert above / below > 1.3


def test_cross_sections_do_not_end_at_20_kev():
    transmission = phabs(N_H=100.0).evaluate(np.array([19.9, 20.1, 50.0, 100.0]))
    assert np.all(np.diff(transmission) > 0) and transmission[-1] < 1
    falling = section("tbabs").at(np.geomspace(10, 1e5, 50))
    assert np.all(np.diff(falling) < 0)


def test_abundances_are_a_choice():
    E = np.array([0.5, 1.0])
    more_metals = phabs(abundance="angr").evaluate(E)
    assert np.all(more_metals < phabs().evaluate(E))
    with pytest.raises(ModelError, match="aspl"):
        phabs(abundance="solar").evaluate(E)


def test_preparing_a_grid_changes_only_bins_that_hold_an_edge():
    model = Model.parse("tbabs*zphabs(redshift=1.2)*(pl + bb)")
    e = np.geomspace(0.3, 10, 101)
    grid = Grid.make(e[:-1], e[1:])
    ready = model.prepare(grid)
    assert len(ready.known) == 2 and grid.known is None
    photons = jax.jit(model.photons)
    whole = np.bincount(ready.parts) == 1
    assert 60 < whole.sum() < 100
    both = (photons(model.theta, g)[whole] for g in (ready, grid))
    np.testing.assert_allclose(*both, rtol=1e-13)
    again = model.prepare(ready)
    np.testing.assert_array_equal(again.known[section("tbabs")], ready.known[section("tbabs")])
    # A prepared grid serves other models, too, and models that shift it.
    other = Model.parse("zshift(z=0.3)(tbabs*pl)")
    both = (other.photons(other.theta, g)[whole] for g in (ready, grid))
    np.testing.assert_allclose(*both, rtol=1e-13)


def test_redshifted_absorber():
    E = np.array([0.4, 1.0])
    np.testing.assert_allclose(tbabs(redshift=1.0).evaluate(E), tbabs().evaluate(2 * E), rtol=1e-12)


def test_partial_covering_has_two_limits():
    E = np.array([0.4, 1.0, 5.0])
    np.testing.assert_allclose(pcfabs(cover=0.0).evaluate(E), 1.0)
    np.testing.assert_allclose(pcfabs(cover=1.0).evaluate(E), phabs().evaluate(E), rtol=1e-12)


def test_a_column_that_fades():
    """tinvabs is broken in bayspec (AttributeError)."""
    E = np.array([0.6, 2.0])
    faded = tinvabs(N_H0=2.0, tau=10.0).evaluate(E, T=10 * np.log(4.0))
    np.testing.assert_allclose(faded, tbabs(N_H=0.5).evaluate(E), rtol=1e-12)


def test_absorption_acts_inside_the_integral():
    """One very wide bin across the magnesium edge: not the factor at mid-energy times the integral."""
    from scipy.integrate import quad

    model = Model.parse("tbabs(N_H=0.5)*pl(alpha=-2)")
    grid = Grid.make([1.0], [1.4])
    points = [1.024, 1.079, 1.303, 1.311]
    expected = quad(lambda E: float(model.evaluate(E)), 1.0, 1.4, points=points, epsrel=tolerance(1e-10), limit=200)[0]
    assert float(model.photons(model.theta, grid)[0]) == pytest.approx(expected, rel=1e-3)
    assert float(model.photons(model.theta, model.prepare(grid))[0]) == pytest.approx(expected, rel=1e-7)
    assert float(tbabs(N_H=0.5).evaluate(1.2)) * (1 - 1 / 1.4) != pytest.approx(expected, rel=1e-2)
