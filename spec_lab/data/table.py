"""Small tables for eyes: columns of values, as text and as HTML. Pure rendering, no pandas needed to look at one."""

import html
from collections.abc import Mapping, Sequence
from typing import Any


class Table:
    """Named columns of equal length.

    Args:
        columns: Column name to values.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]]):
        self.columns = {name: tuple(values) for name, values in columns.items()}

    def __getitem__(self, name: str) -> tuple[Any, ...]:
        return self.columns[name]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One dictionary a row."""
        names = list(self.columns)
        return [dict(zip(names, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]

    def to_dict(self) -> dict[str, list[Any]]:
        """Columns as plain lists."""
        return {name: list(values) for name, values in self.columns.items()}

    def to_dataframe(self) -> Any:
        """The table as a `pandas.DataFrame`."""
        import pandas as pd

        return pd.DataFrame(self.to_dict())

    def text(self) -> str:
        """Aligned text under a ruled head."""
        head = list(self.columns)
        body = [[show(row[name]) for name in head] for row in self.rows]
        widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in body]
        title = "  ".join(cell.ljust(w) for cell, w in zip(head, widths, strict=True)).rstrip()
        return "\n".join([title, "  ".join("-" * w for w in widths), *lines])

    def html(self) -> str:
        """An HTML table without styles of its own."""
        head = "".join(f"<th style='text-align:left'>{html.escape(str(name))}</th>" for name in self.columns)
        cells = (
            "".join(f"<td style='text-align:left'>{html.escape(show(value))}</td>" for value in row.values())
            for row in self.rows
        )
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html()


def show(value: Any) -> str:
    """One cell: numbers to six digits, nothing as a dash."""
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
