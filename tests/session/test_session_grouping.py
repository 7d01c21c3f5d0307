"""Another grouping for the fit is an edit: undone, told as a difference, replayed by the script, refused as a sentence."""

import pytest
from session_toy import make_infer, run_code, same_state

from spec_lab._base import DataError, ParameterError
from spec_lab.data import as_given
from spec_lab.session import command_from, views


def grouped(session, grouping, unit="na"):
    session.perform(command_from("group", {"unit": unit, "grouping": grouping}, session.get()))


def test_a_grouping_is_an_edit(session, infer):
    before, many = session.state.setup, session.state.setup.pairs[0].data["na"].npoint
    grouped(session, {"min_evt": 300})
    fewer = session.state.setup.pairs[0].data["na"].npoint
    assert fewer < many and infer.setup is session.state.setup
    told = views.view(session.state, None)["units"][0]
    assert told["grouping"] == "min_evt=300" and told["used"] == fewer
    assert session.journal()[-1].code == "infer.group('na', {'min_evt': 300})"
    assert session.state.past[-1].label == "grouping of na"
    other = make_infer()
    run_code(session.script(), other)
    assert same_state(other.setup, infer.setup) and other.pairs[0].data["na"].npoint == fewer
    session.undo()
    assert session.state.setup is before


def test_a_run_with_another_grouping_is_not_comparable_and_differs_in_that(session):
    session.fit()
    run = session.wait(60)
    grouped(session, "none", "b1")
    grouped(session, {"min_sigma": 4, "min_nevt": None}, "b1")
    assert as_given(session.get().pairs[0].data["b1"].grpg) == {"min_sigma": 4, "min_nevt": None}
    rows = views.changes(session.state, run)["rows"]
    assert [(row["name"], row["then"], row["now"]) for row in rows] == [
        ("grouping of b1", "file", "min_sigma=4, min_nevt=None")
    ]
    made = views.view(session.state, session.evaluation())["criteria"]["rows"]
    assert [row["why"] for row in made if not row["comparable"]] == ["other grouping of b1"]


def test_what_is_no_grouping_is_refused(session):
    before = session.state
    with pytest.raises(DataError, match="unknown grouping key"):
        grouped(session, {"counts": 3})
    with pytest.raises(ParameterError, match="no such data unit"):
        grouped(session, None, "xx")
    assert session.state is before
