"""Contradictions found while reading, said once.

A reader does not warn by itself: it writes a sentence into `Notes`, and whoever opened the outermost `collect_warnings()`
turns all of them into *one* `SpecLabWarning` (or prints them: `printed_notes`). So a spectrum read alone warns once, and a
`DataUnit` that reads four files warns once too. Errors are not here: they are raised where they are found.
"""

import contextlib
import os
import sys
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from spec_lab._base import SpecLabWarning

WIDTH = 96  # of printed lines: a notebook breaks longer ones within words
_OPEN: ContextVar[list[str] | None] = ContextVar("spec_lab_data_notes", default=None)


@contextmanager
def collect_warnings() -> Iterator[list[str]]:
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
        warnings.warn("\n".join(dict.fromkeys(notes)), SpecLabWarning, stacklevel=_levels_out())


@contextmanager
def printed_notes() -> Iterator[None]:
    """Print what is noted inside instead of warning of it: for notebooks, where it then stands beside the result, once.

    Example:
        >>> with printed_notes():
        ...     note("source 'a.pha'", "no BACKSCAL", "taken as 1", "use replace(backscale=...)")
        Noted while reading:
        - source 'a.pha': no BACKSCAL; taken as 1 (use replace(backscale=...)).
    """
    notes: list[str] = []
    token = _OPEN.set(notes)
    try:
        yield
    finally:
        _OPEN.reset(token)
        if notes:
            lines = [textwrap.fill(f"- {text}", WIDTH, subsequent_indent="  ") for text in dict.fromkeys(notes)]
            print("Noted while reading:", *lines, sep="\n")


def _levels_out() -> int:
    """The stack level of the first frame outside spec_lab, so that the warning points at the user's line."""
    level, frame = 1, sys._getframe(1)
    inside = ("<spec_lab", os.path.dirname(os.path.dirname(__file__)), contextlib.__file__)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(inside):
        frame, level = frame.f_back, level + 1
    return level


@contextmanager
def quietly() -> Iterator[None]:
    """Drop what is noted inside: for work done over again, whose notes were said the first time."""
    token = _OPEN.set([])
    try:
        yield
    finally:
        _OPEN.reset(token)


def some(n: int, what: str) -> str:
    """`1 bin`, `2 bins`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def note(where: str, found: str, done: str, override: str) -> None:
    """Write one contradiction down: where it is, what was found, what was done, and the argument that overrides it."""
    with collect_warnings() as notes:
        notes.append(f"{where}: {found}; {done} ({override}).")
