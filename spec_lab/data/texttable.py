"""Lines of text taken apart into named columns of numbers, so that no cell can land in another column unseen.

The separator is told from the whole table: semicolons, commas, or blanks. Where semicolons or blanks separate, commas are
decimal commas, which is noted. An empty cell, a line of another length and a word among the numbers are refused with their
line; names may carry a unit, `emin (MeV)`. What the columns mean for a spectrum is in `textfile`.
"""

import re
from typing import Any

import numpy as np

from spec_lab._base import DataError, nearest
from spec_lab.data.file_warnings import note

COLUMNS = {
    "emin": ("emin", "e_min", "elo", "energ_lo", "lo", "lower"),
    "emax": ("emax", "e_max", "ehi", "energ_hi", "hi", "upper"),
    "counts": ("counts", "count", "cts", "n"),
    "rate": ("rate", "cps"),
    "errors": ("errors", "error", "err", "stat_err", "sigma"),
    "quality": ("quality",),
    "grouping": ("grouping",),
    "channels": ("channel", "channels"),
    "energy": ("energy", "e"),
    "edges": ("edges",),
    "systematic": ("systematic", "sys_err"),
    "backscale": ("backscale", "backscal"),
    "areascale": ("areascale", "areascal"),
}
SETTINGS = ("exposure", "backscale", "areascale", "systematic", "name", "poisson")
MEANING = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
ENERGIES = ("emin", "emax", "energy", "edges")
_KEV = {"": 1.0, "kev": 1.0, "ev": 1e-3, "mev": 1e3, "gev": 1e6}
_UNITS = {
    "counts": ("", "counts", "count", "cts", "ct"),
    "rate": ("", "counts/s", "cts/s", "1/s", "s-1", "s^-1", "cps"),
}
_HEADED = re.compile(r"(?P<name>[^\[(]*?)\s*(?:[\[(](?P<unit>[^\])]*)[\])])?")

Columns = dict[str, np.ndarray]


def read_table(text: str, name: str) -> tuple[Columns, dict[str, str]]:
    """The columns of a table by their meaning, energies in keV, and the settings in its comments.

    Raises:
        DataError: Names file, line and column of what cannot be used.
    """
    settings: dict[str, str] = {}
    lines: list[tuple[int, str]] = []
    commented: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        body, _, comment = line.partition("#")
        if body.strip():
            lines.append((number, body.strip()))
        elif found := _setting(comment, name):
            if settings.get(found[0], found[1]) != found[1]:
                raise DataError(f"{name} line {number} sets {found[0]} again", got=[settings[found[0]], found[1]])
            settings[found[0]] = found[1]
        elif comment.strip() and not lines:
            commented = comment.strip("# \t")
    return _columns(lines, commented, name), settings


def _setting(comment: str, name: str) -> tuple[str, str] | None:
    """`exposure = 100` or `exposure: 100`; any other comment is a comment, and said if it looks like a misspelt setting."""
    match = re.fullmatch(r"\W*(\w+)\s*[=:]\s*(.*\S)\s*", comment)
    if match is None:
        return None
    key = MEANING.get(match[1].lower(), match[1].lower())
    if key in SETTINGS:
        return key, match[2]
    near = nearest(key, SETTINGS)
    if near:
        note(name, f"the comment sets {match[1]!r}, which means nothing", "left out", near)
    return None


def _columns(lines: list[tuple[int, str]], commented: str | None, name: str) -> Columns:
    given = lines[0][1] if lines and not _starts_a_number(lines[0][1]) else None
    data = lines[1:] if given is not None else lines
    if not data:
        raise DataError(f"{name} holds no numbers", allowed="lines of: emin emax counts [errors]")
    separator, decimal = _separator([line for _, line in data], name)
    rows = [_cells(line, separator) for _, line in data]
    if separator is not None and all(row[-1] == "" for row in rows):  # a separator at the end of every line
        rows = [row[:-1] for row in rows]
    n = len(rows[0])
    for (number, _), row in zip(data, rows, strict=True):
        if len(row) != n:
            what = f"{name} has lines of different length: line {number} has {len(row)} columns"
            raise DataError(what, got=len(row), allowed=f"{n}, as line {data[0][0]}")
    heads = _heads(given, commented, separator, n, name)
    values = [_numbers(row, decimal, f"{name} line {number}") for (number, _), row in zip(data, rows, strict=True)]
    return {head: column * factor for (head, factor), column in zip(heads, np.array(values).T, strict=True)}


def _starts_a_number(line: str) -> bool:
    return re.match(r"""["']?([-+.\d]|nan\b|inf\b)""", line, re.IGNORECASE) is not None or line[0] in ",;"


def _separator(data: list[str], name: str) -> tuple[str | None, bool]:
    """What separates the cells (None: blanks), and whether numbers have decimal commas."""
    commas = any("," in line for line in data)
    if any(";" in line for line in data):
        separator, decimal = ";", commas
    elif commas and any(re.search(r"\s", re.sub(r"\s*,\s*", ",", line)) for line in data):
        separator, decimal = None, True
    else:
        separator, decimal = ("," if commas else None), False
    if decimal:
        note(name, "commas inside the numbers", "read as decimal commas", "write decimal points")
    return separator, decimal


def _cells(line: str, separator: str | None) -> list[str]:
    return [cell.strip().strip("\"'").strip() for cell in line.split(separator)]


def _heads(
    given: str | None, commented: str | None, separator: str | None, n: int, name: str
) -> list[tuple[str, float]]:
    """Meaning and factor to keV of every column: from the first line, a comment that names them all, or by custom."""
    if given is None:
        words = _words(commented or "", separator)
        if len(words) == n > 1 and all(_meaning(word)[0] in MEANING for word in words):
            return _unique(words, name)
        if n not in (3, 4):
            allowed, hint = (
                "3 or 4: emin emax counts [errors]",
                "Name the columns in the first line: emin, emax, counts.",
            )
            raise DataError(f"{name} has {n} columns without names", allowed=allowed, hint=hint)
        return [(word, 1.0) for word in ("emin", "emax", "counts", "errors")[:n]]
    words = _words(given, separator)
    if len(words) == n + 1 and words[-1] == "":
        words = words[:-1]
    if len(words) != n:
        raise DataError(f"{name} names {len(words)} columns and holds {n}", got=words)
    return _unique(words, name)


def _words(line: str, separator: str | None) -> list[str]:
    if separator is None and re.search(r"[,;]", line):  # names separated in another way than the numbers
        separator = ";" if ";" in line else ","
    return _cells(re.sub(r"\s+([\[(])", r"\1", line), separator)


def _meaning(word: str) -> tuple[str, str]:
    match = _HEADED.fullmatch(word)
    return (match["name"].lower(), (match["unit"] or "").strip().lower()) if match else (word.lower(), "")


def _unique(words: list[str], name: str) -> list[tuple[str, float]]:
    heads = []
    known = [MEANING.get(_meaning(word)[0]) for word in words]
    unknown = [word for word, meaning in zip(words, known, strict=True) if meaning is None]
    if unknown or len(set(known)) < len(words):
        raise DataError(f"{name} has unknown or repeated columns", got=unknown or words, allowed=", ".join(COLUMNS))
    for word in words:
        head, unit = MEANING[_meaning(word)[0]], _meaning(word)[1]
        units: Any = _KEV if head in ENERGIES else _UNITS.get(head, (unit,))
        if unit not in units:
            raise DataError(
                f"{name} column {head} has an unknown unit", got=unit, allowed=", ".join(filter(None, units))
            )
        heads.append((head, _KEV[unit] if head in ENERGIES else 1.0))
    return heads


def _numbers(cells: list[str], decimal: bool, where: str) -> list[float]:
    made = []
    for i, cell in enumerate(cells, 1):
        if cell == "":
            raise DataError(f"{where} column {i} is empty", hint="Write 0 or nan, or leave the line out.")
        try:
            made.append(float(cell.replace(",", ".") if decimal else cell))
        except ValueError:
            raise DataError(f"{where} column {i} holds something that is not a number", got=cell[:40]) from None
    return made
