"""How converters, validators and derivations are called: `(value)` or `(self, value)`; `()` or `(self)`.

The number of *required* positional parameters decides, looked at once a class and not once a call, so `np.asarray`
(one required, several optional) is a converter of `(value)`. A hook of the wrong shape raises TypeError when it is
used.
"""

import inspect
from collections.abc import Callable
from typing import Any

Hook = Callable[[Any, Any], Any]


def takes_self(hook: Callable[..., Any]) -> bool | None:
    """Whether a converter or validator wants `(self, value)`; None where its shape fits neither."""
    required, optional, star = _positional(hook)
    if required == 2 or (required == 0 and not optional and star):
        return True
    return False if required == 1 or (required == 0 and optional) else None


def with_value(hook: Callable[..., Any]) -> Hook:
    """A hook as a function of `(self, value)`."""
    wants_self = takes_self(hook)
    if wants_self is None:
        return _misfit(hook, "one or two positional arguments: (value) or (self, value)")
    return hook if wants_self else lambda self, value: hook(value)


def without_value(hook: Callable[..., Any]) -> Callable[[Any], Any]:
    """A derivation as a function of `(self)`."""
    required, optional, star = _positional(hook)
    if required > 1:
        return _misfit(hook, "no positional argument or one: () or (self)")
    return hook if required or optional or star else lambda self: hook()


def _positional(hook: Any) -> tuple[int, int, bool]:
    try:
        parameters = inspect.signature(hook).parameters.values()
    except (TypeError, ValueError):  # builtins without a signature, as `int`: one value
        return 1, 0, False
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = sum(p.default is p.empty for p in places)
    return required, len(places) - required, any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _misfit(hook: Any, allowed: str) -> Any:
    def refuse(*_: Any) -> Any:
        raise TypeError(f"hook {hook!r} must accept {allowed}")

    return refuse
