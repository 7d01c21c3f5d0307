"""Proposals of an importance sampler: multivariate Student t, and mixtures of them that follow weighted draws."""

from functools import cached_property
from typing import NamedTuple

import attrs
import numpy as np
from jaxtyping import Float
from scipy.special import gammaln

LEAST_SHARE = 0.01  # of a mixture, for each of its parts: what looks empty now may hold the posterior's tail
NORMAL = 1e6  # degrees of freedom that make a normal distribution


@attrs.frozen(eq=False, slots=False)
class StudentT:
    """A multivariate Student t with `nu` degrees of freedom, `u = centre + root @ t`.

    Attributes:
        centre: `f[n]`.
        root: `f[n, n]`.
        nu: Degrees of freedom; small = heavy tails.
    """

    centre: Float[np.ndarray, "n"]
    root: Float[np.ndarray, "n n"]
    nu: float

    @classmethod
    def of_hessian(
        cls, mode: Float[np.ndarray, "n"], hessian: Float[np.ndarray, "n n"], nu: float, least: float = 1e-6
    ) -> "StudentT":
        """Around a mode, with the curvature of minus the log density there; `least` is the smallest curvature believed."""
        values, vectors = np.linalg.eigh(hessian)
        return cls(mode, vectors / np.sqrt(np.maximum(np.abs(values), least)), nu)

    @classmethod
    def of_covariance(
        cls, centre: Float[np.ndarray, "n"], covariance: Float[np.ndarray, "n n"], nu: float
    ) -> "StudentT":
        """With a scale matrix `root @ root.T`."""
        values, vectors = np.linalg.eigh(covariance)
        floor = 1e-9 * max(float(values.max()), 1e-12)
        return cls(centre, vectors * np.sqrt(np.maximum(values, floor)), nu)

    def draw(self, size: int, generator: np.random.Generator) -> Float[np.ndarray, "s n"]:
        """Draws."""
        z = generator.standard_normal((size, len(self.centre)))
        return self.centre + (z * np.sqrt(self.nu / generator.chisquare(self.nu, size))[:, None]) @ self.root.T

    @cached_property
    def _inverse(self) -> tuple[np.ndarray, float]:
        """The inverse root, and the logarithm of the constant in front of the density."""
        n, nu = len(self.centre), self.nu
        constant = gammaln((nu + n) / 2) - gammaln(nu / 2) - 0.5 * n * np.log(nu * np.pi)
        return np.linalg.inv(self.root), float(constant - np.linalg.slogdet(self.root)[1])

    def distances(self, us: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s"]:
        """Squared Mahalanobis distances of draws from the centre."""
        return np.sum(((us - self.centre) @ self._inverse[0].T) ** 2, axis=1)

    def log_density(self, us: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s"]:
        """Log densities of draws."""
        n, nu = len(self.centre), self.nu
        return self._inverse[1] - 0.5 * (nu + n) * np.log1p(self.distances(us) / nu)


class ProposalMixture(NamedTuple):
    """A mixture of Student t's.

    Attributes:
        parts: Its parts.
        shares: `f[k]`, their shares, which sum to one.
        fixed: How many of the first parts keep shape and share.
    """

    parts: tuple[StudentT, ...]
    shares: Float[np.ndarray, "k"]
    fixed: int = 0

    def draw(self, size: int, generator: np.random.Generator) -> Float[np.ndarray, "s n"]:
        """Draws, of each part as many as its share asks for (systematic sampling of the parts)."""
        ends = np.floor(np.cumsum(self.shares) * size + generator.uniform()).astype(int)
        ends[-1] = size
        counts = np.diff(ends.clip(max=size), prepend=0)
        return np.concatenate(
            [part.draw(count, generator) for part, count in zip(self.parts, counts, strict=True) if count]
        )

    def log_densities(self, us: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "k s"]:
        """Log densities of draws in each part, its share included."""
        return np.stack([p.log_density(us) for p in self.parts]) + np.log(self.shares)[:, None]

    def log_density(self, us: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s"]:
        """Log densities of draws."""
        return np.logaddexp.reduce(self.log_densities(us), axis=0)

    def following(self, us: Float[np.ndarray, "s n"], weights: Float[np.ndarray, "s"]) -> "ProposalMixture":
        """The mixture after one step towards draws with weights that sum to one (EM; Cappé et al. 2008, Stat. Comput. 18, 447).

        Where few draws speak of a part it keeps most of its shape.
        """
        each = self.log_densities(us)
        told = weights * np.exp(each - np.logaddexp.reduce(each, axis=0))  # k s
        parts = [
            *self.parts[: self.fixed],
            *(_moved(p, us, w) for p, w in zip(self.parts[self.fixed :], told[self.fixed :], strict=True)),
        ]
        kept = self.shares[: self.fixed]
        shares = np.maximum(told[self.fixed :].sum(axis=1), LEAST_SHARE)
        return ProposalMixture(
            tuple(parts), np.concatenate([kept, shares / shares.sum() * (1 - kept.sum())]), self.fixed
        )

    def shapes(self, us: Float[np.ndarray, "s n"], weights: Float[np.ndarray, "s"]) -> int:
        """How many parts that hold a twentieth of weighted draws lie apart, by three standard deviations of either."""
        told = np.exp(self.log_densities(us))
        held = (told / told.sum(axis=0)) @ weights
        found: list[StudentT] = []
        for number in np.argsort(-held):
            part = self.parts[number]
            near = [min(p.distances(part.centre[None])[0], part.distances(p.centre[None])[0]) < 9.0 for p in found]
            if held[number] >= 0.05 and not any(near):
                found.append(part)
        return len(found)


def _moved(part: StudentT, us: Float[np.ndarray, "s n"], weights: Float[np.ndarray, "s"]) -> StudentT:
    """A part with centre and scale of weighted draws, as far as these are many."""
    total = weights.sum()
    if total < 1e-12:
        return part
    many, n = total**2 / np.sum(weights**2), len(part.centre)
    near = weights * (part.nu + n) / (part.nu + part.distances(us))
    trust = many / (many + 2 * n)
    centre = part.centre + trust * (near @ us / near.sum() - part.centre)
    scatter = ((us - centre) * (near / total)[:, None]).T @ (us - centre)
    trust = many / (many + 2 * n + 0.5 * n * n)
    return StudentT.of_covariance(centre, trust * scatter + (1 - trust) * part.root @ part.root.T, part.nu)
