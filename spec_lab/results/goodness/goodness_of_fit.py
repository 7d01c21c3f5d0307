"""Goodness of fit without simulation: the statistic against its expectation, and the signs of the residuals.

The pure functions are in `formulas`; here they meet the units of a problem, and what they say is put into a table and a
sentence.
"""

from typing import NamedTuple

import numpy as np

from spec_lab._base import Info, number_text, statistic_text, value_and_error
from spec_lab.fit import Problem
from spec_lab.results.goodness import formulas
from spec_lab.results.goodness.formulas import Goodness, Runs
from spec_lab.results.model_counts import ModelCounts, model_counts, shares

DOUBT = 0.01  # a probability below this is called by its name
LOOK = 0.05  # a place as unlikely as this is worth a look
FEW = 10.0  # counts below which, and
NOISY = 0.1  # share of the background's variance above which E[C] is not that of W or PG


class UnitGoodness(NamedTuple):
    """The fit of one data unit.

    Attributes:
        name: Of the unit.
        statistic: Its tag.
        bins: Channels in the fit.
        shared: Free parameters that this unit determines (of all units together: all).
        fit: Statistic, expectation, z and p; NaN where the statistic is one number a unit.
        runs: Test of the signs of the residuals in order of energy.
        longest: Energy range of the longest run of one sign, keV.
        chance: Of a run as long as that.
        above: Whether the data are above the model there.
        doubtful: Channels in which the expectation is only that of known background.
    """

    name: str
    statistic: str
    bins: int
    shared: float
    fit: Goodness
    runs: Runs
    longest: tuple[float, float]
    chance: float
    above: bool
    doubtful: int


class GoodnessOfFit:
    """The statistic of each unit and in total against what a right model would give, and the runs of the residuals.

    Poisson statistics: mean and variance of C at the expected counts of each channel, `Σ E[C]`, `Σ Var[C]` (Kaastra 2017,
    A&A 605, A51), the mean lowered by the number of fitted parameters; z and p by the normal distribution. Exact for `C` and
    for a known background. W, PG and L also fit the background, which has as much noise of its own: with many counts the
    expectation is the same, with few it is not, and the table says in how many channels that is so. χ²: the χ² distribution
    of n - k degrees of freedom. A parameter that several units determine is shared out by their parts of Fisher's information.

    Attributes:
        units: One `UnitGoodness` a data unit.
        total: The weighted sum against its expectation.
        dof: Channels minus free parameters.
        where: At which point it stands: the title of the table.
    """

    def __init__(self, problem: Problem, x: np.ndarray, where: str | None = None):
        self.where = where
        expected, determined = model_counts(problem, x), shares(problem, x)
        _, stats, residuals = ([a for pair in part for a in pair] for part in problem.display(x))
        rows = zip(expected, stats, residuals, determined, strict=True)
        self.units = tuple(_unit_goodness(unit, float(np.sum(s)), r, float(k)) for unit, s, r, k in rows)
        self.dof = sum(u.bins for u in self.units) - len(x)
        parts = [u.fit for u in self.units]
        gaussian = all(not e.kind.poisson for e in expected) and all(e.weight == 1 for e in expected)
        if gaussian:
            self.total = formulas.chi2_goodness(sum(p.value for p in parts), sum(u.bins for u in self.units), len(x))
        else:
            self.total = formulas.joint_goodness(parts, [e.weight for e in expected])

    @property
    def info(self) -> Info:
        """One row a unit, and the total."""
        rows = [
            (
                u.name,
                u.statistic,
                u.bins,
                f"{u.bins - u.shared:.1f}",
                u.fit,
                _number(u.runs.p),
                _range(u),
                _number(u.chance),
            )
            for u in self.units
        ]
        rows.append(("Total", "", sum(u.bins for u in self.units), f"{self.dof}", self.total, None, "", None))
        fits = [row[4] for row in rows]
        return Info(
            {
                "Data": [row[0] for row in rows],
                "Statistic": [row[1] for row in rows],
                "Value": [f.value for f in fits],
                "Bins": [row[2] for row in rows],
                "dof": [row[3] for row in rows],
                "Expected": [value_and_error(f.expected, float(np.sqrt(f.variance))) for f in fits],
                "z": [f"{f.z:+.2f}" if np.isfinite(f.z) else "" for f in fits],
                "p": [_number(f.p) for f in fits],
                "p of runs": [row[5] for row in rows],
                "Longest run": [row[6] for row in rows],
                "p of longest": [row[7] for row in rows],
            },
            self.where,
        )

    @property
    def sentence(self) -> str:
        """What it says."""
        said = [_about_total(self.total, self.dof), *_about_units(self.units), *_about_runs(self.units)]
        many = sum(u.doubtful for u in self.units)
        if many:
            of = sum(u.bins for u in self.units)
            said.append(
                f"In {many} of {of} channels counts are few and the background is uncertain: the expectation is rough "
                "there, and ppc() simulates it."
            )
        return " ".join(said)

    def __repr__(self) -> str:
        return f"{self.info.text}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.info.html}<p>{self.sentence}</p>"


def _unit_goodness(unit: ModelCounts, value: float, residual: np.ndarray, k: float) -> UnitGoodness:
    order = np.argsort(unit.c.emin)
    runs, bins = formulas.runs_test(residual[order]), unit.c.size
    first, last = (int(order[i]) for i in runs.longest) if runs.longest[0] >= 0 else (0, 0)
    if unit.kind.summed:
        fit, k = Goodness(value, np.nan, np.nan, np.nan, np.nan), 0.0
    elif unit.kind.poisson:
        fit = formulas.cstat_goodness(value, np.maximum(unit.compared[0], 0.0), k)  # type: ignore[arg-type]
    else:
        fit = formulas.chi2_goodness(value, bins, k)
    noise, counts = unit.variance[0] - np.maximum(unit.compared[0], 1e-9), unit.compared[0]
    rough = unit.kind.poisson and unit.uncertain_background and not unit.kind.summed
    doubtful = int(np.sum((counts < FEW) & (noise > NOISY * counts))) if rough else 0
    span = (float(unit.c.emin[[first, last]].min()), float(unit.c.emax[[first, last]].max()))
    chance = formulas.longest_run_chance(bins, runs.longest[1] - runs.longest[0] + 1)
    above = bool(residual[first] > 0)
    return UnitGoodness(unit.name, unit.kind.tag, bins, k, fit, runs, span, chance, above, doubtful)


def _number(x: float) -> float | None:
    """Three digits are enough."""
    return float(f"{x:.3g}") if np.isfinite(x) else None


def _chance(p: float) -> str:
    return f"p = {number_text(p, 3 if p >= 1e-3 else 1)}" if p > 1e-12 else "p < 10⁻¹²"


def _range(u: UnitGoodness) -> str:
    n = u.runs.longest[1] - u.runs.longest[0] + 1
    low, high = (number_text(E, 4 if E < 1e4 else 6) for E in u.longest)
    return f"{low}–{high} keV: {n} {'above' if u.above else 'below'}"


def _about_total(total: Goodness, dof: int) -> str:
    if not np.isfinite(total.z):
        return "The statistic has no known expectation."
    apart = f"{abs(total.z):.1f} σ {'above' if total.z > 0 else 'below'} what this model, if right, gives on average"
    head = (
        f"The statistic, {statistic_text(total.value)} with {dof} degrees of freedom, is {apart} ({_chance(total.p)}):"
    )
    if total.p < DOUBT:
        return f"{head} the model does not describe the data within their errors."
    if total.p > 1 - DOUBT:
        return f"{head} too good, the errors are likely too large or the counts not independent."
    return f"{head} its size speaks neither against the model nor against the errors."


def _about_units(units: tuple[UnitGoodness, ...]) -> list[str]:
    if len(units) < 2:
        return []
    bad = [f"{u.name} (z = {u.fit.z:+.1f})" for u in units if u.fit.p * len(units) < DOUBT]
    return [f"The excess is in {', '.join(bad)}."] if bad else []


def _about_runs(units: tuple[UnitGoodness, ...]) -> list[str]:
    said, tested = [], [u for u in units if np.isfinite(u.runs.p)]
    if few := [u.name for u in tested if u.runs.p * len(units) < DOUBT and u.runs.z < 0]:
        said.append(f"The residuals of {', '.join(few)} change sign too rarely for noise.")
    if long := [u for u in units if u.chance * len(units) < LOOK]:
        where = "; ".join(f"{u.name} {_range(u)} ({_chance(u.chance)})" for u in long)
        said.append(f"Residuals keep one sign for long in {where}: look there.")
    return said or (["The signs of the residuals change as often as chance has it."] if tested else [])
