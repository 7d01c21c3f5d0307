"""Thirty likelihoods whose integral over their prior is known: in closed form, or by quadrature in one dimension."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from scipy import integrate, stats
from scipy.special import gamma, gammaln

from spec_lab.priors import logunif, norm, unif


class EvidenceProblem(NamedTuple):
    """Priors, log-likelihood of a vector of free values, and ln Z."""

    name: str
    priors: list[Any]
    log_like: Callable[[Any], Any]
    log_z: float


def _normal(x: Any, centre: Any, sd: Any) -> Any:
    return -0.5 * ((x - centre) / sd) ** 2 - jnp.log(sd) - 0.5 * jnp.log(2 * jnp.pi)


def gaussian(n: int, sd: float = 0.05, correlation: float = 0.7) -> EvidenceProblem:
    """A correlated Gaussian far inside a box."""
    sds = sd * np.linspace(1, 3, n)
    covariance = correlation ** np.abs(np.subtract.outer(np.arange(n), np.arange(n))) * np.outer(sds, sds)
    inverse, centre = np.linalg.inv(covariance), np.linspace(-2, 3, n)
    constant = -0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]
    log_like = lambda x: constant - 0.5 * (x - centre) @ inverse @ (x - centre)  # noqa: E731
    return EvidenceProblem(f"gaussian {n}", [unif(-10, 10)] * n, log_like, -n * np.log(20.0))


def at_bounds(n: int) -> EvidenceProblem:
    """Gaussians cut by a bound of the box at a distance of one standard deviation."""
    log_like = lambda x: jnp.sum(_normal(x, -9.9, 0.1))  # noqa: E731
    return EvidenceProblem(f"at bounds {n}", [unif(-10, 10)] * n, log_like, n * np.log(stats.norm.cdf(1.0) / 20.0))


def two_modes(n: int, width: float = 0.1) -> EvidenceProblem:
    """Seven tenths here, three tenths there."""

    def log_like(x: Any) -> Any:
        here, there = (jnp.sum(_normal(x, at, width)) + jnp.log(share) for at, share in ((-4.0, 0.7), (3.0, 0.3)))
        return jnp.logaddexp(here, there)

    return EvidenceProblem(f"two modes {n}", [unif(-10, 10)] * n, log_like, -n * np.log(20.0))


def heavy_tails(n: int) -> EvidenceProblem:
    """Student t with three degrees of freedom in each coordinate, cut by the box."""
    constant = float(gammaln(2.0) - gammaln(1.5) - 0.5 * np.log(3 * np.pi)) - np.log(0.1)
    log_like = lambda x: jnp.sum(constant - 2.0 * jnp.log1p((x / 0.1) ** 2 / 3.0))  # noqa: E731
    inside = stats.t(3, scale=0.1).cdf(10.0) - stats.t(3, scale=0.1).cdf(-10.0)
    return EvidenceProblem(f"heavy tails {n}", [unif(-10, 10)] * n, log_like, n * np.log(inside / 20.0))


def skew(n: int) -> EvidenceProblem:
    """The logarithm of an exponential variate in each coordinate: steep on one side, long on the other."""
    log_like = lambda x: jnp.sum(x / 0.3 - jnp.exp(x / 0.3) - jnp.log(0.3))  # noqa: E731
    inside = np.exp(-np.exp(-10 / 0.3)) - np.exp(-np.exp(10 / 0.3))
    return EvidenceProblem(f"skew {n}", [unif(-10, 10)] * n, log_like, n * np.log(inside / 20.0))


def banana(n: int) -> EvidenceProblem:
    """Pairs of coordinates, the second around the square of the first."""

    def log_like(x: Any) -> Any:
        a, b = x[0::2], x[1::2]
        return jnp.sum(_normal(a, 0.5, 0.7) + _normal(b, a**2, 0.15))

    return EvidenceProblem(f"banana {n}", [unif(-10, 20)] * n, log_like, -n * np.log(30.0))


def normal_priors(n: int) -> EvidenceProblem:
    """A Gaussian under normal priors."""
    log_like = lambda x: jnp.sum(_normal(x, 1.5, 0.2))  # noqa: E731
    log_z = n * stats.norm.logpdf(1.5, 0.0, np.hypot(0.2, 2.0))
    return EvidenceProblem(f"normal priors {n}", [norm(0, 2)] * n, log_like, float(log_z))


def decades(n: int) -> EvidenceProblem:
    """Gaussians in ln x under log-uniform priors over six decades."""
    log_like = lambda x: jnp.sum(_normal(jnp.log(x), 2.0, 0.1))  # noqa: E731
    return EvidenceProblem(f"decades {n}", [logunif(1e-3, 1e3)] * n, log_like, -n * np.log(np.log(1e6)))


def shell(n: int) -> EvidenceProblem:
    """A thin sphere: curved in all directions."""
    log_like = lambda x: _normal(jnp.sqrt(jnp.sum(x**2)), 4.0, 0.1)  # noqa: E731
    surface = 2 * np.pi ** (n / 2) / float(gamma(n / 2))
    inside, _ = integrate.quad(lambda r: r ** (n - 1) * stats.norm.pdf(r, 4.0, 0.1), 3.0, 5.0)
    log_z = np.log(surface * inside) - n * np.log(20.0)
    return EvidenceProblem(f"shell {n}", [unif(-10, 10)] * n, log_like, float(log_z))


def ridge(n: int) -> EvidenceProblem:
    """Only the sum of the coordinates is measured: the other directions stay as wide as their normal priors."""
    log_like = lambda x: _normal(jnp.sum(x), 1.0, 0.05)  # noqa: E731
    log_z = stats.norm.logpdf(1.0, 0.0, np.sqrt(0.05**2 + 4.0 * n))
    return EvidenceProblem(f"ridge {n}", [norm(0, 2)] * n, log_like, float(log_z))


def plateau(low: float) -> EvidenceProblem:
    """Half of the prior without likelihood, a quarter of it of one and the same."""

    def log_like(x: Any) -> Any:
        return jnp.where(x[0] < 0, -jnp.inf, jnp.where(x[1] < 0, low, -0.5 * x[1] ** 2))

    log_z = np.log(0.25 * np.exp(low) + 0.5 * np.sqrt(np.pi / 2) / 20)
    return EvidenceProblem(f"plateau {low}", [unif(-1, 1), unif(-10, 10)], log_like, float(log_z))


def many_modes() -> EvidenceProblem:
    """Sixteen Gaussians on a grid."""
    centres = np.stack(np.meshgrid(*[np.linspace(-6, 6, 4)] * 2), axis=-1).reshape(-1, 2)

    def log_like(x: Any) -> Any:
        return logsumexp(jnp.sum(_normal(x, centres, 0.3), axis=1)) - jnp.log(16.0)

    return EvidenceProblem("many modes", [unif(-10, 10)] * 2, log_like, -2 * np.log(20.0))


def narrow_in_wide() -> EvidenceProblem:
    """A narrow mode in a wide one, with as much evidence."""

    def log_like(x: Any) -> Any:
        return jnp.logaddexp(jnp.sum(_normal(x, 0.0, 2.0)), jnp.sum(_normal(x, 1.0, 0.05))) - jnp.log(2.0)

    inside = stats.norm.cdf(5.0) - stats.norm.cdf(-5.0)
    log_z = np.log((inside**2 + 1) / 2) - 2 * np.log(20.0)
    return EvidenceProblem("narrow in wide", [unif(-10, 10)] * 2, log_like, float(log_z))


PROBLEMS = [
    *(gaussian(n) for n in (1, 2, 3, 4, 6, 8)),
    *(at_bounds(n) for n in (1, 2, 4)),
    *(two_modes(n) for n in (1, 2, 3)),
    *(heavy_tails(n) for n in (2, 4)),
    *(skew(n) for n in (2, 4)),
    *(banana(n) for n in (2, 4)),
    *(normal_priors(n) for n in (2, 4)),
    *(decades(n) for n in (1, 3)),
    *(shell(n) for n in (2, 3)),
    *(ridge(n) for n in (2, 4)),
    *(plateau(low) for low in (-3.0, -1.0)),
    many_modes(),
    narrow_in_wide(),
]  # fmt: skip
