"""The store: the one gate through which a set-up changes.

An `Infer` on its own keeps its set-up in a `LocalStore`; shown in a Lab, it hands over to the session, which is a store too.
A line typed in a cell and a click in a panel commit the same edits here. An analyzer stands on a `Snapshot`, which refuses.
"""

import threading
from typing import NoReturn, Protocol

from spec_lab._base import ParameterError
from spec_lab.data import collect_warnings
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
        """Apply an edit.

        Warns:
            SpecLabWarning: The edit has something to say about the change.
        """
        with self._lock:
            before = self._setup
            after = edit.apply(before)
            remark = edit.remark(before, after)
            if remark:
                with collect_warnings() as notes:
                    notes.append(remark)
            self._setup = after
            return after

    def record(self, outcome: Outcome) -> None:
        """Nothing to do: without a session there is no history."""

    def __repr__(self) -> str:
        return f"<LocalStore of {self._setup!r}>"


class Snapshot:
    """The store of an analyzer: the set-up that a result belongs to, at its best fit. It does not move.

    Args:
        setup: What was fitted, standing at the best fit.
        owner: What the analyzer is called: `Posterior`.
    """

    def __init__(self, setup: Setup, owner: str):
        self._setup, self._owner = setup, owner

    def get(self) -> Setup:
        """The set-up."""
        return self._setup

    def commit(self, edit: Edit) -> Setup:
        """Refuse.

        Raises:
            ParameterError: Always.
        """
        self._refuse(f"cannot be edited ({edit.label})")

    def begin(self, engine: str) -> None:
        """Refuse.

        Raises:
            ParameterError: Always.
        """
        self._refuse(f"runs no engine ({engine})")

    def record(self, outcome: Outcome) -> None:
        """Refuse.

        Raises:
            ParameterError: Always.
        """
        self._refuse(f"keeps no other run ({outcome.engine})")

    def change(self, attribute: str) -> None:
        """Refuse.

        Raises:
            ParameterError: Always.
        """
        self._refuse(f"keeps its {attribute}")

    def _refuse(self, what: str) -> NoReturn:
        raise ParameterError(
            f"a {self._owner} reads one finished run and {what}",
            hint="Its `.infer` is the Infer that was run: `result.infer` takes edits and engines.",
        )

    def __repr__(self) -> str:
        return f"<Snapshot of {self._setup!r}>"
