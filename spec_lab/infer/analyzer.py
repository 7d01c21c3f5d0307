"""Readings of a result: estimates, intervals, criteria, tables.

An analyzer owns the outcome it reads, and with it a snapshot of the set-up: reading never moves a parameter, and two analyses
never share state.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import MissingDependency, ParameterError, StatisticError, written_whole
from spec_lab._base.info import Info
from spec_lab.analysis import Sample, criteria
from spec_lab.analysis.predictive import TRUSTED_K
from spec_lab.analysis.sample import ONE_SIGMA
from spec_lab.engines import Outcome
from spec_lab.engines.catalog import ENGINES
from spec_lab.fit import Problem
from spec_lab.fit.program_layout import statistic_of
from spec_lab.infer import tables
from spec_lab.infer.checks import Checks
from spec_lab.infer.predictions import Predictions

if TYPE_CHECKING:
    from spec_lab.infer.infer import Infer


class SampleAnalyzer(Predictions):
    """What a sample of the free parameters says. Base of `Posterior` and `Bootstrap`.

    Args:
        infer: The `Infer` the sample comes from.
        outcome: The run to read; the last one when left out.

    Raises:
        ParameterError: Nothing was run yet; or a `Posterior` of a run that gave none.
    """

    sample_attribute: str | None = None
    analyzer_type = "Sample Analysis Results"
    save_prefix = "sample"

    def __init__(self, infer: "Infer", outcome: Outcome | None = None):
        if outcome is None and not isinstance(infer, Checks):
            raise ParameterError(f"{type(self).__name__} reads an Infer", got=infer, hint="Posterior(infer)")
        outcome = outcome or infer.outcome
        if outcome is None:
            raise ParameterError("there is no result to read yet", hint="Run a fit first, such as infer.fit().")
        engine = ENGINES.get(outcome.engine)
        if self.sample_attribute and engine and not engine.bayesian:
            raise ParameterError(
                "the run gave no draws of a posterior", got=outcome.engine,
                hint="Run a sampler, such as infer.preview(), or read the fit with Bootstrap(infer).",
            )  # fmt: skip
        self._infer, self.outcome = infer, outcome
        self.problem = Problem(outcome.setup)

    # -- the sample ----------------------------------------------------------------------------------------------------
    @property
    def infer(self) -> "Infer":
        """The `Infer` the sample comes from."""
        return self._infer

    @property
    def sample(self) -> np.ndarray:
        """`f[s, n]`, the draws."""
        return np.asarray(self.outcome.draws)

    @property
    def sample_statistic(self) -> dict[str, np.ndarray]:
        """`stat` and `log_prob` of each draw."""
        return {"stat": -2.0 * np.asarray(self.outcome.log_like), "log_prob": np.asarray(self.outcome.log_prob)}

    # -- estimates -----------------------------------------------------------------------------------------------------
    @cached_property
    def reading(self) -> Sample:
        """Estimates and intervals of the draws."""
        return Sample(self.outcome.draws, self._ranking)

    @property
    def _ranking(self) -> np.ndarray:
        return np.asarray(self.outcome.log_prob)

    par_mean = property(lambda self: self.reading.mean, doc="Mean of each free parameter.")
    par_median = property(lambda self: self.reading.median, doc="Median of each free parameter.")
    par_best = property(lambda self: self.reading.best, doc="The draw with the highest log probability.")
    par_best_ci = property(
        lambda self: self.reading.best_ci,
        doc="The highest-ranked draw inside all marginal 1σ intervals at once, or None.",
    )
    par_Isigma = property(lambda self: self.reading.Isigma, doc="`f[n, 2]`, 68.27 % intervals.")
    par_IIsigma = property(lambda self: self.reading.IIsigma, doc="`f[n, 2]`, 95.45 % intervals.")
    par_IIIsigma = property(lambda self: self.reading.IIIsigma, doc="`f[n, 2]`, 99.73 % intervals.")
    par_ninety_percent = property(lambda self: self.reading.ninety_percent, doc="`f[n, 2]`, 90 % intervals.")

    @property
    def par_truth(self) -> np.ndarray | None:
        """The values at the maximum of the likelihood where the run knows it; None otherwise."""
        return None

    def par_quantile(self, q: float) -> np.ndarray:
        """The `q` quantile of each free parameter."""
        return self.reading.quantile(q)

    def par_interval(self, q: float = ONE_SIGMA) -> np.ndarray:
        """`f[n, 2]`, the central interval of probability `q`."""
        return self.reading.interval(q)

    def par_error(self, par: Any, q: float = ONE_SIGMA) -> np.ndarray:
        """`f[n, 2]`: how far the interval of probability `q` reaches below and above `par` (`f[n]`).

        Raises:
            ParameterError: `par` is not one value for each free parameter, or `q` no probability.
        """
        if np.shape(par) != (self.k,):
            raise ParameterError("one value for each free parameter", got=par, allowed=f"shape ({self.k},)")
        return self.reading.error(par, q)

    # -- criteria ------------------------------------------------------------------------------------------------------
    @cached_property
    def min_stat(self) -> float:
        """The statistic at its true minimum: the best point of the run, polished by the built-in fit.

        A run with hooks is not polished: the built-in fit knows nothing of them.
        """
        if "hooks" in dict(self.outcome.settings):
            return self.outcome.stat
        from spec_lab.engines.newton import minimise

        polished = float(minimise(self.problem, np.asarray(self.outcome.best)).f)
        return min(polished, self.outcome.stat) if np.isfinite(polished) else self.outcome.stat

    @property
    def max_loglike(self) -> float:
        """The maximum of the log-likelihood."""
        return -0.5 * self.min_stat

    @property
    def n(self) -> int:
        """Channels that enter the fit."""
        return sum(len(u.channels().S) for p in self.outcome.setup.pairs for u in p.data.units)

    @property
    def weighted_n(self) -> float:
        """The same, each as often as its unit's weight counts it: what goes with a weighted likelihood in AICc and BIC."""
        units = [u for p in self.outcome.setup.pairs for u in p.data.units]
        return sum(float(u.weight) * len(u.channels().S) for u in units)

    @property
    def k(self) -> int:
        """Free parameters."""
        return len(self.outcome.setup.free)

    aic = property(lambda self: criteria.aic(self.min_stat, self.k), doc="Akaike's criterion at the maximum.")
    aicc = property(
        lambda self: criteria.aicc(self.min_stat, self.k, self.weighted_n), doc="AIC corrected for small samples."
    )
    bic = property(
        lambda self: criteria.bic(self.min_stat, self.k, self.weighted_n), doc="Bayesian information criterion."
    )

    @property
    def lnZ(self) -> float | None:
        """Log evidence, with log-likelihood = -stat/2; None for runs that do not give one."""
        return self.outcome.log_evidence

    @property
    def lnZ_err(self) -> float | None:
        """Its standard error."""
        return self.outcome.log_evidence_error

    # -- tables --------------------------------------------------------------------------------------------------------
    @property
    def free_par_info(self) -> Info:
        """The free parameters with estimates and intervals."""
        setup = self.outcome.setup
        base = tables.free_par_info(setup).data_dict
        columns = {name: base[name] for name in ("par#", "Class", "Expression", "Component", "Parameter")}
        if self.par_truth is not None:
            columns["Truth"] = list(map(float, self.par_truth))
        best_ci = self.par_best_ci
        columns |= {
            "Mean": list(map(float, self.par_mean)),
            "Median": list(map(float, self.par_median)),
            "Best": list(map(float, self.par_best)),
            "1sigma Best": [float("nan")] * self.k if best_ci is None else list(map(float, best_ci)),
            "1sigma CI": _intervals(self.par_Isigma),
            "90% CI": _intervals(self.par_ninety_percent),
        }
        return Info(columns)

    @property
    def stat_info(self) -> Info:
        """The statistic of each data unit at the best point of the run, and the total over the degrees of freedom."""
        return stat_table(self.problem, np.asarray(self.outcome.best))

    @property
    def all_IC(self) -> Info:
        """Information criteria and evidence: those that cost nothing."""
        return Info({name: [value] for name, value in (self._maximum() | self._evidence()).items()})

    @property
    def IC_info(self) -> Info:
        """All criteria: of a posterior also WAIC and LOOIC, `value ± error`, from the likelihood of each channel at all draws.

        A column `Remark` says what is not to be trusted, or what is missing (the extra `arviz`). The first reading takes a
        second or so, the next ones nothing.
        """
        predictive, remarks = self._predictive()
        columns = self._maximum() | predictive | self._evidence() | ({"Remark": "\n".join(remarks)} if remarks else {})
        return Info({name: [value] for name, value in columns.items()})

    def _maximum(self) -> dict[str, float]:
        return {"AIC": self.aic, "AICc": self.aicc, "BIC": self.bic}

    def _evidence(self) -> dict[str, str]:
        return {} if self.lnZ is None else {"lnZ": criteria.with_error(self.lnZ, self.lnZ_err)}

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
        shown = {"WAIC": criteria.with_error(*waic[:2]), "LOOIC": criteria.with_error(*loo[:2])}
        return shown, remarks

    def save(self, savepath: str | Path) -> None:
        """Write `<prefix>_free_par.json`, `<prefix>_stat.json` and `<prefix>_IC.json` into a folder (made if missing).

        Raises:
            ParameterError: `savepath` is no path.
        """
        shown = {"free_par": self.free_par_info, "stat": self.stat_info, "IC": self.all_IC}
        write_tables(savepath, {f"{self.save_prefix}_{name}": table for name, table in shown.items()})

    def __repr__(self) -> str:
        head = f"{self.analyzer_type} ({self.outcome.engine}: {self.outcome.message})"
        return "\n".join([head, self.free_par_info.text, self.stat_info.text, self.all_IC.text])

    def _repr_html_(self) -> str:
        head = f"<p><b>{self.analyzer_type}</b> {self.outcome.engine}: {self.outcome.message}</p>"
        parts = (self.free_par_info, self.stat_info, self.all_IC)
        return head + "".join(t._repr_html_() for t in parts)


class Posterior(SampleAnalyzer):
    """A posterior sample."""

    sample_attribute = "posterior_sample"
    analyzer_type = "Posterior Results"
    save_prefix = "post"


class Bootstrap(SampleAnalyzer):
    """A best fit with draws from its covariance (row 0 is the best fit itself)."""

    analyzer_type = "Bootstrap Results"
    fits_again = True
    save_prefix = "boot"

    @property
    def par_truth(self) -> np.ndarray:
        """The best fit."""
        return np.asarray(self.outcome.best)

    @property
    def _ranking(self) -> np.ndarray:
        return np.asarray(self.outcome.log_like)

    def _predictive(self) -> tuple[dict[str, str], list[str]]:
        return {}, []  # these draws are no posterior's

    @property
    def covariance(self) -> np.ndarray:
        """`f[n, n]`, covariance of the free parameters."""
        return np.asarray(self.outcome.covariance)

    @property
    def errors(self) -> np.ndarray:
        """`f[n]`, one standard deviation each."""
        return self.outcome.errors

    @property
    def min_stat(self) -> float:
        """The statistic at the best fit."""
        return self.outcome.stat

    @property
    def max_loglike(self) -> float:
        """-stat/2 at the best fit."""
        return -0.5 * self.outcome.stat


def _intervals(bounds: np.ndarray) -> list[str]:
    return [
        f"[{low:.3f}, {high:.3f}]" if abs(high - low) > 5e-3 else f"[{low:#.5g}, {high:#.5g}]" for low, high in bounds
    ]


def stat_table(problem: Problem, x: np.ndarray | None = None) -> Info:
    """Data, model, statistic, value and bins of each unit; last row the total as `stat/dof`."""
    _, stats, _ = problem.display(x)
    rows: list[tuple[Any, ...]] = [
        (name, pair.model.expression, statistic_of(unit).tag, float(np.sum(value)) * float(unit.weight), len(value))
        for pair, values in zip(problem.setup.pairs, stats, strict=True)
        for name, unit, value in zip(pair.data.names, pair.data.units, values, strict=True)
    ]
    total, bins = sum(r[3] for r in rows), sum(r[4] for r in rows)
    rows.append(("Total", "Total", "stat/dof", f"{total:.3f}/{bins - problem.n}", bins))
    names = ("Data", "Model", "Statistic", "Value", "Bins")
    return Info({name: [row[i] for row in rows] for i, name in enumerate(names)})


def write_json(path: Path, rows: Any) -> None:
    """Write JSON, whole or not at all."""
    with written_whole(path) as part:
        part.write_text(json.dumps(rows, indent=2, allow_nan=True), encoding="utf-8")


def write_tables(savepath: str | Path, shown: Mapping[str, Info]) -> None:
    """Write each table as `<name>.json` into a folder, made if missing.

    Raises:
        ParameterError: `savepath` is no path.
    """
    if not isinstance(savepath, str | Path):
        raise ParameterError("savepath is no folder", got=savepath, allowed='a path, such as "results"')
    folder = Path(savepath)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in shown.items():
        write_json(folder / f"{name}.json", table.list_dict)
