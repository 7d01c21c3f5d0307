"""What kind of file is this? FITS, NPZ, or text, plain or gzipped: told from its first bytes, never from its name."""

import os
import zlib
from pathlib import Path

from spec_lab._base import DataError
from spec_lab.data.annotations import FileLike
from spec_lab.data.files import absent, file_name, split_row

_ENOUGH = 512  # bytes of a gzip stream that give the first of its content


def first_bytes(file: FileLike, n: int = 8) -> bytes:
    """The first bytes of a path or a binary file object (put back where it stood), of what a gzip stream holds."""
    file, _ = split_row(file)
    head = _head(file)
    if head[:2] == b"\x1f\x8b":
        try:
            return zlib.decompressobj(31).decompress(head, n)
        except zlib.error as error:
            hint = "The gzip stream is damaged: get the file again."
            raise DataError(f"{file_name(file)} cannot be read ({error})", hint=hint) from error
    return head[:n]


def _head(file: FileLike) -> bytes:
    if isinstance(file, str | os.PathLike):
        path = Path(file).expanduser()
        if refusal := absent(path):
            raise refusal
        with path.open("rb") as stream:
            return stream.read(_ENOUGH)
    if not callable(getattr(file, "read", None)) or not callable(getattr(file, "seek", None)):
        hint = "Wrap it: io.BytesIO(content)." if isinstance(file, bytes | bytearray | memoryview) else None
        shown = type(file).__name__ if hint else file
        raise DataError("a file must be a path or a seekable binary file", got=shown, hint=hint)
    place = file.tell()
    head = file.read(_ENOUGH)
    file.seek(place)
    if not isinstance(head, bytes):
        raise DataError(f"{file_name(file)} is open as text", hint="Open it with mode 'rb'.")
    return head


def is_fits(file: FileLike) -> bool:
    """True for FITS, False for NPZ and text, plain or gzipped.

    Raises:
        DataError: The file is empty, absent, or a binary of no known kind.
    """
    head, name = first_bytes(file), file_name(split_row(file)[0])
    if not head:
        raise DataError(f"{name} is empty")
    if head[:6] == b"SIMPLE":
        return True
    marked = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if head[:2] == b"PK" or marked or all(byte in b"\t\n\r" or 32 <= byte < 127 or byte >= 0x80 for byte in head):
        return False
    raise DataError(f"{name} is neither FITS, NPZ nor text", got=head)


def is_npz(file: FileLike) -> bool:
    """True for NumPy's zipped arrays."""
    return first_bytes(file)[:2] == b"PK"
