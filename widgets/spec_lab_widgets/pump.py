"""Pump: the one thread that sends. It watches a session and brings each connection's front end up to date, the newest first.

Nothing waits in a queue but replies. A view or frame is made when it may go, from the newest state; what was overtaken is never
made. The thread sleeps while there is nothing to do and ends with the last connection.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from spec_lab.engines import Outcome
from spec_lab.session import Draws, ErrorData, Evaluation, FitSession, LabView, State, threads, views
from spec_lab_widgets import handler
from spec_lab_widgets.connection import Connection

ViewKey = tuple[int, bool, bool]  # revision, whether its curves are known, whether the engines' forms are
log = logging.getLogger(__name__)
WAIT_EXACT = 0.06  # a view waits so long for the exact statistic before it goes out marked as not exact
BYTES = 1.5e6  # a second, of selections that follow the pointer
LIVE_CORNER = 1.0  # seconds between two corners of a running sampler
TICK = 0.5  # while a fit runs, its clock moves at least this often


def _nothing() -> None:
    """Imports cannot be broken off; there is nothing to unsubscribe."""


class Pump:
    """Sends for all widgets of one session."""

    _made: "weakref.WeakKeyDictionary[FitSession, Pump]" = weakref.WeakKeyDictionary()
    _making = threading.Lock()

    @classmethod
    def of(cls, session: FitSession) -> "Pump":
        """The pump of a session."""
        with cls._making:
            if session not in cls._made:
                cls._made[session] = cls(session)
            return cls._made[session]

    def __init__(self, session: FitSession):
        self._session = weakref.ref(session)
        self._connections: list[Connection] = []
        self._ready = threading.Condition()
        self._rung = False
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = _nothing
        self._view: tuple[ViewKey, LabView] | None = None
        self._source: tuple[int, Any] = (-1, None)
        self._draws: Draws | None = None
        self._changed = (-1, 0.0)
        self.thread_ids: set[int] = set()

    def add(self, connection: Connection) -> None:
        """Serve one more widget."""
        with self._ready:
            self._connections = [*self._connections, connection]
            if len(self._connections) == 1:
                self._unsubscribe = connection.session.subscribe(lambda topic: self.ring())
            if self._thread is None:
                self._thread = threads.start(self._loop, "spec_lab-pump", self.end)
            if not views.forms_loaded():
                threads.start(self._load_forms, "spec_lab-forms", _nothing)

    def _load_forms(self) -> None:
        """Import the engines while the person already looks at the spectrum."""
        views.load_forms()
        self.ring()

    def remove(self, connection: Connection) -> None:
        """A widget is gone."""
        with self._ready:
            self._connections = [o for o in self._connections if o is not connection]
            if not self._connections:
                self._unsubscribe()
                self._unsubscribe = _nothing  # it holds the session, which may be freed now
        self.ring()

    def end(self) -> None:
        """Stop sending: the interpreter ends."""
        with self._ready:
            self._connections = []
        self.ring()

    def ring(self) -> None:
        """There is something to do; any thread."""
        with self._ready:
            self._rung = True
            self._ready.notify_all()

    def _loop(self) -> None:
        pause: float | None = None
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._rung, pause)
                self._rung = False
                session, connections = self._session(), self._connections
                if session is None or not connections:
                    self._thread = None
                    return
            pause = self._turn(session, connections)
            del session, connections

    def _turn(self, session: FitSession, connections: list[Connection]) -> float | None:
        """Serve every connection once; seconds until the next turn is due, or None when nothing is."""
        pauses: list[float] = []
        for connection in connections:
            try:
                pauses += self._serve(session, connection)
            except Exception as error:  # one widget that cannot be served must not silence the others
                log.debug("could not serve a widget", exc_info=True)
                pauses += self._complain(connection, error)
        if session.state.fit.busy:
            pauses.append(TICK)
        return max(min(pauses), 0.002) if pauses else None

    @staticmethod
    def _complain(connection: Connection, error: Exception) -> list[float]:
        """Show an error of our own once, as data, and try again later."""
        text = repr(error)
        if connection.seen.get("complaint") != text:
            connection.seen["complaint"] = text
            connection.replies.append(handler.refusal(None, error))
        return [1.0]

    def _serve(self, session: FitSession, connection: Connection) -> list[float]:
        connection.begin()
        while connection.replies:
            connection.send(connection.replies.popleft(), None)
        if not connection.greeted:
            return []
        state = session.state
        session.evaluator.want(state.setup)
        pauses = [
            self._serve_view(session, connection, state),
            self._serve_progress(session, connection, state),
            self._serve_activity(session, connection, state) if connection.visible else None,
            self._serve_spectrum(session, connection, state) if connection.visible else None,
            self._serve_corner(session, connection, state) if connection.visible else None,
            self._serve_brush(session, connection, state) if connection.visible else None,
            self._serve_overlays(session, connection, state) if connection.visible else None,
            self._serve_profiles(session, connection, state) if connection.visible else None,
            connection.picture.renew(),
        ]
        return [p for p in pauses if p is not None]

    # -- each returns the seconds until it wants another turn, or None -------------------------------------------------
    def _serve_view(self, session: FitSession, connection: Connection, state: State) -> float | None:
        evaluation = session.evaluator.exact(state.setup)
        fault = session.evaluator.failed(state.setup)
        key = (state.rev, evaluation is not None or fault is not None, views.forms_loaded())
        if connection.seen.get("view") == key:
            return None
        wait = connection.flow.delay("view")
        if not key[1]:
            wait = max(wait, self._since_change(state.rev) + WAIT_EXACT)
        if wait > 0:
            return wait
        told = self._progress_key(session)  # before the writing: what the job does meanwhile is news
        message = self._view_of(session, state, evaluation, fault, key)
        connection.flow.sent("view")
        connection.send(message, None)
        connection.seen["view"] = key
        connection.seen["progress"] = told
        return None

    def _since_change(self, rev: int) -> float:
        """Minus the seconds since this revision was first seen."""
        now = time.monotonic()
        if self._changed[0] != rev:
            self._changed = (rev, now)
        return self._changed[1] - now

    def _view_of(
        self, session: FitSession, state: State, evaluation: Evaluation | None, fault: ErrorData | None, key: ViewKey
    ) -> LabView:
        busy = state.fit.busy
        if busy or self._view is None or self._view[0] != key:
            elapsed, waiting = self._clock(session)
            made = views.view(
                state, evaluation, session.progress,
                known=session.evaluator.latest, elapsed=elapsed, waiting=waiting, fault=fault, wait=False,
            )  # fmt: skip
            self._view = (key, made)
        return self._view[1]

    @staticmethod
    def _progress_key(session: FitSession) -> Any:
        elapsed, waiting = Pump._clock(session)
        return (id(session.progress), waiting, None if elapsed is None else int(elapsed / TICK))

    @staticmethod
    def _clock(session: FitSession) -> tuple[float | None, bool]:
        """Seconds that the running job has worked, and whether it waits."""
        job = session.job
        return (None, False) if job is None else (job.elapsed, job.waiting)

    def _serve_progress(self, session: FitSession, connection: Connection, state: State) -> float | None:
        if not state.fit.busy or not connection.visible:
            return None
        key = self._progress_key(session)
        if connection.seen.get("progress") == key:
            return None
        wait = connection.flow.delay("progress")
        if wait > 0:
            return wait
        connection.flow.sent("progress")
        connection.send({"type": "progress", "fit": views.fit(state, session.progress, *self._clock(session))}, None)
        connection.seen["progress"] = key
        return None

    @staticmethod
    def _serve_activity(session: FitSession, connection: Connection, state: State) -> float | None:
        """What takes longer than a moment: said when it begins to, when its progress moves, and when it is over."""
        curves, preview = session.evaluator.seconds, session.previewer.seconds
        search, progress = session.start_search.under_way, session.previewer.progress
        at = {"compiling": session.evaluator.compiling, "stage": session.previewer.stage}
        told = views.activity(state, curves, preview, progress, search=search, **at)
        parts = (told["curves"], told["posterior"])
        key = tuple(None if part is None else (part["text"], round(10 * (part["progress"] or 0))) for part in parts)
        if connection.seen.get("activity", (None, None)) == key:
            working = (curves, preview, search[1] if search else None)
            waits = [views.MOMENT - s for s in working if s is not None and s < views.MOMENT]
            return min(waits, default=TICK if any(key) else None)
        wait = connection.flow.delay("activity")
        if wait > 0:
            return wait
        connection.flow.sent("activity")
        connection.send(told, None)
        connection.seen["activity"] = key
        return TICK

    def _serve_spectrum(self, session: FitSession, connection: Connection, state: State) -> float | None:
        drag, evaluation = session.evaluator.dragged, session.evaluator.current(state.setup)
        tried = drag if drag is not None and drag.base is state.setup else None
        shown = tried.evaluation if tried is not None else evaluation
        if shown is None or connection.seen.get("spectrum") is shown:
            return None
        wait = connection.flow.delay("spectrum")
        if wait > 0:
            return wait
        seq = tried.seq if tried is not None else connection.number("spectrum")
        frame = views.spectrum(shown, rev=state.rev, seq=seq, preview=tried is not None, base=state.setup)
        if tried is not None and tried.pid is not None:
            curve = session.profiles.of(state.setup, tried.pid)
            frame.header["profile"] = None if curve is None else views.profile(curve)
        if state.lesson is not None:
            frame.header["score"] = views.told(state, shown.stat)
        connection.floor("spectrum", seq)
        connection.flow.sent("spectrum", seq)  # before it goes: the ack may be quicker than the next line
        connection.send(frame.header, frame.buffers)
        connection.seen["spectrum"] = shown
        return None

    def _serve_corner(self, session: FitSession, connection: Connection, state: State) -> float | None:
        if self._source[0] != state.rev:
            self._source = (state.rev, views.shown_posterior(state))
        live = self._live(session) if state.shown is None else None
        found = self._source[1]
        source, run = (live, None) if live or found is None else (found.outcome, found.run)
        if source is None:
            self._draws = None
        seen = connection.seen.get("corner", (None, None))
        if source is None or (seen[0] is source and seen[1] == run):
            return None
        wait = connection.flow.delay("corner", LIVE_CORNER if live else 0.0)
        if wait > 0:
            return wait
        connection.seen["corner"] = (source, run)
        seq = connection.number("corner")
        self._draws = self._draws_of(source, state)
        frame = self._corner_of(self._draws, state, seq, run)
        if frame is not None:
            connection.flow.sent("corner", seq)
            connection.send(frame.header, frame.buffers)
        return None

    @staticmethod
    def _live(session: FitSession) -> Any:
        """The progress report of a sampler that shows its draws as it goes."""
        progress = session.progress
        return progress if progress is not None and progress.detail.get("draws") is not None else None

    @staticmethod
    def _draws_of(source: Any, state: State) -> Draws | None:
        """The draws of an outcome, or of a sampler that is still at work (None when it has just ended)."""
        if isinstance(source, Outcome):
            return Draws(source, source.setup, lambda: source.draws)
        running = state.fit.setup
        return None if running is None else Draws(source, running, source.detail["draws"])

    @staticmethod
    def _corner_of(draws: Draws | None, state: State, seq: int, run: int | None) -> views.Frame | None:
        if draws is None:
            return None
        if isinstance(draws.source, Outcome):
            return views.corner(draws.source, rev=state.rev, seq=seq, run=run)
        values = draws.values()
        middle = np.median(values, axis=0) if len(values) else values
        return views.from_draws(draws.setup, values, middle, state.fit.engine, rev=state.rev, seq=seq, live=True)

    def _serve_brush(self, session: FitSession, connection: Connection, state: State) -> float | None:
        session.brush.follow(self._draws)
        made = session.brush.answer
        if connection.seen.get("brush") is made or (made.region is None and "brush" not in connection.seen):
            return None
        wait = connection.flow.delay("brush", 40 * sum(len(band.lo) for band in made.bands) / BYTES)
        if wait > 0:
            return wait
        seq = connection.number("brush")
        frame = views.brush(made, rev=state.rev, seq=seq)
        connection.flow.sent("brush", seq)
        connection.send(frame.header, frame.buffers)
        connection.seen["brush"] = made
        return None

    @staticmethod
    def _serve_profiles(session: FitSession, connection: Connection, state: State) -> float | None:
        """All curves of the present question; while one grows, the frames of its drag bring it."""
        if session.evaluator.held:
            return None
        curves = session.profiles.known(state.setup) if state.refit_others else ()
        key = tuple(curve.version for curve in curves)
        if connection.seen.get("profiles", ()) == key:
            return None
        wait = connection.flow.delay("profiles")
        if wait > 0:
            return wait
        connection.flow.sent("profiles")
        connection.send(views.profiles(curves, rev=state.rev), None)
        connection.seen["profiles"] = key
        return None

    @staticmethod
    def _serve_overlays(session: FitSession, connection: Connection, state: State) -> float | None:
        """Each run that is laid over the spectrum once; the view says which of them are."""
        there: set[int] = connection.seen.setdefault("overlays", set())
        there &= set(state.overlaid)
        for run in state.runs:
            if run.number not in state.overlaid or run.number in there:
                continue
            evaluation = session.overlays.want(run.outcome)
            if evaluation is None:
                continue
            wait = connection.flow.delay("overlay")
            if wait > 0:
                return wait
            frame = views.overlay_frame(run.number, views.run_label(run), evaluation)
            connection.flow.sent("overlay")
            connection.send(frame.header, frame.buffers)
            there.add(run.number)
        return None
