"""Thermal spectra: black bodies.

kT in keV. The constant 8.0525 makes `A` XSPEC's `bbody` norm: L39/D10², luminosity in 1e39 erg/s at 10 kpc.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab.models.component import Additive
from spec_lab.models.declare import LN10, amplitude, log_energy
from spec_lab.models.energy import Energy

BBODY_NORM = 8.0525


def bose(y: Any) -> Any:
    """1/(e^y - 1) without overflow, in value and in gradient."""
    return jnp.exp(-y) / -jnp.expm1(-y)


class bb(Additive):
    r"""Black body with XSPEC's `bbody` normalisation.

    N(E) = 8.0525 A E² / (kT)⁴ / (exp(E/kT) - 1)

    Parameters: logkT, log10 keV; logA, log10 of L39/D10².
    """

    aliases: ClassVar[tuple[str, ...]] = ("bbody", "zbbody")
    formula: ClassVar[str] = r"\frac{8.0525\,A\,E^2}{(kT)^4\,(e^{E/kT}-1)}"
    logkT: Any = log_energy("kT", 1.0, -2, 4, "temperature")
    logA: Any = amplitude(doc="L39/D10²", unit="1e39 erg/s/(10 kpc)²")

    def spectrum(self, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        x = x.shifted(self.redshift)
        cold = jnp.exp(-LN10 * p["logkT"])
        norm = BBODY_NORM * jnp.exp(LN10 * (p["logA"] - 4 * p["logkT"]))
        return norm * x.E**2 * bose(x.E * cold)
