"""Models scaled to a flux: closed forms, XSPEC's values, and what may not be scaled."""

import numpy as np
import pytest
from precision import tolerance
from small import make_data

from spec_lab import BayesInfer
from spec_lab._base import ModelError
from spec_lab.models import Grid, Model, bb, cflux, clumin, cpflux, gauss, hlecpl, pl, tbabs
from spec_lab.models.integration.band_flux import band_photons

LN20 = np.log(20.0)


def test_the_scale_of_a_power_law():
    """1e-10/(1.602e-9 ln 20) is the amplitude of E^-2 with 1e-10 erg/cm²/s from 0.5 to 10 keV (XSPEC 12.15: 0.0208347)."""
    model = cflux(logF=-10.0)(pl(alpha=-2.0, logA=3.0))
    assert model.evaluate(np.array([1.0, 3.0])) * np.array([1.0, 9.0]) == pytest.approx(
        1e-10 / (1.602176634e-9 * LN20), rel=tolerance(1e-11)
    )
    photons = cpflux(logF=-1.0)(pl(alpha=-2.0))
    assert photons.evaluate(np.array([1.0]))[0] == pytest.approx(0.1 / (1 / 0.5 - 1 / 10), rel=tolerance(1e-11))


def test_the_luminosity():
    """1e44 erg/s at z = 0.1, with H0 = 70 and Omega_m = 0.27: XSPEC 12.15 gives 8.18166e-4, adding up bins of the band."""
    from astropy.cosmology import FlatLambdaCDM

    far = float(FlatLambdaCDM(70, 0.27).luminosity_distance(0.1).to_value("Mpc"))
    model = clumin(redshift=0.1, distance=far, logL=44.0)(pl(alpha=-2.0))
    assert model.evaluate(np.array([1.0]))[0] == pytest.approx(8.18166e-4, rel=1e-4)
    here = 1e44 / (4 * np.pi * (far * 3.0856775814913673e24) ** 2) / (1.602176634e-9 * LN20)
    assert model.evaluate(np.array([1.0]))[0] == pytest.approx(here, rel=tolerance(1e-10))
    assert clumin(redshift=0.1, logL=44.0)(pl()).evaluate(np.array([1.0]))[0] > 0


def test_lines_edges_and_terms_count_inside():
    model = cflux(Emin=0.4, Emax=8.0, logF=-9.0)(
        tbabs(N_H=0.3) * (pl(alpha=-1.7) + bb() + gauss(El=6.4, sigma=1e-3, logA=-1.0))
    )
    flux = band_photons(model, model.theta[None], 0.4, 8.0).energy_flux[0]
    assert flux == pytest.approx(1e-9, rel=tolerance(1e-4))
    assert len(model.terms) == 1 and [p.name for p in model.parameters if p.frozen] == ["logA"]


def test_it_is_linear_in_the_flux_on_any_grid():
    grid = Grid.make(np.geomspace(0.3, 11, 60)[:-1], np.geomspace(0.3, 11, 60)[1:])
    model = tbabs() * cflux()(pl() + gauss())
    theta = model.theta
    more = np.where([p.name == "logF" for p in model.parameters], theta + 1.0, theta)
    ratio = np.asarray(model.photons(more, grid)) / np.asarray(model.photons(theta, grid))
    assert ratio == pytest.approx(10.0, rel=tolerance(1e-12))


def test_what_cannot_be_scaled():
    with pytest.raises(ModelError, match="scales photons"):
        cflux()(tbabs())
    with pytest.raises(ModelError, match="band of cflux is empty"):
        cflux(Emin=5.0, Emax=5.0)(pl())
    with pytest.raises(ModelError, match="how far"):
        clumin()(pl())


def test_what_depends_on_time_has_one_flux_at_one_time():
    edges = np.geomspace(10.0, 300.0, 21)
    model = cflux(Emin=20.0, Emax=200.0)(hlecpl())
    at_once = Grid.make(edges[:-1], edges[1:], T=50.0)
    assert np.all(np.asarray(model.photons(model.theta, at_once)) > 0)
    with pytest.raises(ModelError, match="changes over several times"):
        model.photons(model.theta, Grid.make(edges[:-1], edges[1:], T=np.linspace(50.0, 60.0, 20)))
    steady = cflux(Emin=20.0, Emax=200.0)(pl())
    assert np.all(np.asarray(steady.photons(steady.theta, Grid.make(edges[:-1], edges[1:], T=np.full(20, 50.0)))) > 0)


def test_a_fit_finds_the_flux_of_its_draws():
    """The error of the parameter is that of the flux computed from draws of the unscaled model."""
    data = make_data(1)
    plain = BayesInfer([(data, pl())])
    scaled = BayesInfer([(data, Model.parse("cflux(Emin=20, Emax=500)(pl)"))])
    assert len(scaled.free_par) == 2
    one, other = plain.fit(), scaled.fit()
    assert other.min_stat == pytest.approx(one.min_stat, abs=tolerance(1e-6, 1e-2))
    flux = np.log10(one.flux(20, 500).draws[:, 0])
    place = [par.name for par in scaled.free_par.values()].index("logF")
    assert other.par_best[place] == pytest.approx(np.log10(one.flux(20, 500).draws[0, 0]), abs=0.02)
    assert np.std(np.asarray(scaled.outcome.draws)[:, place]) == pytest.approx(flux.std(), rel=0.15)
