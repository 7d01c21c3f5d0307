"""The parameter table and its sliders, as plain data."""

import functools
import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from spec_lab._base import with_error, with_sides
from spec_lab.fit import Setup, links
from spec_lab.priors import Prior, families
from spec_lab.session.known_fit import sigmas, trusted
from spec_lab.session.messages import PriorCurve
from spec_lab.session.state import Preview, Run
from spec_lab.session.view_model import ParameterRow, ParameterTable, PriorFamily
from spec_lab.session.views.handles import handles

TAIL = 0.001  # a slider spans the prior's central 99.8 %
GLYPH = 24
FEWEST = 100  # draws that tell one side from the other
AT_BEST = 1.0  # of the statistic: within it one stands at a best fit (one standard deviation of one parameter)


def parameters(
    setup: Setup, errors: dict[int, float], near: dict[int, tuple[float, float]] | None = None,
    intervals: Mapping[int, tuple[float, float]] | None = None,
) -> ParameterTable:  # fmt: skip
    """`view.params`.

    Args:
        setup: The set-up.
        errors: 0-based masters → 1 σ.
        near: Masters whose slider stays near the best fit → that and σ.
        intervals: Masters → the ends of the central 68.3 % of their draws, where there are some.
    """
    numbers = {g[0]: n for n, g in enumerate(links.groups(setup.partition), start=1)}
    free, tied = set(setup.free), setup.tied
    about = {} if near is None else near
    sides = {i: _sides(setup, i, sigma, (intervals or {}).get(i)) for i, sigma in errors.items()}
    rows = [_row(setup, i, errors, sides, about, numbers, free, tied) for i in range(len(setup.values))]
    return {
        "rows": [row for row, kept in zip(rows, _matters(setup, tied), strict=True) if kept],
        "families": _families(),
    }


def _sides(setup: Setup, i: int, sigma: float, interval: tuple[float, float] | None) -> tuple[float, float]:
    """How far 1 σ reaches below and above a value: by the draws where they surround it, and never beyond its range."""
    value, (low, high) = float(setup.values[i]), setup.range_of(i)
    minus = plus = sigma
    if interval is not None and interval[0] < value < interval[1]:
        minus, plus = value - interval[0], interval[1] - value
    at = _bound((low, high), value)
    return 0.0 if at == "low" else min(minus, value - low), 0.0 if at == "high" else min(plus, high - value)


def _matters(setup: Setup, tied: Mapping[int, str]) -> list[bool]:
    """Which rows can matter: a background's factor needs a background, a position a response that depends on it."""
    return [
        _can_act(setup, i) or not setup.frozen[i] or i in tied or _linked(setup, i) for i in range(len(setup.slots))
    ]


def _can_act(setup: Setup, i: int) -> bool:
    slot = setup.slots[i]
    if slot.owner == "model":
        return True
    unit = setup.pairs[slot.pair].data.units[slot.unit_index]
    return unit.bkg is not None if slot.name == "bf" else slot.movable if slot.name in ("ra", "dec") else True


def _linked(setup: Setup, i: int) -> bool:
    return len(links.members(setup.partition, i)) > 1


@functools.cache
def _families() -> list[PriorFamily]:
    return [{"name": f["name"], "signature": f["signature"], "doc": f["doc"], "args": f["args"]} for f in families()]


def _row(
    setup: Setup, i: int, errors: dict[int, float], sides: dict[int, tuple[float, float]],
    near: dict[int, tuple[float, float]], numbers: dict[int, int], free: set[int], tied: Mapping[int, str],
) -> ParameterRow:  # fmt: skip
    slot, root = setup.slots[i], setup.partition[i]
    error = errors.get(root)
    value, prior = float(setup.values[i]), setup.priors[i]
    text, error_text = with_sides(value, *sides[root]) if root in sides else with_error(value, error)
    ends = setup.range_of(i)
    low, high, log = slider_range(prior, value, error, ends, near.get(root))
    return {
        "pid": i + 1,
        "owner": "model" if slot.owner == "model" else "data",
        "pair": _pair_words(setup, i),
        "expression": slot.expression,
        "component": slot.component,
        "name": slot.name,
        "label": slot.label,
        "doc": slot.doc,
        "unit": slot.unit,
        "value": value,
        "text": text,
        "error": error_text,
        "frozen": setup.frozen[i],
        "free": i in free,
        "link": numbers.get(root),
        "linked_to": root + 1 if root != i else None,
        "tie": tied.get(root),
        "at_bound": None if setup.frozen[i] else _bound(ends, value),
        "prior": "flat" if prior is None else str(prior),
        "prior_set": prior is not None,
        "slider": {"lo": low, "hi": high, "log": log},
        "hidden": slot.owner == "data" and setup.frozen[i] and root not in numbers and root not in tied,
        "glyph": list(_glyph(prior, low, high, log)),
    }


def _pair_words(setup: Setup, i: int) -> str:
    """Which data a model's parameter is for, where there are several pairs."""
    slot = setup.slots[i]
    return "+".join(setup.pairs[slot.pair].data.names) if slot.owner == "model" and len(setup.pairs) > 1 else ""


def _bound(ends: tuple[float, float], value: float) -> Literal["low", "high"] | None:
    low, high = ends
    width = high - low if math.isfinite(high - low) else max(1.0, abs(value))
    if value <= low + 1e-6 * width:
        return "low"
    return "high" if value >= high - 1e-6 * width else None


def slider_range(
    prior: Prior | None, value: float, error: float | None, limits: tuple[float, float] = (-math.inf, math.inf),
    near: tuple[float, float] | None = None,
) -> tuple[float, float, bool]:  # fmt: skip
    """Ends of a slider, and whether it runs in the logarithm.

    The prior's 0.1–99.9 % quantiles; without a proper prior ±5 σ; else a tenth to ten times the value; all within the hard
    `limits`. Where a best fit and its σ are given (`near`), no further than ±5 σ from it: a profile is a few σ wide, a prior
    seldom. The value itself is always inside.
    """
    low, high, log = _ends(prior, value, error)
    if near is not None:
        low, high = max(low, near[0] - 5 * near[1]), min(high, near[0] + 5 * near[1])
    low, high = min(max(low, limits[0]), value), max(min(high, limits[1]), value)
    return low, high, log and low > 0


def _ends(prior: Prior | None, value: float, error: float | None) -> tuple[float, float, bool]:
    if prior is not None:
        low, high = _quantiles(prior)
        if math.isfinite(low) and math.isfinite(high) and low < high:
            return low, high, prior.family in ("logunif", "lognorm") and low > 0
    if error is not None and math.isfinite(error) and error > 0:
        return value - 5 * error, value + 5 * error, False
    if value == 0:
        return -1.0, 1.0, False
    low, high = sorted((0.1 * value, 10 * value))
    return low, high, value > 0


@functools.lru_cache(maxsize=512)
def _quantiles(prior: Prior) -> tuple[float, float]:
    low, high = prior.interval(1 - 2 * TAIL)
    if prior.family == "unif":  # a uniform prior is known to its ends
        low, high = prior.support
    return float(low), float(high)


@functools.lru_cache(maxsize=512)
def _glyph(prior: Prior | None, low: float, high: float, log: bool) -> tuple[int, ...]:
    """Heights 0–100 of the prior's density along the slider (per unit of the slider, so a log slider shows x p(x))."""
    if prior is None or not low < high:
        return (30,) * GLYPH
    x = np.geomspace(low, high, GLYPH) if log else np.linspace(low, high, GLYPH)
    inset = 1e-9 * (high - low)
    x = np.clip(x, low + inset, high - inset)
    with np.errstate(all="ignore"):
        height = np.asarray(prior.pdf(x), dtype=float) * (x if log else 1.0)
    height = np.where(np.isfinite(height), height, 0.0)
    top = height.max()
    return tuple(round(100 * float(h) / float(top)) for h in height) if top > 0 else (30,) * GLYPH


def known_of(preview: Preview | None, run: Run | None) -> dict[int, tuple[float, float]]:
    """Best fit and 1 σ of each free parameter (0-based master) from what is known about the present question."""
    if preview is not None:
        posterior = preview.posterior
        source = posterior if posterior is not None and trusted(posterior) else preview.fit
    else:
        source = run.outcome if run is not None else None
    if source is None:
        return {}
    known = zip(source.setup.free, np.asarray(source.best), sigmas(source), strict=True)
    return {i: (float(best), float(s)) for i, best, s in known if np.isfinite(s)}


def errors_of(setup: Setup, preview: Preview | None, run: Run | None, stat: float | None = None) -> dict[int, float]:
    """1 σ of the free parameters at a best fit; none elsewhere: they are errors of another place.

    The statistic decides; where it is not known yet, the values do.
    """
    known = known_of(preview, run)
    fit = preview.fit if preview is not None else run.outcome if run is not None else None
    if stat is not None and fit is not None:
        near = stat <= fit.stat + AT_BEST
    else:
        near = all(abs(float(setup.values[i]) - best) <= 0.5 * s for i, (best, s) in known.items())
    return {i: s for i, (_, s) in known.items()} if near else {}


def intervals_of(preview: Preview | None) -> dict[int, tuple[float, float]]:
    """The ends of the central 68.3 % of each free parameter's draws (0-based master), of a preview that can be trusted."""
    posterior = preview.posterior if preview is not None else None
    if posterior is None or not trusted(posterior) or len(posterior.draws) < FEWEST:
        return {}
    low, high = np.quantile(np.asarray(posterior.draws), [0.158655, 0.841345], axis=0)
    return {i: (float(a), float(b)) for i, a, b in zip(posterior.setup.free, low, high, strict=True)}


def prior_preview(prior: Prior, points: int = 160) -> PriorCurve:
    """A prior as a curve to draw: `x`, `density` (per ln x where `log`), the range worth drawing, and the `handles` on it."""
    low, high = _quantiles(prior)
    pad = 0.05 * (high - low)
    edge_low, edge_high = prior.support
    low, high = max(low - pad, edge_low), min(high + pad, edge_high)
    log = prior.family in ("logunif", "lognorm") and low > 0
    x = np.geomspace(low, high, points) if log else np.linspace(low, high, points)
    with np.errstate(all="ignore"):
        density = np.asarray(prior.pdf(x), dtype=float) * (x if log else 1.0)
    density = np.nan_to_num(density, nan=0.0, posinf=0.0)
    grips = handles(prior, float(low), float(high))
    return {
        "x": x.tolist(),
        "density": density.tolist(),
        "lo": float(low),
        "hi": float(high),
        "log": bool(log),
        "handles": grips,
    }
