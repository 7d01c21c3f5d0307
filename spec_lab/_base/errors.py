"""Errors that teach: each names the thing, the value it got, what is allowed, and the next step.

Every error of spec_lab is a `SpecLabError` and also the built-in exception a Python user would expect (`ValueError`,
`RuntimeError`, `ImportError`), so that both `except SpecLabError` and `except ValueError` do what one hopes. Across the
border to the widgets an error travels as data: `SpecLabError.as_dict`.
"""

import difflib
import reprlib
from collections.abc import Iterable
from typing import Any

_NOTHING: Any = object()
_LONGEST = 400  # of a value shown, characters


def _shown(value: Any) -> str:
    """The `repr` of a value, its middle left out where it is long; a value that cannot be shown is named by its class."""
    try:
        text = repr(value) if not isinstance(value, (list, tuple, set, frozenset, dict)) or len(value) < 100 else None
    except Exception:
        return f"<{type(value).__name__}>"
    text = reprlib.repr(value) if text is None else text
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} ... {text[-half:]}"


class SpecLabError(Exception):
    """Base of all errors raised by spec_lab.

    Args:
        what: What is wrong, naming the thing (file, HDU, column, parameter, argument).
        got: The offending value, shown with `repr`; a long one with its middle left out.
        allowed: What would have been accepted.
        hint: What to do next, a sentence.
    """

    def __init__(self, what: str, *, got: Any = _NOTHING, allowed: str | None = None, hint: str | None = None):
        self.what = what
        self.got = None if got is _NOTHING else _shown(got)
        self.allowed = allowed
        self.hint = hint
        parts = [what.rstrip(".")]
        if self.got is not None:
            parts.append(f"got {self.got}")
        if allowed is not None:
            parts.append(f"allowed: {allowed}")
        message = "; ".join(parts) + "."
        super().__init__(f"{message} {hint}" if hint else message)

    def as_dict(self) -> dict[str, str | None]:
        """The error as plain data, for a panel or a log."""
        return {
            "kind": type(self).__name__,
            "message": str(self),
            "what": self.what,
            "got": self.got,
            "allowed": self.allowed,
            "hint": self.hint,
        }


def nearest(name: object, known: Iterable[str]) -> str | None:
    """`Did you mean ...?` for a name that is not among the known ones; None where nothing looks like it."""
    spelled = {each.lower(): each for each in known}
    near = difflib.get_close_matches(str(name).lower(), spelled, n=1)
    return f"Did you mean {spelled[near[0]]}?" if near else None


class DataError(SpecLabError, ValueError):
    """A file, spectrum, response or filter that cannot be used."""


class ModelError(SpecLabError, ValueError):
    """A model expression or component that cannot be built or evaluated."""


class ParameterError(SpecLabError, ValueError):
    """A parameter, link, prior or value that is not allowed."""


class StatisticError(SpecLabError, ValueError):
    """An unknown statistic, or one that the data cannot serve."""


class EngineError(SpecLabError, RuntimeError):
    """A fit that cannot start or did not finish."""


class MissingDependency(SpecLabError, ImportError):
    """An optional package that is not installed."""


class SpecLabWarning(UserWarning):
    """A contradiction that was resolved aloud: names the thing, what was done, and what overrides it."""
