"""`Info`: the one table of the project, as columns, rows, a DataFrame, text and HTML.

Everything spec_lab shows as a table (parameters, statistics, criteria, files) is an `Info`: a pure value rendered by
pure functions (`_base.rendering`), so that what a user reads can be held by golden files. What goes into a table is
decided by whoever makes it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from spec_lab._base.rendering import render_html, render_text
from spec_lab._base.rendering import show as show

if TYPE_CHECKING:
    from astropy.table import QTable
    from pandas import DataFrame


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
        """A table from one mapping a row; columns in the order in which rows name them, missing values are None."""
        rows = list(rows)
        names: dict[str, None] = {}
        for row in rows:
            names.update(dict.fromkeys(row))
        return cls({name: [row.get(name) for row in rows] for name in names}, title)

    @classmethod
    def from_pandas(cls, frame: "DataFrame", title: str | None = None) -> "Info":
        """A table from a `pandas.DataFrame`, its index dropped; missing text is None, as `to_pandas` had it."""
        return cls({str(name): _values(column) for name, column in frame.items()}, title)

    @classmethod
    def from_dict(cls, data: Mapping[str, Iterable[Any]], title: str | None = None) -> "Info":
        """A table from column name to values."""
        return cls(data, title)

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

    @property
    def data_list_dict(self) -> list[dict[str, Any]]:
        """The same as `list_dict`."""
        return self.list_dict

    @property
    def data_frame(self) -> "DataFrame":
        """The same as `to_pandas()`."""
        return self.to_pandas()

    @property
    def text_table(self) -> str:
        """The same as `text`."""
        return self.text

    @property
    def html_table(self) -> str:
        """The same as `html`."""
        return self.html

    def to_pandas(self) -> "DataFrame":
        """The table as a `pandas.DataFrame`."""
        import pandas

        return pandas.DataFrame(self.data_dict)

    def to_qtable(self) -> "QTable":
        """The table as an `astropy.table.QTable`; what has no value is masked, texts stay texts."""
        from astropy.table import QTable

        return QTable(QTable.from_pandas(self.to_pandas())) if self._columns else QTable()

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), []))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.list_dict)

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self._columns:
            raise KeyError(f"there is no column {name!r}; there are {', '.join(self._columns)}")
        return list(self._columns[name])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Info) and (self._columns, self.title) == (other._columns, other.title)

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """The table in box-drawing characters, numbers to the right, within 120 columns where it can."""
        return render_text(self._columns, self.title)

    @property
    def html(self) -> str:
        """The table as HTML that takes its colours from the page."""
        return render_html(self._columns, self.title)

    def print(self) -> None:
        """Print the text."""
        print(self.text)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def _values(column: Any) -> list[Any]:
    if column.dtype.kind == "f":  # a NaN among numbers is a number
        return column.tolist()
    return [None if gone else value for value, gone in zip(column.tolist(), column.isna(), strict=True)]
