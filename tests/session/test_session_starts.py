"""Starts near the data: offered where a model is far off, one change, and what a person gave stays."""

import numpy as np
import pytest
from session_toy import burst, run_code, same_state

from spec_lab.infer import BayesInfer
from spec_lab.models import cpl
from spec_lab.session import FitSession, views


@pytest.fixture
def far():
    session = FitSession(BayesInfer([(burst(), cpl(alpha=-1.1, logA=6.0))]))
    session.infer.par["cpl.logA"].val = 6.0
    yield session
    session.close()


def offer(session):
    """What is offered, in words; "" for nothing."""
    found = views.view(session.state, session.evaluation())["offer"]
    return found["text"] if found else ""


def test_a_model_far_from_the_data_comes_with_an_offer(far):
    assert "times the counts observed" in offer(far)
    assert views.view(far.state, None)["offer"] is None  # not yet computed: nothing is known


def test_taking_the_offer_is_one_change_with_its_line():
    session, other = (FitSession(BayesInfer([(burst(), cpl())])) for _ in range(2))
    before = session.state.setup
    assert offer(session).startswith("The model gives ")
    worse = session.infer.stat
    session.guess()
    assert [line.code for line in session.journal()] == ["infer.guess()"] and session.infer.stat < 0.2 * worse
    assert offer(session) == ""
    run_code("infer.guess()", other.infer)
    assert same_state(other.get(), session.get())
    session.undo()
    assert session.state.setup is before
    session.close()
    other.close()


def test_what_was_given_stays(far):
    far.guess()
    values = dict(zip((slot.name for slot in far.get().slots), np.asarray(far.get().values), strict=False))
    assert (values["alpha"], values["logA"]) == (-1.1, 6.0)


def test_there_is_no_offer_where_everything_was_given(far):
    far.infer.par["cpl.logEp"].val = 2.2
    assert offer(far) == ""
