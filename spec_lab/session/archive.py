"""Sessions as files: set-up, journal, history and what undo and redo bring back, versioned, so that an afternoon goes on.

One `.speclab` file is a zip that `spec_lab.tree.io` writes aside and moves into place: JSON and arrays, nothing pickled. Of the
undo stack the newest hundred changes are kept; their set-ups share data and models, which stand in the file once.
"""

from pathlib import Path
from typing import Any

from spec_lab._base import DataError
from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.infer import check_fits, try_first_use
from spec_lab.session.lesson import settled
from spec_lab.session.state import Line, Run, State, UndoStep
from spec_lab.tree import Struct, field, io

VERSION = 2
STEPS = 100  # of undo, and of redo
Change = tuple[Setup, Setup]  # before and after
Step = tuple[str, int]  # label and line in the journal


class SessionArchive(Struct):
    """What a session file holds.

    Attributes:
        version: Of this layout.
        start: The set-up the session began with.
        setup: The set-up it was saved with.
        outcomes: Of the runs, oldest first.
        runs: `(number, label, time, pinned)` of each run.
        journal: `(code, undone)` of each line.
        counter: The last number given.
        past: The set-ups on both sides of each change that undo takes back, oldest first.
        past_steps: Label and line in the journal of each.
        future: Likewise of each change that redo brings back, next one last.
        future_steps: Label and line of each.
    """

    version: int = field(static=True)
    start: Setup = field()
    setup: Setup = field()
    outcomes: tuple[Outcome, ...] = field()
    runs: tuple[tuple[int, str, float, bool], ...] = field(static=True)
    journal: tuple[tuple[str, bool], ...] = field(static=True)
    counter: int = field(static=True, default=0)
    past: tuple[Change, ...] = field(default=())
    past_steps: tuple[Step, ...] = field(static=True, default=())
    future: tuple[Change, ...] = field(default=())
    future_steps: tuple[Step, ...] = field(static=True, default=())


def save(state: State, path: str | Path, *, private: bool = False) -> Path:
    """Write a session; an earlier file of the same name is replaced only when the new one is complete.

    Args:
        state: The session's state.
        path: Where.
        private: Whether only the owner may read the file.

    Returns:
        The path, with `.speclab` added where it had no ending.
    """
    state = settled(state)
    path = Path(path)
    path = path if path.suffix else path.with_suffix(".speclab")
    past, future = state.past[-STEPS:], state.future[-STEPS:]
    archive = SessionArchive(
        version=VERSION,
        start=state.start,
        setup=state.setup,
        outcomes=tuple(run.outcome for run in state.runs),
        runs=tuple((run.number, run.label, run.time, run.pinned) for run in state.runs),
        journal=tuple((line.code, line.undone) for line in state.journal),
        counter=state.counter,
        past=tuple((step.before, step.after) for step in past),
        past_steps=tuple((step.label, step.line) for step in past),
        future=tuple((step.before, step.after) for step in future),
        future_steps=tuple((step.label, step.line) for step in future),
    )
    return io.write_file(archive, path, private=private)


def load(path: str | Path, *, allow: str | tuple[str, ...] = ()) -> State:
    """Read a session file.

    Args:
        path: The file.
        allow: Packages of yours, beside those of `spec_lab.tree.allow_package`, that the file may name.

    Raises:
        DataError: There is no such file, or it was written by a newer version.
        SerializationError: It is damaged, or names what it may not.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError("there is no such session file", got=str(path))
    archive: Any = io.load(path, expected_cls=SessionArchive, allow=allow)
    if type(archive.version) is not int or archive.version > VERSION:
        raise DataError(
            f"{path.name} was saved by a newer spec_lab, or changed after it was written",
            got=archive.version,
            allowed=f"up to {VERSION}",
            hint="Update.",
        )
    try_first_use(path, "the history", lambda: _check_history(archive))
    made: list[State] = []
    try_first_use(path, "a set-up", lambda: made.append(_state(archive)))
    (state,) = made
    changes = [setup for step in (*state.past, *state.future) for setup in (step.before, step.after)]
    check_fits(path, [state.setup, state.start, *changes], archive.outcomes)
    return state


def _state(archive: SessionArchive) -> State:
    one = SharedPairs()
    runs = zip(archive.runs, archive.outcomes, strict=True)
    return State.begin(one(archive.setup)).replace(
        start=one(archive.start),
        past=_undo_steps(archive.past, archive.past_steps, one),
        future=_undo_steps(archive.future, archive.future_steps, one),
        runs=tuple(Run(number, outcome, label, time, pinned) for (number, label, time, pinned), outcome in runs),
        journal=tuple(Line(code, undone) for code, undone in archive.journal),
        counter=archive.counter,
    )


def _undo_steps(changes: tuple[Change, ...], steps: tuple[Step, ...], one: "SharedPairs") -> tuple[UndoStep, ...]:
    both = zip(changes, steps, strict=True)
    return tuple(UndoStep(one(before), one(after), label, line) for (before, after), (label, line) in both)


class SharedPairs:
    """Set-ups of the same pairs, read from a file, share the tuple of them as they did before: their problem is made once."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Setup, Setup]] = {}
        self._tuples: list[tuple[Any, ...]] = []

    def __call__(self, setup: Setup) -> Setup:
        """The set-up with the shared tuple; the same object for the same object."""
        if id(setup) not in self._made:
            self._made[id(setup)] = (setup, setup.replace(pairs=self._tuple(setup.pairs)))
        return self._made[id(setup)][1]

    def _tuple(self, pairs: tuple[Any, ...]) -> tuple[Any, ...]:
        for known in self._tuples:
            if len(known) == len(pairs) and all(a is b for a, b in zip(known, pairs, strict=True)):
                return known
        self._tuples.append(pairs)
        return pairs


def _check_history(archive: SessionArchive) -> None:
    if not isinstance(archive.outcomes, tuple) or len(archive.runs) != len(archive.outcomes):
        raise ValueError(f"{len(archive.runs)} runs with other outcomes")
    for number, label, at, pinned in archive.runs:
        if not (type(number) is int and isinstance(label, str) and isinstance(at, float) and isinstance(pinned, bool)):
            raise ValueError(f"a run that is none: {(number, label, at, pinned)!r}")
    for code, undone in archive.journal:
        if not (isinstance(code, str) and isinstance(undone, bool)):
            raise ValueError(f"a line of the journal that is none: {(code, undone)!r}")
    for changes, steps in ((archive.past, archive.past_steps), (archive.future, archive.future_steps)):
        if not isinstance(changes, tuple) or len(changes) != len(steps):
            raise ValueError(f"{len(steps)} changes with other set-ups")
        for change, (label, line) in zip(changes, steps, strict=True):
            if not (len(change) == 2 and all(isinstance(setup, Setup) for setup in change)):
                raise ValueError(f"a change between what are no set-ups: {change!r}")
            if not (isinstance(label, str) and type(line) is int and 0 <= line < len(archive.journal)):
                raise ValueError(f"a change that is none: {(label, line)!r}")
    if type(archive.counter) is not int:
        raise ValueError(f"a counter that is none: {archive.counter!r}")
