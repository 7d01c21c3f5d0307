"""Outcome: what every engine returns, one record for all.

The set-up it ran with is part of it, so that reading an outcome later never depends on what happened to the parameters since.
"""

import enum
from functools import cached_property
from typing import Any

import numpy as np

from spec_lab._base import statistic_text, value_and_error
from spec_lab.fit import Problem, Setup
from spec_lab.tree import Struct, field


class Status(enum.StrEnum):
    """How a run ended; `sentence` says it to a person."""

    converged = "converged"
    at_bound = "at_bound"
    stalled = "stalled"
    limit = "limit"
    stopped = "stopped"
    doubtful = "doubtful"

    @property
    def sentence(self) -> str:
        """The status in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Status.converged: "Converged.",
    Status.at_bound: "The lowest statistic lies at the bound of a parameter: widen its prior or freeze it.",
    Status.stalled: "No further improvement is possible, though the convergence test was not met.",
    Status.limit: "The limit on iterations was reached before convergence.",
    Status.stopped: "Stopped on request; everything done so far is kept.",
    Status.doubtful: "Finished, but the quality check warns.",
}


class Outcome(Struct):
    """The result of a run.

    Attributes:
        engine: Name of the engine.
        setup: The set-up it ran with (a snapshot).
        best: `f[n]`, the best free values found.
        stat: The statistic there.
        covariance: `f[n, n]`, of the free parameters (NaN where unknown).
        draws: `f[s, n]`, equally weighted draws; row 0 is the best fit for maximum-likelihood engines.
        scores: `(f[s], f[s])`, log-likelihood (-stat/2) and that plus log prior, of each draw. None where the engine had no
            need of them (draws from a best fit's covariance): they are computed when first read.
        log_evidence: ln Z, or None.
        log_evidence_error: Its standard error, or None.
        status: How the run ended.
        message: The status and what else there is to say, in sentences.
        stats: Numbers about the run (evaluations, seconds, Pareto k, effective sample size, ...).
        settings: The options it ran with.
    """

    engine: str = field(static=True)
    setup: Setup = field()
    best: np.ndarray = field()
    stat: float = field(static=True)
    covariance: np.ndarray = field()
    draws: np.ndarray = field()
    status: Status = field(static=True)
    message: str = field(static=True)
    log_evidence: float | None = field(static=True, default=None)
    log_evidence_error: float | None = field(static=True, default=None)
    scores: tuple[np.ndarray, np.ndarray] | None = field(default=None)
    stats: tuple[tuple[str, Any], ...] = field(static=True, default=())
    settings: tuple[tuple[str, Any], ...] = field(static=True, default=())

    def __repr__(self) -> str:
        evidence = (
            "" if self.log_evidence is None else f", ln Z {value_and_error(self.log_evidence, self.log_evidence_error)}"
        )
        told = f"{len(self.best)} free, stat {statistic_text(self.stat)}{evidence}, {len(self.draws)} draws"
        return f"<Outcome {self.engine}: {told}. {self.message}>"

    @cached_property
    def _scores(self) -> tuple[np.ndarray, np.ndarray]:
        if self.scores is not None:
            return self.scores
        problem = Problem.of(self.setup)
        log_like = -0.5 * problem.batch(self.draws)
        return log_like, log_like + problem.log_prior(self.draws)

    @property
    def log_like(self) -> np.ndarray:
        """`f[s]`, log-likelihood (-stat/2) of each draw."""
        return self._scores[0]

    @property
    def log_prob(self) -> np.ndarray:
        """`f[s]`, log-likelihood plus log prior of each draw."""
        return self._scores[1]

    @property
    def errors(self) -> np.ndarray:
        """`f[n]`, one standard deviation each, from the covariance."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def seed(self) -> int | None:
        """The seed it ran with; with its settings it repeats the run."""
        return dict(self.settings).get("seed")

    @property
    def figures(self) -> dict[str, Any]:
        """`stats` as a dictionary."""
        return dict(self.stats)
