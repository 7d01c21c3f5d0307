"""The script of a session: it runs from every state that can be reached, gives that state, and holds only its own lines."""

import pytest
from session_toy import burst, make_infer

from spec_lab.data import Data
from spec_lab.infer import BayesInfer
from spec_lab.models import bb, const, cpl, pl
from spec_lab.session import FitSession, difference

NAMES = [
    "x\nimport os; ran.append(1)\n#",
    "x\rran.append(1)\r#",
    "x\u2028ran.append(1)",
    "x\x0cran.append(1)\x0c",
    "x\x85ran.append(1)",
    "'); ran.append(1) #",
    '"""\nran.append(1)\n"""',
    "a\\",
]


def replayed(session: FitSession) -> tuple[BayesInfer, list[int]]:
    """The script, run on the set-up the session began with; what the names of it managed to run."""
    start = session.state.start
    infer, ran = BayesInfer([(pair.data, pair.model) for pair in start.pairs]), []
    exec(session.script(), {"infer": infer, "ran": ran})
    return infer, ran


def assert_replays(session: FitSession) -> None:
    infer, ran = replayed(session)
    assert ran == []
    assert infer.setup.values.tolist() == session.state.setup.values.tolist()
    assert (infer.setup.ties, infer.setup.frozen) == (session.state.setup.ties, session.state.setup.frozen)


@pytest.fixture
def power_law():
    session = FitSession(BayesInfer([(burst(), pl(alpha=0.0) + bb())]))
    yield session
    session.close()


def test_a_tie_without_a_value_at_the_start(power_law):
    par = power_law.infer.par
    par[1].val = -1.0
    par[2].tie("1/par[1]")
    assert_replays(power_law)
    assert power_law.script().splitlines()[1:] == ["infer.par[1].val = -1.0", "infer.par[2].tie('1/par[1]')"]


def test_runs_stand_above_with_the_seeds_that_were_used(power_law):
    seed = power_law.infer.emcee(nstep=12, discard=5, savepath=None).outcome.seed
    power_law.fit()
    assert power_law.wait(120)
    lines = power_law.script().splitlines()
    assert lines[1].startswith("# run 1: emcee(steps=7, discard=5, seed=") and f"seed={seed}" in lines[1]
    assert lines[2].startswith("# run ") and ": fit(" in lines[2] and "seed=450001)" in lines[2]
    assert_replays(power_law)
    assert power_law.journal()[-1].code.endswith(", seed 450001")


def test_ties_that_read_each_other(power_law):
    par = power_law.infer.par
    par[1].val, par[2].val = -1.0, 0.0
    par[3].val = 30.0
    par[2].tie("1/par[1]")
    par[4].tie("1/par[2]")
    assert_replays(power_law)


def test_a_tie_that_has_no_value_on_the_way(power_law):
    """Set one after the other, the two parameters meet, and the tie between them is not finite."""
    par = power_law.infer.par
    par[1].val, par[2].val = -1.0, 1.0
    par[4].tie("1/(par[1]-par[2])")
    before = power_law.state.setup
    par[4].tie("")
    par[1].val, par[2].val = 1.0, 2.0
    par[4].tie("1/(par[1]-par[2])")
    at = before
    for edit in difference(before, power_law.state.setup):
        at = edit.apply(at)
    assert at.values.tolist() == power_law.state.setup.values.tolist()
    assert at.ties == power_law.state.setup.ties


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_unit_stays_a_name(name):
    session = FitSession(BayesInfer([(Data([(name, burst().units[0])]), cpl())]))
    infer = session.infer
    infer.par[1].val = -0.77
    infer.par[2].frozen = True
    infer.notice(name, [[20, 500]])
    assert_replays(session)
    session.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_component_stays_a_name(name):
    session = FitSession(BayesInfer([(burst(), cpl(name=name) * const())]))
    session.infer.par[1].val = -0.77
    session.infer.par[2].frozen = True
    assert_replays(session)
    session.close()


def test_an_untouched_session_says_so():
    session = FitSession(make_infer())
    assert session.script().endswith("# nothing was changed\n")
    session.close()
