"""Typed values and clicked actions: what they become, and how refusals read."""

import math

import pytest

from spec_lab._base import ParameterError, SpecLabError
from spec_lab.fit import Freeze, Notice, SetPrior, SetTie, SetValue
from spec_lab.session import command_from, value_edit


@pytest.fixture
def setup(infer):
    return infer.setup


def test_values_may_be_numbers_units_or_expressions(setup):
    assert value_edit(setup, 1, -0.5) == SetValue(1, -0.5)
    assert value_edit(setup, "2", " 2.5e0 ") == SetValue(2, 2.5)
    assert value_edit(setup, 3, "= 2*par[1]+0.5") == SetTie(3, "2*par[1]+0.5")
    energy = value_edit(setup, 2, "0.25 MeV")  # par[2] holds log10 of an energy in keV
    assert energy == SetValue(2, pytest.approx(math.log10(250)))


def test_ties_may_name_their_parameters(setup):
    assert value_edit(setup, 3, "=2*alpha + 1e3") == SetTie(3, "2*par[1] + 1e3")
    assert value_edit(setup, 3, "=log10(cpl.logEp)-p1+par[2]") == SetTie(3, "log10(par[2])-p1+par[2]")
    tied = command_from("tie", {"pid": 3, "expression": "=-alpha"}, setup)
    assert tied.edit == SetTie(3, "=-par[1]")
    with pytest.raises(ParameterError, match="several parameters"):
        value_edit(setup, 3, "=2*sf")
    with pytest.raises(ParameterError, match="no such parameter"):
        value_edit(setup, 3, "=2*beta")


@pytest.mark.parametrize(
    ("pid", "value", "says"),
    [
        (1, "abc", "not a number"),
        (1, "[1]", "not a number"),
        (1, None, "must be a number"),
        (1, True, "must be a number"),
        (1, "nan", "finite"),
        (1, 10**400, "finite"),
        (2, "3 s", "cannot take the unit"),
        (2, "-5 keV", "must be positive"),
        (99, 1.0, "no such parameter"),
        (1.5, 1.0, "named by its number"),
    ],
)
def test_bad_values_teach(setup, pid, value, says):
    with pytest.raises(ParameterError, match=says):
        value_edit(setup, pid, value)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("label", {"run": math.inf, "label": "a"}),
        ("pin", {"run": "1e400"}),
        ("set_refitted", {"pid": 1, "value": "abc"}),
        ("set_refitted", {"pid": 1, "value": math.nan}),
        ("set_refitted", {"pid": 1, "value": 10**400}),
        ("notice", {"unit": "a", "windows": [[1, 10**400]]}),
    ],
)
def test_numbers_of_messages_that_are_none_are_refused(setup, name, args):
    with pytest.raises(ParameterError):
        command_from(name, args, setup)


def test_every_action_of_the_protocol_is_known(setup):
    made = {
        "set_value": {"pid": 1, "value": 0.5},
        "freeze": {"pids": [1, 2], "frozen": True},
        "link": {"pids": [6, 11]},
        "unlink": {"pids": [6]},
        "set_prior": {"pid": 1, "prior": "norm(0, 1)"},
        "tie": {"pid": 1, "expression": "par[2]"},
        "notice": {"unit": "na", "windows": [[10, 100]]},
        "undo": {},
        "redo": {},
        "fit": {"engine": "fit", "options": {"starts": 2}},
        "stop": {},
        "apply": {"run": 1},
        "restore": {"run": 1},
        "pin": {"run": 1, "pinned": True},
        "label": {"run": 1, "label": "x"},
        "delete": {"run": 1},
        "overlay": {"run": 1, "on": True},
        "revisit": {"moment": "start"},
        "walk": {"to": 1.5},
        "paste": {"text": "0.5", "pids": [1], "down": True},
        "set_live": {"live": True},
        "set_refit_others": {"on": True},
        "dismiss": {"message": 1},
    }
    for name, args in made.items():
        assert command_from(name, args, setup).as_code()
    assert command_from("freeze", made["freeze"], setup).edit == Freeze((1, 2), True)
    assert command_from("notice", made["notice"], setup).edit == Notice("na", ((10.0, 100.0),))
    assert command_from("set_prior", {"pid": 1, "prior": "flat"}, setup).edit == SetPrior(1, None)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("frobnicate", {}),
        (None, {}),
        ("link", {}),
        ("link", "6, 11"),
        ("notice", {"unit": "na", "windows": [1, 2, 3]}),
        ("notice", {"units": []}),
        ("notice", {"units": [["na", 10, 100]]}),
        ("notice", {"units": [["na", [10, 100]]]}),
        ("set_prior", {"pid": 1, "prior": "unif(2, 1)"}),
        ("set_prior", {"pid": 1, "prior": 7}),
        ("fit", {"engine": "fit", "options": [1]}),
        ("apply", {"run": "x"}),
    ],
)
def test_bad_actions_teach(setup, name, args):
    with pytest.raises(SpecLabError):
        command_from(name, args, setup)


def test_one_gesture_over_several_units_is_one_step(session):
    def windows():
        return [unit.notc for unit in session.state.setup.pairs[0].data.units]

    before = windows()
    action = command_from("notice", {"units": [["na", [[20, 800]]], ["b1", [[300, 20000]]]]}, session.state.setup)
    session.dispatch(action)
    assert [list(map(list, w)) for w in windows()] == [[[20, 800]], [[300, 20000]]]
    assert len(session.state.past) == 1 and session.state.past[0].label == "energies of na, b1"
    line = session.journal()[-1].code
    assert line == "infer.notice('na', [[20.0, 800.0]]); infer.notice('b1', [[300.0, 20000.0]])"
    session.undo()
    assert windows() == before
    exec(line, {"infer": session.infer})
    assert windows() != before


def test_a_gesture_that_leaves_one_unit_nothing_changes_none(session):
    state = session.state
    with pytest.raises(SpecLabError):
        units = [["na", [[20, 800]]], ["b1", [[1e6, 2e6]]]]
        session.dispatch(command_from("notice", {"units": units}, state.setup))
    assert session.state is state
