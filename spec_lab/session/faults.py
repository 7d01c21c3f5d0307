"""Errors as data: what crosses the border, and lands in the state, instead of an exception."""

from typing import Any

from spec_lab._base import SpecLabError


def as_data(error: BaseException) -> dict[str, Any]:
    """An error as plain data with the keys of `SpecLabError.as_dict`, whatever its kind.

    The hint stands beside the message and not in it, so that a panel can set it apart.
    """
    if isinstance(error, SpecLabError):
        data = error.as_dict()
        return {**data, "message": str(data["message"]).removesuffix(error.hint or "").rstrip()}
    text = str(error) or type(error).__name__
    return {
        "kind": type(error).__name__,
        "message": f"{type(error).__name__}: {text}"[:500],
        "what": text[:500],
        "got": None,
        "allowed": None,
        "hint": None,
    }
