"""Overlays: the curves of past runs, computed once each in the background and kept while they are laid over the spectrum."""

from collections.abc import Callable
from typing import Any

from spec_lab.engines import Outcome
from spec_lab.session.background import Worker
from spec_lab.session.evaluation import Evaluation, read
from spec_lab.session.problems import Problems

KEPT = 12


class Overlays:
    """Curves of outcomes at their best.

    Args:
        problems: Where problems come from.
        on_ready: Called (in the worker's thread) after each.
    """

    def __init__(self, problems: Problems, on_ready: Callable[[], Any]):
        self._problems, self._on_ready = problems, on_ready
        self._worker = Worker(self._work, "spec_lab-overlays")
        # by identity; the outcome is held, so its id stays its own
        self._known: dict[int, tuple[Outcome, Evaluation | None]] = {}

    def want(self, outcome: Outcome) -> Evaluation | None:
        """The curves of an outcome, or None while they are being computed (and where they cannot be)."""
        known = self._known.get(id(outcome))
        if known is None:
            self._worker.ask(outcome, id(outcome))
        return None if known is None else known[1]

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is being computed."""
        return self._worker.settle(timeout)

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _work(self, outcome: Outcome) -> None:
        if id(outcome) in self._known:
            return
        try:
            made = read(self._problems.problem(outcome.setup))
        except Exception:  # a model that no longer computes has no ghost
            made = None
        self._known = {**dict(list(self._known.items())[1 - KEPT :]), id(outcome): (outcome, made)}
        self._on_ready()
