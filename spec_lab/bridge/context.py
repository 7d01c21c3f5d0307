"""The memory of one call: within the outermost decorated call, a site is registered once and then remembered.

A call may begin with a memory that knows the values of its sites already (`with_values`): a module is then a plain function of
them, and makes no site. And a call may be listened to: what it says of each of its sites is written down (`declared_in`).

The memory belongs to the call, not to the module (a context variable), so threads do not meet in it, and a module that
was copied by a transformation on the way is still the same module to it. NumPyro traces begun *inside* a call (a sampler
run from a decorated method) see their own page: entries are filed under the handlers that record or rename sites. The
handlers themselves are the key, not their ids, which Python reuses.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeAlias, TypeVar, TypeVarTuple

from numpyro.handlers import block, scope, trace
from numpyro.primitives import _PYRO_STACK

from spec_lab.bridge.descriptors import Belief, Start
from spec_lab.bridge.support import AnyConstraint
from spec_lab.bridge.token import Token

MISSING: Any = object()  # a site may well have the value None

P = ParamSpec("P")
R = TypeVar("R")
Ts = TypeVarTuple("Ts")
Fact: TypeAlias = Start | AnyConstraint | Belief | None
Declared = dict[str, dict[str, Any]]  # whole name of a site → what was said of it


class Context:
    """A re-entrant memory: active while it is entered, emptied when the outermost entry is left.

    Args:
        given: Values that are known from the start, by the whole names of their sites.
        declared: Where to write down what is said of each site; None where nobody listens.
        stand_in: What a random site gives while somebody listens.
    """

    def __init__(
        self, given: Mapping[str, Any] | None = None, declared: Declared | None = None, stand_in: float = 1.0
    ) -> None:
        self.given = {} if given is None else given
        self.declared, self.stand_in = declared, stand_in
        self._cache: dict[Hashable, Any] = {}
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

    def get(self, key: Hashable, default: Any = MISSING) -> Any:
        """What is remembered under a key, or `default`."""
        return self._cache.get(key, default)

    def forget(self, token: Token) -> None:
        """Drop what is remembered of one module."""
        for key in [key for key in self._cache if isinstance(key, tuple) and key[0] == token]:
            del self._cache[key]

    def set(self, key: Hashable, value: R) -> R:
        """Remember a value while active; returns it."""
        if self.active:
            self._cache[key] = value
        return value


_present: ContextVar[Context | None] = ContextVar("spec_lab_bridge_call", default=None)


def present() -> Context | None:
    """The memory of the call under way in this thread, or None."""
    context = _present.get()
    return context if context is not None and context.thread == threading.get_ident() else None


def within(fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call `fn` inside the present memory, or inside a new one if there is none."""
    context = present()
    if context is not None:
        with context:
            return fn(*args, **kwargs)
    return _inside(Context(), fn, *args, **kwargs)


def with_values(fn: Callable[[*Ts], R], given: Mapping[str, Any], *args: *Ts) -> R:
    """Call `fn` as a plain function of the values of its sites.

    Args:
        fn: A method of a module, or what calls some.
        given: Whole name of a site → its value.
        *args: Of `fn`.

    Returns:
        What `fn` gives. No handler outside hears of it.
    """
    with block():
        return _inside(Context(given), fn, *args)


def declared_in(fn: Callable[[*Ts], R], stand_in: float, *args: *Ts) -> tuple[Declared, R]:
    """Call `fn` and write down what it says of each of its sites: `init`, `constraint`, `prior`, `given_prior`.

    Args:
        fn: A method of a module, or what calls some.
        stand_in: The value that each random site has meanwhile; none is drawn.
        *args: Of `fn`.

    Returns:
        What was said, and what `fn` gave.
    """
    declared: Declared = {}
    return declared, _inside(Context(declared=declared, stand_in=stand_in), fn, *args)


def declare(fullname: str, **facts: Fact) -> float | None:
    """Write down what is said of a site, if somebody listens to the present call.

    Returns:
        What a random site gives in this call; None if nobody listens.
    """
    context = present()
    if context is None or context.declared is None:
        return None
    context.declared.setdefault(fullname, {}).update({key: fact for key, fact in facts.items() if fact is not None})
    return context.stand_in


def given(fullname: str) -> Any:
    """The value of a site that the present call began with, or `MISSING`."""
    context = present()
    return MISSING if context is None else context.given.get(fullname, MISSING)


def _inside(context: Context, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    with context:
        undo = _present.set(context)
        try:
            return fn(*args, **kwargs)
        finally:
            _present.reset(undo)


def page() -> tuple[Any, ...]:
    """The NumPyro handlers that record or rename sites, outermost first."""
    return tuple(handler for handler in _PYRO_STACK if isinstance(handler, (trace, scope)))
