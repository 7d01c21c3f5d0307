"""The predictor: what a slider does to the curves, tabulated once, so that a page without a kernel can follow it.

Along the slider of each free parameter the logarithm of every folded curve is tabulated, as its difference from the curve in
hand; a page adds the differences of all sliders. That is exact along one slider (up to the interpolation) and for all that
multiplies, such as norms and indices of one term; terms are tabulated apart and added, so that it stays good for sums. The signed
residual of each channel is tabulated against the logarithm of its rate, so that residuals and statistic follow too, whatever
the statistic is. Numbers only: what is drawn, and that it is marked as approximate, is the page's.
"""

import numpy as np

from spec_lab.data import DataUnit
from spec_lab.fit import Problem, Setup, statistic_of
from spec_lab.session.evaluation import Evaluation, UnitEvaluation, term_rates
from spec_lab.session.view_model import ParameterRow, SliderRange
from spec_lab.session.views.spectrum import Frame

BUDGET = 700_000  # bytes of the tables; a page writes them as text, a third longer
NODES = (33, 17, 9, 5, 3)  # points along a slider, the most that fit the budget
RATIO = 5.0  # ln of the rate is tabulated so far to both sides
RATIOS = 41


def predictor(problem: Problem, evaluation: Evaluation, rows: list[ParameterRow]) -> Frame:
    """The tables of a set-up, for the rows of its parameter table.

    Returns:
        A header, with the `axes` (`pid`, ends of the slider, whether it is logarithmic), and one buffer of float32: for each
        axis `[nodes, columns]`, columns being the curves of all units in order (its terms, or its model); then, for each unit
        whose `residual` says so, `[ratios, n]`.
    """
    axes = [row for row in rows if _slides(row, problem)]
    units = evaluation.units
    columns = sum(len(u.lo) * max(1, len(u.terms)) for u in units)
    nodes = next((k for k in NODES if 4 * k * columns * len(axes) <= BUDGET), NODES[-1])
    place = {pid: i for i, pid in enumerate(problem.setup.free)}
    tables = [_axis(problem, units, row["slider"], place[row["pid"] - 1], nodes) for row in axes]
    residuals = [_residuals(problem.setup, u) for u in units]
    header = {
        "nodes": nodes,
        "axes": [{"pid": row["pid"], **row["slider"], "value": row["value"]} for row in axes],
        "units": [
            {"n": len(u.lo), "terms": len(u.terms), "weight": _weight(problem.setup, u), "residual": r is not None}
            for u, r in zip(units, residuals, strict=True)
        ],
        "ratio": RATIO,
        "ratios": RATIOS,
        "stat": evaluation.stat,
    }
    arrays = [*(t.ravel() for t in tables), *(r.ravel() for r in residuals if r is not None)]
    made = np.concatenate(arrays) if arrays else np.zeros(0)
    with np.errstate(over="ignore"):
        return Frame(header, [made.astype("<f4").tobytes()])


def _slides(row: ParameterRow, problem: Problem) -> bool:
    """A free parameter of a model, on a slider with two ends; factors of the data would move the data, too."""
    low, high = row["slider"]["lo"], row["slider"]["hi"]
    return row["free"] and row["owner"] == "model" and np.isfinite(low) and np.isfinite(high) and low < high


def _axis(problem: Problem, units: tuple[UnitEvaluation, ...], slider: SliderRange, at: int, nodes: int) -> np.ndarray:
    """`f[nodes, columns]`: ln of all curves along one slider, less that of the curves in hand; NaN where nothing is drawn."""
    low, high = slider["lo"], slider["hi"]
    values = np.geomspace(low, high, nodes) if slider["log"] else np.linspace(low, high, nodes)
    here = _curves(problem, units, problem.setup.free_values)
    rows = []
    for value in values:
        x = np.array(problem.setup.free_values, dtype=float)
        x[at] = value
        rows.append(_curves(problem, units, x) - here)
    return _filled(np.array(rows))


def _curves(problem: Problem, units: tuple[UnitEvaluation, ...], x: np.ndarray) -> np.ndarray:
    """`f[columns]`: ln of the rate of each curve."""
    rates, _, _ = problem.display(x)
    several = any(u.terms for u in units)
    terms = problem.run(term_rates, problem.pad(x)) if several else None
    seen: dict[int, int] = {}
    parts = []
    for unit in units:
        j = seen[unit.pair] = seen.get(unit.pair, -1) + 1
        if unit.terms and terms is not None:
            curves = [np.asarray(rates_of[j])[: int(unit.used.sum())] for rates_of in terms[unit.pair]]
        else:
            curves = [rates[unit.pair][j]]
        for curve in curves:
            out = np.full(len(unit.lo), np.nan)
            with np.errstate(all="ignore"):
                out[unit.used] = np.log(np.maximum(curve, 1e-200))
            parts.append(out)
    return np.concatenate(parts)


def _filled(table: np.ndarray) -> np.ndarray:
    """Where a model has no finite value at some place of a slider, the nearest place that has one stands in."""
    good = np.isfinite(table).any(axis=1)
    if not good.any():
        return np.zeros_like(table)
    index = np.arange(len(table))
    nearest = index[good][np.abs(index[:, None] - index[good][None]).argmin(axis=1)]
    return np.clip(table[nearest], -400.0, 400.0)


def _unit(setup: Setup, evaluation: UnitEvaluation) -> DataUnit:
    return setup.pairs[evaluation.pair].data[evaluation.name]


def _weight(setup: Setup, evaluation: UnitEvaluation) -> float:
    return float(_unit(setup, evaluation).weight)


def _residuals(setup: Setup, evaluation: UnitEvaluation) -> np.ndarray | None:
    """`f[ratios, n]`: the signed residual when the rate is `exp(-RATIO ... RATIO)` times the one in hand.

    None when the statistic gives no residual a channel, or a factor of the data stands in the way.
    """
    unit, kind, used = _unit(setup, evaluation), statistic_of(_unit(setup, evaluation)), evaluation.used
    if kind.summed:
        return None
    c = unit.channels()
    rate = evaluation.model[used] * (evaluation.hi - evaluation.lo)[used]
    out = np.full((RATIOS, len(used)), np.nan)
    for row, ratio in zip(out, np.exp(np.linspace(-RATIO, RATIO, RATIOS)), strict=True):
        with np.errstate(all="ignore"):
            _, signed = kind.numpy(S=c.S, B=c.B, m=rate * ratio, ts=c.ts, tb=c.tb, sigma_S=c.sigma_S, sigma_B=c.sigma_B)
        row[used] = np.nan_to_num(signed)
    here = out[RATIOS // 2][used]
    agrees = np.allclose(here, evaluation.residual[used], atol=1e-3, rtol=1e-3) and np.isclose(
        _weight(setup, evaluation) * float(here @ here), evaluation.stat, rtol=1e-3
    )
    return out if agrees else None
