"""A component that saved fits name: it stands in a module of its own, as a user's would."""

import jax.numpy as jnp

from spec_lab.models import component


@component(
    priors={"slope": "unif(-3, 1)", "logEc": "unif(1, 4)", "logA": "unif(-4, 4)"},
    units={"logEc": "keV"},
    labels={"slope": r"\Gamma"},
)
def bent(E, slope=-1.0, logEc=2.5, logA=-1.0):
    """A power law with an exponential end."""
    return 10**logA * (E / 100.0) ** slope * jnp.exp(-E / 10**logEc)
