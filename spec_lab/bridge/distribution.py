"""Priors as NumPyro distributions, so that a prior written once serves NumPyro as well.

Families NumPyro knows become its own classes (which `reparam` understands); the others one class over our own densities. What may
stand for a prior at a site (a distribution, a `Prior`, its text, a `PyroxSample`, a function of the module) is told apart here.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpyro.distributions as dist
from numpyro.distributions import constraints

from spec_lab.bridge.descriptors import PyroxSample
from spec_lab.bridge.support import between
from spec_lab.priors import Prior, cumulative, log_density, parse_prior, quantile
from spec_lab.variables import AbstractProbabilistic, AbstractVariable, Metadata


class PriorDistribution(dist.Distribution):
    """Any prior as a distribution: density and quantile from the kernels, draws by inversion."""

    pytree_aux_fields = ("prior",)

    def __init__(self, prior: Prior, *, validate_args: bool | None = None):
        self.prior = prior
        super().__init__(batch_shape=(), event_shape=(), validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)  # pyright: ignore[reportArgumentType]
    def support(self) -> Any:
        return between(*self.prior.support)

    def _kernel(self, kernel, x):
        x = jnp.asarray(x)
        params = jnp.asarray(self.prior.params, dtype=jnp.result_type(x, float))
        return kernel(jnp.asarray(self.prior.code), params, x)

    def log_prob(self, value: Any, intermediates: Any = None) -> Any:
        return self._kernel(log_density, value)

    def icdf(self, q: Any) -> Any:
        return self._kernel(quantile, q)

    def cdf(self, value: Any) -> Any:
        return self._kernel(cumulative, value)

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        tiny = jnp.finfo(jnp.result_type(float)).tiny
        return self.icdf(jax.random.uniform(key, sample_shape, minval=tiny, maxval=1.0))

    @property
    def mean(self) -> Any:
        return jnp.asarray(self.prior.mean)

    @property
    def variance(self) -> Any:
        return jnp.asarray(self.prior.var)


def distribution_of(prior: Prior) -> dist.Distribution:
    """The NumPyro distribution of a prior."""
    s1, s2, loc, scale = prior.params
    match prior.family:
        case "unif":
            return dist.Uniform(s1, s2)
        case "norm":
            return dist.Normal(loc, scale)
        case "cauchy":
            return dist.Cauchy(loc, scale)
        case "lognorm" if loc == 0:
            return dist.LogNormal(jnp.log(scale), s1)
        case "gamma" if loc == 0:
            return dist.Gamma(s1, 1 / scale)
        case "expon" if loc == 0:
            return dist.Exponential(1 / scale)
        case "beta" if loc == 0 and scale == 1:
            return dist.Beta(s1, s2)
        case _:
            return PriorDistribution(prior)


def as_distribution(prior: Any) -> Any:
    """A NumPyro distribution from a `Prior`, its text or a `PyroxSample`; anything else as it is."""
    if isinstance(prior, PyroxSample):
        prior = prior.prior
    if isinstance(prior, str):
        prior = parse_prior(prior)
    return distribution_of(prior) if isinstance(prior, Prior) else prior


def is_function(prior: Any) -> bool:
    """Whether a prior is a function of the module (distributions are callable too, but are none)."""
    return callable(prior) and not isinstance(prior, (dist.Distribution, Prior))


def prior_of(variable: AbstractVariable) -> Any:
    """The prior a variable carries: its distribution, or the text in its metadata; else None."""
    if isinstance(variable, AbstractProbabilistic):
        return variable.distribution
    words = variable.metadata
    text = words.get("prior") if isinstance(words, Metadata) else None
    return None if text is None else parse_prior(text)
