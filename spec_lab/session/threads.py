"""Background threads that end before the interpreter does.

A daemon thread that is inside a compiled program when the interpreter goes away takes the process down with an abort; a thread
that has been waited for cannot. So all threads of a session begin here: at the interpreter's end each is asked to stop, and
waited for. One that does not come back (a compilation cannot be interrupted) ends with the process, at once and silently.

That is before the functions of `atexit` run, as in `concurrent.futures`: what a thread still imports may register its own there,
and crashes the process when that comes too late (h5py does).
"""

import os
import sys
import threading
import time
from collections.abc import Callable

PATIENCE = 10.0  # seconds for all of them: a block of draws is milliseconds, a compilation may be seconds

_running: dict[threading.Thread, Callable[[], None]] = {}


def start(work: Callable[[], None], name: str, end: Callable[[], None]) -> threading.Thread:
    """Start a daemon thread.

    Args:
        work: What it does.
        name: Of the thread.
        end: Called at the interpreter's end; it must make `work` return soon. It is forgotten when `work` returns.
    """

    def run() -> None:
        try:
            work()
        finally:
            _running.pop(threading.current_thread(), None)

    thread = threading.Thread(target=run, name=name, daemon=True)
    _running[thread] = end
    thread.start()
    return thread


def end_all() -> None:
    """Ask all threads to end, and wait for them."""
    alive = list(_running.items())
    for _, end in alive:
        end()
    until = time.monotonic() + PATIENCE
    for thread, _ in alive:
        thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() for thread, _ in alive):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(1 if getattr(sys, "last_value", None) is not None else 0)


threading._register_atexit(end_all)  # pyright: ignore[reportAttributeAccessIssue]
