"""Files of chains: written whole or not at all, so that a run cut short spoils nothing kept before, and read with suspicion.

A folder that cannot keep anything is refused before a run begins. A disk that fills at its end costs the files, not the draws:
they are told about (`fingerprint.keep_chain`). What a chain belongs to, and what happens to a damaged one, is in `fingerprint`.
"""

import contextlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Shaped
from numpy.lib.npyio import NpzFile

from spec_lab._base import EngineError, written_whole

# What reading a damaged file of arrays raises, whatever was done to it.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    MemoryError,
    OverflowError,
)


def save_arrays(path: Path, **arrays: Shaped[np.ndarray, "..."] | str | float) -> None:
    """Write arrays into one `.npz`; the folder is made if missing."""
    with written_whole(path) as part:
        np.savez(part, **arrays)  # pyright: ignore[reportArgumentType]


def save_text(path: Path, text: str) -> None:
    """Write a text."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def save_table(path: Path, rows: Shaped[np.ndarray, "s columns"]) -> None:
    """Write a table of numbers as text."""
    with written_whole(path) as part:
        np.savetxt(part, rows)


@contextlib.contextmanager
def opened_arrays(path: Path) -> Iterator[NpzFile]:
    """The arrays of `save_arrays`; the file is closed also where it is damaged.

    Raises:
        ValueError: The file claims to be more than it holds.
    """
    with open(path, "rb") as file, np.load(file) as arrays:
        claimed = sum(entry.file_size for entry in arrays.zip.infolist())
        if claimed > path.stat().st_size:  # nothing is compressed
            raise ValueError(f"it claims {claimed} bytes of arrays")
        yield arrays


def check_folders(*folders: str) -> None:
    """Refuse, before anything is sampled, folders that no chain can be kept in; "" is none.

    Raises:
        EngineError: The path is impossible, leads through a file, or may not be written to.
    """
    for folder in filter(None, folders):
        if "\0" in folder:
            raise EngineError("a path cannot contain the character NUL", got=folder, hint="Choose another savepath.")
        try:
            place = next(p for p in (Path(folder), *Path(folder).absolute().parents) if p.exists())
            why = "" if place.is_dir() else f"{place} is a file"
            if not why and not os.access(place, os.W_OK | os.X_OK):
                why = f"{place} may not be written to"
        except OSError as error:
            why = error.strerror or str(error)
        if why:
            raise EngineError(
                f"no chain can be kept in {folder}: {why}", hint="Choose another savepath; None keeps nothing."
            )
