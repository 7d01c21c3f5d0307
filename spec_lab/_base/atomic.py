"""Files and folders that are there whole or not at all, whatever happens while they are written.

Everything is written beside its place, under a hidden name with the number of the writing process, and takes its place in one
step. A process that is killed leaves such a part behind; the next writer of the same place removes it. A link in the place of a
file is replaced, never followed.
"""

import contextlib
import ctypes
import itertools
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

_PRIVATE = 0o600
_numbers = itertools.count()  # two threads may write the same place


@contextlib.contextmanager
def written_whole(path: str | Path, *, private: bool = False) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when the block ends without an error.

    Args:
        path: Where the file shall be; its folder is made if missing.
        private: Whether only the owner may read it.

    Example:
        >>> import tempfile
        >>> from spec_lab._base import written_whole
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with written_whole(Path(folder) / "a.txt") as part:
        ...         _ = part.write_text("whole")
        ...     (Path(folder) / "a.txt").read_text()
        'whole'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE if private else 0o666))
    try:
        yield part
        _to_disk(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    _place_to_disk(path.parent)


def replace_folder(path: str | Path, fill: Callable[[Path], None]) -> None:
    """Make a folder, or put another in its place in one step where the system can do that.

    Args:
        path: Where the folder shall be; a folder that is there goes when the new one is complete.
        fill: Writes the contents into the empty folder it is given.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _part(path)
    part.mkdir()
    try:
        fill(part)
        for file in part.iterdir():
            _to_disk(file)
        if not path.exists() or path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            os.replace(part, path)
        elif not _exchange(part, path):
            _swap(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)  # after an exchange this is the former folder
    _place_to_disk(path.parent)


def _part(path: Path) -> Path:
    """The hidden name to write under; parts that dead processes left are removed."""
    pattern = re.compile(re.escape(f".{path.stem}.") + r"(\d+)-\d+\.part" + re.escape(path.suffix))
    for other in path.parent.iterdir():
        if (found := pattern.fullmatch(other.name)) and not _alive(int(found[1])):
            with contextlib.suppress(OSError):  # another process removes it, too
                shutil.rmtree(other) if other.is_dir() and not other.is_symlink() else other.unlink()
    return path.with_name(f".{path.stem}.{os.getpid()}-{next(_numbers)}.part{path.suffix}")


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place_to_disk(folder: Path) -> None:
    with contextlib.suppress(
        OSError
    ):  # folders cannot be synchronised everywhere; what was written is there all the same
        _to_disk(folder)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step (renameat2 of Linux, renamex_np of macOS); False where that cannot be done."""
    library = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            return library.renamex_np(os.fsencode(one), os.fsencode(other), 2) == 0
        here = -100  # AT_FDCWD
        return library.renameat2(here, os.fsencode(one), here, os.fsencode(other), 2) == 0
    except AttributeError:  # neither
        return False


def _swap(part: Path, path: Path) -> None:
    """The same in two steps; what was there comes back if the second fails."""
    former = part.with_name(part.name + ".former")
    os.replace(path, former)
    try:
        os.replace(part, path)
    except OSError:
        os.replace(former, path)
        raise
    shutil.rmtree(former, ignore_errors=True)
