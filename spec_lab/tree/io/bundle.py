"""Files: `manifest.json` and `arrays.npz`, in a folder or in one `.zip`; written aside, then moved into place.

A write that fails leaves what was there. Digests tell a damaged file from a sound one: of the arrays file, and of the
manifest's contents; a file without them is refused. They guard against accidents, not against forgery; what a forged file
could reach is limited in `tree.references` (which names lead anywhere), `decode` (no pickles) and `sizes` (what a file claims to
hold is asked before anything is read).
"""

import contextlib
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import replace_folder, written_whole
from spec_lab.tree.errors import SerializationError
from spec_lab.tree.io import arrays as array_rules
from spec_lab.tree.io.decode import check_head, decode
from spec_lab.tree.io.encode import encode
from spec_lab.tree.io.sizes import ARRAYS_MOST, MANIFEST_MOST, check_members, check_regular, check_size
from spec_lab.tree.references import allowing

MANIFEST, ARRAYS = "manifest.json", "arrays.npz"


def export(obj: Any, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write an object to a folder, or to one file if the path ends in `.zip`.

    Args:
        obj: What `to_state_dict` takes.
        path: Where; missing parent folders are made.
        overwrite: Whether an earlier export there may be replaced.

    Returns:
        The path.

    Raises:
        FileExistsError: Something is there, and `overwrite` is False or it is no export.
        SerializationError: Something in the object cannot be saved; nothing is written then.
    """
    path = Path(path)
    _check_target(path, overwrite)
    files = _files(encode(obj, copy=False))
    if path.suffix != ".zip":
        replace_folder(path, lambda folder: _write_folder(folder, files))
        return path
    return _write_zip(path, files)


def write_file(obj: Any, path: str | Path, *, private: bool = False) -> Path:
    """Write an object to one file, whatever its name ends in; a file that is there is replaced when the new one is complete.

    Args:
        obj: What `to_state_dict` takes.
        path: Where; missing parent folders are made.
        private: Whether only the owner may read the file.

    Returns:
        The path.

    Raises:
        SerializationError: Something in the object cannot be saved; nothing is written then.
    """
    return _write_zip(Path(path), _files(encode(obj, copy=False)), private)


def load(path: str | Path, *, expected_cls: type | None = None, allow: str | tuple[str, ...] = ()) -> Any:
    """Read what `export` wrote.

    Args:
        path: The folder or `.zip`.
        expected_cls: Refuse anything that is not an instance of this class.
        allow: Packages of yours, beside those of `allow_package`, whose classes and functions the file may name.

    Raises:
        FileNotFoundError: There is nothing.
        SerializationError: It is damaged, of another version, names what it may not, or is of another class.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no saved object at {path}")
    with _saying(path), allowing(allow):
        manifest_bytes, array_bytes = _read(path)
        head = _parse(manifest_bytes)
        check_head(head)
        _check_digests(head, array_bytes)
        data = _read_arrays(array_bytes, head["arrays"])
        return decode({**head, "array_data": data}, expected_cls=expected_cls, copy=False)


def _check_target(path: Path, overwrite: bool) -> None:
    if not path.exists():
        return
    if not overwrite:
        raise FileExistsError(f"{path} exists; give overwrite=True to replace it")
    if path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
        raise FileExistsError(f"{path} is a folder that no export made; it is not replaced")


def _files(state: dict[str, Any]) -> dict[str, bytes]:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {name: array_rules.for_file(array) for name, array in state["array_data"].items()}
    np.savez_compressed(buffer, **arrays)
    stored = buffer.getvalue()  # compressed, so the zip around it only stores
    head = {key: state[key] for key in ("version", "manifest", "arrays")}
    head["digests"] = {MANIFEST: _digest_of(head), ARRAYS: hashlib.sha256(stored).hexdigest()}
    return {MANIFEST: json.dumps(head, indent=1, sort_keys=True, allow_nan=False).encode(), ARRAYS: stored}


def _digest_of(head: Mapping[str, Any]) -> str:
    parts = {key: head[key] for key in ("version", "manifest", "arrays")}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _write_zip(path: Path, files: Mapping[str, bytes], private: bool = False) -> Path:
    with written_whole(path, private=private) as part:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)  # an export, `_check_target` has seen to that
    return path


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


@contextlib.contextmanager
def _saying(path: Path) -> Iterator[None]:
    """Name the file in every error of reading it."""
    try:
        yield
    except SerializationError as error:
        raise type(error)(f"cannot load {path.name}: {error}") from error
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise SerializationError(f"cannot load {path.name}: {type(error).__name__}: {error}") from error


def _read(path: Path) -> tuple[bytes, bytes]:
    check_regular(path)
    if path.is_dir():
        for name in (MANIFEST, ARRAYS):
            if not (path / name).is_file():
                raise SerializationError(f"the folder has no {name}", hint="export did not write it, or not whole.")
        check_size(MANIFEST, (path / MANIFEST).stat().st_size, MANIFEST_MOST)
        check_size(ARRAYS, (path / ARRAYS).stat().st_size, ARRAYS_MOST)
        return (path / MANIFEST).read_bytes(), (path / ARRAYS).read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(MANIFEST, archive.getinfo(MANIFEST).file_size, MANIFEST_MOST)
            check_size(ARRAYS, archive.getinfo(ARRAYS).file_size, ARRAYS_MOST)
            return archive.read(MANIFEST), archive.read(ARRAYS)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise SerializationError(f"this is no whole zip archive of an export: {error}") from error


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SerializationError(f"{MANIFEST} is no JSON: {error}") from error


def _check_digests(head: Mapping[str, Any], array_bytes: bytes) -> None:
    digests = head.get("digests")
    if not isinstance(digests, dict):
        raise SerializationError(f"{MANIFEST} has no mapping 'digests'", got=digests, hint="export did not write it.")
    found = {MANIFEST: _digest_of(head), ARRAYS: hashlib.sha256(array_bytes).hexdigest()}
    for name, digest in found.items():
        if digests.get(name) != digest:
            raise SerializationError(f"{name} was changed after it was written: its digest differs or is missing")


def _read_arrays(content: bytes, table: Mapping[str, Any]) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            check_members(members, table)
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            names = [name for name in table if name in stored.files]
            return {name: array_rules.from_file(stored[name], table[name], f"array {name!r}") for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.error) as error:
        raise SerializationError(f"{ARRAYS} cannot be read: {error}") from error
