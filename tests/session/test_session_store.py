"""FitSession as the store of its Infer: one gate, one history, safe from any thread."""

import threading

import numpy as np
import pytest
from session_toy import make_infer, run_code, same_state

from spec_lab._base import EngineError, ParameterError
from spec_lab.session import FitSession, command_from


def test_a_typed_line_and_a_click_are_the_same(session, infer):
    infer.link([6, 11])
    other = make_infer()
    clicked = FitSession(other)
    clicked.dispatch(command_from("link", {"pids": [6, 11]}, clicked.get()))
    assert same_state(session.get(), clicked.get())
    assert session.journal() == clicked.journal() and session.state.past[-1].label == "infer.link([6, 11])"
    clicked.close()


def test_of_gives_the_session_there_is(session, infer):
    assert FitSession.of(infer) is session
    assert isinstance(FitSession.of(make_infer()), FitSession)


def test_undo_takes_back_what_was_typed(session, infer):
    before = infer.setup
    infer.par[1].frozen = True
    infer.notice("na", [30, 500])
    session.undo()
    session.undo()
    assert infer.setup is before
    session.redo()
    assert infer.par[1].frozen and infer.setup.pairs is before.pairs


def test_nothing_to_undo_says_so(session):
    with pytest.raises(ParameterError, match="nothing to undo"):
        session.undo()


def test_a_refused_edit_changes_nothing(session, infer):
    heard = []
    session.subscribe(heard.append)
    state = session.state
    for bad in (
        lambda: infer.link([1, 99]),
        lambda: infer.unlink([99]),
        lambda: infer.notice("na", [1e6, 2e6]),
        lambda: session.fit("no_such_engine"),
        lambda: session.fit("fit", no_such_option=1),
        lambda: session.apply(99),
        lambda: session.restore(99),
        lambda: session.pin(99),
    ):
        with pytest.raises((ParameterError, EngineError, ValueError)):
            bad()
    assert session.state is state and heard == []


def test_the_script_rebuilds_the_fit(session, infer):
    infer.par[1].val = -0.7
    infer.link([6, 11])
    infer.par[6].frozen = False
    infer.par[2].prior = "norm(2.5, 0.2)"
    infer.notice("b1", [[300, 9000]])
    infer.par[3].tie("2*par[1]")
    infer.par[1].val = -0.9
    other = make_infer()
    run_code(session.script(), other)
    assert same_state(other.setup, infer.setup)
    assert session.script().count("par[1].val") == 1  # the net effect only


def test_the_script_of_nothing_says_so(session):
    assert "nothing was changed" in session.script()


def test_listeners_hear_each_change_once(session, infer):
    heard = []
    end = session.subscribe(heard.append)
    infer.par[1].val = 0.1
    infer.par[1].val = 0.1  # no change
    end()
    infer.par[1].val = 0.2
    assert heard == ["state"]


def test_threads_do_not_lose_edits(session, infer):
    """Two threads type, a third undoes and redoes: the history stays whole, and replays to the state."""

    def typing(pid):
        for i in range(400):
            infer.par[pid].val = 1.0 + pid + 0.001 * i

    def wavering():
        for _ in range(200):
            try:
                session.undo()
                session.redo()
            except ParameterError:
                continue

    threads = [threading.Thread(target=t, args=a) for t, a in ((typing, (1,)), (typing, (2,)), (wavering, ()))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = session.state
    kept = [line for line in state.journal if not line.undone]
    assert len(kept) == len(state.past)
    assert len(state.journal) == 800  # no edit was lost, whatever was undone around it
    assert all(a.after is b.before for a, b in zip(state.past, state.past[1:], strict=False))
    other = make_infer()
    for line in kept:
        run_code(line.code, other)
    np.testing.assert_array_equal(other.setup.values, state.setup.values)


def test_closing_hands_the_set_up_back(infer):
    session = FitSession(infer)
    infer.par[1].val = -0.5
    session.close()
    assert infer.par[1].val == -0.5
    infer.par[1].val = -0.4
    assert infer.store is not session and infer.par[1].val == -0.4


def test_a_fit_typed_in_a_cell_enters_the_history(session, infer):
    evaluation = infer.fit()
    (run,) = session.state.runs
    assert run.outcome is evaluation.outcome
    np.testing.assert_allclose(infer.free_pvalues, run.outcome.best)
    assert session.state.past[-1].label == "best of fit"


def test_a_listener_that_raises_does_not_reach_the_edit(session, infer, caplog):
    heard = []

    def broken(topic):
        raise RuntimeError("broken panel")

    ends = [session.subscribe(broken), session.subscribe(heard.append)]
    infer.par[1].val = -1.25
    for end in ends:
        end()
    assert infer.par[1].val == -1.25 and "state" in heard and "broken panel" in caplog.text


def test_a_second_session_says_that_it_takes_over(infer, caplog):
    first = FitSession(infer)
    second = FitSession(infer)
    assert infer.store is second and "takes over" in caplog.text
    first.close()
    assert infer.store is second
    second.close()
