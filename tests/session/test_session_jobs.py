"""Background fits: start, stop, failure, drafts, and what the history keeps."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from session_toy import run_code

from spec_lab._base import EngineError, ModelError
from spec_lab.engines import run_engine
from spec_lab.session import actions, jobs, reduce, same_setup, views
from spec_lab.session.error_data import as_data


@pytest.fixture
def slow(monkeypatch):
    """An engine that runs until it is stopped, and then gives the built-in fit's outcome."""
    begun = threading.Event()

    def engine(name, problem, control, **options):
        begun.set()
        n = 0
        while not control.stopped:
            n += 1
            control.report(min(0.9, n / 1000), f"step {n}")
            time.sleep(0.002)
        return run_engine("fit", problem, **options)

    monkeypatch.setattr(jobs, "run_engine", engine)
    return begun


@pytest.fixture
def held(monkeypatch):
    """An engine that waits for a word before it fits."""
    gate = threading.Event()

    def engine(name, problem, control, **options):
        gate.wait(20)
        return run_engine(name, problem, control, **options)

    monkeypatch.setattr(jobs, "run_engine", engine)
    return gate


def test_a_fit_runs_enters_the_history_and_can_be_undone(session, infer):
    before = infer.stat
    start = infer.setup
    session.fit()
    run = session.wait(120)
    state = session.state
    assert state.fit.phase == "done" and state.runs == (run,) and infer.outcome is run.outcome
    assert infer.stat < before and infer.stat == pytest.approx(run.outcome.stat, rel=1e-9)
    assert state.past[-1].label == "best of fit"
    session.undo()
    assert infer.setup is start and session.state.runs == (run,)
    session.redo()
    assert infer.stat == pytest.approx(run.outcome.stat, rel=1e-9)


def test_only_one_fit_at_a_time(session, slow):
    session.fit()
    with pytest.raises(EngineError, match="still running"):
        session.fit()
    session.stop()
    session.wait(60)


def test_stop_is_acknowledged_at_once_and_keeps_the_result(session, slow):
    session.fit()
    assert slow.wait(20)
    began = time.perf_counter()
    session.stop()
    assert session.state.fit.phase == "stopping" and time.perf_counter() - began < 0.1
    session.stop()  # a second click does no harm
    run = session.wait(60)
    assert run.outcome.stat > 0 and session.state.fit.phase == "done" and not session.state.fit.busy


def test_starting_and_stopping_many_times_leaves_it_clean(session, slow):
    for _ in range(15):
        session.fit()
        session.stop()
        session.wait(60)
    assert len(session.state.runs) == 15 and session.progress is None
    assert len({run.number for run in session.state.runs}) == 15
    assert sum(t.name.startswith("spec_lab-fit") for t in threading.enumerate()) == 0


def test_progress_is_state(session, slow):
    session.fit()
    assert slow.wait(20)
    time.sleep(0.05)
    progress = session.progress
    assert progress is not None and 0 < progress.fraction < 1 and progress.message.startswith("step")
    session.stop()
    session.wait(60)
    assert session.progress is None


@pytest.mark.parametrize("error", [ModelError("the model broke", got=3), ZeroDivisionError("division"), SystemExit()])
def test_a_failure_is_data_and_leaves_everything_usable(session, infer, monkeypatch, error):
    def broken(*args, **kwargs):
        raise error

    before = infer.setup
    monkeypatch.setattr(jobs, "run_engine", broken)
    session.fit()
    with pytest.raises(EngineError):
        session.wait(60)
    state = session.state
    assert state.fit.phase == "failed" and state.fit.error["kind"] == type(error).__name__
    assert infer.setup is before and state.runs == () and state.past == ()
    monkeypatch.setattr(jobs, "run_engine", run_engine)
    session.fit()
    assert session.wait(120) is not None and session.state.fit.error is None


def test_edits_during_a_fit_stand(session, infer, held):
    session.fit()
    infer.par[1].val = -1.7
    held.set()
    run = session.wait(120)
    assert infer.par[1].val == -1.7  # the result lies in the history, the draft was not touched
    assert session.state.runs == (run,) and "your edits stand" in session.state.messages[-1].text
    session.apply(run.number)
    np.testing.assert_allclose(infer.free_pvalues, run.outcome.best)
    session.undo()
    assert infer.par[1].val == -1.7


def test_a_fit_from_the_minimum_moves_nothing_worse(session, infer):
    session.fit()
    session.wait(120)
    best = infer.stat
    session.fit("fit", starts=2)
    session.wait(120)
    assert infer.stat <= best * (1 + 1e-12)


def test_what_cannot_start_is_refused_before_anything_changes(session, infer):
    infer.par[1].frozen = infer.par[2].frozen = infer.par[3].frozen = True
    with pytest.raises(EngineError, match="nothing to fit"):
        session.fit()
    infer.par[1].frozen = False
    infer.par[1].prior = None
    with pytest.raises(EngineError, match="proper prior"):
        session.fit("preview")
    assert session.state.fit.phase == "idle"


def test_restore_brings_back_links_and_freezes(session, infer):
    infer.link([6, 11])
    infer.par[6].frozen = False
    session.fit()
    run = session.wait(120)
    infer.unlink([11])
    infer.par[6].frozen = True
    infer.notice("na", [30, 500])
    session.restore(run.number)
    assert infer.par[11].mates == (6,) and not infer.par[6].frozen
    assert infer.setup.pairs[0].data["na"].notc is None
    assert "infer.link([6, 11])" in session.journal()[-1].code
    session.undo()
    assert infer.par[11].mates == ()


def test_the_history_can_be_labelled_pinned_and_pruned(session):
    for _ in range(2):
        session.fit()
        session.wait(120)
    first, second = (run.number for run in session.state.runs)
    session.label(first, "  cut-off  ")
    session.pin(first)
    session.delete(second)
    (run,) = session.state.runs
    assert (run.label, run.pinned) == ("cut-off", True)
    session.fit()
    assert session.wait(120).number not in (first, second)


def test_stopped_before_it_had_anything_is_no_failure(session, infer, monkeypatch):
    def compiling(name, problem, control, **options):
        control.stop.wait(20)
        raise EngineError("stopped before the first draw")

    monkeypatch.setattr(jobs, "run_engine", compiling)
    before = infer.setup
    session.fit()
    session.stop()
    assert session.wait(60) is None
    fit = session.state.fit
    assert fit.phase == "stopped" and fit.error is None and "before the first draw" in fit.message
    assert infer.setup is before


def test_the_code_of_each_action_does_what_the_action_does(session, infer):
    """Two sessions over one history: one takes the action, the other executes its line."""
    session.fit()
    number = session.wait(120).number
    infer.link([6, 11])
    begun = session.state
    for action in (
        actions.Label(number, "x"),
        actions.Pin(number, True),
        actions.ApplyBest(number),
        actions.Restore(number),
        actions.Undo(),
        actions.Redo(),
        actions.Dismiss(1),
        actions.Stop(),
        actions.Delete(number),
        actions.SetLive(True),
        actions.SetLive(False),
        actions.SetPreviews(False),
    ):
        expected, _ = reduce(session.state, action)
        run_code(action.as_code(), infer, session)
        got = session.state
        assert same_setup(got.setup, expected.setup)
        assert (got.runs, got.live, got.journal, got.rev) == (
            expected.runs,
            expected.live,
            expected.journal,
            expected.rev,
        )
    assert session.state.rev > begun.rev


def test_leaving_while_something_computes_is_clean():
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from session_toy import make_infer\n"
        "from spec_lab.session import FitSession\n"
        "session = FitSession(make_infer(), live=True)\n"
        "session.fit('emcee', steps=100000)\n"
        "import time; time.sleep(0.5)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "terminate" not in done.stderr


@pytest.fixture
def pausable(slow):
    """The engine that runs until it is stopped, under a name that can be paused."""
    return slow


def started(session, begun):
    begun.clear()
    session.fit("emcee")
    assert begun.wait(20)


def static_picture(session):
    """Wait until the paused fit stands still."""
    deadline = time.monotonic() + 20
    while not session.job.waiting:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_paused_fit_stands_still_and_goes_on(session, pausable):
    started(session, pausable)
    session.pause()
    session.pause()  # a second click does no harm
    assert session.state.fit.phase == "paused" and session.state.fit.busy
    static_picture(session)
    then, elapsed = session.progress, session.job.elapsed
    time.sleep(0.1)
    assert session.progress is then and session.job.elapsed == elapsed
    session.resume()
    assert session.state.fit.phase == "running"
    time.sleep(0.1)
    assert session.progress is not then and elapsed < session.job.elapsed < elapsed + 1.0
    session.stop()
    run = session.wait(60)
    assert run is not None and session.state.fit.phase == "done"


def test_stop_ends_a_paused_fit_at_once(session, pausable):
    started(session, pausable)
    session.pause()
    static_picture(session)
    began = time.perf_counter()
    session.stop()
    assert session.wait(60) is not None
    assert time.perf_counter() - began < 1.0 and session.progress is None


def test_pausing_and_stopping_fifty_times_leaves_it_clean(session, pausable):
    for number in range(50):
        started(session, pausable)
        session.pause()
        if number % 3:
            static_picture(session)
        if number % 2:
            session.resume()
        session.stop()
        assert session.wait(60) is not None
    assert len(session.state.runs) == 50 and session.job is None
    assert not [t for t in threading.enumerate() if t.name.startswith("spec_lab-fit")]


def test_seconds_of_a_pause_do_not_count(session, pausable):
    started(session, pausable)
    session.pause()
    static_picture(session)
    time.sleep(0.5)
    session.stop()
    session.wait(60)
    assert session.state.fit.seconds < 0.5


def test_what_cannot_be_paused_says_why(session, slow):
    with pytest.raises(EngineError, match="no running fit"):
        session.pause()
    session.fit("fit")
    assert slow.wait(20)
    with pytest.raises(EngineError, match="cannot be paused"):
        session.pause()
    said = views.fit(session.state, session.progress)["pause"]
    assert said == {"can": False, "why": "It is over before a pause could begin."}
    session.resume()  # nothing to resume: nothing happens
    assert session.state.fit.phase == "running"
    session.stop()
    session.wait(60)


def test_the_view_says_whether_it_waits_already(session, pausable):
    started(session, pausable)
    session.pause()
    static_picture(session)
    shown = views.fit(session.state, session.progress, session.job.elapsed, session.job.waiting)
    assert shown["state"] == "paused" and shown["message"].endswith(", waiting") and shown["pause"]["can"]
    assert views.fit(session.state, session.progress)["message"].endswith("will wait after this block")
    session.stop()
    session.wait(60)


def test_a_component_that_fails_inside_a_compiled_program_has_the_last_word():
    """The traceback of a callback is as long as a page; what a person needs is its last line."""
    text = "INTERNAL: CpuCallback error calling callback: Traceback (most recent call last):\n  File ...\nOSError: no table"
    told = as_data(ValueError(text))
    assert (told["message"], told["what"], told["kind"]) == ("OSError: no table", "OSError: no table", "ValueError")
    assert as_data(ValueError("bad"))["message"] == "ValueError: bad"


def test_a_run_whose_message_warns_is_done_with_a_doubt(session):
    session.fit("emcee", steps=20)
    session.wait(60)
    said = views.fit(session.state, None)
    assert said["state"] == "done" and said["doubt"] and "warns" in said["message"]
    session.fit()
    assert not views.fit(session.state, None)["doubt"]
    session.wait(60)
    assert not views.fit(session.state, None)["doubt"]


def test_stop_does_not_wait_for_a_compilation(session, monkeypatch):
    """An engine that says nothing yet is being compiled, which cannot be interrupted."""
    may_end = threading.Event()

    def compiling(*args, **options):
        assert may_end.wait(60)
        raise RuntimeError("nothing was drawn")

    monkeypatch.setattr(jobs, "run_engine", compiling)
    session.fit()
    began = time.monotonic()
    session.stop()
    assert session.state.fit.phase == "stopping" and session.wait(10) is None
    assert time.monotonic() - began < 5  # a quarter of a second, and what a busy machine adds
    assert session.state.fit.phase == "stopped" and "compiled" in session.state.fit.message
    may_end.set()
    monkeypatch.undo()
    session.fit()  # and another can be started
    assert session.wait(120) is not None and session.state.fit.phase == "done"
