"""Evaluator: computes curves off the handlers, in a thread of its own, the newest request first.

Two kinds of request: the present set-up (exact, kept until the next one), and a drag: a value that is only being tried, which
never enters the state.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

from spec_lab.fit import Setup
from spec_lab.session.background import Worker
from spec_lab.session.error_data import as_data
from spec_lab.session.evaluation import Evaluation, read
from spec_lab.session.fit_forms import ErrorData
from spec_lab.session.problems import Problems

REST = 0.08  # seconds that a hand must rest before a slow refit begins


class Drag(NamedTuple):
    """Curves of a value that is being tried; `seq` is the front end's number of the drag.

    `pid` names the parameter whose drag refitted the others.
    """

    seq: int
    base: Setup
    evaluation: Evaluation
    pid: int | str | None = None


class Refit(NamedTuple):
    """What a drag does to the parameters that are not in hand: `run` gives the set-up to show.

    `pid` is the one in hand, None where a curve is. One that is `slow` begins when the hand has rested for a moment; until then
    only the value under it moves.
    """

    pid: int | str | None
    slow: bool
    run: Callable[[], Setup]


class Attempt(NamedTuple):
    """A request for the curves of a set-up that is only being tried."""

    base: Setup
    tried: Setup
    seq: int
    epoch: int
    refit: Refit | None


class Evaluator:
    """Keeps the newest evaluation.

    Args:
        problems: Where problems come from.
        on_ready: Called (in the reader's thread) after each new evaluation.
    """

    def __init__(self, problems: Problems, on_ready: Callable[[], Any]):
        self._problems, self._on_ready = problems, on_ready
        self._lock, self._showing = threading.Lock(), threading.Lock()
        self.latest: Evaluation | None = None
        self.dragged: Drag | None = None
        self._drawn: weakref.WeakSet[Any] = weakref.WeakSet()  # whose curves have been computed here
        self.compiling = False  # what is being computed is of a structure that is new here
        self.held = False  # something is in hand: asked for, and neither followed by an action nor given up
        self.unfolding = False
        self._epoch = 0
        self.error: tuple[Setup, ErrorData] | None = None
        self._worker = Worker(self._work, "spec_lab-curves")

    def want(self, setup: Setup) -> None:
        """Ask for the evaluation of a set-up; returns at once."""
        if self.current(setup) is None and not self.failed(setup):
            self._worker.ask(setup, "exact")

    def unfold(self, setup: Setup) -> None:
        """From now on evaluations know what a count is worth; asks for the present one anew."""
        self.unfolding = True
        self.want(setup)

    def attempt(self, setup: Setup, tried: Setup, seq: int, refit: Refit | None = None) -> None:
        """Ask for the curves of another set-up that is only being tried; returns at once."""
        self.held = True
        self._worker.ask(Attempt(setup, tried, seq, self._epoch, refit), "drag")

    def overtake(self) -> None:
        """Forget a drag that was followed by an action, or given up."""
        self._worker.drop("drag")
        with self._showing:
            self._epoch += 1
            self.dragged, self.held = None, False

    def current(self, setup: Setup) -> Evaluation | None:
        """The evaluation of this very set-up, if it is there with all that was asked for."""
        latest = self.exact(setup)
        return latest if latest is not None and (latest.unfolded or not self.unfolding) else None

    def exact(self, setup: Setup) -> Evaluation | None:
        """The evaluation of this very set-up, if it is there: its statistic does not wait for what is shown unfolded."""
        latest = self.latest
        return latest if latest is not None and latest.setup is setup else None

    def failed(self, setup: Setup) -> ErrorData | None:
        """The error that computing this very set-up gave, if it did."""
        error = self.error
        return error[1] if error is not None and error[0] is setup else None

    def now(self, setup: Setup) -> Evaluation:
        """The evaluation of a set-up, computed in this thread if need be."""
        found = self.current(setup)
        if found is None:
            with self._lock:
                found = self.current(setup) or self._read(setup)
                self.latest = found
        return found

    def compile(self, setup: Setup) -> None:
        """Make its curves once, in this thread, so that they are quick when the set-up is shown."""
        problem = self._problems.problem(setup)
        read(problem, unfold=self.unfolding)
        self._drawn.add(problem.program)

    @property
    def seconds(self) -> float | None:
        """How long curves have been in the making; None while none are."""
        return self._worker.seconds

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is being computed."""
        return self._worker.settle(timeout)

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _work(self, request: Setup | Attempt) -> None:
        try:
            if isinstance(request, Attempt):
                self._try(request)
            else:
                self.now(request)
        except Exception as error:  # a broken user model must show as a message, not as a dead thread
            if not isinstance(request, Attempt):  # where only a value was tried, the set-up in hand still computes
                self.error = (request, as_data(error))
        self._on_ready()

    def _try(self, asked: Attempt) -> None:
        refit = asked.refit
        if refit is None:
            return self._show(asked, asked.tried)
        if refit.slow:
            self._show(asked, asked.tried)
            self._on_ready()
            if self._worker.overtaken(REST):
                return
        if asked.epoch == self._epoch:
            self._show(asked, refit.run())

    def _read(self, setup: Setup) -> Evaluation:
        problem = self._problems.problem(setup)
        self.compiling = problem.program not in self._drawn
        try:
            made = read(problem, unfold=self.unfolding)
        finally:
            self.compiling = False
        self._drawn.add(problem.program)
        return made

    def _show(self, asked: Attempt, tried: Setup) -> None:
        evaluation = self._read(tried)
        with self._showing:
            if asked.epoch != self._epoch:
                return
            self.dragged = Drag(asked.seq, asked.base, evaluation, asked.refit.pid if asked.refit else None)
