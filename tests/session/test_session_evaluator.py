"""The evaluator: curves of what is only being tried never speak for the set-up in hand."""

import pytest

from spec_lab.session import evaluator as evaluators


@pytest.fixture
def failing(session, monkeypatch):
    """A session whose model cannot be computed where the first parameter is above 1."""
    session.evaluation()

    def read(problem, **options):
        if problem.setup.values[0] > 1:
            raise ValueError("no such place")
        return evaluation_of(problem, **options)

    evaluation_of = evaluators.read
    monkeypatch.setattr(evaluators, "read", read)
    return session


def test_a_place_that_cannot_be_computed_is_no_fault_of_the_set_up_in_hand(failing):
    setup = failing.state.setup
    failing.preview_drag(1, 1.5, 1)
    assert failing.evaluator.settle(20)
    assert failing.evaluator.failed(setup) is None and failing.evaluator.dragged is None
    failing.evaluator.unfold(setup)
    assert failing.evaluator.settle(20) and failing.evaluator.current(setup).unfolded
    failing.infer.par[1].val = 1.5  # going there says why
    failing.evaluator.want(failing.state.setup)
    assert failing.evaluator.settle(20) and failing.evaluator.failed(failing.state.setup)["what"] == "no such place"


def test_a_drag_that_was_given_up_does_not_come_back(session, monkeypatch):
    """It may be given up while its curves are being computed."""
    session.evaluation()
    evaluation_of = evaluators.read

    def read(problem, **options):
        made = evaluation_of(problem, **options)
        session.evaluator.overtake()
        return made

    monkeypatch.setattr(evaluators, "read", read)
    session.preview_drag(1, -1.5, 1)
    assert session.evaluator.settle(20) and session.evaluator.dragged is None
