"""StaticPicture: a session as static HTML, drawn without widget, browser or matplotlib, for saved notebooks and plain hosts."""

import html
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from spec_lab.session import CriteriaRow, Evaluation, FitSession, HistoryRow, ParameterRow, UnitEvaluation, views

WIDTH, TOP, BOTTOM, LEFT, RIGHT, GAP, PAD = 640, 260, 90, 62, 12, 12, 34
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999")  # Okabe & Ito 2008


class StaticPicture(NamedTuple):
    """A static picture: `svg` (the spectrum) and `html` (picture, statistic, parameters, criteria, history)."""

    svg: str
    html: str

    def _repr_html_(self) -> str:
        return self.html


def static_picture(session: FitSession) -> StaticPicture:
    """The present state of a session."""
    evaluation = session.evaluation()
    picture, view = svg(evaluation), views.view(session.state, evaluation, wait=False)
    stat = view["stat"]
    head = f"<b>{html.escape(view['title'])}</b> {html.escape(view['subtitle'])}"
    line = f"{html.escape(stat['name'])} = {stat['value']} for {stat['bins']} bins, {stat['dof']} degrees of freedom"
    tables = "".join(
        [_parameters(view["params"]["rows"]), _criteria(view["criteria"]["rows"]), _history(view["history"])]
    )
    return StaticPicture(picture, f"<div><p>{head}</p>{picture}<p>{line}</p>{tables}</div>")


def _parameters(rows: list[ParameterRow]) -> str:
    shown = [
        (r["pid"], f"{r['component']}.{r['name']}", r["text"], r["error"], r["unit"], _role(r))
        for r in rows
        if not r["hidden"]
    ]
    return _table("Parameters", ("#", "name", "value", "1 σ", "unit", ""), shown)


def _role(row: ParameterRow) -> str:
    if row["tie"]:
        return f"= {row['tie']}"
    if row["linked_to"]:
        return f"linked to {row['linked_to']}"
    return "frozen" if row["frozen"] else row["prior"]


def _criteria(rows: list[CriteriaRow]) -> str:
    shown = [
        (r["label"], r["k"], t["stat"], t["aicc"], t["bic"], t["lnz"], r["why"] or r["note"])
        for r, t in ((row, row["texts"]) for row in rows)
    ]
    return _table("Model comparison", ("model", "k", "stat", "AICc", "BIC", "ln Z", ""), shown)


def _history(entries: list[HistoryRow]) -> str:
    shown = [(f"#{e['run']}", e["label"], e["engine"], e["time"], e["stat"], e["note"]) for e in entries]
    return _table("History", ("run", "label", "engine", "time", "stat", ""), shown)


def _table(title: str, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """A plain table, or nothing where there is nothing to say."""
    if not rows:
        return ""
    top = "".join(f'<th style="text-align:left">{html.escape(word)}</th>' for word in head)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    return f"<p><b>{title}</b></p><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: Any) -> str:
    """Text stands left, in hosts that would set it right, too."""
    return f'<td style="text-align:left">{html.escape(str(cell))}</td>'


def svg(evaluation: Evaluation) -> str:
    """Data and model over the residuals, both against energy on logarithmic axes."""
    x = _axis([(u.lo[u.used], u.hi[u.used]) for u in evaluation.units], LEFT, WIDTH - RIGHT)
    levels = [(u.model[u.used], u.data[u.used & (u.data > u.error)]) for u in evaluation.units]
    y = _axis(levels, TOP, 8, views.lowest(evaluation))
    parts = [_frame(8, TOP - 8), _frame(TOP + GAP, BOTTOM), *_ticks(x, y)]
    for number, unit in enumerate(evaluation.units):
        parts += _unit(unit, x, y, COLORS[number % len(COLORS)])
    height = TOP + GAP + BOTTOM + PAD
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="11" role="img"><title>Spectrum, model and residuals</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>'
    )


class _Axis(NamedTuple):
    low: float
    high: float
    place: Callable[[np.ndarray], np.ndarray]


def _axis(values: list[tuple[np.ndarray, np.ndarray]], start: float, stop: float, least: float | None = None) -> _Axis:
    every = np.concatenate([np.ravel(a) for pair in values for a in pair]) if values else np.zeros(0)
    good = every[np.isfinite(every) & (every > 0)]
    low, high = (good.min(), good.max()) if len(good) else (0.1, 10.0)
    low, high = (low / 1.3 if least is None else least), high * 1.3

    def place(v: np.ndarray) -> np.ndarray:
        part = np.log(np.maximum(v, 1e-300) / low) / np.log(high / low)
        return start + (stop - start) * np.clip(part, 0.0, 1.0)

    return _Axis(float(low), float(high), place)


def _frame(top: float, height: float) -> str:
    return f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - RIGHT}" height="{height}" fill="none" stroke="#444"/>'


def _decades(axis: _Axis) -> list[float]:
    return [10.0**k for k in range(math.ceil(math.log10(axis.low)), math.floor(math.log10(axis.high)) + 1)]


def _ticks(x: _Axis, y: _Axis) -> list[str]:
    base = TOP + GAP + BOTTOM
    out = []
    for value in _decades(x):
        at = float(x.place(np.array(value)))
        out.append(f'<text x="{at:.1f}" y="{base + 14}" text-anchor="middle">{value:g}</text>')
        out.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{base}" y2="{base - 5}" stroke="#444"/>')
    for value in _decades(y):
        at = float(y.place(np.array(value)))
        out.append(f'<text x="{LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>')
        out.append(f'<line x1="{LEFT}" x2="{LEFT + 5}" y1="{at:.1f}" y2="{at:.1f}" stroke="#444"/>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    out.append(f'<text x="{middle}" y="{base + 29}" text-anchor="middle">Energy (keV)</text>')
    out.append(_upright(12, TOP / 2, "counts/s/keV"))
    out.append(_upright(12, TOP + GAP + BOTTOM / 2, "residual (σ)"))
    return out


def _upright(x: float, y: float, text: str) -> str:
    return f'<text transform="translate({x},{y}) rotate(-90)" text-anchor="middle">{text}</text>'


def _unit(unit: UnitEvaluation, x: _Axis, y: _Axis, color: str) -> list[str]:
    used = unit.used
    left, right = x.place(unit.lo[used]), x.place(unit.hi[used])
    middle = 0.5 * (left + right)
    data, error = unit.data[used], unit.error[used]
    low, high, at = y.place(data - error), y.place(data + error), y.place(data)
    span = TOP + GAP + BOTTOM / 2
    scale = BOTTOM / 2 / max(4.0, float(np.nanmax(np.abs(unit.residual[used]), initial=1.0)) * 1.1)
    off = span - scale * np.nan_to_num(unit.residual[used])
    bars = [f"M{m:.1f} {a:.1f}V{b:.1f}" for m, a, b, d in zip(middle, low, high, data, strict=True) if d > 0]
    bars += [f"M{a:.1f} {v:.1f}H{b:.1f}" for a, b, v, d in zip(left, right, at, data, strict=True) if d > 0]
    marks = [f"M{a:.1f} {v:.1f}H{b:.1f}" for a, b, v in zip(left, right, off, strict=True)]
    model, seen = y.place(unit.model[used]), unit.model[used] > y.low
    steps = [
        f"{'L' if i and seen[i - 1] else 'M'}{a:.1f} {v:.1f}H{b:.1f}"
        for i, (a, b, v) in enumerate(zip(left, right, model, strict=True))
        if seen[i]
    ]
    zero = f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{span}" y2="{span}" stroke="#888" stroke-dasharray="3 3"/>'
    line = 24 + 14 * COLORS.index(color)
    name = html.escape(unit.name)
    return [
        _path(bars, color, 0.8, ' opacity="0.6"'),
        _path(steps, color, 1.8),
        _path(marks, color, 1.2),
        zero,
        f'<text x="{WIDTH - RIGHT - 6}" y="{line}" fill="{color}" text-anchor="end">{name}</text>',
    ]


def _path(pieces: list[str], color: str, width: float, more: str = "") -> str:
    return f'<path d="{"M" + "".join(pieces)[1:]}" stroke="{color}" stroke-width="{width}" fill="none"{more}/>'
