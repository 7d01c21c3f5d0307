"""Extinction by dust in the optical and ultraviolet: our galaxy's (redden) and other galaxies' (zdust).

Both are 1 at wavelengths below the Lyman limit (setting `lyman_limit`, Angstrom), where dust is not what absorbs.
"""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab._base import ModelError
from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Time
from spec_lab.models.component import Multiplicative
from spec_lab.models.integration.grid import Energy
from spec_lab.models.parameter import config, parameter
from spec_lab.models.shared_parameters import LN10, span

KEV_ANGSTROM = 12.398419843320026  # h c


def _reddening(hi: float) -> Any:
    return parameter(0.1, span(0, hi), unit="mag", label="E(B-V)", doc="colour excess")


def _lyman() -> Any:
    return config(912.0, "no extinction below this wavelength, Angstrom")


def _lyman_energy(limit: float, redshift: float) -> tuple[float, ...]:
    """The observed energy above which dust does not count, keV."""
    return (KEV_ANGSTROM / limit / (1 + redshift),) if limit > 0 else ()


def _ccm(x: Any) -> tuple[Any, Any]:
    """a(x), b(x) of Cardelli, Clayton & Mathis 1989 (ApJ 345, 245, eqs. 2-5), x in 1/µm."""
    poly = jnp.polyval
    infrared = jnp.minimum(x, 1.1) ** 1.61
    y = jnp.clip(x, 1.1, 3.3) - 1.82
    optical_a = poly(jnp.array([0.32999, -0.77530, 0.01979, 0.72085, -0.02427, -0.50447, 0.17699, 1.0]), y)
    optical_b = poly(jnp.array([-2.09002, 5.30260, -0.62251, -5.38434, 1.07233, 2.28305, 1.41338, 0.0]), y)
    u = jnp.clip(x, 3.3, 8.0)
    far = jnp.maximum(u - 5.9, 0.0)
    near_a = 1.752 - 0.316 * u - 0.104 / ((u - 4.67) ** 2 + 0.341) - far**2 * (0.04473 + 0.009779 * far)
    near_b = -3.090 + 1.825 * u + 1.206 / ((u - 4.62) ** 2 + 0.263) + far**2 * (0.2130 + 0.1207 * far)
    w = jnp.clip(x, 8.0, 11.0) - 8.0
    far_a = poly(jnp.array([-0.070, 0.137, -0.628, -1.073]), w)
    far_b = poly(jnp.array([0.374, -0.420, 4.257, 13.670]), w)
    pick = [x < 1.1, x < 3.3, x < 8.0]
    return (
        jnp.select(pick, [0.574 * infrared, optical_a, near_a], far_a),
        jnp.select(pick, [-0.527 * infrared, optical_b, near_b], far_b),
    )


class redden(Multiplicative):
    r"""Extinction in our galaxy (Cardelli, Clayton & Mathis 1989, ApJ 345, 245).

    f = 10^(-0.4 E(B-V) (R_V a(1/λ) + b(1/λ))), 1 below the Lyman limit

    Parameters: EBV, mag. Settings: R_V (3.1), lyman_limit (912 Angstrom), redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zredden",)
    formula: ClassVar[str] = r"10^{-0.4\,E(B-V)\,(R_V a(\lambda)+b(\lambda))}"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ("EBV",)
    EBV: ParameterValue = _reddening(5)
    R_V: float = config(3.1, "ratio of total to selective extinction")
    lyman_limit: float = _lyman()
    redshift: float = config(0.0, "redshift of the dust", above=-1.0)

    def jumps(self) -> tuple[float, ...]:
        return _lyman_energy(self.lyman_limit, self.redshift)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        wavelength = KEV_ANGSTROM / x.shifted(self.redshift).E
        a, b = _ccm(1e4 / jnp.maximum(wavelength, self.lyman_limit))
        curve = -0.4 * LN10 * p["EBV"] * (self.R_V * a + b)
        return jnp.where(wavelength >= self.lyman_limit, curve, 0.0)


# Pei 1992, ApJ 395, 130, Table 4: a, lambda (µm), b, n of the six terms, and R_V.
_PEI = {
    "mw": (3.08, (165, 14, 0.045, 0.002, 0.002, 0.012), (0.047, 0.08, 0.22, 9.7, 18, 25),
           (90, 4.0, -1.95, -1.95, -1.80, 0.0), (2, 6.5, 2, 2, 2, 2)),
    "lmc": (3.16, (175, 19, 0.023, 0.005, 0.006, 0.020), (0.046, 0.08, 0.22, 9.7, 18, 25),
            (90, 5.5, -1.95, -1.95, -1.80, 0.0), (2, 4.5, 2, 2, 2, 2)),
    "smc": (2.93, (185, 27, 0.005, 0.010, 0.012, 0.030), (0.042, 0.08, 0.22, 9.7, 18, 25),
            (90, 5.5, -1.95, -1.95, -1.80, 0.0), (2, 4.0, 2, 2, 2, 2)),
}  # fmt: skip


class zdust(Multiplicative):
    r"""Extinction in another galaxy (Pei 1992, ApJ 395, 130): Milky Way, LMC or SMC dust.

    f = 10^(-0.4 E(B-V) (1+R_V) Σ a_i/[(λ/λ_i)^n_i + (λ_i/λ)^n_i + b_i]), λ in the dust's frame, 1 below the Lyman limit

    Parameters: EBV, mag. Settings: method (mw, lmc, smc), R_V (0: that of the method: 3.08, 3.16, 2.93), lyman_limit, redshift.
    """

    formula: ClassVar[str] = r"10^{-0.4\,E(B-V)\,(1+R_V)\,\xi(\lambda/(1+z))}"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ("EBV",)
    EBV: ParameterValue = _reddening(100)
    method: str = config("mw", "extinction curve: mw, lmc or smc")
    R_V: float = config(0.0, "ratio of total to selective extinction; 0: that of the method")
    lyman_limit: float = _lyman()
    redshift: float = config(0.0, "redshift of the dust", above=-1.0)

    def __check_init__(self) -> None:
        if self.method not in _PEI:
            raise ModelError("unknown extinction curve", got=self.method, allowed=", ".join(_PEI))

    def jumps(self) -> tuple[float, ...]:
        return _lyman_energy(self.lyman_limit, self.redshift)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        usual, *terms = _PEI[self.method]
        wavelength = KEV_ANGSTROM / x.shifted(self.redshift).E
        micron = jnp.maximum(wavelength, self.lyman_limit) * 1e-4
        xi = sum(a / ((micron / c) ** n + (c / micron) ** n + b) for a, c, b, n in zip(*terms, strict=True))
        curve = -0.4 * LN10 * p["EBV"] * (1 + (self.R_V or usual)) * xi
        return jnp.where(wavelength >= self.lyman_limit, curve, 0.0)
