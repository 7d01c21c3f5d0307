"""Control: how a running engine talks to whoever started it.

The engine calls `report` now and then and asks `stopped` between its blocks; it knows neither threads nor widgets. Progress is
state, not a message: the newest report is all there is.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Progress(NamedTuple):
    """How far a run is.

    Attributes:
        fraction: 0..1, or None when the engine cannot know.
        message: A short sentence.
        elapsed: Seconds since the start.
        eta: Seconds to go, or None when unknown.
        detail: What live views may show: `best` so far, and `draws`, a function that gives draws so far, `f[s, n]`. It is
            a function because thinning them costs something and nobody may be looking.
    """

    fraction: float | None
    message: str
    elapsed: float
    eta: float | None
    detail: dict[str, Any]


class Control:
    """Progress and the stop flag of one run.

    Args:
        on_progress: Called in the engine's thread with each `Progress`.
        stop: The flag that asks the engine to end with what it has.
    """

    def __init__(self, on_progress: Callable[[Progress], None] | None = None, stop: threading.Event | None = None):
        self.stop = stop or threading.Event()
        self.started = time.monotonic()
        self.latest: Progress | None = None
        self._on_progress = on_progress

    @property
    def stopped(self) -> bool:
        """Whether the engine was asked to end."""
        return self.stop.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def report(self, fraction: float | None, message: str, **detail: Any) -> None:
        """Publish progress; the time to go follows from the fraction done."""
        elapsed = self.elapsed
        eta = elapsed * (1.0 - fraction) / fraction if fraction and elapsed > 0.2 else None
        self.latest = Progress(fraction, message, elapsed, eta, detail)
        if self._on_progress is not None:
            self._on_progress(self.latest)
