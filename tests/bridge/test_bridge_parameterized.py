"""Parameterized: registering, modes, variables as parameters, guides, and state that follows the module."""

import copy
import dataclasses
import gc
import pickle
import weakref

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
import pytest
from numpyro import handlers

from spec_lab.bridge import Parameterized, PyroxParam, pyrox_method, unif
from spec_lab.variables import (
    Constrained,
    Derived,
    Fixed,
    Interval,
    Param,
    Positive,
    Random,
    Tagged,
    constrained,
    tagged,
)

POSITIVE = dist.constraints.positive


def sites(fn, seed=0):
    return handlers.trace(handlers.seed(fn, seed)).get_trace()


class Kernel(Parameterized):
    scale: float = 1.0

    def setup(self):
        self.register_param("v", 2.0, constraint=POSITIVE)
        self.set_prior("v", dist.LogNormal(0.0, 1.0))
        self.register_param("b", jnp.zeros(2))

    @pyrox_method
    def __call__(self):
        return self.get_param("v") * self.scale + self.get_param("v") + self.get_param("b")

    def name(self, of):
        return self._pyrox_fullname(of)


class OwnInit(Parameterized):
    x: float

    def __init__(self, x):
        self.x = 2 * x

    def setup(self):
        self.register_param("v", self.x)


class PostInit(Parameterized):
    x: float

    def __post_init__(self):
        self.x = 3 * self.x

    def setup(self):
        self.register_param("v", self.x)


class TestRegistering:
    def test_setup_runs_once_after_construction_with_any_init(self):
        assert float(OwnInit(1.0).get_param("v")) == 2.0
        assert float(PostInit(1.0).get_param("v")) == 3.0
        assert list(Kernel()._pyrox_state.entries) == ["v", "b"]

    def test_subclasses_run_the_nearest_setup_and_their_own_checks(self):
        checked = []

        class Sub(Kernel):
            def setup(self):
                super().setup()
                self.register_param("c", 5.0)

            def __check_init__(self):
                checked.append(self.scale)

        assert list(Sub()._pyrox_state.entries) == ["v", "b", "c"] and checked == [1.0]

    @pytest.mark.parametrize(
        "use",
        [
            lambda m: m.get_param("nothing"),
            lambda m: m.set_prior("nothing", dist.Normal()),
            lambda m: m.autoguide("nothing", "normal"),
        ],
    )
    def test_unregistered_names_are_key_errors(self, use):
        with pytest.raises(KeyError, match="'nothing' not registered; registered: v, b"):
            use(Kernel())

    def test_guides_and_modes_are_checked_and_listed(self):
        with pytest.raises(ValueError, match="guide_type must be one of 'delta', 'normal', 'mvn'"):
            Kernel().autoguide("v", "flow")
        with pytest.raises(ValueError, match="mode must be one of 'model', 'guide'"):
            Kernel().set_mode("sample")

    def test_a_param_object_and_our_constraints(self):
        class M(Parameterized):
            def setup(self):
                self.register_param("a", PyroxParam(1.0, POSITIVE))
                self.register_param("b", 1.0, Positive())

        trace = sites(M().load_pyro_samples)
        assert all(site["kwargs"]["constraint"] is POSITIVE for site in trace.values())

    def test_priors_may_be_text_or_functions(self):
        m = Kernel()
        m.set_prior("v", "unif(1, 3)")
        assert 1 < float(sites(m)[m.name("v")]["value"]) < 3
        m.set_prior("v", unif(5, 6))
        assert 5 < float(sites(m)[m.name("v")]["value"]) < 6
        m.set_prior("v", lambda self: dist.Normal(100.0 * self.scale, 0.1))
        assert float(sites(m)[m.name("v")]["value"]) == pytest.approx(100, abs=1)

    def test_instances_do_not_share(self):
        one, other = Kernel(), Kernel()
        one.register_param("only", 1.0)
        with pytest.raises(KeyError):
            other.get_param("only")


class TestModes:
    def test_model_with_prior_samples_and_without_is_a_param(self):
        m = Kernel()
        types = {name: s["type"] for name, s in sites(m).items()}
        assert types == {m.name("v"): "sample", m.name("b"): "param"}

    def test_guide_with_prior_is_the_guide(self):
        m = Kernel()
        m.set_mode("guide")
        site = sites(m)[m.name("v")]
        assert site["type"] == "param" and float(site["value"]) == 2.0 and site["kwargs"]["constraint"] is POSITIVE
        assert sites(m)[m.name("b")]["type"] == "param"

    def test_load_touches_every_parameter(self):
        m = Kernel()
        assert set(sites(m.load_pyro_samples)) == {m.name("v"), m.name("b")}

    def test_with_mode_copies_the_whole_tree(self):
        class Both(Parameterized):
            one: Kernel
            more: list

        m = Both(Kernel(), [Kernel()])
        guide = m.with_mode("guide")
        assert guide.more[0]._pyrox_state.mode == guide.one._pyrox_state.mode == guide._pyrox_state.mode == "guide"
        assert m.one._pyrox_state.mode == "model" and guide.one.name("v") == m.one.name("v")
        assert float(guide.one.get_param("v")) == 2.0

    def test_modes_are_seen_after_compilation(self):
        m, traced = Kernel(), []
        m.set_prior("v", dist.Delta(100.0))

        @eqx.filter_jit
        def run(m):
            traced.append(1)
            return handlers.seed(m, 0)()[0]

        assert float(run(m)) == float(run(m)) == 200.0 and len(traced) == 1
        m.set_mode("guide")
        assert float(run(m)) == 4.0 and len(traced) == 2
        m.set_mode("model")
        assert float(run(m)) == 200.0 and len(traced) == 2  # the first program is found again
        m.set_prior("v", dist.Delta(50.0))
        assert float(run(m)) == 100.0 and len(traced) == 3


CHANGES = {
    "tree_map": lambda m: jax.tree.map(lambda x: x, m),
    "tree_at": lambda m: eqx.tree_at(lambda m: m.scale, m, 1.0),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda m: pickle.loads(pickle.dumps(m)),
    "jit": lambda m: eqx.filter_jit(lambda m: m)(m),
    "partition": lambda m: eqx.combine(*eqx.partition(m, eqx.is_array)),
}


class TestState:
    @pytest.mark.parametrize("change", CHANGES)
    def test_it_follows_the_module(self, change):
        m = Kernel()
        m.autoguide("v", "normal")
        m.set_mode("guide")
        made = CHANGES[change](m)
        assert sites(made).keys() == sites(m).keys() >= {m.name("v_loc"), m.name("v_scale")}
        assert jax.tree.structure(made) == jax.tree.structure(m)

    @pytest.mark.parametrize("change", ["tree_map", "deepcopy", "pickle"])
    def test_copies_go_their_own_way(self, change):
        m = Kernel()
        made = CHANGES[change](m)
        made.set_mode("guide")
        made.register_param("new", 1.0)
        assert m._pyrox_state.mode == "model" and "new" not in m._pyrox_state.entries

    @pytest.mark.parametrize("change", ["copy", "deepcopy", "pickle"])
    def test_copies_are_frozen_and_die_with_their_state(self, change):
        made = CHANGES[change](Kernel())
        with pytest.raises(dataclasses.FrozenInstanceError):
            made.scale = 3.0
        gone = weakref.ref(made)
        del made
        gc.collect()
        assert gone() is None

    def test_it_is_no_leaf(self):
        m = Kernel()
        m.set_prior("v", dist.Normal(jnp.ones(3), jnp.ones(3)))
        assert jax.tree.leaves(m) == [1.0]

    def test_teardown_and_the_end_of_the_module(self):
        m = Kernel()
        m._teardown()
        with pytest.raises(KeyError, match="registered: none"):
            m.get_param("v")
        state, gone = weakref.ref(Kernel()._pyrox_state), Kernel()
        state = weakref.ref(gone._pyrox_state)
        del gone
        gc.collect()
        assert state() is None

    def test_used_under_vmap_and_grad(self):
        m = Kernel()
        assert jax.vmap(lambda s: handlers.seed(eqx.tree_at(lambda m: m.scale, m, s), 0)())(jnp.arange(3.0)).shape == (
            3,
            2,
        )
        loss = lambda v: handlers.seed(handlers.substitute(m, {m.name("v"): v}), 0)().sum()  # noqa: E731
        assert float(jax.grad(loss)(3.0)) == pytest.approx(4.0)


class Source(Parameterized):
    pyrox_name = "src"
    flux: Param = constrained(Positive(), 2.0)
    index: Param = tagged(-1.0, {"prior": "unif(-3, 0)"})
    temperature: Param = tagged(1.0)
    plain: float = 1.0

    @pyrox_method
    def __call__(self):
        return self.get_param("flux"), self.get_param("index"), self.get_param("temperature")


class TestVariables:
    def test_fields_with_variables_are_the_parameters(self):
        trace = sites(Source())
        assert {n: s["type"] for n, s in trace.items()} == {
            "src.flux": "param",
            "src.index": "sample",
            "src.temperature": "param",
        }
        assert trace["src.flux"]["kwargs"]["constraint"] is POSITIVE and float(
            trace["src.flux"]["value"]
        ) == pytest.approx(2.0)
        assert -3 < float(trace["src.index"]["value"]) < 0

    def test_a_later_value_of_the_field_counts(self):
        moved = eqx.tree_at(lambda m: m.temperature, Source(), Tagged(7.0))
        assert float(moved.get_param("temperature")) == 7.0
        value_at = lambda x: eqx.tree_at(lambda m: m.temperature.raw_value, Source(), x).get_param("temperature")  # noqa: E731
        assert float(jax.grad(lambda x: value_at(x) ** 2)(3.0)) == 6.0

    def test_fixed_makes_no_site_unless_asked(self):
        class M(Parameterized):
            def setup(self):
                self.register_param("a", Fixed(Tagged(3.0, metadata={"prior": "unif(0, 9)"})))
                self.register_param("b", Fixed(4.0), record=True)

        m = M()
        trace = sites(m.load_pyro_samples)
        assert {s["type"] for s in trace.values()} == {"deterministic"} and len(trace) == 1
        assert float(m.get_param("a")) == 3.0 and float(m.get_param("b")) == 4.0

    def test_derived_is_a_deterministic_of_its_source(self):
        class M(Parameterized):
            pyrox_name = "m"

            def setup(self):
                self.register_param("free", Derived(jnp.exp, 0.0))
                self.register_param("drawn", Derived(jnp.exp, Tagged(0.0, metadata={"prior": "norm(0, 1)"})))
                self.register_param("held", Derived(jnp.exp, Fixed(0.0)))
                self.register_param("deep", Derived(jnp.log, Derived(jnp.exp, Tagged(2.0))))

        trace = sites(M().load_pyro_samples)
        types = {name: s["type"] for name, s in trace.items()}
        assert types["m.free"] == types["m.drawn"] == types["m.held"] == types["m.deep"] == "deterministic"
        assert types["m.free_raw"] == "param" and types["m.drawn_raw"] == "sample" and "m.held_raw" not in types
        assert types["m.deep_raw_raw"] == "param"
        assert float(trace["m.drawn"]["value"]) == pytest.approx(np.exp(float(trace["m.drawn_raw"]["value"])), rel=1e-6)
        assert float(trace["m.deep"]["value"]) == pytest.approx(2.0, rel=1e-6)

    def test_random_brings_its_distribution(self):
        class M(Parameterized):
            x: Param

        m = M(Random(dist.Normal(50.0, 0.1)))
        (site,) = sites(m.load_pyro_samples).values()
        assert site["type"] == "sample" and float(site["value"]) == pytest.approx(50.0, abs=1.0)

    def test_limits_and_prior_together(self):
        class M(Parameterized):
            x: Param

        m = M(Constrained(Interval(0.0, 10.0), 8.0, metadata={"prior": "unif(0, 10)"}))
        m.autoguide("x", "normal")
        m.set_mode("guide")
        draws = [float(sites(m.load_pyro_samples, seed)[m._pyrox_fullname("x")]["value"]) for seed in range(30)]
        assert all(0 < x < 10 for x in draws) and np.mean(draws) == pytest.approx(8.0, abs=0.5)


class Guided(Parameterized):
    """One positive scalar and one vector, under a guide of choice."""

    pyrox_name = "g"
    guide: str = eqx.field(static=True, default="normal")
    constraint: bool = eqx.field(static=True, default=True)

    def setup(self):
        self.register_param("v", 3.0, constraint=POSITIVE if self.constraint else None)
        self.set_prior("v", dist.LogNormal(0.0, 1.0))
        self.register_param("w", jnp.asarray([1.0, 2.0]))
        self.set_prior("w", dist.Normal(jnp.zeros(2), 1.0).to_event(1))
        for name in ("v", "w"):
            self.autoguide(name, self.guide)
        self.set_mode("guide")


class TestGuides:
    def test_delta_is_a_param_at_the_name(self):
        trace = sites(Guided("delta").load_pyro_samples)
        assert {n: s["type"] for n, s in trace.items()} == {"g.v": "param", "g.w": "param"}

    def test_normal_has_loc_and_scale(self):
        trace = sites(Guided("normal").load_pyro_samples)
        assert set(trace) == {"g.v", "g.v_loc", "g.v_scale", "g.w", "g.w_loc", "g.w_scale"}
        assert float(trace["g.v_loc"]["value"]) == pytest.approx(
            np.log(3.0), rel=1e-6
        )  # the inverse of the start value
        assert float(trace["g.v_scale"]["value"]) == pytest.approx(0.1) and trace["g.w_scale"]["value"].shape == (2,)
        assert trace["g.v_scale"]["kwargs"]["constraint"] is POSITIVE
        assert isinstance(trace["g.v"]["fn"], dist.TransformedDistribution) and trace["g.w"]["fn"].event_dim == 1

    def test_normal_on_the_real_line_is_a_normal(self):
        class M(Parameterized):
            def setup(self):
                for name, constraint in (
                    ("a", None),
                    ("b", dist.constraints.real),
                    ("c", dist.constraints.real_vector),
                ):
                    self.register_param(name, jnp.zeros(()) if name != "c" else jnp.zeros(2), constraint)
                    self.set_prior(name, dist.Normal() if name != "c" else dist.Normal(jnp.zeros(2), 1.0).to_event(1))
                    self.autoguide(name, "normal")
                self.set_mode("guide")

        m = M()
        trace = sites(m.load_pyro_samples)
        for name in "abc":  # real_vector is the real line too, whatever it is called
            assert not isinstance(trace[m._pyrox_fullname(name)]["fn"], dist.TransformedDistribution)
        assert isinstance(trace[m._pyrox_fullname("a")]["fn"], dist.Normal)

    @pytest.mark.parametrize("guide", ["normal", "mvn"])
    @pytest.mark.parametrize("constraint", [True, False], ids=["constraint", "support of the prior"])
    def test_thirty_draws_respect_the_support(self, guide, constraint):
        m = Guided(guide, constraint)
        draws = [float(sites(m.load_pyro_samples, seed)["g.v"]["value"]) for seed in range(30)]
        assert min(draws) > 0 and len(set(draws)) == 30

    def test_mvn_is_one_joint_gaussian(self):
        trace = sites(Guided("mvn").load_pyro_samples)
        assert set(trace) == {"g.mvn_loc", "g.mvn_scale_tril", "g.mvn", "g.v", "g.w"}
        assert trace["g.mvn_scale_tril"]["value"].shape == (3, 3) and trace["g.mvn"]["infer"] == {"is_auxiliary": True}
        np.testing.assert_allclose(trace["g.mvn_loc"]["value"], [np.log(3.0), 1.0, 2.0], rtol=1e-6)
        draw = trace["g.mvn"]["value"]
        assert float(trace["g.v"]["value"]) == pytest.approx(float(jnp.exp(draw[0])), rel=1e-6)
        np.testing.assert_allclose(trace["g.w"]["value"], draw[1:], rtol=1e-6)
        density = float(trace["g.v"]["fn"].log_prob(trace["g.v"]["value"]))
        assert density == pytest.approx(-float(draw[0]), rel=1e-5)  # of exp: minus log of the slope

    def test_mixed_guides_leave_others_alone(self):
        m = Guided("mvn")
        m.autoguide("w", "delta")
        trace = sites(m.load_pyro_samples)
        assert trace["g.mvn_loc"]["value"].shape == (1,) and trace["g.w"]["type"] == "param"
