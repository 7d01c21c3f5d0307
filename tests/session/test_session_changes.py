"""What differs between a run and the present set-up: changed rows only, in the digits that mean something."""

import json

import pytest
from session_toy import fitted_session

from spec_lab.priors import norm
from spec_lab.session import views


@pytest.fixture
def fitted():
    session = fitted_session()
    yield session
    session.close()


def told(session):
    said = views.changes(session.state, session.state.runs[-1])
    assert json.dumps(said, allow_nan=False)
    return said["words"], {row["name"]: (row["then"], row["now"]) for row in said["rows"]}


def test_nothing_differs_from_the_run_one_stands_at(fitted):
    assert told(fitted) == ("nothing differs from the present set-up", {})


def test_a_value_counts_from_more_than_one_unit_of_its_last_digit(fitted):
    par = fitted.infer.par[1]
    best = par.val
    par.val = best + 0.0009  # α = -1.618 ± 0.030
    assert told(fitted)[1] == {}
    par.val = best + 0.0021
    ((then, now),) = told(fitted)[1].values()
    assert abs(float(now) - float(then)) == pytest.approx(0.002, abs=0.0011) and len(now) == len(then)


def test_every_kind_of_edit_is_one_row(fitted):
    infer = fitted.infer
    infer.par[3].frozen = True
    infer.par[2].prior = norm(2.5, 0.1)
    infer.link([4, 9])
    infer.par[1].tie("par[2] - 4")
    infer.notice("na", [[10, 80], [100, 900]])
    words, rows = told(fitted)
    assert words == ""
    assert rows["prior of cpl.logEp"] == ("unif(0, 4)", "norm(2.5, 0.1)")
    assert rows["cpl.logA"][1] == f"{rows['cpl.logA'][0]}, frozen"
    assert rows["b1.sf"] == ("1, frozen", "= na.sf, par[4]")
    assert rows["cpl.alpha"][1] == "= par[2] - 4"
    assert rows["energies of na"] == ("all", "10–80, 100–900 keV")
    assert len(rows) == 5
    fitted.restore(fitted.state.runs[-1].number)
    assert told(fitted)[1] == {}


def test_another_model_is_told_in_words(fitted):
    fitted.infer.set_model("cpl+gauss")
    assert told(fitted) == ("another model: cpl, now cpl+gauss; 3 parameters are new", {})
    fitted.infer.set_model("pl")
    words, _ = told(fitted)
    assert words.startswith("another model: cpl, now pl; ") and words.endswith(" gone")
