"""The store: the one gate through which a set-up changes.

An `Infer` on its own keeps its set-up in a `LocalStore`; shown in a Lab, it hands over to the session, which is a store too.
A line typed in a cell and a click in a panel commit the same edits here.
"""

import threading
from typing import Protocol

from spec_lab.engines import Outcome
from spec_lab.fit import Edit, Setup


class Store(Protocol):
    """Holds the present set-up."""

    def get(self) -> Setup:
        """The present set-up."""
        ...

    def commit(self, edit: Edit) -> Setup:
        """Apply an edit and return the new present; on an error nothing changes."""
        ...

    def record(self, outcome: Outcome) -> None:
        """Take note of a finished run."""
        ...


class LocalStore:
    """A store without session: no history, one lock."""

    def __init__(self, setup: Setup):
        self._setup = setup
        self._lock = threading.RLock()

    def get(self) -> Setup:
        """The present set-up."""
        return self._setup

    def commit(self, edit: Edit) -> Setup:
        """Apply an edit."""
        with self._lock:
            self._setup = edit.apply(self._setup)
            return self._setup

    def record(self, outcome: Outcome) -> None:
        """Nothing to do: without a session there is no history."""

    def __repr__(self) -> str:
        return f"<LocalStore of {self._setup!r}>"
