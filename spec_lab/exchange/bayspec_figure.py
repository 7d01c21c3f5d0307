"""`PlotFigure`: a figure with the numbers drawn in it, saved as bayspec does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spec_lab._base import ParameterError, write_json
from spec_lab.results.figures import Drawing

PLOTTERS = ("plotly", "matplotlib", "cornerpy", "getdist")
STYLES = {"CC": "CC", "CE": "CE", "NE": "NE", "Fv": "Fv", "ENE": "Fv", "vFv": "vFv", "EENE": "vFv", "NoU": "NoU"}
Numbers = Mapping[str, Any]  # nested: names, then arrays


class PlotFigure:
    """A drawing and the arrays in it.

    Args:
        fig: The drawing.
        fig_data: Arrays by name, nested.

    Attributes:
        fig: A matplotlib figure.
        fig_data: What `save` writes beside it.
    """

    def __init__(self, fig: Drawing, fig_data: Numbers):
        self.fig, self.fig_data = fig, fig_data

    def save(self, fname: str | Path) -> None:
        """Write `<fname>.pdf` and the numbers as `<fname>.json`, into a folder that is made if missing."""
        stem = Path(fname)
        stem.parent.mkdir(parents=True, exist_ok=True)
        write_json(stem.with_name(stem.name + ".json"), _plain(self.fig_data))
        self.fig.save(stem.with_name(stem.name + ".pdf"))

    def _repr_png_(self) -> bytes:
        return self.fig._repr_png_()

    def __repr__(self) -> str:
        return f"<PlotFigure of {', '.join(self.fig_data) or 'nothing'}>"


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(name): _plain(each) for name, each in data.items()}
    return np.asarray(data, float).tolist()


def style_of(style: str, allowed: tuple[str, ...]) -> str:
    """bayspec's name of a style as ours.

    Raises:
        ParameterError: There is no such style for this figure.
    """
    ours = STYLES.get(style)
    if ours not in allowed:
        raise ParameterError("this figure has no such style", got=style, allowed=", ".join(allowed))
    return str(ours)


def check_plotter(ploter: str) -> None:
    """Take any of bayspec's plotters; every figure is drawn by matplotlib.

    Raises:
        ParameterError: An unknown one.
    """
    if ploter not in PLOTTERS:
        raise ParameterError("unknown plotter", got=ploter, allowed=f"{', '.join(PLOTTERS)}; all draw with matplotlib")


def check_kind(what: str, thing: object, kinds: type | tuple[type, ...]) -> None:
    """Refuse what a figure is not of.

    Raises:
        TypeError: Names what it is of.
    """
    if not isinstance(thing, kinds):
        named = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
        raise TypeError(f"Plot.{what} draws a {named}; got {type(thing).__name__}.")
