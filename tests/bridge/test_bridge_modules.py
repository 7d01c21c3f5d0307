"""PyroxModule and pyrox_method: names, memory of a call, and what each kind of site becomes."""

import copy
import pickle
import threading

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import pytest
from numpyro import handlers
from numpyro.infer import MCMC, NUTS

from spec_lab._base import ParameterError
from spec_lab.bridge import Context, PyroxModule, PyroxParam, PyroxSample, pyrox_method, unif
from spec_lab.bridge.context import MISSING, present
from spec_lab.bridge.token import Token, new_token
from spec_lab.variables import Constrained, Derived, Fixed, Interval, Positive, Tagged


class Plain(PyroxModule):
    size: float = 1.0

    @pyrox_method
    def __call__(self, x=1.0):
        """Twice the weight."""
        return self.pyrox_sample("w", dist.Normal(0.0, 1.0)) * x + self.pyrox_sample("w", dist.Normal(0.0, 1.0))

    def bare(self):
        return self.pyrox_sample("w", dist.Normal(0.0, 1.0)) + self.pyrox_sample("w", dist.Normal(0.0, 1.0))

    @pyrox_method
    def outer(self):
        return self() + self() + self.pyrox_param("b", 3.0)


class Named(PyroxModule):
    weight: jax.Array
    pyrox_name: str = eqx.field(static=True, default="named")

    @pyrox_method
    def __call__(self):
        return self.pyrox_param("b", self.weight)


POSITIVE = dist.constraints.positive


def sites(fn, *args, seed=0, **kwargs):
    return handlers.trace(handlers.seed(fn, seed)).get_trace(*args, **kwargs)


class TestContext:
    def test_inactive_remembers_nothing(self):
        context = Context()
        assert not context.active and context.depth == 0 and context.set("a", 1) == 1 and context.get("a") is MISSING

    def test_depth_and_forgetting(self):
        context = Context()
        with context:
            with context:
                assert context.depth == 2 and context.set("a", 1) == 1
            assert context.active and context.get("a") == 1 and context.get("b", 5) == 5
        assert not context.active and context.get("a") is MISSING

    def test_it_is_left_on_errors(self):
        class Broken(PyroxModule):
            @pyrox_method
            def __call__(self):
                raise RuntimeError("broken")

        with pytest.raises(RuntimeError, match="broken"):
            Broken()()
        assert present() is None


class TestNames:
    def test_scope_is_the_given_name(self):
        class K(PyroxModule):
            pyrox_name = "kernel"

        assert K()._pyrox_fullname("w") == "kernel.w" and Named(jnp.ones(1))._pyrox_fullname("w") == "named.w"
        assert Named(jnp.ones(1), "other")._pyrox_fullname("w") == "other.w"

    def test_without_one_it_is_class_and_token(self):
        one, other = Plain(), Plain()
        number = one._pyrox_token.number
        assert one._pyrox_fullname("w") == f"Plain_{number:x}.w" and one._pyrox_fullname("w") != other._pyrox_fullname(
            "w"
        )

    @pytest.mark.parametrize("none", ["", 3, b"x", None])
    def test_what_is_no_name_falls_back_to_the_class_and_the_token(self, none):
        module = Named(jnp.ones(1), none)
        assert module._pyrox_fullname("w") == f"Named_{module._pyrox_token.number:x}.w"
        assert list(sites(module)) == [module._pyrox_fullname("b")]

    @pytest.mark.parametrize(
        "change",
        [
            lambda m: jax.tree.map(lambda x: x, m),
            lambda m: eqx.tree_at(lambda m: m.size, m, 7.0),
            copy.copy,
            copy.deepcopy,
            lambda m: pickle.loads(pickle.dumps(m)),
            lambda m: eqx.filter_jit(lambda m: m)(m),
            lambda m: jax.tree.unflatten(*reversed(jax.tree.flatten(m))),
        ],
        ids=["tree_map", "tree_at", "copy", "deepcopy", "pickle", "jit", "unflatten"],
    )
    def test_copies_keep_their_name(self, change):
        m = Plain()
        made = change(m)
        assert made._pyrox_fullname("w") == m._pyrox_fullname("w")
        assert sites(made).keys() == sites(m).keys()

    def test_required_fields_and_own_init_are_no_obstacle(self):
        class Own(PyroxModule):
            needed: float
            more: float

            def __init__(self, needed):
                self.needed, self.more = needed, 2.0

        assert Own(1.0)._pyrox_token != Own(1.0)._pyrox_token

    def test_tokens_of_another_process_are_told_apart_and_counted_past(self):
        here = new_token()
        foreign = pickle.loads(pickle.dumps(Token(here.number + 50, "elsewhere")))
        assert foreign.birth == "elsewhere" and new_token().number > foreign.number
        assert pickle.loads(pickle.dumps(here)) == here


class TestCalls:
    def test_one_site_a_name_a_call(self):
        trace = sites(Plain())
        assert [s["type"] for s in trace.values()] == ["sample"]
        (w,) = (s["value"] for s in trace.values())
        with handlers.substitute(data={next(iter(trace)): w}):
            assert float(handlers.seed(Plain(), 0)(1.0)) != 0.0

    def test_without_the_decorator_numpyro_objects(self):
        with pytest.raises(AssertionError, match="unique"):
            sites(Plain().bare)

    def test_reentrant_calls_share_and_the_memory_ends_with_the_outermost(self):
        m = Plain()
        trace = sites(m.outer)
        assert len(trace) == 2
        w = trace[m._pyrox_fullname("w")]["value"]
        assert float(handlers.substitute(handlers.seed(m.outer, 1), {m._pyrox_fullname("w"): w})()) == pytest.approx(
            4 * float(w) + 3
        )
        assert present() is None
        two = handlers.seed(lambda: (m(0.0), m(0.0)), 0)()
        assert float(two[0]) != float(two[1])  # two outermost calls, two draws

    def test_shared_children_are_one_site_inside_a_decorated_parent(self):
        class Parent(PyroxModule):
            child: Plain

            @pyrox_method
            def __call__(self):
                return self.child(0.0) - self.child(0.0)

        trace = sites(Parent(Plain()))
        assert len(trace) == 1 and float(handlers.seed(Parent(Plain()), 0)()) == 0.0

    def test_siblings_are_distinct(self):
        class Parent(PyroxModule):
            one: Plain
            two: Plain

            @pyrox_method
            def __call__(self):
                return self.one() + self.two()

        assert len(sites(Parent(Plain(), Plain()))) == 2

    def test_two_modules_of_one_name_meet_numpyros_check(self):
        class Twin(PyroxModule):
            pyrox_name = "twin"

            @pyrox_method
            def __call__(self):
                return self.pyrox_sample("w", dist.Normal())

        class Parent(PyroxModule):
            one: Twin
            two: Twin

            @pyrox_method
            def __call__(self):
                return self.one() + self.two()

        with pytest.raises(AssertionError, match="unique"):
            sites(Parent(Twin(), Twin()))

    def test_the_wrapper_keeps_name_and_doc(self):
        assert Plain.__call__.__name__ == "__call__" and Plain.__call__.__doc__ == "Twice the weight."

    def test_a_value_of_none_is_remembered(self):
        asked = []

        class Counting(numpyro.primitives.Messenger):
            def process_message(self, msg):
                asked.append(msg["name"])

        class Looked(PyroxModule):
            @pyrox_method
            def __call__(self):
                return self.pyrox_param("n"), self.pyrox_param("n")

        with Counting():
            assert Looked()() == (None, None)
        assert len(asked) == 1

    def test_a_sampler_started_inside_a_call_has_its_own_memory(self):
        class Outer(PyroxModule):
            pyrox_name = "o"

            def model(self):
                numpyro.sample("y", dist.Normal(self.pyrox_sample("w", dist.Normal()), 0.1), obs=1.0)

            @pyrox_method
            def __call__(self):
                w = self.pyrox_sample("w", dist.Normal(100.0, 1.0))
                twice = [handlers.trace(handlers.seed(self.model, i)).get_trace() for i in (1, 2)]
                mcmc = MCMC(NUTS(self.model), num_warmup=20, num_samples=20, progress_bar=False)
                mcmc.run(jax.random.key(0))
                return w, twice, mcmc.get_samples()["o.w"]

        w, twice, draws = handlers.seed(Outer(), 0)()
        assert all("o.w" in t for t in twice)
        assert twice[0]["o.w"]["value"] != twice[1]["o.w"]["value"] != w
        assert np.abs(draws).max() < 10 < float(w)

    def test_scopes_inside_a_call_rename_and_do_not_share(self):
        class Outer(PyroxModule):
            child: Plain

            @pyrox_method
            def __call__(self):
                for prefix in ("a", "b"):
                    with handlers.scope(prefix=prefix):
                        self.child()

        trace = sites(Outer(Plain()))
        assert [name.split("/")[0] for name in trace] == ["a", "b"]

    def test_threads_do_not_share_a_memory(self):
        inside, seen = threading.Barrier(2, timeout=10), {}

        class Slow(PyroxModule):
            @pyrox_method
            def __call__(self, key):
                inside.wait()
                first = self.pyrox_sample("w", key)
                inside.wait()
                seen[key] = (first, self.pyrox_sample("w", 3.0), present())

        m = Slow()
        threads = [threading.Thread(target=m, args=(key,)) for key in (1.0, 2.0)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert seen[1.0][:2] == (1.0, 1.0) and seen[2.0][:2] == (2.0, 2.0)
        assert seen[1.0][2] is not seen[2.0][2]

    def test_a_context_carried_into_another_thread_is_not_used(self):
        import contextvars

        class Spawns(PyroxModule):
            @pyrox_method
            def __call__(self):
                found = []
                run = contextvars.copy_context().run
                thread = threading.Thread(target=run, args=(lambda: found.append(present()),))
                thread.start()
                thread.join()
                return found

        assert Spawns()() == [None]

    def test_teardown_forgets_within_the_call(self):
        class Twice(PyroxModule):
            @pyrox_method
            def __call__(self):
                one = self.pyrox_sample("w", dist.Normal())
                self._teardown()
                return one, self.pyrox_sample("w", dist.Normal())

        one, two = handlers.seed(Twice(), 0)()
        assert float(one) != float(two)
        Twice()._teardown()


class Site(PyroxModule):
    pyrox_name = "s"


class TestParam:
    def test_value_without_handlers(self):
        assert float(Site().pyrox_param("p", jnp.asarray(2.0))) == 2.0

    def test_options_are_passed_only_if_given(self):
        trace = sites(
            lambda: (
                Site().pyrox_param("a", 1.0),
                Site().pyrox_param("b", jnp.ones(2), constraint=POSITIVE, event_dim=1),
            )
        )
        assert trace["s.a"]["kwargs"] == {}
        assert trace["s.b"]["kwargs"] == {"constraint": POSITIVE, "event_dim": 1}

    def test_a_callable_gets_a_key(self):
        trace = sites(lambda: Site().pyrox_param("p", lambda key: jax.random.normal(key, (3,))))
        assert trace["s.p"]["value"].shape == (3,)
        with pytest.raises(ParameterError, match="needs a PRNG key"):
            Site().pyrox_param("p", lambda key: 1.0)

    def test_none_looks_up(self):
        assert Site().pyrox_param("p") is None
        assert handlers.substitute(lambda: Site().pyrox_param("p"), {"s.p": 4.0})() == 4.0

    def test_a_param_object(self):
        trace = sites(lambda: Site().pyrox_param("p", PyroxParam(jnp.ones(2), POSITIVE, 1)))
        assert trace["s.p"]["kwargs"]["event_dim"] == 1 and float(trace["s.p"]["value"][0]) == 1.0
        other = sites(lambda: Site().pyrox_param("p", PyroxParam(1.0, POSITIVE), constraint=dist.constraints.real))
        assert other["s.p"]["kwargs"]["constraint"] is dist.constraints.real

    def test_variables_bring_start_and_limits(self):
        trace = sites(lambda: Site().pyrox_param("p", Constrained(Interval(0.0, 10.0), 8.0)))
        limits = trace["s.p"]["kwargs"]["constraint"]
        assert float(trace["s.p"]["value"]) == pytest.approx(8.0, rel=1e-6) and float(limits.upper_bound) == 10.0
        assert sites(lambda: Site().pyrox_param("p", Tagged(1.0)))["s.p"]["kwargs"] == {}
        assert not sites(lambda: Site().pyrox_param("p", Fixed(1.0)))
        assert float(Site().pyrox_param("p", Fixed(1.0))) == 1.0

    def test_our_constraints_are_accepted(self):
        trace = sites(lambda: Site().pyrox_param("p", 1.0, constraint=Positive()))
        assert trace["s.p"]["kwargs"]["constraint"] is POSITIVE

    def test_params_may_repeat_in_a_trace(self):
        assert len(sites(lambda: (Site().pyrox_param("p", 1.0), Site().pyrox_param("p", 1.0)))) == 1


class TestSample:
    @pytest.mark.parametrize(
        "prior",
        [
            dist.Uniform(-2.0, 2.0),
            unif(-2, 2),
            "unif(-2, 2)",
            PyroxSample(dist.Uniform(-2.0, 2.0)),
            PyroxSample("unif(-2, 2)"),
            lambda self: dist.Uniform(-2.0, 2.0),
            PyroxSample(lambda self: unif(-2, 2)),
        ],
    )
    def test_ways_to_say_a_prior(self, prior):
        site = sites(lambda: Site().pyrox_sample("w", prior))["s.w"]
        assert site["type"] == "sample" and float(site["fn"].log_prob(1.0)) == pytest.approx(-np.log(4.0))

    def test_a_distribution_is_callable_but_no_function(self):
        assert sites(lambda: Site().pyrox_sample("w", dist.Normal(5.0, 1e-6)))["s.w"]["value"] == pytest.approx(
            5.0, abs=1e-4
        )

    def test_a_function_sees_the_module(self):
        trace = sites(
            lambda: Site().pyrox_sample("w", lambda m: dist.Normal(m.pyrox_sample("mu", dist.Normal(50.0, 1.0)), 0.1))
        )
        assert list(trace) == ["s.mu", "s.w"] and float(trace["s.w"]["value"]) > 40

    @pytest.mark.parametrize("value", [3.0, jnp.ones(2), Tagged(3.0), Derived(jnp.exp, 0.0)])
    def test_anything_else_is_deterministic(self, value):
        site = sites(lambda: Site().pyrox_sample("w", value))["s.w"]
        assert site["type"] == "deterministic" and isinstance(site["value"], (float, jax.Array))

    def test_a_function_may_give_a_value(self):
        assert sites(lambda: Site().pyrox_sample("w", lambda m: 4.0))["s.w"]["type"] == "deterministic"


def test_sites_survive_a_trip_through_jit_vmap_and_grad():
    m = Named(jnp.asarray(2.0))
    assert float(eqx.filter_jit(lambda m: m())(m)) == 2.0
    assert jax.vmap(lambda x: handlers.seed(Plain(), 0)(x))(jnp.arange(3.0)).shape == (3,)
    assert float(eqx.filter_grad(lambda m: m() ** 2)(m).weight) == 4.0
