"""Reference fits on the public spectra: statistics at fixed points, minima, best fits, posteriors, evidence, fluxes.

The numbers are independent of spec_lab: exact bin integrals by two other programs, and a published MultiNest run.
"""

import warnings

import numpy as np
import pytest

from spec_lab import BayesInfer, Data, DataUnit, Infer, MaxLikeFit, unif
from spec_lab._base import SpecLabWarning
from spec_lab.models import cpl, pl

pytestmark = pytest.mark.real_data


def _quietly(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # POISSERR = F on integer counts: told aloud, and right
        return make()


@pytest.fixture(scope="module")
def burst(real_data):
    def unit(name, notc, stat):
        folder = real_data / "grb-me-he"
        files = {kind: folder / f"{name}.{kind}" for kind in ("src", "bkg", "rsp")}
        return DataUnit(**files, notc=notc, stat=stat)

    def make(stat="pgstat"):
        return _quietly(lambda: Data([("na", unit("me", [8, 900], stat)), ("bgo", unit("he", [300, 38000], stat))]))

    return make


@pytest.fixture(scope="module")
def quasar(real_data):
    folder = real_data / "3c273"

    def make(**options):
        return _quietly(lambda: DataUnit(src=folder / "3c273.pi", stat="cstat", name="acis", **options))

    return make


POINT = [-1.562, 2.331, 2.353]


def test_burst_at_a_fixed_point(burst):
    infer = Infer([(burst(), cpl())])
    assert infer.npoint_list.tolist() == [119, 117]
    assert infer.calc_stat(POINT) == pytest.approx(554.7250326224, rel=1e-8)


def test_burst_with_the_five_point_rule(burst):
    infer = Infer([(burst(), cpl())], rule="trapezoid5")
    infer.at_par(POINT)
    assert infer.stat_list == pytest.approx([405.2556264626987, 149.4770089733586], rel=1e-8)


@pytest.mark.parametrize(
    ("stat", "value"),
    [("cstat", 430.6572767790), ("wstat", 430.6572767790), ("pstat", 572.9436197634), ("chi2", 607.2837241857)],
)
def test_burst_under_other_statistics(burst, stat, value):
    assert Infer([(burst(stat), cpl())]).calc_stat(POINT) == pytest.approx(value, rel=1e-8)


def test_burst_best_fit(burst):
    fit = MaxLikeFit([(burst(), cpl())])
    result = fit.fit()
    assert fit.stat == pytest.approx(554.7169065901, abs=1e-4)
    errors = np.array([0.010241, 0.009852, 0.014961])
    np.testing.assert_array_less(np.abs(fit.free_pvalues - [-1.56179457, 2.33080903, 2.35291303]), 0.01 * errors)
    assert result.errors == pytest.approx(errors, rel=0.03)
    assert result.aic == pytest.approx(554.7169065901 + 6, abs=1e-4)


def test_burst_best_fit_with_the_five_point_rule(burst):
    fit = MaxLikeFit([(burst(), cpl())], rule="trapezoid5")
    result = fit.fit()
    assert fit.stat == pytest.approx(554.7276510520, abs=1e-4)
    published = {
        "aic": 560.745,
        "aicc": 560.848,
        "bic": 571.136,
    }  # at the best draw of a MultiNest run, so a little higher
    for name, value in published.items():
        assert 0 <= value - getattr(result, name) < 0.05


@pytest.mark.parametrize("start", [(-1, 2, 0), (-0.5, 3.5, -3), (1.5, 1, 5), (-1.9, 0.5, 4)])
def test_burst_from_poor_starts(burst, start):
    fit = MaxLikeFit([(burst(), cpl())])
    fit.at_par(start)
    fit.fit()
    assert fit.stat == pytest.approx(554.7169065901, abs=1e-4)


def test_burst_by_minuit(burst):
    fit = MaxLikeFit([(burst(), cpl())])
    result = fit.iminuit()
    assert fit.stat == pytest.approx(554.7169065901, abs=1e-4)
    assert result.errors == pytest.approx([0.01024, 0.00984, 0.01496], rel=0.03)


def test_burst_preview(burst):
    post = BayesInfer([(burst(), cpl())]).preview()
    assert post.lnZ == pytest.approx(-295.8374, abs=0.05)
    sd = np.array([0.010241, 0.009852, 0.014961])
    np.testing.assert_array_less(np.abs(post.par_mean - [-1.561937, 2.331027, 2.353100]), 0.05 * sd)
    np.testing.assert_allclose(post.sample.std(axis=0), sd, rtol=0.03)
    assert post.outcome.figures["pareto_k"] < 0.7


QUASAR = {
    "all, grouped": ({}, 46, (1.782, 1.622e-4), 62.12275005769554, 62.1110986202, (1.7820160, 1.6286971e-4)),
    "0.5-7 overlap, grouped": (
        {"notc": [0.5, 7.0], "notc_mode": "overlap"}, 42, (1.7, 1e-4), 172.19118862474699, 37.3811114262,
        (1.9294386, 1.8415769e-4),
    ),
    "0.5-7 inside, grouped": (
        {"notc": [0.5, 7.0]}, 40, (1.7, 1e-4), 170.1598197879, 34.8320951665, (1.9528813, 1.8908829e-4),
    ),
    "0.5-7 overlap, ungrouped": (
        {"notc": [0.5, 7.0], "notc_mode": "overlap", "grpg": "none"}, 446, (1.7, 1e-4), 630.1081495542, 497.5321534449,
        (1.8951158543, 1.8214855e-4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", QUASAR)
def test_quasar(quasar, case):
    options, bins, (gamma, norm), value, minimum, (best_gamma, best_norm) = QUASAR[case]
    fit = MaxLikeFit([(quasar(**options), pl())])
    assert fit.npoint == bins
    assert fit.calc_stat([-gamma, np.log10(norm)]) == pytest.approx(value, rel=1e-8)
    result = fit.fit()
    assert fit.stat == pytest.approx(minimum, abs=1e-4)
    np.testing.assert_array_less(np.abs(fit.free_pvalues - [-best_gamma, np.log10(best_norm)]), 0.01 * result.errors)


def test_quasar_posterior_and_flux(quasar):
    infer = BayesInfer([(quasar(notc=[0.5, 7.0], notc_mode="overlap", grpg="none"), pl())])
    infer.par[1].prior, infer.par[2].prior = unif(-5, 0), unif(-6, -2)
    post = infer.preview()
    assert post.lnZ == pytest.approx(-256.80443, abs=0.05)
    sd = np.array([0.059365, 0.022998])
    np.testing.assert_array_less(np.abs(post.par_mean - [-1.895611, -3.740217]), 0.05 * sd)
    np.testing.assert_allclose(post.sample.std(axis=0), sd, rtol=0.03)
    infer.fit()
    assert infer.pairs[0].energy_flux(0.5, 7.0) == pytest.approx(8.2509227e-13, rel=1e-4)
    assert infer.pairs[0].photon_flux(0.5, 7.0) == pytest.approx(3.4279321e-4, rel=1e-4)


def test_burst_flux(burst):
    fit = MaxLikeFit([(burst(), cpl())])
    fit.at_par([-1.56179457, 2.33080903, 2.35291303])
    assert fit.pairs[0].energy_flux(10, 1000) == pytest.approx(8.3711664e-6, rel=2e-6)


def test_two_models_linked_are_one_model(burst):
    na, bgo = burst().units
    m1, m2 = cpl(), cpl()
    infer = Infer([(Data([("na", na)]), m1), (Data([("bgo", bgo)]), m2)])
    for a, b in ((1, 4), (2, 5), (3, 6)):
        infer.link([a, b])
    assert infer.calc_stat(POINT) == pytest.approx(554.7250326224, rel=1e-8)
    m = cpl()
    shared = Infer([(Data([("na", na)]), m), (Data([("bgo", bgo)]), m)])
    assert shared.calc_stat(POINT) == pytest.approx(554.7250326224, rel=1e-8)
