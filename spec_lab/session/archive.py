"""Sessions as files: set-up, journal and history, versioned, so that an afternoon can be taken up again or read elsewhere.

One `.speclab` file is a zip that `spec_lab.tree.io` writes aside and moves into place: JSON and arrays, nothing pickled. The
undo stack is not kept; the journal is.
"""

from pathlib import Path
from typing import Any

from spec_lab._base import DataError
from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.infer import check_fits, try_first_use
from spec_lab.session.lesson import settled
from spec_lab.session.state import Line, Run, State
from spec_lab.tree import Struct, field, io

VERSION = 1


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
    """

    version: int = field(static=True)
    start: Setup = field()
    setup: Setup = field()
    outcomes: tuple[Outcome, ...] = field()
    runs: tuple[tuple[int, str, float, bool], ...] = field(static=True)
    journal: tuple[tuple[str, bool], ...] = field(static=True)
    counter: int = field(static=True, default=0)


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
    archive = SessionArchive(
        version=VERSION,
        start=state.start,
        setup=state.setup,
        outcomes=tuple(run.outcome for run in state.runs),
        runs=tuple((run.number, run.label, run.time, run.pinned) for run in state.runs),
        journal=tuple((line.code, line.undone) for line in state.journal),
        counter=state.counter,
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
    check_fits(path, [archive.setup, archive.start], archive.outcomes)
    runs = tuple(
        Run(number, outcome, label, time, pinned)
        for (number, label, time, pinned), outcome in zip(archive.runs, archive.outcomes, strict=True)
    )
    state = State.begin(archive.setup)
    return state.replace(
        start=archive.start,
        runs=runs,
        journal=tuple(Line(code, undone) for code, undone in archive.journal),
        counter=archive.counter,
    )


def _check_history(archive: SessionArchive) -> None:
    if not isinstance(archive.outcomes, tuple) or len(archive.runs) != len(archive.outcomes):
        raise ValueError(f"{len(archive.runs)} runs with other outcomes")
    for number, label, at, pinned in archive.runs:
        if not (type(number) is int and isinstance(label, str) and isinstance(at, float) and isinstance(pinned, bool)):
            raise ValueError(f"a run that is none: {(number, label, at, pinned)!r}")
    for code, undone in archive.journal:
        if not (isinstance(code, str) and isinstance(undone, bool)):
            raise ValueError(f"a line of the journal that is none: {(code, undone)!r}")
    if type(archive.counter) is not int:
        raise ValueError(f"a counter that is none: {archive.counter!r}")
