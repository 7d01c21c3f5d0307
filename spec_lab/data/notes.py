"""Contradictions found while reading, said once.

A reader does not warn by itself: it writes a sentence into `Notes`, and whoever opened the outermost `collecting()`
turns all of them into *one* `SpecLabWarning`. So a spectrum read alone warns once, and a `DataUnit` that reads four
files warns once too. Errors are not here: they are raised where they are found.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from spec_lab._base import SpecLabWarning

_OPEN: ContextVar[list[str] | None] = ContextVar("spec_lab_data_notes", default=None)


@contextmanager
def collecting() -> Iterator[list[str]]:
    """Gather the notes of everything read inside; the outermost block warns once, when it ends well."""
    outer = _OPEN.get()
    if outer is not None:
        yield outer
        return
    notes: list[str] = []
    token = _OPEN.set(notes)
    try:
        yield notes
    finally:
        _OPEN.reset(token)
    if notes:
        warnings.warn("\n".join(dict.fromkeys(notes)), SpecLabWarning, stacklevel=4)


def note(where: str, found: str, done: str, override: str) -> None:
    """Write one contradiction down: where it is, what was found, what was done, and the argument that overrides it."""
    with collecting() as notes:
        notes.append(f"{where}: {found}; {done} ({override}).")
