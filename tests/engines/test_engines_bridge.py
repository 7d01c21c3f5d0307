"""A fit as a NumPyro model: the same posterior through the bridge as through the compiled problem."""

import ast
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpyro import handlers
from numpyro.infer import Predictive
from numpyro.infer.util import log_density
from small import make_data

from spec_lab import BayesInfer, engines, norm, unif
from spec_lab.models import bb, pl
from spec_lab.variables import Derived, Tagged


@pytest.fixture(scope="module")
def joint():
    infer = BayesInfer([(make_data(1), pl()), (make_data(2), pl())])
    infer.link([1, 3])
    infer.par[1].prior = norm(-1.6, 0.5)
    for pid in (2, 4):
        infer.par[pid].prior = unif(0, 4)
    infer.fit()
    return infer


def test_sites_have_the_paths_of_the_parameters(joint):
    trace = handlers.trace(handlers.seed(joint.numpyro_model(), 0)).get_trace()
    kinds = {name: site["type"] for name, site in trace.items() if not site.get("is_observed")}
    assert {n for n, k in kinds.items() if k == "sample"} == {"pair1.pl.alpha", "pair1.pl.logA", "pair2.pl.logA"}
    assert trace["pair2.pl.alpha"]["type"] == "deterministic"
    np.testing.assert_array_equal(trace["pair2.pl.alpha"]["value"], trace["pair1.pl.alpha"]["value"])


def test_the_density_is_that_of_the_problem(joint):
    names = ["pair1.pl.alpha", "pair1.pl.logA", "pair2.pl.logA"]
    for shift in (0.0, 0.01, -0.02):
        theta = joint.free_pvalues + shift
        density, _ = log_density(joint.numpyro_model(), (), {}, dict(zip(names, theta, strict=True)))
        assert float(density) == pytest.approx(joint.calc_logprob(theta), rel=1e-10)


@pytest.fixture(scope="module")
def following():
    """A fit in which parameters are linked, tied, derived and frozen: seven of the model, two free."""
    infer = BayesInfer(
        [(make_data(1), pl(alpha=Derived(jnp.negative, Tagged(1.6, metadata={"prior": norm(1.6, 0.5)}))) + bb())]
    )
    infer.append(make_data(2), pl())
    infer.link(["pair1.pl.logA", "pair2.pl.logA"])
    infer.par["pair2.pl.alpha"].tie("par[1] + 0.5")
    infer.par["bb.logA"].tie("par[2] - 3")
    infer.par["bb.logkT"].frozen_at(0.3)
    return infer


SAMPLED = {"pair1.pl.alpha_raw", "pair1.pl.logA"}
FOLLOWING = {"pair1.pl.alpha", "pair1.bb.logA", "pair2.pl.alpha", "pair2.pl.logA"}


def sites_of(model):
    trace = handlers.trace(handlers.seed(model, 0)).get_trace()
    kinds = {name: site["type"] for name, site in trace.items() if not site.get("is_observed")}
    return trace, {kind: {name for name, k in kinds.items() if k == kind} for kind in ("sample", "deterministic")}


def test_what_follows_from_the_sites_is_deterministic(following):
    trace, sites = sites_of(following.numpyro_model())
    assert sites == {"sample": SAMPLED, "deterministic": FOLLOWING}
    value = {name: float(site["value"]) for name, site in trace.items() if name.startswith("pair")}
    assert value["pair1.pl.alpha"] == -value["pair1.pl.alpha_raw"]
    assert value["pair2.pl.alpha"] == pytest.approx(value["pair1.pl.alpha"] + 0.5)
    assert value["pair1.bb.logA"] == pytest.approx(value["pair1.pl.logA"] - 3)
    assert value["pair2.pl.logA"] == value["pair1.pl.logA"]


def test_a_trace_with_frozen_ones_holds_the_whole_fit(following):
    trace, sites = sites_of(following.numpyro_model(frozen=True))
    paths = {slot.path for slot in following.setup.slots}
    assert sites["sample"] | sites["deterministic"] == paths and sites["sample"] == SAMPLED
    assert float(trace["pair1.bb.logkT"]["value"]) == pytest.approx(0.3)


def test_posterior_draws_bring_them_along(following):
    draws = {"pair1.pl.alpha_raw": jnp.array([1.5, 1.7]), "pair1.pl.logA": jnp.array([0.1, 0.2])}
    found = Predictive(following.numpyro_model(), posterior_samples=draws)(jax.random.key(0))
    np.testing.assert_allclose(found["pair2.pl.alpha"], [-1.0, -1.2], rtol=1e-6)
    assert found.keys() - {"log_likelihood"} == FOLLOWING


@pytest.mark.parametrize("frozen", [False, True])
def test_they_leave_the_density_as_it_is(following, frozen):
    model = following.numpyro_model(frozen=frozen)
    names = [following.setup.slots[i].path for i in following.setup.free]
    point = dict(zip(names, following.free_pvalues + 0.01, strict=True))
    hidden = handlers.block(model, hide_fn=lambda site: site["type"] == "deterministic")
    with_them, without = (float(log_density(each, (), {}, point)[0]) for each in (model, hidden))
    assert with_them == without == pytest.approx(following.calc_logprob(following.free_pvalues + 0.01), rel=1e-6)


def test_of_our_engines_svi_alone_goes_through_them():
    """The chains of NUTS and the others run on the compiled problem."""
    files = [path for path in Path(engines.__file__).parent.rglob("*.py") if _imports_bridge(path)]
    assert [path.stem for path in files] == ["svi"]


def _imports_bridge(path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return any(isinstance(n, ast.ImportFrom) and (n.module or "").startswith("spec_lab.bridge") for n in nodes)


def test_handlers_compose(joint):
    fixed = handlers.condition(joint.numpyro_model(), {"pair1.pl.alpha": -1.5})
    trace = handlers.trace(handlers.seed(fixed, 0)).get_trace()
    assert float(trace["pair2.pl.alpha"]["value"]) == -1.5


def test_svi_finds_the_posterior(joint):
    exact, found = joint.preview(), joint.svi(steps=2000)
    sd = exact.sample.std(axis=0)
    np.testing.assert_array_less(np.abs(found.par_mean - exact.par_mean), 0.3 * sd)
    np.testing.assert_allclose(found.sample.std(axis=0), sd, rtol=0.25)
    assert found.outcome.figures["elbo"] < exact.lnZ + 0.1
    assert "approximation" in found.outcome.message


def test_an_improper_prior_is_refused():
    infer = BayesInfer([(make_data(1), pl())])
    infer.par[2].prior = None
    with pytest.raises(RuntimeError, match="proper prior"):
        infer.numpyro_model()
