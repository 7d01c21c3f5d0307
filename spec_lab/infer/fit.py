"""Fit: the handle at the bottom of the façade. It holds a store, gives the compiled problem of its set-up, and commits edits.

`Par`, `Pair`, `Infer` and the analyzers all stand on one of these and know nothing of each other.
"""

from typing import Any

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.data import Data
from spec_lab.engines import Outcome
from spec_lab.fit import DATA_PARAMETERS, Edit, Problem, Setup
from spec_lab.infer.store import LocalStore, Snapshot, Store
from spec_lab.results.estimates import Post, posts_of


class Fit:
    """A store, and what is made from its set-up.

    Args:
        store: Where the set-up lives.
        problem: An earlier problem of the same data and models, whose programs are used again.

    Attributes:
        store: Where the set-up lives.
        outcome: The last run, or None.
        by_hand: A sample that was set by hand since then, as an outcome.
    """

    def __init__(self, store: Store, problem: Problem | None = None):
        self.store = store
        self.outcome: Outcome | None = None
        self.by_hand: Outcome | None = None
        self._problem = problem
        self._posts: tuple[Outcome, tuple[Post, ...]] | None = None

    @property
    def setup(self) -> Setup:
        """The present set-up (immutable)."""
        return self.store.get()

    @property
    def problem(self) -> Problem:
        """The compiled problem of the present set-up; remade (not recompiled) after each edit.

        Raises:
            ParameterError: There are no pairs yet.
        """
        setup = self.setup
        if not setup.pairs:
            raise ParameterError("there are no pairs yet", hint="Add one: infer.append((data, model)).")
        if self._problem is None or self._problem.setup is not setup:
            self._problem = Problem(setup, self._problem)
        return self._problem

    def data(self, number: int) -> Data:
        """The data of a pair, counted from 0, as the present factors `sf`, `bf`, `rf` make them."""
        setup = self.setup
        mine = [i for i, slot in enumerate(setup.slots) if slot.pair == number and slot.owner == "data"]
        rows = np.asarray(setup.values)[mine].reshape(-1, len(DATA_PARAMETERS))
        return setup.pairs[number].data.at_factors(list(rows[:, :3]))

    def post(self, index: int) -> Post | None:
        """What the draws of the last run, or set by hand since, say of a slot; None without any, or where it was held fixed."""
        outcome = self.by_hand or self.outcome
        if outcome is None:
            return None
        if self._posts is None or self._posts[0] is not outcome:
            self._posts = (outcome, posts_of(outcome))
        ran, setup = outcome.setup, self.setup
        if index >= len(ran.slots) or index >= len(setup.slots) or ran.slots[index].path != setup.slots[index].path:
            return None
        root = ran.root(index)
        return self._posts[1][ran.free.index(root)] if root in ran.free else None

    def commit(self, edit: Edit) -> None:
        """Apply an edit through the store."""
        self.store.commit(edit)

    def begin(self, engine: str) -> None:
        """Refuse to run an engine on a set-up that does not move.

        Raises:
            ParameterError: This is the fit of an analyzer.
        """
        if isinstance(self.store, Snapshot):
            self.store.begin(engine)

    def change(self, attribute: str) -> None:
        """Refuse another outcome, sample, hook or store where the set-up does not move.

        Raises:
            ParameterError: This is the fit of an analyzer.
        """
        if isinstance(self.store, Snapshot):
            self.store.change(attribute)

    def __getstate__(self) -> dict[str, Any]:
        """A copy stands alone: with the present set-up in a store of its own, without compiled programs."""
        return {
            "snapshot": self.store if isinstance(self.store, Snapshot) else None,
            "setup": self.setup,
            "outcome": self.outcome,
            "by_hand": self.by_hand,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.store = state["snapshot"] or LocalStore(state["setup"])
        self.outcome, self.by_hand = state["outcome"], state.get("by_hand")
        self._problem = self._posts = None

    def __repr__(self) -> str:
        return f"<Fit of {self.setup!r}>"
