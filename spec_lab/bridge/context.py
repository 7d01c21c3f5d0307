"""The memory of one call: within the outermost decorated call, a site is registered once and then remembered.

The memory belongs to the call, not to the module (a context variable), so threads do not meet in it, and a module that
was copied by a transformation on the way is still the same module to it. NumPyro traces begun *inside* a call (a sampler
run from a decorated method) see their own page: entries are filed under the handlers that record or rename sites. The
handlers themselves are the key, not their ids, which Python reuses.
"""

import threading
from contextvars import ContextVar
from typing import Any

from numpyro.handlers import scope, trace
from numpyro.primitives import _PYRO_STACK

MISSING: Any = object()  # a site may well have the value None


class Context:
    """A re-entrant memory: active while it is entered, emptied when the outermost entry is left."""

    def __init__(self) -> None:
        self._cache: dict[Any, Any] = {}
        self._depth = 0
        self.thread = threading.get_ident()

    def __enter__(self) -> "Context":
        self._depth += 1
        return self

    def __exit__(self, *exc: Any) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._cache.clear()

    @property
    def active(self) -> bool:
        """Whether a call is under way."""
        return self._depth > 0

    @property
    def depth(self) -> int:
        """How many decorated calls are nested."""
        return self._depth

    def get(self, key: Any, default: Any = MISSING) -> Any:
        """What is remembered under a key, or `default`."""
        return self._cache.get(key, default)

    def forget(self, token: Any) -> None:
        """Drop what is remembered of one module."""
        for key in [key for key in self._cache if key[0] == token]:
            del self._cache[key]

    def set(self, key: Any, value: Any) -> Any:
        """Remember a value while active; returns it."""
        if self.active:
            self._cache[key] = value
        return value


_present: ContextVar[Context | None] = ContextVar("spec_lab_bridge_call", default=None)


def present() -> Context | None:
    """The memory of the call under way in this thread, or None."""
    context = _present.get()
    return context if context is not None and context.thread == threading.get_ident() else None


def within(fn: Any, *args: Any, **kwargs: Any) -> Any:
    """Call `fn` inside the present memory, or inside a new one if there is none."""
    context = present()
    if context is not None:
        with context:
            return fn(*args, **kwargs)
    with Context() as context:
        undo = _present.set(context)
        try:
            return fn(*args, **kwargs)
        finally:
            _present.reset(undo)


def page() -> tuple[Any, ...]:
    """The NumPyro handlers that record or rename sites, outermost first."""
    return tuple(handler for handler in _PYRO_STACK if isinstance(handler, (trace, scope)))
