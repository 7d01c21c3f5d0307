"""An edit costs what changed: counts of Python calls, and what is handed down instead of computed again."""

import sys

import pytest
from shape_checks import is_check
from small import make_data

from spec_lab import BayesInfer
from spec_lab.fit import Freeze, Link, Problem, SetPrior, SetTie, Setup, SetValue
from spec_lab.fit import problem as problems
from spec_lab.models import cpl
from spec_lab.priors import unif

MOST_CALLS = 80


def calls(action):
    """How many Python functions an action calls; those that check annotations do not count."""
    seen = []

    def count(frame, event, argument):
        if event == "call" and not is_check(frame):
            seen.append(frame.f_code.co_qualname)

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return len(seen)


@pytest.mark.parametrize("pairs", [1, 12])
@pytest.mark.parametrize("times", [1, 2])
def test_a_value_typed_makes_few_calls_however_many_pairs_there_are(pairs, times):
    infer = BayesInfer([(make_data(i), cpl()) for i in range(pairs)])
    assert infer.free_nparams == 3 * pairs

    def typed():
        infer.par[1].val = -1.1 - 0.01 * times

    for _ in range(times - 1):
        typed()
    assert calls(typed) <= MOST_CALLS


@pytest.fixture
def setup():
    return SetTie(6, "2*par[5] + 1").apply(
        Link((1, 4)).apply(Setup.from_pairs([(make_data(1), cpl()), (make_data(2), cpl())]))
    )


def test_a_value_hands_slots_and_relations_down(setup):
    moved = SetValue(1, -1.2).apply(setup)
    assert moved.slots is setup.slots and moved.relations is setup.relations
    frozen = Freeze((2,)).apply(setup)
    assert frozen.slots is setup.slots and frozen.relations is not setup.relations


def test_a_problem_after_a_value_is_what_a_new_one_would_be(setup):
    first = Problem(setup)
    for edit in (SetValue(1, -1.2), SetValue(5, 2.2), SetPrior(2, unif(0, 3)), Freeze((5,)), SetValue(5, 2.1)):
        setup = edit.apply(setup)
        first, anew = Problem(setup, first), Problem(setup)
        assert (first.packed == anew.packed).all()
        assert first.stat() == anew.stat()


def test_affine_ties_do_not_arrange_the_data_anew(setup, monkeypatch):
    first = Problem(setup)
    monkeypatch.setattr(problems, "make_layout", lambda setup: pytest.fail("arranged anew"))
    Problem(SetTie(6, "3*par[5]").apply(setup), first)
    Problem(SetValue(1, -1.2).apply(setup), first)


def test_a_snapshot_has_its_problem_without_arranging_data(setup, monkeypatch):
    first = Problem(setup)
    assert Problem.of(setup) is first
    monkeypatch.setattr(problems, "make_block", lambda *arguments: pytest.fail("arranged anew"))
    snapshot = setup.with_free(setup.free_values + 0.01)
    again = Problem.of(snapshot)
    assert again.setup is snapshot and again.program is first.program
    assert again.stat() == Problem.of(snapshot).stat()
