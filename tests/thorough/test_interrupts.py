"""Engines stopped and interrupted at any moment: what was paid for is kept, or nothing is changed; the next run knows of nothing.

pytest -m thorough tests/thorough          (SPEC_LAB_BUDGET: seconds a test, 60; SPEC_LAB_SEED: 1)
"""

import contextlib
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from types import FrameType
from typing import Any

import numpy as np
import pytest
from small import make_data
from thorough_budget import budget, seed

from spec_lab import BayesInfer
from spec_lab._base import EngineError
from spec_lab.engines import Control, Outcome, run_engine
from spec_lab.models import pl
from spec_lab.session import FitSession
from spec_lab.session.actions import Stop

pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(0)]
ENGINES: dict[str, dict[str, Any]] = {
    "fit": {}, "iminuit": {}, "lmfit": {}, "preview": {"draws": 4000}, "emcee": {"steps": 300, "discard": 50},
    "nested": {"live": 100},
    "nuts": {"draws": 300, "warmup": 150}, "svi": {"steps": 600}, "bootstrap": {"simulations": 32},
}  # fmt: skip
START = [-1.5, 0.0]
PATIENCE = 120.0  # seconds in which a run that was asked to stop has ended, on a machine where others work, too


@contextlib.contextmanager
def interrupted_after(seconds: float, again: float = 0.0) -> Iterator[None]:
    """As if a person pressed Ctrl+C in a cell, or pressed it again and again."""

    def press(number: int, frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    outside = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    before = signal.signal(signal.SIGALRM, press)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-4), again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.signal(signal.SIGINT, outside)


def sound(outcome: Outcome) -> None:
    """An outcome that can be worked with."""
    assert np.isfinite(outcome.stat) and np.isfinite(outcome.best).all(), "its best is not finite"
    assert np.isfinite(outcome.draws).all() and len(outcome.draws) == len(outcome.log_prob), "its draws are unsound"
    assert outcome.message and repr(outcome)


def stop(infer: BayesInfer, engine: str, seconds: float) -> str:
    """A run that is asked to end."""
    control = Control()
    timer = threading.Timer(seconds, control.end)
    timer.start()
    began = time.monotonic()
    try:
        outcome = run_engine(engine, infer.problem, control, **ENGINES[engine])
    except EngineError as error:
        assert "stopped" in str(error), f"another error: {error}"
        return "nothing yet"
    finally:
        timer.cancel()
        timer.join()
    assert time.monotonic() - began < seconds + PATIENCE, "it did not end"
    sound(outcome)
    return str(outcome.status.name)


def interrupt(infer: BayesInfer, engine: str, seconds: float, again: float = 0.0) -> str:
    """A call in a cell that is interrupted: it ends with what it has."""
    before, kept, runs = infer.setup, infer.outcome, _runs(infer)
    ended = False
    try:
        with interrupted_after(seconds, again):
            infer.run(engine, **ENGINES[engine])
            ended = True
    except KeyboardInterrupt:
        pass
    if infer.outcome is kept:
        assert infer.setup is before and _runs(infer) == runs, "no outcome, and something changed"
        return "nothing changed"
    assert infer.outcome is not None
    sound(infer.outcome)
    if infer.setup is not before:
        np.testing.assert_allclose(infer.setup.free_values, infer.outcome.best)
    return "ended" if ended else "kept"


def insist(infer: BayesInfer, engine: str, seconds: float) -> str:
    """One that is interrupted again before it has ended: it ends at once."""
    return interrupt(infer, engine, seconds, 0.003)


def _runs(infer: BayesInfer) -> int:
    return len(infer.store.state.runs) if isinstance(infer.store, FitSession) else 0


def in_background(infer: BayesInfer, engine: str, seconds: float) -> str:
    """A run that is stopped in the Lab."""
    session = FitSession.of(infer)
    setup, runs = session.get(), len(session.state.runs)
    session.fit(engine, **ENGINES[engine])
    job = session.job
    time.sleep(seconds)
    if session.state.fit.busy:
        session.perform(Stop())
    assert job is None or job.finished.wait(PATIENCE), "it did not end"
    assert session.settle(PATIENCE) and not session.state.fit.busy, "it is still busy"
    added = session.state.runs[runs:]
    assert len(added) <= 1, "it is in the history twice"
    for run in added:
        sound(run.outcome)
    if not added:
        assert session.get() is setup, "no run, and something changed"
    return added[0].outcome.status.name if added else "nothing yet"


WAYS = {"stop": stop, "interrupt": interrupt, "insist": insist, "background": in_background}


def test_an_interrupted_engine_keeps_what_it_has_or_changes_nothing():
    plain, shown = (BayesInfer([(make_data(1), pl())]) for _ in range(2))
    session = FitSession(shown)
    alone, seconds = {}, {}
    plain.at_par(START)
    for engine, options in ENGINES.items():
        run_engine(engine, plain.problem, **options)  # whatever compiles
        began = time.monotonic()
        alone[engine] = run_engine(engine, plain.problem, **options)
        seconds[engine] = time.monotonic() - began
    end, tries, outcomes = time.monotonic() + budget(), 0, Counter[str]()
    while time.monotonic() < end:
        rng = random.Random(f"{seed()}/interrupts/{tries}")
        tries += 1
        engine, way = rng.choice(list(ENGINES)), rng.choice(list(WAYS))
        infer = shown if way == "background" or rng.random() < 0.5 else plain
        after = rng.choice([rng.uniform(0, 1.2 * seconds[engine]), rng.uniform(0, 0.02)])
        where = f"try {tries - 1}, {engine}, {way} after {after:.4f} s"
        try:
            outcomes[f"{way}: {WAYS[way](infer, engine, after)}"] += 1
            infer.at_par(START)
            if rng.random() < 0.3:
                again = run_engine(engine, plain.problem, **ENGINES[engine])
                np.testing.assert_array_equal(again.draws, alone[engine].draws)
        except Exception as error:
            raise AssertionError(f"{where}: {type(error).__name__}: {error}"[:1500]) from error
        while session.state.past and rng.random() < 0.5:
            session.undo()
    session.close()
    assert threading.active_count() < 20
    print(f"{tries} interrupts, {dict(outcomes)}")
    assert len(outcomes) > 3
