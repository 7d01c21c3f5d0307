"""`Info`: the one table of the project, as columns, rows, a DataFrame, text and HTML.

Everything spec_lab shows as a table (parameters, statistics, criteria, files) is an `Info`: a pure value rendered by
pure functions, so that what a user reads can be held by golden files. `show` decides how one value looks; nothing else
formats numbers. What goes into a table is decided by whoever makes it.
"""

import html
import math
import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np


def show(value: Any) -> str:
    """One value as text: four significant digits or three decimals, whichever says more; whole numbers as they are.

    Small numbers stay readable (`1e-09`, never `0.000`); sequences are shown in brackets, element by element; None is
    empty.
    """
    if value is None:
        return ""
    if isinstance(value, str | bool | np.bool_):
        return str(value)
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return _show_float(float(value))
    if isinstance(value, np.ndarray):
        return show(value.tolist())
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {show(item)}" for key, item in value.items())
    if isinstance(value, Sequence):
        return f"[{', '.join(show(item) for item in value)}]"
    return str(value)


def _show_float(x: float) -> str:
    if not math.isfinite(x):
        return str(x)
    size = abs(x)
    if size < 1e6 and x == round(x):
        return str(int(x))
    return f"{x:.3f}" if 1.0 <= size < 1e5 else f"{x:.4g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


class Info:
    """A table: named columns of equal length, in order.

    Args:
        columns: Column name to values.
        title: Shown above the table.

    Raises:
        ValueError: The columns differ in length.
    """

    def __init__(self, columns: Mapping[str, Iterable[Any]], title: str | None = None):
        self._columns = {str(name): list(values) for name, values in columns.items()}
        self.title = title
        lengths = {name: len(values) for name, values in self._columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the columns of a table must have one length; got {lengths}.")

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], title: str | None = None) -> "Info":
        """A table from one mapping a row; the first row names the columns, missing values are None."""
        rows = list(rows)
        names: dict[str, None] = {}
        for row in rows:
            names.update(dict.fromkeys(row))
        return cls({name: [row.get(name) for row in rows] for name in names}, title)

    @classmethod
    def from_pandas(cls, frame: Any, title: str | None = None) -> "Info":
        """A table from a `pandas.DataFrame`, its index dropped."""
        return cls({str(name): frame[name].tolist() for name in frame.columns}, title)

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names."""
        return tuple(self._columns)

    @property
    def data_dict(self) -> dict[str, list[Any]]:
        """Column name to values; a copy."""
        return {name: list(values) for name, values in self._columns.items()}

    @property
    def data_list(self) -> list[list[Any]]:
        """The rows, each a list of values."""
        return [list(row) for row in zip(*self._columns.values(), strict=True)]

    @property
    def list_dict(self) -> list[dict[str, Any]]:
        """The rows, each a dict."""
        return [dict(zip(self._columns, row, strict=True)) for row in self.data_list]

    def to_pandas(self) -> Any:
        """The table as a `pandas.DataFrame`."""
        import pandas

        return pandas.DataFrame(self.data_dict)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.list_dict)

    def __getitem__(self, name: str) -> list[Any]:
        return list(self._columns[name])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Info) and (self._columns, self.title) == (other._columns, other.title)

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """The table in box-drawing characters, numbers to the right."""
        return render_text(self)

    @property
    def html(self) -> str:
        """The table as HTML that takes its colours from the page."""
        return render_html(self)

    def print(self) -> None:
        """Print the text."""
        print(self.text)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def _cells(info: Info) -> list[tuple[str, bool, list[str]]]:
    """For each column: its name, whether it holds numbers only, and its cells as text."""
    table = []
    for name, values in info.data_dict.items():
        known = [value for value in values if value is not None]
        table.append((name, bool(known) and all(map(_is_number, known)), [show(value) for value in values]))
    return table


def render_text(info: Info) -> str:
    """Box-drawing text, double lines around and under the head."""
    columns = _cells(info)
    widths = [max(len(line) for cell in (name, *cells) for line in cell.split("\n")) for name, _, cells in columns]

    def rule(left: str, fill: str, cross: str, right: str) -> str:
        return left + cross.join(fill * (width + 2) for width in widths) + right

    def row(cells: Sequence[str]) -> str:
        split = [cell.split("\n") for cell in cells]
        height = max(map(len, split), default=1)
        lines = []
        for k in range(height):
            parts = [lines_[k] if k < len(lines_) else "" for lines_ in split]
            padded = [
                part.rjust(width) if numeric else part.ljust(width)
                for part, width, (_, numeric, _) in zip(parts, widths, columns, strict=True)
            ]
            lines.append("│ " + " │ ".join(padded) + " │")
        return "\n".join(lines)

    body = [row([cells[i] for _, _, cells in columns]) for i in range(len(info))]
    between = "\n" + rule("├", "─", "┼", "┤") + "\n"
    top, middle, bottom = rule("╒", "═", "╤", "╕"), rule("╞", "═", "╪", "╡"), rule("╘", "═", "╧", "╛")
    parts = [info.title] if info.title else []
    parts += [top, row([name for name, _, _ in columns]), middle]
    return "\n".join([*parts, *([between.join(body)] if body else []), bottom])


def render_html(info: Info) -> str:
    """A plain table: colours, stripes and fonts come from the page, so that it reads in light and in dark."""
    columns = _cells(info)

    def cell(tag: str, text: str, numeric: bool) -> str:
        side = "right" if numeric else "left"
        content = html.escape(text).replace("\n", "<br>")
        return f'<{tag} style="text-align:{side};white-space:nowrap">{content}</{tag}>'

    head = "".join(cell("th", name, numeric) for name, numeric, _ in columns)
    rows = ["".join(cell("td", cells[i], numeric) for _, numeric, cells in columns) for i in range(len(info))]
    caption = f'<caption style="text-align:left">{html.escape(info.title)}</caption>' if info.title else ""
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
