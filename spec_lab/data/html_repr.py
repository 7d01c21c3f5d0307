"""What a notebook shows for a spectrum, a response or a unit: a small table and a small SVG. Pure functions, no matplotlib.

Which curves are drawn is said where the values are (`_repr_html_`).

Lines take the colour of the surrounding text (`currentColor`), so the picture fits light and dark themes. Ordinates are
logarithmic, and values of zero left out, unless something is negative.
"""

import html
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab.data.annotations import Numbers
from spec_lab.data.stairs import stairs

WIDTH, HEIGHT = 440, 160
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 18, 18


class StepCurve(NamedTuple):
    """Steps: lower and upper edges, values, a name for the legend, and the opacity of the line."""

    lo: Float[np.ndarray, "n"]
    hi: Float[np.ndarray, "n"]
    y: Float[np.ndarray, "n"]
    name: str
    opacity: float = 1.0


def beside(table: str, picture: str) -> str:
    """A table with a picture on its right."""
    style = "display:flex;gap:1.5em;align-items:flex-start;flex-wrap:wrap"
    return f"<div style='{style}'><div>{table}</div><div>{picture}</div></div>"


def step_picture(curves: list[StepCurve], x_label: str, y_label: str, log_x: bool = True) -> str:
    """An SVG of step curves in a frame, its ends written at the axes.

    Args:
        curves: What to draw; values that are not finite are left out, on a logarithmic ordinate also those <= 0.
        x_label: Under the abscissa.
        y_label: Over the ordinate.
        log_x: Whether the abscissa is logarithmic.
    """
    log_y = not any(np.any(curve.y[np.isfinite(curve.y)] < 0) for curve in curves)
    shown = [curve for curve in (_usable(curve, log_x, log_y) for curve in curves) if curve.y.size]
    if not shown:
        return f"<svg width='{WIDTH}' height='40'>{_text(20, 25, 'nothing to show', 'start')}</svg>"
    ends = np.concatenate([part for curve in shown for part in (curve.lo, curve.hi)])
    positive = ends[ends > 0] if log_x else ends
    x_range = (float(positive.min()), float(positive.max()))
    y_range = _range(np.concatenate([curve.y for curve in shown]), log_y)
    to_x = lambda v: _place(v, x_range, LEFT, WIDTH - RIGHT, log_x)  # noqa: E731
    to_y = lambda v: _place(v, y_range, HEIGHT - BOTTOM, TOP, log_y)  # noqa: E731
    paths = "".join(
        f"<path d='{_path(to_x(curve.lo), to_x(curve.hi), to_y(curve.y))}' fill='none' stroke='currentColor'"
        f" stroke-opacity='{curve.opacity:g}'><title>{html.escape(curve.name)}</title></path>"
        for curve in shown
    )
    texts = (
        _legend(shown) + _text(LEFT, 11, y_label, "start") + _text((LEFT + WIDTH) / 2, HEIGHT - 4, x_label, "middle")
    )
    texts += _text(LEFT, HEIGHT - 4, f"{x_range[0]:.4g}", "start") + _text(
        WIDTH - RIGHT, HEIGHT - 4, f"{x_range[1]:.4g}", "end"
    )
    texts += _text(LEFT - 4, TOP + 8, f"{y_range[1]:.3g}", "end") + _text(
        LEFT - 4, HEIGHT - BOTTOM, f"{y_range[0]:.3g}", "end"
    )
    frame = (
        f"<rect x='{LEFT}' y='{TOP}' width='{WIDTH - LEFT - RIGHT}' height='{HEIGHT - TOP - BOTTOM}' fill='none'"
        " stroke='currentColor' stroke-opacity='0.25'/>"
    )
    if not log_y:
        zero = float(to_y(0.0))
        frame += f"<path d='M{LEFT} {zero:.1f}H{WIDTH - RIGHT}' stroke='currentColor' stroke-opacity='0.25'/>"
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' role='img'>"
    return f"{head}<title>{html.escape(f'{y_label} over {x_label}')}</title>{frame}{paths}{texts}</svg>"


def _usable(curve: StepCurve, log_x: bool, log_y: bool) -> StepCurve:
    y = np.asarray(curve.y, dtype=np.float64)
    keep = np.isfinite(y) & ((y > 0) | (not log_y)) & ((np.asarray(curve.hi) > 0) | (not log_x))
    return StepCurve(np.asarray(curve.lo)[keep], np.asarray(curve.hi)[keep], y[keep], curve.name, curve.opacity)


def _range(values: np.ndarray, log: bool) -> tuple[float, float]:
    """At most six decades, and never so narrow that rounding looks like structure."""
    low, high = float(values.min()), float(values.max())
    if log:
        low = max(low, high * 1e-6)
        return (low / 2, high * 2) if high < 1.05 * low else (low, high)
    return (min(low, 0.0), max(high, 0.0))


def _place(value: Numbers | float, bounds: tuple[float, float], low: float, high: float, log: bool) -> np.ndarray:
    if log:
        value, bounds = np.log(np.maximum(value, bounds[0])), (np.log(bounds[0]), np.log(bounds[1]))
    span = bounds[1] - bounds[0]
    return np.asarray(low + (np.asarray(value) - bounds[0]) / (span or 1.0) * (high - low))


def _path(left: np.ndarray, right: np.ndarray, y: np.ndarray) -> str:
    """Horizontal strokes, joined where one bin ends at the next."""
    values, edges = stairs(left, right, y)
    new = np.isnan(np.r_[np.nan, values[:-1]])
    strokes = zip(values, edges[:-1], edges[1:], new, strict=True)
    return "".join(f"{'M' if up else 'L'}{a:.1f} {v:.1f}H{b:.1f}" for v, a, b, up in strokes if not np.isnan(v))


def _legend(curves: list[StepCurve]) -> str:
    """The names of several curves, each behind a stroke as dark as its curve."""
    if len(curves) < 2:
        return ""
    words = "   ".join(
        f"<tspan fill-opacity='{curve.opacity:g}'>▬</tspan> {html.escape(curve.name)}  " for curve in curves
    )
    return (
        f"<text x='{WIDTH - RIGHT}' y='11' text-anchor='end' font-size='10' fill='currentColor'"
        f" fill-opacity='0.7' xml:space='preserve'>{words.rstrip()}</text>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f"x='{x:g}' y='{y:g}' text-anchor='{anchor}'"
    return f"<text {place} font-size='10' fill='currentColor' fill-opacity='0.7'>{html.escape(text)}</text>"
