"""Selecting draws: what lies in an outline, what band it spans, and that a selection changes nothing."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from session_toy import fitted_session

from spec_lab._base import ParameterError
from spec_lab.session import Draws, views
from spec_lab.session.brush import BAND, CURVES, bands, inside, make_region, select


@pytest.fixture(scope="module")
def fitted():
    session = fitted_session(previews=True)
    session.settle(120)
    yield session
    session.close()


def box(x0, x1, y0, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def shown(session):
    outcome = session.state.preview.posterior
    return Draws(outcome, outcome.setup, lambda: outcome.draws)


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(*[st.floats(-3, 3)] * 2).map(sorted),
    st.tuples(*[st.floats(-3, 3)] * 2).map(sorted),
    st.integers(0, 3),
    st.booleans(),
)
def test_a_box_holds_what_lies_between_its_sides(xs, ys, turn, backwards):
    points = np.random.default_rng(1).uniform(-3, 3, (200, 2))
    outline = np.roll(np.array(box(*xs, *ys)), turn, axis=0)[:: -1 if backwards else 1]
    expected = (points > [xs[0], ys[0]]).all(axis=1) & (points < [xs[1], ys[1]]).all(axis=1)
    np.testing.assert_array_equal(inside(outline, points), expected)


def test_an_outline_may_be_any_shape():
    horseshoe = np.array([[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3]], float)
    points = np.array([[0.5, 2], [1.5, 2], [2.5, 2], [1.5, 0.5], [4, 1]])
    assert inside(horseshoe, points).tolist() == [True, False, True, True, False]


def test_all_draws_span_the_band_of_the_posterior(fitted):
    draws = shown(fitted)
    region = make_region(fitted.get(), [1, 2], box(-9, 9, -9, 9), 1)
    chosen = select(draws.setup, draws.values(), region)
    assert len(chosen) == len(draws.values())
    made = bands(fitted.problems.problem(draws.setup), chosen)
    evaluation = fitted.evaluation()
    for band, unit in zip(made, evaluation.units, strict=True):
        assert (
            band.name == unit.name
            and band.curve.shape == (5, len(band.lo))
            and band.residual.shape == (3, len(band.lo))
        )
        low, lower, middle, upper, high = band.curve
        assert (low <= lower).all() and (lower <= upper).all() and (upper <= high).all()
        assert (low <= middle).all() and (middle <= high).all()
        best = unit.model[unit.used]
        bright = best > 1e-3 * best.max()
        np.testing.assert_allclose(middle[bright], best[bright], rtol=0.1)  # the median curve is near the best fit
        assert np.median(np.abs(band.residual[1] - unit.residual[unit.used])) < 0.3
    some = chosen[np.unique(np.linspace(0, len(chosen) - 1, CURVES).round().astype(int))]
    problem = fitted.problems.problem(draws.setup)
    rates = np.array([problem.display(x)[0][0][0] for x in some]) / (made[0].hi - made[0].lo)
    np.testing.assert_allclose(made[0].curve, np.quantile(rates, BAND, axis=0))


def test_a_slice_of_the_posterior_is_narrower_and_on_its_side(fitted):
    """Hard spectra (large logEp) lie above soft ones at high energies."""
    draws, problem = shown(fitted), fitted.problems.problem(shown(fitted).setup)
    middle = float(np.median(draws.values()[:, 1]))
    hard = select(draws.setup, draws.values(), make_region(fitted.get(), [1, 2], box(-9, 9, middle, 9), 1))
    soft = select(draws.setup, draws.values(), make_region(fitted.get(), [1, 2], box(-9, 9, -9, middle), 2))
    assert len(hard) + len(soft) == len(draws.values())
    top = [bands(problem, chosen)[1].curve[2][-1] for chosen in (soft, hard)]
    assert top[0] < top[1]


def test_a_selection_follows_and_leaves_no_trace(fitted):
    state = fitted.state
    fitted.select([2, 1], box(-9, 9, -9, 9), 7)
    fitted.brush.follow(shown(fitted))
    assert fitted.brush.settle(60)
    answer = fitted.brush.answer
    assert answer.n == answer.total > 0 and answer.region.request == 7 and len(answer.bands) == 2
    assert fitted.state is state
    fitted.brush.follow(None)  # no draws any more
    assert fitted.brush.settle(60)
    assert (fitted.brush.answer.n, fitted.brush.answer.bands) == (0, ())
    fitted.select([], [], 8)
    assert fitted.brush.answer.region is None


def test_a_parameter_that_is_frozen_now_selects_nothing(fitted):
    draws = shown(fitted)
    region = make_region(fitted.get(), [1, 4], box(-9, 9, -9, 9), 1)  # par[4] is no free parameter
    assert select(draws.setup, draws.values(), region) is None
    fitted.select([1, 4], box(-9, 9, -9, 9), 9)
    fitted.brush.follow(draws)
    assert fitted.brush.settle(60)
    assert (fitted.brush.answer.n, fitted.brush.answer.total) == (0, len(draws.values()))
    fitted.select([], [], 10)


@pytest.mark.parametrize(
    ("pids", "outline", "number", "says"),
    [
        ([1, 99], box(0, 1, 0, 1), 1, "no such parameter"),
        ([1], box(0, 1, 0, 1), 1, "plane of two parameters"),
        ([1, 2], [[0, 1], [2, 3]], 1, "at least three points"),
        ([1, 2], [[0, 1], [2, 3], [4, float("nan")]], 1, "at least three points"),
        ([1, 2], [[0, 1], [2]], 1, "list of points"),
        ([1, 2], "everything", 1, "list of points"),
        ([1, 2], box(0, 1, 0, 1), "one", "sequence number"),
    ],
)
def test_nonsense_is_refused(session, pids, outline, number, says):
    with pytest.raises(ParameterError, match=says):
        session.select(pids, outline, number)
    assert session.brush.region is None


def test_the_message_is_header_and_one_buffer(fitted):
    fitted.select([1, 2], box(-9, 9, -9, 9), 3)
    fitted.brush.follow(shown(fitted))
    assert fitted.brush.settle(60)
    frame = views.brush(fitted.brush.answer, rev=5, seq=6)
    head = frame.header
    assert (head["type"], head["rev"], head["seq"], head["request"], head["pids"]) == ("brush", 5, 6, 3, [1, 2])
    values = np.frombuffer(frame.buffers[0], "<f4")
    assert len(values) == sum(u["n"] * len(head["fields"]) for u in head["units"]) and np.isfinite(values).all()
    fitted.select([], [], 4)
    empty = views.brush(fitted.brush.answer, rev=5, seq=7)
    assert empty.header["pids"] == empty.header["region"] == empty.header["units"] == [] and empty.buffers == [b""]


def test_every_draw_without_an_outline(infer):
    everything = make_region(infer.setup, [], [[0, 0]], 3)
    assert everything is not None and everything.pids == () and everything.request == 3
    values = np.arange(6.0).reshape(2, 3)
    assert select(infer.setup, values, everything) is values
    assert make_region(infer.setup, [], [], 4) is None
