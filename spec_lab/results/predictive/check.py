"""Checks that simulate: would the model, if it were right, give data like these?

Two questions share the drawing of data and the table. `posterior_check`: at each draw of the parameters one data set, its
statistic beside that of the recorded data at the same draw. `refitted_check`: many data sets at one best fit, each fitted
again. Counts are drawn and compared in NumPy; refits go through the compiled built-in fit, the data being its content, so that
neither compiles anything new.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base import Info, StatisticError, statistic_text, value_and_error
from spec_lab.engines import minimise, values_of
from spec_lab.fit import Problem
from spec_lab.results.model_counts import ModelCounts, model_counts
from spec_lab.results.predictive.simulated import SimulatedCounts, Tail, simulate_counts, tail

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing

SEED = 450001
BAND = 0.95


class SimulatedUnit:
    """One data unit and its `s` simulated twins, in the `c` groups of its fit.

    `counts` (`f[s, c]`) are those of the twins in the source region, less the scaled excess of their background over the
    recorded one: their scatter is that of the net counts, around a level that can be compared with the recorded counts.

    Args:
        unit: What was expected at each free vector.
        drawn: What was drawn.
        simulated: `f[s]`, the statistic of the twins.
        observed: `f[s]`, the statistic of the recorded data, at the same free vectors.
    """

    def __init__(self, unit: ModelCounts, drawn: SimulatedCounts, simulated: np.ndarray, observed: np.ndarray):
        self.name, self.statistic, self.c = unit.name, unit.kind.tag, unit.c
        self.counts = drawn.S - unit.alpha * (drawn.B - self.c.B) if unit.kind.uses_background else drawn.S
        self.simulated, self.observed = simulated, observed

    def __repr__(self) -> str:
        return f"<{self.name}: {self.statistic}, {len(self.simulated)} simulated, p = {self.tail.p:.3f}>"

    @property
    def tail(self) -> Tail:
        """How often the twins fit worse than the data."""
        return tail(self.simulated, self.observed)

    def band(self, q: float = BAND) -> tuple[np.ndarray, np.ndarray]:
        """`f[c]` each: the central interval of probability `q` of `counts`.

        Quantiles in which another draw like these, such as the recorded counts, would lie as often as said.
        """
        low, high = np.quantile(self.counts, [0.5 - q / 2, 0.5 + q / 2], axis=0, method="weibull")
        return low, high

    @property
    def outside(self) -> np.ndarray:
        """`b[c]`, where the recorded counts lie outside the 95 % band."""
        low, high = self.band()
        return (low > self.c.S) | (high < self.c.S)


class PredictiveCheck:
    """Simulated data beside the recorded ones.

    Attributes:
        kind: What was done, a sentence.
        units: One `SimulatedUnit` a data unit.
        simulated: `f[s]`, the statistic of the simulated data, all units (weighted).
        observed: `f[s]`, that of the recorded data at the same free vectors.
        failed: Refits that did not converge and are left out.
    """

    def __init__(self, kind: str, units: list[SimulatedUnit], weights: list[float], failed: int = 0):
        self.kind, self.units, self.failed = kind, tuple(units), failed
        self.simulated: np.ndarray = np.sum([w * u.simulated for w, u in zip(weights, units, strict=True)], axis=0)
        self.observed: np.ndarray = np.sum([w * u.observed for w, u in zip(weights, units, strict=True)], axis=0)

    @property
    def p(self) -> float:
        """The share of simulated data sets that fit no better than the recorded one."""
        return self.tail.p

    @property
    def tail(self) -> Tail:
        """`p` with its sampling error."""
        return tail(self.simulated, self.observed)

    @property
    def info(self) -> Info:
        """Statistic of recorded and simulated data, p, and channels outside the predicted 95 %, of each unit and in total."""
        rows: list[tuple[Any, ...]] = [
            (u.name, u.statistic, u.observed, u.simulated, u.tail, int(u.outside.sum()), u.c.size) for u in self.units
        ]
        outside, bins = sum(row[5] for row in rows), sum(row[6] for row in rows)
        rows.append(("Total", "", self.observed, self.simulated, self.tail, outside, bins))
        return Info(
            {
                "Data": [row[0] for row in rows],
                "Statistic": [row[1] for row in rows],
                "Recorded": [_spread(row[2]) for row in rows],
                "Simulated": [_spread(row[3]) for row in rows],
                "p": [value_and_error(row[4].p, row[4].error) for row in rows],
                "Outside 95 %": [f"{row[5]} of {row[6]}" for row in rows],
            },
            self.kind,
        )

    @property
    def sentence(self) -> str:
        """What it says."""
        p, n = self.p, len(self.simulated)
        worse = round(p * (n + 1)) - 1
        head = f"{worse} of {n} simulated data sets fit as badly as the recorded one or worse:"
        if p < 0.01:
            return f"{head} the model would hardly ever give such data."
        if (n - worse + 1) / (n + 1) < 0.01:
            return f"{head} the data lie closer to the model than chance has it; are the errors too large?"
        if worse in (0, n):
            return f"{head} such data are at the edge of what this model gives, and more simulations would say how far out."
        if p < 0.05:
            return f"{head} the model seldom gives such data."
        return f"{head} such data are nothing unusual for this model."

    def figure(self, **options: Any) -> "Drawing":
        """Counts with their predicted band, and the statistics; see `spec_lab.results.figures.predictive`."""
        from spec_lab.results.predictive.figure import PredictedCounts, predictive

        bands = [
            PredictedCounts(
                u.name, u.c.emin, u.c.emax, u.c.S, np.median(u.counts, axis=0), u.band(0.6827), u.band(), u.c.ts
            )
            for u in self.units
        ]
        return predictive(bands, self.simulated, self.observed, self.tail.p, **options)

    def __repr__(self) -> str:
        return f"{self.info.text}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.info.html}<p>{self.sentence}</p>"


def _spread(values: np.ndarray) -> str:
    mean, spread = float(np.nanmean(values)), float(np.nanstd(values))
    return value_and_error(mean, spread) if spread > 1e-9 else statistic_text(mean)


def _checked(problem: Problem) -> None:
    if any(kind.summed for kind in problem.layout.statistics):
        raise StatisticError("an upper-limit statistic says nothing of the counts", hint="Choose another statistic.")


def posterior_check(problem: Problem, xs: np.ndarray, n: int, seed: int) -> PredictiveCheck:
    """One data set at each of the free vectors `f[s, n]`, repeated or thinned to `n`."""
    _checked(problem)
    fixed = len(xs) == 1
    rows = np.linspace(0, len(xs) - 1, n).round().astype(int)
    generator = np.random.default_rng(seed)
    units, weights = model_counts(problem, np.asarray(xs)[rows]), []
    made = []
    for unit in units:
        drawn = simulate_counts(generator, unit.recorded, unit.total)
        made.append(SimulatedUnit(unit, drawn, unit.deviance(drawn.S, drawn.B, drawn.sigma_S), unit.observed))
        weights.append(unit.weight)
    where = "the present parameters, nothing fitted" if fixed else "draws of the posterior"
    return PredictiveCheck(f"Predictive check: {n} simulated data sets at {where}", made, weights)


def refitted_check(problem: Problem, best: np.ndarray, n: int, seed: int) -> PredictiveCheck:
    """`n` data sets at the best fit, each fitted again from there."""
    _checked(problem)
    generator = np.random.default_rng(seed)
    units = model_counts(problem, best)
    drawn = [simulate_counts(generator, u.recorded, np.repeat(u.total, n, axis=0)) for u in units]
    found, converged = _refits(problem, units, drawn, best, n)
    again = model_counts(problem, found[converged])
    made = []
    for here, unit, data in zip(units, again, drawn, strict=True):
        kept = SimulatedCounts(*(part[converged] for part in data))
        simulated = unit.deviance(kept.S, kept.B, kept.sigma_S)
        made.append(SimulatedUnit(unit, kept, simulated, np.repeat(here.observed, len(simulated))))
    failed = int(n - converged.sum())
    remark = f"; {failed} refits did not converge and are left out" if failed else ""
    kind = (
        f"Parametric Monte Carlo: {len(made[0].simulated)} data sets simulated at the best fit and fitted again{remark}"
    )
    return PredictiveCheck(kind, made, [u.weight for u in units], failed)


def _refits(
    problem: Problem, units: list[ModelCounts], drawn: list[SimulatedCounts], best: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """`f[s, n]`, the best free vector of each data set, and whether its fit converged."""
    columns = _columns(problem, units, drawn)
    found, converged = np.tile(best, (n, 1)), np.ones(n, dtype=bool)
    if not problem.n:
        return found, converged
    for i in range(n):
        once = problem.on_counts([{name: part[i] for name, part in each.items()} for each in columns])
        loop = minimise(once, best, 100)
        found[i] = values_of(problem, loop)
        converged[i] = float(loop.edm) < 1e-4
    return found, converged


def _columns(problem: Problem, units: list[ModelCounts], drawn: list[SimulatedCounts]) -> list[dict[str, np.ndarray]]:
    """The drawn counts in the order and padding of the problem's statistics: `S`, `B`, `sigma_S`, each `f[s, c]`."""
    places = [where for pair in problem.layout.pairs for where in pair.units]
    joined: list[dict[str, list[np.ndarray]]] = [{"S": [], "B": [], "sigma_S": []} for _ in problem.layout.statistics]
    for where, data in zip(places, drawn, strict=True):
        for name, part in data._asdict().items():
            padded = np.zeros((len(part), where.channels))
            padded[:, : part.shape[1]] = part
            joined[where.statistic][name].append(padded)
    return [{name: np.concatenate(parts, axis=1) for name, parts in each.items()} for each in joined]
