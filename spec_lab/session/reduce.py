"""Reduce: the one pure function through which a session changes."""

from spec_lab.session.actions import Action, Effects
from spec_lab.session.state import State


def reduce(state: State, action: Action) -> tuple[State, Effects]:
    """The state after an action, and what the session has to do about it.

    `rev` grows by one when (and only when) something changed.

    Raises:
        SpecLabError: The action is not possible; the state is as it was.
    """
    after, effects = action.take(state)
    return (after if after is state else after.replace(rev=state.rev + 1)), effects
