"""Evaluation: the numbers behind the pictures, for one set-up.

One evaluation holds what the spectrum panel draws and the statistic line says: net spectra, folded model and its terms, signed
residuals, the statistic of each unit. It is made from a compiled `Problem` in milliseconds and never changes afterwards.
"""

from typing import Any, NamedTuple

import numpy as np

from spec_lab.fit import Problem, Setup, statistic_of, term_photons
from spec_lab.results.spectra import UnitSpectrum, all_spectra, among_all


class UnitEvaluation(NamedTuple):
    """One data unit. Arrays are `f[g]` over all good groups; what is not noticed is NaN in `model` and `residual`.

    Attributes:
        name: Of the unit.
        pair: Number of its pair, from 0.
        kind: Its statistic.
        lo: Lower group edges, keV.
        hi: Upper group edges, keV.
        data: Net counts/s/keV.
        error: Its 1 σ.
        model: Folded model, counts/s/keV.
        residual: Signed root of the deviance.
        used: Whether the group enters the fit.
        terms: Name and folded curve of each additive term, where there are several.
        stat: The unit's share of the statistic, weight included.
        unfold: What a count is worth: the model's photons/cm²/s/keV at the middle of the group over its folded counts/s/keV,
            where it was asked for. Data times it are unfolded, and depend on the model.
    """

    name: str
    pair: int
    kind: Any
    lo: np.ndarray
    hi: np.ndarray
    data: np.ndarray
    error: np.ndarray
    model: np.ndarray
    residual: np.ndarray
    used: np.ndarray
    terms: tuple[tuple[str, np.ndarray], ...]
    stat: float
    unfold: np.ndarray | None = None

    def noticed(self) -> "UnitEvaluation":
        """Only the groups that enter the fit."""
        keep = self.used
        arrays = ("lo", "hi", "data", "error", "model", "residual", "used")
        cut = {name: getattr(self, name)[keep] for name in arrays}
        unfold = None if self.unfold is None else self.unfold[keep]
        return self._replace(**cut, terms=tuple((name, curve[keep]) for name, curve in self.terms), unfold=unfold)


class Evaluation(NamedTuple):
    """All units of one set-up, and the statistic."""

    setup: Setup
    stat: float
    units: tuple[UnitEvaluation, ...]

    @property
    def unfolded(self) -> bool:
        """Whether its units know what a count is worth."""
        return all(unit.unfold is not None for unit in self.units)

    @property
    def bins(self) -> int:
        """Groups in the fit."""
        return int(sum(u.used.sum() for u in self.units))


def term_rates(view: Any, space: Any, x: Any) -> Any:
    """Folded rates of each additive term, `[pair][term][unit] -> f[c]`; empty for a pair of one term. Traced."""
    theta = view.theta(space, x)
    return [[view.fold(i, photons, theta) for photons in rows] for i, rows in enumerate(term_photons(view, theta))]


def read(problem: Problem, *, unfold: bool = False) -> Evaluation:
    """The evaluation of a problem at its set-up's values; with `unfold` also what a count is worth in each group."""
    setup = problem.setup
    rates, deviances, residuals = problem.display()
    spectra = all_spectra(problem, rates)
    terms = [pair.model.terms for pair in setup.pairs]
    several = any(len(t) > 1 for t in terms)
    folded = problem.run(term_rates, problem.pad(setup.free_values)) if several else [[] for _ in terms]
    units = []
    for i, pair in enumerate(setup.pairs):
        for j, name in enumerate(pair.data.names):
            curves = [(t.name, np.asarray(rows[j])) for t, rows in zip(terms[i], folded[i], strict=False)]
            made = _unit(name, i, spectra[i][j], deviances[i][j], residuals[i][j], curves)
            units.append(made._replace(unfold=spectra[i][j].cts_to("pht")) if unfold else made)
    return Evaluation(setup, float(sum(u.stat for u in units)), tuple(units))


def _unit(
    name: str, pair: int, spectrum: UnitSpectrum, deviance: np.ndarray, residual: np.ndarray,
    curves: list[tuple[str, np.ndarray]],
) -> UnitEvaluation:  # fmt: skip
    c, used = spectrum.c, np.asarray(spectrum.c.used, dtype=bool)
    return UnitEvaluation(
        name=name,
        pair=pair,
        kind=statistic_of(spectrum.unit),
        lo=c.emin,
        hi=c.emax,
        data=spectrum.ctsspec,
        error=spectrum.ctsspec_error,
        model=spectrum.conv_ctsspec,
        residual=among_all(residual, used),
        used=used,
        terms=tuple((term, among_all(curve, used) / spectrum.chbin_width) for term, curve in curves),
        stat=float(spectrum.unit.weight) * float(np.sum(deviance)),
    )
