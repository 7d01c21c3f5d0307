"""Files as users name them: a path, `path{n}` or an open binary file, and the bytes in it.

Whatever goes wrong leaves as a `DataError` that names the file. Nothing here knows a format; whether a file is FITS, NPZ or
text is told by `file_kind`, its meaning is in `ogip` and `textfile`.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from spec_lab._base import Content, DataError
from spec_lab.data.annotations import FileLike, GivenWhole

MOST_TEXT = 64_000_000  # bytes: a million channels
DAMAGED = "The gzip stream is damaged: get the file again."

if TYPE_CHECKING:
    AnyFile = TypeVar("AnyFile", bound=FileLike)
else:
    AnyFile = Any
Given = TypeVar("Given")
_BRACES = re.compile(r"^(?P<path>.*)\{(?P<row>[^{}]*)\}$")


@contextmanager
def reading(where: str, hint: str | None = None) -> Iterator[None]:
    """Turn every failure inside into a `DataError` about `where`; a `DataError` passes unchanged."""
    try:
        yield
    except DataError:
        raise
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:
        text = str(error).strip().splitlines()
        reason = f"{type(error).__name__}: {text[0][:300]}" if text else type(error).__name__
        raise DataError(f"{where} cannot be read ({reason})", hint=hint) from error


def file_name(file: FileLike) -> str:
    """The name a message shows for a path or a file object."""
    if isinstance(file, str | os.PathLike):
        return Path(file).name
    return Path(str(getattr(file, "name", None) or "<file object>")).name


def split_row(file: AnyFile) -> tuple[AnyFile | str, int | None]:
    """Take `file{n}` apart.

    Returns:
        The file and the row counted from 0, or None where no row is named. XSPEC's braces count from 1.
    """
    path = Path(file) if isinstance(file, str | os.PathLike) else None
    match = None if path is None else _BRACES.match(str(path))
    if match is None or path is None or not absent(path.expanduser()):  # a file may be called that
        return file, None
    text = match["row"].strip()
    if not text.isdigit() or int(text) < 1:
        raise DataError(f"the row of {file_name(file)!r} must be a number", got=text, allowed="{1}, {2}, …")
    return match["path"], int(text) - 1


def numbered(value: Given) -> Given:
    """`"file:4"` as `("file", 4)`: what bayspec writes for a row or version; anything else as it is."""
    if not isinstance(value, str):
        return value
    path, colon, number = value.rpartition(":")
    if not colon or not number.isdigit() or not path or not absent(Path(value).expanduser()):
        return value
    return value if absent(Path(path).expanduser()) else cast(Given, (path, int(number)))


def at_index(file: AnyFile, index: int | None) -> tuple[AnyFile | str, int | None]:
    """A file and the row or version in it, given apart or as `"file:4"`."""
    if index is not None:
        return file, index
    named: Any = numbered(file)
    return named if isinstance(named, tuple) else (file, None)


def same_file_name(name: str, file: FileLike) -> bool:
    """Whether a name of a header means this very file, gzipped or not."""
    return Path(str(name).strip()).name.removesuffix(".gz") == file_name(file).removesuffix(".gz")


def check_index(what: str, value: GivenWhole) -> None:
    """Refuse a row or version that is no whole number; None means that none was chosen."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | np.integer)):
        raise DataError(f"{what} must be a whole number", got=value)


def folder_of(file: FileLike) -> Path | None:
    """The folder in which the names of a header are looked up; None for a file object."""
    return Path(file).resolve().parent if isinstance(file, str | os.PathLike) else None


def absent(path: Path) -> DataError | None:
    """Why there is nothing to read at a path; None where there is."""
    text = str(path)
    name = path.name if len(path.name) < 200 else f"{path.name[:200]}…"
    if re.match(r"\w+:/", text) and not path.drive:
        return DataError(f"{name!r} is an address, not a file", got=text[:200], hint="Download it first.")
    try:
        if path.is_dir():
            return DataError(f"{name!r} is a folder, not a file", got=text)
        if not path.is_file():
            return DataError(f"there is no file {name!r}", got=text[:200], hint="Check the name and the folder.")
        if not os.access(path, os.R_OK):
            return DataError(f"{name!r} may not be read", got=text, hint="Its permissions forbid it.")
    except (OSError, ValueError) as error:
        return DataError(f"there can be no file {name!r} ({error})"[:300])
    return None


_ORIGIN = "_file"  # beside the fields of an object, so that a changed copy does not have it


def remember_file(held: object, file: FileLike, number: int | None = None) -> None:
    """Write down which file an object is, as it stands; a file object has no name to write down.

    Args:
        held: What was read.
        file: What it was read from.
        number: Which one of several in there, from 1, as `file{n}` has it.
    """
    if isinstance(file, str | os.PathLike):
        path, row = split_row(file)
        number = number if row is None else row + 1
        vars(held)[_ORIGIN] = str(Path(path).expanduser().resolve()) + ("" if number is None else f"{{{number}}}")


def file_of(held: object) -> str | None:
    """The FITS file that an object is, as an absolute path or `path{n}`; None where it is none, or was changed since."""
    return vars(held).get(_ORIGIN)


@contextmanager
def opened(file: FileLike) -> Iterator[Content]:
    """Open a path, or take a binary file object, which is put back where it stood.

    Raises:
        DataError: No such file, a folder, or a file opened as text.
    """
    if isinstance(file, str | os.PathLike):
        path = Path(file).expanduser()
        if refusal := absent(path):
            raise refusal
        with path.open("rb") as stream:
            yield Content.of(stream)
        return
    if not callable(getattr(file, "read", None)) or not callable(getattr(file, "seek", None)):
        raise DataError("a file must be a path or a seekable binary file", got=file, allowed="str, pathlib.Path, file")
    place = file.tell()
    try:
        if not isinstance(file.read(0), bytes):
            raise DataError(f"{file_name(file)} is open as text", hint="Open it with mode 'rb'.")
        yield Content.of(file)
    finally:
        file.seek(place)


def content_of(file: FileLike, most: int = MOST_TEXT) -> bytes:
    """All bytes of a small file, such as a text, out of its gzip stream if it lies in one.

    Args:
        file: Path or binary file object.
        most: The largest number of bytes that is read.

    Raises:
        DataError: As `opened`, a damaged gzip stream, or more bytes.
    """
    name = file_name(file)
    with opened(file) as content, reading(name, hint=DAMAGED if content.zipped else None):
        held = content.stream.read(most + 1)
    if len(held) > most:
        raise DataError(
            f"{name} is too large", got=f"more than {most / 1e6:.0f} MB", allowed="FITS, for so many numbers"
        )
    return held
