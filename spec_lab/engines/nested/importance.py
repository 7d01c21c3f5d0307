"""Importance sampling from a density drawn around known posterior points, to sharpen an evidence.

Nested sampling knows where the posterior is, but its ln Z carries the scatter of the simulated volumes. A mixture of Gaussian
kernels around some of its posterior points, with a part of a broad Student t as insurance for the tails, is close enough to
the posterior that a few thousand importance draws give ln Z to a hundredth. The Pareto shape of the weights (`psis`) says
whether that holds.

Reference: kernel width by Silverman 1986, Density Estimation, eq. 4.14.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

from spec_lab.engines.psis import psis

PARETO_LIMIT = 0.7
EVEN = 0.85  # share of effective draws above which weights need no smoothing: so slight a tail has no shape
TAIL, NU = 0.15, 5.0  # share and degrees of freedom of the broad part


class KernelMixture:
    """The mixture.

    Args:
        centres: `f[k, n]`, equally weighted posterior points.
    """

    def __init__(self, centres: np.ndarray):
        size, n = centres.shape
        self.mean = centres.mean(axis=0)
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(centres, rowvar=False)))
        self.root = vectors * np.sqrt(np.maximum(values, 1e-14 * values.max() + 1e-300))
        self.inverse = np.linalg.inv(self.root)
        self.log_volume = float(np.linalg.slogdet(self.root)[1])
        self.centres = (centres - self.mean) @ self.inverse.T
        self.width = (4.0 / (n + 2.0) / size) ** (1.0 / (n + 4.0))

    def draw(self, size: int, generator: np.random.Generator) -> np.ndarray:
        """`f[size, n]` points of the mixture."""
        n = self.centres.shape[1]
        chosen = self.centres[generator.integers(len(self.centres), size=size)]
        normal = generator.standard_normal((size, n))
        broad = normal * np.sqrt(NU / generator.chisquare(NU, size))[:, None]
        y = np.where((generator.uniform(size=size) < TAIL)[:, None], broad, chosen + self.width * normal)
        return self.mean + y @ self.root.T

    def log_density(self, xs: np.ndarray) -> np.ndarray:
        """`f[s]`, normalised, at points `f[s, n]`."""
        y = (xs - self.mean) @ self.inverse.T
        n = y.shape[1]
        squares = np.sum(y**2, axis=1)
        distance = squares[:, None] - 2 * y @ self.centres.T + np.sum(self.centres**2, axis=1)
        close = logsumexp(-0.5 * distance / self.width**2, axis=1) - np.log(len(self.centres))
        close -= n * np.log(self.width) + 0.5 * n * np.log(2 * np.pi)
        broad = gammaln((NU + n) / 2) - gammaln(NU / 2) - 0.5 * n * np.log(NU * np.pi)
        broad = broad - 0.5 * (NU + n) * np.log1p(squares / NU)
        return np.logaddexp(np.log1p(-TAIL) + close, np.log(TAIL) + broad) - self.log_volume


class ImportanceEvidence(NamedTuple):
    """What importance weights `target / mixture` say.

    Attributes:
        log_z: ln of the target's integral.
        error: Its standard error.
        weights: `f[s]`, summing to one.
        effective: Kish's effective sample size.
        pareto_k: Shape of the tail of the weights.
        trusted: Whether averages over the weights converge.
    """

    log_z: float
    error: float
    weights: np.ndarray
    effective: float
    pareto_k: float

    trusted: bool


def sharpen(log_weights: np.ndarray) -> ImportanceEvidence:
    """Evidence and weights from log importance weights `f[s]` (-inf allowed)."""
    smooth, shape = psis(log_weights)
    even = _effective(log_weights) >= 0.5 * len(log_weights)
    used = (
        log_weights if even else smooth
    )  # nearly equal weights need no smoothing, and the shape of their tail says nothing
    weights = np.exp(used - used.max())
    return ImportanceEvidence(
        log_z=float(used.max() + np.log(weights.mean())),
        error=float(weights.std() / weights.mean() / np.sqrt(len(weights))),
        weights=weights / weights.sum(),
        effective=_effective(used),
        pareto_k=float(shape),
        trusted=even or shape <= PARETO_LIMIT,
    )


def _effective(log_weights: np.ndarray) -> float:
    """Kish's effective sample size."""
    weights = np.exp(log_weights - np.max(log_weights))
    return float(weights.sum() ** 2 / np.sum(weights**2))
