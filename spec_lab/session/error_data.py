"""Errors as data: what crosses the border, and lands in the state, instead of an exception."""

from spec_lab._base import SpecLabError
from spec_lab.session.fit_forms import ErrorData
from spec_lab.session.pasted import PasteError


def as_data(error: BaseException) -> ErrorData:
    """An error as plain data with the keys of `SpecLabError.as_dict`, whatever its kind.

    The hint stands beside the message and not in it, so that a panel can set it apart. A line of a paste that cannot be used
    brings the row it was meant for, `pid`.
    """
    if isinstance(error, SpecLabError):
        told = error.as_dict()
        message = str(told["message"]).removesuffix(error.hint or "").rstrip()
        made: ErrorData = {
            "kind": str(told["kind"]),
            "message": message,
            "what": str(told["what"]),
            "got": told["got"],
            "allowed": told["allowed"],
            "hint": told["hint"],
        }
        return {**made, "pid": error.pid} if isinstance(error, PasteError) else made
    text = str(error) or type(error).__name__
    if "Traceback (most recent call last)" in text:
        text = message = text.strip().splitlines()[-1].strip()  # of a callback in a compiled program: its last words
    else:
        message = f"{type(error).__name__}: {text}"
    return {
        "kind": type(error).__name__,
        "message": message[:500],
        "what": text[:500],
        "got": None,
        "allowed": None,
        "hint": None,
    }
