"""State: all of a Lab that can change, as one immutable value.

UI state, three homes: the set-up with its undo stacks is domain and undoable; `runs`, `fit`, `preview`, `live`,
`refit_others` and `messages` are shared by all views and not undoable; what only one view cares about (zoom, selection)
lives in the front end.

Here are the nouns; the verbs are in `actions`, the one place where they meet is `reduce`.
"""

from collections.abc import Hashable
from typing import Any, Literal, NamedTuple

from spec_lab._base import ParameterError
from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.session.fit_forms import ErrorData
from spec_lab.tree import Struct, field

Level = Literal["info", "warning", "error"]
Phase = Literal["idle", "running", "paused", "stopping", "done", "stopped", "failed"]


class Line(NamedTuple):
    """One line of the journal."""

    code: str
    undone: bool = False


class UndoStep(NamedTuple):
    """One undoable change: the set-ups on both sides, what the button says, and its line in the journal."""

    before: Setup
    after: Setup
    label: str
    line: int


class Message(NamedTuple):
    """Something the person should know: `level` is info, warning or error."""

    id: int
    level: Level
    text: str


class Run(NamedTuple):
    """A finished fit in the history.

    Attributes:
        number: From 1, never used again.
        outcome: What the engine returned, with the set-up it ran on.
        label: The person's name for it.
        time: Seconds since the epoch.
        pinned: Kept in view for comparison.
    """

    number: int
    outcome: Outcome
    label: str
    time: float
    pinned: bool = False


class FitState(NamedTuple):
    """The background fit.

    Attributes:
        phase: idle, running, paused, stopping, done, stopped or failed.
        engine: Name of the engine.
        job: Number of the job; reports of older jobs are ignored.
        setup: The snapshot it works on.
        message: A sentence about the end.
        seconds: How long it took.
        error: The error as data, when it failed.
        run: Number of the run it gave, once it has ended with one.
        doubt: Whether it is done, but its message warns.
    """

    phase: Phase = "idle"
    engine: str = ""
    job: int = 0
    setup: Setup | None = None
    message: str = ""
    seconds: float = 0.0
    error: ErrorData | None = None
    run: int | None = None
    doubt: bool = False

    @property
    def busy(self) -> bool:
        """Whether a job is at work."""
        return self.phase in ("running", "paused", "stopping")


class Autosaved(NamedTuple):
    """Where the session is kept: the file ("" = nowhere), and when it was last written (None = not yet)."""

    path: str = ""
    time: float | None = None


class Preview(NamedTuple):
    """What the built-in methods say about one question: best fit, posterior, or why there is none."""

    key: tuple[Hashable, ...]
    setup: Setup
    fit: Outcome | None
    posterior: Outcome | None
    error: ErrorData | None = None


class State(Struct):
    """The state of a session; made by `State.begin`, changed by `reduce`.

    Attributes:
        setup: The present set-up.
        start: The set-up the session began with.
        past: Steps that undo takes back, oldest first.
        future: Steps that redo brings back, next one last.
        journal: Every change as a line of Python, in order.
        runs: Finished fits, oldest first.
        fit: The background fit.
        preview: The newest preview, whether or not its question is still asked.
        messages: Notices not yet dismissed.
        live: Whether edits are followed by a refit.
        previews: Whether edits are followed by a preview of the posterior.
        refit_others: Whether a dragged slider refits the other free parameters.
        shown: Number of the run whose posterior is looked at; None: the newest of the present set-up.
        overlaid: Numbers of the runs whose curves lie over the spectrum.
        autosaved: Where the session is kept.
        lesson: The lesson under way (`lesson.Lesson`), or None.
        rev: Grows by one with every change.
        counter: The last number given to a run or message.
    """

    setup: Setup = field()
    start: Setup = field()
    past: tuple[UndoStep, ...] = field(pytree=False, default=())
    future: tuple[UndoStep, ...] = field(pytree=False, default=())
    journal: tuple[Line, ...] = field(pytree=False, default=())
    runs: tuple[Run, ...] = field(pytree=False, default=())
    fit: FitState = field(pytree=False, default=FitState())
    preview: Preview | None = field(pytree=False, default=None)
    messages: tuple[Message, ...] = field(pytree=False, default=())
    live: bool = field(static=True, default=False)
    previews: bool = field(static=True, default=False)
    refit_others: bool = field(static=True, default=False)
    shown: int | None = field(static=True, default=None)
    overlaid: tuple[int, ...] = field(static=True, default=())
    autosaved: Autosaved = field(pytree=False, default=Autosaved())
    lesson: Any = field(pytree=False, default=None)
    rev: int = field(static=True, default=0)
    counter: int = field(static=True, default=0)

    @classmethod
    def begin(cls, setup: Setup, *, live: bool = False, previews: bool = False) -> "State":
        """The first state of a session."""
        return cls(setup=setup, start=setup, live=live, previews=previews)

    def run(self, number: int) -> Run:
        """A run by number.

        Raises:
            ParameterError: There is no such run.
        """
        for run in self.runs:
            if run.number == number:
                return run
        known = ", ".join(str(r.number) for r in self.runs) or "none yet"
        raise ParameterError("there is no such run in the history", got=number, allowed=known)

    def told(self, level: Level, text: str) -> "State":
        """The state with one more message; the oldest give way."""
        message = Message(self.counter + 1, level, text)
        return self.replace(messages=(*self.messages[-9:], message), counter=message.id)

    def advanced(self, after: Setup, label: str, code: str) -> "State":
        """The state after an undoable change."""
        step = UndoStep(self.setup, after, label, len(self.journal))
        return self.replace(setup=after, past=(*self.past, step), future=(), journal=(*self.journal, Line(code)))
