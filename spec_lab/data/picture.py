"""What a notebook shows for a spectrum, a response or a unit: a small table and a small SVG. Pure functions, no matplotlib.

Lines take the colour of the surrounding text (`currentColor`), so the picture fits light and dark themes.
"""

import html
from typing import Any

import numpy as np

WIDTH, HEIGHT, MARGIN = 420, 150, 18


def spectrum_html(spectrum: Any) -> str:
    """Table and counts per channel of a `Spectrum`."""
    x = np.asarray(spectrum.channels, dtype=np.float64)
    curves = [(x - 0.5, x + 0.5, np.where(spectrum.good, spectrum.counts, np.nan), "counts", 1.0)]
    return _beside(spectrum.info.html, steps(curves, "channel", log_x=False))


def response_html(response: Any) -> str:
    """Table and total effective area of a `Response`."""
    curves = [(response.elo, response.ehi, response.matrix.sum(axis=1), "effective area", 1.0)]
    return _beside(response.info.html, steps(curves, "photon energy, keV"))


def unit_html(unit: Any) -> str:
    """Table and spectra (counts/s/keV of source and scaled background) of a `DataUnit`; noticed groups are darker."""
    shown = unit.all_channels(rebin=True)
    per = 1 / (shown.ts * shown.width)
    source = shown.S * per
    curves = [(shown.emin, shown.emax, np.where(shown.used, source, np.nan), "source", 1.0)]
    if not shown.used.all():
        curves.append((shown.emin, shown.emax, np.where(shown.used, np.nan, source), "not noticed", 0.3))
    if shown.has_background:
        curves.append((shown.emin, shown.emax, shown.alpha * shown.B * per, "background", 0.55))
    return _beside(unit.info.html, steps(curves, "energy, keV; counts/s/keV"))


def data_html(data: Any) -> str:
    """The table of a `Data` over the picture of each unit."""
    parts = (
        f"<details><summary>{html.escape(name)}</summary>{unit_html(unit)}</details>" for name, unit in data.items()
    )
    return data.info.html + "".join(parts)


def _beside(table: str, picture: str) -> str:
    style = "display:flex;gap:1.5em;align-items:flex-start;flex-wrap:wrap"
    return f"<div style='{style}'><div>{table}</div><div>{picture}</div></div>"


def steps(curves: list[tuple[Any, Any, Any, str, float]], label: str, log_x: bool = True) -> str:
    """An SVG of step curves on a logarithmic ordinate.

    Args:
        curves: Each (lower edges, upper edges, values, name, opacity); values that are not positive are left out.
        label: Under the abscissa.
        log_x: Whether the abscissa is logarithmic.
    """
    usable = [(lo, hi, y, np.isfinite(y) & (np.asarray(y) > 0) & (hi > 0), name, o) for lo, hi, y, name, o in curves]
    values = np.concatenate([np.asarray(y)[ok] for _, _, y, ok, _, _ in usable])
    if not values.size:
        return f"<svg width='{WIDTH}' height='{HEIGHT}'><text x='20' y='40' fill='currentColor'>nothing to show</text></svg>"
    ends = np.concatenate([np.concatenate([np.asarray(lo)[ok], np.asarray(hi)[ok]]) for lo, hi, _, ok, _, _ in usable])
    positive = ends[ends > 0] if log_x else ends
    x_range = (float(positive.min()), float(positive.max()))
    y_range = (max(float(values.min()), float(values.max()) * 1e-6), float(values.max()))
    to_x = lambda v: _place(v, x_range, MARGIN, WIDTH - MARGIN, log_x)  # noqa: E731
    to_y = lambda v: _place(v, y_range, HEIGHT - MARGIN, MARGIN, True)  # noqa: E731
    paths = "".join(
        f"<path d='{_path(to_x(lo[ok]), to_x(hi[ok]), to_y(np.asarray(y)[ok]))}' fill='none' stroke='currentColor'"
        f" stroke-opacity='{opacity:g}'><title>{html.escape(name)}</title></path>"
        for lo, hi, y, ok, name, opacity in usable
    )
    texts = _text(MARGIN, HEIGHT - 4, f"{x_range[0]:.4g}", "start") + _text(MARGIN, 12, f"{y_range[1]:.4g}", "start")
    texts += _text(WIDTH - MARGIN, HEIGHT - 4, f"{x_range[1]:.4g}", "end") + _text(
        WIDTH / 2, HEIGHT - 4, label, "middle"
    )
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}' role='img'>"
    return f"{head}<title>{html.escape(label)}</title>{paths}{texts}</svg>"


def _place(value: Any, bounds: tuple[float, float], low: float, high: float, log: bool) -> np.ndarray:
    if log:
        value, bounds = np.log(np.maximum(value, bounds[0])), (np.log(bounds[0]), np.log(bounds[1]))
    span = bounds[1] - bounds[0]
    return low + (np.asarray(value) - bounds[0]) / (span or 1.0) * (high - low)


def _path(left: np.ndarray, right: np.ndarray, y: np.ndarray) -> str:
    """Horizontal strokes, joined where one bin ends at the next."""
    made, end = [], None
    for a, b, level in zip(left, right, y, strict=True):
        joined = end is not None and abs(a - end) < 0.5
        made.append(f"{'L' if joined else 'M'}{a:.1f} {level:.1f}H{b:.1f}")
        end = b
    return "".join(made)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f"x='{x:g}' y='{y:g}' text-anchor='{anchor}'"
    return f"<text {place} font-size='10' fill='currentColor' fill-opacity='0.7'>{html.escape(text)}</text>"
