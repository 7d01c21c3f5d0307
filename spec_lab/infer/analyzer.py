"""Analyzers: what a run says, read from its outcome. An analyzer is an `Infer` that cannot move.

It stands on a snapshot of the set-up that was run, at its best fit, so what an `Infer` can tell it tells of the result; its
store refuses edits and engines and names `.infer`, which takes them. Reading never moves a parameter, and two analyses never
share state. What is read of the draws is in `spec_lab.results`, one folder a question.
"""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import Info, ParameterError, as_quantity, statistic_text, write_tables
from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.infer.engines import analyzer
from spec_lab.infer.fit import Fit
from spec_lab.infer.infer import Infer
from spec_lab.infer.sample_matrix import outcome_of
from spec_lab.infer.store import Snapshot
from spec_lab.results import nearest_minimum
from spec_lab.results.criteria import Criteria
from spec_lab.results.estimates import Estimates, is_posterior, some_draws
from spec_lab.results.fluxes import Fluxes
from spec_lab.results.profiles import Profiles

if TYPE_CHECKING:
    from astropy.table import QTable

    from spec_lab.results.drawing import Drawing


class SampleAnalyzer(Estimates, Criteria, Fluxes, Profiles, Infer):
    """What a sample of the free parameters says. Base of `Posterior` and `Bootstrap`.

    Args:
        infer: The `Infer` the sample comes from.
        outcome: The run to read; the last one when left out, or the matrix that was set by hand under the name
            `sample_attribute`.

    Raises:
        ParameterError: Nothing was run yet; or a `Posterior` of a run that gave none.
    """

    sample_attribute: str | None = None
    analyzer_type = "Sample Analysis Results"
    save_prefix = "sample"
    bayesian: bool | None = None  # whether only such runs, or only others, are read

    def __init__(self, infer: Infer, outcome: Outcome | None = None):
        if not isinstance(infer, Infer):
            raise ParameterError(f"{type(self).__name__} reads an Infer", got=infer, hint="Posterior(infer)")
        outcome = outcome or self._given(infer) or infer.outcome
        if outcome is None:
            raise ParameterError("there is no result to read yet", hint="Run a fit first, such as infer.fit().")
        if self.bayesian and not is_posterior(outcome):
            raise ParameterError(
                "the run gave no draws of a posterior", got=outcome.engine,
                hint="Run a sampler, such as infer.preview(), or read the fit with Bootstrap(infer).",
            )  # fmt: skip
        self._infer = infer
        known = infer.problem if infer.setup.pairs else None
        self._stand_on(Fit(Snapshot(outcome.setup.with_free(self._best_of(outcome)), type(self).__name__), known))
        self._fit.outcome = outcome
        self._hooks = dict(infer._hooks)

    def _given(self, infer: Infer) -> Outcome | None:
        """What was set by hand under the name of `sample_attribute`, as an outcome."""
        name = self.sample_attribute or ""
        matrix = infer._by_hand.get(name, infer.__dict__.get(name))
        return None if matrix is None else outcome_of(infer.problem, matrix)

    def _best_of(self, outcome: Outcome) -> np.ndarray:
        """`f[n]`, where the analyzer stands: the draw of highest log probability, or the best fit itself."""
        if not is_posterior(outcome):
            return np.asarray(outcome.best)
        return np.asarray(outcome.draws)[int(np.argmax(outcome.log_prob))]

    @property
    def infer(self) -> Infer:
        """The `Infer` the sample comes from."""
        return self._infer

    def editable(self) -> Infer:
        """A copy of the set-up, at the best fit, that a Lab may edit."""
        made = self._again(self.setup)
        made.outcome = self.outcome
        return made

    def _again(self, setup: Setup) -> Infer:
        return self._infer._again(setup)

    def _fitted_point(self) -> np.ndarray:
        best = np.asarray(self.outcome.best)
        return best if self._hooked else nearest_minimum(self.problem, best)

    def _vectors(self, most: int) -> np.ndarray:
        return self._fitted_point()[None] if self.fits_again else some_draws(self.outcome, most)

    # -- tables --------------------------------------------------------------------------------------------------------
    @property
    def stat_info(self) -> Info:
        """The statistic of each data unit where the analyzer stands, and the total over the degrees of freedom."""
        return self.all_stat

    @property
    def _stands(self) -> str:
        """Where the analyzer stands, and how far that is from the maximum."""
        point = "draw of highest likelihood" if self._hooked else "maximum"
        here, there = statistic_text(-2 * self.max_loglike), statistic_text(self.min_stat)
        return f"At par_best: statistic {here}; at the {point} {there}"

    def to_qtable(self) -> "QTable":
        """The draws as an `astropy.table.QTable`: a column for each free parameter, with its unit.

        A parameter that holds a decimal logarithm is given as the quantity itself. Columns are called as in the Lab,
        `cpl.logEp`; `log_prob` or `log_like` ranks the draws.

        Example:
            >>> from spec_lab import BayesInfer, datasets
            >>> from spec_lab.models import cpl
            >>> post = BayesInfer([(datasets.load("burst"), cpl())]).fit()
            >>> post.to_qtable()["cpl.logEp"].unit
            Unit("keV")
        """
        from astropy.table import QTable

        outcome, setup = self.outcome, self.problem.setup
        slots = [setup.slots[i] for i in setup.free]
        names = [f"{slot.component}.{slot.name}" for slot in slots]
        twice = {name for name, count in Counter(names).items() if count > 1}
        columns = {
            f"{name} ({i + 1})" if name in twice else name: as_quantity(draws, slot.unit, slot.log)
            for name, slot, i, draws in zip(names, slots, setup.free, np.asarray(outcome.draws).T, strict=True)
        }
        rank = ("log_prob", outcome.log_prob) if is_posterior(outcome) else ("log_like", outcome.log_like)
        return QTable({**columns, rank[0]: np.asarray(rank[1])}, meta={"engine": outcome.engine})

    def save(self, savepath: str | Path) -> None:
        """Write `<prefix>_free_par.json`, `<prefix>_stat.json` and `<prefix>_IC.json` into a folder (made if missing).

        Raises:
            ParameterError: `savepath` is no path.
        """
        shown = {"free_par": self.free_par_info, "stat": self.stat_info, "IC": self.all_IC.info}
        write_tables(savepath, {f"{self.save_prefix}_{name}": table for name, table in shown.items()})

    def __repr__(self) -> str:
        head = f"{self.analyzer_type} ({self.outcome.engine}: {self.outcome.message})"
        return "\n".join([head, self.free_par_info.text, self.stat_info.text, self.all_IC.text])

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        head = f"<p><b>{self.analyzer_type}</b> {self.outcome.engine}: {self.outcome.message}</p>"
        parts = (self.free_par_info, self.stat_info, self.all_IC.info)
        return head + "".join(t._repr_html_() for t in parts)

    # -- figures -------------------------------------------------------------------------------------------------------

    def corner(self, **options: Any) -> "Drawing":
        """The corner plot for print: see `spec_lab.results.figures.corner`."""
        from spec_lab.results.corner.figure import corner

        given = {"units": [self.problem.setup.slots[i].unit for i in self.problem.setup.free], **options}
        return corner(np.asarray(self.outcome.draws), self._labels, np.asarray(self.outcome.best), **given)

    def trace(self, **options: Any) -> "Drawing":
        """Each parameter along the chains of emcee or NUTS, one line a chain: do they agree, do they drift?

        Args:
            **options: See `spec_lab.results.figures.trace`: `most`.

        Raises:
            ParameterError: The draws are of no chains.
        """
        from spec_lab.results.estimates.figure import trace

        chains = self.outcome.figures.get("chains")
        if chains is None:
            raise ParameterError(
                "the draws are of no chains", got=self.outcome.engine, allowed="a run of emcee or nuts"
            )
        draws = np.asarray(self.outcome.draws)
        return trace(draws.reshape(-1, chains, draws.shape[1]).swapaxes(0, 1), self._labels, **options)

    @property
    def _labels(self) -> list[str]:
        """LaTeX of the free parameters, with the number where two have the same."""
        slots = [self.problem.setup.slots[i] for i in self.problem.setup.free]
        often = Counter(slot.label for slot in slots)
        return [f"${s.label}$" if often[s.label] == 1 else f"$p{s.pid}({s.label})$" for s in slots]

    def qq(self, **options: Any) -> "Drawing":
        """Quantiles of the probability integral transform (see `pit`) against normal ones, with the pointwise 95 % band.

        Args:
            **options: See `spec_lab.results.figures.qq`: `title`.
        """
        return self.pit().qq(**options)


@analyzer("posterior")
class Posterior(SampleAnalyzer):
    """A posterior sample."""

    bayesian = True

    sample_attribute = "posterior_sample"
    analyzer_type = "Posterior Results"
    save_prefix = "post"


@analyzer("best fit")
class Bootstrap(SampleAnalyzer):
    """A best fit with draws from its covariance (row 0 is the best fit itself)."""

    sample_attribute = "bootstrap_sample"
    analyzer_type = "Bootstrap Results"
    fits_again = True
    save_prefix = "boot"

    @property
    def par_truth(self) -> np.ndarray:
        """The best fit."""
        return np.asarray(self.outcome.best)

    def _best_of(self, outcome: Outcome) -> np.ndarray:
        return np.asarray(outcome.best)

    @property
    def _stands(self) -> str:
        return f"At the best fit: statistic {statistic_text(self.min_stat)}"

    @property
    def _where(self) -> str:
        return self._stands

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
