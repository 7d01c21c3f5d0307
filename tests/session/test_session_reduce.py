"""The reducer: undo, redo, journal, script and code replay, for random sequences of edits."""

import functools

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from session_toy import make_infer, run_code, same_state

from spec_lab._base import SpecLabError
from spec_lab.fit import Freeze, Link, Notice, SetFree, SetModel, SetPrior, SetTie, SetValue, Unlink
from spec_lab.models import Model
from spec_lab.priors import logunif, norm, unif
from spec_lab.session import Do, State, difference, reduce
from spec_lab.session.actions import Redo, Undo

PIDS = st.integers(1, 13)
VALUES = st.floats(-3, 3, allow_nan=False).map(lambda v: round(v, 6))
GROUPS = st.lists(PIDS, min_size=1, max_size=4, unique=True).map(tuple)
PRIORS = st.sampled_from([unif(-4, 4), unif(0, 1), norm(0, 1), logunif(0.1, 10), None])
WINDOWS = st.sampled_from([(), ((20.0, 400.0),), ((15.0, 100.0), (150.0, 800.0)), ((300.0, 9000.0),)])
TIES = st.sampled_from(["", "2*par[1] + 0.5", "par[2] - par[3]", "par[1]**2", "par[11]/2"])
MODELS = st.sampled_from([Model.parse(text) for text in ("cpl", "pl", "tbabs*cpl", "pl+bb", "band")])
EDITS = st.one_of(
    st.builds(SetValue, PIDS, VALUES),
    st.builds(Freeze, GROUPS, st.booleans()),
    st.builds(Link, GROUPS),
    st.builds(Unlink, GROUPS),
    st.builds(SetPrior, PIDS, PRIORS),
    st.builds(SetTie, PIDS, TIES),
    st.builds(Notice, st.sampled_from(["na", "b1"]), WINDOWS),
    st.builds(SetModel, MODELS),
    st.builds(SetFree, st.lists(VALUES, min_size=3, max_size=3).map(tuple)),
)
SEQUENCES = st.lists(EDITS, max_size=12)
STEPS = st.lists(st.one_of(EDITS.map(Do), st.just(Undo()), st.just(Redo())), max_size=20)
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@functools.cache
def start() -> State:
    return State.begin(make_infer().setup)


def taken(state: State, actions) -> State:
    """The state after those actions that are possible."""
    for action in actions:
        try:
            state, _ = reduce(state, action)
        except SpecLabError:
            continue
    return state


@quick
@given(SEQUENCES)
def test_undo_all_is_the_start_and_redo_all_the_end(edits):
    end = taken(start(), map(Do, edits))
    back = taken(end, [Undo()] * len(end.past))
    assert back.setup is start().setup and not back.past and all(line.undone for line in back.journal)
    again = taken(back, [Redo()] * len(back.future))
    assert again.setup is end.setup and not any(line.undone for line in again.journal)


@quick
@given(STEPS)
def test_the_journal_replays_to_the_state(actions):
    end = taken(start(), actions)
    infer = make_infer()
    for line in end.journal:
        if not line.undone:
            run_code(line.code, infer)
    assert same_state(infer.setup, end.setup)


@quick
@given(SEQUENCES)
def test_each_edit_as_code_is_the_edit(edits):
    infer, state = make_infer(), start()
    for edit in edits:
        try:
            state, _ = reduce(state, Do(edit))
        except SpecLabError:
            continue
        run_code(edit.as_code(), infer)
        assert same_state(infer.setup, state.setup)


@quick
@given(SEQUENCES, SEQUENCES)
def test_the_difference_leads_from_any_state_to_any_other(first, second):
    a, b = taken(start(), map(Do, first)).setup, taken(start(), map(Do, second)).setup
    at = a
    for edit in difference(a, b):
        at = edit.apply(at)
    assert same_state(at, b)
    assert difference(a, a) == ()


@quick
@given(STEPS)
def test_rev_grows_by_one_with_each_change_and_only_then(actions):
    state = start()
    for action in actions:
        try:
            after, _ = reduce(state, action)
        except SpecLabError:
            continue
        assert after.rev == state.rev + (after is not state)
        state = after


def test_an_edit_that_changes_nothing_leaves_no_trace():
    state, effects = reduce(start(), Do(SetValue(1, float(start().setup.values[0]))))
    assert state is start() and effects == ()


def test_a_new_edit_after_undo_ends_the_redo():
    state = taken(start(), [Do(SetValue(1, 0.3)), Undo(), Do(SetValue(2, 1.5))])
    assert not state.future and [line.undone for line in state.journal] == [True, False]
