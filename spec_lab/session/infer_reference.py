"""Which `Infer` a session belongs to, and who keeps it alive.

An `Infer` holds its session (the session is its store), so a session that held its `Infer` in turn would never go without a
garbage collection. A session that somebody made for itself does hold it; once a panel shows it, the panel holds the `Infer`.
"""

import weakref

from spec_lab.infer import Infer


class InferReference:
    """The `Infer` of a session: held, or known only while somebody else holds it.

    Args:
        infer: Where the session is the store.
    """

    def __init__(self, infer: Infer):
        self._held: Infer | None = infer
        self._known = weakref.ref(infer)
        self._spare = infer.without_data()

    @property
    def alive(self) -> Infer | None:
        """The `Infer`, if it is still there."""
        return self._known()

    def let_go(self) -> None:
        """Hold it no longer."""
        self._held = None

    def replace_lost(self) -> Infer:
        """Another of the same class and hooks, held from now on, in the place of one that is gone."""
        self._held = self._spare
        self._known = weakref.ref(self._spare)
        self._spare = self._spare.without_data()
        return self._held
