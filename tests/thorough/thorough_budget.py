"""How long a thorough test may go on, and with which random numbers."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType


def budget() -> float:
    """Seconds a test: `SPEC_LAB_BUDGET`, else 60."""
    return float(os.environ.get("SPEC_LAB_BUDGET", "60"))


def seed() -> int:
    """`SPEC_LAB_SEED`, else 1."""
    return int(os.environ.get("SPEC_LAB_SEED", "1"))


class Hang(BaseException):
    """It took too long. No error of a program, so that nothing takes it for one and goes on."""


@contextlib.contextmanager
def within_seconds(most: float) -> Iterator[None]:
    """Fail what takes more seconds of the processor: how many others are at work does not count."""

    def tell(number: int, frame: FrameType | None) -> None:
        raise Hang(f"more than {most} s")

    before = signal.signal(signal.SIGPROF, tell)
    signal.setitimer(signal.ITIMER_PROF, most)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
