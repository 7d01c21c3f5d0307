"""Ctrl+C during a run in a cell: what was sampled is kept, the cell ends, and nobody else prints anything."""

import signal
import threading

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer, Bootstrap, Posterior
from spec_lab._base import EngineError
from spec_lab.engines import Control, stop_on_interrupt
from spec_lab.models import pl

LONG = {
    "fit": ({"starts": 64}, 1), "preview": ({"draws": 40_000}, 3), "emcee": ({"steps": 4000, "discard": 50}, 5),
    "nested": ({"live": 200}, 5), "bootstrap": ({"simulations": 4096}, 2),
}  # fmt: skip


@pytest.fixture(autouse=True)
def interrupts():
    """Python's own handler of Ctrl+C, also where the tests run in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def make_infer():
    return BayesInfer([(make_data(1), pl())])


def pressed(*reports):
    """A control at whose given reports a person presses Ctrl+C."""
    heard = []

    def hear(progress):
        heard.append(progress)
        if len(heard) in reports:
            signal.raise_signal(signal.SIGINT)

    return Control(on_progress=hear)


@pytest.mark.parametrize("engine", LONG)
def test_a_run_that_is_interrupted_keeps_what_it_has(engine, capfd):
    infer, (options, after) = make_infer(), LONG[engine]
    setup = infer.setup
    with pytest.raises(
        KeyboardInterrupt, match=f"{engine} was interrupted; what it has is kept in infer.outcome. Stopped"
    ):
        infer.run(engine, pressed(after), **options)
    outcome = infer.outcome
    assert outcome.status == "stopped" and len(outcome.draws) > 50 and np.isfinite(outcome.log_prob).all()
    reading = Bootstrap if engine in ("fit", "bootstrap") else Posterior
    assert reading(infer).outcome is outcome and infer.setup is setup
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert capfd.readouterr() == ("", "")


def interrupt_twice(infer, theta):
    for _ in range(2):
        signal.raise_signal(signal.SIGINT)
    return 0.0


def fail(infer, theta):
    raise ZeroDivisionError("mine")


@pytest.mark.parametrize(("hook", "error"), [(interrupt_twice, KeyboardInterrupt), (fail, ZeroDivisionError)])
def test_what_ends_emcee_at_once_says_nothing_else(hook, error, capfd):
    infer, calls = make_infer(), []

    def later(infer, theta):
        calls.append(theta)
        return hook(infer, theta) if len(calls) > 2000 else -0.5 * float(np.sum(theta**2))

    infer.loglike_func = later
    with pytest.raises(error):
        infer.emcee(nstep=1000, savepath=None)
    assert infer.outcome is None and len(calls) == 2001
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert capfd.readouterr() == ("", "")


def test_a_run_that_had_nothing_yet_says_so():
    with pytest.raises(KeyboardInterrupt, match="stopped before the first draw"), stop_on_interrupt(Control()):
        signal.raise_signal(signal.SIGINT)
        raise EngineError("stopped before the first draw")
    with pytest.raises(EngineError, match="another"), stop_on_interrupt(Control()):
        raise EngineError("another")


def test_a_handler_of_the_person_and_other_threads_are_left_alone():
    mine, seen = lambda *_: None, []
    before = signal.signal(signal.SIGINT, mine)
    try:
        with stop_on_interrupt(Control()) as interrupted:
            assert signal.getsignal(signal.SIGINT) is mine and not interrupted()
    finally:
        signal.signal(signal.SIGINT, before)

    def elsewhere():
        with stop_on_interrupt(Control()):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
