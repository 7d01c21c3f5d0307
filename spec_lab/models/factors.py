"""Factors of simple shape: constants and exponential cut-offs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from spec_lab.models.component import Mathematical
from spec_lab.models.declare import span
from spec_lab.models.energy import Energy
from spec_lab.models.parameter import parameter


class const(Mathematical):
    """A constant factor.

    f(E) = C

    Parameters: C, dimensionless.
    """

    aliases: ClassVar[tuple[str, ...]] = ("constant",)
    formula: ClassVar[str] = "C"
    flat: ClassVar[bool] = True
    C: Any = parameter(0.0, span(-10, 10), label="C", doc="value")

    def spectrum(self, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        return p["C"]
