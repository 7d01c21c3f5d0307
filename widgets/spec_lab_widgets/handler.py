"""Handler: what a message from the front end does. Short: it changes the session or takes a note, and never sends.

Handlers may run on any thread (kernel subshells) or late (without them); the session's lock makes both the same. No exception
leaves: errors become replies.
"""

from collections.abc import Mapping
from typing import Any

from spec_lab._base import ParameterError
from spec_lab.session import FitSession, Query, Reply, SearchedEdit, as_data, named_command


def answer(session: FitSession, message: Any) -> Mapping[str, Any]:
    """The reply to an `action` message; changes the session when the action is possible."""
    number = message.get("id") if isinstance(message, dict) else None
    try:
        return {"type": "reply", "id": number, "ok": True, **_done(session, message)}
    except Exception as error:  # nothing a message holds may raise into the kernel's log
        return refusal(number, error)


def refusal(number: Any, error: BaseException) -> Reply:
    """The reply that carries an error."""
    return {"type": "reply", "id": number, "ok": False, "error": as_data(error)}


def _done(session: FitSession, message: dict[str, Any]) -> Mapping[str, Any]:
    named = named_command(message.get("name"), message.get("args") or {})
    if isinstance(named, SearchedEdit):  # the page goes on meanwhile
        return {"code": session.start_search.begin(named), "rev": session.state.rev}
    command = named.checked(session.state.setup)
    if not isinstance(command, Query):
        session.evaluator.overtake()
    return command.answer(session)


def unknown(message: Any) -> Reply:
    """The reply to a message that is none of the border's."""
    kind = message.get("type") if isinstance(message, dict) else type(message).__name__
    number = message.get("id") if isinstance(message, dict) else None
    allowed = "hello, action, drag, scrub, walk, drag_curve, brush, unfold, ack, visible"
    return refusal(number, ParameterError("there is no such message", got=kind, allowed=allowed))
