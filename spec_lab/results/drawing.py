"""`Drawing`: a matplotlib Figure that a notebook can show, and the one way to save it."""

import io
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from spec_lab._base import ParameterError

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#882255", "#666666")  # Okabe & Ito 2008
FORMATS = (".svg", ".png", ".pdf")


class Drawing(Figure):
    """A matplotlib Figure that a notebook can show without pyplot or a backend."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110, facecolor="white")
        return buffer.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the figure; the ending of `path` decides the format."""
        return save(self, path)


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure to `path` (.svg, .png or .pdf) and return the path. The same figure gives the same file.

    Raises:
        ParameterError: Another ending.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise ParameterError("a figure cannot be saved with this ending", got=path.name, allowed=", ".join(FORMATS))
    undated: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(ending, {})
    with matplotlib.rc_context({"svg.hashsalt": "spec_lab", "pdf.fonttype": 42}):
        figure.savefig(path, format=ending[1:], dpi=200, metadata=undated, facecolor="white")
    return path
