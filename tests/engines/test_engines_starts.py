"""Where a lower minimum can hide, a fit begins at several places, and says when another than the present values was better."""

import numpy as np
import pytest
from small import make_data

from spec_lab import datasets, unif
from spec_lab.engines import run_engine
from spec_lab.fit import Freeze, Notice, Problem, SetFree, SetPrior, Setup
from spec_lab.models import Model, gauss, pl


def problem_of(text):
    return Problem(Setup.from_pairs([(datasets.load("burst"), Model.parse(text))]))


@pytest.fixture(scope="module")
def hidden():
    return problem_of("cpl+bb")


def test_a_hidden_minimum_is_found_and_said(hidden):
    alone, several = run_engine("fit", hidden, guesses=0), run_engine("fit", hidden)
    assert several.stat < alone.stat - 1.0
    assert f"Another start led lower: {several.stat:.3f}" in several.message
    assert "Another start" not in alone.message
    assert run_engine("fit", hidden).best.tolist() == several.best.tolist()


def test_given_values_are_a_start_that_is_kept(hidden):
    best = run_engine("fit", hidden)
    given = Problem(SetFree(tuple(map(float, best.best)), why="typed values").apply(hidden.setup), hidden)
    again = run_engine("fit", given)
    assert again.stat == pytest.approx(best.stat, abs=1e-6) and "Another start" not in again.message
    assert again.setup.priors == hidden.setup.priors


def test_one_value_that_is_nobodys_brings_other_starts(hidden):
    best = run_engine("fit", hidden)
    setup = best.setup.edited(value_origins=np.zeros_like(best.setup.value_origins))
    again = run_engine("fit", Problem(setup, hidden))
    assert again.stat <= best.stat + 1e-6 and "Another start" not in again.message


def test_a_single_term_is_fitted_once(monkeypatch):
    from spec_lab.engines import newton

    monkeypatch.setattr(newton, "guess", None)
    assert run_engine("fit", problem_of("cpl")).stat == pytest.approx(192.015, abs=0.01)


def test_no_edit_compiles_anything(compiles):
    setup = Setup.from_pairs([(make_data(1), pl() + gauss())])
    problem = Problem(setup)
    run_engine("fit", problem)
    for edit in (
        SetPrior(1, unif(-4, 1)),
        Freeze((4,)),
        Notice("u1", ((20.0, 400.0),)),
        Freeze((4,), False),
        Freeze((1, 2)),
    ):
        setup = edit.apply(setup)
        with compiles() as counted:
            problem = Problem(setup, problem)
            run_engine("fit", problem)
        assert counted.count == 0, f"{edit} compiled {counted.count} programs"
