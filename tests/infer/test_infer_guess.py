"""`infer.guess()`: one edit that says what it did and never moves what a person gave."""

import pytest
from small import make_data

from spec_lab import BayesInfer, unif
from spec_lab._base import ParameterError
from spec_lab.models import cpl, gauss, pl
from spec_lab.session import FitSession


@pytest.fixture
def infer():
    return BayesInfer([(make_data(1), cpl())])


def test_a_guess_says_what_it_moved(infer):
    before, setup = infer.stat, infer.setup
    table = infer.guess()
    assert infer.stat < 0.1 * before
    assert table.columns == ("par#", "Component", "Parameter", "Value", "Before", "Prior", "Prior before")
    rows = {row["par#"]: row for row in table.list_dict}
    for number, par in enumerate(infer.free_par.values(), start=1):
        assert rows[number]["Value"] == par.val and rows[number]["Before"] == setup.values[number - 1]
        assert rows[number]["Prior"] == str(par.prior)
        assert par.origin == "guessed"


def test_what_a_person_gave_stays(infer):
    infer.par["cpl.alpha"].val = -0.7
    infer.par["cpl.logEp"].prior = unif(1, 3)
    infer.par["cpl.logA"].frozen = True
    frozen = infer.par["cpl.logA"].val
    table = infer.guess()
    assert infer.par["cpl.alpha"].val == -0.7 and infer.par["cpl.alpha"].origin == "given"
    assert infer.par["cpl.logEp"].prior == unif(1, 3) and infer.par["cpl.logEp"].prior_origin == "given"
    assert infer.par["cpl.logA"].val == frozen
    assert "alpha" not in table.data_dict["Parameter"]


def test_an_origin_follows_what_is_done(infer):
    assert (infer.par[1].origin, infer.par[1].prior_origin) == ("default", "default")
    infer.fit()
    assert infer.par[1].origin == "fitted"
    infer.at_par([p.val for p in infer.free_par.values()])
    assert infer.par[1].origin == "given"


def test_a_guess_is_one_step_back(infer):
    session = FitSession(infer)
    before = infer.setup
    infer.guess()
    step = session.state.past[-1]
    assert step.before is before and step.label == "guess from the data"
    assert session.state.journal[-1].code == "infer.guess()"
    found = infer.setup
    session.undo()
    assert infer.setup is before
    infer.guess()
    assert infer.setup.values.tolist() == found.values.tolist() and infer.setup.priors == found.priors


def test_a_line_is_sought_within_the_band():
    infer = BayesInfer([(make_data(1), pl() + gauss())])
    infer.guess()
    assert infer.par["gauss.El"].prior == unif(5, 1000) and infer.par["gauss.El"].prior_origin == "guessed"


def test_nothing_to_guess_for_an_analyzer_or_without_pairs(infer):
    with pytest.raises(ParameterError, match="no pairs yet"):
        BayesInfer().guess()
    result = infer.fit()
    with pytest.raises(ParameterError, match="runs no engine"):
        result.guess()
