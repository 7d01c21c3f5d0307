"""Reduce: the one pure function through which a session changes."""

from spec_lab._base import EngineError
from spec_lab.session.actions import Action, Effects
from spec_lab.session.command_registry import Command
from spec_lab.session.state import State


def reduce(state: State, action: Action) -> tuple[State, Effects]:
    """The state after an action, and what the session has to do about it.

    `rev` grows by one when (and only when) something changed.

    Raises:
        SpecLabError: The action is not possible; the state is as it was.
    """
    check_lesson(state, action)
    after, effects = action.take(state)
    return (after if after is state else after.replace(rev=state.rev + 1)), effects


def check_lesson(state: State, command: Command) -> None:
    """Refuse what would give a hidden best fit away.

    Raises:
        EngineError: A lesson is under way.
    """
    if state.lesson is not None and not command.in_lesson:
        raise EngineError("a lesson is under way, and fits are hidden", hint="Leave it first.")
