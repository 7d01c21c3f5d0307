"""The timeline: where one has been, looking back without a trace, going back as one more change; overlays of past runs."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from session_toy import make_infer, run_code, same_state

from spec_lab._base import ParameterError, SpecLabError
from spec_lab.fit import Freeze, Link, SetValue
from spec_lab.session import Do, FitSession, State, archive, reduce, views
from spec_lab.session.actions import Delete, Redo, Undo
from spec_lab.session.lesson import Teach
from spec_lab.session.timeline import Overlay, Revisit, moment, timeline

STEPS = st.lists(
    st.one_of(
        st.builds(lambda p, v: Do(SetValue(p, v)), st.integers(1, 3), st.sampled_from([0.1, 0.7, 1.5])),
        st.builds(lambda p, f: Do(Freeze((p,), f)), st.integers(1, 3), st.booleans()),
        st.just(Do(Link((6, 11)))),
        st.just(Undo()),
        st.just(Redo()),
    ),
    max_size=14,
)


def taken(state, actions):
    for action in actions:
        try:
            state, _ = reduce(state, action)
        except SpecLabError:
            continue
    return state


@pytest.fixture(scope="module")
def fitted():
    session = FitSession(make_infer())
    session.infer.par[3].val = 0.7
    session.fit()
    session.wait(120)
    yield session
    session.close()


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_every_moment_is_where_undo_and_redo_would_lead(actions):
    state = taken(State.begin(make_infer().setup), actions)
    moments, now = timeline(state)
    assert len(moments) == len(state.past) + len(state.future) + 1 and moments[now].setup is state.setup
    assert len({m.id for m in moments}) == len(moments)
    at = taken(state, [Undo()] * now)
    for found in moments:
        assert found.setup is at.setup
        at = taken(at, [Redo()])


@settings(max_examples=40, deadline=None)
@given(STEPS, st.data())
def test_going_back_is_one_more_change_that_undo_takes_back_and_the_journal_replays(actions, data):
    state = taken(State.begin(make_infer().setup), actions)
    found = data.draw(st.sampled_from(timeline(state)[0]))
    after, _ = reduce(state, Revisit(found.id))
    assert same_state(after.setup, found.setup)
    if after is state:
        return
    assert len(after.past) == len(state.past) + 1
    assert taken(after, [Undo()]).setup is state.setup
    infer = make_infer()
    for line in after.journal:
        if not line.undone:
            run_code(line.code, infer)
    assert same_state(infer.setup, after.setup)


def test_a_moment_that_is_gone_is_refused():
    state = taken(State.begin(make_infer().setup), [Do(SetValue(1, 0.3)), Undo(), Do(SetValue(1, 0.4))])
    assert [m.id for m in timeline(state)[0]] == ["start", "line 1"]
    with pytest.raises(ParameterError, match="no such moment"):
        reduce(state, Revisit("line 0"))


def test_runs_without_a_step_come_first_and_others_not_at_all(fitted):
    moments, now = timeline(fitted.state)
    assert [m.id for m in moments] == ["start", "line 0", "line 1"] and now == 2 and "fit" in moments[2].label
    loaded = State.begin(fitted.state.start).replace(runs=fitted.state.runs)
    moments, now = timeline(loaded)
    assert [m.id for m in moments] == ["run 1", "start"] and now == 1
    assert moment(loaded, "run 1").setup is fitted.state.runs[0].outcome.setup


def test_the_start_of_a_session_from_a_file_is_where_that_session_began(fitted, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "STEPS", 1)
    session = FitSession.load(fitted.save(tmp_path / "afternoon"))
    moments, now = timeline(session.state)
    assert [m.id for m in moments] == ["start", "opened", "line 1"] and now == 2
    session.undo()
    session.revisit("start")
    assert same_state(session.get(), fitted.state.start)
    session.revisit("opened")
    assert same_state(session.get(), fitted.state.past[-1].before)
    session.close()


def test_a_lesson_hides_the_runs(fitted):
    hiding = Teach().take(fitted.state)[0]
    assert [m.id for m in timeline(hiding)[0]] == ["start"]
    with pytest.raises(ParameterError, match="no such moment"):
        reduce(hiding, Revisit("run 1"))


def test_looking_back_is_a_preview_and_leaves_no_trace(fitted):
    state = fitted.state
    fitted.preview_moment("start", 11)
    assert fitted.evaluator.settle(60)
    drag = fitted.evaluator.dragged
    assert drag.seq == 11 and drag.base is state.setup and drag.evaluation.setup is state.start
    frame = views.spectrum(drag.evaluation, rev=1, seq=11, preview=True, base=state.setup).header
    assert {m[0]: m[2] for m in frame["moves"]} == {1: "-1", 2: "2.5", 3: "0.5"}
    fitted.preview_moment(None, 12)
    assert fitted.evaluator.dragged is None and fitted.state is state
    with pytest.raises(ParameterError, match="no such moment"):
        fitted.preview_moment("line 99", 13)


def test_a_preview_that_was_given_up_does_not_come_back(fitted):
    for number in range(20):
        fitted.preview_moment("start", number)
        fitted.preview_moment(None, number)
    assert fitted.evaluator.settle(60) and fitted.evaluator.dragged is None


def test_overlays_are_shared_and_not_undoable(fitted):
    state, effects = reduce(fitted.state, Overlay(1))
    assert state.overlaid == (1,) and effects == () and state.past == fitted.state.past
    assert reduce(state, Overlay(1))[0] is state
    assert [r["overlaid"] for r in views.view(state, None)["history"]] == [True]
    assert reduce(state, Overlay(1, False))[0].overlaid == ()
    assert views.view(reduce(state, Delete(1))[0], None)["history"] == []
    with pytest.raises(ParameterError, match="no such run"):
        reduce(state, Overlay(9))


def test_an_overlay_is_the_folded_curve_of_its_run(fitted):
    run = fitted.state.runs[0]
    fitted.overlays.want(run.outcome)
    assert fitted.overlays.settle(60)
    evaluation = fitted.overlays.want(run.outcome)
    head, (buffer,) = views.overlay_frame(run.number, "best", evaluation)
    assert (head["type"], head["run"], head["label"]) == ("overlay", 1, "best")
    values = np.frombuffer(buffer, "<f4")
    n = head["units"][0]["n"]
    rates, _, _ = fitted.problems.problem(run.outcome.setup).display()
    lo, hi, curve = values[: 3 * n].reshape(3, n)
    np.testing.assert_allclose(curve, rates[0][0] / (hi - lo), rtol=1e-5)
    assert len(values) == sum(3 * u["n"] for u in head["units"])


def test_a_run_that_cannot_be_computed_has_no_overlay(fitted, monkeypatch):
    def broken(problem):
        raise ValueError("no such file any more")

    monkeypatch.setattr("spec_lab.session.overlays.read", broken)
    outcome = fitted.state.runs[0].outcome.replace(message="another")
    assert (
        fitted.overlays.want(outcome) is None and fitted.overlays.settle(60) and fitted.overlays.want(outcome) is None
    )
