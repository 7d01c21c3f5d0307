"""Nearness: the newest fit of the present question, how well it knows each parameter, and how far one stands from it."""

import numpy as np

from spec_lab.engines import Outcome, doubt_of_weights
from spec_lab.session.fit_key import fit_key
from spec_lab.session.state import State


def known_fit(state: State) -> Outcome | None:
    """The newest outcome for the present question: the preview's best fit, else a run's."""
    asked = fit_key(state.setup)
    preview = state.preview
    if preview is not None and preview.key == asked and preview.fit is not None:
        return preview.fit
    return next((r.outcome for r in reversed(state.runs) if fit_key(r.outcome.setup) == asked), None)


def pareto_k(posterior: Outcome) -> float:
    """The Pareto shape of a preview's weights; NaN where it has none."""
    return float(posterior.figures.get("pareto_k", np.nan))


def reason_for_doubt(outcome: Outcome) -> str:
    """Why the draws of an outcome cannot be read as a posterior, those of a preview with bad weights; empty where they can."""
    if outcome.engine != "preview":
        return ""
    k, effective, draws = (float(outcome.figures.get(name, np.nan)) for name in ("pareto_k", "ess", "counted"))
    return doubt_of_weights(k, effective, draws) if k == k else "the weights have no Pareto k"


def trusted(outcome: Outcome) -> bool:
    """Whether the draws of an outcome can be read as a posterior."""
    return not reason_for_doubt(outcome)


def sigmas(found: Outcome) -> np.ndarray:
    """`f[n]`, one standard deviation of each free parameter; NaN where the fit did not learn it."""
    variance = np.diag(np.atleast_2d(np.asarray(found.covariance, dtype=float)))
    return np.sqrt(np.where(variance > 0, variance, np.nan))


def away(state: State, found: Outcome) -> np.ndarray:
    """`f[n]`, how far each free value is from an outcome for the same question, in σ; NaN where that is not known."""
    return np.abs(np.asarray(state.setup.free_values) - np.asarray(found.best)) / sigmas(found)
