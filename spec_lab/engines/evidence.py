"""The evidence of nested sampling: from dead points in ascending order of likelihood to evidence and weights.

Of `k` points spread evenly over a prior volume X, the worst marks the volume X t, with ln t = -E/k and E exponential (Skilling
2006). Drawing the E many times gives the evidence and its error together; posterior weights average over the draws.
"""

from typing import NamedTuple

import numpy as np


class Evidence(NamedTuple):
    """What nested sampling found.

    Attributes:
        log_z: ln Z, the mean over simulated volumes.
        error: Its standard deviation over them.
        weights: `f[s]`, posterior weights of the dead points, summing to one.
        effective: Kish's effective sample size of the weights.
        information: Kullback-Leibler divergence from prior to posterior, in nats.
    """

    log_z: float
    error: float
    weights: np.ndarray
    effective: float
    information: float


def evidence(log_like: np.ndarray, alive: np.ndarray, seed: int, simulations: int = 100) -> Evidence:
    """The evidence from dead points.

    Args:
        log_like: `f[s]`, ascending; -inf allowed.
        alive: `i[s]`, how many points were alive when each died (itself included).
        seed: Of the simulated volumes.
        simulations: How many volume sequences are drawn.
    """
    generator = np.random.default_rng(seed)
    top = float(np.max(log_like))
    like = np.exp(log_like - top)
    log_z, weights = np.empty(simulations), np.zeros(len(like))
    for i in range(simulations):
        volume = np.exp(-np.cumsum(generator.standard_exponential(len(like)) / alive))
        mass = like * shells(volume)
        total = mass.sum()
        log_z[i] = top + np.log(total)
        weights += mass / total
    weights /= weights.sum()
    seen = weights > 0
    information = float(weights[seen] @ log_like[seen] - log_z.mean())
    return Evidence(float(log_z.mean()), float(log_z.std(ddof=1)), weights, float(1 / np.sum(weights**2)), information)


def shells(volume: np.ndarray) -> np.ndarray:
    """Trapezoidal prior masses `(X[i-1] - X[i+1]) / 2` of descending volumes; together they fill the volume 1."""
    padded = np.concatenate([[2.0 - volume[0]], volume, [-volume[-1]]])
    return 0.5 * (padded[:-2] - padded[2:])
