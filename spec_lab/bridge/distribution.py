"""Priors as NumPyro distributions, so that a prior written once serves NumPyro as well.

Families NumPyro knows become its own classes (which `reparam` understands); the others one class over our own densities. What may
stand for a prior at a site (a distribution, a `Prior`, its text, a `PyroxSample`, a function of the module) is told apart here.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
from jaxtyping import Array, Float
from numpy.typing import ArrayLike
from numpyro.distributions import constraints

from spec_lab import variables
from spec_lab._base import ParameterError
from spec_lab.bridge.descriptors import Belief, PyroxSample
from spec_lab.bridge.support import between
from spec_lab.priors import BY_NAME, Distribution, Prior, cumulative, log_density, parse_prior, quantile
from spec_lab.variables import AbstractProbabilistic, AbstractVariable

T = TypeVar("T")
Values: TypeAlias = Float[Array, "..."]
QUANTILES = 2000  # that give the moments of a cut prior


class PriorDistribution(dist.Distribution):
    """Any prior as a distribution, also within limits that cut it: density and quantile are ours, draws are made by inversion.

    Args:
        prior: The prior.
        limits: Where the value may be; the prior's support if not given. The density is normalised to the mass inside.
        validate_args: As in NumPyro.
    """

    pytree_aux_fields = ("prior", "limits")

    def __init__(self, prior: Prior, limits: tuple[float, float] | None = None, *, validate_args: bool | None = None):
        self.prior, self.limits = prior, prior.support if limits is None else limits
        super().__init__(batch_shape=(), event_shape=(), validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)  # pyright: ignore[reportArgumentType]
    def support(self) -> constraints.Constraint:
        return between(*self.limits)

    @property
    def _mass(self) -> tuple[float, float]:
        """The prior's mass below the limits, and between them."""
        if self.limits == self.prior.support:
            return 0.0, 1.0
        below, above = (float(self.prior.cdf(limit)) for limit in self.limits)
        return below, above - below

    def _computed(self, function, x):
        x = jnp.asarray(x)
        params = jnp.asarray(self.prior.params, dtype=jnp.result_type(x, float))
        return function(jnp.asarray(self.prior.code), params, x, self.prior.laws)

    def log_prob(self, value: Values, intermediates: list[Array] | None = None) -> Values:
        return self._computed(log_density, value) - math.log(self._mass[1])

    def icdf(self, q: Values) -> Values:
        below, mass = self._mass
        return jnp.clip(self._computed(quantile, below + mass * jnp.asarray(q)), *self.limits)

    def cdf(self, value: Values) -> Values:
        below, mass = self._mass
        return jnp.clip((self._computed(cumulative, value) - below) / mass, 0.0, 1.0)

    def sample(self, key: Array, sample_shape: tuple[int, ...] = ()) -> Values:
        tiny = jnp.finfo(jnp.result_type(float)).tiny
        return self.icdf(jax.random.uniform(key, sample_shape, minval=tiny, maxval=1.0))

    @property
    def mean(self) -> Float[Array, ""]:
        return jnp.asarray(self.prior.mean if self.limits == self.prior.support else np.mean(self._cut_quantiles))

    @property
    def variance(self) -> Float[Array, ""]:
        return jnp.asarray(self.prior.var if self.limits == self.prior.support else np.var(self._cut_quantiles))

    @property
    def _cut_quantiles(self) -> Float[np.ndarray, " q"]:
        """Evenly spaced quantiles: averages over them are moments."""
        below, mass = self._mass
        return np.asarray(self.prior.ppf(below + mass * (np.arange(QUANTILES) + 0.5) / QUANTILES))


def distribution_of(prior: Prior, limits: tuple[float, float] | None = None) -> dist.Distribution:
    """The NumPyro distribution of a prior: the one it was read from, NumPyro's own of that name, or one over our densities.

    Args:
        prior: The prior.
        limits: Where the value may be; if they cut the prior, it is the prior within them.
    """
    if limits is not None and limits != prior.support:
        return PriorDistribution(prior, limits)
    if prior.law is not None:
        return prior.law.distribution
    known = BY_NAME[prior.family].numpyro(*prior.params)
    return PriorDistribution(prior) if known is None else getattr(dist, known[0])(*known[1])


def make_distribution(name: str, arguments: Mapping[str, float]) -> dist.Distribution:
    """The NumPyro distribution of that name.

    Raises:
        ParameterError: There is none, or it takes other arguments, or not these numbers.
    """
    kind = getattr(dist, name, None)
    try:
        if isinstance(kind, type) and issubclass(kind, dist.Distribution):
            return kind(**arguments)
    except TypeError as error:
        raise ParameterError(f"numpyro.distributions.{name} takes other arguments", got=dict(arguments)) from error
    except ValueError as error:  # NumPyro's check of what is positive, ordered, ...
        raise ParameterError(
            f"numpyro.distributions.{name} does not take these numbers: {error}", got=dict(arguments)
        ) from error
    raise ParameterError("there is no such distribution in numpyro.distributions", got=name)


def as_distribution(prior: T | str | Prior | PyroxSample) -> T | dist.Distribution:
    """A NumPyro distribution from a `Prior`, its text or a `PyroxSample`; anything else as it is."""
    given: Any = prior.unwrapped() if isinstance(prior, PyroxSample) else prior
    known = parse_prior(given) if isinstance(given, str) else given
    return distribution_of(known) if isinstance(known, Prior) else known


def is_function(prior: Belief | ArrayLike | AbstractVariable | None) -> bool:
    """Whether a prior is a function of the module (distributions are callable too, but are none)."""
    return callable(prior) and not isinstance(prior, (dist.Distribution, Prior))


def prior_of(variable: AbstractVariable) -> Distribution | Prior | None:
    """The prior a variable carries: its distribution as it is, or the one in its metadata; else None."""
    return variable.distribution if isinstance(variable, AbstractProbabilistic) else variables.prior_of(variable)
