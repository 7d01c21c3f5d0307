"""Random edits: states stay consistent, undo takes back, scripts and files bring the same state again.

pytest -m thorough tests/thorough          (SPEC_LAB_BUDGET: seconds a test, 60; SPEC_LAB_SEED: 1)
"""

import random
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small import make_data
from thorough_budget import budget, seed

from spec_lab import BayesInfer
from spec_lab._base import SpecLabError
from spec_lab.fit import Origin
from spec_lab.models import bb, pl
from spec_lab.session import FitSession
from spec_lab.session.actions import Redo, Undo

sys.path.append(str(Path(__file__).resolve().parents[1] / "session"))
from session_toy import run_code, same_state

pytestmark = [pytest.mark.thorough, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(0)]
PRIORS = ["unif(-3, 3)", "norm(0, 2)", "logunif(1e-3, 10)", "truncnorm(0, 1, -2, 2)", "None", "unif(-2, 0)"]
TIES = ["2*{0}", "{0} + 0.5", "-{0}", "{0} * {0}", "exp({0})", "0.3"]


def make_infer():
    return BayesInfer([(make_data(1), pl() + bb()), (make_data(2), pl() + bb())])


def edit(infer, rng):
    """One random edit, most of them sensible."""
    n = len(infer.setup.values)
    pid, other = rng.randint(1, n), rng.randint(1, n)
    par = infer.par[pid]
    kind = rng.choice(
        ["value", "value", "freeze", "link", "unlink", "unlink all", "prior", "tie", "untie", "notice", "best"]
    )
    if kind == "value":
        low, high = par.range
        low, high = max(low, -10.0), min(high, 10.0)
        par.val = rng.choice([par.val + rng.gauss(0, 0.3), rng.uniform(low, high)])
    elif kind == "freeze":
        par.frozen = not par.frozen
    elif kind == "link":
        infer.link([pid, other])
    elif kind == "unlink":
        infer.unlink([pid])
    elif kind == "unlink all":
        infer.unlink(range(1, n + 1))
    elif kind == "prior":
        text = rng.choice(PRIORS)
        par.prior = None if text == "None" else text
    elif kind == "tie":
        par.tie(rng.choice(TIES).format(f"p{other}"))
    elif kind == "untie":
        par.untie()
    elif kind == "notice":
        names = [name for pair in infer.setup.pairs for name in pair.data.names]
        infer.notice(rng.choice(names), [rng.choice([5, 8, 12]), rng.choice([100, 300, 800])])
    elif kind == "best":
        infer.fit()


def check(infer):
    """What holds in every state."""
    setup = infer.setup
    for i, root in enumerate(setup.partition):
        assert setup.partition[root] == root and root <= i
        if i in setup.free:
            low, high = setup.range_of(i)  # which only a value that a person typed may leave
            assert low <= setup.values[i] <= high or setup.value_origin(i) is Origin.GIVEN
    assert not np.isnan(infer.stat)  # infinite where a tie leads to 1e300 photons
    assert len(infer.free_par) == len(setup.free)


def test_random_edits(tmp_path):
    end, steps, refused, run = time.monotonic() + budget(), 0, 0, 0
    while time.monotonic() < end:
        rng = random.Random(f"{seed()}/{run}")
        run += 1
        infer = make_infer()
        session = FitSession(infer)
        start = infer.setup
        for _ in range(25):
            before, lines = infer.setup, len(session.journal())
            steps += 1
            try:
                edit(infer, rng)
            except SpecLabError:
                refused += 1
                assert infer.setup is before and len(session.journal()) == lines  # nothing half done
                continue
            check(infer)
            if infer.setup is not before and rng.random() < 0.3:
                after = infer.setup
                session.dispatch(Undo())
                assert same_state(infer.setup, before)
                session.dispatch(Redo())
                assert same_state(infer.setup, after)
        again = make_infer()
        run_code(session.script(), again)
        assert same_state(again.setup, infer.setup), f"run {run - 1}: {session.script()}"
        loaded = FitSession.load(session.save(tmp_path / "s.speclab"))
        assert same_state(loaded.infer.setup, infer.setup)
        assert loaded.infer.stat == pytest.approx(infer.stat, rel=1e-12)
        while session.state.past:
            session.dispatch(Undo())
        assert same_state(infer.setup, start)
        session.close()
        loaded.close()
    print(f"{steps} edits, {refused} of them refused, {run} histories")
    assert 0 < refused < steps
