"""A Lab that is closed and forgotten is freed with its session, and its threads end; a program may end at any time.

Freed at once, by the count of references: with the garbage collection off.
"""

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from ipywidgets.widgets import widget
from session_toy import make_infer

from spec_lab.session import FitSession
from spec_lab_widgets import Lab

PROGRAM = """
from spec_lab import BayesInfer, datasets
from spec_lab.models import cpl
from spec_lab_widgets import Lab
lab = Lab(BayesInfer([(datasets.load("burst"), cpl())]), autosave=False)
"""


@pytest.fixture
def no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def soon(true: Callable[[], bool]) -> bool:
    """Whether it comes true within some seconds: a thread ends what it is doing."""
    for _ in range(200):
        if true():
            return True
        threading.Event().wait(0.05)
    return False


def ours() -> set[str]:
    return {t.name for t in threading.enumerate() if t.name.startswith("spec_lab-") and t.name != "spec_lab-forms"}


def used_lab(infer, **options) -> Lab:
    """A Lab in which something was done: an edit with its preview, a fit, an undo."""
    lab = Lab(infer, **options)
    lab.session.infer.par[1].val = -0.7
    lab.fit(block=True)
    lab.undo()
    lab.session.settle(60)
    return lab


def test_nothing_but_its_owner_keeps_a_closed_lab(tmp_path, no_collection):
    widgets = set(widget._instances)
    infer = make_infer()
    lab = used_lab(infer, autosave=tmp_path)
    lab.close()
    freed = [weakref.ref(thing) for thing in (lab, lab.session, infer, lab.session.evaluator)]
    del lab, infer
    assert soon(lambda: [ref() for ref in freed] == [None] * 4)
    assert soon(lambda: not ours())
    assert set(widget._instances) == widgets
    assert len(list(tmp_path.glob("*.speclab"))) == 1  # what waited for its minute was written


def test_the_session_goes_on_with_its_infer_after_its_lab_is_closed(no_collection):
    infer = make_infer()
    used_lab(infer, autosave=False).close()
    lab = Lab(infer, autosave=False)
    assert lab.infer is infer and len(lab.session.state.runs) == 1
    lab.close()
    session = lab.session
    del lab, infer
    assert soon(lambda: session._infer.alive is None)
    again = session.infer  # who kept the session alone gets an Infer of the same kind that stands on it
    assert again.store is session and again is session.infer
    assert again.outcome is session.state.runs[-1].outcome
    again.par[1].val = -0.5
    assert session.get().values[0] == -0.5
    session.close()


def test_a_session_without_a_lab_is_freed_when_it_is_closed(no_collection):
    session = FitSession(make_infer(), previews=True)
    session.infer.par[1].val = -0.7
    session.settle(60)
    session.close()
    freed = weakref.ref(session)
    del session
    assert soon(lambda: freed() is None)


def test_closed_labs_are_freed_with_their_sessions(tmp_path):
    sessions = []
    for _ in range(3):
        infer = make_infer()
        lab = Lab(infer, autosave=tmp_path)
        infer.par[1].val = -0.7
        lab.session.settle(60)
        sessions.append(weakref.ref(lab.session))
        lab.close()
        lab.session.autosave.flush()
        del lab, infer
    for _ in range(100):
        gc.collect()
        if not any(session() for session in sessions):
            break
        threading.Event().wait(0.1)
    assert [session() for session in sessions] == [None] * 3
    assert not ours()


def test_a_program_may_end_while_the_first_preview_is_at_work():
    for _ in range(2):
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
