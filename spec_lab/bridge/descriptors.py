"""Two value objects: what a parameter site and a random site are made of, to be passed around before a module exists."""

import dataclasses
from typing import Any, NamedTuple


class PyroxParam(NamedTuple):
    """A parameter site in waiting.

    Args:
        init_value: Start value, a callable of a PRNG key, a variable, or None to look the site up.
        constraint: The allowed set, as a NumPyro constraint or one of ours.
        event_dim: How many trailing axes make one event.
    """

    init_value: Any = None
    constraint: Any = None
    event_dim: int | None = None


@dataclasses.dataclass(frozen=True)
class PyroxSample:
    """A random site in waiting.

    Args:
        prior: A NumPyro distribution, a `Prior` or its text, or a function of the module that gives one.
    """

    prior: Any

    def unwrapped(self) -> Any:
        """The prior itself, also out of a site that was put into a site."""
        return self.prior.unwrapped() if isinstance(self.prior, PyroxSample) else self.prior
