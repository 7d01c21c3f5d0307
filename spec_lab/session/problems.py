"""Problems: the compiled problems of a session, kept so that an edit remakes arrays and never a program.

Safe from any thread. One problem a set-up is kept for the last few set-ups.
"""

import threading

from spec_lab.fit import Problem, Setup

KEPT = 8


class Problems:
    """Makes and keeps problems."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[Problem] = []

    def problem(self, setup: Setup) -> Problem:
        """The problem of a set-up (the same object: looked up by identity)."""
        with self._lock:
            for problem in reversed(self._kept):
                if problem.setup is setup:
                    return problem
            problem = Problem(setup, self._kept[-1] if self._kept else None)
            self._kept = [*self._kept[1 - KEPT :], problem]
            return problem
