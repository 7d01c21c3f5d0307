"""Criteria of one run: AIC, AICc, BIC at the maximum, ln Z, WAIC and LOOIC: the half of an analyzer that judges the model."""

from abc import abstractmethod
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np

from spec_lab._base import Info, MissingDependency, StatisticError, statistic_text, value_and_error
from spec_lab.engines import Outcome, minimise
from spec_lab.fit import Problem
from spec_lab.results.criteria import formulas
from spec_lab.results.criteria.out_of_sample import TRUSTED_K, Predictive, loo, to_arviz, waic
from spec_lab.results.criteria.table import CriteriaValues
from spec_lab.results.estimates import is_posterior, some_draws

TABLE = 20_000_000  # numbers; 160 MB


def _pointwise(view: Any, space: Any, xs: Any) -> Any:
    """`f[s, c]`: the weighted log-likelihood of each (padded) channel at each draw."""
    return view.over_rows(lambda x: -0.5 * jnp.concatenate(view.stat_list(view.theta(space, x))), xs)


def maximum_stat(problem: Problem, outcome: Outcome) -> float:
    """The statistic at the maximum of the likelihood near the best point of a run; of a run with hooks, at that point."""
    known = maximum_in(outcome)
    if known is not None:
        return known
    polished = float(minimise(problem, np.asarray(outcome.best)).f)
    return min(polished, outcome.stat) if np.isfinite(polished) else outcome.stat


def maximum_in(outcome: Outcome) -> float | None:
    """The same as far as the outcome says it by itself; None where it is still to be computed."""
    if "hooks" in dict(outcome.settings) or not is_posterior(outcome):
        return outcome.stat
    return outcome.figures.get("min_stat")


def with_maximum(problem: Problem, outcome: Outcome) -> Outcome:
    """The outcome with that statistic among its `stats`, for those who read it without a problem to compute."""
    if maximum_in(outcome) is not None:
        return outcome
    return outcome.replace(stats=(*outcome.stats, ("min_stat", maximum_stat(problem, outcome))))


class Criteria:
    """Base of the analyzers: needs `outcome` and `problem`."""

    outcome: Outcome
    problem: Problem

    @property
    @abstractmethod
    def k(self) -> int:
        """Free parameters."""

    # -- criteria ------------------------------------------------------------------------------------------------------
    @cached_property
    def min_stat(self) -> float:
        """The statistic at its true minimum: the best point of the run, polished by the built-in fit.

        A run with hooks is not polished: the built-in fit knows nothing of them.
        """
        return maximum_stat(self.problem, self.outcome)

    @property
    def _hooked(self) -> bool:
        return "hooks" in dict(self.outcome.settings)

    @property
    def max_loglike(self) -> float:
        """The log-likelihood at `par_best`; the criteria stand at its maximum, `-min_stat / 2`, which no draw hits."""
        return float(self.outcome.log_like[int(np.argmax(self.outcome.log_prob))])

    @property
    def n(self) -> int:
        """Channels that enter the fit."""
        return sum(len(u.channels().S) for p in self.outcome.setup.pairs for u in p.data.units)

    @property
    def weighted_n(self) -> float:
        """The same, each as often as its unit's weight counts it: what goes with a weighted likelihood in AICc and BIC."""
        units = [u for p in self.outcome.setup.pairs for u in p.data.units]
        return sum(float(u.weight) * len(u.channels().S) for u in units)

    aic = property(lambda self: formulas.aic(self.min_stat, self.k), doc="Akaike's criterion at the maximum.")
    aicc = property(
        lambda self: formulas.aicc(self.min_stat, self.k, self.weighted_n), doc="AIC corrected for small samples."
    )
    bic = property(
        lambda self: formulas.bic(self.min_stat, self.k, self.weighted_n), doc="Bayesian information criterion."
    )

    @property
    def lnZ(self) -> float | None:
        """Log evidence, with log-likelihood = -stat/2; None for runs that do not give one."""
        return self.outcome.log_evidence

    @property
    def lnZ_err(self) -> float | None:
        """Its standard error."""
        return self.outcome.log_evidence_error

    # -- predictive criteria -------------------------------------------------------------------------------------------
    def log_likelihood(self, most: int = 2000) -> np.ndarray:
        """`f[s, c]`, the log-likelihood (-stat/2) of each channel at (at most `most` of) the draws.

        Raises:
            StatisticError: The run took its likelihood from a hook, which says nothing of channels.
        """
        if "loglike_func" in str(dict(self.outcome.settings).get("hooks", "")):
            raise StatisticError("the run used loglike_func, which does not tell the likelihood of each channel")
        table = self.problem.map_blocks(_pointwise, self.problem.pad(some_draws(self.outcome, most)))
        return table[:, self._real_channels()]

    @cached_property
    def _every_draw(self) -> np.ndarray:
        """`log_likelihood` at all draws, or at so many that the table has at most `TABLE` entries."""
        return self.log_likelihood(max(TABLE // max(int(self._real_channels().sum()), 1), 100))

    def _real_channels(self) -> np.ndarray:
        problem = self.problem
        lengths: list[list[tuple[int, int]]] = [[] for _ in problem.layout.statistics]
        for pair, place in zip(problem.setup.pairs, problem.layout.pairs, strict=True):
            for unit, where in zip(pair.data.units, place.units, strict=True):
                lengths[where.statistic].append((len(unit.channels().S), where.channels))
        return np.concatenate([np.arange(padded) < n for group in lengths for n, padded in group])

    def waic(self) -> Predictive:
        """Watanabe's criterion of all draws, on the deviance scale, with error; kept."""
        return self._waic

    def loo(self) -> Predictive:
        """Leave-one-out cross-validation on the deviance scale, with Pareto k of each channel; kept."""
        return self._loo

    @cached_property
    def _waic(self) -> Predictive:
        return waic(self._every_draw)

    @cached_property
    def _loo(self) -> Predictive:
        return loo(self._every_draw)

    def to_arviz(self) -> Any:
        """The sample as a tree that ArviZ reads, with pointwise log-likelihoods (extra `arviz`)."""
        names = [self.problem.setup.slots[i].path for i in self.problem.setup.free]
        draws = some_draws(self.outcome, 2000)
        table = self.problem.map_blocks(_pointwise, self.problem.pad(draws))[:, self._real_channels()]
        return to_arviz(draws, names, log_likelihood=table, attrs={"engine": self.outcome.engine})

    # -- tables --------------------------------------------------------------------------------------------------------
    @property
    def all_IC(self) -> CriteriaValues:
        """Information criteria and evidence: those that cost nothing, name → number; shown as a table."""
        evidence = {} if self.lnZ is None else {"lnZ": self.lnZ, "lnZ_err": self.lnZ_err or float("nan")}
        return CriteriaValues(self._maximum() | evidence, self._where)

    @property
    def _where(self) -> str:
        """At which point the criteria stand."""
        point = "best draw of a run with hooks" if self._hooked else "maximum of the likelihood"
        return f"At the {point}: statistic {statistic_text(self.min_stat)}"

    @property
    def IC_info(self) -> Info:
        """All criteria: of a posterior also WAIC and LOOIC, `value ± error`, from the likelihood of each channel at all draws.

        A column `Remark` says what is not to be trusted, or what is missing. The first reading takes a
        second or so, the next ones nothing.
        """
        predictive, remarks = self._predictive()
        columns = self._maximum() | predictive | self._evidence() | ({"Remark": "\n".join(remarks)} if remarks else {})
        return Info({name: [value] for name, value in columns.items()}, self._where)

    def _maximum(self) -> dict[str, float]:
        return {"AIC": self.aic, "AICc": self.aicc, "BIC": self.bic}

    def _evidence(self) -> dict[str, str]:
        return {} if self.lnZ is None else {"lnZ": value_and_error(self.lnZ, self.lnZ_err)}

    def _predictive(self) -> tuple[dict[str, str], list[str]]:
        try:
            waic, loo = self.waic(), self.loo()
        except (MissingDependency, StatisticError) as error:
            return {}, [f"No WAIC, no LOOIC: {error}"]
        remarks = [] if waic.trusted else ["WAIC: some channels decide more than it allows; LOOIC is safer."]
        if not loo.trusted:
            bad = loo.pareto_k > TRUSTED_K
            remarks.append(
                f"LOOIC: Pareto k > {TRUSTED_K} (up to {loo.pareto_k.max():.2g}) in {bad.sum()} of {len(bad)} channels."
            )
        shown = {"WAIC": value_and_error(*waic[:2]), "LOOIC": value_and_error(*loo[:2])}
        return shown, remarks
