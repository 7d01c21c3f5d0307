"""Predictive criteria from the log-likelihood of every bin at every draw, and the sample for ArviZ.

WAIC is its definition; LOO stands on `engines.psis`, so that both are always there. `to_arviz` needs the extra `arviz`
(arviz-base), imported when used. Everything here takes arrays.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from spec_lab._base import Info, StatisticError, require, statistic_text, value_and_error
from spec_lab.engines import psis

TRUSTED_K = 0.7  # Vehtari, Gelman & Gabry 2017
UNSTEADY = 0.4  # variance of a bin's log-likelihood from which WAIC is not to be trusted (ibid.)
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
        trusted: For LOO, whether no k is above 0.7; for WAIC, whether no bin's log-likelihood varies by more than 0.4.
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
        shown = {
            "Value": value_and_error(self.value, self.error),
            "Effective parameters": f"{statistic_text(self.effective)}",
        }
        if len(self.pareto_k):
            shown["Largest Pareto k"] = f"{self.pareto_k.max():.2f}"
            shown[f"k > {TRUSTED_K}"] = f"{np.sum(self.pareto_k > TRUSTED_K)} of {len(self.pareto_k)} bins"
        shown["To be trusted"] = "yes" if self.trusted else "no"
        return Info({name: [text] for name, text in shown.items()}, "LOOIC" if len(self.pareto_k) else "WAIC")

    def __repr__(self) -> str:
        return self.info.text

    def _repr_html_(self) -> str:
        return self.info.html


def to_arviz(
    draws: ArrayLike,
    names: Sequence[str],
    *,
    log_likelihood: ArrayLike | Mapping[str, ArrayLike] | None = None,
    log_prob: ArrayLike | None = None,
    observed: Mapping[str, ArrayLike] | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> Any:
    """Draws as a tree of datasets that ArviZ reads (`xarray.DataTree`).

    Args:
        draws: `f[k, s, n]` (k chains) or `f[s, n]`.
        names: n parameter names, unique.
        log_likelihood: Of each bin: `f[s, c]` or `f[k, s, c]`, or one such array for each data unit.
        log_prob: `f[s]` or `f[k, s]`, kept as `sample_stats.lp`.
        observed: Data arrays by name.
        attrs: Notes to keep with the posterior.

    Raises:
        MissingDependency: arviz-base is not installed.
        StatisticError: Two parameters have one name.
    """
    arviz = require("arviz_base", "to_arviz()", extra="arviz")
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
    return arviz.from_dict(groups, attrs={"posterior": dict(attrs or {})})


def waic(log_likelihood: ArrayLike) -> Predictive:
    """Watanabe's criterion (2010) from the log-likelihood of each bin at each draw, `f[s, c]` or `f[k, s, c]`."""
    values = _one_chain(log_likelihood)
    penalty = values.var(axis=0)
    return _summed(_log_mean(values) - penalty, penalty, np.zeros(0), bool(np.all(penalty <= UNSTEADY)))


def loo(log_likelihood: ArrayLike) -> Predictive:
    """Leave-one-out cross-validation by PSIS (Vehtari, Gelman & Gabry 2017), from the same array as `waic`."""
    values = _one_chain(log_likelihood)
    left_out, shapes = np.empty(values.shape[1]), np.empty(values.shape[1])
    for i, column in enumerate(values.T):
        weights, shapes[i] = psis(-column)
        left_out[i] = float(np.asarray(logsumexp(weights + column)) - np.asarray(logsumexp(weights)))
    shapes = np.where(np.ptp(values, axis=0) < UNMOVED, 0.0, shapes)  # such as bins above the model's cut-off
    return _summed(left_out, _log_mean(values) - left_out, shapes, bool(np.all(shapes <= TRUSTED_K)))


def _one_chain(log_likelihood: ArrayLike) -> np.ndarray:
    values = np.asarray(log_likelihood, float)
    return values.reshape(-1, values.shape[-1])


def _log_mean(values: np.ndarray) -> np.ndarray:
    """`f[c]`: ln of the likelihood's mean over the draws."""
    return np.asarray(logsumexp(values, axis=0)) - np.log(len(values))


def _summed(elpd: np.ndarray, penalty: np.ndarray, shapes: np.ndarray, trusted: bool) -> Predictive:
    shares = -2.0 * elpd
    error = float(np.sqrt(len(shares) * np.var(shares)))
    return Predictive(float(shares.sum()), error, float(penalty.sum()), shares, shapes, trusted)
