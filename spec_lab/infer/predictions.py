"""What a sample says beyond its parameters: predictive criteria, InferenceData, figures; fluxes are in `fluxes`."""

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab._base import ParameterError, StatisticError
from spec_lab.analysis import Predictive, loo, to_arviz, waic
from spec_lab.engines import Outcome
from spec_lab.fit import Problem
from spec_lab.infer.checks import Checks, polished
from spec_lab.infer.contours import Contour, contour
from spec_lab.infer.drawings import Profile, profile
from spec_lab.infer.fluxes import Fluxes

if TYPE_CHECKING:
    from spec_lab.analysis.figures import Drawing


TABLE = 20_000_000  # numbers; 160 MB


def _pointwise(view: Any, space: Any, xs: Any) -> Any:
    """`f[s, c]`: the weighted log-likelihood of each (padded) channel at each draw."""
    return jax.vmap(lambda x: -0.5 * jnp.concatenate(view.stat_list(view.theta(space, x))))(xs)


class Predictions(Checks, Fluxes):
    """Base of the analyzers: needs `outcome` and `problem`."""

    outcome: Outcome
    problem: Problem

    def _fitted_point(self) -> np.ndarray:
        best = np.asarray(self.outcome.best)
        return best if "hooks" in dict(self.outcome.settings) else polished(self.problem, best)

    def _vectors(self, most: int) -> np.ndarray:
        return self._fitted_point()[None] if self.fits_again else self._some(most)

    # -- predictive criteria -------------------------------------------------------------------------------------------
    def log_likelihood(self, most: int = 2000) -> np.ndarray:
        """`f[s, c]`, the log-likelihood (-stat/2) of each channel at (at most `most` of) the draws.

        Raises:
            StatisticError: The run took its likelihood from a hook, which says nothing of channels.
        """
        if "loglike_func" in str(dict(self.outcome.settings).get("hooks", "")):
            raise StatisticError("the run used loglike_func, which does not tell the likelihood of each channel")
        table = self.problem.map_blocks(_pointwise, self.problem.pad(self._some(most)))
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
        """Watanabe's criterion of all draws, on the deviance scale, with error (needs the extra `arviz`); kept."""
        return self._waic

    def loo(self) -> Predictive:
        """Leave-one-out cross-validation on the deviance scale, with Pareto k of each channel (extra `arviz`); kept."""
        return self._loo

    @cached_property
    def _waic(self) -> Predictive:
        return waic(self._every_draw)

    @cached_property
    def _loo(self) -> Predictive:
        return loo(self._every_draw)

    def to_arviz(self) -> Any:
        """The sample as an `arviz.InferenceData` with pointwise log-likelihoods (extra `arviz`)."""
        names = [self.problem.setup.slots[i].path for i in self.problem.setup.free]
        draws = self._some(2000)
        table = self.problem.map_blocks(_pointwise, self.problem.pad(draws))[:, self._real_channels()]
        return to_arviz(draws, names, log_likelihood=table, attrs={"engine": self.outcome.engine})

    # -- figures -------------------------------------------------------------------------------------------------------
    def corner(self, **options: Any) -> "Drawing":
        """The corner plot for print: see `spec_lab.analysis.figures.corner`."""
        from spec_lab.analysis import figures

        given = {"units": [self.problem.setup.slots[i].unit for i in self.problem.setup.free], **options}
        return figures.corner(np.asarray(self.outcome.draws), self._labels, np.asarray(self.outcome.best), **given)

    def trace(self, **options: Any) -> "Drawing":
        """Each parameter along the chains of emcee or NUTS, one line a chain: do they agree, do they drift?

        Args:
            **options: See `spec_lab.analysis.figures.trace`: `most`.

        Raises:
            ParameterError: The draws are of no chains.
        """
        from spec_lab.analysis import figures

        chains = self.outcome.figures.get("chains")
        if chains is None:
            raise ParameterError(
                "the draws are of no chains", got=self.outcome.engine, allowed="a run of emcee or nuts"
            )
        draws = np.asarray(self.outcome.draws)
        return figures.trace(draws.reshape(-1, chains, draws.shape[1]).swapaxes(0, 1), self._labels, **options)

    @property
    def _labels(self) -> list[str]:
        """LaTeX of the free parameters, with the number where two have the same."""
        slots = [self.problem.setup.slots[i] for i in self.problem.setup.free]
        often = Counter(slot.label for slot in slots)
        return [f"${s.label}$" if often[s.label] == 1 else f"$p{s.pid}({s.label})$" for s in slots]

    def qq(self, **options: Any) -> "Drawing":
        """Quantiles of the probability integral transform (see `pit`) against normal ones, with the pointwise 95 % band.

        Args:
            **options: See `spec_lab.analysis.figures.qq`: `title`.
        """
        return self.pit().qq(**options)

    def profile(self, pid: int | str, values: Any = None, **options: Any) -> Profile:
        """The statistic along one free parameter, the others refitted at each value: a `Profile`.

        Args:
            pid: Number or name.
            values: `f[s]`; by default 31 values over ±3.5 standard deviations.
            **options: `points` and `reach` of that default.
        """
        return profile(self.outcome, pid, values, **options)

    def contour(self, pid_x: int | str, pid_y: int | str, **options: Any) -> Contour:
        """The statistic over two free parameters, the others refitted at each point of a grid: a `Contour`.

        Lines of joint probability 68.27, 90 and 99 %: a rise of 2.30, 4.61 and 9.21.

        Args:
            pid_x: Number or name of the first parameter.
            pid_y: Of the second.
            **options: `points` (31) along each axis; `reach` in standard deviations (as far as the 99 % line when left out);
                `values`, two arrays, instead of both; `control`, told of the progress when it takes more than a second.

        Raises:
            ParameterError: A parameter is not free, both are one, or nothing says how far to go.
        """
        return contour(self.outcome, pid_x, pid_y, **options)
