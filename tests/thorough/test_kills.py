"""Programs killed while they write fits, sessions, autosaves, tables, chains: what was whole stays whole, the next start works.

pytest -m thorough tests/thorough          (SPEC_LAB_BUDGET: seconds a test, 60; SPEC_LAB_SEED: 1)
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import pytest
from killed_writer import WRITERS, make_infer, run_chain
from thorough_budget import budget, seed

from spec_lab import BayesInfer
from spec_lab.session import FitSession

pytestmark = [
    pytest.mark.thorough, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(0),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="copies a program by fork"),
]  # fmt: skip
LONGEST = {"emcee": 1.5, "nested": 3.0}  # seconds between the beginning of the work and the kill
OUTSIDE = 0.25


class Writer:
    """The program that is killed; `kill` lets one copy of it work for some seconds."""

    def __init__(self) -> None:
        program = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("killed_writer.py"))]
        self._program = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def kill(self, kind: str, folder: Path, seconds: float) -> None:
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.write(f"{kind} {folder}\n")
        self._program.stdin.flush()
        copy = int(self._program.stdout.readline())
        ready, failed = folder.with_suffix(".ready"), folder.with_suffix(".error")
        end = time.monotonic() + 300
        while not ready.exists() and not failed.exists() and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(seconds)
        if not failed.exists():
            os.kill(copy, signal.SIGKILL)
        status = int(self._program.stdout.readline())
        assert not failed.exists(), failed.read_text()
        assert os.WIFSIGNALED(status), f"it ended with {status} before it was killed"
        ready.unlink()

    def close(self) -> None:
        assert self._program.stdin is not None and self._program.stdout is not None
        self._program.stdin.close()
        self._program.wait()
        self._program.stdout.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def check(kind: str, folder: Path) -> None:
    """What is there is whole; after the next writer nothing else is there."""
    infer = make_infer()
    if kind.startswith("fit"):
        assert BayesInfer.load(folder / kind).free_nparams == 2
        infer.export(folder / kind, overwrite=True)
        assert names(folder) == [kind]
    elif kind == "session":
        assert len(FitSession.load(folder / "s.speclab").journal()) > 0
        FitSession(infer).save(folder / "s.speclab")
        assert names(folder) == ["s.speclab"]
    elif kind == "autosave":
        recovered = FitSession.recover(0, folder)
        assert len(recovered.journal()) > 0
        recovered.close()
    elif kind == "tables":
        for name in ("infer_cfg.json", "infer_par.json", "infer_stat.json"):
            json.loads((folder / name).read_text())
        infer.save(folder)
        assert not [name for name in names(folder) if ".part" in name]
    else:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            run_chain(infer, kind, folder)
        assert not [w for w in said if "damaged" in str(w.message) or "cannot be read" in str(w.message)]
        assert not [name for name in names(folder) if ".part" in name]


def test_a_killed_program_leaves_nothing_half_written(tmp_path):
    writer = Writer()
    done: Counter[str] = Counter()
    end = time.monotonic() + budget()
    try:
        while time.monotonic() < end:
            rng = random.Random(f"{seed()}/kills/{done.total()}")
            kind = rng.choice(list(WRITERS))
            folder = tmp_path / "work"
            folder.mkdir()
            for again in range(rng.choice([1, 1, 2])):  # killed twice before anybody looks
                try:
                    writer.kill(kind, folder, rng.uniform(0, LONGEST.get(kind, OUTSIDE)))
                except AssertionError as error:
                    raise AssertionError(f"kill {done.total()}, {kind}, time {again + 1}: {error}") from error
                done[kind] += 1
            try:
                check(kind, folder)
            except Exception as error:
                there = names(folder)
                raise AssertionError(
                    f"kill {done.total()}, {kind}: {type(error).__name__}: {error}; {there}"
                ) from error
            shutil.rmtree(folder)
    finally:
        writer.close()
    print(f"{done.total()} kills, {dict(done)}")
    assert done.total() > 0
