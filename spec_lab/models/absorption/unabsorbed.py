"""What absorbs: which parameters of a model are amounts of gas or dust, and the model without them.

A factor says so itself: `absorbs = ("N_H",)` in its class (`@component(kind="mul", absorbs=...)`, `mtable(..., absorbs=...)`),
or `absorbs = ()` when it is none of the matter on the way, such as a cut-off. One that says nothing is asked about, because
a flux that is called unabsorbed must not be absorbed by a factor whose parameter happens to have another name.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from spec_lab._base import ModelError, nearest
from spec_lab.models.component import Component
from spec_lab.models.model import Model


def amounts(model: Model) -> tuple[int, ...]:
    """Which parameters of a model are amounts of absorbing matter: their places in theta.

    Raises:
        ModelError: A multiplicative factor does not say what it absorbs with, or names no parameter of its own.
    """
    found: list[int] = []
    first = 0
    for name, leaf in zip(model.names, model.leaves(), strict=True):
        fields = [field for field, _ in leaf.slots()]
        found += [first + fields.index(field) for field in _declared(name, leaf) if field in fields]
        first += len(fields)
    return tuple(found)


def _declared(name: str, leaf: Component) -> tuple[str, ...]:
    declared = type(leaf).absorbs
    if declared is None:
        if leaf.kind != "mul":
            return ()
        raise ModelError(
            f"the factor {name!r} does not say whether it absorbs, so there is no flux without absorption",
            allowed='absorbs = ("N_H",), the parameters that are amounts of gas or dust; absorbs = () for other factors',
            hint=f'Say it in the class {type(leaf).__name__}, in @component(kind="mul", absorbs=...), '
            "or in mtable(..., absorbs=...).",
        )
    known = leaf.parameter_names()
    for field in (declared,) if isinstance(declared, str) else declared:
        if field not in known:
            raise ModelError(
                f"{type(leaf).__name__} absorbs with a parameter that it does not have",
                got=field,
                allowed=", ".join(known),
                hint=nearest(field, known),
            )
    return (declared,) if isinstance(declared, str) else tuple(declared)


def without_absorption(model: Model, thetas: Float[np.ndarray, "s k"]) -> Float[np.ndarray, "s k"]:
    """The same parameter vectors without absorbing gas and dust: every amount is 0 (its logarithm -inf).

    Args:
        model: The model, or the part of it that is asked about.
        thetas: Its parameter vectors.

    Raises:
        ModelError: A multiplicative factor does not say what it absorbs with.
    """
    bare, parameters = np.array(thetas, float), model.parameters
    for i in amounts(model):
        bare[:, i] = -np.inf if parameters[i].log else 0.0
    return bare
