"""Session files: what is saved comes back, and a damaged or foreign file says what is wrong."""

import numpy as np
import pytest
from session_toy import same_state

from spec_lab._base import DataError, ParameterError
from spec_lab.session import FitSession, archive, fit_key, views
from spec_lab.tree import SerializationError


@pytest.fixture
def worked(session, infer):
    """A session with edits, a run and something undone."""
    infer.link([6, 11])
    infer.par[6].frozen = False
    infer.par[2].prior = "norm(2.5, 0.3)"
    infer.notice("na", [[20, 500]])
    session.fit()
    session.label(session.wait(120).number, "first")
    infer.par[1].val = -1.9
    session.undo()
    return session


def test_a_session_comes_back(worked, tmp_path):
    path = worked.save(tmp_path / "burst")
    assert path.name == "burst.speclab" and [p.name for p in tmp_path.iterdir()] == ["burst.speclab"]
    again = FitSession.load(path)
    assert same_state(again.get(), worked.get()) and again.journal() == worked.journal()
    assert again.infer.stat == pytest.approx(worked.infer.stat, rel=1e-12)
    (run,), (old,) = again.state.runs, worked.state.runs
    assert (run.number, run.label, run.time, run.pinned) == (old.number, "first", old.time, False)
    np.testing.assert_array_equal(run.outcome.draws, old.outcome.draws)
    assert again.script().splitlines()[1:] == worked.script().splitlines()[1:]
    assert fit_key(again.get()) == fit_key(worked.get())  # the same data, though read from a file
    assert views.view(again.state, None)["history"][0]["current"]
    again.close()


def test_undo_and_redo_go_on_where_they_were(worked, tmp_path):
    again = FitSession.load(worked.save(tmp_path / "burst"))
    labels = [step.label for step in worked.state.past]
    assert [step.label for step in again.state.past] == labels and len(labels) == 5
    assert [step.label for step in again.state.future] == [step.label for step in worked.state.future]
    assert again.state.past[-1].after is again.state.setup  # a live refit joins the change it follows
    assert (
        len({id(s.pairs) for step in again.state.past for s in (step.before, step.after)}) == 2
    )  # before and after notice
    for session in (again, worked):
        session.redo()
        assert session.get().values[0] == -1.9
    for _ in range(6):
        again.undo()
        worked.undo()
        assert same_state(again.get(), worked.get()) and again.journal() == worked.journal()
    assert again.get() is again.state.start and not again.state.past
    again.close()


def test_the_newest_changes_are_kept(session, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "STEPS", 3)
    for value in range(5):
        session.set_value(1, 0.1 * value)
    again = FitSession.load(session.save(tmp_path / "burst"))
    for value in (0.3, 0.2, 0.1):
        again.undo()
        assert again.get().values[0] == pytest.approx(value)
    with pytest.raises(ParameterError, match="nothing to undo"):
        again.undo()
    again.close()


def test_a_loaded_session_goes_on(worked, tmp_path):
    again = FitSession.load(worked.save(tmp_path / "burst"))
    again.infer.unlink([11])
    again.undo()
    assert again.infer.par[6].mates == (11,)
    again.fit()
    assert again.wait(120).number > again.state.runs[0].number
    rows = views.view(again.state, again.evaluation())["criteria"]["rows"]
    assert all(row["comparable"] for row in rows)
    assert sum(row["weight"] is not None for row in rows) == 1  # one question, one weight, whenever it was asked
    again.close()


def test_saving_again_replaces_the_file(worked, tmp_path):
    path = worked.save(tmp_path / "a.speclab")
    worked.infer.par[1].val = -1.3
    assert worked.save(path) == path
    assert archive.load(path).setup.values[0] == -1.3


def test_what_is_no_session_says_so(tmp_path):
    with pytest.raises(DataError, match="no such session file"):
        FitSession.load(tmp_path / "nothing.speclab")
    (tmp_path / "bad.speclab").write_bytes(b"not a zip")
    with pytest.raises(SerializationError):
        FitSession.load(tmp_path / "bad.speclab")


@pytest.mark.parametrize("version", [99, "1", True])
def test_a_version_that_is_not_known_is_refused(worked, tmp_path, monkeypatch, version):
    monkeypatch.setattr(archive, "VERSION", version)
    path = worked.save(tmp_path / "a.speclab")
    monkeypatch.undo()
    with pytest.raises(DataError, match=r"a\.speclab was saved by a newer spec_lab, or changed"):
        FitSession.load(path)
