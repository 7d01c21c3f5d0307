"""What kind of file is this? FITS (plain or gzipped), NPZ, or text: told from its first bytes, never from its name."""

import os
from pathlib import Path
from typing import Any

from spec_lab._base import DataError
from spec_lab.data.fitsfile import file_name, split_row


def first_bytes(file: Any, n: int = 8) -> bytes:
    """The first bytes of a path or a binary file object, which is put back where it stood."""
    file, _ = split_row(file)
    if isinstance(file, str | os.PathLike):
        path = Path(file).expanduser()
        if not path.is_file():
            found = "a folder, not a file" if path.is_dir() else "not there"
            raise DataError(f"the file {path.name!r} is {found}", got=str(file), hint="Check the name and the folder.")
        with path.open("rb") as stream:
            return stream.read(n)
    if not callable(getattr(file, "read", None)) or not callable(getattr(file, "seek", None)):
        raise DataError("a file must be a path or a seekable binary file", got=file)
    place = file.tell()
    head = file.read(n)
    file.seek(place)
    if not isinstance(head, bytes):
        raise DataError(f"{file_name(file)} is open as text", hint="Open it with mode 'rb'.")
    return head


def is_fits(file: Any) -> bool:
    """True for FITS and for anything gzipped; False for NPZ and text.

    Raises:
        DataError: The file is empty, absent, or a binary of no known kind.
    """
    head = first_bytes(file)
    if not head:
        raise DataError(f"{file_name(split_row(file)[0])} is empty")
    if head[:6] == b"SIMPLE" or head[:2] == b"\x1f\x8b":
        return True
    if is_npz(file) or all(byte in b"\t\n\r" or 32 <= byte < 127 or byte >= 0xC2 for byte in head):
        return False
    raise DataError(f"{file_name(split_row(file)[0])} is neither FITS, NPZ nor text", got=head)


def is_npz(file: Any) -> bool:
    """True for NumPy's zipped arrays."""
    return first_bytes(file)[:2] == b"PK"
