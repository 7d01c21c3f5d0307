"""The corner message: integer histograms made once in the kernel, so that the raw draws never cross the border."""

import numpy as np

from spec_lab._base import between
from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.results import corner_histograms
from spec_lab.results.corner import LEVELS
from spec_lab.session.known_fit import reason_for_doubt
from spec_lab.session.views.labels import distinct
from spec_lab.session.views.spectrum import Frame

BINS = 40
MOST = 12  # parameters shown; of more, those that correlate most


def doubt(outcome: Outcome) -> str:
    """Why the draws cannot be trusted, or an empty text; such have no numbers."""
    why = reason_for_doubt(outcome)
    return f"not to be trusted ({why}): run a sampler" if why else ""


def corner(outcome: Outcome, *, rev: int, seq: int, run: int | None = None) -> Frame | None:
    """The `corner` message of an outcome (of the chosen `run`), or None when it has no spread to show."""
    warning = doubt(outcome)
    made = outcome.setup, np.asarray(outcome.draws), outcome.best, outcome.engine
    frame = from_draws(*made, rev=rev, seq=seq, warning=warning)
    return None if frame is None else Frame({**frame.header, "run": run}, frame.buffers)


def from_draws(
    setup: Setup, draws: np.ndarray, best: np.ndarray, source: str, *, rev: int, seq: int, warning: str = "",
    live: bool = False,
) -> Frame | None:  # fmt: skip
    """The `corner` message of draws `f[s, n]` over the free parameters of a set-up; with a warning without numbers.

    `live` are those of a sampler that is still at work.
    """
    if draws.ndim != 2 or len(draws) < 20 or draws.shape[1] != len(setup.free):
        return None
    chosen = _chosen(draws)
    if not len(chosen):
        return None
    x = draws[:, chosen]
    made = corner_histograms(x, BINS, smooth=1)
    texts = [_summary(column) if not warning else ("", "", "") for column in x.T]
    slots = [setup.slots[setup.free[j]] for j in chosen]
    header = {
        "type": "corner",
        "rev": rev,
        "seq": seq,
        "labels": distinct(setup, slots),
        "pids": [slot.pid for slot in slots],
        "lo": made.lo.tolist(),
        "hi": made.hi.tolist(),
        "bins": BINS,
        "median": [t[0] for t in texts],
        "plus": [t[1] for t in texts],
        "minus": [t[2] for t in texts],
        "best": [float(best[j]) for j in chosen],
        "levels": list(LEVELS),
        "source": source,
        "n": len(draws),
        "trusted": not warning,
        "warning": warning,
        "run": None,
        "live": live,
    }
    arrays = (made.marginals.astype("<f4"), made.pairs, made.thresholds.astype("<f4"))
    return Frame(header, [array.tobytes() for array in arrays])


def _chosen(draws: np.ndarray) -> np.ndarray:
    """Columns to show: those that vary; of more than `MOST`, the ones most correlated with another."""
    varies = np.flatnonzero(np.ptp(draws, axis=0) > 0)
    if len(varies) <= MOST:
        return varies
    correlation = np.abs(np.corrcoef(draws[:, varies].T)) - np.eye(len(varies))
    return np.sort(varies[np.argsort(-correlation.max(axis=0))[:MOST]])


def _summary(column: np.ndarray) -> tuple[str, str, str]:
    """Median with the distances to the 15.87 and 84.13 % quantiles, as the table of parameters writes them."""
    low, middle, high = np.quantile(column, [0.158655, 0.5, 0.841345])
    return between(float(middle), float(middle - low), float(high - middle))
