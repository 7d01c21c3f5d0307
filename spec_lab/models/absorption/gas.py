"""Photo-electric absorption by cold gas and dust, in our galaxy (redshift 0) or in the source's.

All components share one law, exp(-N_H σ(E(1+z))), and differ in σ (see `cross_sections`). N_H in 1e22 atoms/cm². The
cross-sections are tables; `Model.prepare` interpolates in them once per grid instead of at every evaluation.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import jax.numpy as jnp

from spec_lab._base import ModelError
from spec_lab.models.absorption.cross_sections import CrossSection, section
from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Time
from spec_lab.models.component import Multiplicative, needs_time
from spec_lab.models.integration.grid import Energy
from spec_lab.models.parameter import config, parameter
from spec_lab.models.shared_parameters import span


def column(default: float = 1.0, name: str = "N_{\\rm H}", doc: str = "hydrogen column density") -> Any:
    """A column density in 1e22 atoms/cm²."""
    return parameter(default, span(1e-4, 50), unit="1e22/cm²", label=name, doc=doc)


def abundances() -> Any:
    """The setting that chooses the abundances of the elements."""
    return config("", "abundance table (angr, aspl, feld, grsa, lodd, wilm); empty: the usual one of the component")


ATOMS = {"vern": "phabs", "bcmc": "phabs_bcmc"}  # the setting `xsect` of neutral gas


def atoms() -> Any:
    """The setting that chooses the cross-sections of the atoms of neutral gas."""
    return config("vern", "cross-sections: vern (Verner et al. 1996) or bcmc (Balucinska-Church & McCammon 1992)")


def gas(xsect: str) -> str:
    """The medium behind a setting `xsect`.

    Raises:
        ModelError: There are no such cross-sections.
    """
    if xsect not in ATOMS:
        raise ModelError("unknown cross-sections xsect", got=xsect, allowed=", ".join(ATOMS))
    return ATOMS[xsect]


class Absorber(Multiplicative):
    """A factor that knows the optical depth per 1e22/cm² of its medium. Not for direct use."""

    redshift: float = config(0.0, "redshift of the absorber", above=-1.0)

    def __check_init__(self) -> None:
        _ = self.key  # refuses settings that there are not

    @property
    @abstractmethod
    def key(self) -> CrossSection:
        """Which cross-section, at which redshift."""

    def tabulates(self) -> tuple[Any, ...]:
        return (self.key,)

    def jumps(self) -> tuple[float, ...]:
        return self.key.jumps()

    def sigma(self, x: Energy) -> Curve:
        """Cross-section per hydrogen atom, 1e-22 cm²."""
        known = None if x.known is None else x.known.get(self.key)
        return self.key.traced(x.shifted(self.redshift).lnE) if known is None else known


class SimpleAbsorber(Absorber):
    """exp(-N_H σ). Not for direct use."""

    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ("N_H",)
    N_H: ParameterValue = column()

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return -p["N_H"] * self.sigma(x)


class wabs(SimpleAbsorber):
    r"""Absorption with the cross-sections of Morrison & McCammon 1983 (ApJ 270, 119) and their abundances.

    f(E) = exp(-N_H σ(E(1+z)))

    Parameters: N_H, 1e22 atoms/cm². Settings: redshift.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zwabs",)
    formula: ClassVar[str] = r"e^{-N_{\rm H}\,\sigma(E(1+z))}"

    @property
    def key(self) -> CrossSection:
        return section("wabs", redshift=self.redshift)


class phabs(SimpleAbsorber):
    r"""Absorption by neutral gas: cross-sections of Verner et al. 1996 (ApJ 465, 487), abundances of Asplund et al. 2009.

    f(E) = exp(-N_H σ(E(1+z)))

    With xsect="bcmc", cross-sections of Balucinska-Church & McCammon 1992 (ApJ 400, 699; fitted at 0.03-10 keV, continued
    with those of Verner) and helium of Yan et al. 1998.

    Parameters: N_H, 1e22 atoms/cm². Settings: redshift, abundance, xsect.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zphabs",)
    formula: ClassVar[str] = r"e^{-N_{\rm H}\,\sigma(E(1+z))}"
    abundance: str = abundances()
    xsect: str = atoms()

    @property
    def key(self) -> CrossSection:
        return section(gas(self.xsect), self.abundance, self.redshift)


class tbabs(SimpleAbsorber):
    r"""Absorption by interstellar gas, molecules and grains: Wilms, Allen & McCray 2000 (ApJ 542, 914), their abundances.

    f(E) = exp(-N_H σ(E(1+z)))

    Near the O K, Ne K and Fe L edges σ has the fine structure that XSPEC's TBabs has, in steps of 0.05 % in energy.

    Parameters: N_H, 1e22 atoms/cm². Settings: redshift, abundance.
    """

    formula: ClassVar[str] = r"e^{-N_{\rm H}\,\sigma(E(1+z))}"
    abundance: str = abundances()

    @property
    def key(self) -> CrossSection:
        return section("tbabs", self.abundance, self.redshift)


class ztbabs(SimpleAbsorber):
    r"""Absorption by gas and molecules without grains, as XSPEC's `zTBabs`; `tbabs(redshift=...)` has grains.

    f(E) = exp(-N_H σ(E(1+z)))

    Reference: the cross-sections of Wilms, Allen & McCray 2000 (ApJ 542, 914), what they put into grains left in the gas.
    Parameters: N_H, 1e22 atoms/cm². Settings: redshift, abundance.
    """

    formula: ClassVar[str] = r"e^{-N_{\rm H}\,\sigma(E(1+z))}"
    abundance: str = abundances()

    @property
    def key(self) -> CrossSection:
        return section("ztbabs", self.abundance, self.redshift)


class tinvabs(Absorber):
    r"""Absorption whose column fades with time, through the cross-section of `tbabs`.

    f(E, T) = exp(-N_H0 exp(-T/tau) σ(E(1+z)))

    Reference: the cross-sections of Wilms, Allen & McCray 2000 (ApJ 542, 914).
    Parameters: N_H0, 1e22 atoms/cm² at T = 0; tau, s. Settings: redshift, abundance.
    """

    formula: ClassVar[str] = r"e^{-N_{\rm H,0}\,e^{-T/\tau}\,\sigma(E(1+z))}"
    exponential: ClassVar[bool] = True
    absorbs: ClassVar[tuple[str, ...]] = ("N_H0",)
    N_H0: ParameterValue = column(name="N_{\\rm H,0}", doc="hydrogen column density at T = 0")
    tau: ParameterValue = parameter(10.0, span(1e-2, 1e4), unit="s", label=r"\tau", doc="decay time of the column")
    abundance: str = abundances()

    @property
    def key(self) -> CrossSection:
        return section("tbabs", self.abundance, self.redshift)

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return -p["N_H0"] * jnp.exp(-needs_time(self, T) / p["tau"]) * self.sigma(x)


class pcfabs(Absorber):
    r"""Partial covering absorption, through the cross-section of `phabs`.

    f(E) = 1 - c + c exp(-N_H σ(E(1+z)))

    Reference: XSPEC's `pcfabs`, Arnaud 1996 (ASP Conf. 101, 17).
    Parameters: N_H, 1e22 atoms/cm²; cover, covered fraction. Settings: redshift, abundance, xsect.
    """

    aliases: ClassVar[tuple[str, ...]] = ("zpcfabs",)
    formula: ClassVar[str] = r"1-c+c\,e^{-N_{\rm H}\,\sigma(E(1+z))}"
    absorbs: ClassVar[tuple[str, ...]] = ("N_H",)
    N_H: ParameterValue = column()
    cover: ParameterValue = parameter(0.5, span(0, 1), label="c", doc="covered fraction")
    abundance: str = abundances()
    xsect: str = atoms()

    @property
    def key(self) -> CrossSection:
        return section(gas(self.xsect), self.abundance, self.redshift)

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return 1 + p["cover"] * jnp.expm1(-p["N_H"] * self.sigma(x))
