"""`Random`: a value together with the law it is drawn from.

The law is no parameter: it sits behind `Law`, a constant, so its numbers are not trained. Any object with NumPyro's
`log_prob` and `support` will do; the bridge also accepts its own `Prior`. A prior that is only text stays in metadata.
"""

from typing import Any

import equinox as eqx
import jax
from jaxtyping import Array

from spec_lab._base import ParameterError
from spec_lab.variables.abstract import AbstractConstant, AbstractVariable, as_inexact, read
from spec_lab.variables.variable import Words, inner, words_of


class AbstractProbabilistic(eqx.Module):
    """A node that knows the distribution of its value."""

    distribution: eqx.AbstractVar[Any]


class Law(AbstractConstant):
    """A distribution, held where no optimiser finds it: trees as nodes, hashable values in the structure."""

    node: Any
    static: Any = eqx.field(static=True)

    def __init__(self, distribution: Any):
        opaque = jax.tree_util.all_leaves([distribution])
        self.node, self.static = (None, distribution) if opaque else (distribution, None)

    @property
    def distribution(self) -> Any:
        """The distribution as it was given."""
        return self.node if self.static is None else self.static


class Random(AbstractVariable, AbstractProbabilistic):
    """A free value with the distribution it is drawn from.

    Args:
        distribution: A NumPyro distribution (or a `Prior` of the bridge).
        value: The present value; the mean if not given.
        metadata: Words.

    Examples:
        >>> import numpyro.distributions as dist
        >>> from spec_lab.variables import partition
        >>> x = Random(dist.Normal(1.0, 2.0))
        >>> float(x.value), len(jax.tree.leaves(partition(x)[0]))
        (1.0, 1)
    """

    law: Law
    raw_value: Any
    metadata: Any = eqx.field(static=True, repr=False)

    def __init__(self, distribution: Any, value: Any = None, *, raw_value: Any = None, metadata: Words = None):
        if value is not None and raw_value is not None:
            raise ParameterError("Random", allowed="value or raw_value, not both")
        if isinstance(distribution, Law):
            distribution = distribution.distribution
        given = raw_value if value is None else value
        self.law = Law(distribution)
        self.raw_value = as_inexact(distribution.mean) if given is None else inner(given)
        self.metadata = words_of(given, metadata)

    @property
    def value(self) -> Array:
        """The present value."""
        return read(self.raw_value)

    @property
    def distribution(self) -> Any:
        """The distribution of the value."""
        return self.law.distribution
