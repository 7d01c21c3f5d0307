"""Files that an earlier spec_lab wrote: each opens, with the same statistic, draws and history, and chains go on.

`make_saved_files.py` says how they were made; the numbers beside them were read from the fits that wrote them.
"""

import json
import shutil
from pathlib import Path

import jax
import numpy as np
import pytest
from make_saved_files import CHAINS, chain_fit, coordinates, digest, history

from spec_lab import BayesInfer, Infer, MaxLikeFit
from spec_lab.engines import Outcome
from spec_lab.infer import Posterior
from spec_lab.infer.store import LocalStore
from spec_lab.session import FitSession
from spec_lab.tree import allow_package, io
from spec_lab.variables import Constrained, Derived, Fixed, Interval, Positive

SAVED = Path(__file__).parent / "saved"
EXPECTED = json.loads((SAVED / "expected.json").read_text(encoding="utf-8"))
CLOSE = {"rel": 1e-10, "abs": 1e-10} if jax.config.jax_enable_x64 else {"rel": 2e-4, "abs": 2e-3}

allow_package("golden_components")


def same(found, expected, where=""):
    """Compare what JSON holds: numbers closely, everything else exactly."""
    if isinstance(expected, dict):
        assert set(expected) <= set(found), where
        for key, value in expected.items():
            same(found[key], value, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for i, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
            same(ours, theirs, f"{where}[{i}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, nan_ok=True, **CLOSE), where
    else:
        assert found == expected, where


def expected_coordinates(name):
    """What the file says of its parameters."""
    return {key: EXPECTED[name][key] for key in coordinates_of if key in EXPECTED[name]}


coordinates_of = (
    "stat", "paths", "values", "units", "labels", "free", "frozen", "links", "ties", "priors", "ranges", "expressions",
    "names", "logprior",
)  # fmt: skip


@pytest.fixture(scope="module")
def session():
    session = FitSession.load(SAVED / "session.speclab")
    yield session
    session.close()


class TestSession:
    def test_its_set_up_comes_back(self, session):
        assert type(session.infer) is BayesInfer
        same(coordinates(session.infer), expected_coordinates("session.speclab"))

    def test_its_runs_and_journal_come_back(self, session):
        wanted = EXPECTED["session.speclab"]
        same(history(session.state), {key: wanted[key] for key in ("runs", "outcomes", "journal", "start", "counter")})

    def test_its_script_leads_to_the_same_set_up(self, session):
        infer = BayesInfer()
        infer.attach(LocalStore(session.state.start))
        exec(session.script(), {"infer": infer})
        same(coordinates(infer), expected_coordinates("session.speclab"))

    def test_a_run_can_be_read_and_restored(self, session):
        preview = session.state.runs[1].outcome
        assert Posterior(session.infer, preview).lnZ == EXPECTED["session.speclab"]["outcomes"][1]["lnZ"]
        session.restore(2)
        assert session.infer.par["pair1.bb.logkT"].val == pytest.approx(preview.best[3])
        session.undo()
        same(coordinates(session.infer), expected_coordinates("session.speclab"))


def test_a_fit_with_every_kind_of_model_comes_back():
    infer = Infer.load(SAVED / "operators.zip")
    assert type(infer) is BayesInfer
    same(coordinates(infer), expected_coordinates("operators.zip"))


def test_variables_in_a_component_come_back():
    infer = Infer.load(SAVED / "variables")
    assert type(infer) is MaxLikeFit
    same(coordinates(infer), expected_coordinates("variables"))
    assert infer.par["cpl.logEp"].frozen and infer.par["cpl.logEp"].comment == "as measured by another"


def test_a_component_comes_back():
    line = io.load(SAVED / "component.zip")
    assert isinstance(line.El, Constrained) and isinstance(line.El.constraint, Positive)
    assert isinstance(line.sigma, Fixed) and isinstance(line.sigma.as_free().constraint, Interval)
    assert isinstance(line.logA, Derived)
    np.testing.assert_allclose(line.theta, [12.0, 4.0, np.log10(0.5)], rtol=CLOSE["rel"])


def test_a_posterior_comes_back():
    outcome = Outcome.load(SAVED / "posterior.zip")
    same(digest(outcome), EXPECTED["posterior.zip"])
    posterior = Posterior(chain_fit(), outcome)
    np.testing.assert_allclose(posterior.par_mean, EXPECTED["posterior.zip"]["mean"], rtol=CLOSE["rel"])


@pytest.fixture(params=CHAINS)
def chain(request, tmp_path):
    """The engine's name and its folder, in a place where it may go on."""
    return request.param, shutil.copytree(SAVED / request.param, tmp_path / request.param)


LONGER = {"nuts": {"draws": 75}, "nested": {"max_rounds": 14}, "emcee": {"nstep": 35}}


def test_chains_are_taken_as_they_are(chain):
    engine, folder = chain
    found = getattr(chain_fit(), engine)(savepath=folder, **CHAINS[engine])
    told = digest(found.outcome)
    wanted = {key: value for key, value in EXPECTED[engine].items() if key not in ("message", "settings")}
    same({key: told[key] for key in wanted}, wanted)


def test_chains_go_on(chain):
    engine, folder = chain
    found = getattr(chain_fit(), engine)(savepath=folder, **{**CHAINS[engine], **LONGER[engine]})
    if engine == "nested":
        assert found.outcome.figures["iterations"] > 120  # 12 rounds of ten points are those of the file
    else:
        np.testing.assert_allclose(found.sample[0], EXPECTED[engine]["first"], rtol=CLOSE["rel"])
        assert len(found.sample) > EXPECTED[engine]["shape"][0]
