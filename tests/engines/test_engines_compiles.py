"""Samplers compile once per structure: links, freezes, priors, values and windows compile nothing."""

import pytest
from small import make_data

from spec_lab import unif
from spec_lab.engines import run_engine
from spec_lab.fit import Freeze, Link, Notice, Problem, SetPrior, Setup, SetValue, Unlink
from spec_lab.models import cpl, pl
from spec_lab.priors import norm

EDITS = [
    Link((1, 4)),
    Freeze((2,)),
    SetPrior(1, norm(-1.5, 0.3)),
    Notice("u1", ((20.0, 400.0),)),
    SetValue(5, 2.1),
    Unlink((1,)),
    Freeze((2,), False),
]
SHORT = {"nuts": {"draws": 25, "warmup": 150}, "nested": {"live": 64, "moves": 1}}


@pytest.mark.parametrize("engine", SHORT)
def test_no_edit_compiles_anything(compiles, engine):
    setup = Setup.from_pairs([(make_data(1), cpl()), (make_data(3), pl())])
    for pid in (3, 5):
        setup = SetPrior(pid, unif(-3, 5)).apply(SetValue(pid, 2.0).apply(setup))
    problem = Problem(setup)
    run_engine(engine, problem, **SHORT[engine])
    for edit in EDITS:
        setup = edit.apply(setup)
        with compiles() as counted:
            problem = Problem(setup, problem)
            run_engine(engine, problem, **SHORT[engine])
        assert counted.count == 0, f"{edit} compiled {counted.count} programs"
