"""Which of several models to keep: the simplest that the data do not hold against.

`select_model` ranks results by one criterion and takes, of those that are as good as the best, the one with the fewest free
parameters. The arithmetic is `formulas`; whether the results may be compared at all is asked first.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from spec_lab._base import Info, ParameterError, nearest
from spec_lab.results.annotations import GivenBundles
from spec_lab.results.criteria import formulas
from spec_lab.results.criteria.comparison import refuse_other_data
from spec_lab.results.criteria.criteria import Criteria
from spec_lab.results.criteria.out_of_sample import Predictive
from spec_lab.results.estimates import is_posterior

_VALUES: dict[str, Callable[[Any], Any]] = {
    "AIC": lambda r: r.aic,
    "AICc": lambda r: r.aicc,
    "BIC": lambda r: r.bic,
    "WAIC": lambda r: r.waic(),
    "LOOIC": lambda r: r.loo(),
    "lnZ": lambda r: r.lnZ,
}


class Selection(NamedTuple):
    """What `select_model` found.

    Attributes:
        name: Of the model to take.
        result: What was run with it.
        candidates: Names of all that are as good as the best, the one to take first.
        info: The table: criterion, distance from the best with its error, free parameters, verdict.
    """

    name: str
    result: Criteria
    candidates: tuple[str, ...]
    info: Info

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def select_model(
    bundles: GivenBundles,
    criterion: str = "WAIC",
    threshold: float | None = None,
    sigma: float = 2,
) -> Selection:
    """The simplest of the models that are as good as the best.

    Candidates are closer to the best than `threshold`, or within `sigma` errors of it; of these, the one with the fewest
    free parameters is taken, and of equals the better.

    Args:
        bundles: Name to result, or results (called by their model expressions); all of the same data.
        criterion: AIC, AICc, BIC, WAIC, LOOIC or lnZ.
        threshold: By default 2 for AIC and AICc, ln 10 for BIC, 8 for WAIC and LOOIC, ln(10)/2 for lnZ.
        sigma: In errors of the distance: for WAIC and LOOIC over the bins, paired; for lnZ in quadrature.

    Raises:
        ParameterError: Nothing to choose from, results of different data (the difference is named), an unknown criterion,
            or one that a result does not give.
    """
    if criterion not in _VALUES:
        raise ParameterError(
            "unknown criterion", got=criterion, allowed=", ".join(_VALUES), hint=nearest(criterion, _VALUES)
        )
    readings = _named(bundles)
    refuse_other_data(readings)
    names = list(readings)
    found = [_value(name, reading, criterion) for name, reading in readings.items()]
    values = np.array([each.value if isinstance(each, Predictive) else each for each in found], float)
    distance = values.max() - values if criterion == "lnZ" else values - values.min()
    best = int(np.argmin(distance))
    top = (found[best], readings[names[best]])
    error = np.array([_error(criterion, (found[i], readings[name]), top) for i, name in enumerate(names)])
    k = np.array([readings[name].k for name in names])
    threshold = formulas.THRESHOLDS[criterion] if threshold is None else threshold
    chosen = formulas.simplest(distance, error, k, threshold, sigma)
    table = _table(names, criterion, values, distance, error, k, chosen)
    return Selection(names[chosen[0]], readings[names[chosen[0]]], tuple(names[i] for i in chosen), table)


def _named(bundles: Any) -> Mapping[str, Criteria]:
    several = list(bundles.values() if isinstance(bundles, Mapping) else bundles)
    if not several or not all(isinstance(each, Criteria) for each in several):
        raise ParameterError(
            "there is nothing to choose from", got=bundles, allowed="{name: result, ...} or a list of results"
        )
    if isinstance(bundles, Mapping):
        return bundles
    named: dict[str, Criteria] = {}
    for reading in several:
        name = " + ".join(dict.fromkeys(pair.model.expression for pair in reading.outcome.setup.pairs))
        again = sum(each == name or each.startswith(f"{name} #") for each in named)
        named[f"{name} #{again + 1}" if again else name] = reading
    return named


def _value(name: str, reading: Criteria, criterion: str) -> Any:
    if criterion in ("WAIC", "LOOIC") and not is_posterior(reading.outcome):
        raise ParameterError(
            f"{criterion} needs draws of a posterior, and {name!r} has none", got=type(reading).__name__,
            hint="Run a sampler (preview, nuts, nested, emcee, multinest), or choose by AICc.",
        )  # fmt: skip
    value = _VALUES[criterion](reading)
    if value is None or not np.isfinite(value.value if isinstance(value, Predictive) else value):
        hint = "Run nested, multinest or preview." if criterion == "lnZ" else "Choose by another criterion."
        raise ParameterError(f"{name!r} has no {criterion}", got=reading.outcome.engine, hint=hint)
    return value


def _error(criterion: str, one: tuple[Any, Criteria], best: tuple[Any, Criteria]) -> float:
    """Of the distance between one (value, result) and the best."""
    (value, reading), (least, other) = one, best
    if reading is other:
        return 0.0
    if isinstance(value, Predictive):
        if _units(reading) == _units(other):
            return formulas.paired_error(value.pointwise, least.pointwise)
        return float(np.hypot(value.error, least.error))  # the same units in another order cannot be paired bin by bin
    return float(np.hypot(reading.lnZ_err or 0.0, other.lnZ_err or 0.0)) if criterion == "lnZ" else 0.0


def _units(reading: Criteria) -> list[str]:
    return [name for pair in reading.outcome.setup.pairs for name in pair.data.names]


def _table(
    names: list[str], criterion: str, values: Any, distance: Any, error: Any, k: Any, chosen: np.ndarray
) -> Info:
    order = sorted(range(len(names)), key=lambda i: (distance[i], k[i]))
    verdict = {int(i): "as good as the best" for i in chosen} | {int(chosen[0]): "take"}
    return Info(
        {
            "Model": [names[i] for i in order],
            "Free": [int(k[i]) for i in order],
            criterion: [float(values[i]) for i in order],
            f"Δ{criterion}": [float(distance[i]) for i in order],
        }
        | ({"± Δ": [float(error[i]) for i in order]} if error.any() else {})
        | {"Verdict": [verdict.get(i, "worse") for i in order]},
        f"{criterion} at the maximum of each likelihood" if criterion in ("AIC", "AICc", "BIC") else None,
    )
