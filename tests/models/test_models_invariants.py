"""Properties of every component over the whole range of its default beliefs: positive, finite gradients, no silent nonsense."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from precision import SINGLE, step, tolerance

from spec_lab.models import Grid, Model, band, catalog, cpl, mbb
from spec_lab.models.component import REGISTRY

SHIPPED = sorted(name for name, cls in REGISTRY.items() if cls.__module__.startswith("spec_lab.models."))
ADDITIVE = [name for name in SHIPPED if REGISTRY[name].kind == "add"]
FACTORS = [name for name in SHIPPED if REGISTRY[name].kind in ("mul", "math")]
DRAWS = 200
LARGEST = 1e30 if SINGLE else np.inf  # of more, single precision does not hold the slopes


def beliefs(model):
    """Uniform draws over the default beliefs, shape [s, k]."""
    rng = np.random.default_rng(7)
    ranges = []
    for p in model.parameters:
        lo, hi = p.prior.support
        ranges.append((lo, hi))
    lo, hi = np.array(ranges).T
    return lo + (hi - lo) * rng.random((DRAWS, len(lo)))


def grid():
    e = np.geomspace(0.3, 3e4, 25)
    return Grid.make(e[:-1], e[1:], T=20.0)


@pytest.mark.parametrize("name", ADDITIVE)
def test_additive_components_are_positive_with_finite_gradients(name):
    model, bins = Model.parse(name), grid()
    thetas = beliefs(model)

    def value(theta):
        photons = model.photons(theta, bins)
        return jnp.sum(photons), photons

    (total, photons), slopes = jax.jit(jax.vmap(jax.value_and_grad(value, has_aux=True)))(thetas)
    total, photons, slopes = (np.asarray(a) for a in (total, photons, slopes))
    assert SINGLE or not np.isinf(total).any()  # single precision does not hold 10^6 photons at 1 keV that rise as E^10
    exists = np.isfinite(total) & (total < LARGEST)
    assert exists.mean() > 0.05, "almost nowhere defined"
    assert np.all(photons[exists] >= -tolerance(0.0, 1e-7) * total[exists, None])
    assert np.all(np.isfinite(slopes[exists]))
    assert np.all(total[exists].max() > 0)
    # The amplitude enters as 10**logA: d ln N / d logA = ln 10, whatever else.
    amplitude = next(i for i, p in enumerate(model.parameters) if p.name in ("logA", "logAc"))
    seen = exists & (total > tolerance(1e-250, 1e-30))
    np.testing.assert_allclose(slopes[seen, amplitude] / total[seen], np.log(10), rtol=1e-8)


@pytest.mark.parametrize("name", FACTORS)
def test_factors_are_finite_with_finite_gradients(name):
    model, bins = Model.parse(f"pl*{name}"), grid()
    theta = np.hstack([np.tile([-1.0, 0.0], (DRAWS, 1)), beliefs(Model.parse(name))])
    slopes = jax.jit(jax.vmap(jax.value_and_grad(lambda t: model.photons(t, bins).sum())))(theta)
    value, slope = (np.asarray(a) for a in slopes)
    assert np.all(np.isfinite(value)) and np.all(np.isfinite(slope))
    if name != "const":
        plain = float(Model.parse("pl").photons(np.array([-1.0, 0.0]), bins).sum())
        assert np.all((value >= 0) & (value <= plain * (1 + 1e-9)))


def test_impossible_spectra_are_nan_not_numbers():
    """bayspec returns finite numbers for a band with alpha < -2 or beta > alpha, and divides by zero at alpha = -2."""
    E = np.array([1.0, 100.0, 5000.0])
    assert np.isnan(cpl(alpha=-2.0).evaluate(E)).all()
    assert np.isnan(cpl(alpha=-2.5).evaluate(E)).all()
    assert np.isnan(band(alpha=-2.0).evaluate(E)).all()
    assert np.isnan(band(alpha=-2.3).evaluate(E)).all()
    assert np.isnan(band(alpha=-1.0, beta=-0.5).evaluate(E)).all()
    assert np.isnan(mbb(logkTmin=2.0, logkTmax=1.0).evaluate(E)).all()
    for text in ("sbpl(beta=-1.9)", "sb3pl(alpha2=-3.5)", "csb2pl(alpha1=-1.5)", "dsbpl(alpha1=-3.0, alpha2=-3.5)"):
        assert np.isnan(Model.parse(text).evaluate(E)).all(), text


def test_a_lower_of_two_maxima_is_no_peak():
    """csbpl rising again above a dip: the claimed peak is not the highest, so the spectrum does not exist."""
    E = np.geomspace(1, 1e4, 5)
    assert np.isnan(Model.parse("csbpl(alpha1=-1.9, alpha2=1.5, logEb=2.0, logEp=1.0)").evaluate(E)).all()
    assert np.isfinite(Model.parse("csbpl(alpha1=-1.0, alpha2=1.0, logEb=1.0, logEp=3.0)").evaluate(E)).all()


def test_band_is_continuous_with_its_slope_at_the_break():
    model = band(alpha=-0.8, beta=-2.4, logEp=2.3)
    brk = (-0.8 + 2.4) * 10**2.3 / 1.2
    E = brk * (1 + step(1e-6, 2e-3) * np.array([-2, -1, 1, 2]))
    N = model.evaluate(E)
    np.testing.assert_allclose(np.diff(np.log(N)) / np.diff(np.log(E)), -2.4, rtol=tolerance(1e-4, 3e-3))


def test_redshift_moves_energies_and_nothing_else():
    E = np.geomspace(1, 500, 20)
    for name in ("pl", "bknpl", "dband", "sb3pl", "gauss", "hleband"):
        near, far = Model.parse(name), Model.parse(f"{name}(redshift=1.5)")
        np.testing.assert_allclose(far.evaluate(E, T=20.0), near.evaluate(2.5 * E, T=20.0), rtol=1e-9, err_msg=name)


def test_catalog_tells_everything():
    entries = catalog()
    assert {e["name"] for e in entries} >= set(SHIPPED)
    for entry in entries:
        if entry["name"] not in SHIPPED:
            continue
        assert entry["summary"] and entry["formula"], entry["name"]
        assert "Parameters:" in entry["doc"] and re.search(r"\b(19|20)\d\d\b", entry["doc"]), entry[
            "name"
        ]  # a reference
        assert re.search(r"\b[Nf]\(E.*\) =|^f = |→", entry["doc"], re.MULTILINE) or entry["name"] == "comptt"
        for p in entry["parameters"]:
            assert p["doc"] and p["prior"] and p["label"], (entry["name"], p["name"])
    aliases = [a for e in entries for a in (e["name"], *e["aliases"])]
    assert len(aliases) == len(set(aliases))
