"""Hooks: honoured by samplers that can call Python, refused with the reason by all others, never ignored."""

import warnings

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Data, DataUnit, MaxLikeFit, unif
from spec_lab._base import EngineError, SpecLabWarning
from spec_lab.models import cpl, pl

MEAN, SD = np.array([-1.0, 2.0]), np.array([0.1, 0.2])


def bell(infer, theta):
    return float(-0.5 * np.sum(((theta - MEAN) / SD) ** 2))


def make(cls=BayesInfer):
    infer = cls([(make_data(1), pl())])
    infer.par[2].prior, infer.par[2].val = unif(-3, 5), 2.0
    return infer


def near(posterior, mean=MEAN, sd=SD):
    assert np.all(np.abs(posterior.par_mean - mean) < 0.25 * sd)
    np.testing.assert_allclose(posterior.sample.std(axis=0), sd, rtol=0.2)


def test_emcee_samples_the_hooks():
    infer = make()
    infer.loglike_func = bell
    near(infer.emcee(nstep=400, discard=100, random_seed=450001, savepath=None))
    infer.logprior_func = lambda infer, theta: 0.0 if theta[0] > -1.0 else -np.inf
    posterior = infer.emcee(nstep=100, discard=50, random_seed=450001, savepath=None)
    assert posterior.sample[:, 0].min() > -1.0
    assert np.all(posterior.outcome.log_prob == posterior.outcome.log_like)


def test_nested_samples_the_hooks():
    infer = make()
    infer.loglike_func = bell
    posterior = infer.nested(live=100)
    near(posterior)
    whole = np.log(2 * np.pi * SD.prod()) - np.log(np.prod([hi - lo for lo, hi in infer.free_pranges]))
    assert abs(posterior.lnZ - whole) < 4 * posterior.lnZ_err
    infer.prior_transform_func = lambda infer, cube: np.array([-1.0 + cube[0], 1.0 + 2 * cube[1]])
    half = infer.nested(live=64)
    assert half.sample[:, 0].min() > -1.0
    assert abs(half.lnZ - (np.log(2 * np.pi * SD.prod()) - np.log(2 * 2))) < 4 * half.lnZ_err


def test_an_outcome_with_hooks_says_so_and_is_not_polished():
    infer = make()
    infer.loglike_func = bell
    posterior = infer.emcee(nstep=100, discard=20, random_seed=450001, savepath=None)
    assert dict(posterior.outcome.settings)["hooks"] == "loglike_func"
    assert posterior.max_loglike == pytest.approx(posterior.outcome.log_like.max())


@pytest.mark.parametrize("engine", ["nuts", "svi", "bootstrap"])
def test_compiled_engines_refuse_with_the_reason(engine):
    infer = make(MaxLikeFit)
    infer.logprior_func = lambda infer, theta: 0.0
    with pytest.raises(
        EngineError, match=r"cannot honour logprior_func: it needs slopes.* infer\.logprior_func = None\."
    ):
        infer.run(engine)
    infer.logprior_func = None
    infer.fit()


@pytest.mark.parametrize("engine", ["fit", "iminuit", "lmfit"])
def test_best_fits_read_no_prior(engine):
    infer = make(MaxLikeFit)
    infer.logprior_func = lambda infer, theta: 0.0
    with pytest.raises(EngineError, match=r"reads no prior: logprior_func would have no effect.*preview"):
        infer.run(engine)


STANDS = {
    "loglike_func": lambda infer, theta: infer.loglike,
    "logprior_func": lambda infer, theta: infer.logprior,
    "prior_transform_func": lambda infer, cube: infer.prior_transform(cube),
}
RUNS = {
    "fit": lambda infer: infer.fit(),
    "iminuit": lambda infer: infer.iminuit(),
    "lmfit": lambda infer: infer.lmfit(),
    "preview": lambda infer: infer.preview(draws=3000),
    "emcee": lambda infer: infer.emcee(nstep=500, discard=250, walkers=16, savepath=None, random_seed=1),
    "nested": lambda infer: infer.nested(live=64),
    "multinest": lambda infer: infer.multinest(nlive=80, savepath=None, random_seed=1),
}


SLOW = ("emcee", "nested", "multinest")


@pytest.mark.parametrize("engine", [pytest.param(e, marks=pytest.mark.slow) if e in SLOW else e for e in RUNS])
def test_a_hook_that_reads_its_infer_changes_nothing(engine, request):
    if engine == "multinest":
        request.getfixturevalue("multinest_library")
    infer = make()
    plain = RUNS[engine](infer)
    infer.loglike_func = STANDS["loglike_func"]
    if engine in ("emcee", "preview"):
        infer.logprior_func = STANDS["logprior_func"]
    if engine in ("nested", "multinest"):
        infer.prior_transform_func = STANDS["prior_transform_func"]
    hooked = RUNS[engine](infer)
    sd = plain.sample.std(axis=0)
    assert np.all(np.abs(hooked.par_mean - plain.par_mean) < 0.3 * sd)
    np.testing.assert_allclose(hooked.sample.std(axis=0), sd, rtol=0.25)
    if plain.lnZ is not None:
        assert abs(hooked.lnZ - plain.lnZ) < 4 * np.hypot(hooked.lnZ_err, plain.lnZ_err) + 0.05
    if engine in ("fit", "iminuit", "lmfit"):
        assert hooked.min_stat == pytest.approx(plain.min_stat, abs=2e-3)
        np.testing.assert_allclose(hooked.errors, plain.errors, rtol=0.05)


def test_hooks_of_prior_and_transform_serve_all_samplers_together():
    """Set for the samplers that read the one and those that read the other, as the documents have it."""
    infer, here = make(), unif(-1.8, -1.4)
    infer.par[1].val = -1.6
    infer.loglike_func = STANDS["loglike_func"]
    infer.logprior_func = lambda infer, theta: float(here.logpdf(theta[0]))
    infer.prior_transform_func = lambda infer, cube: np.array([here.ppf(cube[0]), infer.prior_transform(cube)[1]])
    for run in (lambda: infer.preview(draws=500), lambda: infer.emcee(nstep=20, discard=10, savepath=None),
                lambda: infer.nested(live=40, max_rounds=2)):  # fmt: skip
        drawn = run().sample[:, 0]
        assert drawn.min() > -1.8 and drawn.max() < -1.4


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize("engine", RUNS)
def test_a_hook_that_reads_its_infer_gives_a_burst_its_posterior(engine, real_data, request):
    if engine == "multinest":
        request.getfixturevalue("multinest_library")

    def unit(name, window):
        files = {kind: real_data / "grb-me-he" / f"{name}.{kind}" for kind in ("src", "bkg", "rsp")}
        return DataUnit(**files, notc=window, stat="pgstat")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # POISSERR = F on integer counts: told aloud, and right
        units = [("na", unit("me", [8, 900])), ("bgo", unit("he", [300, 38000]))]
    infer = BayesInfer([(Data(units), cpl())])
    infer.at_par([-1.562, 2.331, 2.353])
    infer.loglike_func = STANDS["loglike_func"]
    found = RUNS[engine](infer)
    sd = np.array([0.010241, 0.009852, 0.014961])
    assert np.all(np.abs(found.par_mean - [-1.561937, 2.331027, 2.353100]) < 0.3 * sd)
    np.testing.assert_allclose(found.sample.std(axis=0), sd, rtol=0.2)


def test_the_infer_of_a_hook_stands_at_its_vector():
    infer, seen = make(), []

    def loglike(own, theta):
        seen.append((own.par[1].val - theta[0], own.free_pvalues - theta, own.calc_loglike(theta) - own.loglike))
        return own.loglike

    infer.loglike_func = loglike
    here = infer.setup
    assert infer.calc_loglike([-1.4, 1.9]) == pytest.approx(-0.5 * infer.calc_stat([-1.4, 1.9]))
    infer.prior_transform_func = lambda own, cube: own.prior_transform(cube)
    np.testing.assert_allclose(infer.prior_transform([0.3, 0.6]), infer.problem.from_cube([0.3, 0.6]))
    assert all(a == 0 and not np.any(b) and c == 0 for a, b, c in seen) and infer.setup is here


def test_a_hook_that_an_engine_does_not_read_is_refused():
    infer = make()
    infer.logprior_func = lambda infer, theta: 0.0
    with pytest.raises(EngineError, match="reads prior_transform_func, not logprior_func"):
        infer.nested()
    infer.logprior_func, infer.prior_transform_func = None, lambda infer, cube: cube
    with pytest.raises(EngineError, match="reads logprior_func, not prior_transform_func"):
        infer.emcee(savepath=None)


def test_an_error_in_a_hook_is_the_users_error():
    infer = make()

    def broken(infer, theta):
        raise ZeroDivisionError("mine")

    infer.loglike_func = broken
    for run in (lambda: infer.emcee(savepath=None), lambda: infer.nested(live=50)):
        with pytest.raises(ZeroDivisionError, match="mine"):
            run()


def test_a_hook_may_ask_the_infer():
    infer = make()
    infer.loglike_func = lambda infer, theta: -0.5 * infer.calc_stat(theta)
    hooked = infer.emcee(nstep=30, discard=5, random_seed=450001, savepath=None)
    infer.loglike_func = None
    assert len(np.unique(hooked.sample[:, 0])) > 100
    np.testing.assert_allclose(hooked.outcome.log_like, -0.5 * infer.problem.batch(hooked.sample), rtol=1e-9)
    np.testing.assert_allclose(hooked.outcome.log_prob, [infer.calc_logprob(x) for x in hooked.sample], rtol=1e-9)


def test_callbacks_as_pymultinest_wants_them():
    infer = make()
    cube = [0.5, 0.25]
    infer.multinest_safe_prior_transform(cube, 2, 2)
    np.testing.assert_allclose(cube, infer.prior_transform([0.5, 0.25]))
    assert infer.multinest_safe_calc_loglike(cube, 2, 2, 0.0) == pytest.approx(infer.calc_loglike(cube))
    assert infer.multinest_safe_calc_loglike([400.0, 400.0], 2, 2, 0.0) == -2e100
    infer.loglike_func = lambda infer, theta: float("nan")
    assert infer.multinest_safe_calc_loglike(cube, 2, 2, 0.0) == -2e100
