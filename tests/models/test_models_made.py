"""Models made by others: functions, files, and operators on models."""

import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from table_file import write_table

from spec_lab import models
from spec_lab._base import ModelError, ParameterError
from spec_lab.models import (
    Grid,
    Model,
    atable,
    bb,
    component,
    gauss,
    gsmooth,
    mtable,
    pl,
    tabulated,
    tbabs,
    zshift,
)


def edges(lo, hi, n):
    e = np.linspace(lo, hi, n + 1)
    return e[:-1], e[1:]


@component(kind="add", priors={"slope": "unif(-3, 1)"}, units={"E0": "keV"}, frozen=("E0",))
def homemade(E, slope=-1.5, E0=2.0, logA=0.0):
    """A power law of mine."""
    return 10**logA * (E / E0) ** slope


@component
def fading(E, tau=10.0, T=None):
    return jnp.exp(-T / tau) / E


def test_a_function_becomes_a_component():
    model = tbabs() * homemade(slope=-2.0)
    assert model.expression == "tbabs*homemade"
    column, slope, E0, logA = model.parameters
    assert (slope.value, str(slope.prior)) == (-2.0, "unif(-3, 1)")
    assert E0.frozen and E0.unit == "keV" and logA.log and column.name == "N_H"
    grid = Grid.make(*edges(1, 5, 20))
    same = tbabs() * pl(alpha=-2.0, pivot_energy=2.0)
    np.testing.assert_allclose(model.photons(model.theta, grid), same.photons(same.theta[[0, 1, 2]], grid), rtol=1e-10)
    assert Model.parse("homemade+pl").names == ("homemade", "pl")
    assert models.homemade is homemade
    assert homemade().structure is homemade(slope=1.0).structure


def test_a_function_of_time():
    E = np.array([1.0, 2.0])
    np.testing.assert_allclose(fading().evaluate(E, T=10.0), np.exp(-1) / E)
    with pytest.raises(ModelError, match="depends on time"):
        fading().evaluate(E)


def test_functions_that_cannot_be_components_teach():
    with pytest.raises(ModelError, match="needs a default"):
        component(lambda E, a: a * E, name="x")
    with pytest.raises(ModelError, match="cannot call a parameter"):
        component(lambda E, name=1.0: name * E, name="x")
    with pytest.raises(ModelError, match="cannot call a parameter 'photons'"):
        component(lambda E, photons=1.0: photons * E, name="x")
    with pytest.raises(ModelError, match="allowed: add, mul, math"):
        component(lambda E, a=1.0: a * E, name="x", kind="added")
    with pytest.raises(ModelError, match="name no parameter"):
        component(lambda E, a=1.0: a * E, name="x", priors={"b": "unif(0, 1)"})
    with pytest.raises(ModelError, match=r"jax\.numpy"):
        component(lambda E, a=1.0: np.exp(a * E), name="numpyish")().evaluate(np.array([1.0]))


@pytest.mark.parametrize("given", [None, "x", True, np.ones(3), np.nan])
def test_a_start_value_that_a_function_cannot_have(given):
    with pytest.raises(ModelError, match="argument 'a' of component 'x' starts at no finite number"):
        component(lambda E, a=given: E, name="x")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda E, a=1.0: None, "must give an array like E; got 'nothing'. It has no return"),
        (lambda E, a=1.0: (a * E, E), "must give an array like E; got 'a tuple'"),
        (lambda E, a=1.0: (a * E).ravel()[:2], "one value for each energy; got .*shape .2,.*here .3,"),
        (lambda E, a=1.0: E[a < E], r"NonConcreteBooleanIndexError. .*jax\.numpy\.where"),
        (lambda E, a=1.0: E if a > 0 else 2 * E, r"TracerBoolConversionError. .*where instead of if"),
    ],
)
def test_what_a_function_gives(function, words):
    with pytest.raises(ModelError, match=words):
        component(function, name="wrong")().evaluate(np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("name", ["cpl", "powerlaw", "TBabs", "cpl2", "my comp", "class", "<lambda>"])
def test_names_that_a_function_cannot_have(name):
    with pytest.raises(ModelError, match=r"cannot have this name|would hide the component"):
        component(lambda E, a=1.0: E, name=name)
    assert Model.parse("cpl*tbabs").parameters[0].name == "alpha"


def test_what_is_no_function():
    for wrong in (3, pl, homemade):
        with pytest.raises(ModelError, match="made of a plain function"):
            component(wrong)
    with pytest.raises(ParameterError, match="Did you mean unif"):
        component(lambda E, a=1.0: E, name="x", priors={"a": "uni(0, 1)"})


def test_a_function_defined_again_replaces_itself():
    first = component(lambda E, a=1.0: a * E, name="again")
    second = component(lambda E, a=2.0: a * E, name="again")
    assert first is not second and Model.parse("again").theta.tolist() == [2.0]


def test_zshift_is_the_redshift_of_every_component():
    grid = Grid.make(*edges(1, 8, 40))
    moved = zshift(z=0.5)(bb(logkT=0.0) + gauss(sigma=1e-3))
    told = bb(logkT=0.0, redshift=0.5) + gauss(sigma=1e-3, redshift=0.5)
    np.testing.assert_allclose(moved.photons(moved.theta, grid), told.photons(told.theta, grid), rtol=1e-12)
    assert moved.parameters[0].frozen
    assert [t.indices for t in moved.terms] == [(0, 1, 2), (0, 3, 4, 5)]


def test_smoothing_a_narrow_line_makes_a_gaussian():
    grid = Grid.make(*edges(4, 8, 200))
    model = gsmooth(Sig_6keV=0.2)(gauss(El=6.0, sigma=1e-5))
    wide = gauss(El=6.0, sigma=0.2)
    np.testing.assert_allclose(
        model.photons(model.theta, grid), wide.photons(wide.theta, grid), atol=1e-5 * 0.04, rtol=0
    )


def test_smoothing_keeps_photons_and_its_width_runs_with_energy():
    grid = Grid.make(*edges(1, 20, 400))
    model = tbabs(N_H=0.0) * gsmooth(Sig_6keV=0.3, Index=1.0)(gauss(El=12.0, sigma=0.01))
    photons = np.asarray(jax.jit(model.photons)(model.theta, grid))
    middle = 0.5 * (np.asarray(grid.lo) + np.asarray(grid.hi))
    mean = (photons * middle).sum() / photons.sum()
    spread = np.sqrt((photons * (middle - mean) ** 2).sum() / photons.sum())
    assert photons.sum() == pytest.approx(1, abs=1e-9)
    assert (mean, spread) == (pytest.approx(12, abs=1e-3), pytest.approx(0.6, rel=2e-3))


def test_smoothing_does_not_mix_the_grids_of_two_units():
    one, two = edges(4, 8, 50), edges(3, 9, 40)
    model = gsmooth(Sig_6keV=0.3)(gauss(sigma=0.01) + pl(alpha=-1.0))
    rate = jax.jit(model.photons)
    both = rate(model.theta, Grid.make(np.r_[one[0], two[0]], np.r_[one[1], two[1]]))
    apart = np.r_[rate(model.theta, Grid.make(*one)), rate(model.theta, Grid.make(*two))]
    np.testing.assert_allclose(both, apart, rtol=1e-12)
    turned = rate(model.theta, Grid.make(one[0][::-1], one[1][::-1]))
    np.testing.assert_allclose(turned[::-1], apart[:50], rtol=1e-12)


def test_smoothing_a_curve_for_drawing():
    E = np.array([3.0, 6.0, 9.0])
    drawn = gsmooth(Sig_6keV=0.3)(pl(alpha=-1.0)).evaluate(E)
    fine = np.linspace(0.5, 20, 20001)
    kernel = np.exp(-0.5 * ((E[:, None] - fine) / 0.3) ** 2) / (0.3 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(drawn, np.trapezoid(kernel / fine, fine, axis=1), rtol=1e-6)


def test_additive_table(tmp_path):
    e = write_table(tmp_path / "toy.fits", additive=True)
    toy = atable(tmp_path / "toy.fits")
    assert atable(tmp_path / "toy.fits") is toy
    model = toy(kT=2.0)
    assert [p.name for p in model.parameters] == ["kT", "Abund", "extra", "logA"]
    assert str(model.parameters[0].prior) == "unif(0.5, 4)"
    again = pickle.loads(pickle.dumps(tbabs() * model))
    assert again.structure is (tbabs() * model).structure and again.theta[1] == 2.0
    own = Grid.make(e[:-1], e[1:])
    rate = jax.jit(model.photons)
    np.testing.assert_allclose(rate(model.theta, own), np.diff(e) * np.exp(-e[:-1] / 2) * 1.5, rtol=1e-6)
    # Half-way in ln kT, and with the additional spectrum.
    middle = rate(np.array([np.sqrt(2.0), 0.0, 3.0, 0.0]), own)
    between = 0.5 * (np.exp(-e[:-1]) + np.exp(-e[:-1] / 2)) + 3
    np.testing.assert_allclose(middle, np.diff(e) * between, rtol=1e-6)
    # Other bins: shared out by overlap, none lost; outside the file nothing.
    coarse = Grid.make([0.1, 0.5, 2.0], [0.3, 2.0, 30.0])
    total = np.asarray(rate(model.theta, coarse))
    assert total[0] == 0 and total[1:].sum() == pytest.approx(float(np.sum(rate(model.theta, own))), rel=1e-9)
    assert np.isnan(np.asarray(rate(np.array([9.0, 0.5, 0.0, 0.0]), own))).all()
    product = tbabs(N_H=0.0) * model
    np.testing.assert_allclose(product.photons(product.theta, coarse), total, rtol=1e-9)


def test_table_of_factors(tmp_path):
    e = write_table(tmp_path / "toy.fits", additive=False)
    toy = mtable(tmp_path / "toy.fits", name="curtain")
    model = toy(kT=1.0, Abund=0.0) * pl()
    E = np.sqrt(e[:-1] * e[1:])
    np.testing.assert_allclose(model.evaluate(E), np.exp(-e[:-1]), rtol=1e-6)
    assert model.expression == "curtain*pl"
    with pytest.raises(ModelError, match="Use mtable"):
        atable(tmp_path / "toy.fits")
    (tmp_path / "no.fits").write_text("nothing")
    with pytest.raises(ModelError, match="not an OGIP table"):
        atable(tmp_path / "no.fits")


def test_a_table_of_arrays():
    e = np.geomspace(1, 20, 41)
    kT = np.array([1.0, 2.0, 4.0])
    spectra = np.array([-t * np.diff(np.exp(-e / t)) for t in kT])
    toy = tabulated("grown", e, spectra, kT=kT, logarithmic=("kT",))
    assert tabulated("grown", e, spectra, kT=kT, logarithmic=("kT",)) is toy
    assert tabulated("grown", e, spectra, kT=kT + 1) is not toy  # the same spectra at other values
    model = toy(kT=2.0)
    assert str(model.parameters[0].prior) == "unif(1, 4)" and model.expression == "grown"
    np.testing.assert_allclose(model.photons(model.theta, Grid.make(e[:-1], e[1:])), spectra[1], rtol=1e-9)
    factor = tabulated("screen", e, np.ones((1, 40)) / 2, additive=False, depth=[1.0])
    np.testing.assert_allclose((factor() * pl()).evaluate([2.0, 4.0]), pl().evaluate([2.0, 4.0]) / 2)
    with pytest.raises(ModelError, match="would hide the component 'bb'"):
        tabulated("bb", e, spectra, kT=kT)
    with pytest.raises(ModelError, match=r"\(3, 40\)"):
        tabulated("wrong", e, spectra[:2], kT=kT)
    with pytest.raises(ModelError, match="kT of table 'wrong' must ascend"):
        tabulated("wrong", e, spectra, kT=kT[::-1])
