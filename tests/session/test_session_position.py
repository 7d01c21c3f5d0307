"""A source position in a session: edits compile nothing, and the file stands without the generators."""

import jax.monitoring
import pytest
from drm_generator import make_sky_data

from spec_lab import Infer
from spec_lab.models import pl
from spec_lab.session import FitSession, fit_key, views

_seen: list[str] = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **_: _seen.append(event) if event.endswith("backend_compile_duration") else None
)


@pytest.fixture
def session():
    infer = Infer([(make_sky_data(), pl())])
    infer.par["pl.alpha"].val, infer.par["pl.logA"].val = -1.5, 1.4
    for name in ("ra", "dec"):
        infer.link([f"d{i}.{name}" for i in (1, 2, 3)])
    made = FitSession(infer)
    yield made
    made.close()


def test_edits_of_the_position_compile_nothing(session):
    infer = session.infer
    views.spectrum(session.evaluation(), rev=0, seq=0)
    _seen.clear()
    edits = [
        lambda: infer.par["d1.dec"].freeze(),
        lambda: infer.par["d1.ra"].freeze(),
        lambda: setattr(infer.par["d1.ra"], "val", 50.0),
        lambda: infer.par["d1.ra"].thaw(),
        lambda: infer.unlink(["d3.ra"]),
        lambda: setattr(infer.par["d3.ra"], "prior", "norm(45, 3)"),
        session.undo,
    ]
    before = session.evaluation().stat
    for edit in edits:
        edit()
        views.spectrum(session.evaluation(), rev=0, seq=0)
    assert _seen == [] and session.evaluation().stat != before


def test_a_session_comes_back_with_its_table(session, tmp_path):
    session.fit()
    session.wait(120)
    again = FitSession.load(session.save(tmp_path / "source"))
    assert again.infer.stat == session.infer.stat and fit_key(again.get()) == fit_key(session.get())
    again.infer.par["d1.ra"].val = 48.0
    session.infer.par["d1.ra"].val = 48.0
    assert again.infer.stat == session.infer.stat
    again.close()
