"""What the data said about a parameter: told for the question that is asked, silent where nothing is known."""

import json

import numpy as np
import pytest
from session_toy import make_infer

from spec_lab.fit import Freeze
from spec_lab.priors import parse_prior
from spec_lab.session import FitSession, actions, views

ALPHA = 1


@pytest.fixture(scope="module")
def known():
    """A session whose preview of the posterior is there."""
    session = FitSession(make_infer(), previews=True)
    assert session.settle(120) and session.state.preview is not None
    yield session
    session.close()


def learned(session, pid=ALPHA, text=None, log=False):
    state = session.state
    prior = state.setup.priors[state.setup.index(pid)] if text is None else parse_prior(text)
    return views.posterior_curve(state, pid, prior, log)


def test_nothing_is_told_before_anything_is_known(session):
    assert learned(session) is None


def test_the_posterior_of_the_preview_is_told_in_bits(known):
    told = learned(known)
    assert json.dumps(told, allow_nan=False)
    draws = np.asarray(known.state.preview.posterior.draws)[:, 0]
    assert told["x"][0] < np.quantile(draws, 0.005) and np.quantile(draws, 0.995) < told["x"][-1]
    low, high = known.state.setup.priors[0].support
    width = np.sqrt(2 * np.pi * np.e) * np.std(draws)  # of a Gaussian, as a uniform one would have it
    assert float(told["words"].split()[1]) == pytest.approx(np.log2((high - low) / width), abs=0.2)
    assert "0 bits" in told["title"]


def test_bits_belong_to_the_prior_in_force(known):
    told = learned(known, text="unif(-5, 5)")
    assert "bits" not in told["words"] and told["x"] == learned(known)["x"]


def test_another_question_a_lesson_or_a_frozen_parameter_are_silent(known):
    state = known.state
    frozen, _ = actions.Do(Freeze((ALPHA,), True)).take(state)
    assert views.posterior_curve(frozen, ALPHA, state.setup.priors[0], False) is None
    known.teach()
    assert learned(known) is None
    known.tutor.leave()


def test_intervals_of_a_maximum_likelihood_fit_are_no_posterior(session):
    session.fit()
    session.wait(120)
    assert learned(session) is None
