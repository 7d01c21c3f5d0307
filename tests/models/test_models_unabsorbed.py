"""What absorbs says so: declared amounts, and factors that say nothing."""

import pickle

import jax.numpy as jnp
import numpy as np
import pytest
from table_file import write_table

from spec_lab._base import ModelError
from spec_lab.models import Model, Multiplicative, catalog, component, component_class, mtable, parameter, pl, tabulated
from spec_lab.models.absorption.unabsorbed import amounts, without_absorption

E = np.geomspace(0.3, 10, 40)


@component(kind="mul", absorbs=("nH",))
def fog(E, nH=0.5, power=-3.0):
    """An absorber whose column has another name than usual."""
    return jnp.exp(-nH * E**power)


@component(kind="mul", absorbs="logN")
def haze(E, logN=0.0):
    """An absorber whose column is a logarithm."""
    return jnp.exp(-(10**logN) / E)


@component(kind="mul")
def silent(E, depth=0.5):
    """A factor that does not say whether it absorbs."""
    return jnp.exp(-depth / E)


def bare(model):
    return model.evaluate(E, without_absorption(model, model.theta[None])[0], T=3.0)


def test_every_factor_of_the_house_says_whether_it_absorbs():
    homes = ("spec_lab.models.library.", "spec_lab.models.absorption.")
    names = [e["name"] for e in catalog() if e["kind"] == "mul"]
    factors = [name for name in names if component_class(name).__module__.startswith(homes)]
    assert {"tbabs", "pcfabs", "zdust", "hecut"} <= set(factors)
    for name in factors:
        cls = component_class(name)
        assert cls.absorbs is not None, name
        np.testing.assert_allclose(bare(cls()) if cls.absorbs else 1.0, 1.0, err_msg=name)


@pytest.mark.parametrize("factor", [fog(), haze(logN=0.3), fog(nH=2.0) * haze()])
def test_a_users_absorber_is_taken_away_by_what_it_declares(factor):
    np.testing.assert_allclose(bare(factor * pl()), pl().evaluate(E), rtol=1e-12)
    np.testing.assert_allclose(bare(Model.parse("hecut*pl") * factor), Model.parse("hecut*pl").evaluate(E), rtol=1e-12)


def test_places_are_those_of_theta():
    model = Model.parse("pl") + fog() * (Model.parse("tbabs*bb") + pl())
    assert [model.parameters[i].name for i in amounts(model)] == ["nH", "N_H"]


def test_a_factor_that_says_nothing_is_asked_about():
    with pytest.raises(ModelError, match=r"'silent' does not say whether it absorbs.*absorbs=\.\.\."):
        amounts(silent() * pl())


class mistaken(Multiplicative):
    """A factor that absorbs with what it has not."""

    absorbs = ("N_h",)
    N_H: float = parameter(1.0, "unif(0, 2)")

    def spectrum(self, x, p, T=None):
        return 1.0


def test_a_declaration_must_name_a_parameter():
    with pytest.raises(ModelError, match=r"mistaken absorbs with a parameter that it does not have; got 'N_h'.*N_H"):
        amounts(mistaken() * pl())
    with pytest.raises(ModelError, match="absorbs of 'other' name no parameter"):
        component(lambda E, nH=1.0: 1.0, kind="mul", name="other", absorbs=("N_H",))
    with pytest.raises(ModelError, match="adds photons, so it cannot absorb"):
        component(lambda E, nH=1.0: 1.0, kind="add", name="other", absorbs=("nH",))


class TestTables:
    edges = np.geomspace(0.1, 20.0, 31)

    def made(self, lowest, **more):
        columns = np.array([lowest, 1.0, 4.0])
        return tabulated(
            "veil", self.edges, np.exp(-columns[:, None] / self.edges[:-1]), additive=False, nH=columns, **more
        )

    def test_one_that_declares_is_taken_away_off_its_grid_too(self):
        for lowest in (0.0, 0.5):
            model = self.made(lowest, absorbs=("nH",))(nH=2.0) * pl()
            assert bare(model) == pytest.approx(pl().evaluate(E), rel=1e-12)
            assert np.all(model.evaluate(E) < pl().evaluate(E))
            again = pickle.loads(pickle.dumps(model))
            assert bare(again) == pytest.approx(pl().evaluate(E), rel=1e-12)

    def test_one_that_says_nothing_is_asked_about(self, tmp_path):
        with pytest.raises(ModelError, match="veil"):
            amounts(self.made(0.0)() * pl())
        write_table(tmp_path / "mul.fits", additive=False)
        assert amounts(mtable(tmp_path / "mul.fits", absorbs=())() * pl()) == ()
        with pytest.raises(ModelError, match="absorbs of table 'toy' names no parameter"):
            mtable(tmp_path / "mul.fits", absorbs=("nH",))
