"""A prior whose arguments carry units, before it is known of which parameter: `unif(10 * u.keV, 1 * u.MeV)`."""

from typing import Any

import attrs

from spec_lab._base import ParameterError, held_number, is_quantity
from spec_lab.priors.prior import Prior

_PLACES = ("min", "max", "loc")


@attrs.frozen(repr=False)
class PriorInUnits:
    """What `unif(10 * u.keV, 1 * u.MeV)` gives: a prior as soon as it meets a parameter (`infer.par[2].prior = ...`).

    Args:
        family: A name of `list_priors()`.
        named: Its arguments by name, plain numbers or quantities.
    """

    family: str
    named: dict[str, Any]

    def of_parameter(self, unit: str, log: bool, what: str) -> Prior:
        """The prior of a parameter with this unit; limits and centres of one that holds logarithms become logarithms.

        Raises:
            ParameterError: A unit that does not convert; a width with a unit for a parameter that holds a logarithm.
        """
        for name, value in self.named.items():
            if log and is_quantity(value) and name not in _PLACES:
                raise ParameterError(
                    f"{what} holds a decimal logarithm, and {name} of {self.family} is no place on its axis",
                    got=str(value),
                    allowed="a plain number: the width of the logarithm",
                )
        found = {name: held_number(value, unit, log, f"{name} of {what}'s prior") for name, value in self.named.items()}
        return Prior(self.family, **found)

    def __repr__(self) -> str:
        return f"{self.family}({', '.join(f'{name}={value}' for name, value in self.named.items())})"
