"""Files and folders whole or not at all: failures, kills, links, rights, leftovers."""

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from spec_lab._base import atomic, replace_folder, written_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), written_whole(path) as part:
        part.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "before" and names(tmp_path) == ["a.txt"]


def test_folders_are_made_on_the_way(tmp_path):
    with written_whole(tmp_path / "b" / "c" / "a.txt") as part:
        part.write_text("x")
    assert (tmp_path / "b" / "c" / "a.txt").read_text() == "x"


def test_private_files_are_the_owners_from_the_beginning(tmp_path):
    path = tmp_path / "a.txt"
    with written_whole(path, private=True) as part:
        part.write_text("x")
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "link").symlink_to("precious")
    with written_whole(tmp_path / "link") as part:
        part.write_text("x")
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "link").is_symlink() and (tmp_path / "link").read_text() == "x"
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "precious").write_text("mine")
    (tmp_path / "link2").symlink_to("folder")
    replace_folder(tmp_path / "link2", lambda folder: (folder / "new").write_text("x"))
    assert names(tmp_path / "folder") == ["precious"] and names(tmp_path / "link2") == ["new"]


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    place = tmp_path / "saved"
    for word in ("one", "two"):
        replace_folder(place, lambda folder, word=word: (folder / word).write_text(word))
        assert names(place) == [word] and names(tmp_path) == ["saved"]
    with pytest.raises(ZeroDivisionError):
        replace_folder(place, lambda folder: [(folder / "three").write_text("x"), 1 / 0])
    assert names(place) == ["two"] and names(tmp_path) == ["saved"]


def test_a_folder_takes_the_place_of_a_file(tmp_path):
    (tmp_path / "saved").write_text("x")
    replace_folder(tmp_path / "saved", lambda folder: (folder / "a").write_text("y"))
    assert names(tmp_path / "saved") == ["a"]


def test_parts_of_dead_processes_are_removed_and_those_of_living_ones_kept(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getppid()):
        (tmp_path / f".a.{process}-0.part.txt").write_text("half")
        (tmp_path / f".b.{process}-0.part").mkdir()
    with written_whole(tmp_path / "a.txt") as part:
        part.write_text("x")
    replace_folder(tmp_path / "b", lambda folder: None)
    assert names(tmp_path) == sorted([f".a.{os.getppid()}-0.part.txt", f".b.{os.getppid()}-0.part", "a.txt", "b"])


def _write_for_ever(folder, whole):
    for i in range(10**6):
        text = str(i % 10) * 200_000
        if whole == "file":
            with written_whole(folder / "a") as part:
                part.write_text(text)
        else:
            replace_folder(folder / "a", lambda new, text=text: [(new / n).write_text(text) for n in ("x", "y")])


@pytest.mark.parametrize("whole", ["file", "folder"])
def test_a_killed_writer_leaves_something_whole(tmp_path, whole):
    for delay in (0.02, 0.05, 0.11):
        writer = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(tmp_path, whole))
        writer.start()
        while not (tmp_path / "a").exists():
            time.sleep(0.005)
        time.sleep(delay)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        files = [tmp_path / "a"] if whole == "file" else [tmp_path / "a" / n for n in ("x", "y")]
        texts = {file.read_text() for file in files}
        assert len(texts) == 1 and len(texts.pop()) == 200_000
    if whole == "file":
        with written_whole(tmp_path / "a") as part:
            part.write_text("")
    else:
        replace_folder(tmp_path / "a", lambda new: None)
    assert names(tmp_path) == ["a"]
