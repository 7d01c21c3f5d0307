"""Priors as NumPyro distributions, so that a belief written once serves NUTS and SVI as well.

Families NumPyro knows become its own classes (which `reparam` understands); the others one class over our kernels.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpyro.distributions as dist
from numpyro.distributions import constraints

from spec_lab.priors import Prior, kernels


class PriorDistribution(dist.Distribution):
    """Any prior as a distribution: density and quantile from the kernels, draws by inversion."""

    pytree_aux_fields = ("prior",)

    def __init__(self, prior: Prior, *, validate_args: bool | None = None):
        self.prior = prior
        super().__init__(batch_shape=(), event_shape=(), validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)  # pyright: ignore[reportArgumentType]
    def support(self) -> Any:
        return support_of(self.prior)

    def _kernel(self, kernel, x):
        x = jnp.asarray(x)
        params = jnp.asarray(self.prior.params, dtype=jnp.result_type(x, float))
        return kernel(jnp.asarray(self.prior.code), params, x)

    def log_prob(self, value: Any, intermediates: Any = None) -> Any:
        return self._kernel(kernels.log_density, value)

    def icdf(self, q: Any) -> Any:
        return self._kernel(kernels.quantile, q)

    def cdf(self, value: Any) -> Any:
        return self._kernel(kernels.cumulative, value)

    def sample(self, key: Any, sample_shape: tuple[int, ...] = ()) -> Any:
        tiny = jnp.finfo(jnp.result_type(float)).tiny
        return self.icdf(jax.random.uniform(key, sample_shape, minval=tiny, maxval=1.0))

    @property
    def mean(self) -> Any:
        return jnp.asarray(self.prior.mean)

    @property
    def variance(self) -> Any:
        return jnp.asarray(self.prior.var)


def support_of(prior: Prior) -> Any:
    """The support as a NumPyro constraint."""
    import math

    lower, upper = prior.support
    if math.isfinite(lower) and math.isfinite(upper):
        return constraints.interval(lower, upper)
    if math.isfinite(lower):
        return constraints.greater_than(lower)
    return constraints.less_than(upper) if math.isfinite(upper) else constraints.real


def as_distribution(prior: Prior) -> dist.Distribution:
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
