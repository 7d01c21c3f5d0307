"""Weak calls: how a session's workers reach back to it without keeping it alive.

A session owns its workers. If they held it in turn, a session that nobody wants any more would wait for a garbage collection,
with its data, draws and threads; so what they are given is a call that goes through a weak reference.
"""

import weakref
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class OwnerFreed(ReferenceError):
    """What was called belongs to an object that is gone: nobody waits for the answer."""


def weak_call(method: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """A function that calls a bound method and does not keep its object alive.

    Raises:
        OwnerFreed: When called, if the object is gone.
    """
    known = weakref.WeakMethod(method)

    def call(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        live = known()
        if live is None:
            raise OwnerFreed(f"what {method_name} belongs to is gone")
        return live(*args, **kwargs)

    method_name = method.__name__
    return call
