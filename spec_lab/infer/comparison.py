"""Models of the same data side by side: criteria, evidences, and what they mean."""

from collections.abc import Mapping

import numpy as np

from spec_lab._base import ParameterError
from spec_lab._base.info import Info
from spec_lab.analysis import criteria
from spec_lab.infer.analyzer import SampleAnalyzer


def compare(readings: Mapping[str, SampleAnalyzer]) -> Info:
    """A table of models, best AIC first.

    Args:
        readings: Name to result; the results must be of the same data with the same statistics.

    Returns:
        Statistic at its minimum, degrees of freedom, AIC, BIC and their distance from the best; where runs give it, ln Z
        and the probability of each model if all were equally likely before.

    Raises:
        ParameterError: Nothing to compare, or results of different data.
    """
    if not readings:
        raise ParameterError("there is nothing to compare", allowed="{name: result, ...}")
    seen = {name: _data_of(reading) for name, reading in readings.items()}
    if len(set(seen.values())) > 1:
        got = {name: f"{sum(n for _, _, n in units)} bins" for name, units in seen.items()}
        raise ParameterError(
            "only models of the same data, windows and statistics can be compared", got=got,
            hint="Notice the same energies, with the same grouping and statistic, in each.",
        )  # fmt: skip
    order = sorted(readings, key=lambda name: readings[name].aic)
    rows = [readings[name] for name in order]
    least = {"AIC": min(r.aic for r in rows), "BIC": min(r.bic for r in rows)}
    table = {
        "Model": order,
        "Statistic": [r.min_stat for r in rows],
        "dof": [r.n - r.k for r in rows],
        "AIC": [r.aic for r in rows],
        "ΔAIC": [r.aic - least["AIC"] for r in rows],
        "BIC": [r.bic for r in rows],
        "ΔBIC": [r.bic - least["BIC"] for r in rows],
    }
    evidence = [np.nan if r.lnZ is None else r.lnZ for r in rows]
    if not np.isnan(evidence).all():
        table["lnZ"] = ["" if r.lnZ is None else f"{r.lnZ:.3f} ± {r.lnZ_err or 0.0:.3f}" for r in rows]
    if not np.isnan(evidence).any():
        table["Probability"] = [float(f"{p:.3g}") for p in criteria.evidence_weights(evidence)]
    return Info(table)


def _data_of(reading: SampleAnalyzer) -> tuple[tuple[str, str, int], ...]:
    """Name, statistic and number of bins of each unit, in order of the names."""
    pairs = reading.outcome.setup.pairs
    units = [(name, unit) for pair in pairs for name, unit in zip(pair.data.names, pair.data.units, strict=True)]
    return tuple(sorted((name, unit.stat, len(unit.channels().S)) for name, unit in units))
