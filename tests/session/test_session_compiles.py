"""The law of the house: after the first evaluation no edit compiles anything, neither curves nor refit nor preview."""

import threading

import jax.monitoring
import pytest

from spec_lab.session import Draws, FitSession, views

EVENT = "/jax/core/compile/backend_compile_duration"
_lock = threading.Lock()
_seen: list[str] = []


def _count(event: str, seconds: float, **kwargs) -> None:
    if event == EVENT:
        with _lock:
            _seen.append(event)


jax.monitoring.register_event_duration_secs_listener(_count)


def test_no_edit_compiles_after_the_first_evaluation(infer):
    session = FitSession(infer, live=True, previews=True)
    infer.par[1].frozen = True  # the first edit, with its refit and preview, warms everything up
    infer.notice("na", [[20, 800]])
    session.preview_drag(2, 2.4, 1)
    assert session.settle(300) and session.state.preview.error is None
    session.evaluation()
    _seen.clear()
    edits = [
        lambda: setattr(infer.par[1], "frozen", False),
        lambda: setattr(infer.par[6], "frozen", False),
        lambda: infer.link([6, 11]),
        lambda: infer.unlink([11]),
        lambda: setattr(infer.par[2], "prior", "norm(2.5, 0.3)"),
        lambda: setattr(infer.par[3], "val", 0.7),
        lambda: infer.notice("na", [[30, 500]]),
        lambda: infer.notice("b1", [[300, 9000]]),
        session.undo,
        session.redo,
        lambda: session.preview_drag(1, -1.2, 2),
        lambda: session.preview_moment("start", 3),
        lambda: session.revisit("start"),
        lambda: session.preview_walk(0.5, 5),
        lambda: session.walk(0.5),
        lambda: session.preview_curve("na", 60.0, 1.2, 6),
        lambda: session.drag_curve("na", 60.0, 1.2),
        lambda: session.select([1, 2], [[-9, -9], [9, -9], [9, 9], [-9, 9]], 4),
    ]
    for edit in edits:
        edit()
        evaluation = session.evaluation()
        views.spectrum(evaluation, rev=0, seq=0)
        assert session.settle(300) and session.state.preview.error is None
        source = session.state.preview.posterior
        session.brush.follow(Draws(source, source.setup, lambda s=source: s.draws))
        assert session.brush.settle(300)
    assert session.brush.answer.n
    session.close()
    assert _seen == []


def test_the_counter_counts():
    _seen.clear()
    jax.jit(lambda x: x * 3.25 + 1.125)(2.0)
    if not _seen:
        pytest.fail("jax.monitoring no longer reports compilations under this name")
