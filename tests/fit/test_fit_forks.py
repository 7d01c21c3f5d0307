"""A forked child says what to use instead of waiting for ever; one forked before JAX was imported works."""

import multiprocessing
import subprocess
import sys

import pytest

SCRIPT = """
import os, sys, warnings
warnings.simplefilter("ignore")
def statistic():
    from spec_lab import BayesInfer, datasets
    from spec_lab.models import cpl
    return BayesInfer([(datasets.load("burst"), cpl())]).stat > 0
import spec_lab
if sys.argv[1] == "after":
    statistic()
child = os.fork()
if child == 0:
    try:
        print("computed", statistic(), flush=True)
    except Exception as error:
        print(type(error).__name__, error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("parent", statistic())
"""


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_forked_child_answers(when):
    done = subprocess.run([sys.executable, "-c", SCRIPT, when], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    child, parent = done.stdout.strip().splitlines()
    assert parent == "parent True"
    assert child == "computed True" if when == "before" else "spawn" in child and child.startswith("EngineError")
