"""Fluxes, luminosities and equivalent widths against numbers by hand."""

import jax.numpy as jnp
import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Infer, MaxLikeFit, unif
from spec_lab._base import ModelError, ParameterError
from spec_lab.engines import Control
from spec_lab.models import Model, component, gauss, pl
from spec_lab.models.integration.band_flux import band_photons
from spec_lab.models.integration.grid import KEV_TO_ERG
from spec_lab.results.estimates import some_draws
from spec_lab.results.fluxes import fluxes


def line(sigma, energy=60.0):
    """A power law E^-1.5 with a line of 2 photons/cm²/s."""
    infer = Infer([(make_data(1), pl(alpha=-1.5, logA=2.0) + gauss())])
    infer.par["gauss.El"].val, infer.par["gauss.logA"].val = energy, np.log10(2.0)
    infer.par["gauss.sigma"].prior = "unif(0, 20)"
    infer.par["gauss.sigma"].val = sigma
    return infer


def power_law(low, high, index, norm=100.0):
    """`∫ norm E^index dE`."""
    return norm * (high ** (index + 1) - low ** (index + 1)) / (index + 1)


@pytest.mark.parametrize("sigma", [1.0, 1e-2, 1e-4])
def test_a_line_counts_in_full_however_narrow(sigma):
    pair = line(sigma).pairs[0]
    assert pair.photon_flux(50, 70, component="gauss") == pytest.approx(2.0, rel=1e-9)
    assert pair.photon_flux(50, 70) == pytest.approx(2.0 + power_law(50, 70, -1.5), rel=1e-6)
    assert pair.energy_flux(50, 70, component="gauss") == pytest.approx(2.0 * 60.0 * KEV_TO_ERG, rel=2e-4)


@pytest.mark.parametrize("index", [-4.0, -2.0, 0.5, 2.0])
def test_energy_of_a_power_law(index):
    infer = Infer([(make_data(1), pl(alpha=index, logA=2.0))])
    expected = KEV_TO_ERG * (100 * np.log(1e4) if index == -2.0 else power_law(0.1, 1e3, index + 1))
    assert infer.pairs[0].energy_flux(0.1, 1e3) == pytest.approx(expected, rel=1e-8)


def test_parts_add_up_and_absorption_can_be_taken_away():
    infer = Infer([(make_data(1), Model.parse("tbabs*(pl+bb)"))])
    infer.par["bb.logkT"].val, infer.par["tbabs.N_H"].val = 0.0, 3.0
    pair, before = infer.pairs[0], infer.setup
    whole, parts = pair.energy_flux(0.5, 10), [pair.energy_flux(0.5, 10, component=n) for n in ("pl", "bb")]
    assert whole == pytest.approx(sum(parts), rel=1e-9)
    bare = Infer([(make_data(1), Model.parse("pl+bb"))])
    bare.par["bb.logkT"].val = 0.0
    for name in (None, "pl", "bb"):
        plain = bare.pairs[0].energy_flux(0.5, 10, component=name)
        assert pair.energy_flux(0.5, 10, component=name, unabsorbed=True) == pytest.approx(plain, rel=1e-9)
        assert pair.energy_flux(0.5, 10, component=name) < 0.99 * plain
    assert infer.setup is before


def test_a_users_absorber_is_taken_away_and_one_that_says_nothing_is_asked_about():
    def fog(E, nH=2.0):
        return jnp.exp(-nH / E)

    plain = Infer([(make_data(1), pl())]).pairs[0].energy_flux(0.5, 10)
    for says, name in ((("nH",), "fog_that_says"), (None, "fog_that_is_silent")):
        made = component(fog, kind="mul", name=name, absorbs=says)
        pair = Infer([(make_data(1), made() * pl())]).pairs[0]
        assert pair.energy_flux(0.5, 10) < 0.9 * plain
        if says:
            assert pair.energy_flux(0.5, 10, unabsorbed=True) == pytest.approx(plain, rel=1e-9)
        else:
            with pytest.raises(ModelError, match=r"fog_that_is_silent.*does not say whether it absorbs"):
                pair.energy_flux(0.5, 10, unabsorbed=True)
            bare = Infer([(make_data(1), made() * pl() + pl(alpha=-2.0))]).pairs[0]
            bare.energy_flux(0.5, 10, component="pl2", unabsorbed=True)  # no factor acts on it


@pytest.fixture(scope="module")
def posterior():
    infer = BayesInfer([(make_data(1), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.0
    return infer.preview(draws=2000)


def test_fluxes_at_draws_are_those_of_the_draws(posterior):
    flux = posterior.flux(20, 200, photons=True, most=50)
    alpha, norm = some_draws(posterior.outcome, 50).T
    np.testing.assert_allclose(flux.draws[:, 0], power_law(20, 200, alpha, 10**norm), rtol=1e-8)
    assert "photon flux of the model, 20-200 keV" in repr(flux) and "photons/cm²/s" in flux._repr_html_()
    assert posterior.flux_info(20, 200, component="pl")["Of"] == ["pl", "pl"]


def test_luminosity_is_k_corrected(posterior):
    """For a power law K = (1+z)^(Γ-2); distance of Planck18 at z = 1 is 6791.8 Mpc (Planck 2018 results VI)."""
    z, far = 1.0, 6791.8 * 3.0856776e24
    alpha = some_draws(posterior.outcome, 50)[:, 0]
    flux = posterior.flux(20, 200, most=50).draws[:, 0]
    found = posterior.luminosity(20, 200, z=z, most=50)
    np.testing.assert_allclose(found.draws[:, 0], 4 * np.pi * far**2 * flux * (1 + z) ** (-alpha - 2), rtol=2e-4)
    assert "erg/s" in repr(found)
    near = posterior.luminosity(20, 200, distance=10.0, most=50)
    np.testing.assert_allclose(near.draws[:, 0], 4 * np.pi * (10 * 3.0856776e24) ** 2 * flux, rtol=1e-6)


def test_luminosity_takes_astropys_things(posterior):
    from astropy import units
    from astropy.cosmology import FlatLambdaCDM

    near, far = (posterior.luminosity(20, 200, distance=d, most=20).median for d in (1.0, 1e6 * units.pc))
    np.testing.assert_allclose(near, far, rtol=1e-12)
    other = posterior.luminosity(20, 200, z=1.0, cosmology=FlatLambdaCDM(50, 0.3), most=20)
    assert other.median > 1.5 * posterior.luminosity(20, 200, z=1.0, most=20).median


@pytest.mark.parametrize("sigma", [0.5, 1e-4])
def test_equivalent_width_of_a_line_over_a_power_law(sigma):
    infer = line(sigma)
    infer.__class__ = MaxLikeFit
    for name in ("pl.alpha", "pl.logA", "gauss.El", "gauss.sigma"):
        infer.par[name].frozen = True
    found = infer.fit().equivalent_width("gauss", most=40)
    norm = 10 ** infer.outcome.draws[np.linspace(0, 999, 40).astype(int), 0]
    np.testing.assert_allclose(found.draws[:, 0], norm / (100 * 60.0**-1.5), rtol=3e-3)
    assert "equivalent width of gauss, keV" in repr(found)


def test_absorption_in_front_leaves_an_equivalent_width_as_it_is():
    widths = []
    for text in ("pl+gauss", "tbabs*(pl+gauss)"):
        infer = MaxLikeFit([(make_data(1), Model.parse(text))])
        infer.par["pl.alpha"].val, infer.par["pl.logA"].val, infer.par["gauss.El"].val = -1.5, 2.0, 6.4
        for par in infer.par.values():
            par.frozen = True
        infer.par["gauss.sigma"].frozen_at(0.01)
        infer.par["pl.logA"].thaw()
        kind = type(infer.fit())
        infer.outcome = infer.outcome.replace(draws=np.array([[2.0], [2.0]]))
        widths.append(kind(infer).equivalent_width("gauss").median[0])
    assert widths[1] == pytest.approx(widths[0], rel=1e-6) == pytest.approx(1 / (100 * 6.4**-1.5), rel=1e-3)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda p: p.flux(100, 10), r"band is empty.*got \(100, 10\)"),
        (lambda p: p.flux(0, 10), "0 < low < high"),
        (lambda p: p.flux(np.nan, 10), "0 < low < high"),
        (lambda p: p.flux("a", 10), "0 < low < high"),
        (lambda p: p.flux(1, np.inf), "0 < low < high"),
        (lambda p: p.flux(1, 10, pair=0), "no such pair; got 0; allowed: 1 to 1"),
        (lambda p: p.flux(1, 10, component="p1"), "no such additive component; got 'p1'; allowed: pl"),
        (lambda p: p.luminosity(1, 10), r"how far .* luminosity\(2, 10, z="),
        (lambda p: p.luminosity(1, 10, z=-0.1), "no redshift; got -0.1"),
        (lambda p: p.luminosity(1, 10, z=0), "distance > 0 or z > 0"),
        (lambda p: p.luminosity(1, 10, distance=-4), "got -4; allowed: distance > 0"),
        (lambda p: p.luminosity("a", 10, z=1), "0 < low < high"),
        (lambda p: p.flux(1, 10, most=0), "number of draws must be a whole number; got 0; allowed: most >= 1"),
        (lambda p: p.ppc("a"), "number of simulated data sets must be a whole number; got 'a'"),
        (lambda p: p.ppc(5, seed=-1), "seed must be a whole number; got -1; allowed: seed >= 0"),
        (lambda p: p.pit(most=-3), "got -3; allowed: most >= 1"),
        (lambda p: p.contour(1, 2, points="a"), "got 'a'; allowed: points >= 3"),
        (lambda p: p.contour(1, 2, reach=-1), "must reach somewhere; got -1"),
        (lambda p: p.contour(1, 2, values=([1, np.nan], [1, 2])), "two lists of finite numbers"),
        (lambda p: p.contour(1, 2, values=(1,)), "two lists of finite numbers"),
        (lambda p: p.equivalent_width("pl"), "needs a continuum"),
        (lambda p: p.equivalent_width("gauss"), "no such additive component"),
    ],
)
def test_wrong_questions_are_answered(posterior, wrong, words):
    with pytest.raises(ParameterError, match=words):
        wrong(posterior)


def test_another_band_compiles_nothing(posterior, compiles):
    posterior.flux(20, 200)
    with compiles() as counted:
        posterior.flux(5, 900)
        posterior.luminosity(3, 70, z=0.3)
    assert counted.count == 0


def test_a_smoothed_model_is_evaluated_in_little_memory_and_time():
    sharp, smooth = Model.parse("pl"), Model.parse("gsmooth(pl)")
    thetas = np.repeat(np.asarray(smooth.theta, float)[None], 20, axis=0)
    thetas[:, 1] = 0.0  # of equal width everywhere
    thetas[:, 0] = np.geomspace(1e-3, 0.05, 20)
    made = band_photons(smooth, thetas, 5.0, 50.0)
    plain = band_photons(sharp, np.asarray(sharp.theta, float)[None], 5.0, 50.0)
    assert made.photons.shape == (20, 500)
    np.testing.assert_allclose(made.energy_flux, plain.energy_flux[0], rtol=2e-4)


def test_a_long_flux_tells_how_far_it_is_and_stops(monkeypatch, posterior):
    monkeypatch.setattr(fluxes, "PATIENCE", 0.0)
    heard = []
    control = Control(on_progress=lambda progress: (heard.append(progress.fraction), control.end()))
    found = posterior.flux(20, 200, most=300, control=control)
    whole = posterior.flux(20, 200, most=300)
    assert 0 < heard[0] < 1 and len(found.draws) == 64
    np.testing.assert_array_equal(found.draws, whole.draws[:64])
