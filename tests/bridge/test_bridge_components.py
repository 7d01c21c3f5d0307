"""Modules in every dialect of the family are components: their values, priors, limits and freezes are those of the fit."""

import copy

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import pytest
from numpyro import handlers
from small import make_data

from spec_lab import BayesInfer, Infer, norm, unif
from spec_lab._base import ModelError, ParameterError, SpecLabWarning
from spec_lab.bridge import Parameterized, PyroxModule, PyroxParam, PyroxSample, pyrox_method
from spec_lab.models import Model, bb, component, pl, tbabs
from spec_lab.variables import (
    Constrained,
    Fixed,
    Interval,
    Param,
    Positive,
    Random,
    Tagged,
    constrained,
    tagged,
)


@component(priors={"slope": "norm(-1.2, 0.5)", "logA": "unif(-4, 4)"}, frozen=("pivot",))
def plain(E, slope=-1.4, logA=0.5, pivot=100.0):
    """The same in the words of spec_lab."""
    return 10**logA * (E / pivot) ** slope


class Registered(Parameterized):
    pyrox_name = "registered"

    def setup(self):
        self.register_param("slope", Constrained(Interval(-3.0, 1.0), -1.4, metadata={"label": r"\Gamma"}))
        self.register_param("logA", 0.5)
        self.register_param("pivot", Fixed(100.0))
        self.set_prior("slope", dist.Normal(-1.2, 0.5))
        self.set_prior("logA", "unif(-4, 4)")

    @pyrox_method
    def __call__(self, E):
        return 10 ** self.get_param("logA") * (E / self.get_param("pivot")) ** self.get_param("slope")


class Sampled(PyroxModule):
    pyrox_name = "sampled"
    slope: PyroxSample = PyroxSample(dist.Normal(-1.2, 0.5))
    logA: PyroxSample = PyroxSample(unif(-4, 4))

    @pyrox_method
    def __call__(self, E):
        slope = self.pyrox_sample("slope", self.slope)
        pivot = self.pyrox_param("pivot", Fixed(100.0))
        return 10 ** self.pyrox_sample("logA", self.logA) * (E / pivot) ** slope


class Fields(Parameterized):
    """Fields that hold variables, registered by default."""

    pyrox_name = "fields"
    slope: Param = constrained(Interval(-3.0, 1.0), -1.4, words={"prior": "norm(-1.2, 0.5)"})
    logA: Param = tagged(0.5, metadata={"prior": "unif(-4, 4)"})
    pivot: Param = tagged(Fixed(100.0))

    @pyrox_method
    def __call__(self, E):
        return 10 ** self.get_param("logA") * (E / self.get_param("pivot")) ** self.get_param("slope")


class Bare(eqx.Module):
    """Fields that hold variables, used as numbers; nothing of NumPyro."""

    slope: Param = constrained(Interval(-3.0, 1.0), -1.4, words={"prior": "norm(-1.2, 0.5)"})
    logA: Param = tagged(0.5, metadata={"prior": "unif(-4, 4)"})
    pivot: Param = tagged(Fixed(100.0))

    def __call__(self, E):
        return 10**self.logA * (E / self.pivot) ** self.slope


DIALECTS = [Registered, Sampled, Fields, Bare]
NAMES = ["slope", "logA", "pivot"]


def fit_of(module):
    return BayesInfer([(make_data(1), module)])


def named(infer, name):
    return infer.par[f"{infer.pairs[0].model.names[0]}.{name}"]


@pytest.mark.parametrize("cls", DIALECTS)
def test_what_the_module_says_is_what_the_fit_knows(cls):
    infer = fit_of(cls())
    assert {p.name for p in infer.pairs[0].model.parameters} == set(NAMES)
    assert str(named(infer, "slope").prior) == "norm(-1.2, 0.5)" and str(named(infer, "logA").prior) == "unif(-4, 4)"
    assert named(infer, "pivot").frozen and named(infer, "pivot").val == 100.0
    assert infer.free_nparams == 2
    if cls is not Sampled:
        assert named(infer, "slope").val == pytest.approx(-1.4) and named(infer, "slope").range == (-3.0, 1.0)


@pytest.mark.parametrize("cls", DIALECTS)
def test_the_statistic_is_that_of_the_same_component(cls):
    infer, same = fit_of(cls()), fit_of(plain())
    for name, value in {"slope": -1.7, "logA": 1.1, "pivot": 90.0}.items():
        named(infer, name).val = named(same, name).val = value
    assert infer.stat == pytest.approx(same.stat, rel=1e-12)
    named(infer, "pivot").frozen = False
    assert infer.free_nparams == 3 and infer.stat == pytest.approx(same.stat, rel=1e-12)


def test_it_stands_wherever_a_model_may():
    source = Registered()
    assert (tbabs() * source).expression == "tbabs*registered" and (source + bb()).expression == "registered+bb"
    assert (bb() + source).size == 5 and (2.0 * bb() + source).kind == "add"
    with pytest.raises(ModelError, match="multiplied or divided"):
        bb() * source
    assert Model.parse("registered").parameters[0].bounds == (-3.0, 1.0)


def test_a_factor():
    class Half(PyroxModule):
        pyrox_name, kind = "half", "mul"

        @pyrox_method
        def __call__(self, E):
            return self.pyrox_sample("part", unif(0, 1)) * jnp.ones_like(E)

    model = Half() * pl()
    E = np.geomspace(1.0, 10.0, 4)
    np.testing.assert_allclose(model.evaluate(E), 0.5 * np.asarray(pl().evaluate(E)), rtol=1e-12)


class Silent(PyroxModule):
    pyrox_name, kind = "grey", "mul"

    @pyrox_method
    def __call__(self, E):
        return jnp.exp(-self.pyrox_sample("depth", unif(0, 2))) * jnp.ones_like(E)


class Grey(Silent):
    absorbs = ("depth",)


def test_a_factor_says_what_it_absorbs_with():
    pair = fit_of(Grey() * pl()).pairs[0]
    bare = pair.energy_flux(1.0, 10.0, unabsorbed=True)
    assert bare == pytest.approx(np.e * pair.energy_flux(1.0, 10.0), rel=1e-9)
    with pytest.raises(ModelError, match="does not say whether it absorbs"):
        fit_of(Silent() * pl()).pairs[0].energy_flux(1.0, 10.0, unabsorbed=True)


def test_words_of_the_variable_are_kept():
    slope = Registered() + bb()
    assert slope.parameters[0].label == r"\Gamma"


def test_modules_inside_modules():
    class Both(PyroxModule):
        pyrox_name = "both"
        one: Registered
        other: Sampled

        @pyrox_method
        def __call__(self, E):
            return self.one(E) + self.other(E)

    infer = fit_of(Both(Registered(), Sampled()))
    assert {p.name for p in infer.pairs[0].model.parameters} == {
        f"{m}_{n}" for m in ("registered", "sampled") for n in NAMES
    }
    assert infer.stat == pytest.approx(fit_of(Registered() + Sampled()).stat, rel=1e-10)


def test_random_variables_and_param_objects():
    class Mixed(PyroxModule):
        pyrox_name = "mixed"
        slope: Param = Random(norm(-1.2, 0.5), -1.4)
        level: PyroxParam = PyroxParam(3.0, dist.constraints.positive)

        @pyrox_method
        def __call__(self, E):
            return self.pyrox_param("level", self.level) * (E / 100.0) ** self.slope

    infer = fit_of(Mixed())
    assert str(infer.par["mixed.slope"].prior) == "norm(-1.2, 0.5)" and infer.par["mixed.slope"].val == -1.4
    assert infer.par["mixed.level"].val == pytest.approx(3.0) and infer.par["mixed.level"].range == (0.0, np.inf)
    with pytest.raises(RuntimeError, match="proper prior"):
        infer.preview()


def test_time_is_handed_over():
    class Fading(PyroxModule):
        pyrox_name = "fading"

        @pyrox_method
        def __call__(self, E, T):
            return self.pyrox_sample("A", unif(0, 9)) / E * jnp.exp(-T)

    model = Fading() + 0.0 * pl()
    np.testing.assert_allclose(model.evaluate(2.0, T=1.0), 2.25 * np.exp(-1.0), rtol=1e-6)


@pytest.mark.parametrize("cls", DIALECTS)
def test_links_freezes_and_other_edits_compile_nothing(cls, compiles):
    infer = BayesInfer([(make_data(1), cls()), (make_data(2), cls())])
    infer.fit()
    name = infer.pairs[0].model.names[0]
    with compiles() as counted:
        infer.link([f"pair{i}.{name}.slope" for i in (1, 2)])
        infer.par[f"pair1.{name}.logA"].prior = norm(0.5, 1.0)
        infer.par[f"pair1.{name}.logA"].val = 0.7
        infer.par[f"pair2.{name}.logA"].freeze()
        infer.fit()
        again = BayesInfer([(make_data(1), cls()), (make_data(2), cls())])  # another instance is the same structure
        again.fit()
    assert counted.count == 0 and infer.free_nparams == 2


@pytest.mark.parametrize("cls", DIALECTS)
def test_saved_and_loaded(cls, tmp_path):
    infer = fit_of(cls() + bb(logA=-3.0))
    infer.par[2].val = 0.7
    infer.par[1].prior = norm(-1.3, 0.4)
    again = Infer.load(infer.export(tmp_path / "fit.zip"))
    assert again.stat == infer.stat and again.setup.values.tolist() == infer.setup.values.tolist()
    assert again.setup.priors == infer.setup.priors and again.setup.frozen == infer.setup.frozen
    assert [s.limits for s in again.setup.slots] == [s.limits for s in infer.setup.slots]
    again.par[1].val = again.par[1].val + 0.1
    infer.par[1].val = infer.par[1].val + 0.1
    assert again.stat == infer.stat


@pytest.mark.slow
@pytest.mark.parametrize("cls", DIALECTS)
def test_every_engine_takes_it(cls):
    infer, same = fit_of(cls()), fit_of(plain())
    best = infer.fit().par_best
    np.testing.assert_allclose(np.sort(best), np.sort(same.fit().par_best), rtol=1e-4)
    exact = infer.preview()
    for found in (infer.nuts(draws=500), infer.nested(live=100), infer.svi(steps=200)):
        far = np.abs(found.par_mean - exact.par_mean) / exact.sample.std(axis=0)
        assert np.all(far < 0.3), (found, far)


def test_the_fit_is_a_numpyro_model_again():
    infer = fit_of(Registered())
    infer.par["registered.slope"].prior = unif(-2, 0)
    trace = handlers.trace(handlers.seed(infer.numpyro_model(), 0)).get_trace()
    assert {n for n, s in trace.items() if s["type"] == "sample" and not s["is_observed"]} == {
        "pair1.registered.slope",
        "pair1.registered.logA",
    }


@pytest.mark.parametrize(
    "change", [copy.deepcopy, lambda m: jax.tree.map(lambda x: x, m), lambda m: eqx.filter_jit(lambda m: m)(m)]
)
@pytest.mark.parametrize("cls", [Registered, Sampled])
def test_copies_are_the_same_component(cls, change):
    infer = fit_of(change(cls()))
    assert infer.stat == fit_of(cls()).stat


class Refused(PyroxModule):
    pyrox_name = "refused"
    spare: PyroxSample | None = None
    kind: str = eqx.field(static=True, default="add")
    body: str = eqx.field(static=True, default="")

    @pyrox_method
    def __call__(self, E):
        match self.body:
            case "raw":
                return numpyro.sample("mine", dist.Normal()) / E
            case "factor":
                numpyro.factor("mine", 1.0)
            case "hierarchy":
                mean = self.pyrox_sample("mean", norm(0, 1))
                return self.pyrox_sample("a", lambda m: dist.Normal(m.pyrox_sample("mean", norm(0, 1)), 1.0)) * mean / E
            case "vector":
                return self.pyrox_param("a", jnp.ones(2)).sum() / E
            case "random start":
                return self.pyrox_param("a", lambda key: jax.random.normal(key)) / E
            case "simplex":
                return self.pyrox_param("a", 1.0, constraint=dist.constraints.simplex) / E
            case "nothing":
                return None
            case "two":
                return jnp.ones(2)
        return self.pyrox_sample("a", unif(0, 1)) / E


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"body": "raw"}, "makes the site 'mine' with NumPyro itself"),
        ({"body": "factor"}, "makes the site 'mine' with NumPyro itself"),
        ({"body": "hierarchy"}, "depends on another parameter"),
        ({"body": "vector"}, "holds many values"),
        ({"body": "random start"}, "starts at a function of a key"),
        ({"body": "simplex"}, "constraint that is no interval"),
        ({"body": "nothing"}, "one value for each energy"),
        ({"body": "two"}, "one value for each energy"),
        ({"kind": "conv"}, "unknown kind"),
        ({"spare": PyroxSample(norm(0, 1))}, "spare is a site that the call never uses"),
    ],
)
def test_what_a_fit_cannot_honour_is_refused(made, why):
    with pytest.raises((ModelError, ParameterError), match=why):
        fit_of(Refused(**made))


def test_what_has_no_parameters_or_cannot_be_called_is_no_model():
    for thing in (Positive(), Tagged(1.0), eqx.nn.Identity(), 3):
        with pytest.raises(ParameterError, match="a pair must join data and a model"):
            BayesInfer([(make_data(1), thing)])


def test_the_same_module_twice_is_one_parameter():
    shared = Registered()
    with pytest.warns(SpecLabWarning, match="The same object stands in several places"):
        infer = BayesInfer([(make_data(1), shared), (make_data(2), shared + bb())])
    assert infer.free_nparams == 4
    shared.set_prior("slope", unif(-2, 0))
    assert str(fit_of(shared).par[1].prior) == "unif(-2, 0)"
