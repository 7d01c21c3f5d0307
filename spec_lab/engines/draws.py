"""Posterior samples: equal weights by resampling, and the outcome made of draws.

How well chains are mixed is in `chain_diagnostics`.
"""

from typing import Any

import numpy as np

from spec_lab.engines.outcome import Outcome, Status
from spec_lab.engines.target import Target

SHOWN = 20000  # draws that a live view of a running sampler gets, about


def systematic(weights: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Indices of an equally weighted sample of `size` (systematic resampling), shuffled."""
    generator = np.random.default_rng(seed)
    places = (generator.uniform() + np.arange(size)) / size
    chosen = np.searchsorted(np.cumsum(weights) / np.sum(weights), places).clip(max=len(weights) - 1)
    return generator.permutation(chosen)


def sample_outcome(
    target: Target,
    *,
    engine: str,
    draws: np.ndarray,
    log_like: np.ndarray,
    log_prob: np.ndarray | None = None,
    status: Status,
    remark: str = "",
    log_evidence: float | None = None,
    log_evidence_error: float | None = None,
    stats: tuple[tuple[str, Any], ...] = (),
    settings: tuple[tuple[str, Any], ...] = (),
) -> Outcome:
    """The outcome of a sampler with equally weighted draws `f[s, n]`, their log-likelihoods and log probabilities `f[s]`."""
    problem, best = target.problem, int(np.argmax(log_like))
    draws = np.clip(np.asarray(draws, dtype=float), *problem.bounds)  # single precision rounds the bounds
    covariance = np.atleast_2d(np.cov(draws, rowvar=False)) if len(draws) > 1 else np.full((problem.n,) * 2, np.nan)
    hooks = (("hooks", ", ".join(target.hooks)),) if target.hooks else ()
    return Outcome(
        engine=engine,
        setup=problem.setup.with_free(draws[best]),
        best=draws[best],
        stat=float(-2.0 * log_like[best]),
        covariance=covariance,
        draws=draws,
        scores=(log_like, log_like + target.log_prior(draws) if log_prob is None else log_prob),
        status=status,
        message=status.sentence + remark,
        log_evidence=log_evidence,
        log_evidence_error=log_evidence_error,
        stats=stats,
        settings=(*settings, *hooks),
    )
