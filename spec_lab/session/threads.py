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

PATIENCE = 1.0  # seconds for all of them: a block of draws is milliseconds, a compilation may be seconds
WRITING = 30.0  # for one that writes a file

_running: dict[threading.Thread, tuple[Callable[[], None], float]] = {}


def start(work: Callable[[], None], name: str, end: Callable[[], None], patience: float = PATIENCE) -> threading.Thread:
    """Start a daemon thread.

    Args:
        work: What it does.
        name: Of the thread.
        end: Called at the interpreter's end; it must make `work` return soon. It is forgotten when `work` returns.
        patience: Seconds that the interpreter's end waits for it.
    """

    def run() -> None:
        try:
            work()
        finally:
            _running.pop(threading.current_thread(), None)

    thread = threading.Thread(target=run, name=name, daemon=True)
    _running[thread] = (end, patience)
    thread.start()
    return thread


def end_all() -> None:
    """Ask all threads to end, and wait for them."""
    alive = list(_running.items())
    for _, (end, _) in alive:
        end()
    began = time.monotonic()
    for thread, (_, patience) in alive:
        thread.join(max(0.0, began + patience - time.monotonic()))
    if any(thread.is_alive() for thread, _ in alive):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(1 if getattr(sys, "last_value", None) is not None else 0)


threading._register_atexit(end_all)  # pyright: ignore[reportAttributeAccessIssue]
