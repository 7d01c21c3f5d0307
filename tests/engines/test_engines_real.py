"""Samplers on the real burst: posterior, evidence, and the sampling error of both.

The reference is a fine quadrature with exact bin integrals, confirmed by a published MultiNest run.
"""

import warnings

import numpy as np
import pytest

from spec_lab import BayesInfer, Data, DataUnit
from spec_lab._base import SpecLabWarning
from spec_lab.engines import Status
from spec_lab.models import cpl

pytestmark = pytest.mark.real_data
MEAN = np.array([-1.561937, 2.331027, 2.353100])
SD = np.array([0.010241, 0.009852, 0.014961])
LOG_Z = -295.8374


@pytest.fixture(scope="module")
def infer(real_data):
    def unit(name, notc):
        folder = real_data / "grb-me-he"
        files = {kind: folder / f"{name}.{kind}" for kind in ("src", "bkg", "rsp")}
        return DataUnit(**files, notc=notc, stat="pgstat")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpecLabWarning)  # POISSERR = F on integer counts: told aloud, and right
        return BayesInfer([(Data([("na", unit("me", [8, 900])), ("bgo", unit("he", [300, 38000]))]), cpl())])


def check(posterior, mean, sd):
    np.testing.assert_array_less(np.abs(posterior.par_mean - MEAN), mean * SD)
    np.testing.assert_allclose(posterior.sample.std(axis=0), SD, rtol=sd)


def test_nuts(infer):
    # the chains alone leave an error of 2 % in the standard deviations at 1000 draws: too near to the 3 % that are held here
    posterior = infer.nuts(draws=5000)
    check(posterior, 0.05, 0.03)
    figures = posterior.outcome.figures
    assert 5000 < figures["ess_sd"] < figures["ess"]  # sd known to better than 1 %
    assert posterior.outcome.figures["rhat"] < 1.02


def test_nested(infer):
    posterior = infer.nested()
    check(posterior, 0.05, 0.03)
    assert abs(posterior.lnZ - LOG_Z) < min(3 * posterior.lnZ_err, 0.1) + 1e-3
    assert abs(posterior.outcome.figures["dead_log_evidence"] - LOG_Z) < 3 * 0.2


def test_emcee(infer):
    infer.fit()
    check(infer.emcee(nstep=1200, discard=200, random_seed=450001, savepath=None), 0.15, 0.1)


def test_emcee_with_its_defaults_far_from_the_best_fit(infer):
    infer.at_par([-1.0, 2.0, 0.0])
    posterior = infer.emcee(savepath=None, random_seed=450001)
    check(posterior, 0.1, 0.06)
    assert posterior.outcome.status is Status.converged and posterior.outcome.figures["ess"] > 1000


def test_multinest(infer, multinest_library):
    posterior = infer.multinest(nlive=300, random_seed=450001, savepath=None)
    check(posterior, 0.15, 0.1)
    assert abs(posterior.lnZ - LOG_Z) < min(4 * posterior.lnZ_err, 0.1)
