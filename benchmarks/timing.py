"""How times are taken: rounds in which ours and the peer's alternate, medians, and the middle half of the rounds as spread.

Only ratios taken in one run mean anything on a shared machine. Short calls are timed as CPU time of the process over a loop
long enough to be seen by the clock; long ones as wall time.
"""

import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        job: What was done.
        unit: Of the numbers.
        samples: Ours, one a round.
        goal: What the design asks for, as text.
        peer: The peer's, one a round; none where there is no peer.
        note: What else was seen: evidence, compilations, effective draws.
    """

    job: str
    unit: str
    samples: list[float]
    goal: str = ""
    peer: list[float] = []
    note: str = ""


def spread(samples: list[float]) -> str:
    """Median and the middle half, `12.3 (11.9-13.0)`."""
    if len(samples) < 3:
        return " ".join(f"{value:.3g}" for value in samples)
    low, _, high = quantiles(samples, n=4)
    return f"{median(samples):.3g} ({low:.3g}-{high:.3g})"


def table(rows: list[Row]) -> str:
    """All rows as text; the ratio is ours over the peer's, below 1 where we are faster."""
    head = ("job", "ours: median (middle half)", "unit", "goal", "peer", "ratio", "note")
    lines = [head] + [
        (
            row.job,
            spread(row.samples),
            row.unit,
            row.goal,
            spread(row.peer) if row.peer else "-",
            f"{median(row.samples) / median(row.peer):.3f}" if row.peer else "-",
            row.note,
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([text[0], "-" * sum(widths), *text[1:]])


def alternate(
    ours: Callable[[], Any], peer: Callable[[], Any] | None, scale: float, *, rounds: int = 15, least: float = 0.02
) -> tuple[list[float], list[float]]:
    """CPU time a call of ours and the peer's, alternating.

    Args:
        ours: What to time.
        peer: What to compare it with, or None.
        scale: Units a second.
        rounds: How often each is timed.
        least: Seconds that a round lasts at least.
    """
    found: tuple[list[float], list[float]] = ([], [])
    counts = [_count(call, least) if call else 0 for call in (ours, peer)]
    for _ in range(rounds):
        for call, count, into in zip((ours, peer), counts, found, strict=True):
            if call:
                into.append(_loop(call, count) * scale)
    return found


def _count(call: Callable[[], Any], least: float) -> int:
    call()  # whatever is done only once
    return max(1, int(least / max(_loop(call, 3), 1e-7)))


def _loop(call: Callable[[], Any], count: int) -> float:
    begun = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - begun) / count


def wall(call: Callable[[], Any], rounds: int) -> tuple[list[float], list[Any]]:
    """Wall seconds of each round, and what the calls returned."""
    times, results = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        results.append(call())
        times.append(time.perf_counter() - begun)
    return times, results
