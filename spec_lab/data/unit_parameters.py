"""What of a unit may be fitted beside the model: five parameters, always these and in this order.

`sf` and `bf` multiply the exposures of source and background, `rf` the response, and `ra`, `dec` say where the source is,
for responses that depend on it. Here is what each is called, means and starts as; the values a fit gives them live in its
set-up (`spec_lab.fit.slots`).
"""

from typing import TYPE_CHECKING

from spec_lab.data.sky.balrog import StartValue

if TYPE_CHECKING:
    from spec_lab.data.unit import DataUnit

PARAMETER_MEANINGS = {
    "sf": "factor on the source exposure",
    "bf": "factor on the background exposure",
    "rf": "factor on the response: effective-area correction",
    "ra": "right ascension of the source, deg",
    "dec": "declination of the source, deg",
}
DATA_PARAMETERS = tuple(PARAMETER_MEANINGS)
_STARTS = {name: StartValue(1.0, True, "unif(0.5, 2)") for name in ("sf", "bf", "rf")}
_STARTS |= {"ra": StartValue(0.0, True, "unif(0, 360)"), "dec": StartValue(0.0, True, "unif(-90, 90)")}


def parameter_starts(unit: "DataUnit") -> dict[str, StartValue]:
    """What the five parameters of a unit start as: value, whether frozen, and the prior once they are free."""
    where = unit.position
    return _STARTS if where is None else _STARTS | {"rf": where.factor, "ra": where.ra, "dec": where.dec}
