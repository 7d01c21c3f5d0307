"""Autosave: what is written when, where, how it is taken up again, and that a bad disk harms nothing."""

import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from session_toy import make_infer, same_state

import spec_lab
from spec_lab._base import DataError
from spec_lab.session import FitSession, archive, autosave, views


@pytest.fixture
def kept(session, tmp_path):
    """A session that is kept in an empty folder."""
    session.autosave.begin(tmp_path / "kept")
    return session


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_nothing_is_written_before_something_changes(kept, tmp_path):
    kept.set_live(False)
    assert kept.autosave.flush() and files(tmp_path) == [] and not (tmp_path / "kept").exists()


def test_a_change_is_written_by_a_thread_of_its_own_and_comes_back(kept, infer, tmp_path, monkeypatch):
    threads = []
    save = archive.save
    monkeypatch.setattr(
        archive, "save", lambda *a, **o: threads.append(threading.current_thread().name) or save(*a, **o)
    )
    infer.par[1].val = -1.4
    assert files(tmp_path) == []  # not at once
    assert kept.autosave.flush()
    (name,) = files(tmp_path)
    assert name.startswith("na+b1-") and name.endswith(".speclab") and threads == ["spec_lab-autosave"]
    again = spec_lab.recover(folder=tmp_path / "kept")
    assert same_state(again.get(), kept.get()) and again.journal() == kept.journal()
    assert "Recovered from" in again.state.messages[-1].text
    again.close()


def test_a_fit_is_written_at_its_end(kept, tmp_path):
    kept.fit()
    kept.wait(120)
    deadline = time.monotonic() + 20
    while not files(tmp_path):
        assert time.monotonic() < deadline, "it waited for the minute"
        time.sleep(0.02)
    assert kept.autosave.flush()
    assert len(archive.load(autosave.newest(0, tmp_path / "kept").path).runs) == 1


def test_a_minute_later(session, infer, tmp_path):
    session.autosave.every = 0.15
    session.autosave.begin(tmp_path / "mine.speclab")
    for value in (-1.1, -1.2, -1.3):
        infer.par[1].val = value
    assert not (tmp_path / "mine.speclab").exists()
    deadline = time.monotonic() + 20
    while not (tmp_path / "mine.speclab").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert files(tmp_path) == ["mine.speclab"]
    session.autosave.flush()
    assert archive.load(tmp_path / "mine.speclab").setup.values[0] == -1.3


def test_the_thread_ends_when_there_is_nothing_to_write(kept, infer):
    infer.par[1].val = -1.4
    kept.autosave.flush()
    assert not [t for t in threading.enumerate() if t.name == "spec_lab-autosave"]
    rev = kept.state.rev
    kept.autosave.flush()
    assert kept.state.rev == rev  # a report of a file is no change that is worth a file


def test_what_is_closed_is_written(kept, infer, tmp_path):
    infer.par[1].val = -1.4
    kept.close()
    assert kept.autosave.flush() and len(files(tmp_path)) == 1


def test_a_folder_that_cannot_be_written_is_one_message_and_tried_again(session, infer, tmp_path):
    wall = tmp_path / "wall"
    wall.write_text("a file where the folder should be")
    session.autosave.begin(wall / "kept")
    for value in (-1.1, -1.2, -1.3):
        infer.par[1].val = value
        assert not session.autosave.flush()
    (message,) = session.state.messages
    assert message.level == "warning" and "Autosave cannot write" in message.text
    session.fit()
    assert session.wait(120) is not None  # nothing else minds
    wall.unlink()
    infer.par[1].val = -1.4
    assert session.autosave.flush() and len(session.state.messages) == 1
    assert "Autosaved" in views.autosave(session.state)["text"]


def test_a_full_disk_leaves_the_old_file_whole(kept, infer, tmp_path, monkeypatch):
    infer.par[1].val = -1.4
    kept.autosave.flush()
    before = autosave.newest(0, tmp_path / "kept").path.read_bytes()

    def full(self, name, content):
        self.fp.write(content[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    infer.par[1].val = -1.9
    assert not kept.autosave.flush()
    (name,) = files(tmp_path)
    assert (tmp_path / "kept" / name).read_bytes() == before
    assert "No space left" in kept.state.messages[-1].text


def test_it_can_be_switched_off_and_elsewhere(session, infer, tmp_path, monkeypatch):
    monkeypatch.setenv(autosave.VARIABLE, str(tmp_path / "named"))
    assert session.autosave.begin(True).parent == tmp_path / "named"
    assert session.autosave.begin(False) is None and views.autosave(session.state)["text"] == ""
    infer.par[1].val = -1.4
    assert session.autosave.flush() and files(tmp_path) == []
    monkeypatch.setenv(autosave.VARIABLE, "off")
    assert session.autosave.begin(True) is None


def test_by_default_beside_the_notebook(session, infer, tmp_path, monkeypatch):
    monkeypatch.delenv(autosave.VARIABLE)
    monkeypatch.chdir(tmp_path)
    session.autosave.begin()
    said = views.autosave(session.state)
    assert said["text"] == f"Autosave: a minute after a change, into {Path('.spec_lab', 'autosave')}"
    infer.par[1].val = -1.4
    session.autosave.flush()
    assert [p.parent for p in tmp_path.rglob("*.speclab")] == [tmp_path / ".spec_lab" / "autosave"]
    assert (tmp_path / ".spec_lab" / ".gitignore").read_text() == "*\n"
    assert len(spec_lab.autosaves()) == 1 and "na+b1" in repr(spec_lab.autosaves())
    kept = spec_lab.autosaves()[0].path
    kept.with_name(f".{kept.stem}.4194304-1.part.speclab").write_bytes(b"half")  # a kill while it was being written
    assert [k.path for k in spec_lab.autosaves()] == [kept]


def test_two_sessions_of_one_second_have_two_files(tmp_path):
    sessions = [FitSession(make_infer()) for _ in range(2)]
    paths = {s.autosave.begin(tmp_path) for s in sessions}
    for s in sessions:
        s.close()
    assert len(paths) == 2


def test_old_files_are_pruned_newer_ones_never(kept, infer, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    then = time.time() - 40 * autosave.DAY
    for i in range(autosave.KEPT + 5):
        old = folder / f"old{i:02d}.speclab"
        old.write_text("")
        os.utime(old, (then + i, then + i))
    fresh = folder / "fresh.speclab"
    fresh.write_text("")
    (folder / "notes.txt").write_text("not ours")
    infer.par[1].val = -1.4
    kept.autosave.flush()
    left = files(folder)
    assert len(left) == autosave.KEPT + 1 and "fresh.speclab" in left and "notes.txt" in left
    assert "old24.speclab" in left and "old00.speclab" not in left


def test_recovering_nothing_teaches(tmp_path):
    with pytest.raises(DataError, match="no autosaved session"):
        spec_lab.recover(folder=tmp_path)
    (tmp_path / "x.speclab").write_text("")
    with pytest.raises(DataError, match="no such autosaved session"):
        spec_lab.recover(3, folder=tmp_path)
    assert repr(spec_lab.autosaves(tmp_path / "none")) == "no autosaved sessions"


def test_a_recovered_session_is_not_written_again_until_it_changes(kept, infer, tmp_path):
    infer.par[1].val = -1.4
    kept.autosave.flush()
    again = spec_lab.recover(folder=tmp_path / "kept")
    again.autosave.begin(tmp_path / "other")
    assert again.autosave.flush() and not (tmp_path / "other").exists()
    again.infer.par[1].val = -1.2
    assert again.autosave.flush() and len(files(tmp_path / "other")) == 1
    again.close()


def test_an_interpreter_that_ends_writes_first(tmp_path):
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from session_toy import make_infer\n"
        "from spec_lab.session import FitSession\n"
        "session = FitSession(make_infer())\n"
        "session.autosave.begin()\n"
        "session.infer.par[1].val = -1.7\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), autosave.VARIABLE: str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    again = spec_lab.recover(folder=tmp_path)
    assert again.get().values[0] == -1.7
    again.close()


def test_a_kept_session_is_private_and_no_link_is_written_through(infer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(autosave.VARIABLE, raising=False)
    (tmp_path / "precious.txt").write_text("my notes")
    (tmp_path / ".spec_lab").mkdir()
    (tmp_path / ".spec_lab" / ".gitignore").symlink_to("../precious.txt")
    session = FitSession(infer)
    path = session.autosave.begin(True)
    infer.par[1].val = -1.4
    assert session.autosave.flush() and path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "precious.txt").read_text() == "my notes"
    assert (tmp_path / ".spec_lab" / ".gitignore").read_text() == "*\n"
    session.close()


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
class TestPrivacy:
    """The default place lies in a working directory, which may be a cloned project."""

    def kept(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("SPEC_LAB_AUTOSAVE", raising=False)
        session = FitSession(make_infer())
        session.autosave.begin()
        session.infer.par[1].val = -0.5
        written = session.autosave.flush()
        messages = [message.text for message in session.state.messages]
        session.close()
        return written, messages

    def test_only_the_owner_reads_it(self, monkeypatch, tmp_path):
        assert self.kept(monkeypatch, tmp_path) == (True, [])
        folder = tmp_path / ".spec_lab" / "autosave"
        assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (tmp_path / ".spec_lab" / ".gitignore").read_text() == "*\n"

    @pytest.mark.parametrize("name", [".spec_lab", ".spec_lab/autosave"])
    def test_a_linked_folder_is_not_written_to(self, monkeypatch, tmp_path, name):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(elsewhere)
        written, messages = self.kept(monkeypatch, tmp_path)
        assert not written and "symbolic link" in messages[0]
        assert list(elsewhere.rglob("*")) == []
