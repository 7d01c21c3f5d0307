"""Saved picture: what a notebook shows of a Lab when its kernel is gone, and what GitHub, nbviewer and nbconvert show.

A widget without its kernel is an error message, and outranks whatever lies beside it in one output. So the picture and its tables
are an output of their own, above the widget. The front end hides it while the panels live (`frontend/src/ui/picture.ts`); it is
renewed when the session has come to rest.
"""

import html
import time
import uuid

from IPython.core.getipython import get_ipython
from IPython.display import display, update_display

from spec_lab.session import FitSession
from spec_lab_widgets.static_picture import static_picture

REST = 2.0  # seconds without a change before it is renewed
EVERY = 6.0  # least seconds between two renewals: each is written into the notebook
WAY_ON = (
    "The last picture of a spec_lab Lab whose kernel is not running. Run the cell that made it, or take the session up where it "
    "was: from spec_lab_widgets import Lab; Lab.recover()."
)


class SavedPicture:
    """The picture of one widget; nothing happens outside a notebook.

    Args:
        session: What it shows.
    """

    def __init__(self, session: FitSession):
        self.id = f"spec-lab-{uuid.uuid4().hex[:12]}"
        self._session = session
        self._shown = False
        self._seen: tuple[int, bool] | None = None
        self._changed = self._renewed = 0.0
        self._drawn: tuple[int, bool] | None = None

    def show(self) -> None:
        """Put it into the cell that is running, empty at first: the panels come up without it."""
        if get_ipython() is None:
            return
        display({"text/html": self._page(""), "text/plain": ""}, raw=True, display_id=self.id)
        self._shown = True

    def renew(self) -> float | None:
        """Draw it anew when something changed and the session rests; seconds until it wants to be asked again."""
        state = self._session.state
        now, evaluation = time.monotonic(), self._session.evaluator.current(state.setup)
        key = (state.rev, evaluation is not None)
        if not self._shown or evaluation is None or self._drawn == key:
            return None
        if self._seen != key:
            self._seen, self._changed = key, now
        wait = max(self._changed + REST, self._renewed + EVERY) - now
        if wait > 0:
            return wait
        self._drawn, self._renewed = key, now
        made = {"text/html": self._page(static_picture(self._session).html), "text/plain": WAY_ON}
        update_display(made, raw=True, display_id=self.id)
        return None

    def _page(self, inner: str) -> str:
        note = f"<p><small>{html.escape(WAY_ON)}</small></p>" if inner else ""
        return f'<div data-spec-lab-picture="{self.id}">{note}{inner}</div>'
