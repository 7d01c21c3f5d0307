"""What the data do not determine has no error, and the best-fit engines say which parameters those are."""

import numpy as np
import pytest
from precision import SINGLE
from small import make_data

from spec_lab import unif
from spec_lab.engines import run_engine
from spec_lab.fit import Freeze, Link, Problem, SetPrior, Setup, SetValue
from spec_lab.models import Model

MINIMISERS = ("fit", "iminuit", "lmfit")


def changed(model, *edits):
    setup = Setup.from_pairs([(make_data(1), Model.parse(model))])
    for edit in edits:
        setup = edit.apply(setup)
    return Problem(setup)


@pytest.fixture(scope="module")
def two_alike() -> Problem:
    """Two power laws of one index: only the sum of their amplitudes is known."""
    priors = [SetPrior(i, unif(-3, 5)) for i in (2, 4)]
    return changed("pl+pl", Link((1, 3)), *priors, SetValue(2, 2.0), SetValue(4, 2.0))


@pytest.mark.parametrize("engine", MINIMISERS)
def test_parameters_that_compensate_each_other(two_alike, engine):
    outcome = run_engine(engine, two_alike)
    assert outcome.errors[0] == pytest.approx(0.0077, rel=0.1)
    lost = np.isnan(outcome.errors[1:])
    assert lost.all() or (
        SINGLE and lost.any()
    )  # there lmfit may end where one of the two is nothing: the other is determined
    names = [name for name, none in zip(("pair1.pl.logA", "pair1.pl2.logA"), lost, strict=True) if none]
    assert f"The data do not determine {', '.join(names)}, so" in outcome.message


def test_a_parameter_without_effect():
    dark = (SetValue("bb.logA", -10.0), Freeze(("bb.logA",)))
    outcome = run_engine("fit", changed("pl+bb", SetPrior(2, unif(-3, 5)), SetValue(2, 2.0), *dark))
    assert np.all(np.isfinite(outcome.errors[:2])) and np.isnan(outcome.errors[2])
    assert "do not determine pair1.bb.logkT," in outcome.message
    assert np.ptp(outcome.draws[:, 2]) == 0.0
