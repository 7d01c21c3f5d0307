"""Walking along the degeneracy: the direction is the covariance's, bounds end it, and a walk is one change."""

import numpy as np
import pytest
from session_toy import fitted_session, make_infer, run_code, same_state

from spec_lab._base import ParameterError
from spec_lab.priors import unif
from spec_lab.session import FitSession, State, reduce, views
from spec_lab.session.actions import Undo
from spec_lab.session.degeneracy import Walk, axis
from spec_lab.session.lesson import Teach


@pytest.fixture(scope="module")
def fitted():
    session = fitted_session()
    yield session
    session.close()


def test_the_direction_is_the_longest_of_the_correlation_ellipsoid(fitted):
    found, outcome = axis(fitted.state), fitted.state.runs[-1].outcome
    sigma = np.sqrt(np.diag(outcome.covariance))
    z = found.step / sigma
    inverse = np.linalg.inv(outcome.covariance / np.outer(sigma, sigma))
    assert z @ inverse @ z == pytest.approx(1.0)  # one standard deviation along it
    for other in np.random.default_rng(2).normal(size=(200, len(z))):
        other /= np.sqrt(other @ inverse @ other)
        assert np.linalg.norm(other) <= np.linalg.norm(z) * (1 + 1e-9)
    assert found.at == pytest.approx(0.0, abs=1e-3) and (found.low, found.high) == pytest.approx((-4, 4))
    assert found.share == pytest.approx(z @ z / len(z)) and found.weights[np.argmax(np.abs(found.weights))] > 0


def test_a_walk_hurts_the_fit_less_than_any_other_way_of_the_same_length(fitted):
    """In σ of each parameter: two steps along the axis cost about 4 of Δstat, however far the values have moved."""
    state, problem = fitted.state, fitted.problem
    after, _ = reduce(state, Walk(2.0))
    assert problem.stat(after.setup.free_values) - problem.stat() == pytest.approx(4.0, rel=0.5)
    sigma = np.sqrt(np.diag(state.runs[-1].outcome.covariance))
    assert np.linalg.norm((after.setup.free_values - state.setup.free_values) / sigma) > 2.2


def test_a_walk_is_one_change_that_undo_takes_back_and_the_journal_replays(fitted):
    state = fitted.state
    after, _ = reduce(state, Walk(1.5))
    assert axis(after).at == pytest.approx(1.5, abs=1e-3) and len(after.past) == len(state.past) + 1
    assert reduce(after, Undo())[0].setup is state.setup
    infer = make_infer()
    for line in after.journal:
        run_code(line.code, infer)
    assert same_state(infer.setup, after.setup)
    back, _ = reduce(after, Walk(axis(state).at))
    np.testing.assert_allclose(back.setup.values, state.setup.values, rtol=1e-9)


def test_bounds_end_the_walk(fitted):
    found = axis(fitted.state)
    best = float(found.best[0])
    wall = best - 0.5 * abs(found.step[0])
    session = FitSession(make_infer())
    session.infer.par[1].prior = unif(wall, 2)
    session.fit()
    session.wait(120)
    ends = axis(session.state)
    assert min(-ends.low, ends.high) < 1.0
    low, high = (ends.point(session.get().free_values, t)[0] for t in (ends.low, ends.high))
    assert min(low, high) == pytest.approx(wall)
    with pytest.raises(ParameterError, match="ends before"):
        session.walk(ends.low - 1 if ends.low > -1 else ends.high + 1)
    session.close()


def test_there_is_none_without_a_fit_or_with_one_parameter_or_in_a_lesson(fitted):
    fresh = State.begin(make_infer().setup)
    assert axis(fresh) is None and views.view(fresh, None)["degeneracy"] is None
    with pytest.raises(ParameterError, match="no degeneracy"):
        reduce(fresh, Walk(1.0))
    assert axis(Teach().take(fitted.state)[0]) is None
    session = FitSession(make_infer())
    session.infer.par[1].frozen = session.infer.par[2].frozen = True
    session.fit()
    session.wait(120)
    assert axis(session.state) is None
    session.close()


def test_the_view_names_what_moves_together(fitted):
    shown = views.view(fitted.state, None)["degeneracy"]
    assert set(shown) == {"at", "lo", "hi", "share", "moves"} and shown["share"].endswith(" %")
    assert shown["moves"][0]["up"] is True and {m["pid"] for m in shown["moves"]} <= {1, 2, 3}
    assert all(set(m) == {"pid", "label", "up"} for m in shown["moves"]) and len(shown["moves"]) >= 2


def test_looking_along_it_leaves_no_trace(fitted):
    state = fitted.state
    fitted.preview_walk(2.0, 21)
    assert fitted.evaluator.settle(60)
    drag = fitted.evaluator.dragged
    assert (
        drag.seq == 21
        and len(views.spectrum(drag.evaluation, rev=0, seq=0, preview=True, base=drag.base).header["moves"]) == 3
    )
    assert fitted.state is state
    fitted.evaluator.overtake()


def test_far_from_the_fit_there_is_no_degeneracy_to_stand_on(fitted):
    """A value 5 σ off is not on it: the handle would stand at its end and show a number that means nothing."""
    state = fitted.state
    sigma = np.sqrt(np.diag(state.runs[-1].outcome.covariance))
    off = state.setup.with_free(np.asarray(state.setup.free_values) + 6 * sigma * (np.arange(3) == 1))
    assert axis(state.replace(setup=off)) is None and axis(state) is not None


def test_parameters_of_the_same_label_are_told_apart():
    session = FitSession(make_infer("two"))
    slots = session.state.setup.slots
    assert len({s.label for s in slots[:4]}) < 4
    labels = views.distinct(session.state.setup, slots)
    assert len(set(labels)) == len(labels)
    assert labels[0] == slots[0].label  # what is clear stays short
    assert any("(bb)" in text for text in labels[:4])
    session.close()
