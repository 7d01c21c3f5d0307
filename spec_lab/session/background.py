"""Background: a thread that always does the latest thing it was asked for, and forgets what was overtaken.

While it waits, the thread holds nothing of its owner: a session that nobody refers to is freed, and its threads end with it. Nor
does a worker keep its owner alive, which holds it.
"""

import contextlib
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from spec_lab.session import threads
from spec_lab.session.weak_calls import OwnerFreed

IDLE_SECONDS = 30.0  # a thread with nothing to do ends after this long; the next request starts a new one
Request = TypeVar("Request")


class _Queue(Generic[Request]):
    """What worker and thread share."""

    def __init__(self) -> None:
        self.ready = threading.Condition()
        self.wanted: dict[Hashable, Request] = {}
        self.thread: threading.Thread | None = None
        self.busy = self.closed = False
        self.began: float | None = None  # when the request in hand was taken up

    def close(self) -> None:
        with self.ready:
            self.closed = True
            self.wanted.clear()
            self.ready.notify_all()

    def idle(self) -> bool:
        return self.closed or not (self.wanted or self.busy)

    def take(self) -> list[Request]:
        """The next request, in a list; an empty one when the thread should end."""
        with self.ready:
            self.busy, self.began = False, None
            self.ready.notify_all()
            self.ready.wait_for(lambda: self.wanted or self.closed, IDLE_SECONDS)
            if self.closed or not self.wanted:
                self.thread = None
                return []
            self.busy, self.began = True, time.monotonic()
            return [self.wanted.pop(next(iter(self.wanted)))]


class Worker(Generic[Request]):
    """Runs `work(request)` for the newest request of each topic, one at a time, in a background thread.

    Args:
        work: What to do: a method of the worker's owner. It must catch its own errors.
        name: Of the thread.
    """

    def __init__(self, work: Callable[[Request], None], name: str):
        self._work, self._name = weakref.WeakMethod(work), name
        self._queue: _Queue[Request] = _Queue()
        weakref.finalize(self, self._queue.close).atexit = False

    def ask(self, request: Request, topic: Hashable = "") -> None:
        """Ask for something; an older request of the same topic that has not begun is dropped. Returns at once."""
        queue = self._queue
        with queue.ready:
            if queue.closed:
                return
            queue.wanted[topic] = request
            if queue.thread is None:
                me: weakref.ref[Worker[Request]] = weakref.ref(self)
                queue.thread = threads.start(lambda: _loop(queue, me), self._name, queue.close)
            queue.ready.notify_all()

    def drop(self, topic: Hashable) -> None:
        """Forget a request that has not begun."""
        with self._queue.ready:
            self._queue.wanted.pop(topic, None)

    @property
    def seconds(self) -> float | None:
        """How long it has been at its present request; None while it waits."""
        began = self._queue.began
        return None if began is None else time.monotonic() - began

    def overtaken(self, seconds: float) -> bool:
        """Whether a newer request comes within some seconds; called by the work itself."""
        queue = self._queue
        with queue.ready:
            return queue.ready.wait_for(lambda: queue.closed or bool(queue.wanted), seconds)

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until there is nothing to do; False when that took longer than `timeout` seconds."""
        with self._queue.ready:
            return self._queue.ready.wait_for(self._queue.idle, timeout)

    def close(self) -> None:
        """End the thread after what it is doing now."""
        self._queue.close()


def _loop(queue: _Queue[Request], owner: "weakref.ref[Worker[Request]]") -> None:
    while requests := queue.take():
        worker = owner()
        work = None if worker is None else worker._work()
        del worker
        if work is None:
            return
        with contextlib.suppress(OwnerFreed):  # the session went while this was at work: nobody waits for it
            work(requests.pop())
        del work
