"""How a table looks, as text and as HTML: pure functions of its columns and its title.

`show` decides how one value looks. A table wider than the terminal is made narrower without
losing anything: text columns that say the same in every row become a line above, cells break at spaces, and what is still
too wide goes on below, its first columns repeated. In a browser cells break at spaces too, and then the table scrolls in
its own box while the column that names the rows stays in sight.
"""

import html
import math
import numbers
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from spec_lab._base.numbers import decimal_text

WIDTH = 120  # of the text form, characters
ROWS = 200  # shown of a longer table: half from its head, half from its tail


def show(value: Any) -> str:
    """One value as text: four significant digits or three decimals, whichever says more, and six digits at most.

    Whole numbers below 1e9 stay as they are, and small numbers readable (`1×10⁻⁹`, never `0.000`). Sequences are shown in
    brackets, element by element; None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, str | bool):
        return str(value)
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return _show_float(float(value))
    import numpy as np  # late: `import spec_lab` brings this file, and needs no arrays

    if isinstance(value, np.ndarray):
        return show(value.tolist())
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {show(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return f"[{', '.join(show(item) for item in value)}]"
    return str(value)


def _show_float(x: float) -> str:
    if not math.isfinite(x):
        return str(x)
    return str(int(x)) if abs(x) < 1e9 and x.is_integer() else decimal_text(x)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _places(line: str) -> int:
    """How many places a line takes in a fixed-width font: two for a wide character, none for a combining one."""
    if line.isascii():
        return len(line)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class Column(NamedTuple):
    """A column as text; lines of a cell are separated by newlines."""

    name: str
    numeric: bool
    cells: list[str]

    @property
    def width(self) -> int:
        """Of its longest line."""
        return max(_places(line) for cell in (self.name, *self.cells) for line in cell.split("\n"))

    def broken(self, width: int) -> "Column":
        """The same with lines broken at spaces to be at most `width` wide; words stay whole."""
        cut = lambda line: textwrap.wrap(line, max(width, 1), break_long_words=False, break_on_hyphens=False)  # noqa: E731
        fold = lambda cell: "\n".join("\n".join(cut(line)) for line in cell.split("\n"))  # noqa: E731
        return Column(fold(self.name), self.numeric, [fold(cell) for cell in self.cells])


def _columns(columns: Mapping[str, Sequence[Any]]) -> list[Column]:
    made = []
    for name, values in columns.items():
        values = values if len(values) <= ROWS else [*values[: ROWS // 2], *values[-(ROWS // 2) :]]
        known = [value for value in values if value is not None]
        made.append(Column(name, bool(known) and all(map(_is_number, known)), [show(value) for value in values]))
    return made


def _above(columns: Mapping[str, Sequence[Any]], title: str | None) -> list[str]:
    """The lines above a table: its title, and what is left out of a long one."""
    count = len(next(iter(columns.values()), ()))
    half = ROWS // 2
    left = [f"The first {half} and the last {half} of {count} rows; .to_pandas() has them all."] if count > ROWS else []
    return [*([title] if title else []), *left]


# -- text --------------------------------------------------------------------------------------------------------------
def render_text(columns: Mapping[str, Sequence[Any]], title: str | None = None, width: int = WIDTH) -> str:
    """Box-drawing text, double lines around and under the head.

    Args:
        columns: Column name to values.
        title: Above the table.
        width: To keep within, characters, where the words allow it.
    """
    shown, above = _columns(columns), _above(columns, title)
    if _total(shown) > width:
        shown, said = _without_repetition(shown)
        above += said
    blocks = [shown] if _total(shown) <= width else _blocks(shown, width)
    return "\n".join([*above, *map(_box, blocks)])


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width + 3 for column in columns) + 1


def _without_repetition(columns: list[Column]) -> tuple[list[Column], list[str]]:
    """The columns that differ between rows, and a line saying what the others hold."""
    same = [not c.numeric and len(c.cells) > 1 and len(set(c.cells)) == 1 for c in columns]
    said = [f"{c.name}: {c.cells[0]}" for c, s in zip(columns, same, strict=True) if s]
    return [c for c, s in zip(columns, same, strict=True) if not s], ["; ".join(said)] if said else []


def _blocks(columns: list[Column], width: int) -> list[list[Column]]:
    """One table with broken lines if that is enough; else several, the columns that name the rows leading each."""
    if _total(whole := _broken(columns, width)) <= width:
        return [whole]
    lead = columns[: _leading(columns)]
    lead = lead if _total(lead) <= width // 2 else lead[:1]
    blocks = [list(lead)]
    for column in columns[len(lead) :]:
        if len(blocks[-1]) > len(lead) and _total([*blocks[-1], column]) > width:
            blocks.append(list(lead))
        blocks[-1].append(column)
    return [_broken(block, width) for block in blocks]


def _broken(columns: list[Column], width: int) -> list[Column]:
    """Break the widest columns, again and again, until the table fits or no line can be broken."""
    whole, columns, left = columns, list(columns), set(range(len(columns)))
    while left and _total(columns) > width:
        widest = max(left, key=lambda i: columns[i].width)
        intervals = all(cell.startswith("[") for cell in columns[widest].cells)  # break all or none
        narrower = whole[widest].broken(1 if intervals else columns[widest].width - 1)
        if narrower.width < columns[widest].width:
            columns[widest] = narrower
        else:
            left.remove(widest)
    return columns


def _leading(columns: Sequence[Column]) -> int:
    """How many columns of words come before the first of numbers: they name the rows."""
    return next((i for i, column in enumerate(columns) if column.numeric), 0)


def _box(columns: list[Column]) -> str:
    widths = [column.width for column in columns]  # once: a width reads every cell

    def rule(left: str, fill: str, cross: str, right: str) -> str:
        return left + cross.join(fill * (width + 2) for width in widths) + right

    def row(cells: Sequence[str]) -> str:
        split = [cell.split("\n") for cell in cells]
        lines = []
        for k in range(max(map(len, split), default=1)):
            parts = [part[k] if k < len(part) else "" for part in split]
            gaps = [" " * (width - _places(part)) for part, width in zip(parts, widths, strict=True)]
            padded = [
                gap + part if column.numeric else part + gap
                for part, gap, column in zip(parts, gaps, columns, strict=True)
            ]
            lines.append("│ " + " │ ".join(padded) + " │")
        return "\n".join(lines)

    body = [row(cells) for cells in zip(*(column.cells for column in columns), strict=True)]
    between = "\n" + rule("├", "─", "┼", "┤") + "\n"
    top, middle, bottom = rule("╒", "═", "╤", "╕"), rule("╞", "═", "╪", "╡"), rule("╘", "═", "╧", "╛")
    head = [top, row([column.name for column in columns]), middle]
    return "\n".join([*head, *([between.join(body)] if body else []), bottom])


# -- HTML --------------------------------------------------------------------------------------------------------------
# The column that names the rows stays at the left edge when the table scrolls. It must hide what passes under it, so rows
# have a ground of their own: the stripes of JupyterLab, or the ground of the page.
_PAGE = "var(--jp-layout-color0,var(--vscode-editor-background,Canvas))"
_STRIPE = f"var(--jp-rendermime-table-row-background,{_PAGE})"


def render_html(columns: Mapping[str, Sequence[Any]], title: str | None = None) -> str:
    """A plain table in a box of its own that scrolls when the page is narrow.

    Colours and fonts come from the page, so that it reads in light and in dark.
    """
    shown, above = _columns(columns), _above(columns, title)
    if _total(shown) > WIDTH:
        shown, said = _without_repetition(shown)
        above += said
    naming = _leading(shown) - 1

    def cell(tag: str, text: str, i: int) -> str:
        style = f"text-align:{'right' if shown[i].numeric else 'left'}"
        style += ";white-space:nowrap" if tag == "td" and (shown[i].numeric or i <= naming) else ""
        style += ";position:sticky;left:0;background:inherit" if i == naming else ""
        scope = ' scope="col"' if tag == "th" else ""
        return f'<{tag}{scope} style="{style}">{html.escape(text).replace(chr(10), "<br>")}</{tag}>'

    def row(tag: str, texts: Sequence[str], ground: str) -> str:
        return f'<tr style="background:{ground}">{"".join(cell(tag, text, i) for i, text in enumerate(texts))}</tr>'

    rows = zip(*(column.cells for column in shown), strict=True)
    body = "\n".join(row("td", texts, _STRIPE if k % 2 else _PAGE) for k, texts in enumerate(rows))
    head = row("th", [column.name for column in shown], _PAGE)
    caption = f'<caption style="text-align:left">{"<br>".join(map(html.escape, above))}</caption>' if above else ""
    table = f"<table>{caption}\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return f'<div style="overflow-x:auto">{table}</div>'
