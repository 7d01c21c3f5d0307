"""A Lab that is closed and forgotten is freed with its session, and its threads end; a program may end at any time."""

import gc
import subprocess
import sys
import threading
import weakref

from session_toy import make_infer

from spec_lab_widgets import Lab

PROGRAM = """
from spec_lab import BayesInfer, datasets
from spec_lab.models import cpl
from spec_lab_widgets import Lab
lab = Lab(BayesInfer([(datasets.load("burst"), cpl())]), autosave=False)
"""


def test_a_closed_lab_is_freed_with_its_session(tmp_path):
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
    assert [
        t.name for t in threading.enumerate() if t.name.startswith("spec_lab-") and t.name != "spec_lab-forms"
    ] == []


def test_a_program_may_end_while_the_first_preview_is_at_work():
    for _ in range(2):
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
