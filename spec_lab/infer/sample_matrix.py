"""Samples as matrices: `infer.posterior_sample` and `infer.bootstrap_sample`, read after a run or set by hand.

A matrix is `f[s, n+1]`: the draws, and in the last column their log probability (log-likelihood plus log prior). One set by hand
is read by the analyzer whose `sample_attribute` is its name, until an engine runs.
"""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import ArrayLike

from spec_lab._base import ParameterError
from spec_lab.engines import Outcome, Status
from spec_lab.fit import Problem
from spec_lab.results.estimates import is_posterior

if TYPE_CHECKING:
    from spec_lab.infer.infer import Infer


def matrix_of(outcome: Outcome) -> np.ndarray:
    """`f[s, n+1]`, the draws of a run with their log probability."""
    return np.column_stack([outcome.draws, outcome.log_prob])


def outcome_of(problem: Problem, matrix: ArrayLike) -> Outcome:
    """A matrix as an outcome, so that it can be read like a run.

    Raises:
        ParameterError: It is no table of numbers with a column for each free parameter and one more.
    """
    n = problem.n
    try:
        table = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.ndim != 2 or table.shape[-1] != n + 1 or not len(table) or not np.all(np.isfinite(table[:, :n])):
        allowed = f"shape (draws, {n + 1}): {n} free parameters and the log probability"
        raise ParameterError("a sample is a table of numbers", got=np.shape(matrix), allowed=allowed)
    draws, log_prob = table[:, :n], table[:, n]
    best = draws[int(np.argmax(log_prob))]
    return Outcome(
        engine="by hand",
        setup=problem.setup.with_free(best),
        best=best,
        stat=problem.stat(best),
        covariance=np.atleast_2d(np.cov(draws, rowvar=False)),
        draws=draws,
        scores=(log_prob - problem.log_prior(draws), log_prob),
        status=Status.converged,
        message="A sample set by hand.",
    )


def sample_property(name: str, posterior: bool) -> property:
    """The settable property of an `Infer` that gives a sample as a matrix, of posterior draws or of a best fit's."""

    def get(self: "Infer") -> np.ndarray | None:
        if name in self._by_hand:
            return self._by_hand[name]
        fits = self.outcome is not None and is_posterior(self.outcome) is posterior
        return matrix_of(self.outcome) if fits and self.outcome is not None else None

    def put(self: "Infer", matrix: ArrayLike) -> None:
        self._fit.change(name)
        self._fit.by_hand = outcome_of(self.problem, matrix)  # says what is wrong with it
        self._by_hand[name] = np.array(matrix, dtype=float)

    kind = "posterior" if posterior else "best fit"
    return property(
        get, put, doc=f"`f[s, n+1]`, draws of the last {kind} with their log probability; None without one."
    )
