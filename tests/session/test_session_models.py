"""Another model in a session: one change like any other, with its past runs still there to go back to."""

import numpy as np
import pytest
from session_toy import make_infer, run_code, same_state

from spec_lab._base import ModelError, ParameterError
from spec_lab.fit import Append
from spec_lab.models import bb, component, pl
from spec_lab.session import command_from, views
from spec_lab.variables import Tie


def model_of(session):
    return [pair.model.expression for pair in session.state.setup.pairs]


def change(session, model, pair=None):
    session.dispatch(command_from("set_model", {"model": model, "pair": pair}, session.state.setup))


def test_a_model_is_changed_undone_and_replayed(session, infer):
    infer.par["cpl.alpha"].val = -0.7
    before = session.state.setup
    change(session, "tbabs*(cpl + gauss)")
    assert model_of(session) == ["tbabs*(cpl+gauss)"] and infer.par["cpl.alpha"].val == -0.7
    assert session.state.past[-1].label == "model tbabs*(cpl+gauss)"
    infer.par["gauss.El"].val = 80.0
    other = make_infer()
    run_code(session.script(), other)
    assert same_state(other.setup, infer.setup)
    session.undo()
    session.undo()
    assert session.state.setup is before


def test_the_curves_and_the_fit_follow_the_model(session, infer):
    session.fit()
    run = session.wait(60)
    change(session, "band")
    assert session.evaluation().setup is session.state.setup
    assert np.isclose(session.evaluation().stat, infer.stat)
    session.fit()
    assert session.wait(60).outcome.stat < run.outcome.stat + 1e-3  # cpl is a limit of band
    assert [row["label"] for row in views.view(session.state, session.evaluation())["history"]]
    with pytest.raises(ParameterError, match="other parameters"):
        session.apply(run.number)
    session.restore(run.number)
    assert model_of(session) == ["cpl"] and np.isclose(infer.stat, run.outcome.stat)


def test_models_of_as_many_parameters_are_not_confused(session):
    session.fit()
    run = session.wait(60)
    change(session, "hecut*pl")
    assert len(session.state.setup.values) != 0
    with pytest.raises(ParameterError, match="other parameters"):
        session.apply(run.number)


def test_a_shared_object_is_told_in_a_message(session, infer):
    p = pl()
    infer.set_model(p + p)
    (message,) = session.state.messages
    assert message.level == "info" and "par[1] pl.alpha = par[3] pl2.alpha" in message.text
    infer.par[1].val = -1.2
    session.undo()
    session.undo()
    session.redo()
    session.script()
    assert session.state.messages == (message,)  # said once


def test_a_model_in_a_tie_is_a_change_like_any_other(session, infer):
    tied = Tie(pl() + bb(), "right.logA", "left.logA", lambda x: x - 1)
    infer.set_model(tied)
    assert infer.setup.tied == {3: "par[2] - 1"} and session.state.past[-1].label == "model pl+bb"
    assert session.state.journal[-1].code == "infer.set_model(model)"
    session.undo()
    assert model_of(session) == ["cpl"]
    session.redo()
    assert infer.setup.tied == {3: "par[2] - 1"}


def test_one_of_two_pairs(session, infer):
    session.dispatch(command_from("freeze", {"pids": [1], "frozen": True}, session.state.setup))
    session.commit(Append((infer.setup.pairs[0].data, pl())))
    change(session, "pl + bb", 2)
    assert model_of(session) == ["cpl", "pl+bb"] and session.state.setup.frozen[0]
    change(session, "band")
    assert model_of(session) == ["band", "band"]
    assert views.view(session.state, session.evaluation())["models"] == [
        {"pair": 1, "data": "na + b1", "expression": "band"},
        {"pair": 2, "data": "na + b1", "expression": "band"},
    ]


@pytest.mark.parametrize(
    ("text", "wrong"), [("plx", "plx"), ("pl+", "pl"), ("", "nothing in it"), ("tbabs", "photon spectrum")]
)
def test_what_is_no_model_is_refused_and_changes_nothing(session, text, wrong):
    before = session.state
    with pytest.raises((ModelError, ParameterError), match=wrong):
        change(session, text)
    with pytest.raises((ModelError, ParameterError), match=wrong):
        views.model_preview(before.setup, text, None)
    assert session.state is before


def test_a_preview_says_what_stays(session):
    said = views.model_preview(session.state.setup, "tbabs*cpl", None)
    assert said == {"expression": "tbabs*cpl", "words": "4 parameters: 3 stay as they are, 1 new"}
    assert views.model_preview(session.state.setup, "cpl", 1)["words"] == "3 parameters, all as they are"
    assert views.model_preview(session.state.setup, "pl", 1)["words"] == "2 parameters, all new"


def test_what_can_be_picked_includes_a_component_just_written():
    @component
    def freshly_written(E, A=1.0):
        """A formula of one's own."""
        return A / E

    picks = {entry["name"]: entry for entry in views.components()}
    assert not any("`" in entry["what"] for entry in picks.values())  # a list in a page, not a docstring
    assert picks["tbabs"]["family"] == "multiplicative" and "powerlaw" in picks["pl"]["aliases"]
    assert picks["freshly_written"]["what"] == "A formula of one's own."


def test_what_is_new_starts_near_the_data_and_what_was_fitted_stays(session, infer):
    session.fit()
    best = session.wait(60).outcome.stat
    values = infer.setup.values[:3].copy()
    change(session, "cpl + bb + gauss")
    assert np.array_equal(infer.setup.values[:3], values)
    assert infer.stat < best + 1e-6  # at their defaults the two new terms make it worse by thousands
    other = make_infer()
    for line in session.journal():
        run_code(line.code, other)
    assert same_state(other.setup, infer.setup)
    session.undo()
    assert model_of(session) == ["cpl"] and np.isclose(infer.stat, best)
