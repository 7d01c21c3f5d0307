"""Dragging the curve: the shortest way in units of the errors, exactly to where the hand is, as one change."""

import numpy as np
import pytest
from session_toy import fitted_session, make_infer, run_code, same_state

from spec_lab._base import ParameterError
from spec_lab.priors import unif
from spec_lab.session import FitSession, reduce
from spec_lab.session.actions import Undo
from spec_lab.session.curve_drag import CurveDrag, DragCurve, point_at, reach

ENERGY = 60.0


@pytest.fixture(scope="module")
def fitted():
    session = fitted_session()
    yield session
    session.close()


def log_rate(problem, x, unit="na", energy=ENERGY):
    return point_at(problem.setup, unit, energy).log_rate(problem, np.asarray(x))


def slopes(problem, sigma):
    """Slopes of ln m by central differences, in units of σ."""
    x, n = np.array(problem.setup.free_values), len(sigma)
    steps = 1e-4 * sigma * np.eye(n)
    return np.array([log_rate(problem, x + h) - log_rate(problem, x - h) for h in steps]) / 2e-4


def test_the_step_is_the_shortest_that_gets_there(fitted):
    state, problem, sigma = fitted.state, fitted.problem, reach(fitted.state)
    np.testing.assert_allclose(sigma, np.sqrt(np.diag(state.runs[-1].outcome.covariance)))
    after = CurveDrag().dragged(state, problem, point_at(state.setup, "na", ENERGY), 1.02)
    step = (after.free_values - state.setup.free_values) / sigma
    g = slopes(problem, sigma)
    np.testing.assert_allclose(
        step, g * np.log(1.02) / (g @ g), rtol=0.05
    )  # Moore and Penrose's answer to g·step = ln 1.02
    for other in np.random.default_rng(1).normal(size=(50, len(g))):
        across = other - g * (g @ other) / (g @ g)
        assert np.linalg.norm(step + across) >= np.linalg.norm(step) * (1 - 1e-3)


@pytest.mark.parametrize("factor", [0.2, 0.9, 1.0, 1.5, 8.0])
def test_the_curve_goes_through_the_hand(fitted, factor):
    state, problem = fitted.state, fitted.problem
    before = log_rate(problem, state.setup.free_values)
    after = CurveDrag().dragged(state, problem, point_at(state.setup, "na", ENERGY), factor)
    assert log_rate(problem, after.free_values) - before == pytest.approx(np.log(factor), abs=2e-3)


def test_what_is_frozen_stays_and_bounds_hold(fitted):
    session = FitSession(make_infer())
    session.freeze(1, 2)
    session.set_prior(3, unif(0.4, 0.6))
    session.drag_curve("na", ENERGY, 100.0)
    assert session.get().values[:3] == pytest.approx([-1.0, 2.5, 0.6])
    session.undo()
    session.thaw(1)
    session.set_prior(1, unif(-1.2, -0.9))
    session.drag_curve("na", ENERGY, 1e3)  # where one meets its bound, the other goes on
    assert session.get().values[1:3] == pytest.approx([2.5, 0.6])
    assert session.get().values[0] == pytest.approx(-1.2) or session.get().values[0] == pytest.approx(-0.9)
    session.close()


def test_without_a_fit_the_widths_of_the_priors_are_the_units():
    session = FitSession(make_infer())
    assert reach(session.state) == pytest.approx(
        [0.5 * float(np.diff(session.get().priors[i].interval(0.6827))[0]) for i in session.get().free]
    )
    session.close()


def test_it_is_one_change_with_its_line_which_undo_takes_back(fitted):
    state = fitted.state
    after, _ = reduce(state, DragCurve("na", ENERGY, 1.3))
    assert len(after.past) == len(state.past) + 1 and after.past[-1].label == "curve dragged at 60 keV"
    assert reduce(after, Undo())[0].setup is state.setup
    infer = make_infer()
    for line in after.journal:
        run_code(line.code, infer)
    assert same_state(infer.setup, after.setup)


def test_while_it_moves_it_is_a_preview_and_slopes_are_taken_once(fitted):
    state, problem, calls = fitted.state, fitted.problem, []
    point = point_at(state.setup, "na", ENERGY)
    display = type(problem).display

    def counted(self, x=None):
        calls.append(1)
        return display(self, x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(problem), "display", counted)
        drag = CurveDrag()
        drag.dragged(state, problem, point, 1.1)
        first, calls[:] = len(calls), []
        drag.dragged(state, problem, point, 1.2)
    assert len(calls) == first - 1 - len(state.setup.free) and len(calls) <= 8
    fitted.preview_curve("na", ENERGY, 1.5, 31)
    assert fitted.evaluator.settle(60) and fitted.state is state
    drag = fitted.evaluator.dragged
    assert drag.seq == 31
    _, point = drag.evaluation, point_at(state.setup, "na", ENERGY)
    ratio = drag.evaluation.units[0].model / fitted.evaluation().units[0].model
    assert ratio[drag.evaluation.units[0].used][point.channel] == pytest.approx(1.5, rel=5e-3)
    fitted.evaluator.overtake()


def test_what_cannot_be_dragged_is_said(fitted):
    for unit, energy, factor, words in (
        ("nb", ENERGY, 1.1, "no such data unit.*na, b1"),
        ("na", 5000.0, 1.1, "na has no channel in the fit at that energy; got '5000 keV'"),
        ("na", ENERGY, -1.0, "positive rate"),
    ):
        with pytest.raises(ParameterError, match=words):
            reduce(fitted.state, DragCurve(unit, energy, factor))
    session = FitSession(make_infer())
    session.freeze(1, 2, 3)
    session.thaw("b1.sf")
    with pytest.raises(ParameterError, match="no free parameter changes the curve there"):
        session.drag_curve("na", ENERGY, 1.1)
    session.close()
