"""Proposals of an importance sampler: multivariate Student t, and mixtures of several that were used in turn."""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln


class StudentT(NamedTuple):
    """A multivariate Student t with `nu` degrees of freedom, `u = centre + root @ t`.

    Attributes:
        centre: `f[n]`.
        root: `f[n, n]`.
        nu: Degrees of freedom; small = heavy tails.
    """

    centre: np.ndarray
    root: np.ndarray
    nu: float

    @classmethod
    def of_hessian(cls, mode: np.ndarray, hessian: np.ndarray, nu: float) -> "StudentT":
        """Around a mode, with the curvature of minus the log density there."""
        values, vectors = np.linalg.eigh(hessian)
        return cls(mode, vectors / np.sqrt(np.maximum(np.abs(values), 1e-6)), nu)

    @classmethod
    def of_sample(cls, us: np.ndarray, weights: np.ndarray, nu: float, stretch: float = 1.1) -> "StudentT":
        """With the moments of weighted draws `f[s, n]`, a little wider."""
        mean = weights @ us
        covariance = (us - mean).T @ ((us - mean) * weights[:, None])
        values, vectors = np.linalg.eigh(covariance)
        floor = 1e-9 * max(float(values.max()), 1e-12)
        return cls(mean, stretch * vectors * np.sqrt(np.maximum(values, floor)), nu)

    def draw(self, size: int, generator: np.random.Generator) -> np.ndarray:
        """`f[size, n]` draws."""
        z = generator.standard_normal((size, len(self.centre)))
        return self.centre + (z * np.sqrt(self.nu / generator.chisquare(self.nu, size))[:, None]) @ self.root.T

    def log_density(self, us: np.ndarray) -> np.ndarray:
        """`f[s]` at draws `f[s, n]`."""
        n, nu = len(self.centre), self.nu
        z = np.linalg.solve(self.root, (us - self.centre).T)
        constant = gammaln((nu + n) / 2) - gammaln(nu / 2) - 0.5 * n * np.log(nu * np.pi)
        volume = np.linalg.slogdet(self.root)[1]
        return constant - volume - 0.5 * (nu + n) * np.log1p(np.sum(z**2, axis=0) / nu)


def mixture_log_density(proposals: list[StudentT], sizes: list[int], us: np.ndarray) -> np.ndarray:
    """`f[s]`: log density of the mixture from which all draws together came (balance heuristic, Veach & Guibas 1995)."""
    shares = np.log(np.array(sizes) / sum(sizes))
    each = np.stack([p.log_density(us) + share for p, share in zip(proposals, shares, strict=True)])
    top = each.max(axis=0)
    return top + np.log(np.exp(each - top).sum(axis=0))
