"""The numbers of an `Infer`: statistic, likelihood, prior, the documented spectra of data and model, checks, simulated data.

Everything here is derived from the present set-up and the compiled problem; nothing is stored.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from jaxtyping import ArrayLike

from spec_lab._base import Info, ParameterError, statistic_text
from spec_lab.engines import simulate_units
from spec_lab.fit import Problem, Setup
from spec_lab.infer.parameters import Parameters
from spec_lab.results import Checks
from spec_lab.results.goodness import stat_table
from spec_lab.results.spectra import INFER_QUANTITIES, UnitSpectrum, add_quantities, spectrum_figure, unit_spectra

if TYPE_CHECKING:
    from spec_lab.results.drawing import Drawing


@add_quantities(INFER_QUANTITIES)
class Quantities(Parameters, Checks):
    """Base of `Infer`: what can be computed at the present parameters, or at others that are asked about."""

    @property
    def problem(self) -> Problem:
        """The compiled problem of the present set-up; remade (not recompiled) after each edit."""
        return self._fit.problem

    @property
    def _stands(self) -> str | None:
        """Where an analyzer stands; an Infer stands where its parameters are."""
        return None

    @property
    @abstractmethod
    def hooks(self) -> dict[str, Callable[[np.ndarray], Any]]:
        """The functions that replace log-likelihood, log prior or prior transform."""

    @abstractmethod
    def _again(self, setup: Setup) -> Self:
        """An `Infer` of the same kind on another set-up."""

    def unit_spectra(self, rebin: bool = False) -> list[UnitSpectrum]:
        """Each data unit of each pair beside its model."""
        return [u for pair in unit_spectra(self.problem, rebin) for u in pair]

    def spectrum(self, style: str = "CE", *, rebin: bool = False, terms: bool = True, **options: Any) -> "Drawing":
        """The figure for print: net spectra with the model and its additive terms, signed residuals below.

        Args:
            style: `CC` counts/s/channel, `CE` counts/s/keV; unfolded through the model, in photons or erg: `NE`, `Fv` (E N),
                `vFv` (E² N).
            rebin: The display grouping of the data instead of that of the fit.
            terms: Whether to draw the terms of a model that has several.
            **options: See `spec_lab.results.figures.spectrum`: `title`, `figsize`, `xlabel`, `ylabel`.

        Raises:
            ParameterError: Unknown style or option, or there are no pairs.
        """
        return spectrum_figure(self.problem, style, rebin=rebin, terms=terms, **options)

    def _fitted_point(self) -> np.ndarray:
        return self.setup.free_values

    @property
    def _where(self) -> str:
        return f"At the present parameters: statistic {statistic_text(self.stat)}"

    def _vectors(self, most: int) -> np.ndarray:
        return self.setup.free_values[None]

    def qq(self, **options: Any) -> "Drawing":
        """Signed residuals of all channels against normal quantiles: points outside the 95 % band are not Gaussian.

        Args:
            **options: See `spec_lab.results.figures.qq`: `title`.
        """
        from spec_lab.results.goodness.figure import qq

        return qq(self.pseudo_residual, **options)

    # -- statistic -----------------------------------------------------------------------------------------------------
    @property
    def stat_list(self) -> np.ndarray:
        """The (unweighted) statistic of each unit."""
        return np.array([float(np.sum(s)) for pair in self.problem.display()[1] for s in pair])

    @property
    def pseudo_residual_list(self) -> list[np.ndarray]:
        """Signed deviance residuals of each unit."""
        return [r for pair in self.problem.display()[2] for r in pair]

    @property
    def weight_list(self) -> np.ndarray:
        """The weight of each unit."""
        return np.array([float(unit.weight) for pair in self.setup.pairs for unit in pair.data.units])

    @property
    def pseudo_residual(self) -> np.ndarray:
        """Signed residuals times the root of the weight, all units; their squares sum to the statistic."""
        return self._weighted(self.problem.display()[2])

    def _weighted(self, residuals: list[list[np.ndarray]]) -> np.ndarray:
        units = [
            (u, r)
            for p, rs in zip(self.setup.pairs, residuals, strict=True)
            for u, r in zip(p.data.units, rs, strict=True)
        ]
        return np.concatenate([r * np.sqrt(float(u.weight)) for u, r in units])

    @property
    def loglike_list(self) -> np.ndarray:
        """-stat/2 of each unit, unweighted."""
        return -0.5 * self.stat_list

    @property
    def loglike(self) -> float:
        """-stat/2, weighted."""
        return -0.5 * self.problem.stat()

    @property
    def npoint_list(self) -> np.ndarray:
        """Channels of each unit that enter the fit."""
        return np.array([len(unit.channels().S) for pair in self.setup.pairs for unit in pair.data.units])

    @property
    def npoint(self) -> int:
        """Channels that enter the fit."""
        return int(self.npoint_list.sum())

    @property
    def dof(self) -> int:
        """Degrees of freedom: channels minus free parameters."""
        return self.npoint - len(self.setup.free)

    @property
    def all_stat(self) -> Info:
        """The statistic of each unit and in total, as a table; of an analyzer, its title says where that stands."""
        return stat_table(self.problem, title=self._stands)

    # -- priors --------------------------------------------------------------------------------------------------------
    @property
    def prior_list(self) -> list[float]:
        """Prior density of each free parameter at its value (1 for an improper flat prior)."""
        priors = [(self.setup.priors[i], float(self.setup.values[i])) for i in self.setup.free]
        return [1.0 if p is None else float(p.pdf(v)) for p, v in priors]

    @property
    def prior(self) -> float:
        """Product of the prior densities."""
        return float(np.prod(self.prior_list))

    @property
    def logprior(self) -> float:
        """Sum of the log prior densities (never the log of a product, which underflows)."""
        return float(self.problem.log_prior(self.setup.free_values))

    def simulate(self, seed: int, n: int | None = None) -> Any:
        """Simulated data under the present parameters (`fakeit`).

        Args:
            seed: Of the draw; the same seed gives the same counts.
            n: How many draws; None for one.

        Returns:
            For one draw, an `Infer` of the same kind over the simulated data, with the present parameters, links and
            priors; for many, `Simulations` as `[pair][unit]`, whose `.write(folder)` makes OGIP files.
        """
        drawn = simulate_units(self.problem, seed, n)
        if n is not None:
            return drawn
        pairs = tuple(
            pair.replace(data=type(pair.data)(list(zip(pair.data.names, units, strict=True))))
            for pair, units in zip(self.setup.pairs, drawn, strict=True)
        )
        return self._again(self.setup.replace(pairs=pairs))

    fakeit = simulate

    # -- numbers -------------------------------------------------------------------------------------------------------
    @property
    def stat(self) -> float:
        """The statistic (weighted) at the present parameters."""
        return self.problem.stat()

    def calc_stat(self, theta: ArrayLike) -> float:
        """The statistic at free values `theta` (`f[n]`); the parameters stay where they are."""
        return self.problem.stat(self._vector(theta))

    def calc_loglike(self, theta: ArrayLike) -> float:
        """-stat/2 at `theta`, or what `loglike_func` says."""
        hook = self.hooks.get("loglike_func")
        return hook(self._vector(theta)) if hook else -0.5 * self.calc_stat(theta)

    def calc_logprior(self, theta: ArrayLike) -> float:
        """Log prior density at `theta`, or what `logprior_func` says."""
        hook = self.hooks.get("logprior_func")
        return hook(self._vector(theta)) if hook else float(self.problem.log_prior(self._vector(theta)))

    def calc_logprob(self, theta: ArrayLike) -> float:
        """Log-likelihood plus log prior at `theta`; -inf outside the priors without evaluating the model."""
        prior = self.calc_logprior(theta)
        return prior + self.calc_loglike(theta) if np.isfinite(prior) else -np.inf

    def calc_pseudo_residual(self, theta: ArrayLike) -> np.ndarray:
        """`f[c]`, signed square roots of the weighted deviances at `theta`; their squares sum to the statistic."""
        _, _, residuals = self.problem.display(self._vector(theta))
        return self._weighted(residuals)

    def prior_transform(self, cube: ArrayLike) -> np.ndarray:
        """Free values at prior quantiles `cube` (`f[n]` in [0, 1]), or what `prior_transform_func` says."""
        hook = self.hooks.get("prior_transform_func")
        return np.asarray(hook(self._vector(cube)) if hook else self.problem.from_cube(self._vector(cube)))

    def _vector(self, theta: ArrayLike) -> np.ndarray:
        what, allowed = "the vector does not fit the free parameters", ", ".join(self.clean_free_indexed_plabels)
        try:
            vector = np.atleast_1d(np.asarray(theta, dtype=float))
        except (TypeError, ValueError):
            raise ParameterError(what, got=theta, allowed=f"one number each: {allowed}") from None
        if vector.shape != (self.free_nparams,):
            raise ParameterError(what, got=vector.shape, allowed=f"shape ({self.free_nparams},): {allowed}")
        return vector
