"""PreviewWorker: keeps the preview up to date behind the person's edits.

After an edit it finds the best fit with the built-in method (milliseconds), when the session is live puts the parameters
there, and then draws the preview posterior (a tenth of a second), which fills corner plot, intervals and evidence. Where the
draws come upon a better place, the fit was a local one, and is made anew from there, which the history says. Requests
coalesce, the newest wins, and an edit cancels what is under way.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from spec_lab.engines import Control, Outcome, Progress, improper, run_engine
from spec_lab.fit import Setup
from spec_lab.session.background import Worker
from spec_lab.session.error_data import as_data
from spec_lab.session.fit_key import fit_key
from spec_lab.session.problems import Problems
from spec_lab.session.reports import Previewed, Record, Refitted
from spec_lab.session.state import Preview

KEPT = 12
BETTER = 0.1  # of the statistic: so much lower is another minimum
PAUSE = 0.06  # seconds between an edit and its preview: the curves and the table go first, bursts of edits coalesce


class PreviewWorker:
    """One background worker that follows a session.

    Args:
        problems: Where problems come from.
        report: The session's dispatch.
        first: What comes before the preview: the curves of the set-up, which the person is waiting for.
        hooks: Gives the functions of the `Infer` that replace its log-likelihood or prior.
    """

    def __init__(
        self,
        problems: Problems,
        report: Callable[[Any], Any],
        first: Callable[[Setup], Any],
        hooks: Callable[[], dict[str, Any]],
    ):
        self._problems, self._report, self._first, self._hooks = problems, report, first, hooks
        self._stop = threading.Event()
        self._control = Control()
        self.stage = ""
        self._known: dict[Any, Preview] = {}
        self._worker = Worker(self._follow, "spec_lab-preview")

    def ask(self, setup: Setup, *, refit: bool, posterior: bool) -> None:
        """Follow a set-up; cancels what is being done for an older one."""
        self._stop.set()
        self._stop = threading.Event()
        self._worker.ask((setup, refit, posterior, self._stop))

    def cancel(self) -> None:
        """Give up what is under way."""
        self._stop.set()

    @property
    def seconds(self) -> float | None:
        """How long a preview has been in the making; None while none is, or the one under way was given up."""
        return None if self._stop.is_set() else self._worker.seconds

    @property
    def progress(self) -> Progress | None:
        """The newest report of the engine at work."""
        return self._control.latest

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until the newest request is done."""
        return self._worker.settle(timeout)

    def close(self) -> None:
        """Cancel and end."""
        self._stop.set()
        self._worker.close()

    def _follow(self, request: tuple[Setup, bool, bool, threading.Event]) -> None:
        setup, refit, posterior, stop = request
        asked = fit_key(setup)
        if not setup.free or stop.wait(PAUSE):
            return
        control = self._control = Control(stop=stop)
        try:
            self._first(setup)
            preview = None if refit or self._hooks() else self._known.get((asked, posterior))
            if preview is None:
                preview = Preview(asked, setup, *self._found(setup, control, refit, posterior))
        except Exception as error:  # must never take the session down; what went wrong is shown in the preview's place
            preview = Preview(asked, setup, None, None, as_data(error))
        if not stop.is_set():
            self._keep((asked, posterior), preview)
            self._report(Previewed(preview))

    def _keep(self, key: Any, preview: Preview) -> None:
        """Remember the last few, so that undo and redo show their numbers at once."""
        self._known.pop(key, None)
        self._known[key] = preview
        while len(self._known) > KEPT:
            self._known.pop(next(iter(self._known)))

    def _found(self, setup: Setup, control: Control, refit: bool, posterior: bool) -> tuple[Outcome, Outcome | None]:
        """Best fit and, where asked for, preview posterior."""
        best = self._fit(setup, control)
        here = self._put(setup, best, control) if refit else setup
        sample = self._sample(best, control) if posterior and not control.stopped else None
        if sample is None or not sample.stat < best.stat - BETTER:
            return best, sample
        again = self._fit(setup.with_free(sample.best), control)
        if control.stopped or not again.stat < best.stat - BETTER:
            return best, sample
        told = f" The preview found it: the fit before had ended {best.stat - again.stat:.3g} higher."
        self._report(Record(again.replace(message=again.message + told), time.time()))
        if refit:
            self._put(here, again, control)
        return again, self._sample(again, control)

    def _fit(self, setup: Setup, control: Control) -> Outcome:
        self.stage = "looking for the best fit"
        return run_engine("fit", self._problems.problem(setup), control, self._hooks())

    def _put(self, setup: Setup, best: Outcome, control: Control) -> Setup:
        """Put the parameters of a live session there; the set-up it has then."""
        return setup if control.stopped else self._report(Refitted(setup, tuple(map(float, best.best)))).setup

    def _sample(self, best: Outcome, control: Control) -> Outcome | None:
        """The preview posterior, or None where the posterior is improper (which the panel says)."""
        if improper(best.setup):
            return None
        self.stage = "computing the posterior"
        return run_engine("preview", self._problems.problem(best.setup), control, self._hooks())
