"""Derived parameters of modules: rows of their own, tied to their sources, in every dialect."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Infer
from spec_lab._base import SpecLabWarning
from spec_lab.bridge import Parameterized, PyroxModule, components, pyrox_method
from spec_lab.variables import Constrained, Derived, Interval, Param, Positive, Tagged


def fit_of(module):
    return BayesInfer([(make_data(1), module)])


def ten_times(x):
    return 10.0 * x


def turned(x):
    return jnp.where(x > 0, jnp.exp(x), 1.0 + x)


class BareLogged(eqx.Module):
    norm: Param = Derived(jnp.exp, Constrained(Interval(-3.0, 3.0), 0.0, metadata={"prior": "unif(-2, 2)"}))

    def __call__(self, E):
        return self.norm / E


class RegisteredLogged(Parameterized):
    pyrox_name = "BareLogged"
    norm: Param = Derived(jnp.exp, Constrained(Interval(-3.0, 3.0), 0.0, metadata={"prior": "unif(-2, 2)"}))

    @pyrox_method
    def __call__(self, E):
        return self.get_param("norm") / E


class SetUpLogged(Parameterized):
    pyrox_name = "BareLogged"

    def setup(self):
        source = Constrained(Interval(-3.0, 3.0), 0.0, metadata={"prior": "unif(-2, 2)"})
        self.register_param("norm", Derived(jnp.exp, source))

    @pyrox_method
    def __call__(self, E):
        return self.get_param("norm") / E


LOGGED = [BareLogged, RegisteredLogged, SetUpLogged]


@pytest.mark.parametrize("cls", LOGGED)
def test_a_derived_parameter_is_tied_to_its_source(cls):
    infer = fit_of(cls())
    derived, source = infer.par["BareLogged.norm"], infer.par["BareLogged.norm_raw"]
    assert derived.tied_to == f"exp(par[{source.pid}])" and infer.free_nparams == 1
    assert source.slot.limits == (-3.0, 3.0) and str(source.prior) == "unif(-2, 2)"
    source.val = 1.0
    assert derived.val == pytest.approx(np.e, rel=1e-12)
    np.testing.assert_allclose(infer.setup.model(0).evaluate(np.array([2.0])), np.e / 2, rtol=1e-12)
    derived.untie()
    derived.val = 3.0
    np.testing.assert_allclose(infer.setup.model(0).evaluate(np.array([2.0])), 1.5, rtol=1e-12)


@pytest.mark.parametrize("cls", LOGGED)
def test_a_derived_parameter_is_saved_and_loaded(cls, tmp_path):
    infer = fit_of(cls())
    infer.par["BareLogged.norm_raw"].val = 0.7
    again = Infer.load(infer.export(tmp_path / "fit.zip"))
    for each in (infer, again):
        each.par["BareLogged.norm_raw"].val = 0.9
    assert again.stat == infer.stat and again.par["BareLogged.norm"].val == pytest.approx(np.exp(0.9), rel=1e-12)


@pytest.mark.parametrize("cls", LOGGED)
def test_a_component_of_an_earlier_file_has_its_source_as_parameter(cls):
    module = cls()
    made = components._remade(module, {"norm_raw": Constrained(Interval(-3.0, 3.0), 1.0)})
    assert [p.name for p in made.parameters] == ["norm_raw"]
    np.testing.assert_allclose(made.evaluate(np.array([2.0])), np.e / 2, rtol=1e-12)


def test_a_function_without_formula_runs_in_the_call():
    class Turned(Parameterized):
        pyrox_name = "turned"
        norm: Param = Derived(turned, Tagged(0.5))
        level: Param = Derived(ten_times, Derived(turned, Tagged(0.5)))

        @pyrox_method
        def __call__(self, E):
            return (self.get_param("norm") + self.get_param("level")) / E

    infer = fit_of(Turned())
    assert [p.name for p in infer.pairs[0].model.parameters] == ["norm_raw", "level_raw_raw"]
    infer.par["turned.norm_raw"].val = infer.par["turned.level_raw_raw"].val = 1.0
    np.testing.assert_allclose(infer.setup.model(0).evaluate(np.array([2.0])), 11 * np.e / 2, rtol=1e-12)


def test_derived_parameters_of_one_source_share_it():
    class Twice(eqx.Module):
        x: Param
        double: Param
        triple: Param

        def __call__(self, E):
            return (self.x + self.double + self.triple) / E

    x, y = Tagged(1.0), Constrained(Positive(), 2.0)
    with pytest.warns(SpecLabWarning, match="The same object stands in several places"):
        infer = fit_of(Twice(x, Derived(ten_times, x), Derived(ten_times, Derived(ten_times, y))))
    assert infer.free_nparams == 2
    infer.par["Twice.x"].val = 3.0
    assert infer.par["Twice.double"].val == 30.0 and infer.par["Twice.triple"].val == pytest.approx(200.0, rel=1e-12)


def test_two_modules_of_one_class_do_not_share_the_sources_of_its_defaults():
    class Two(PyroxModule):
        pyrox_name = "two"
        one: BareLogged
        other: BareLogged

        @pyrox_method
        def __call__(self, E):
            return self.one(E) + self.other(E)

    assert fit_of(Two(BareLogged(), BareLogged())).free_nparams == 2
