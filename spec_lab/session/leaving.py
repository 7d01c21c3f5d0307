"""Leaving: at the interpreter's end, background threads are asked to stop and waited for.

A daemon thread that is inside a compiled program when the interpreter goes away takes the process down with an abort; a thread
that has been waited for cannot.
"""

import atexit
import threading
from collections.abc import Callable

PATIENCE = 10.0  # seconds for each thread: a block of draws is milliseconds, but a compilation cannot be interrupted

_running: dict[threading.Thread, Callable[[], None]] = {}


def start(thread: threading.Thread, end: Callable[[], None]) -> None:
    """Start a daemon thread; at the interpreter's end `end` is called, which must make it return soon."""
    for old in [t for t in _running if not t.is_alive() and t.ident is not None]:
        _running.pop(old, None)
    _running[thread] = end
    thread.start()


@atexit.register
def wait_for_threads() -> None:
    """Ask all threads to end, and wait for them."""
    alive = [(thread, end) for thread, end in list(_running.items()) if thread.is_alive()]
    for _, end in alive:
        end()
    for thread, _ in alive:
        thread.join(PATIENCE)
