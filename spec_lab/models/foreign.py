"""Things that are no models but can be read as one: wherever a model may stand, as data's model and in an expression.

A module of the bridge (`PyroxModule`, `Parameterized`), and any equinox module whose fields hold variables, is a component. How
it becomes one is written on a higher floor and looked up by name (`component.reader`).
"""

from typing import Any

import equinox as eqx

from spec_lab._base.providers import provided
from spec_lab.models.model import Model


def as_model(value: Any) -> Model | None:
    """`value` if it is a model, the component that it is if it can be read as one, else None.

    Raises:
        ModelError: A module that cannot be a component; the message says why.
    """
    if isinstance(value, Model):
        return value
    return provided("component.reader")(value) if isinstance(value, eqx.Module) else None
