"""Hard limits of a parameter: a prior wider than them is cut, renormalised, and never left."""

import jax
import numpy as np
import numpyro.distributions as dist
import pytest
import scipy.stats
from numpyro import handlers
from numpyro.infer.util import log_density
from small import make_data

from spec_lab import BayesInfer
from spec_lab._base import ParameterError
from spec_lab.bridge.sites import numpyro_model, site_names
from spec_lab.data import Data, DataUnit, Response, Source
from spec_lab.engines import Status, run_engine
from spec_lab.fit import Link, Problem, SetPrior, Setup
from spec_lab.fit.space import from_cube_np, log_prior_np
from spec_lab.models import Grid, Model, pl
from spec_lab.priors import Prior, norm, unif
from spec_lab.variables import Constrained, Interval

LOW, HIGH = -1.7, -1.3


@pytest.fixture(scope="module")
def setup() -> Setup:
    """A power law whose index may not leave an interval, with a belief that reaches beyond both ends."""
    model = pl(alpha=Constrained(Interval(LOW, HIGH), -1.5))
    made = Setup.from_pairs([(make_data(1), model)])
    return SetPrior(1, norm(-1.2, 0.2)).apply(made)


def test_the_prior_is_the_cut_one(setup):
    problem = Problem(setup)
    a, b = (LOW + 1.2) / 0.2, (HIGH + 1.2) / 0.2
    cut = scipy.stats.truncnorm(a, b, loc=-1.2, scale=0.2)
    rest = -np.log(20.0)  # logA is uniform on [-10, 10]
    for alpha in (-1.69, -1.5, -1.31):
        assert float(problem.log_prior(np.array([alpha, 0.0]))) == pytest.approx(cut.logpdf(alpha) + rest, rel=1e-12)
        assert log_prior_np(problem.host_space, problem.pad(np.array([alpha, 0.0]))) == pytest.approx(
            cut.logpdf(alpha) + rest, rel=1e-12
        )
    for alpha in (LOW - 1e-6, HIGH + 1e-6):
        assert problem.log_prior(np.array([alpha, 0.0])) == -np.inf
    for q in (0.0, 0.2, 0.9, 1.0):
        assert float(problem.from_cube(np.array([q, 0.5]))[0]) == pytest.approx(cut.ppf(q), abs=1e-12)
        assert from_cube_np(problem.host_space, problem.pad(np.array([q, 0.5])))[0] == pytest.approx(
            cut.ppf(q), abs=1e-12
        )


@pytest.mark.parametrize("engine", ["fit", "iminuit", "lmfit", "preview", "nuts"])
def test_no_engine_leaves_the_limits(setup, engine):
    outcome = run_engine(engine, Problem(setup))
    assert LOW <= outcome.best[0] <= HIGH
    assert np.all((outcome.draws[:, 0] >= LOW) & (outcome.draws[:, 0] <= HIGH))


def test_a_group_obeys_the_limits_of_all_its_members(setup):
    two = Setup.from_pairs([(make_data(1), pl()), (make_data(2), pl(alpha=Constrained(Interval(-3, -1), -2.0)))])
    linked = Link((1, 3)).apply(SetPrior(1, unif(-2.5, 0)).apply(two))
    assert linked.range_of(0) == linked.range_of(2) == (-2.5, -1.0)


def test_a_prior_beyond_the_limits_is_refused(setup):
    with pytest.raises(ParameterError, match=r"par\[1\] \(alpha\) lies outside the parameter's limits"):
        SetPrior(1, unif(0, 1)).apply(setup)


def test_limits_without_a_prior_bound_the_fit():
    model = pl(alpha=Constrained(Interval(LOW, HIGH), -1.5))
    setup = SetPrior(1, None).apply(Setup.from_pairs([(make_data(1), model)]))
    assert Problem(setup).bounds[0][0] == LOW


def test_a_numpyro_site_has_the_cut_prior(setup):
    problem = Problem(setup)
    model = numpyro_model(problem)
    for alpha in (-1.65, -1.35):
        values = dict(zip(site_names(problem), problem.setup.free_values, strict=True)) | {"pair1.pl.alpha": alpha}
        x = np.array(list(values.values()))
        density, _ = log_density(model, (), {}, values)
        assert float(density) == pytest.approx(-0.5 * problem.stat(x) + problem.log_prior(x), rel=1e-10)
    site = handlers.trace(handlers.seed(model, 0)).get_trace()["pair1.pl.alpha"]["fn"]
    draws = site.sample(jax.random.key(0), (2000,))
    assert float(draws.min()) > LOW and float(draws.max()) < HIGH
    assert float(site.mean) == pytest.approx(float(draws.mean()), abs=5 * float(draws.std()) / 2000**0.5)
    assert float(site.cdf(site.icdf(0.3))) == pytest.approx(0.3)


def test_a_numpyro_site_has_the_cut_distribution(setup):
    """A distribution beyond the table, cut by the parameter's limits, in the density of the fit and of its site."""
    problem = Problem(SetPrior(1, Prior.of(dist.Gumbel(-1.6, 0.2))).apply(setup))
    assert problem.setup.range_of(0) == (LOW, HIGH) and problem.setup.priors[0].support[1] > HIGH
    for alpha in (-1.65, -1.35):
        values = dict(zip(site_names(problem), problem.setup.free_values, strict=True)) | {"pair1.pl.alpha": alpha}
        x = np.array(list(values.values()))
        density, _ = log_density(numpyro_model(problem), (), {}, values)
        assert float(density) == pytest.approx(-0.5 * problem.stat(x) + problem.log_prior(x), rel=1e-10)
    site = handlers.trace(handlers.seed(numpyro_model(problem), 0)).get_trace()["pair1.pl.alpha"]["fn"]
    assert float(site.cdf(site.icdf(0.3))) == pytest.approx(0.3)


def test_svi_stays_within_the_limits(setup):
    outcome, exact = (
        run_engine(name, Problem(setup), **options) for name, options in (("svi", {"steps": 200}), ("preview", {}))
    )
    assert outcome.draws[:, 0].min() > LOW and outcome.draws[:, 0].max() < HIGH
    assert np.all(np.abs(outcome.draws.mean(axis=0) - exact.draws.mean(axis=0)) < 0.3 * exact.draws.std(axis=0))


def test_a_bound_on_which_the_model_has_no_value_is_approached_and_said():
    """`cpl` at alpha = -2 has no cut-off energy: the best value stays beside the bound, where there is a statistic."""
    edges = np.geomspace(3, 79, 61)
    response = Response(edges[:-1], edges[1:], edges[:-1], edges[1:], 100 * np.eye(60))
    photons = np.asarray(Model.parse("pl").photons(np.array([-2.3, 1.0]), Grid.make(edges[:-1], edges[1:])))
    counts = np.random.default_rng(0).poisson(photons @ response.matrix).astype(float)
    unit = DataUnit(src=Source(counts, exposure=10.0), rsp=response, stat="cstat")
    infer = BayesInfer([(Data([("u", unit)]), Model.parse("cpl"))])
    infer.par[1].prior, infer.par[1].val = "unif(-2, 1)", -1.5
    infer.par[2].val = 2.0
    infer.par[2].freeze()
    outcome = infer.fit().outcome
    assert np.isfinite(infer.stat) and infer.par[1].val == pytest.approx(-2.0, abs=1e-6)
    assert "At its bound: pair1.cpl.alpha" in outcome.message and outcome.status is not Status.converged
