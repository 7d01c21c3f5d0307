"""The documented tables of parameters, as pure functions of a set-up; with estimates, also of the draws."""

from collections.abc import Collection
from typing import Any

import numpy as np

from spec_lab._base import Info, interval_text
from spec_lab.fit import Setup, links
from spec_lab.results.estimates.sample import Sample


def prior_text(setup: Setup, index: int) -> str:
    """What the Prior column says: the prior, `frozen`, the tie, or the slots it equals."""
    root = setup.root(index)
    if root in setup.tied:
        return f"={setup.tied[root]}"
    if index != root:
        mates = [str(i + 1) for i in links.members(setup.partition, index) if i != index]
        return "=par#{" + ",".join(mates) + "}"
    if setup.frozen[index]:
        return "frozen"
    return "flat" if setup.priors[index] is None else str(setup.priors[index])


def par_info(setup: Setup, *, hide_frozen_data: bool = False, only: Collection[int] | None = None) -> Info:
    """All parameters (or those with the numbers `only`); `*` marks the free ones."""
    free = set(setup.free)
    rows = [
        i
        for i, s in enumerate(setup.slots)
        if not (hide_frozen_data and s.owner == "data" and setup.frozen[i] and i not in free)
        and (only is None or i + 1 in only)
    ]
    return Info(_columns(setup, rows, lambda i: f"{i + 1}*" if i in free else f"{i + 1}"))


def free_par_info(setup: Setup) -> Info:
    """The free parameters."""
    return Info(_columns(setup, list(setup.free), lambda i: f"{i + 1}"))


def _columns(setup: Setup, rows: list[int], number: Any) -> dict[str, list[Any]]:
    slots = setup.slots
    return {
        "par#": [number(i) for i in rows],
        "Class": [slots[i].owner for i in rows],
        "Expression": [slots[i].expression for i in rows],
        "Component": [slots[i].component for i in rows],
        "Parameter": [slots[i].name for i in rows],
        "Value": [float(setup.values[i]) for i in rows],
        "Prior": [prior_text(setup, i) for i in rows],
    }


def cfg_rows(setup: Setup) -> list[tuple[str, str, str, str, Any]]:
    """(class, expression, component, name, value) of every configuration value."""
    return [
        ("model", pair.model.expression, component, name, value)
        for pair in setup.pairs
        for component, name, value in pair.model.setting_rows
    ]


def cfg_info(setup: Setup) -> Info:
    """All configuration values."""
    rows = cfg_rows(setup)
    columns = ("Class", "Expression", "Component", "Parameter", "Value")
    return Info(
        {"cfg#": [str(i) for i in range(1, len(rows) + 1)]}
        | {name: [row[k] for row in rows] for k, name in enumerate(columns)}
    )


def estimates_info(setup: Setup, draws: Sample, truth: np.ndarray | None = None) -> Info:
    """The free parameters with estimates and intervals of `draws`, and the `truth` (`f[n]`) where it is known."""
    base = free_par_info(setup).data_dict
    columns = {name: base[name] for name in ("par#", "Class", "Expression", "Component", "Parameter")}
    if truth is not None and np.all(np.isfinite(truth)):
        columns["Truth"] = list(map(float, truth))
    columns |= {"Mean": list(map(float, draws.mean)), "Median": list(map(float, draws.median))}
    for name, point in (("Best", draws.best), ("1sigma Best", draws.best_ci)):
        columns[name] = [float("nan")] * len(setup.free) if point is None else list(map(float, point))
    return Info(columns | {"1sigma CI": _intervals(draws.Isigma), "90% CI": _intervals(draws.ninety_percent)})


def _intervals(bounds: np.ndarray) -> list[str]:
    return [interval_text(float(low), float(high)) for low, high in bounds]
