"""Where values and priors come from: told at the start, kept by edits, links, other models, save and load."""

import numpy as np
import pytest
from small import make_data

from spec_lab import BayesInfer
from spec_lab._base import ParameterError
from spec_lab.fit import Append, Link, Origin, SetFree, SetModel, SetPrior, Setup, SetValue
from spec_lab.models import bb, cpl, pl
from spec_lab.priors import unif
from spec_lab.variables import Constrained, Interval

DEFAULT, FITTED, GIVEN = Origin.DEFAULT, Origin.FITTED, Origin.GIVEN
ONE, TWO = make_data(1), make_data(2)


def values(setup, *pids):
    return [setup.value_origin(setup.index(pid)) for pid in pids]


def priors(setup, *pids):
    return [setup.prior_origin(setup.index(pid)) for pid in pids]


@pytest.fixture
def setup():
    return Setup.from_pairs([(ONE, cpl(alpha=-1.3))])


def test_what_the_component_says_is_default_and_what_a_person_says_is_given(setup):
    assert values(setup, 1, 2, 3, "u1.sf") == [GIVEN, DEFAULT, DEFAULT, DEFAULT]
    assert set(priors(setup, 1, 2, 3)) == {DEFAULT}
    narrow = Setup.from_pairs([(ONE, cpl(alpha=Constrained(Interval(-2.0, 0.0), -1.0)))])
    assert (values(narrow, 1), priors(narrow, 1)) == ([GIVEN], [GIVEN])  # also where it is the default


def test_edits_say_where_a_value_comes_from(setup):
    typed = SetValue(2, 2.4).apply(setup)
    assert values(typed, 1, 2, 3) == [GIVEN, GIVEN, DEFAULT]
    fitted = SetFree(tuple(typed.free_values)).apply(typed)
    assert values(fitted, 1, 2, 3, "u1.sf") == [FITTED, FITTED, FITTED, DEFAULT]
    believed = SetPrior(3, unif(-1, 1)).apply(setup)
    assert (priors(believed, 2, 3), values(believed, 3)) == ([DEFAULT, GIVEN], [DEFAULT])


def test_at_par_is_typed_and_a_fit_is_fitted(setup):
    infer = BayesInfer([(ONE, cpl())])
    infer.at_par(infer.free_pvalues)
    assert values(infer.setup, 1, 2, 3) == [GIVEN] * 3
    infer.fit()
    assert values(infer.setup, 1, 2, 3) == [FITTED] * 3


def test_the_line_of_a_fit_is_repeated_as_fitted():
    fitted, typed = BayesInfer([(ONE, cpl())]), BayesInfer([(ONE, cpl())])
    best = SetFree((-1.2, 2.2, 2.0), why="fit")
    exec(best.as_code(), {"infer": fitted})
    assert fitted.free_pvalues.tolist() == list(best.values) and values(fitted.setup, 1, 2, 3) == [FITTED] * 3
    exec(SetFree(best.values, origin=GIVEN).as_code(), {"infer": typed})
    assert values(typed.setup, 1, 2, 3) == [GIVEN] * 3
    for infer in (fitted, typed):
        infer.guess()
    assert typed.free_pvalues.tolist() == list(best.values) != fitted.free_pvalues.tolist()
    with pytest.raises(ParameterError, match="default, guessed, fitted, given"):
        fitted.at_par(best.values, origin="mine")


def test_a_group_has_the_origins_of_the_one_named_first():
    setup = Setup.from_pairs([(ONE, cpl(alpha=-1.3)), (TWO, cpl())])
    joined = Link((1, 4)).apply(SetPrior(4, unif(-3, 0)).apply(setup))
    assert (values(joined, 1, 4), priors(joined, 1, 4)) == ([GIVEN, GIVEN], [DEFAULT, DEFAULT])
    joined = Link((4, 1)).apply(SetPrior(4, unif(-3, 0)).apply(setup))
    assert (values(joined, 1, 4), priors(joined, 1, 4)) == ([DEFAULT, DEFAULT], [GIVEN, GIVEN])


def test_other_models_and_pairs_keep_what_stays(setup):
    setup = SetPrior("cpl.logA", unif(-1, 1)).apply(setup)
    more = SetModel(cpl() + bb()).apply(setup)
    assert values(more, "cpl.alpha", "cpl.logEp", "bb.logkT") == [GIVEN, DEFAULT, DEFAULT]
    assert priors(more, "cpl.logA", "bb.logA") == [GIVEN, DEFAULT]
    assert values(SetModel(pl()).apply(setup), "pl.alpha") == [GIVEN]
    assert values(Append((TWO, cpl())).apply(setup), "pair1.cpl.alpha", "pair2.cpl.alpha") == [GIVEN, DEFAULT]
    assert values(Append((TWO, cpl())).apply(Setup.from_pairs([])), "cpl.alpha") == [DEFAULT]


def test_files_keep_origins(setup, tmp_path):
    setup = SetPrior(3, unif(-1, 1)).apply(SetFree(tuple(setup.free_values)).apply(setup))
    again = Setup.load(SetValue(2, 2.4).apply(setup).export(tmp_path / "setup"))
    assert (values(again, 1, 2, 3), priors(again, 1, 2, 3)) == ([FITTED, GIVEN, FITTED], [DEFAULT, DEFAULT, GIVEN])


def test_a_file_without_origins_tells_them_from_values_and_priors(setup):
    setup = SetPrior(3, unif(-1, 1)).apply(SetFree(tuple(setup.free_values)).apply(setup))
    old = setup.replace(value_origins=None, prior_origins=None)
    assert (values(old, 1, 2, 3), priors(old, 1, 2, 3)) == ([GIVEN, DEFAULT, DEFAULT], [DEFAULT, DEFAULT, GIVEN])
    assert values(SetValue(2, 2.4).apply(old), 1, 2, 3) == [GIVEN, GIVEN, DEFAULT]


def test_origins_are_no_part_of_equality(setup):
    assert setup == setup.replace(value_origins=np.full(len(setup.values), GIVEN, np.int8))
