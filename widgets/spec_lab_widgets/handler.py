"""Handler: what a message from the front end does. Short: it changes the session or takes a note, and never sends.

Handlers may run on any thread (kernel subshells) or late (without them); the session's lock makes both the same. No exception
leaves: errors become replies.
"""

from typing import Any

from spec_lab._base import ParameterError, SpecLabError
from spec_lab.priors import parse_prior
from spec_lab.session import FitSession, action_from, as_data, views

Reply = dict[str, Any]


def answer(session: FitSession, message: Any) -> Reply:
    """The reply to an `action` message; changes the session when the action is possible."""
    number = message.get("id") if isinstance(message, dict) else None
    try:
        return {"type": "reply", "id": number, "ok": True, **_done(session, message)}
    except SpecLabError as error:
        return refusal(number, error)
    except Exception as error:  # nothing a message holds may raise into the kernel's log
        return refusal(number, error)


def refusal(number: Any, error: BaseException) -> Reply:
    """The reply that carries an error."""
    return {"type": "reply", "id": number, "ok": False, "error": as_data(error)}


def _done(session: FitSession, message: dict[str, Any]) -> Reply:
    name, args = message.get("name"), message.get("args") or {}
    if name == "script":
        return {"text": session.script(), "code": "print(lab.script())", "rev": session.state.rev}
    if name == "prior_preview":
        return _prior_preview(session, args)
    if name == "difference":
        run = session.state.run(args.get("run", 0))
        return {**views.changes(session.state, run), "code": f"lab.diff({run.number})"}
    if name == "components":
        return {"components": views.components()}
    if name == "model_preview":
        return views.model_preview(session.state.setup, str(args.get("model", "")), args.get("pair"))
    session.reader.overtake()
    if name == "resample":  # needs the model, and so is no pure action of the state alone
        session.tutor.resample(args.get("seed"))
        return {"code": "lab.tutor.resample()", "rev": session.state.rev}
    if name == "set_refitted":  # the fit is made here; what enters history is its answer
        session.refit_others(args["pid"], float(args["value"]))
        return {"code": session.state.journal[-1].code if session.state.journal else "", "rev": session.state.rev}
    action = action_from(name, args, session.state.setup)  # type: ignore[arg-type]
    state = session.dispatch(action)
    return {"code": action.as_code(), "rev": state.rev}


def _prior_preview(session: FitSession, args: dict[str, Any]) -> Reply:
    text = str(args.get("prior", ""))
    pid = args.get("pid", 0)
    session.state.setup.index(pid)
    if text.strip().lower() in ("", "flat", "none"):
        raise ParameterError("a flat prior without limits has no density to draw", hint="Choose a family.")
    prior = parse_prior(text)
    drawn = views.prior_preview(prior)
    return {**drawn, "posterior": views.learned(session.state, pid, prior, drawn["log"])}


def unknown(message: Any) -> Reply:
    """The reply to a message that is none of the border's."""
    kind = message.get("type") if isinstance(message, dict) else type(message).__name__
    number = message.get("id") if isinstance(message, dict) else None
    allowed = "hello, action, drag, scrub, walk, brush, unfold, ack, visible"
    return refusal(number, ParameterError("there is no such message", got=kind, allowed=allowed))
