"""The documented table of the statistic, as a pure function of a problem."""

from typing import Any

import numpy as np

from spec_lab._base import Info, statistic_text
from spec_lab.fit import Problem, statistic_of


def stat_table(problem: Problem, x: np.ndarray | None = None, title: str | None = None) -> Info:
    """Data, model, statistic, value and bins of each unit; last row the total as `stat/dof`."""
    _, stats, _ = problem.display(x)
    rows: list[tuple[Any, ...]] = [
        (name, pair.model.expression, statistic_of(unit).tag, float(np.sum(value)) * float(unit.weight), len(value))
        for pair, values in zip(problem.setup.pairs, stats, strict=True)
        for name, unit, value in zip(pair.data.names, pair.data.units, values, strict=True)
    ]
    total, bins = sum(r[3] for r in rows), sum(r[4] for r in rows)
    rows.append(("Total", "Total", "stat/dof", f"{statistic_text(total)}/{bins - problem.n}", bins))
    names = ("Data", "Model", "Statistic", "Value", "Bins")
    return Info({name: [row[i] for row in rows] for i, name in enumerate(names)}, title)
