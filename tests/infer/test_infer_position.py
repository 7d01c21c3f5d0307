"""Where a source is, from how bright three detectors see it: whole fits with a free position."""

import numpy as np
import pytest
from drm_generator import TRUE, make_sky_data

from spec_lab import BayesInfer, Infer, MaxLikeFit
from spec_lab.models import pl


def located(kind):
    """Three detectors linked to one position that starts two degrees off."""
    infer = kind([(make_sky_data(), pl())])
    for name in ("ra", "dec"):
        infer.link([f"d{i}.{name}" for i in (1, 2, 3)])
    infer.par["pl.alpha"].val, infer.par["pl.logA"].val = -1.5, 1.4
    return infer


@pytest.fixture(scope="module")
def fitted():
    infer = located(MaxLikeFit)
    infer.fit()
    return infer


def test_the_fit_finds_the_source(fitted):
    truth = np.array([-1.6, np.log10(30), *TRUE])
    pulls = (fitted.outcome.best - truth) / fitted.outcome.errors
    assert np.abs(pulls).max() < 3 and np.all(fitted.outcome.errors[2:] < 1.0)
    assert [fitted.par[f"d{i}.ra"].val for i in (2, 3)] == [fitted.par["d1.ra"].val] * 2


@pytest.mark.parametrize("engine", ["iminuit", "lmfit"])
def test_every_minimiser_finds_the_same(fitted, engine):
    other = located(MaxLikeFit)
    getattr(other, engine)()
    np.testing.assert_allclose(other.outcome.best, fitted.outcome.best, atol=0.02 * fitted.outcome.errors.max())
    np.testing.assert_allclose(other.outcome.errors, fitted.outcome.errors, rtol=0.02)


@pytest.mark.parametrize(
    ("engine", "options"), [("preview", {}), ("nuts", {"draws": 200, "warmup": 150}), ("nested", {"live": 150})]
)
def test_every_sampler_puts_the_posterior_there(fitted, engine, options):
    infer = located(BayesInfer)
    infer.fit()
    getattr(infer, engine)(seed=3, **options)
    draws = np.asarray(infer.outcome.draws)
    assert np.all(np.abs(draws.mean(axis=0) - fitted.outcome.best) < 0.4 * fitted.outcome.errors)
    np.testing.assert_allclose(draws.std(axis=0), fitted.outcome.errors, rtol=0.25)


def test_the_table_of_parameters_has_the_position_with_its_priors(fitted):
    rows = {(row["Component"], row["Parameter"]): row for row in fitted.all_params}
    assert rows["d1", "ra"]["par#"].endswith("*") and str(rows["d1", "ra"]["Prior"]) == "unif(23, 67)"
    assert str(rows["d1", "dec"]["Prior"]) == "coslat(0, 40)"


def test_the_readings_are_those_of_the_position(fitted):
    rates = fitted.model_ctsrate
    np.testing.assert_allclose(rates[1], fitted.problem.display()[0][0][1], rtol=1e-9)
    again = MaxLikeFit([(make_sky_data(), pl())])
    assert not np.allclose(again.model_ctsrate[1] / rates[1], again.model_ctsrate[1][3] / rates[1][3], rtol=1e-3)


def test_simulated_data_come_from_the_position(fitted):
    drawn = fitted.simulate(seed=5)
    assert fitted.par["d1.ra"].val == drawn.par["d1.ra"].val
    drawn.fit()
    pulls = (drawn.outcome.best - fitted.outcome.best) / fitted.outcome.errors
    assert np.abs(pulls).max() < 4
    refits = located(MaxLikeFit)
    refits.bootstrap(simulations=30)
    assert np.all(np.abs(np.log(refits.outcome.errors / fitted.outcome.errors)) < 0.6)


def test_a_saved_fit_stands_alone(fitted, tmp_path):
    fitted.export(tmp_path / "fit.zip")
    again = Infer.load(tmp_path / "fit.zip")
    assert again.stat == fitted.stat and again.par["d2.ra"].mates == fitted.par["d2.ra"].mates
    again.par["pl.alpha"].val = -1.7
    again.fit()
    np.testing.assert_allclose(again.outcome.best, fitted.outcome.best, atol=1e-3)
