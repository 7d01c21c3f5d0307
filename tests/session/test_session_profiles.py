"""Refit others: a drag is a fit outside history, its points are the profile, and letting go is one change that replays."""

import jax.monitoring
import numpy as np
import pytest
from session_toy import fitted_session, make_infer, run_code, same_state

from spec_lab._base import EngineError, ParameterError
from spec_lab.fit import SetTie
from spec_lab.results.profiles import profile
from spec_lab.session import profiles, views
from spec_lab.session.profiles import POINTS, GrowingProfile

_compiled: list[str] = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **_: _compiled.append(event) if event.endswith("backend_compile_duration") else None
)


def drag(session, pid, values, seq=1):
    """Drag a slider over some values, waiting for each answer."""
    for i, value in enumerate(values):
        session.preview_drag(pid, float(value), seq + i)
        assert session.evaluator.settle(120)
    return session.evaluator.dragged


@pytest.fixture
def on(session):
    session.set_refit_others(True)
    return session


@pytest.fixture(scope="module")
def outcome():
    """The best fit of the toy."""
    session = fitted_session()
    run = session.state.runs[-1]
    session.close()
    return run.outcome


def test_without_the_switch_a_drag_moves_one_value(session):
    shown = drag(session, 1, [-1.4])
    assert np.flatnonzero(shown.evaluation.setup.values != session.get().values).tolist() == [0]
    assert shown.pid is None and session.profiles.known(session.get()) == ()


def test_the_switch_is_shared_and_cannot_be_undone(session):
    session.set_refit_others(True)
    assert session.state.refit_others and not session.state.past and not session.journal()
    assert views.view(session.state, None)["refit_others"] is True


def test_a_drag_shows_the_others_at_their_best_and_changes_nothing(on, outcome):
    state = on.state
    shown = drag(on, 1, [float(outcome.best[0])])
    np.testing.assert_allclose(shown.evaluation.setup.free_values, outcome.best, atol=1e-4)
    moves = views.spectrum(shown.evaluation, rev=0, seq=0, preview=True, base=shown.base).header["moves"]
    assert [m[0] for m in moves] == [1, 2, 3] and on.state is state and shown.pid == 1


def test_its_points_are_the_profile(on, outcome):
    sigma = float(outcome.errors[0])
    values = float(outcome.best[0]) + sigma * np.array([-3.0, 2.5, -1.0, 0.5, 2.0, -2.0, 1.0])
    drag(on, 1, values)
    by_hand = on.profiles.points(on.get(), 1)
    expected = profile(outcome, 1, values)
    known = np.isin(by_hand.values, values)
    np.testing.assert_allclose(by_hand.delta[known], expected.delta, atol=1e-3)
    assert known.sum() == 7 and len(known) == 8  # the best fit is a point, too
    np.testing.assert_allclose(by_hand.interval(), expected.interval(), atol=0.1 * sigma)


def test_letting_go_is_one_change_that_replays(on, outcome):
    drag(on, 2, [float(outcome.best[1]) + 0.05])
    seen = on.evaluator.dragged.evaluation
    on.refit_others(2, float(outcome.best[1]) + 0.05)
    assert len(on.state.past) == 1 and on.evaluation().stat == pytest.approx(seen.stat, abs=1e-6)
    assert on.state.past[0].label.startswith("refit with par[2] at")
    other = make_infer()
    run_code(on.journal()[0].code, other)
    assert same_state(other.setup, on.get())
    before = on.state.start
    on.undo()
    assert on.get() is before


def test_a_drag_is_a_fit_that_compiles_nothing(on):
    on.fit()
    on.wait(120)
    drag(on, 1, [-1.6])
    on.infer.par[6].frozen = False
    on.infer.link([6, 11])
    _compiled.clear()
    drag(on, 1, [-1.55, -1.65])
    drag(on, 11, [1.02])
    on.infer.par[3].frozen = True
    drag(on, 3, [1.4])
    on.refit_others(3, 1.45)
    on.evaluation()
    assert _compiled == []


def test_points_stay_until_the_question_changes_and_come_back_with_it(on):
    drag(on, 1, [-1.6, -1.7])
    assert [c.root for c in on.profiles.known(on.get())] == [0]
    on.refit_others(1, -1.65)
    assert len(on.profiles.known(on.get())[0].values) == 4
    on.infer.notice("na", [[30, 500]])
    assert on.profiles.known(on.get()) == ()
    with pytest.raises(ParameterError, match="no points"):
        on.profiles.points(on.get(), 1)
    on.undo()
    assert len(on.profiles.known(on.get())[0].values) == 4


def test_a_linked_group_counts_as_one(on):
    on.infer.par[6].frozen = False
    on.infer.link([6, 11])
    drag(on, 11, [1.05])
    drag(on, 6, [0.95])
    (curve,) = on.profiles.known(on.get())
    assert curve.root == 5 and len(curve.values) == 3 and on.profiles.of(on.get(), 11) is curve
    shown = on.evaluator.dragged.evaluation.setup
    assert shown.values[5] == shown.values[10] == 0.95


def test_a_frozen_parameter_keeps_its_points_while_it_is_moved(on, outcome):
    on.infer.par[1].frozen = True
    best = float(outcome.best[0])
    drag(on, 1, best + float(outcome.errors[0]) * np.linspace(-2, 2, 9))
    on.refit_others(1, best + 0.01)
    assert on.get().frozen[0] and on.get().values[0] == best + 0.01
    by_hand = on.profiles.points(on.get(), 1)
    assert len(by_hand.values) == 10
    assert by_hand.interval()[1] - by_hand.interval()[0] == pytest.approx(2 * float(outcome.errors[0]), rel=0.1)


def test_with_nothing_else_free_it_drags_as_before(on):
    on.infer.par[2].frozen = on.infer.par[3].frozen = True
    shown = drag(on, 1, [-1.4])
    assert np.flatnonzero(shown.evaluation.setup.values != on.get().values).tolist() == [0]
    on.infer.par[1].frozen = True
    assert drag(on, 1, [-1.4]).evaluation.setup.values[0] == -1.4
    on.refit_others(1, -1.4)
    assert on.get().values[0] == -1.4 and "at_par" not in on.journal()[-1].code


def test_a_tied_parameter_is_refused_as_before(on):
    on.commit(SetTie(2, "par[3] + 1"))
    with pytest.raises(ParameterError, match="tie"):
        on.preview_drag(2, 2.0, 1)
    shown = drag(on, 3, [1.2]).evaluation.setup
    assert shown.values[1] == pytest.approx(2.2)


def test_what_cannot_be_fitted_is_a_gap(on, monkeypatch):
    fit = profiles.held_fit

    def failing(problem, root, x):
        value = problem.setup.values[0]
        if value == -1.3:
            raise RuntimeError("boom")
        return (np.nan, x) if value == -1.4 else fit(problem, root, x)

    monkeypatch.setattr(profiles, "held_fit", failing)
    drag(on, 1, [-1.5, -1.4, -1.3, -1.35])
    assert on.evaluator.error is None and on.evaluator.dragged.evaluation.setup.values[0] == -1.35
    told = views.profile(on.profiles.of(on.get(), 1))
    assert told["rises"][told["values"].index(-1.4)] is None and -1.3 not in told["values"]
    assert len(on.profiles.points(on.get(), 1).values) == 3
    on.refit_others(1, -1.3)
    assert on.get().values[0] == -1.3 and on.get().values[1] == on.state.start.values[1]


def test_a_slow_fit_waits_until_the_hand_rests(on, monkeypatch):
    drag(on, 1, [-1.5])
    frames = []
    on.subscribe(lambda topic: frames.append(on.evaluator.dragged) if topic == "curves" else None)
    monkeypatch.setattr(on.profiles, "slow", lambda setup: True)
    drag(on, 1, [-1.6], seq=7)
    first, last = next(f for f in frames if f.seq == 7), on.evaluator.dragged
    assert first is not last and last.seq == 7
    assert first.evaluation.setup.values[1] == on.get().values[1] != last.evaluation.setup.values[1]


def test_in_a_lesson_nothing_is_refitted(on):
    on.teach()
    on.tutor.settle(120)
    assert drag(on, 1, [-1.4]).pid is None and views.view(on.state, None)["refit_others"] is False
    with pytest.raises(EngineError, match="lesson"):
        on.refit_others(1, -1.4)


def test_a_curve_is_told_in_words_and_marks():
    values = np.linspace(-3, 3, 13)
    curve = GrowingProfile(4, 1, values, 50 + values**2, np.zeros((13, 5)))
    told = views.profile(curve)
    assert told["pid"] == 5 and told["rises"][6] == 0
    assert [m["rise"] for m in told["marks"]] == [1.0, 4.0]
    assert told["marks"][1]["ends"] == pytest.approx([-2, 2])
    assert "68.3 %: -1 to 1 (rise 1); 95.4 %: -2 to 2 (rise 4)" in told["text"]
    half = views.profile(curve._replace(values=values[6:], stats=curve.stats[6:]))
    assert half["marks"][0]["ends"] == pytest.approx([1]) and "68.3 %: up to 1 " in half["text"]


def test_many_points_are_thinned_where_they_crowd():
    curve = GrowingProfile(0, 0, np.zeros(0), np.zeros(0), np.zeros((0, 1)))
    for i, value in enumerate([*np.linspace(-5, 5, POINTS), *np.linspace(0, 0.01, 50)]):
        curve = curve.entered(i, value, value**2, np.array([value]))
    assert len(curve.values) == POINTS and np.all(np.diff(curve.values) > 0)
    assert curve.values[0] == -5 and curve.values[-1] == 5 and curve.rises.min() == 0
    np.testing.assert_array_equal(curve.answers[:, 0], curve.values)


def test_sliders_come_closer_while_others_are_refitted(on):
    on.fit()
    best = on.wait(120).outcome
    rows = views.view(on.state, None)["params"]["rows"]
    for k in range(3):
        span = rows[k]["slider"]["hi"] - rows[k]["slider"]["lo"]
        assert span == pytest.approx(10 * float(best.errors[k]), rel=1e-6)
    on.set_refit_others(False)
    assert views.view(on.state, None)["params"]["rows"][0]["slider"]["hi"] > rows[0]["slider"]["hi"]
