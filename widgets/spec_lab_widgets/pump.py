"""Pump: the one thread that sends. It watches a session and brings each outlet's front end up to date, the newest first.

Nothing waits in a queue but replies. A view or frame is made when it may go, from the newest state; what was overtaken is never
made. The thread sleeps while there is nothing to do and ends with the last outlet.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from spec_lab.engines import Outcome
from spec_lab.session import Draws, FitSession, Reading, State, threads, views
from spec_lab.session.view_model import ErrorData, LabView
from spec_lab_widgets import handler
from spec_lab_widgets.outlet import Outlet

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
        self._outlets: list[Outlet] = []
        self._ready = threading.Condition()
        self._rung = False
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = _nothing
        self._view: tuple[ViewKey, LabView] | None = None
        self._source: tuple[int, Any] = (-1, None)
        self._draws: Draws | None = None
        self._changed = (-1, 0.0)
        self.thread_ids: set[int] = set()

    def add(self, outlet: Outlet) -> None:
        """Serve one more widget."""
        with self._ready:
            self._outlets = [*self._outlets, outlet]
            if len(self._outlets) == 1:
                self._unsubscribe = outlet.session.subscribe(lambda topic: self.ring())
            if self._thread is None:
                self._thread = threads.start(self._loop, "spec_lab-pump", self.end)
            if not views.forms_loaded():
                threads.start(self._load_forms, "spec_lab-forms", _nothing)

    def _load_forms(self) -> None:
        """Import the engines while the person already looks at the spectrum."""
        views.load_forms()
        self.ring()

    def remove(self, outlet: Outlet) -> None:
        """A widget is gone."""
        with self._ready:
            self._outlets = [o for o in self._outlets if o is not outlet]
            if not self._outlets:
                self._unsubscribe()
                self._unsubscribe = _nothing  # it holds the session, which may be freed now
        self.ring()

    def end(self) -> None:
        """Stop sending: the interpreter ends."""
        with self._ready:
            self._outlets = []
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
                session, outlets = self._session(), self._outlets
                if session is None or not outlets:
                    self._thread = None
                    return
            pause = self._turn(session, outlets)
            del session, outlets

    def _turn(self, session: FitSession, outlets: list[Outlet]) -> float | None:
        """Serve every outlet once; seconds until the next turn is due, or None when nothing is."""
        pauses: list[float] = []
        for outlet in outlets:
            try:
                pauses += self._serve(session, outlet)
            except Exception as error:  # one widget that cannot be served must not silence the others
                log.debug("could not serve a widget", exc_info=True)
                pauses += self._complain(outlet, error)
        if session.state.fit.busy:
            pauses.append(TICK)
        return max(min(pauses), 0.002) if pauses else None

    @staticmethod
    def _complain(outlet: Outlet, error: Exception) -> list[float]:
        """Show an error of our own once, as data, and try again later."""
        text = repr(error)
        if outlet.seen.get("complaint") != text:
            outlet.seen["complaint"] = text
            outlet.replies.append(handler.refusal(None, error))
        return [1.0]

    def _serve(self, session: FitSession, outlet: Outlet) -> list[float]:
        outlet.begin()
        while outlet.replies:
            outlet.send(outlet.replies.popleft(), None)
        if not outlet.greeted:
            return []
        state = session.state
        session.reader.want(state.setup)
        pauses = [
            self._serve_view(session, outlet, state),
            self._serve_progress(session, outlet, state),
            self._serve_spectrum(session, outlet, state) if outlet.visible else None,
            self._serve_corner(session, outlet, state) if outlet.visible else None,
            self._serve_brush(session, outlet, state) if outlet.visible else None,
            self._serve_ghosts(session, outlet, state) if outlet.visible else None,
            self._serve_profiles(session, outlet, state) if outlet.visible else None,
        ]
        return [p for p in pauses if p is not None]

    # -- each returns the seconds until it wants another turn, or None -------------------------------------------------
    def _serve_view(self, session: FitSession, outlet: Outlet, state: State) -> float | None:
        reading = session.reader.current(state.setup)
        fault = session.reader.failed(state.setup)
        key = (state.rev, reading is not None or fault is not None, views.forms_loaded())
        if outlet.seen.get("view") == key:
            return None
        wait = outlet.flow.delay("view")
        if not key[1]:
            wait = max(wait, self._since_change(state.rev) + WAIT_EXACT)
        if wait > 0:
            return wait
        told = self._progress_key(session)  # before the writing: what the job does meanwhile is news
        message = self._view_of(session, state, reading, fault, key)
        outlet.flow.sent("view")
        outlet.send(message, None)
        outlet.seen["view"] = key
        outlet.seen["progress"] = told
        return None

    def _since_change(self, rev: int) -> float:
        """Minus the seconds since this revision was first seen."""
        now = time.monotonic()
        if self._changed[0] != rev:
            self._changed = (rev, now)
        return self._changed[1] - now

    def _view_of(
        self, session: FitSession, state: State, reading: Reading | None, fault: ErrorData | None, key: ViewKey
    ) -> LabView:
        busy = state.fit.busy
        if busy or self._view is None or self._view[0] != key:
            elapsed, waiting = self._clock(session)
            made = views.view(
                state, reading, session.progress,
                known=session.reader.latest, elapsed=elapsed, waiting=waiting, fault=fault, wait=False,
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

    def _serve_progress(self, session: FitSession, outlet: Outlet, state: State) -> float | None:
        if not state.fit.busy or not outlet.visible:
            return None
        key = self._progress_key(session)
        if outlet.seen.get("progress") == key:
            return None
        wait = outlet.flow.delay("progress")
        if wait > 0:
            return wait
        outlet.flow.sent("progress")
        outlet.send({"type": "progress", "fit": views.fit(state, session.progress, *self._clock(session))}, None)
        outlet.seen["progress"] = key
        return None

    def _serve_spectrum(self, session: FitSession, outlet: Outlet, state: State) -> float | None:
        drag, reading = session.reader.dragged, session.reader.current(state.setup)
        tried = drag if drag is not None and drag.base is state.setup else None
        shown = tried.reading if tried is not None else reading
        if shown is None or outlet.seen.get("spectrum") is shown:
            return None
        wait = outlet.flow.delay("spectrum")
        if wait > 0:
            return wait
        seq = tried.seq if tried is not None else outlet.number("spectrum")
        frame = views.spectrum(shown, rev=state.rev, seq=seq, preview=tried is not None, base=state.setup)
        if tried is not None and tried.pid is not None:
            curve = session.profiles.of(state.setup, tried.pid)
            frame.header["profile"] = None if curve is None else views.profile(curve)
        if state.lesson is not None:
            frame.header["score"] = views.told(state, shown.stat)
        outlet.floor("spectrum", seq)
        outlet.flow.sent("spectrum", seq)  # before it goes: the ack may be quicker than the next line
        outlet.send(frame.header, frame.buffers)
        outlet.seen["spectrum"] = shown
        return None

    def _serve_corner(self, session: FitSession, outlet: Outlet, state: State) -> float | None:
        if self._source[0] != state.rev:
            self._source = (state.rev, views.corner_source(state))
        live = self._live(session)
        source = live or self._source[1]
        if source is None:
            self._draws = None
        if source is None or outlet.seen.get("corner") is source:
            return None
        wait = outlet.flow.delay("corner", LIVE_CORNER if live else 0.0)
        if wait > 0:
            return wait
        outlet.seen["corner"] = source
        seq = outlet.number("corner")
        self._draws = self._draws_of(source, state)
        frame = self._corner_of(self._draws, state, seq)
        if frame is not None:
            outlet.flow.sent("corner", seq)
            outlet.send(frame.header, frame.buffers)
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
    def _corner_of(draws: Draws | None, state: State, seq: int) -> views.Frame | None:
        if draws is None:
            return None
        if isinstance(draws.source, Outcome):
            return views.corner(draws.source, rev=state.rev, seq=seq)
        values = draws.values()
        middle = np.median(values, axis=0) if len(values) else values
        return views.from_draws(draws.setup, values, middle, state.fit.engine, rev=state.rev, seq=seq)

    def _serve_brush(self, session: FitSession, outlet: Outlet, state: State) -> float | None:
        session.brush.follow(self._draws)
        made = session.brush.answer
        if outlet.seen.get("brush") is made or (made.region is None and "brush" not in outlet.seen):
            return None
        wait = outlet.flow.delay("brush", 32 * sum(len(band.lo) for band in made.bands) / BYTES)
        if wait > 0:
            return wait
        seq = outlet.number("brush")
        frame = views.brush(made, rev=state.rev, seq=seq)
        outlet.flow.sent("brush", seq)
        outlet.send(frame.header, frame.buffers)
        outlet.seen["brush"] = made
        return None

    @staticmethod
    def _serve_profiles(session: FitSession, outlet: Outlet, state: State) -> float | None:
        """All curves of the present question; while one grows, the frames of its drag bring it."""
        if session.reader.held:
            return None
        curves = session.profiles.known(state.setup) if state.refit_others else ()
        key = tuple(curve.version for curve in curves)
        if outlet.seen.get("profiles", ()) == key:
            return None
        wait = outlet.flow.delay("profiles")
        if wait > 0:
            return wait
        outlet.flow.sent("profiles")
        outlet.send(views.profiles(curves, rev=state.rev), None)
        outlet.seen["profiles"] = key
        return None

    @staticmethod
    def _serve_ghosts(session: FitSession, outlet: Outlet, state: State) -> float | None:
        """Each run that is laid over the spectrum once; the view says which of them are."""
        there: set[int] = outlet.seen.setdefault("ghosts", set())
        there &= set(state.overlaid)
        for run in state.runs:
            if run.number not in state.overlaid or run.number in there:
                continue
            reading = session.ghosts.want(run.outcome)
            if reading is None:
                continue
            wait = outlet.flow.delay("ghost")
            if wait > 0:
                return wait
            frame = views.ghost(run.number, views.run_label(run), reading)
            outlet.flow.sent("ghost")
            outlet.send(frame.header, frame.buffers)
            there.add(run.number)
        return None
