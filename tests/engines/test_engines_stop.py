"""Stopping keeps what is done, leaves nothing behind, and never spoils the next run."""

import threading
import time

import numpy as np
import pytest

from spec_lab._base import EngineError
from spec_lab.engines import Control, emcee, run_engine

RUNS = {
    "emcee": ({"steps": 4000, "discard": 100}, 3),
    "nuts": ({"draws": 20000, "warmup": 150}, 12),
    "nested": ({"live": 200}, 4),
    "preview": ({"draws": 40000}, 3),
}


def stopping(after):
    """A control that stops at the given progress report."""
    reports = []

    def hear(progress):
        reports.append(progress)
        if len(reports) >= after:
            control.stop.set()

    control = Control(on_progress=hear)
    return control, reports


@pytest.mark.parametrize("engine", RUNS)
def test_a_stopped_run_keeps_its_draws(exact, engine):
    options, after = RUNS[engine]
    problem = exact("power law").problem
    control, reports = stopping(after)
    outcome = run_engine(engine, problem, control, **options)
    assert outcome.status == "stopped"
    assert len(reports) == after, "it went on reporting after it was asked to stop"
    assert len(outcome.draws) >= 100 and np.all(np.isfinite(outcome.log_prob))
    assert len(outcome.draws) < 4 * sum(v for v in options.values()) + 2000


@pytest.mark.parametrize("engine", RUNS)
def test_the_next_run_does_not_know_of_it(exact, engine):
    options, after = RUNS[engine]
    problem = exact("power law").problem
    short = {"emcee": {"steps": 50}, "nuts": {"draws": 50}, "preview": {"draws": 1000}}.get(engine, {})
    alone = run_engine(engine, problem, **{**options, **short})
    run_engine(engine, problem, stopping(after)[0], **options)
    again = run_engine(engine, problem, **{**options, **short})
    assert again.status != "stopped"
    np.testing.assert_array_equal(again.draws, alone.draws)


@pytest.mark.parametrize("engine", ["emcee", "nested", "preview"])
def test_a_run_stopped_before_it_begins(exact, engine):
    control = Control(stop=threading.Event())
    control.stop.set()
    outcome = run_engine(engine, exact("power law").problem, control)
    assert outcome.status == "stopped" and len(outcome.draws) > 0


def test_nuts_stopped_before_it_begins_says_so(exact):
    control = Control()
    control.stop.set()
    with pytest.raises(EngineError, match="before the first draw"):
        run_engine("nuts", exact("power law").problem, control, warmup=150)


@pytest.mark.parametrize("engine", RUNS)
def test_progress_is_told_in_order(exact, engine):
    options, after = RUNS[engine]
    control, reports = stopping(after)
    run_engine(engine, exact("power law").problem, control, **options)
    fractions = [r.fraction for r in reports if r.fraction is not None]
    assert fractions == sorted(fractions) and all(0 <= f <= 1 for f in fractions)
    assert all(r.message for r in reports)
    elapsed = [r.elapsed for r in reports]
    assert elapsed == sorted(elapsed)


PAUSED = {
    "emcee": {"steps": 400, "discard": 10},
    "nuts": {"draws": 300, "warmup": 150},
    "nested": {"live": 200},
    "svi": {"steps": 500},
    "bootstrap": {"simulations": 64},
    "iminuit": {},
    "lmfit": {},
}


@pytest.mark.parametrize("engine", PAUSED)
def test_a_paused_run_waits_and_ends_as_if_nothing_had_been(exact, engine):
    problem = exact("power law").problem
    alone = run_engine(engine, problem, **PAUSED[engine])
    control = Control()
    control.pause()
    done = []
    thread = threading.Thread(target=lambda: done.append(run_engine(engine, problem, control, **PAUSED[engine])))
    thread.start()
    try:
        until(lambda: control.waiting)
        told, elapsed = control.latest, control.elapsed
        time.sleep(0.1)
        assert control.latest is told and control.elapsed == elapsed and not done
    finally:
        control.resume()
        thread.join(120)
    np.testing.assert_array_equal(done[0].draws, alone.draws)
    assert done[0].status == alone.status and not control.waiting


def until(true, timeout=60.0):
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_flag_set_behind_its_back_ends_a_pause():
    control, answers = Control(), []
    control.pause()
    thread = threading.Thread(target=lambda: answers.append(control.stopped))
    thread.start()
    until(lambda: control.waiting)
    control.stop.set()
    thread.join(5)
    assert answers == [True]
    control.pause()
    assert control.stopped, "what was asked to end cannot be paused any more"


def test_a_short_chain_in_which_a_walker_stood_still_has_no_autocorrelation_time():
    """A run stopped early is kept without a warning; that its memory is not known makes it doubtful."""
    chain = np.random.default_rng(0).normal(size=(12, 8, 2))
    assert np.isfinite(emcee._memory(chain))
    chain[:, 3] = 0.0
    assert np.isnan(emcee._memory(chain))
