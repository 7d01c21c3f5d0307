"""Autosave: a session's work, written to a file by itself, so that a lost kernel loses a minute at most.

What is written is what `session.save` writes, by a thread of its own: a minute after something changed, at the end of every fit,
and when session or interpreter end. Nothing is written before the first change. By default the file lies in `.spec_lab/autosave`
of the working directory (in a notebook: beside it), named after the data, a new one for every session; the newest few are kept.
The environment variable `SPEC_LAB_AUTOSAVE` names another folder, or says `off`.

A file that cannot be written is a message, once, and never more than that. Not here: the layout of the file (`archive`).
"""

import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from spec_lab._base import DataError, written_whole
from spec_lab.session import archive, threads
from spec_lab.session.actions import Action
from spec_lab.session.lesson import settled
from spec_lab.session.reports import AutosaveWritten, Tell
from spec_lab.session.state import State
from spec_lab.session.weak_calls import OwnerFreed

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds between a change and its file
KEPT = 20  # files kept in the folder, and all of the last day
DAY = 86400.0
VARIABLE = "SPEC_LAB_AUTOSAVE"
HIDDEN = Path(".spec_lab", "autosave")


def default_place() -> Path | None:
    """The folder where sessions are kept unless told otherwise; None when switched off by `SPEC_LAB_AUTOSAVE`."""
    named = os.environ.get(VARIABLE, "").strip()
    if named.lower() in ("off", "0", "no", "false"):
        return None
    return Path(named).expanduser() if named else Path.cwd() / HIDDEN


class Autosave:
    """Keeps one session.

    What waits for its minute is written even if the session goes before: it needs the state alone.

    Args:
        state: Gives the session's present state.
        dispatch: Takes its reports.
        every: Seconds between a change and its file.
    """

    def __init__(self, state: Callable[[], State], dispatch: Callable[[Any], Any], every: float = EVERY):
        self._state, self._dispatch, self.every = state, dispatch, every
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._due: float | None = None
        self._newest = state()
        self._known = self._written = _work(self._newest)
        self._failed = self._closed = False
        self._tries = 0
        self._kept: Path | None = None  # the folder in which old files may be removed
        self.path: Path | None = None
        self.decided = False

    def begin(self, place: bool | str | Path = True) -> Path | None:
        """Keep the session from now on.

        Args:
            place: A folder, a file (a name with an ending), True for the default place, False for nowhere.

        Returns:
            The file that will be written, or None when nothing will be.
        """
        self.decided = True
        chosen = default_place() if place is True else None if place is False else Path(place).expanduser()
        with self._news:
            if chosen is None:
                self.path = self._kept = self._due = None
            elif chosen.suffix:
                self.path, self._kept = chosen.absolute(), None
            else:
                self.path, self._kept = _name(chosen.absolute(), self._state()), chosen.absolute()
        self._dispatch(AutosaveWritten(str(self.path) if self.path else ""))
        return self.path

    def rebase(self) -> None:
        """What there is now came from a file: it needs no other."""
        self._newest = self._state()
        self._known = self._written = _work(self._newest)

    def note(self, topic: str) -> None:
        """Listen to the session: something may have changed. Any thread; returns at once."""
        with self._news:
            self._newest = self._state()
            work = _work(self._newest)
            if topic != "state" or self.path is None or self._closed or _same(work, self._known):
                return
            ended = work[2] is not self._known[2]
            self._known = work
            due = time.monotonic() + (0.0 if ended else self.every)
            self._due = due if self._due is None else min(due, self._due)
            if self._thread is None:
                self._thread = threads.start(self._loop, "spec_lab-autosave", self.close, threads.WRITING)
            self._news.notify_all()

    def flush(self, timeout: float | None = 30.0) -> bool:
        """Write now what is not yet written; whether it is on file within `timeout` seconds."""
        with self._news:
            tries = self._tries
            if self._due is not None:
                self._due = time.monotonic()
                self._news.notify_all()
            done = self._news.wait_for(lambda: self._thread is None or self._tries > tries, timeout)
            return done and not self._failed

    def close(self) -> None:
        """Write what is not yet written, and end; returns at once."""
        with self._news:
            self._closed = True
            if self._due is not None:
                self._due = time.monotonic()
            self._news.notify_all()

    def _loop(self) -> None:
        while True:
            with self._news:
                while self._due is not None and (left := self._due - time.monotonic()) > 0:
                    self._news.wait(left)
                path, state = self.path, self._newest
                if self._due is None or path is None:
                    self._thread = None
                    self._news.notify_all()
                    return
                self._due = None
            done = self._write(state, path)
            with self._news:
                self._tries += 1
                if not done and not self._closed:
                    self._due = time.monotonic() + self.every  # silently: a disk may have room again
                self._news.notify_all()

    def _write(self, state: State, path: Path) -> bool:
        work = _work(state)
        if _same(work, self._written):
            return True
        try:
            if path.parent == Path.cwd() / HIDDEN:
                _make_hidden(path.parent)
            archive.save(state, path, private=True)
            self._written = work
            self._prune(path)
        except Exception as error:  # whatever the disk says must not reach the fit
            log.debug("autosave failed", exc_info=True)
            first, self._failed = not self._failed, True
            if first:
                self._tell(
                    Tell("warning", f"Autosave cannot write {short_path(path)}: {error}. It will be tried again.")
                )
            return False
        self._failed = False
        self._tell(AutosaveWritten(str(path), time.time()))
        return True

    def _tell(self, report: Action) -> None:
        with contextlib.suppress(OwnerFreed):  # the session went, and its work is on file
            self._dispatch(report)

    def _prune(self, path: Path) -> None:
        """Remove old files of the folder, never the one just written, nor those of the last day."""
        if self._kept is None:
            return
        limit = time.time() - DAY
        for old in autosaves(self._kept)[KEPT:]:
            if old.time < limit and old.path != path:
                with contextlib.suppress(OSError):
                    old.path.unlink()


def _make_hidden(folder: Path) -> None:
    """The folder of the default place, for its owner's eyes only. A cloned project may have links there: none is followed.

    Raises:
        OSError: It, or the folder above it, is a link.
    """
    for place in (folder.parent, folder):
        if place.is_symlink():
            raise OSError(f"{short_path(place)} is a symbolic link, and what lies behind it is not written to")
        place.mkdir(mode=0o700, exist_ok=True)
    with written_whole(folder.parent / ".gitignore") as ignored:
        ignored.write_text("*\n")  # work in progress is nobody's source


def _work(state: State) -> tuple[Any, ...]:
    """What is worth a file: set-up, journal, runs."""
    kept = settled(state)
    return kept.setup, kept.journal, kept.runs


def _same(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return all(x is y for x, y in zip(a, b, strict=True))


def _name(folder: Path, state: State) -> Path:
    """A file that is not there yet, named after the data."""
    words = "+".join(name for pair in state.setup.pairs for name in pair.data.names)
    slug = re.sub(r"[^A-Za-z0-9+_-]+", "_", words)[:60] or "session"
    stem = f"{slug}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    names = (f"{stem}{f'-{i}' if i else ''}.speclab" for i in range(1000))
    return next(folder / name for name in names if name not in _taken and not _taken.add(name))


_taken: set[str] = set()  # names given in this process: two sessions of one second must not share a file


def short_path(path: str | Path) -> str:
    """A path as a person in the working directory would write it."""
    with contextlib.suppress(ValueError, OSError):
        return str(Path(path).relative_to(Path.cwd()))
    return str(path)


# -- taking it up again ------------------------------------------------------------------------------------------------
class Kept(NamedTuple):
    """A session file: where, when (seconds since the epoch), how large (bytes)."""

    path: Path
    time: float
    size: int


class Autosaves(tuple[Kept, ...]):
    """Session files, newest first; shows itself as a table."""

    __slots__ = ()

    def _rows(self) -> list[tuple[str, str, str, str]]:
        when = [time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(k.time)) for k in self]
        each = enumerate(zip(self, when, strict=True))
        return [(str(i), kept.path.name, at, f"{kept.size / 1000:.0f} kB") for i, (kept, at) in each]

    def __repr__(self) -> str:
        if not self:
            return "no autosaved sessions"
        return "\n".join("  ".join(row) for row in self._rows())


def autosaves(folder: str | Path | None = None) -> Autosaves:
    """The sessions that were kept, newest first; `recover(number)` opens one.

    Args:
        folder: Where to look; the default place when left out.
    """
    place = Path(folder).expanduser() if folder is not None else default_place()
    found = []
    for path in (
        place.glob("[!.]*.speclab") if place is not None else ()
    ):  # hidden ones are being written, or a kill left them
        with contextlib.suppress(OSError):  # removed meanwhile
            about = path.stat()
            found.append(Kept(path, about.st_mtime, about.st_size))
    return Autosaves(sorted(found, key=lambda k: (-k.time, k.path.name)))


def newest(which: int = 0, folder: str | Path | None = None) -> Kept:
    """One of the kept sessions, 0 = the newest.

    Raises:
        DataError: There is none, or none of that number.
    """
    found = autosaves(folder)
    if not found:
        place = folder if folder is not None else default_place() or "nowhere: autosave is off"
        hint = "Autosaves lie beside the notebook that made them: say its folder, or Lab.load a file."
        raise DataError("there is no autosaved session to recover", got=str(place), hint=hint)
    if not 0 <= which < len(found):
        raise DataError("there is no such autosaved session", got=which, allowed=f"0 to {len(found) - 1}, 0 = newest")
    return found[which]
