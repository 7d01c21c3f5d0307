"""The documented spellings: `unif(-2, 2)`, `norm(0, 1)`, ... one function for each row of the table; each returns a `Prior`."""

import inspect
from collections.abc import Callable
from typing import Any

from spec_lab._base import is_quantity
from spec_lab.priors.families import FAMILIES
from spec_lab.priors.family import Argument, Family
from spec_lab.priors.prior import Prior
from spec_lab.priors.prior_in_units import PriorInUnits

Maker = Callable[..., Prior]


def _maker(family: Family) -> Maker:
    def make(*args: float, **named: float) -> Any:
        if any(map(is_quantity, (*args, *named.values()))):
            names = [argument.name for argument in family.arguments]
            return PriorInUnits(family.name, dict(zip(names, args, strict=False)) | named)
        return Prior(family.name, *args, **named)

    make.__name__ = make.__qualname__ = family.name
    make.__doc__ = f"{family.doc}\n\nRaises:\n    ParameterError: A missing, unknown or impossible argument."
    if family.name != "truncnorm":  # which takes min and max as well
        make.__signature__ = inspect.Signature(map(_argument, family.arguments))  # type: ignore[attr-defined]
    return make


def _argument(argument: Argument) -> inspect.Parameter:
    default = inspect.Parameter.empty if argument.default is None else argument.default
    return inspect.Parameter(argument.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=float, default=default)


all_priors: dict[str, Maker] = {family.name: _maker(family) for family in FAMILIES}

unif: Maker = all_priors["unif"]
logunif: Maker = all_priors["logunif"]
norm: Maker = all_priors["norm"]
lognorm: Maker = all_priors["lognorm"]
truncnorm: Maker = all_priors["truncnorm"]
truncnorm_range: Maker = all_priors["truncnorm_range"]
cauchy: Maker = all_priors["cauchy"]
cosine: Maker = all_priors["cosine"]
beta: Maker = all_priors["beta"]
gamma: Maker = all_priors["gamma"]
expon: Maker = all_priors["expon"]
plaw: Maker = all_priors["plaw"]
coslat: Maker = all_priors["coslat"]
