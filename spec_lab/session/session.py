"""FitSession: the only thing that changes.

It is the store of its `Infer` (a line typed in a cell and a click in a panel pass the same gate) and the home of everything a
Lab shows. All changes go through `dispatch`: under one lock, by the pure `reduce`; then the effects start or stop workers,
which only ever see snapshots and answer with actions. Listeners are told *that* something changed, never what, and read the
newest state themselves.

Not here: how it looks (`views`), how it is sent (the widgets), what an action means (`actions`).
"""

import functools
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spec_lab._base import EngineError, ParameterError
from spec_lab.engines import Outcome, Progress
from spec_lab.fit import Edit, Problem, Setup, SetValue
from spec_lab.infer import BayesInfer, Infer, LocalStore
from spec_lab.results.criteria import with_maximum
from spec_lab.session import actions, archive
from spec_lab.session.actions import Action, Do, Effect, PauseJob, StartJob, StopJob
from spec_lab.session.autosave import Autosave, newest, short_path
from spec_lab.session.brush import Brush, make_region
from spec_lab.session.command_methods import Commands
from spec_lab.session.command_registry import Command, OptionValue
from spec_lab.session.curve_drag import CurveDrag, point_at
from spec_lab.session.degeneracy import walked
from spec_lab.session.evaluation import Evaluation
from spec_lab.session.evaluator import Evaluator, Refit
from spec_lab.session.fit_key import fit_key
from spec_lab.session.infer_reference import InferReference
from spec_lab.session.jobs import Job
from spec_lab.session.lesson import Judged
from spec_lab.session.overlays import Overlays
from spec_lab.session.posterior_choice import shown_outcome
from spec_lab.session.preview_worker import PreviewWorker
from spec_lab.session.problems import Problems
from spec_lab.session.profiles import GrowingProfiles
from spec_lab.session.reduce import reduce
from spec_lab.session.reports import Finished, Previewed, Record, Tell
from spec_lab.session.script import script
from spec_lab.session.start_search import StartSearch
from spec_lab.session.state import Line, Preview, Run, State
from spec_lab.session.timeline import moment
from spec_lab.session.tutor import Tutor
from spec_lab.session.weak_calls import weak_call

Listener = Callable[[str], Any]
log = logging.getLogger(__name__)


class FitSession(Commands):
    """The session of an `Infer`; making one hands the set-up over to it.

    Args:
        infer: Data and models.
        live: Whether edits are followed by a refit.
        previews: Whether edits are followed by a preview of the posterior in the background.
    """

    def __init__(self, infer: Any, *, live: bool = False, previews: bool = False):
        infer = infer.editable()
        self._infer = InferReference(infer)
        if isinstance(infer.store, FitSession):
            log.warning("another session takes over this Infer: the Lab or session that held it no longer edits it")
        self._lock = threading.RLock()
        self._state = State.begin(infer.setup, live=live, previews=previews)
        self._listeners: list[Listener] = []
        self._job: Job | None = None
        self.problems = Problems()
        self.evaluator = Evaluator(self.problems, weak_call(self._computed))
        self.profiles = GrowingProfiles(self.problems)
        self.curve_drag = CurveDrag()
        tell_curves, hooks = functools.partial(weak_call(self._tell), "curves"), weak_call(self._hooks)
        present, dispatch, perform = weak_call(self._present), weak_call(self.dispatch), weak_call(self.perform)
        self.overlays = Overlays(self.problems, tell_curves)
        self.brush = Brush(self.problems, tell_curves)
        self.previewer = PreviewWorker(self.problems, dispatch, self.evaluator.now, hooks)
        self.start_search = StartSearch(present, dispatch, self.evaluator.compile)
        self.autosave = Autosave(present, dispatch)
        self.tutor = Tutor(present, dispatch, perform, self.problems, hooks)
        infer.attach(self)
        self.subscribe(self.autosave.note)
        if previews or live:
            self.previewer.ask(self._state.setup, refit=False, posterior=True)

    @classmethod
    def of(cls, infer: Any) -> "FitSession":
        """The session of an `Infer`: the one it has, or a new one."""
        return infer.store if isinstance(infer.store, FitSession) else cls(infer)

    # -- the Infer -----------------------------------------------------------------------------------------------------
    @property
    def infer(self) -> Infer:
        """The `Infer` whose store this is."""
        found = self._infer.alive
        if found is None:
            found = self._infer.replace_lost()
            found.attach(self)
            found.outcome = self._state.runs[-1].outcome if self._state.runs else None
        return found

    def hand_over_infer(self) -> Infer:
        """Leave it to the caller to hold the `Infer`, which holds this session: without it both may go."""
        infer = self.infer
        self._infer.let_go()
        return infer

    def _hooks(self) -> dict[str, Any]:
        return self.infer.hooks

    def _present(self) -> State:
        return self._state

    # -- the store -----------------------------------------------------------------------------------------------------
    def get(self) -> Setup:
        """The present set-up."""
        return self._state.setup

    def commit(self, edit: Edit) -> Setup:
        """Apply an edit; undoable, journalled, shown."""
        return self.dispatch(Do(edit)).setup

    def record(self, outcome: Outcome) -> None:
        """Enter a run made outside the Lab into the history."""
        self.dispatch(Record(with_maximum(self.problems.problem(outcome.setup), outcome), time.time()))

    # -- the state -----------------------------------------------------------------------------------------------------
    @property
    def state(self) -> State:
        """The present state (immutable)."""
        return self._state

    @property
    def problem(self) -> Problem:
        """The compiled problem of the present set-up."""
        return self.problems.problem(self._state.setup)

    def evaluation(self) -> Evaluation:
        """Curves and statistic of the present set-up, computed now if they are not there yet."""
        return self.evaluator.now(self._state.setup)

    @property
    def progress(self) -> Progress | None:
        """The newest progress report of the running job."""
        job = self._job
        return job.progress if job is not None and self._state.fit.busy else None

    @property
    def job(self) -> Job | None:
        """The job at work, if one is."""
        return self._job if self._state.fit.busy else None

    def dispatch(self, action: Action) -> State:
        """Take an action; the only way anything changes.

        Raises:
            SpecLabError: The action is not possible; nothing changed.
        """
        with self._lock:
            before = self._state
            self._state, effects = reduce(before, action)
            state = self._state
            for effect in effects:
                self._perform(effect)
        if state is not before:
            self._tell("state")
        if state.lesson is not None and not isinstance(action, Judged):
            self.evaluator.want(state.setup)
            self.tutor.judge(self.evaluator.current(state.setup))
        return state

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, StartJob):
            problem = self.problems.problem(effect.setup)
            self._job = Job(effect, problem, self.infer.hooks, self._ended, lambda: self._tell("progress"))
            self._job.start()
        elif isinstance(effect, StopJob):
            if self._job is not None and self._job.number == effect.job:
                self._job.stop()
                self._job.abandon_later()
        elif isinstance(effect, PauseJob):
            if self._job is not None and self._job.number == effect.job:
                self._job.pause(effect.paused)
        else:
            state = self._state
            self.tutor.follow(state)
            if state.live or state.previews:
                self.previewer.ask(state.setup, refit=effect.refit, posterior=True)
            else:
                self.previewer.cancel()

    def _computed(self) -> None:
        """The reader has curves: whoever waits for them may look."""
        self._tell("curves")
        self.tutor.judge(self.evaluator.latest)

    def _ended(self, report: Action) -> None:
        """A job's report: the outcome becomes the newest one of the `Infer`, too."""
        if isinstance(report, Finished):
            self.infer.outcome = report.outcome
        self.dispatch(report)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(topic)` after each change ("state", "curves" or "progress"), from any thread.

        It must only take note.

        Returns:
            A function that ends the subscription.
        """
        self._listeners = [*self._listeners, listener]

        def end() -> None:
            self._listeners = [other for other in self._listeners if other is not listener]

        return end

    def _tell(self, topic: str) -> None:
        for listener in self._listeners:
            try:
                listener(topic)
            except Exception:  # the edit it is told of has happened; the other listeners must hear of it, too
                log.exception("a listener of the session failed on %r", topic)

    # -- what a person does, as Python: `Commands`, and ---------------------------------------------------------------
    def perform(self, command: Command) -> None:
        command.checked(self._state.setup).answer(self)

    def fit(self, engine: str = "fit", **options: OptionValue) -> None:
        """Start an engine in the background; returns at once."""
        self.perform(actions.StartFit(engine, tuple(options.items())))

    start = fit

    # -- waiting and looking -------------------------------------------------------------------------------------------
    def wait(self, timeout: float | None = None) -> Run | None:
        """Wait for the running fit; its run, or None when none was started or it was stopped before it had anything.

        Raises:
            EngineError: The fit failed, or `timeout` seconds passed before its end.
        """
        job = self._job
        if job is None:
            return None
        if not job.finished.wait(timeout):
            raise EngineError("the fit is still running", got=f"{timeout} s waited", hint="Wait longer, or stop it.")
        error = self._state.fit.error
        if error is not None:
            raise EngineError(str(error["message"]))
        number = self._state.fit.run
        return next((run for run in self._state.runs if run.number == number), None)

    def settle(self, timeout: float | None = 60.0) -> bool:
        """Wait until job, preview and curves have caught up; False when that took longer than `timeout` seconds."""
        job = self._job
        done = job is None or job.finished.wait(timeout)
        done = done and self.start_search.settle(timeout)
        return done and self.previewer.settle(timeout) and self.evaluator.settle(timeout)

    def journal(self) -> tuple[Line, ...]:
        """Every change as a line of Python."""
        return self._state.journal

    def script(self) -> str:
        """The shortest Python that leads from the starting set-up to the present one."""
        return script(self._state.start, self._state.setup, self._state.runs)

    def save(self, path: str | Path) -> Path:
        """Write the session to a file: set-up, history, journal and the newest changes that undo takes back; returns its path."""
        return archive.save(self._state, path)

    @classmethod
    def recover(
        cls, which: int = 0, folder: str | Path | None = None, *, allow: str | tuple[str, ...] = ()
    ) -> "FitSession":
        """A session that was kept by itself, see `autosave`: 0 = the newest; `allow` as in `load`.

        Raises:
            DataError: There is none.
        """
        kept = newest(which, folder)
        session = cls.load(kept.path, allow=allow)
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(kept.time))
        session.dispatch(Tell("info", f"Recovered from {short_path(kept.path)}, written {at}."))
        return session

    @classmethod
    def load(
        cls, path: str | Path, *, live: bool = False, previews: bool = False, allow: str | tuple[str, ...] = ()
    ) -> "FitSession":
        """A session from a file, with an `Infer` of its own; `allow` names packages of yours that the file may name."""
        state = archive.load(path, allow=allow)
        infer = BayesInfer(rule=state.setup.rule)
        infer.attach(LocalStore(state.setup))
        session = cls(infer, live=live, previews=previews)
        session._state = state.replace(live=live, previews=previews)
        session.autosave.rebase()
        return session

    def preview_drag(self, pid: int | str, value: float, seq: int) -> None:
        """Compute curves for a value that is only being tried (a moving slider); outside history, the newest wins."""
        if not isinstance(seq, int):
            raise ParameterError("a drag needs a sequence number", got=seq)
        state, value, refit = self._state, float(value), None
        tried = SetValue(pid, value).apply(state.setup)
        if state.refit_others:
            run = functools.partial(self.profiles.refitted, state.setup, pid, value)
            refit = Refit(pid, self.profiles.slow(state.setup), run)
        self.evaluator.attempt(state.setup, tried, seq, refit)

    def preview_moment(self, name: str | None, seq: int) -> None:
        """Show the curves of a moment of the timeline without going there; None ends it."""
        if not isinstance(seq, int):
            raise ParameterError("a preview needs a sequence number", got=seq)
        if name is None:
            self.evaluator.overtake()
            self._tell("curves")
        else:
            self.evaluator.attempt(self._state.setup, moment(self._state, name).setup, seq)

    def preview_walk(self, to: float, seq: int) -> None:
        """Show the curves for a place on the degeneracy without going there."""
        if not isinstance(seq, int):
            raise ParameterError("a preview needs a sequence number", got=seq)
        state = self._state
        self.evaluator.attempt(state.setup, walked(state, to), seq)

    def preview_curve(self, unit: str, energy: float, factor: float, seq: int) -> None:
        """Compute curves for a point of the folded model that is being dragged; outside history, the newest wins."""
        if not isinstance(seq, int):
            raise ParameterError("a drag needs a sequence number", got=seq)
        state, point = self._state, point_at(self._state.setup, unit, float(energy))
        problem = self.problems.problem(state.setup)
        run = functools.partial(self.curve_drag.dragged, state, problem, point, float(factor))
        self.evaluator.attempt(state.setup, state.setup, seq, Refit(None, False, run))

    def stop_previewing(self) -> State:
        """Give up the preview that is under way: the present set-up has none until the next change."""
        state, asked = self._state, fit_key(self._state.setup)
        self.previewer.cancel()
        if state.preview is not None and state.preview.key == asked:
            return state
        return self.dispatch(Previewed(Preview(asked, state.setup, None, None)))

    def select(self, pids: Any, outline: Any, request: int) -> None:
        """Select the posterior draws within an outline in the plane of two parameters; without corners, none.

        Shared by all panels and outside history: it is no change of the fit.
        """
        source = shown_outcome(self._state)
        self.brush.choose(make_region(source.setup if source else self._state.setup, pids, outline, request))
        self._tell("curves")

    def close(self) -> None:
        """Stop the workers, write what is not yet written, and hand the set-up back to the `Infer`."""
        self.autosave.close()
        self.tutor.close()
        if self._job is not None:
            self._job.stop()
        self.start_search.stop()
        self.previewer.close()
        self.evaluator.close()
        self.brush.close()
        self.overlays.close()
        infer = self._infer.alive
        if infer is not None and infer.store is self:
            infer.attach(LocalStore(self._state.setup))
        self._listeners = []


def recover(which: int = 0, folder: str | Path | None = None) -> FitSession:
    """Take up a session that was kept by itself; `Lab(recover())` shows it, `autosaves()` lists them.

    Args:
        which: 0 = the newest, 1 = the one before, ...
        folder: Where to look; the default place (`.spec_lab/autosave` of the working directory) when left out.

    Raises:
        DataError: There is none.
    """
    return FitSession.recover(which, folder)
