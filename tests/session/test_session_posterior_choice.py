"""Which posterior is looked at: the newest of the present set-up, or that of a chosen run; all that shows draws follows."""

import numpy as np
import pytest
from session_toy import make_infer

from spec_lab._base import ParameterError
from spec_lab.session import FitSession, reduce, views
from spec_lab.session.actions import Delete, StartFit
from spec_lab.session.lesson import Teach
from spec_lab.session.posterior_choice import ShowPosterior


@pytest.fixture(scope="module")
def twice():
    """A session with two sampled runs, between which the model was changed: run 2 of cpl, run 4 of pl."""
    session = FitSession(make_infer())
    for model in ("cpl", "pl"):
        session.set_model(model)
        session.fit()
        session.wait(120)
        session.fit("emcee", steps=60, walkers=16, discard=20, seed=1)
        assert session.wait(300)
    yield session
    session.close()


def numbers(session):
    return [run.number for run in session.state.runs]


def test_the_newest_of_the_present_set_up_is_looked_at_first(twice):
    told = views.view(twice.state, None)["posterior"]
    first, second = (run.number for run in twice.state.runs if run.outcome.engine == "emcee")
    assert (told["current"], told["run"], told["note"]) == (True, None, "")
    assert [(c["run"], c["here"]) for c in told["choices"]] == [(second, True), (first, False)]
    assert told["choices"][1]["text"].startswith(f"#{first} cpl · emcee · ")
    assert views.shown_outcome(twice.state) is twice.state.run(second).outcome


def test_a_chosen_run_is_what_everything_shows(twice):
    first = next(run for run in twice.state.runs if run.outcome.engine == "emcee")
    state, _ = reduce(twice.state, ShowPosterior(first.number))
    told = views.view(state, None)
    assert told["posterior"]["run"] == first.number and told["posterior"]["current"]
    assert told["posterior"]["note"] == f"run #{first.number} had another set-up"
    assert [row["run"] for row in told["history"] if row["shown"]] == [first.number]
    assert [row["posterior"] for row in told["history"]] == [True, False, True, False]
    found = views.shown_posterior(state)
    assert found.outcome is first.outcome and not found.here
    frame = views.corner(found.outcome, rev=1, seq=1, run=found.run).header
    assert len(frame["labels"]) == 3 and frame["run"] == first.number and not frame["live"]
    norm = state.setup.index("pl.logA") + 1  # number 2, where the chosen run has logEp
    assert views.posterior_curve(state, norm, state.setup.priors[norm - 1], False) is None


def test_what_is_new_is_looked_at_first(twice):
    first, _, second = (run for run in twice.state.runs if run.number != numbers(twice)[0])
    state, _ = reduce(twice.state, ShowPosterior(first.number))
    assert reduce(state, StartFit("fit"))[0].shown == first.number
    assert reduce(state, StartFit("emcee"))[0].shown is None
    assert reduce(state, Delete(first.number))[0].shown is None
    assert reduce(state, Delete(second.number))[0].shown == first.number
    assert Teach().take(state)[0].shown is None
    assert reduce(state, ShowPosterior())[0].shown is None


def test_a_run_without_draws_is_refused_with_those_that_have_some(twice):
    fit = next(run.number for run in twice.state.runs if run.outcome.engine == "fit")
    with pytest.raises(ParameterError, match="drew no posterior"):
        reduce(twice.state, ShowPosterior(fit))
    with pytest.raises(ParameterError, match="no such run"):
        reduce(twice.state, ShowPosterior(99))


def test_a_selection_is_made_among_the_draws_that_are_shown(twice):
    first = next(run for run in twice.state.runs if run.outcome.engine == "emcee")
    twice.show_posterior(first.number)
    draws = np.asarray(first.outcome.draws)
    low, high = draws[:, [1, 2]].min(axis=0) - 1, draws[:, [1, 2]].max(axis=0) + 1
    pids = [first.outcome.setup.free[1] + 1, first.outcome.setup.free[2] + 1]
    twice.select(pids, [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]], 5)
    assert twice.brush.region.pids == tuple(pids)
    twice.select([], [], 6)
    twice.show_posterior()
