"""StartSearch: looks for the start of a new model beside the person's work, and puts it in place when it is found.

A new model is compiled first, for seconds that nothing can break off. So a page that sends such a command (`SearchedEdit`)
goes on, and a thread of its own does it. Until the start is there the set-up stays as it is; a stop, or a newer search, leaves
the thread to itself, and what it finds is dropped. Where the set-up has changed meanwhile, the start is looked for anew, now
without compiling.

Not here: how a start is found (`fit.guess`). Python waits for it: `lab.set_model(...)` looks where it is called.
"""

import contextlib
import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from spec_lab.fit import Setup
from spec_lab.session import threads
from spec_lab.session.actions import Do
from spec_lab.session.edit_commands import EditCommand
from spec_lab.session.error_data import as_data
from spec_lab.session.reduce import check_lesson
from spec_lab.session.reports import Tell
from spec_lab.session.state import State
from spec_lab.session.weak_calls import OwnerFreed

log = logging.getLogger(__name__)


class SearchedEdit(EditCommand):
    """An edit that is looked for, which may take seconds."""

    @abstractmethod
    def outline(self, setup: Setup) -> tuple[str, str]:
        """What is done while it is looked for, in words, and its line of Python; quick.

        Raises:
            ParameterError: There is no such edit.
        """


class Search:
    """One edit that is being looked for."""

    def __init__(self, command: SearchedEdit, text: str, models: list[str]):
        self.command, self.text, self.models = command, text, models
        self.began = time.monotonic()
        self.over = threading.Event()


class StartSearch:
    """At most one search at a time; the newest wins.

    Args:
        present: Gives the session's state.
        dispatch: The session's.
        compiled: Makes the curves of a set-up once, so that they are there at once when it is put in place.
    """

    def __init__(self, present: Callable[[], State], dispatch: Callable[[Any], Any], compiled: Callable[[Setup], Any]):
        self._present, self._dispatch, self._compiled = present, dispatch, compiled
        self._lock = threading.Lock()
        self._now: Search | None = None

    def begin(self, command: SearchedEdit) -> str:
        """Look for an edit; returns its line of Python at once.

        Raises:
            ParameterError: There is no such edit.
        """
        state = self._present()
        check_lesson(state, command)
        text, code = command.outline(state.setup)
        search = Search(command, text, expressions(state.setup))
        with self._lock:
            self._leave()
            self._now = search
        threads.start(lambda: self._work(search), "spec_lab-start", search.over.set)
        return code

    def stop(self) -> None:
        """Give it up: the set-up stays as it is."""
        with self._lock:
            self._leave()

    def _leave(self) -> None:
        if self._now is not None:
            self._now.over.set()
            self._now = None

    @property
    def under_way(self) -> tuple[str, float] | None:
        """What is looked for, in words, and for how many seconds by now."""
        now = self._now
        return None if now is None else (now.text, time.monotonic() - now.began)

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until nothing is looked for; False when that took longer than `timeout` seconds."""
        now = self._now
        return now is None or now.over.wait(timeout)

    def _work(self, search: Search) -> None:
        with contextlib.suppress(OwnerFreed):  # the session went: nobody waits for it
            try:
                while not (search.over.is_set() or self._landed(search)):
                    pass
            except Exception as error:  # a broken user model must show as a message, not as a dead thread
                log.debug("the search for a start failed", exc_info=True)
                self._end(search, Tell("error", as_data(error)["message"]))

    def _landed(self, search: Search) -> bool:
        """Find it and put it in place; False where the set-up changed meanwhile."""
        before = self._present().setup
        if expressions(before) != search.models:  # somebody gave another model, which is newer
            self._give_up(search)
            return True
        edit = search.command.edit(before)
        self._compiled(edit.apply(before))
        if self._present().setup is not before:
            return False
        self._end(search, Do(edit))
        return True

    def _end(self, search: Search, report: Any) -> None:
        """Say what came of it, unless it was given up."""
        with self._lock:
            wanted = self._now is search
        if wanted:
            self._dispatch(report)
        self._give_up(search)

    def _give_up(self, search: Search) -> None:
        """Leave one search; a newer one goes on."""
        with self._lock:
            if self._now is search:
                self._leave()


def expressions(setup: Setup) -> list[str]:
    """The models of a set-up, in words."""
    return [pair.model.expression for pair in setup.pairs]
