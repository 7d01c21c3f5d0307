"""Lessons: hidden best fit, score, steps, new counts, and that leaving brings everything back."""

import numpy as np
import pytest
from session_toy import make_infer, run_code

from spec_lab._base import EngineError, ParameterError
from spec_lab.session import FitSession, archive, same_setup, views
from spec_lab.session import lesson as lessons
from spec_lab.session import tutor as tutors


@pytest.fixture(scope="module")
def hidden():
    """The best statistic of the toy."""
    session = FitSession(make_infer())
    session.fit(starts=4)
    best = session.wait(120).outcome.stat
    session.close()
    return best


def caught_up(session):
    assert session.tutor.settle(120) and session.evaluator.settle(120) and session.tutor.settle(120)
    return session.state.lesson


def shown(session):
    return views.view(session.state, session.evaluation())


def test_the_score_is_the_statistic_above_the_hidden_best(session, infer, hidden):
    session.teach()
    caught_up(session)
    told = shown(session)["lesson"]
    assert told["number"] == pytest.approx(infer.stat - hidden, rel=1e-6) and 0 <= told["level"] < 0.2
    session.tutor.reveal()
    caught_up(session)
    told = shown(session)["lesson"]
    assert told["number"] == pytest.approx(0, abs=1e-4) and told["level"] == pytest.approx(1, abs=1e-4)
    assert told["word"].startswith("within 1σ") and infer.stat == pytest.approx(hidden, abs=1e-4)
    session.undo()
    assert infer.stat > hidden + 100


def test_a_lesson_that_would_begin_at_the_best_fit_begins_elsewhere(session, infer):
    session.fit()
    session.wait(120)
    best = session.state.setup
    session.teach()
    caught_up(session)
    assert shown(session)["lesson"]["number"] > 20 and not shown(session)["undo"]["can"]
    session.tutor.leave()
    assert session.state.setup is best


def test_the_best_fit_is_hidden_and_fits_are_refused(session, infer):
    session.fit()
    session.wait(120)
    session.undo()
    session.teach()
    caught_up(session)
    view = shown(session)
    assert view["history"] == [] and view["criteria"]["rows"] == [] and not view["undo"]["can"]
    assert all(not e["enabled"] and "lesson" in e["why"] for e in view["engines"])
    assert all(row["error"] == "" for row in view["params"]["rows"])
    with pytest.raises(EngineError, match="lesson is under way"):
        session.fit()


def test_leaving_brings_everything_back(infer):
    session = FitSession(infer, live=True, previews=True)
    session.settle()
    infer.par[1].val = -1.3
    session.settle()
    before = session.state
    session.teach([{"say": "a"}, {"say": "b"}])
    caught_up(session)
    infer.par[2].val = 2.1
    session.tutor.shuffle()
    session.tutor.resample()
    session.tutor.next()
    infer.par[3].frozen = True
    caught_up(session)
    session.tutor.leave()
    after = session.state
    for name in ("past", "future", "journal", "live", "previews", "preview", "runs", "lesson"):
        assert getattr(after, name) == getattr(before, name), name
    assert after.setup is before.setup and after.rev > before.rev
    assert infer.setup is before.setup
    session.close()


def test_new_counts_are_the_models_reproducible_and_undoable(session, infer):
    observed = infer.setup
    session.teach()
    caught_up(session)
    session.tutor.reveal()
    infer.notice("na", [20, 500])
    session.tutor.resample()
    first = infer.setup
    assert session.state.lesson.seed == 1 and shown(session)["lesson"]["counts"] == "simulated counts, seed 1"
    counts = first.pairs[0].data["na"].src.counts
    assert not np.array_equal(counts, observed.pairs[0].data["na"].src.counts)
    assert first.pairs[0].data["na"].notc == ((20.0, 500.0),)  # the windows in hand stand
    assert infer.stat < 1.6 * 33  # the model in hand is the truth
    told = caught_up(session)
    assert told.best.stat <= infer.stat
    session.tutor.resample()
    assert session.state.lesson.seed == 2
    session.tutor.resample(1)
    np.testing.assert_array_equal(infer.setup.pairs[0].data["na"].src.counts, counts)
    session.tutor.resample(0)
    np.testing.assert_array_equal(infer.setup.pairs[0].data["na"].src.counts, observed.pairs[0].data["na"].src.counts)
    assert shown(session)["lesson"]["counts"] == "observed counts"
    for _ in range(4):
        session.undo()
    assert infer.setup.pairs[0].data["na"].notc == ((20.0, 500.0),)
    assert shown(session)["lesson"]["counts"] == "observed counts"


def test_shuffling_is_near_the_best_inside_the_priors_and_undoable(session, infer, hidden):
    session.teach()
    caught_up(session)
    before, places = infer.setup, set()
    for number in range(1, 6):
        session.tutor.shuffle()
        lows, highs = np.array([infer.setup.range_of(i) for i in infer.setup.free]).T
        values = np.array(infer.setup.free_values)
        assert np.all((lows <= values) & (values <= highs)) and infer.stat > hidden + 1
        places.add(tuple(values))
        assert session.state.past[-1].label == f"shuffle {number}"
    assert len(places) == 5
    for _ in range(5):
        session.undo()
    assert same_setup(infer.setup, before)


STEPS = [
    {"say": "Look around."},
    {"say": "Bend it.", "until": {"moved": "cpl.alpha"}},
    {"say": "Into the window.", "until": {"between": {"cpl.alpha": [-1.7, -1.5]}}},
    {"say": "Draw.", "until": {"resampled": True}},
    {"say": "Come down.", "until": {"score_below": 2.0, "stat_below": 10000}},
]


def test_steps_are_done_when_their_conditions_hold(session, infer):
    session.teach(STEPS)
    told = caught_up(session)
    assert told.reached  # it waits for nothing
    session.tutor.next()
    for act in (
        lambda: setattr(infer.par[1], "val", -1.3),
        lambda: setattr(infer.par[1], "val", -1.6),
        lambda: session.tutor.resample(),
        lambda: session.tutor.reveal(),
    ):
        assert not caught_up(session).reached or session.state.lesson.step.say == "Come down."
        act()
        assert caught_up(session).reached, session.state.lesson.step
        session.tutor.next()
    assert session.state.lesson.step is None and shown(session)["lesson"]["step"] is None
    with pytest.raises(EngineError, match="no further step"):
        session.tutor.next()


def test_the_view_says_what_a_step_waits_for(session):
    session.teach(STEPS)
    goals = []
    for _ in STEPS:
        goals.append(shown(session)["lesson"]["step"]["goal"])
        session.tutor.next()
    assert goals == [
        "", "move cpl.alpha", "cpl.alpha between -1.7 and -1.5", "new counts", "score below 2 and statistic below 10000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "steps",
    [
        "climb",
        [{"until": {}}],
        [{"say": " "}],
        [{"say": "x", "when": 1}],
        [{"say": "x", "until": {"stat": 3}}],
        [{"say": "x", "until": {"stat_below": "low"}}],
        [{"say": "x", "until": {"between": {"cpl.alpha": [1]}}}],
        [{"say": "x", "until": {"moved": "cpl.nonsense"}}],
    ],
)
def test_steps_that_are_none_are_refused(session, steps):
    with pytest.raises(ParameterError):
        session.teach(steps)
    assert session.state.lesson is None


def test_a_pupil_who_does_better_raises_the_bar(session, infer, monkeypatch):
    monkeypatch.setattr(tutors.Tutor, "_search", lambda self, setup, before, asked: lessons.Best(
        asked, tuple(setup.free_values), float(session.problems.problem(setup).stat())))  # fmt: skip
    session.teach()
    poor = caught_up(session).best.stat
    infer.at_par([-1.6178, 2.3735, 1.4907])
    caught_up(session)
    assert infer.stat < poor and session.state.lesson.best.stat == pytest.approx(infer.stat)


def test_a_model_that_cannot_be_fitted_can_be_played_with(session, infer, monkeypatch):
    def broken(*args, **kwargs):
        raise EngineError("no way")

    monkeypatch.setattr(tutors, "run_engine", broken)
    session.teach()
    caught_up(session)
    told = shown(session)["lesson"]
    assert told["number"] is None and "no way" in told["word"]
    with pytest.raises(EngineError, match="still being looked for"):
        session.tutor.reveal()
    infer.par[1].val = -1.2
    session.tutor.leave()


def test_what_needs_a_lesson_says_so_and_a_running_fit_comes_first(session, infer):
    for act in (
        session.tutor.leave,
        session.tutor.next,
        session.tutor.shuffle,
        session.tutor.reveal,
        session.tutor.resample,
    ):
        with pytest.raises(EngineError, match="no lesson"):
            act()
    session.fit("emcee", steps=1_000_000)
    with pytest.raises(EngineError, match="still running"):
        session.teach()
    session.stop()
    session.wait(60)
    for pid in (1, 2, 3):
        infer.par[pid].frozen = True
    with pytest.raises(EngineError, match="nothing to move"):
        session.teach()


def test_a_file_knows_nothing_of_a_lesson(session, infer, tmp_path):
    path = session.autosave.begin(tmp_path / "kept")
    infer.par[1].val = -1.4
    assert session.autosave.flush()
    before = path.read_bytes()
    session.teach()
    infer.par[1].val = -0.2
    again = archive.load(session.save(tmp_path / "x.speclab"))
    assert again.setup.values[0] == -1.4 and len(again.journal) == 1
    assert session.autosave.flush() and path.read_bytes() == before


def test_the_code_of_a_lessons_actions_does_what_they_do(session, infer):
    from spec_lab.session import reduce

    session.teach()
    caught_up(session)
    for action in (lessons.Shuffle(), lessons.Reveal(), lessons.Teach(), lessons.Leave()):
        expected, _ = reduce(session.state, action)
        run_code(action.as_code(), infer, session)
        assert same_setup(session.state.setup, expected.setup)
        assert (session.state.lesson is None) == (expected.lesson is None)


def test_a_lesson_left_while_it_is_being_judged_is_no_error(session):
    """Who leaves and who judges are different threads; an error would end the thread that computes the curves."""
    session.teach([{"say": "Fit it.", "until": {"score_below": 1}}])
    caught_up(session)
    looks, evaluation = [session.state], session.evaluation()
    session.tutor.leave()
    late = tutors.Tutor(
        lambda: looks.pop() if looks else session.state,
        session.dispatch,
        session.perform,
        session.problems,
        lambda: session.infer.hooks,
    )
    late.judge(evaluation)
    assert not looks and session.state.lesson is None
