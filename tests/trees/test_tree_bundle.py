"""Files: folders and zips, overwriting, atomicity, and every damage a `SerializationError` that names the file."""

import contextlib
import hashlib
import json
import os
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tree_samples import Box, Group, Line, Options, Serialized, Spectrum, array_values, same

from spec_lab._base import atomic
from spec_lab.tree import SerializationError, StructError
from spec_lab.tree.io import bundle, export, load

PATHS = ["saved", "saved.zip"]


@pytest.fixture(params=PATHS)
def path(request, tmp_path):
    return tmp_path / request.param


def sample():
    return Box([Spectrum(np.arange(3.0)), Line(jnp.ones(2, "float32")), Group(1), Options(2), *array_values()])


def rewrite(path, name, change):
    """Change one member of a bundle in place."""
    if path.is_dir():
        (path / name).write_bytes(change((path / name).read_bytes()))
        return
    with zipfile.ZipFile(path) as archive:
        members = {info: archive.read(info) for info in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in members.items():
            archive.writestr(info, content)


def edit(path, change, *, redigest=False):
    """Change the manifest's JSON."""

    def rewritten(content):
        head = json.loads(content)
        change(head)
        if redigest:
            head["digests"]["manifest.json"] = bundle._digest_of(head)
        return json.dumps(head).encode()

    rewrite(path, "manifest.json", rewritten)


def test_round_trip(path):
    original = sample()
    assert export(original, path) == path
    back = load(path)
    assert back.value[0].total == 3.0 and back.value[3] == Options(2)
    for a, b in zip(original.value[4:], back.value[4:], strict=True):
        assert same(a, b)
    assert Box.load(path).value[2] == Group(1)
    assert Box.load(str(path)).value[2] == Group(1)


def test_members(path):
    sample().export(path)
    if path.is_dir():
        names = sorted(p.name for p in path.iterdir())
    else:
        with zipfile.ZipFile(path) as archive:
            names = sorted(archive.namelist())
    assert names == ["arrays.npz", "manifest.json"]


def test_parent_folders_are_made(tmp_path):
    assert Box.load(Box(1).export(tmp_path / "a" / "b" / "c.zip")) == Box(1)


def test_overwriting(path):
    Box(1).export(path)
    with pytest.raises(FileExistsError, match="overwrite"):
        Box(2).export(path)
    assert Box.load(path).value == 1
    Box(2).export(path, overwrite=True)
    assert Box.load(path).value == 2
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_folder_that_is_no_export_is_never_replaced(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match="no export"):
        Box(1).export(home, overwrite=True)
    assert (home / "thesis.tex").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    Box(1).export(tmp_path / "empty", overwrite=True)


def test_a_file_may_become_a_folder_and_back(tmp_path):
    target = tmp_path / "x"
    target.write_text("a file")
    Box(1).export(target, overwrite=True)
    assert Box.load(target).value == 1


def test_nothing_there(path):
    with pytest.raises(FileNotFoundError):
        load(path)


def test_a_refused_value_leaves_nothing_and_keeps_what_was_there(path):
    with pytest.raises(SerializationError):
        Box([np.ones(3), b"no"]).export(path)
    assert list(path.parent.iterdir()) == []
    Box(1).export(path)
    with pytest.raises(SerializationError):
        Box(object()).export(path, overwrite=True)
    assert Box.load(path).value == 1


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_nothing_and_keeps_what_was_there(path, step, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
        patch.setattr(os, step, fail)
        Box(1).export(path)
    assert list(path.parent.iterdir()) == []
    Box(1).export(path)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
        patch.setattr(atomic, "_exchange", lambda one, other: False)
        patch.setattr(os, step, fail)
        Box(2).export(path, overwrite=True)
    assert Box.load(path).value == 1
    assert [p.name for p in path.parent.iterdir()] == [path.name]


# damage


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_truncated_members(path, name, share):
    sample().export(path)
    rewrite(path, name, lambda content: content[: int(share * len(content))])
    with pytest.raises(SerializationError, match=path.name):
        load(path)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.99])
def test_truncated_zips(tmp_path, share):
    path = sample().export(tmp_path / "saved.zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(SerializationError, match=r"saved\.zip"):
        load(path)


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path):
    path = Box(np.arange(4, dtype="int16")).export(tmp_path / "saved.zip")
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        with contextlib.suppress(SerializationError):
            assert same(load(path).value, np.arange(4, dtype="int16"))


@pytest.mark.parametrize("name", ["manifest.json", "arrays.npz"])
def test_missing_members(path, name, tmp_path):
    sample().export(path)
    if path.is_dir():
        (path / name).unlink()
    else:
        with zipfile.ZipFile(path) as archive:
            members = {info: archive.read(info) for info in archive.namelist() if info != name}
        with zipfile.ZipFile(path, "w") as archive:
            for info, content in members.items():
                archive.writestr(info, content)
    with pytest.raises(SerializationError, match=name):
        load(path)


def test_changed_contents(path):
    Spectrum(np.arange(3.0), 5.0).export(path)
    edit(path, lambda head: head["manifest"]["fields"].update(exposure=6.0))
    with pytest.raises(SerializationError, match="changed after"):
        load(path)


def test_changed_arrays(path):
    Box(np.arange(3.0)).export(path)
    other = path.with_name("other" + path.suffix)
    Box(np.arange(3.0) + 1).export(other)
    content = (other / "arrays.npz").read_bytes() if other.is_dir() else zipfile.ZipFile(other).read("arrays.npz")
    rewrite(path, "arrays.npz", lambda _: content)
    with pytest.raises(SerializationError, match=r"arrays\.npz was changed"):
        load(path)


@pytest.mark.parametrize("version", [2, 99, 0, True, "1", None])
def test_future_and_foreign_versions(path, version):
    Box(1).export(path)
    edit(path, lambda head: head.update(version=version))
    with pytest.raises(SerializationError, match="version"):
        load(path)


@pytest.mark.parametrize("ref", ["os:system", "subprocess:Popen", "no_such_package:X"])
def test_foreign_references(path, ref):
    Box(1).export(path)
    edit(path, lambda head: head["manifest"].update(type=ref), redigest=True)
    with pytest.raises(
        SerializationError, match=r"saved files may name|not registered for saving|does not lead to a class"
    ):
        load(path)


def test_tampered_shapes_and_dtypes(path):
    for change in ({"shape": [4]}, {"dtype": "bfloat16"}, {"dtype": "uint16"}, {"dtype": "nonsense"}):
        Box(jnp.ones(3, "float32")).export(path, overwrite=True)
        edit(path, lambda head, change=change: head["arrays"]["arr_000000"].update(change), redigest=True)
        with pytest.raises(SerializationError, match="arr_000000"):
            load(path)


def test_pickles_are_never_read(tmp_path):
    path = Box(np.ones(1)).export(tmp_path / "saved")
    np.savez(path / "arrays.npz", arr_000000=np.array([print], dtype=object))
    forged = hashlib.sha256((path / "arrays.npz").read_bytes()).hexdigest()
    edit(path, lambda head: head["digests"].update({"arrays.npz": forged}))
    with pytest.raises(SerializationError, match="allow_pickle"):
        load(path)


def test_garbage(path):
    for content in (b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 100_000):
        Box(1).export(path, overwrite=True)
        rewrite(path, "manifest.json", lambda _, content=content: content)
        with pytest.raises(SerializationError):
            load(path)


def test_a_file_that_is_no_zip(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(SerializationError, match=r"notes\.txt"):
        load(path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(SerializationError, match=r"manifest\.json"):
        load(tmp_path / "folder")


def test_wrong_class(path):
    Box(1).export(path)
    with pytest.raises(SerializationError, match="Spectrum"):
        Spectrum.load(path)
    with pytest.raises(StructError):
        load(path, expected_cls=Line)


def test_adapters_with_serializers(path):
    export(Serialized([1, np.ones(2)], "t"), path)
    assert load(path).data[0] == 1


def test_prng_keys_draw_the_same_after_loading(path):
    key = jax.random.key(42)
    Box(key).export(path)
    assert jax.random.normal(Box.load(path).value) == jax.random.normal(key)
