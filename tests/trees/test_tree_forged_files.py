"""What a forged file can name: nothing but classes of the registry, savable functions, and what the person declared."""

import json
import os
import zipfile

import numpy as np
import pytest
from tree_samples import Box, module_level

from spec_lab import BayesInfer, datasets
from spec_lab.models import cpl
from spec_lab.session import FitSession
from spec_lab.tree import SerializationError, Struct, io, savable
from spec_lab.tree.io import bundle, from_state_dict, sizes, to_state_dict
from spec_lab.tree.references import _former_names, find_saved_class, present_name

WORDS = {"__kind__": "dict", "items": [["unit", ""], ["label", "x"], ["doc", "x"]]}
METADATA = {
    "__kind__": "registered-pytree",
    "mode": "serializer",
    "type": "spec_lab.variables.metadata:Metadata",
    "payload": WORDS,
}


def variable(kind, **fields):
    """A saved variable of our own making."""
    items = [*fields.items(), ["metadata", METADATA]]
    ref = f"spec_lab.variables.{kind}"
    return {"__kind__": "registered-pytree", "mode": "serializer", "type": ref, "payload": _dict(items)}


def _dict(items):
    return {"__kind__": "dict", "items": [list(item) for item in items]}


def function(ref):
    return {"__kind__": "function", "ref": ref}


TARGETS = [
    "spec_lab.session.archive:os.system",
    "os:system",
    "posix:system",
    "subprocess:call",
    "builtins:eval",
    "spec_lab.tree.io.bundle:export",
    "spec_lab.tree.io.bundle:shutil.rmtree",
    "spec_lab.tree.references:importlib.import_module",
    "spec_lab.tree.references:allow_package",
    "spec_lab.session.archive:save",
    "jax.numpy:save",
]


def forge(path, change):
    """Change a saved file as somebody would who knows how it is made, digests included."""
    with zipfile.ZipFile(path) as archive:
        head, arrays = json.loads(archive.read("manifest.json")), archive.read("arrays.npz")
    change(head["manifest"])
    head["digests"]["manifest.json"] = bundle._digest_of(head)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(head))
        archive.writestr("arrays.npz", arrays)


def replace_alpha(part, evil):
    """Put a forged variable in the place of every spectral index."""
    if isinstance(part, list):
        for item in part:
            replace_alpha(item, evil)
    elif isinstance(part, dict):
        if part.get("type") == "spec_lab.models.library.powerlaws:cpl":
            part["fields"]["alpha"] = evil
            return
        for item in part.values():
            replace_alpha(item, evil)


def forged_variables(command):
    for ref in TARGETS:
        yield variable("variable:Derived", fn=function(ref), raw_value=command)
    call = {"args": {"__kind__": "tuple", "items": [command]}, "kwargs": _dict([])}
    yield variable("wrappers:Parameterized", fn=function(TARGETS[0]), **call)
    for ref in ("subprocess:Popen", "spec_lab.session.session:FitSession", "pathlib:Path"):
        yield variable("variable:Derived", fn={"__kind__": "class", "type": ref}, raw_value=command)
    elementary = _dict([("elementary", "exp")])
    yield variable("variable:Derived", fn=elementary, raw_value=command)


@pytest.mark.parametrize("how", ["zip", "folder", "session", "recovered session"])
def test_a_forged_fit_runs_nothing_and_says_what_it_refuses(how, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    infer = BayesInfer([(datasets.load("burst"), cpl())])
    for i, evil in enumerate(forged_variables("touch forged")):
        if how in ("zip", "folder"):
            path = infer.export(tmp_path / f"fit{i}.zip")
        else:
            path = FitSession(infer).save(tmp_path / "kept" / f"s{i}.speclab")
        forge(path, lambda manifest, evil=evil: replace_alpha(manifest, evil))
        if how == "folder":
            folder = tmp_path / f"fit{i}"
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            path = folder
        with pytest.raises(SerializationError, match="cannot load"):
            if how in ("zip", "folder"):
                BayesInfer.load(path)
            elif how == "session":
                FitSession.load(path)
            else:
                FitSession.recover(0, tmp_path / "kept")
    assert not (tmp_path / "forged").exists()


@pytest.mark.parametrize("ref", TARGETS)
def test_functions_that_are_not_marked_are_not_found(ref):
    with pytest.raises(SerializationError):
        from_state_dict({**to_state_dict(Box(1)), "manifest": function(ref)})


@pytest.mark.parametrize(
    "ref", ["spec_lab.session.session:FitSession", "spec_lab.session.archive:Path", "subprocess:Popen", "os:_Environ"]
)
def test_classes_that_are_not_registered_are_not_found(ref):
    with pytest.raises(SerializationError):
        from_state_dict({**to_state_dict(Box(1)), "manifest": {"__kind__": "class", "type": ref}})


def test_a_module_is_not_imported_because_a_file_names_it(tmp_path, monkeypatch):
    import sys

    (tmp_path / "spec_lab_trap.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("spec_lab_trap", "spec_lab.no_such_floor", "spec_lab._launch.steps", "antigravity"):
        for kind in ({"__kind__": "class", "type": f"{module}:X"}, function(f"{module}:X")):
            with pytest.raises(SerializationError):
                from_state_dict({**to_state_dict(Box(1)), "manifest": kind})
    assert "spec_lab_trap" not in sys.modules and "antigravity" not in sys.modules


@savable
def halve(x):
    return x / 2


def test_marked_functions_travel():
    assert from_state_dict(to_state_dict(Box(halve))).value is halve


@pytest.mark.parametrize("what", [lambda x: x, 3, Box, None])
def test_savable_wants_a_function_with_a_name(what):
    with pytest.raises(SerializationError, match="lasting name"):
        savable(what)


def test_allow_holds_for_one_load_only(packages, tmp_path):
    with pytest.raises(SerializationError, match=r"savable.*allow_package\('tree_samples'\)"):
        to_state_dict(Box(module_level))
    from spec_lab.tree import references

    with references.allowing("tree_samples"):
        path = Box(module_level).export(tmp_path / "box.zip")
    with pytest.raises(SerializationError, match=r"allow='tree_samples'"):
        Box.load(path)
    assert Box.load(path, allow="tree_samples").value is module_level
    assert Box.load(path, allow=("tree_samples",)).value is module_level
    with pytest.raises(SerializationError):
        Box.load(path)


# what a file claims


def test_a_file_without_digests_is_refused(tmp_path):
    path = Box(np.ones(2)).export(tmp_path / "box.zip")
    for lost in ("manifest.json", "arrays.npz", None):
        Box(np.ones(2)).export(path, overwrite=True)
        with zipfile.ZipFile(path) as archive:
            head, arrays = json.loads(archive.read("manifest.json")), archive.read("arrays.npz")
        if lost is None:
            del head["digests"]
        else:
            del head["digests"][lost]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps(head))
            archive.writestr("arrays.npz", arrays)
        with pytest.raises(SerializationError, match="digest"):
            io.load(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fit.zip")
    with pytest.raises(SerializationError, match="a pipe"):
        io.load(tmp_path / "fit.zip")


def test_claims_are_compared_before_anything_is_unpacked(tmp_path, monkeypatch):
    path = Box(np.zeros(200_000)).export(tmp_path / "box.zip")
    forge(path, lambda manifest: None)
    monkeypatch.setattr(sizes, "_needed", lambda name, about: 8)
    with pytest.raises(SerializationError, match=r"array 'arr_000000' is too large; got '1600\d+ bytes"):
        io.load(path)


@pytest.mark.parametrize("part", ["MANIFEST_MOST", "ARRAYS_MOST"])
def test_parts_that_are_too_large_are_not_read(part, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, part, 10)
    for name in ("box.zip", "box"):
        with pytest.raises(SerializationError, match="too large"):
            io.load(Box(np.zeros(20)).export(tmp_path / name))


# names that moved


def test_former_names_lead_to_something():
    for former in _former_names():
        if ":" in former:
            found = find_saved_class(former)
            assert isinstance(found, type)


def test_a_class_that_moved_is_found_by_its_former_name(monkeypatch):
    table = {"old.place": "tree_samples", "old.place:Crate": "tree_samples:Box", "older:Chest": "old.place:Crate"}
    monkeypatch.setattr("spec_lab.tree.references._former_names", lambda: table)
    for ref in ("old.place:Box", "old.place:Crate", "older:Chest", "tree_samples:Box"):
        assert present_name(ref) == "tree_samples:Box" and find_saved_class(ref) is Box
    looped = {"a:X": "b:X", "b:X": "a:X"}
    monkeypatch.setattr("spec_lab.tree.references._former_names", lambda: looped)
    with pytest.raises(SerializationError, match="circle"):
        present_name("a:X")


class Kept(Struct):
    x: int


def test_a_struct_of_this_program_is_found_without_an_import():
    assert from_state_dict(to_state_dict(Kept(3))).x == 3
