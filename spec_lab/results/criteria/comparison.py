"""Models of the same data side by side: criteria, evidences, and what they mean."""

from collections.abc import Mapping

import numpy as np

from spec_lab._base import Info, ParameterError, value_and_error
from spec_lab.fit import incomparable
from spec_lab.results.annotations import GivenReadings
from spec_lab.results.criteria import formulas
from spec_lab.results.criteria.criteria import Criteria


def compare(readings: GivenReadings) -> Info:
    """A table of models, best AIC first.

    Args:
        readings: Name to result; the results must be of the same data with the same statistics.

    Returns:
        Statistic at its minimum, degrees of freedom, AIC, BIC and their distance from the best; where runs give it, ln Z
        and the probability of each model if all were equally likely before.

    Raises:
        ParameterError: Nothing to compare, results without names, or results of different data.
    """
    if not isinstance(readings, Mapping):
        raise ParameterError("results are compared by name", got=readings, allowed="{name: result, ...}")
    if not readings:
        raise ParameterError("there is nothing to compare", allowed="{name: result, ...}")
    refuse_other_data(readings)
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
        table["lnZ"] = ["" if r.lnZ is None else value_and_error(r.lnZ, r.lnZ_err) for r in rows]
    if not np.isnan(evidence).any():
        table["Probability"] = [float(f"{p:.3g}") for p in formulas.evidence_weights(evidence)]
    return Info(table, "Statistic, AIC and BIC at the maximum of each likelihood")


def refuse_other_data(readings: Mapping[str, Criteria]) -> None:
    """Refuse results of different data.

    Raises:
        ParameterError: Names the first result that differs, and in what.
    """
    first, *others = readings
    for name in others:
        why = incomparable(readings[first].outcome.setup, readings[name].outcome.setup)
        if why:
            raise ParameterError(
                "only models of the same data, windows and statistics can be compared", got=f"{name}: {why}",
                hint=f"Notice the same energies as in {first}, with the same grouping and statistic.",
            )  # fmt: skip
