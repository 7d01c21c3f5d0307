"""A fit as a NumPyro model: the same posterior through the bridge as through the compiled problem."""

import numpy as np
import pytest
from numpyro import handlers
from numpyro.infer.util import log_density
from small import make_data

from spec_lab import BayesInfer, norm, unif
from spec_lab.models import pl


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
