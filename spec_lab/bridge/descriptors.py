"""What sites are made of: two value objects to be passed around before a module exists, and the types of what they hold."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import jax
from numpy.typing import ArrayLike
from numpyro.distributions import Distribution

from spec_lab.bridge.support import AnyConstraint
from spec_lab.priors import Prior
from spec_lab.variables import AbstractVariable

Start: TypeAlias = ArrayLike | AbstractVariable | Callable[[jax.Array], ArrayLike]  # a callable is one of a PRNG key


class PyroxParam(NamedTuple):
    """A parameter site in waiting.

    Args:
        init_value: Start value, a callable of a PRNG key, a variable, or None to look the site up.
        constraint: The allowed set, as a NumPyro constraint or one of ours.
        event_dim: How many trailing axes make one event.
    """

    init_value: Start | None = None
    constraint: AnyConstraint | None = None
    event_dim: int | None = None


@dataclasses.dataclass(frozen=True)
class PyroxSample:
    """A random site in waiting.

    Args:
        prior: A NumPyro distribution, a `Prior` or its text, or a function of the module that gives one.
    """

    prior: "Belief"

    def unwrapped(self) -> "Belief":
        """The prior itself, also out of a site that was put into a site."""
        return self.prior.unwrapped() if isinstance(self.prior, PyroxSample) else self.prior


Belief: TypeAlias = (
    Distribution | Prior | str | PyroxSample | Callable[..., ArrayLike | Distribution | Prior | str | PyroxSample]
)
