"""Newest: a worker thread that always does the latest thing it was asked for, and forgets what was overtaken."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

from spec_lab.session import leaving

IDLE_SECONDS = 30.0  # a thread with nothing to do ends after this long; the next request starts a new one


class Newest:
    """Runs `work(request)` for the newest request of each topic, one at a time, in a background thread.

    Args:
        work: What to do; it must catch its own errors.
        name: Of the thread.
    """

    def __init__(self, work: Callable[[Any], None], name: str):
        self._work, self._name = work, name
        self._ready = threading.Condition()
        self._wanted: dict[Hashable, Any] = {}
        self._thread: threading.Thread | None = None
        self._busy = self._closed = False

    def ask(self, request: Any, topic: Hashable = "") -> None:
        """Ask for something; an older request of the same topic that has not begun is dropped. Returns at once."""
        with self._ready:
            if self._closed:
                return
            self._wanted[topic] = request
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
                leaving.start(self._thread, self.close)
            self._ready.notify_all()

    def drop(self, topic: Hashable) -> None:
        """Forget a request that has not begun."""
        with self._ready:
            self._wanted.pop(topic, None)

    @property
    def waiting(self) -> bool:
        """Whether a newer request is waiting."""
        return bool(self._wanted) or self._closed

    def overtaken(self, seconds: float) -> bool:
        """Whether a newer request comes within some seconds; called by the work itself."""
        with self._ready:
            return self._ready.wait_for(lambda: self._closed or bool(self._wanted), seconds)

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until there is nothing to do; False when that took longer than `timeout` seconds."""
        with self._ready:
            return self._ready.wait_for(lambda: self._closed or not (self._wanted or self._busy), timeout)

    def close(self) -> None:
        """End the thread after what it is doing now."""
        with self._ready:
            self._closed = True
            self._wanted.clear()
            self._ready.notify_all()

    def _loop(self) -> None:
        while True:
            with self._ready:
                self._busy = False
                self._ready.notify_all()
                self._ready.wait_for(lambda: self._wanted or self._closed, IDLE_SECONDS)
                if self._closed or not self._wanted:
                    self._thread = None
                    return
                request = self._wanted.pop(next(iter(self._wanted)))
                self._busy = True
            self._work(request)
