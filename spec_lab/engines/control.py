"""Control: how a running engine talks to whoever started it.

The engine calls `report` now and then and asks `stopped` between its blocks; it knows neither threads nor widgets. Progress is
state, not a message: the newest report is all there is. A pause is an answer that lets the engine wait: whoever asks `stopped`
of a paused run gets the answer when it goes on, or ends. So every engine that can be stopped can be paused, and knows nothing
of it; the seconds it waited are nobody's.
"""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Detail = np.ndarray | Callable[[], np.ndarray] | float  # of a report: the best place so far, draws so far, a number
COMPILING = "compiling for this model, the first time only; a stop waits for the end of it"
PATIENCE = 0.2  # seconds after which a paused run notices a stop flag that was set behind its back


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
    detail: dict[str, Detail]


class Control:
    """Progress, pause and the stop flag of one run.

    Args:
        on_progress: Called in the engine's thread with each `Progress`.
        stop: The flag that asks the engine to end with what it has.
    """

    def __init__(self, on_progress: Callable[[Progress], None] | None = None, stop: threading.Event | None = None):
        self.stop = stop or threading.Event()
        self.started = time.monotonic()
        self.latest: Progress | None = None
        self._on_progress = on_progress
        self._going = threading.Event()
        self._going.set()
        self._pauses: tuple[float, float | None] = (0.0, None)  # seconds of earlier ones; when the present one began

    @property
    def stopped(self) -> bool:
        """Whether the engine was asked to end; while the run is paused the answer waits, in the engine's thread."""
        if not self._going.is_set():
            self._wait()
        return self.stop.is_set()

    def end(self) -> None:
        """Ask the engine to end with what it has, paused or not."""
        self.stop.set()
        self._going.set()

    def pause(self) -> None:
        """Let the engine wait when it next asks whether to end."""
        self._going.clear()
        if self.stop.is_set():
            self._going.set()

    def resume(self) -> None:
        """Let it go on."""
        self._going.set()

    @property
    def waiting(self) -> bool:
        """Whether the engine stands still now; after `pause` it first finishes its block."""
        return self._pauses[1] is not None

    @property
    def elapsed(self) -> float:
        """Seconds since the start, pauses left out."""
        waited, since = self._pauses
        return (time.monotonic() if since is None else since) - self.started - waited

    def _wait(self) -> None:
        waited, since = self._pauses[0], time.monotonic()
        self._pauses = (waited, since)
        self._announce()
        while not self._going.wait(PATIENCE) and not self.stop.is_set():
            pass
        self._pauses = (waited + time.monotonic() - since, None)
        self._announce()

    def report(self, fraction: float | None, message: str, **detail: Detail) -> None:
        """Publish progress; the time to go follows from the fraction done."""
        elapsed = self.elapsed
        eta = elapsed * (1.0 - fraction) / fraction if fraction and elapsed > 0.2 else None
        self.latest = Progress(fraction, message, elapsed, eta, detail)
        self._announce()

    def _announce(self) -> None:
        if self._on_progress is not None and self.latest is not None:
            self._on_progress(self.latest)
