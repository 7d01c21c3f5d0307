"""Cross-sections of atoms and media: the fine structure of TBabs, the polynomials of Balucinska-Church & McCammon."""

import numpy as np
import pytest
from scripts import load_script

from spec_lab._base import ModelError
from spec_lab.models import Model, pcfabs, phabs, tbabs, wabs
from spec_lab.models.absorption import atoms, balucinska1992, medium, near_edge
from spec_lab.models.absorption.cross_sections import LOWEST, compute, section, table

recover = load_script("recover_edge_tables")

# XSPEC's TBabs as astromodels distributes it (BSD-3-Clause; data/xsect/xsect_tbabs_*.fits): number of the bin, 1e-22 cm² per H
# with the abundances wilm, aspl, angr. Only wilm was used to recover the tables of single elements.
TBABS = np.array([
    (1308, 85.09536, 78.63606, 88.24216),  # 0.2000 keV
    (2616, 11.65933, 11.11679, 12.92486),  # 0.4000 keV
    (3037, 6.297789, 6.029073, 7.198949),  # 0.5000 keV
    (3111, 5.603948, 5.371082, 6.423748),  # 0.5200 keV
    (3138, 47.23674, 47.73953, 78.55663),  # 0.5274 keV
    (3160, 5.21898, 5.007223, 6.012599),  # 0.5336 keV
    (3189, 11.06398, 10.89979, 16.29555),  # 0.5419 keV
    (3205, 12.60128, 12.46599, 19.03137),  # 0.5465 keV
    (3284, 6.43321, 6.270335, 8.688481),  # 0.5699 keV
    (3690, 3.753978, 3.721533, 5.254461),  # 0.7066 keV
    (3694, 5.045234, 5.248128, 7.502432),  # 0.7081 keV
    (3725, 3.878657, 3.905062, 5.542857),  # 0.7199 keV
    (3777, 3.451915, 3.452489, 4.901117),  # 0.7400 keV
    (3852, 3.086022, 3.087637, 4.394697),  # 0.7700 keV
    (4076, 3.059751, 3.056588, 4.393752),  # 0.8670 keV
    (4080, 2.556304, 2.564482, 3.683034),  # 0.8688 keV
    (4345, 1.73848, 1.755425, 2.533654),  # 0.9998 keV
    (5557, 0.3371604, 0.3744112, 0.5170927),  # 1.9002 keV
    (7383, 0.02390293, 0.0274162, 0.03706493),  # 4.9999 keV
    (8071, 0.01708771, 0.01993039, 0.02821949),  # 7.1991 keV
])  # fmt: skip


@pytest.mark.parametrize("column, abundance", list(enumerate(["wilm", "aspl", "angr"], start=1)))
def test_tbabs_against_xspec(column, abundance):
    """Bins as XSPEC makes them: the atoms averaged over the two edges of a bin, then mixed. In and out of the edges."""
    bins = TBABS[:, 0].astype(int)
    ends = recover.GRID[np.stack([bins, bins + 1])]
    atomic = {name: sigma.mean(axis=0) for name, sigma in medium.parts(ends).items()}
    np.testing.assert_allclose(1e22 * medium.mixed(atomic, abundance), TBABS[:, column], rtol=4e-5)


def test_fine_structure_is_of_tbabs_alone():
    """Oxygen's 1s-2p line lies below the edge, where a plain step has nothing: eightfold, and the edge is no longer at 538 eV."""
    line = 0.5274
    assert section("tbabs").at(line) > 6 * section("tbabs").at(0.5200)
    assert section("phabs").at(line) < section("phabs").at(0.5200)
    assert section("phabs").at(0.5381) / section("phabs").at(0.5379) > 1.5
    assert section("tbabs").at(0.5381) / section("tbabs").at(0.5379) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("Z", [8, 10, 26])
def test_windows_begin_and_end_in_the_fits(Z):
    energy, sigma = near_edge.tables()[Z]
    last = near_edge.IRON_TAIL_ENDS if Z == near_edge.IRON else energy[-1]
    outside = np.array([energy[0] * (1 - 1e-9), last * (1 + 1e-9), 0.2, 5.0])
    np.testing.assert_array_equal(near_edge.atom(Z, outside), atoms.atom(Z, outside))
    np.testing.assert_allclose(near_edge.atom(Z, energy), 1e-18 * sigma)
    assert np.abs(near_edge.atom(Z, energy[1:-1]) / atoms.atom(Z, energy[1:-1]) - 1).max() > 0.5
    assert np.all(np.diff(energy) > 0)


def test_irons_tail_joins():
    energy, _ = near_edge.tables()[26]
    E = np.array([energy[-1] * (1 - 1e-9), energy[-1] * (1 + 1e-9), 0.795 * (1 - 1e-9), 0.795 * (1 + 1e-9)])
    before, after, end, fit = near_edge.atom(26, E)
    assert after / before == pytest.approx(1, rel=5e-3) and fit / end == pytest.approx(1, rel=5e-4)


def test_recovering_finds_what_was_put_in():
    """A table made with a bump in oxygen's cross-section gives the bump back."""
    Z, abundance = 8, "wilm"
    first, last = np.searchsorted(recover.GRID, recover.SPANS[Z])
    E = recover.GRID[first : last + 1]
    low, high = recover.WINDOWS[Z]
    bump = atoms.atom(Z, E) * (1 + 0.3 * ((low < E) & (high > E)) * np.exp(-(((E - 0.53) / 0.004) ** 2)))
    mean = {name: recover.halves(sigma) for name, sigma in medium.parts(E).items()}
    total = np.zeros(len(recover.GRID) - 1)
    total[first:last] = medium.mixed(mean | {"O": recover.halves(bump)}, abundance)
    energy, sigma = recover.element(total, Z, abundance)
    np.testing.assert_allclose(1e18 * bump[(low < E) & (high > E)], sigma[1:-1], rtol=2e-5)
    assert (energy[0], energy[-1]) == (low, high)


def test_alternating_errors_are_settled():
    x = np.linspace(0, 1, 200)
    smooth = np.exp(-x) + 5 * np.exp(-(((x - 0.5) / 0.004) ** 2))  # a line as narrow as the points
    np.testing.assert_allclose(recover.settled(smooth + 1e-3 * (-1.0) ** np.arange(200)), smooth, atol=2e-5)


# Balucinska-Church & McCammon ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("Z", sorted(balucinska1992.pieces()))
def test_polynomials_and_fits_agree(Z):
    """Both describe measurements to some per cent; not near edges, which they place some eV apart, nor at low energies."""
    E = np.geomspace(0.15, 9.9, 300)
    edges = np.array([*balucinska1992.edges(Z), *atoms.edges(Z)])
    clear = np.abs(np.log(E[:, None] / edges)).min(axis=1) > 0.2
    ratio = balucinska1992.atom(Z, E[clear]) / atoms.atom(Z, E[clear])
    assert np.all(np.abs(ratio - 1) < 0.2)
    assert np.median(np.abs(ratio - 1)) < 0.1


def test_iron_against_other_tables():
    """Mass attenuation of iron, cm²/g (Hubbell & Seltzer, NIST); with the little that scatters."""
    keV = np.array([1, 1.5, 2, 3, 4, 5, 6, 8, 10])
    published = (9.085e3, 3.399e3, 1.626e3, 557.6, 256.7, 139.8, 84.84, 305.6, 170.6)
    np.testing.assert_allclose(balucinska1992.atom(26, keV) * 6.022e23 / 55.847, published, rtol=0.05)


def test_polynomials_do_not_run_away():
    """Outside 0.03-10 keV the fits go on, without a step."""
    for Z in balucinska1992.pieces():
        for end in (balucinska1992.LOWEST, balucinska1992.HIGHEST):
            below, above = balucinska1992.atom(Z, end * np.array([1 - 1e-9, 1 + 1e-9]))
            assert above == pytest.approx(below, rel=1e-6)
        far = balucinska1992.atom(Z, np.geomspace(10, 200, 50))
        assert np.all(far > 0) and np.all(np.diff(far) < 0)


def test_gas_after_both():
    """Morrison & McCammon 1983 and Balucinska-Church & McCammon 1992 fit the same measurements."""
    E = np.array([0.1, 0.2, 0.5, 1.0, 2.2, 5.0, 7.0])
    np.testing.assert_allclose(section("phabs_bcmc", "angr").at(E), section("wabs").at(E), rtol=0.08)
    np.testing.assert_allclose(section("phabs_bcmc").at(E), section("phabs").at(E), rtol=0.06)


# Settings --------------------------------------------------------------------------------------------------------------
def test_cross_sections_are_a_choice():
    E = np.array([0.5, 1.0])
    chosen = Model.parse("phabs(xsect='bcmc')")
    np.testing.assert_allclose(chosen.evaluate(E), np.exp(-section("phabs_bcmc").at(E)), rtol=1e-12)
    assert np.all(chosen.evaluate(E) < phabs().evaluate(E))
    np.testing.assert_allclose(pcfabs(xsect="bcmc", cover=1.0).evaluate(E), chosen.evaluate(E), rtol=1e-12)
    shifted = phabs(xsect="bcmc", redshift=1.0)
    np.testing.assert_allclose(shifted.evaluate(E), chosen.evaluate(2 * E), rtol=1e-12)


@pytest.mark.parametrize(
    "component, settings, message",
    [
        (phabs, {"xsect": "henke"}, "xsect; got 'henke'; allowed: vern, bcmc"),
        (pcfabs, {"xsect": ""}, "xsect; got ''; allowed: vern, bcmc"),
        (phabs, {"xsect": 1}, "xsect; got 1; allowed: a str"),
        (phabs, {"abundance": "solar"}, "abundances; got 'solar'; allowed: angr, aspl"),
        (tbabs, {"xsect": "bcmc"}, "tbabs has no parameter or setting 'xsect'"),
        (wabs, {"abundance": "wilm"}, "wabs has no parameter or setting 'abundance'"),
    ],
)
def test_settings_are_checked_at_once(component, settings, message):
    with pytest.raises(ModelError, match=message):
        component(**settings)


@pytest.mark.parametrize("kind", ["phabs", "phabs_bcmc", "tbabs"])
@pytest.mark.parametrize("abundance", sorted(medium.ABUNDANCES))
def test_every_composition_has_a_small_table(kind, abundance):
    lnE, lnS = table(kind, abundance)
    assert lnE.nbytes + lnS.nbytes < 150_000 and np.all(np.isfinite(lnS)) and np.all(np.diff(lnE) > 0)
    assert np.exp(lnE[0]) == pytest.approx(LOWEST)
    if (kind, abundance) == ("tbabs", "wilm"):
        np.testing.assert_allclose(lnS, compute(kind, abundance)[1], rtol=1e-12)
