"""Predictive criteria and InferenceData, through arviz (optional: the extra `arviz`).

WAIC and LOO need the log-likelihood of every bin at every draw. Everything here takes arrays; arviz is imported when
used.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spec_lab._base import StatisticError, require
from spec_lab._base.info import Info

TRUSTED_K = 0.7  # Vehtari, Gelman & Gabry 2017
UNMOVED = 1e-9  # a log-likelihood that differs by less between draws is the same at all of them


class Predictive(NamedTuple):
    """An estimate of out-of-sample fit on the deviance scale, smaller is better.

    Attributes:
        value: -2 elpd.
        error: Its standard error over the bins.
        effective: Effective number of parameters.
        pointwise: `f[c]`, each bin's share of `value`.
        pareto_k: `f[c]` for LOO: above 0.7 a bin's share is not to be trusted; 0 for a bin whose likelihood is the same at
            all draws, where there is nothing to extrapolate; empty for WAIC.
        trusted: For LOO, whether no k is above 0.7; for WAIC, whether arviz raised no warning.
    """

    value: float
    error: float
    effective: float
    pointwise: np.ndarray
    pareto_k: np.ndarray
    trusted: bool

    @property
    def info(self) -> Info:
        """One row: value with error, effective number of parameters, and for LOO the worst k."""
        shown = {"Value": f"{self.value:.3f} ± {self.error:.3f}", "Effective parameters": f"{self.effective:.2f}"}
        if len(self.pareto_k):
            shown["Largest Pareto k"] = f"{self.pareto_k.max():.2f}"
            shown[f"k > {TRUSTED_K}"] = f"{np.sum(self.pareto_k > TRUSTED_K)} of {len(self.pareto_k)} bins"
        shown["To be trusted"] = "yes" if self.trusted else "no"
        return Info({name: [text] for name, text in shown.items()}, "LOOIC" if len(self.pareto_k) else "WAIC")

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def _arviz(feature: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # arviz 0.x announces its successor at import
        return require("arviz", feature, extra="arviz")


def to_arviz(
    draws: ArrayLike,
    names: Sequence[str],
    *,
    log_likelihood: ArrayLike | Mapping[str, ArrayLike] | None = None,
    log_prob: ArrayLike | None = None,
    observed: Mapping[str, ArrayLike] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> Any:
    """Draws as an `arviz.InferenceData`.

    Args:
        draws: `f[k, s, n]` (k chains) or `f[s, n]`.
        names: n parameter names, unique.
        log_likelihood: Of each bin: `f[s, c]` or `f[k, s, c]`, or one such array for each data unit.
        log_prob: `f[s]` or `f[k, s]`, kept as `sample_stats.lp`.
        observed: Data arrays by name.
        attrs: Notes to keep with the posterior.

    Raises:
        MissingDependency: arviz is not installed.
        StatisticError: Two parameters have one name.
    """
    arviz = _arviz("to_arviz()")
    if len(set(names)) != len(names):
        raise StatisticError("parameter names must be unique", got=list(names))
    draws = np.asarray(draws, float)
    chains = draws if draws.ndim == 3 else draws[None]

    def by_chain(values: ArrayLike) -> np.ndarray:
        values = np.asarray(values, float)
        return values if values.shape[:2] == chains.shape[:2] else values[None]

    groups: dict[str, Any] = {"posterior": {name: chains[:, :, i] for i, name in enumerate(names)}}
    if log_likelihood is not None:
        likelihood = log_likelihood if isinstance(log_likelihood, Mapping) else {"counts": log_likelihood}
        groups["log_likelihood"] = {name: by_chain(values) for name, values in likelihood.items()}
    if log_prob is not None:
        groups["sample_stats"] = {"lp": by_chain(log_prob)}
    if observed is not None:
        groups["observed_data"] = {name: np.asarray(values) for name, values in observed.items()}
    return arviz.from_dict(**groups, posterior_attrs=dict(attrs or {}))


def waic(log_likelihood: ArrayLike) -> Predictive:
    """Watanabe's criterion (2010) from the log-likelihood of each bin at each draw, `f[s, c]` or `f[k, s, c]`."""
    return _predictive("waic", log_likelihood)


def loo(log_likelihood: ArrayLike) -> Predictive:
    """Leave-one-out cross-validation by PSIS (Vehtari, Gelman & Gabry 2017), from the same array as `waic`."""
    return _predictive("loo", log_likelihood)


def _predictive(name: str, log_likelihood: ArrayLike) -> Predictive:
    arviz = _arviz(f"{name}()")
    values = np.asarray(log_likelihood, float)
    values = values if values.ndim == 3 else values[None]
    names = ("anything",)  # arviz wants a posterior, though it does not enter
    data = to_arviz(np.zeros((*values.shape[:2], 1)), names, log_likelihood=values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same is said by `trusted` and `pareto_k`
        found = getattr(arviz, name)(data, pointwise=True, scale="deviance")
    shape = np.asarray(found.pareto_k.values) if name == "loo" else np.zeros(0)
    if name == "loo":  # arviz gives k = inf for bins that no draw changes, such as those above the model's cut-off
        shape = np.where(np.ptp(values, axis=(0, 1)) < UNMOVED, 0.0, shape)
    return Predictive(
        float(found.iloc[0]),
        float(found.iloc[1]),
        float(found.iloc[2]),
        np.asarray(found[f"{name}_i"]),
        shape,
        bool(np.all(shape <= TRUSTED_K)) if name == "loo" else not bool(found["warning"]),
    )
