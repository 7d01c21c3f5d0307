"""Jobs: one engine at work in a thread of its own, on a frozen snapshot.

A job reads nothing that can change and writes nothing but messages: progress (the newest is all there is) and, at its end, one
report. Stopping sets a flag that the engine reads between its blocks; pausing lets it wait there. JAX releases the GIL while it
computes, so a thread is enough to keep the kernel answering.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from spec_lab.engines import Control, Progress, run_engine
from spec_lab.fit import Problem
from spec_lab.results.criteria import with_maximum
from spec_lab.session import threads
from spec_lab.session.actions import Action, StartJob
from spec_lab.session.error_data import as_data
from spec_lab.session.reports import Abandoned, Failed, Finished
from spec_lab.session.weak_calls import weak_call

GRACE = 0.25  # seconds between Stop and giving up a job that has not said anything yet
log = logging.getLogger(__name__)


def _to_nobody(report: Action) -> None:
    """The job has reported."""


def _nothing() -> None:
    """Nobody is told of its progress any more."""


class Job:
    """A running engine.

    Args:
        order: What to run.
        problem: The snapshot, ready to be computed.
        hooks: The functions of the `Infer` that replace its log-likelihood or prior.
        report: Called once, in the job's thread, with the report of its end.
        on_progress: Called in the job's thread after each progress report.
    """

    def __init__(
        self,
        order: StartJob,
        problem: Problem,
        hooks: dict[str, Any],
        report: Callable[[Action], Any],
        on_progress: Callable[[], None],
    ):
        self.order, self.number = order, order.job
        self._problem, self._hooks, self._report, self._on_progress = problem, hooks, report, on_progress
        self.control = Control(on_progress=weak_call(self._progressed))
        self.finished = threading.Event()

    def start(self) -> None:
        """Begin."""
        threads.start(self._work, f"spec_lab-fit-{self.number}", self.control.end)

    def stop(self) -> None:
        """Ask the engine to end with what it has, paused or not; returns at once."""
        self.control.end()

    def abandon_later(self) -> None:
        """Give it up if it neither ends nor reports anything within a moment: it is being compiled."""
        threads.start(self._abandon, f"spec_lab-stop-{self.number}", self.finished.set)

    def _abandon(self) -> None:
        if not self.finished.wait(GRACE) and self.progress is None:
            self._report(Abandoned(self.number, self.control.elapsed))
            self.finished.set()
            self._on_progress()

    def pause(self, paused: bool) -> None:
        """Let the engine wait after its block, or go on; returns at once."""
        if paused:
            self.control.pause()
        else:
            self.control.resume()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning, pauses left out."""
        return self.control.elapsed

    @property
    def waiting(self) -> bool:
        """Whether it stands still now."""
        return self.control.waiting

    @property
    def progress(self) -> Progress | None:
        """The newest progress report."""
        return self.control.latest

    def _progressed(self, progress: Progress) -> None:
        self._on_progress()

    def _work(self) -> None:
        try:
            self._report(self._run())
        finally:
            self.finished.set()
            self._on_progress()
            self._report, self._on_progress = _to_nobody, _nothing  # a session keeps its last job

    def _run(self) -> Action:
        try:
            before = self._problem.stat()
            options = dict(self.order.options)
            outcome = run_engine(self.order.engine, self._problem, self.control, hooks=self._hooks, **options)
            if not self.control.stopped:
                outcome = with_maximum(self._problem, outcome)
            return Finished(self.number, outcome, before, self.control.elapsed, time.time())
        except BaseException as error:  # whatever an engine throws must end in the state, never in a dead thread
            log.debug("the job with %s failed", self.order.engine, exc_info=True)
            return Failed(self.number, as_data(error), self.control.elapsed)
