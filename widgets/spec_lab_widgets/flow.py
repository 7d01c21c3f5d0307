"""Flow control of one widget's outgoing messages: one frame in flight a topic, and no more than 20 messages a second.

A frame waits for the front end's `ack` of the previous one. A lost ack must not block for ever, so a frame counts as drawn
after `PATIENCE` seconds. Nothing is queued here: who asks `ready` later sends the newest.
"""

import math
import time
from collections.abc import Callable

RATE = 20.0  # messages a second, sustained
BURST = 10.0
PATIENCE = 2.0
GAPS = {  # least seconds between two of a kind
    "view": 0.03,
    "spectrum": 0.045,
    "corner": 0.25,
    "brush": 0.05,
    "overlay": 0.05,
    "progress": 0.2,
    "activity": 0.2,
    "profiles": 0.1,
}
ACKED = ("spectrum", "corner", "brush")


class Flow:
    """Says when the next message of a topic may go.

    Args:
        clock: Seconds, rising.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._tokens, self._filled = BURST, clock()
        self._sent: dict[str, float] = {}
        self._flying: dict[str, tuple[int, float]] = {}

    def delay(self, topic: str, gap: float = 0.0) -> float:
        """Seconds until a message of this topic may be sent, at least `gap` after the one before; 0 = now."""
        now = self._clock()
        self._refill(now)
        waits = [self._sent.get(topic, -math.inf) + max(gap, GAPS[topic]) - now, (1.0 - self._tokens) / RATE]
        if topic in self._flying:
            waits.append(self._flying[topic][1] + PATIENCE - now)
        return max(0.0, *waits)

    def sent(self, topic: str, seq: int = 0) -> None:
        """A message went out; frames (`ACKED`) carry the number their ack will name."""
        now = self._clock()
        self._refill(now)
        self._tokens -= 1.0
        self._sent[topic] = now
        if topic in ACKED:
            self._flying[topic] = (seq, now)

    def acked(self, topic: str, seq: int) -> None:
        """The front end drew a frame."""
        flying = self._flying.get(topic)
        if flying is not None and flying[0] <= seq:
            del self._flying[topic]

    def reset(self) -> None:
        """A new view, or one that came back: acks that are missing do not count any more."""
        self._flying.clear()

    def _refill(self, now: float) -> None:
        self._tokens = min(BURST, self._tokens + RATE * (now - self._filled))
        self._filled = now
