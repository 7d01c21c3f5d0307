"""`Random`: a value together with its prior, and `prior_of`, the prior that any variable carries.

The distribution is no parameter: it sits behind `Law`, a constant, so its numbers are not trained. It is a `Prior`
(`norm(0, 1)`), or an object with NumPyro's `log_prob` and `support`. Other variables may carry a prior in their metadata, as an
object or as the text that somebody typed.
"""

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Array
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError
from spec_lab.priors import Distribution, Prior, as_prior
from spec_lab.variables.abstract import (
    AbstractAnnotated,
    AbstractBounded,
    AbstractConstant,
    AbstractVariable,
    is_traced,
    read,
)
from spec_lab.variables.metadata import Metadata, Words
from spec_lab.variables.variable import Fixed, Raw, Tagged, inner, words_of, wrapped_words

Belief = Prior | Distribution


class AbstractProbabilistic(eqx.Module):
    """A node that knows the distribution of its value."""

    distribution: eqx.AbstractVar[Belief]


class Law(AbstractConstant):
    """A distribution, held where no optimiser finds it: trees as nodes, hashable values in the structure."""

    node: Belief | None
    static: Belief | None = eqx.field(static=True)

    def __init__(self, distribution: Belief):
        opaque = isinstance(distribution, Prior) or jax.tree_util.all_leaves([distribution])
        self.node, self.static = (None, distribution) if opaque else (distribution, None)

    @property
    def distribution(self) -> Belief:
        """The distribution as it was given."""
        held = self.node if self.static is None else self.static
        assert held is not None
        return held


class Random(AbstractVariable[Array], AbstractAnnotated[Metadata], AbstractProbabilistic):
    """A free value with the distribution it is drawn from.

    Args:
        distribution: A `Prior`, or a NumPyro distribution.
        value: The present value; if not given the mean, or the median where there is no mean (Cauchy).
        metadata: Words.

    Raises:
        ParameterError: No value is given, and the distribution has neither mean nor median.

    Examples:
        >>> import numpyro.distributions as dist
        >>> from spec_lab.variables import partition
        >>> x = Random(dist.Normal(1.0, 2.0))
        >>> float(x.value), len(jax.tree.leaves(partition(x)[0]))
        (1.0, 1)
    """

    law: Law
    raw_value: Raw
    metadata: Metadata = eqx.field(static=True, repr=False)

    def __init__(
        self,
        distribution: "Belief | Law",
        value: ArrayLike | AbstractVariable | None = None,
        *,
        raw_value: ArrayLike | AbstractVariable | None = None,
        metadata: Words = None,
    ):
        if value is not None and raw_value is not None:
            raise ParameterError("Random", allowed="value or raw_value, not both")
        if isinstance(distribution, Law):
            distribution = distribution.distribution
        given = raw_value if value is None else value
        self.law = Law(distribution)
        start = _start(distribution) if given is None else given
        self.raw_value, self.metadata = inner(start), wrapped_words(start, metadata)

    @property
    def value(self) -> Array:
        """The present value."""
        return read(self.raw_value)

    @property
    def distribution(self) -> Belief:
        """The distribution of the value."""
        return self.law.distribution


def _start(distribution: Belief) -> ArrayLike:
    """Where a random value starts."""
    mean = distribution.mean  # pyright: ignore[reportAttributeAccessIssue]
    if is_traced(mean) or np.all(np.isfinite(mean)):
        return mean
    median = as_prior(distribution).median
    if not np.isfinite(median):
        what = "Random: the distribution has neither a mean nor a median to start at"
        raise ParameterError(what, got=distribution, hint="Give the value: Random(distribution, 1.0).")
    return median


def prior_of(variable: AbstractVariable) -> Prior | None:
    """The prior that a variable carries: of a `Random` its distribution, else the one in its metadata; None without.

    Raises:
        ParameterError: The distribution is none of one real number, or the text is no prior.

    Examples:
        >>> from spec_lab.priors import norm
        >>> prior_of(Random(norm(0, 2))), prior_of(Tagged(1.0, metadata={"prior": "unif(-2, 2)"})), prior_of(Tagged(1.0))
        (norm(0, 2), unif(-2, 2), None)
    """
    inside = variable.raw_value if isinstance(variable, Fixed) else variable
    stated = words_of(variable).get("prior")
    if stated is None and isinstance(inside, AbstractProbabilistic):
        stated = inside.distribution
    return None if stated is None else as_prior(stated)


def moved(variable: AbstractVariable | ArrayLike, value: float) -> AbstractVariable:
    """A variable at another value, with its limits, its words and its prior; one that only computes a value becomes `Tagged`."""
    if isinstance(variable, AbstractBounded):
        return variable.update(value)  # type: ignore[return-value]
    if isinstance(variable, Random):
        return Random(variable.distribution, value, metadata=variable.metadata)
    return Tagged(value, metadata=words_of(variable))
