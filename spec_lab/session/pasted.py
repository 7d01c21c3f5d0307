"""What a person pastes into the parameter table, as one edit: a column of values, or names with values.

The text is what a spreadsheet puts on the clipboard (cells between tabs, rows between line ends) or what one types in an
editor (`alpha = -1.2`). A cell is read as a typed value is: a number, a number with a unit, or `=expression`. One bad line and
nothing is pasted; the error names the line, and the row of the table where there is one.

Not here: which rows are meant (the front end knows the selection), or what a typed value means (`typed`).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from spec_lab._base import ParameterError, SpecLabError
from spec_lab.fit import Edit, Setup, Several

MOST = 1000  # lines; no parameter table is longer, and a whole data file on the clipboard is a mistake
_NAMES = ("name", "parameter", "par", "param", "#", "pid")
_VALUES = ("value", "values", "val", "best")
_NAMED = re.compile(r"\s*([A-Za-z_][\w.\[\]]*)(?:\s*[=:]\s*|\s+)(\S.*)")  # "alpha = -1.2", "cpl.alpha -1.2"

Read = Callable[[Setup, Any, Any], Edit]


class PasteError(ParameterError):
    """A line that cannot be pasted; `pid` is the parameter it was meant for, where that is known."""

    def __init__(self, what: str, *, pid: int | None = None, hint: str | None = None, **more: Any):
        super().__init__(what, hint=f"Nothing was pasted. {hint or ''}".rstrip(), **more)
        self.pid = pid


class _Cell(NamedTuple):
    """One value to set: its line (from 1), its parameter (0-based), and the text."""

    line: int
    index: int
    text: str


def paste_edit(setup: Setup, text: Any, pids: tuple[Any, ...], *, down: bool, read: Read) -> Several:
    """The edit for a pasted text.

    Args:
        setup: The present set-up.
        text: Lines of one cell (values, in the order of `pids`) or of two (name or number of a parameter, value).
        pids: The rows a column of values fills, in the order of the table.
        down: Whether `pids` are all rows from the focused one downwards (the column may be shorter) or a selection (one value
            goes to every row of it, else the numbers must agree).
        read: Makes the edit of one value: `read(setup, pid, text)`.

    Raises:
        PasteError: A line that cannot be used; nothing was changed.
    """
    if not isinstance(text, str) or not text.strip():
        raise ParameterError("there is nothing to paste", hint="Copy a column of values, or names and values, first.")
    lines = _lines(text)
    if len(lines) > MOST:
        raise PasteError(f"{len(lines)} lines are too many for a table of parameters", allowed=f"up to {MOST}")
    cells = list(_named(setup, lines) if len(lines[0][1]) > 1 else _column(setup, lines, pids, down))
    if not cells:
        raise PasteError("there is a heading, but no value below it")
    edits = []
    at = setup
    for cell in _consistent(setup, cells):
        edit, at = _applied(at, cell, read)
        edits.append(edit)
    return Several(tuple(edits), f"paste of {len(edits)} value{'s' if len(edits) > 1 else ''}")


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line; blank lines at the end and a heading are left out."""
    rows = [_cells(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")]
    numbered = list(enumerate(rows, start=1))
    head = [cell.lower() for cell in rows[0]]
    if len(rows) > 1 and head[-1] in _VALUES and all(cell in _NAMES for cell in head[:-1]):
        return numbered[1:]
    if "\t" in text and len(head) > 2 and (value := _place(head, _VALUES)) is not None:
        name = _place(head, _NAMES)
        keep = [i for i in (name, value) if i is not None]
        return [(n, [row[i] if i < len(row) else "" for i in keep]) for n, row in numbered[1:]]
    return numbered


def _place(head: list[str], words: tuple[str, ...]) -> int | None:
    return next((i for i, cell in enumerate(head) if cell in words), None)


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    named = _NAMED.fullmatch(line)
    return [named[1], named[2].strip()] if named else [line.strip()]


def _column(setup: Setup, lines: list[tuple[int, list[str]]], pids: tuple[Any, ...], down: bool) -> Iterator[_Cell]:
    """Values for the rows in order; an empty cell leaves its row as it is."""
    if not pids:
        raise PasteError("no row is chosen to paste into", hint="Click a row of the table first.")
    rows = [setup.index(pid) for pid in pids]
    for number, cells in lines:
        if len(cells) != 1:
            raise PasteError(f"line {number} has {len(cells)} cells, the first line has one", got="\t".join(cells))
    if not down and len(lines) == 1:
        lines = lines * len(rows)
    if len(lines) > len(rows) or (not down and len(lines) < len(rows)):
        where = "from this row down" if down else "selected"
        raise PasteError(
            f"{len(lines)} lines do not fit {len(rows)} row{'s' if len(rows) > 1 else ''} {where}",
            got=lines[min(len(rows), len(lines) - 1)][1][0],
            hint="Copy as many cells as there are rows, or names and values in two columns.",
        )
    for row, (number, (text,)) in zip(rows, lines, strict=False):
        if text:
            yield _Cell(number, row, text)


def _named(setup: Setup, lines: list[tuple[int, list[str]]]) -> Iterator[_Cell]:
    """Names with values; the names decide the rows, whatever is selected."""
    for number, cells in lines:
        if not any(cells):
            continue
        if len(cells) != 2 or not all(cells):
            raise PasteError(
                f"line {number} is not a name and a value",
                got="\t".join(cells),
                allowed="one column of values, or two: name and value",
            )
        yield _Cell(number, _index(setup, number, cells[0]), cells[1])


def _index(setup: Setup, number: int, name: str) -> int:
    """A parameter by number, `par[3]`, path, `component.name`, or its name alone where that is the only one."""
    bare = re.sub(r"^(?:infer\.)?par\[(.+)\]$", r"\1", name).strip("'\"")
    alone = [i for i, slot in enumerate(setup.slots) if slot.name == bare]
    if len(alone) > 1:
        names = ", ".join(f"{i + 1} ({setup.slots[i].component}.{bare})" for i in alone)
        raise PasteError(f"line {number}: {bare!r} is the name of several parameters", allowed=names)
    try:
        return alone[0] if alone else setup.index(bare)
    except ParameterError as error:
        raise PasteError(f"line {number}: there is no parameter {name!r}", allowed=error.allowed) from error


def _consistent(setup: Setup, cells: list[_Cell]) -> list[_Cell]:
    """The cells, each parameter once; members of one group must be given the same."""
    seen: dict[int, _Cell] = {}
    for cell in cells:
        first = seen.setdefault(setup.root(cell.index), cell)
        if first.text != cell.text:
            one, other = first.index + 1, cell.index + 1
            same = "" if one == other else f", which is linked to par[{one}],"
            raise PasteError(
                f"line {cell.line} gives par[{other}]{same} another value than line {first.line}",
                got=cell.text,
                allowed=first.text,
                pid=other,
                hint="" if one == other else "Unlink them first, or give both the same value.",
            )
    return list(seen.values())


def _applied(setup: Setup, cell: _Cell, read: Read) -> tuple[Edit, Setup]:
    try:
        edit = read(setup, cell.index + 1, cell.text)
        return edit, edit.apply(setup)
    except SpecLabError as error:
        more = {"allowed": error.allowed, "hint": error.hint}
        raise PasteError(f"line {cell.line}: {error.what}", got=cell.text, pid=cell.index + 1, **more) from error
