"""Between the words of variables, priors and NumPyro: constraints, distributions, bijections."""

from typing import Any

from spec_lab.bridge.descriptors import PyroxSample
from spec_lab.priors import Prior, parse_prior
from spec_lab.variables import AbstractConstraint, AbstractProbabilistic, AbstractVariable, Constrained, Metadata


def as_support(constraint: Any) -> Any:
    """A NumPyro constraint, from one of ours or as it is."""
    return constraint.support if isinstance(constraint, AbstractConstraint) else constraint


def as_distribution(prior: Any) -> Any:
    """A NumPyro distribution from a `Prior`, its text or a `PyroxSample`; anything else as it is."""
    from spec_lab.bridge.distribution import as_distribution as distribution_of

    if isinstance(prior, PyroxSample):
        prior = prior.prior
    if isinstance(prior, str):
        prior = parse_prior(prior)
    return distribution_of(prior) if isinstance(prior, Prior) else prior


def is_function(prior: Any) -> bool:
    """Whether a prior is a function of the module (distributions are callable too, but are none)."""
    import numpyro.distributions as dist

    return callable(prior) and not isinstance(prior, (dist.Distribution, Prior))


def is_identity(support: Any) -> bool:
    """Whether the way from the real line to this set changes nothing (asked of the bijection, not of the name)."""
    from numpyro.distributions import biject_to
    from numpyro.distributions.transforms import IdentityTransform, IndependentTransform

    if support is None:
        return True
    transform = biject_to(support)
    while isinstance(transform, IndependentTransform):
        transform = transform.base_transform
    return isinstance(transform, IdentityTransform)


def constraint_of(variable: AbstractVariable) -> Any:
    """The constraint a variable carries, or None."""
    return variable.constraint if isinstance(variable, Constrained) else None


def prior_of(variable: AbstractVariable) -> Any:
    """The prior a variable carries: its distribution, or the text in its metadata; else None."""
    if isinstance(variable, AbstractProbabilistic):
        return variable.distribution
    words = variable.metadata
    text = words.get("prior") if isinstance(words, Metadata) else None
    return None if text is None else parse_prior(text)
