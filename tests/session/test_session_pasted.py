"""Pasting a column or a table of names and values: what fills which row, one step back, and how refusals read."""

import functools
import math

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from session_toy import make_infer, run_code, same_state

from spec_lab._base import SpecLabError
from spec_lab.session import Do, FitSession, State, as_data, command_from, reduce
from spec_lab.session.actions import Undo

PATHS = {"alpha": 1, "cpl.logEp": 2, "3": 3, "par[1]": 1, "infer.par[2]": 2}


@functools.cache
def start() -> State:
    return State.begin(make_infer().setup)


def pasted(text, pids=(), down=False, state=None):
    state = state or start()
    action = command_from("paste", {"text": text, "pids": list(pids), "down": down}, state.setup)
    return action, reduce(state, action)[0]


def values(state):
    return [float(v) for v in state.setup.values[:3]]


@pytest.mark.parametrize(
    ("text", "pids", "down", "gives"),
    [
        ("-0.7\n2.2\n0.9\n", [1, 2, 3], False, [-0.7, 2.2, 0.9]),
        ("-0.7\r\n2.2\r\n", [1, 2, 3], True, [-0.7, 2.2, 0.5]),  # a spreadsheet's column, from a cell downwards
        ("-0.7\n\n0.9\n", [1, 2, 3], True, [-0.7, 2.5, 0.9]),  # an empty cell leaves its row
        ("2.2\n-0.7", [2, 1], False, [-0.7, 2.2, 0.5]),
        ("0.3", [1, 3], False, [0.3, 2.5, 0.3]),  # one value goes to every selected row
        ("value\n-0.7\n2.2", [1, 2], False, [-0.7, 2.2, 0.5]),
        ("250 keV", [2], False, [-1.0, math.log10(250), 0.5]),
        ("alpha\t-0.7\ncpl.logEp\t2.2", [], False, [-0.7, 2.2, 0.5]),
        ("logA\t0.9\n1\t-0.7", [2], False, [-0.7, 2.5, 0.9]),  # names decide, whatever is selected
        ("name\tvalue\nalpha\t-0.7", [], False, [-0.7, 2.5, 0.5]),
        ("name\tvalue\terror\nalpha\t-0.7\t0.1", [], False, [-0.7, 2.5, 0.5]),
        ("alpha = -0.7\nlogA: 0.9\nlogEp  0.25 MeV", [], False, [-0.7, math.log10(250), 0.9]),
        ("infer.par[3]\t0.9\npar[1]\t=par[3]-1", [], False, [-0.1, 2.5, 0.9]),
    ],
)
def test_what_a_text_fills(text, pids, down, gives):
    action, after = pasted(text, pids, down)
    assert values(after) == pytest.approx(gives)
    assert len(after.past) == 1 and after.past[0].label.startswith("paste of ")
    back, _ = reduce(after, Undo())
    assert back.setup is start().setup
    infer = make_infer()
    run_code(action.as_code(), infer)
    assert same_state(infer.setup, after.setup)


@pytest.mark.parametrize(
    ("text", "pids", "down", "says", "row"),
    [
        ("-0.7\nwarm\n0.9", [1, 2, 3], False, r"line 2: .*not a number.*'warm'", 2),
        ("alpha\t-0.7\nbeta\t2", [], False, "line 2: there is no parameter 'beta'", None),
        ("alpha\t-0.7\nlogEp", [1], False, "line 2 is not a name and a value", None),
        ("-0.7\t1\t2", [1], False, "line 1 is not a name and a value", None),
        ("-0.7\nlogEp\t2", [1, 2], False, "line 2 has 2 cells", None),
        ("1\n2\n3\n4", [2, 3], True, "4 lines do not fit 2 rows from this row down", None),
        ("1\n2", [1, 2, 3], False, "2 lines do not fit 3 rows selected", None),
        ("0.1", [], False, "no row is chosen", None),
        ("  \n", [1], False, "nothing to paste", None),
        ("name\tvalue\n", [1], False, "line 1", None),
        ("sf\t1", [], False, "name of several parameters", None),
        ("alpha\t1\nalpha\t2", [], False, r"line 2 gives par\[1\] another value than line 1", 1),
        ("\n".join("1" * 1001), [1], True, "too many", None),
    ],
)
def test_a_bad_line_is_named_and_nothing_changes(text, pids, down, says, row):
    with pytest.raises(SpecLabError, match=says) as caught:
        pasted(text, pids, down)
    data = as_data(caught.value)
    assert data["message"] and data.get("pid") == row


def test_ties_and_links_are_respected():
    session = FitSession(make_infer())
    session.infer.par[2].tie("par[1] + 3")
    session.infer.link([6, 11])
    with pytest.raises(SpecLabError, match=r"line 2: par\[2\] follows the tie"):
        pasted("-0.7\n2.2\n0.9", [1, 2, 3], state=session.state)
    with pytest.raises(SpecLabError, match=r"line 2 gives par\[11\], which is linked to par\[6\], another value"):
        pasted("6\t1.1\n11\t1.2", state=session.state)
    _, after = pasted("6\t1.1\n11\t1.1\n1\t-0.5", state=session.state)
    assert [float(after.setup.values[i]) for i in (0, 1, 5, 10)] == [-0.5, 2.5, 1.1, 1.1]
    session.close()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aplh =\t\n.-+0123456789eEr[]:keV", max_size=40), st.booleans())
def test_any_text_is_pasted_whole_or_refused(text, down):
    state = start()
    try:
        action, after = pasted(text, [1, 2, 3], down)
    except SpecLabError as error:
        assert str(error) and state is start()
        return
    infer = make_infer()
    run_code(action.as_code(), infer)
    assert same_state(infer.setup, after.setup)


def test_the_session_takes_a_paste_as_one_step(session, infer):
    session.dispatch(Do(command_from("paste", {"text": "-0.7\n2.2", "pids": [1, 2]}, session.get()).edit))
    assert infer.par[1].val == -0.7 and infer.par[2].val == 2.2 and len(session.state.past) == 1
    session.undo()
    assert infer.par[1].val == -1.0 and infer.par[2].val == 2.5
