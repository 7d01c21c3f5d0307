"""The corner message: integer histograms made once in the kernel, so that the raw draws never cross the border."""

import numpy as np

from spec_lab.engines import Outcome
from spec_lab.fit import Setup
from spec_lab.session.question import question
from spec_lab.session.state import State
from spec_lab.session.views.numbers import with_error
from spec_lab.session.views.spectrum import Frame

BINS = 40
MOST = 12  # parameters shown; of more, those that correlate most
LEVELS = (0.393, 0.865)  # mass inside 1 σ and 2 σ of a two-dimensional Gaussian
SPAN = 0.002  # fraction of the draws left outside each end of an axis


def corner_source(state: State) -> Outcome | None:
    """The best draws there are for the present question: a sampler's before the preview's, the newest first."""
    asked = question(state.setup)
    for run in reversed(state.runs):
        sampled = run.outcome.engine not in ("fit", "iminuit", "lmfit", "preview")
        if sampled and len(run.outcome.draws) > 1 and question(run.outcome.setup) == asked:
            return run.outcome
    preview = state.preview
    if preview is not None and preview.question == asked:
        return preview.posterior if preview.posterior is not None else preview.fit
    newest = next((r.outcome for r in reversed(state.runs) if question(r.outcome.setup) == asked), None)
    return newest


def corner(outcome: Outcome, *, rev: int, seq: int) -> Frame | None:
    """The `corner` message of an outcome, or None when it has no spread to show."""
    return from_draws(outcome.setup, np.asarray(outcome.draws), outcome.best, outcome.engine, rev=rev, seq=seq)


def from_draws(setup: Setup, draws: np.ndarray, best: np.ndarray, source: str, *, rev: int, seq: int) -> Frame | None:
    """The `corner` message of draws `f[s, n]` over the free parameters of a set-up."""
    if draws.ndim != 2 or len(draws) < 20 or draws.shape[1] != len(setup.free):
        return None
    chosen = _chosen(draws)
    if not len(chosen):
        return None
    x = draws[:, chosen]
    low, high = _axes(x)
    index = np.clip(((x - low) / (high - low) * BINS).astype(np.int64), -1, BINS)
    marginal, pairs, levels = _histograms(index)
    texts = [_summary(column) for column in x.T]
    slots = [setup.slots[setup.free[j]] for j in chosen]
    header = {
        "type": "corner",
        "rev": rev,
        "seq": seq,
        "labels": [slot.label for slot in slots],
        "pids": [slot.pid for slot in slots],
        "lo": low.tolist(),
        "hi": high.tolist(),
        "bins": BINS,
        "median": [t[0] for t in texts],
        "plus": [t[1] for t in texts],
        "minus": [t[2] for t in texts],
        "best": [float(best[j]) for j in chosen],
        "levels": list(LEVELS),
        "source": source,
        "n": len(draws),
    }
    return Frame(header, [marginal, pairs, levels])


def _chosen(draws: np.ndarray) -> np.ndarray:
    """Columns to show: those that vary; of more than `MOST`, the ones most correlated with another."""
    varies = np.flatnonzero(np.ptp(draws, axis=0) > 0)
    if len(varies) <= MOST:
        return varies
    correlation = np.abs(np.corrcoef(draws[:, varies].T)) - np.eye(len(varies))
    return np.sort(varies[np.argsort(-correlation.max(axis=0))[:MOST]])


def _axes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.quantile(x, [SPAN, 1 - SPAN], axis=0)
    pad = 0.04 * (high - low) + 1e-12 * np.maximum(np.abs(low), np.abs(high)) + 1e-300
    return low - pad, high + pad


def _histograms(index: np.ndarray) -> tuple[bytes, bytes, bytes]:
    """Marginals (float32), pair histograms scaled to 255 (uint8), contour thresholds on that scale (float32)."""
    p = index.shape[1]
    inside = (index >= 0) & (index < BINS)
    marginal = np.stack([np.bincount(index[inside[:, j], j], minlength=BINS) for j in range(p)])
    pictures, thresholds = [], []
    for i in range(1, p):
        for j in range(i):
            both = inside[:, i] & inside[:, j]
            counts = np.bincount(index[both, i] * BINS + index[both, j], minlength=BINS * BINS)
            smooth = _smooth(counts.reshape(BINS, BINS).astype(float))
            scale = 255.0 / max(smooth.max(), 1e-300)
            pictures.append(np.rint(smooth * scale).astype(np.uint8))
            thresholds.append([t * scale for t in _mass_levels(smooth)])
    empty = b""
    return (
        marginal.astype("<f4").tobytes(),
        np.stack(pictures).tobytes() if pictures else empty,
        np.asarray(thresholds, dtype="<f4").tobytes() if thresholds else empty,
    )


def _smooth(counts: np.ndarray) -> np.ndarray:
    """One pass of a (1 2 1)/4 kernel each way: less noise in the contours, no shift."""
    for axis in (0, 1):
        ends = np.concatenate([counts.take([0], axis), counts, counts.take([-1], axis)], axis)
        n = counts.shape[axis]
        counts = 0.25 * (ends.take(range(n), axis) + ends.take(range(2, n + 2), axis)) + 0.5 * counts
    return counts


def _mass_levels(density: np.ndarray) -> list[float]:
    """Heights above which the given fractions of the mass lie."""
    ordered = np.sort(density.ravel())[::-1]
    mass = np.cumsum(ordered)
    return [float(ordered[min(np.searchsorted(mass, level * mass[-1]), len(ordered) - 1)]) for level in LEVELS]


def _summary(column: np.ndarray) -> tuple[str, str, str]:
    """Median with the distances to the 15.87 and 84.13 % quantiles, to the digits the smaller one allows."""
    low, middle, high = np.quantile(column, [0.158655, 0.5, 0.841345])
    smaller = min(d for d in (high - middle, middle - low) if d > 0) if high > low else 0.0
    text, _ = with_error(float(middle), float(smaller))
    return text, with_error(float(high - middle), float(smaller))[0], with_error(float(middle - low), float(smaller))[0]
