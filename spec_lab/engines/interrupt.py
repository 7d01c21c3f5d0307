"""Ctrl+C during a run: the run is asked to stop, and what it has is kept.

Python's own handler raises `KeyboardInterrupt` wherever the program happens to be, which loses all draws made so far. While a run
goes on in the main thread, the first Ctrl+C (in a notebook: interrupt the kernel) asks it to end with what it has, as Stop in
the Lab does; the second one interrupts at once, as Python does. A person's own handler of SIGINT is left alone.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from spec_lab._base import EngineError
from spec_lab.engines.control import Control


@contextlib.contextmanager
def stop_on_interrupt(control: Control) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl+C ask a run to end with what it has.

    Args:
        control: Of the run.

    Yields:
        A function that tells whether the run was interrupted.

    Raises:
        KeyboardInterrupt: The run was interrupted before it had anything, or interrupted twice.
    """
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        control.end()

    ours = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    except EngineError as error:
        if asked:
            raise KeyboardInterrupt(str(error)) from None
        raise
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
