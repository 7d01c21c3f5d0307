"""What a unit and data are called in bayspec beside their spectra: `par`, `cfg`, `pdicts`, `srcs`, `corr_rsp_drm` and their kin.

A unit is a value, so its parameters read: what a fit would start with. The values of a fit live in its set-up; the data that a
pair of a fit hands out (`at_factors`) know the present `sf`, `bf` and `rf`, so that `corr_src_efficiency` is what the fit divides
by. The spectra themselves (`src_counts`, ...) are in `quantities`.
"""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from jaxtyping import Float, Int

from spec_lab._base import Info, Numbered, ReadOnlyCfg, ReadOnlyPar
from spec_lab.data.annotations import PerGroup
from spec_lab.data.unit_parameters import PARAMETER_MEANINGS, parameter_starts
from spec_lab.priors import as_prior

if TYPE_CHECKING:
    from spec_lab.data.collection import Data
    from spec_lab.data.grouping import Scheme
    from spec_lab.data.notice import Windows
    from spec_lab.data.response import Response
    from spec_lab.data.spectrum import Background, Source
    from spec_lab.data.unit import DataUnit

FACTORS: tuple[str, ...] = ("sf", "bf", "rf")
_KNOWN = "_factors"  # in the dictionary of a copy, beside what it has computed: no field, and in no file
D = TypeVar("D", bound="DataNames")
Matrix = Float[np.ndarray, "e c"]  # cm²


class UnitNames:
    """Base of `DataUnit`: what may be fitted of it, and what the factors do."""

    @property
    def params(self) -> dict[str, ReadOnlyPar]:
        """`sf`, `bf`, `rf`, `ra`, `dec` by name, as a fit starts with them (in a pair of a fit: the present factors)."""
        unit = cast("DataUnit", self)
        name, present = unit.name or "unit", dict(zip(FACTORS, vars(self).get(_KNOWN, ()), strict=False))
        return {
            key: ReadOnlyPar(
                name, key, present.get(key, value), as_prior(prior), frozen,
                "Edit the fit that has these data: infer.par[...].val = ...; infer.par_info has the numbers.",
                unit="" if key in FACTORS else "deg", doc=PARAMETER_MEANINGS[key],
            )
            for key, (value, frozen, prior) in parameter_starts(unit).items()
        }  # fmt: skip

    @property
    def config(self) -> dict[str, ReadOnlyCfg]:
        """A unit has no settings beside its arguments."""
        return {}

    @property
    def par(self) -> Numbered[ReadOnlyPar]:
        """The same parameters by number, from 1."""
        return Numbered(self.params.values())

    @property
    def cfg(self) -> Numbered[ReadOnlyCfg]:
        """The settings by number: none."""
        return Numbered()

    @property
    def pvalues(self) -> tuple[float, ...]:
        """The values of the parameters."""
        return tuple(par.val for par in self.params.values())

    @property
    def nbin(self) -> int:
        """Number of photon-energy bins."""
        return len(cast("DataUnit", self).ebin)

    @property
    def corr_src_efficiency(self) -> PerGroup:
        """[c] Effective exposure of the source times `sf`, s."""
        return cast("DataUnit", self).channels().ts * self.params["sf"].val

    @property
    def corr_bkg_efficiency(self) -> PerGroup:
        """[c] Effective exposure of the background times `bf`, s."""
        return cast("DataUnit", self).channels().tb * self.params["bf"].val

    @property
    def corr_rsp_drm(self) -> Matrix:
        """[e, c] The response times `rf`, cm², in the grouping of the fit."""
        return np.asarray(cast("DataUnit", self).channels().matrix.T) * self.params["rf"].val

    @property
    def corr_rsp_re_drm(self) -> Matrix:
        """[e, c] The response times `rf`, cm², in the display grouping."""
        return np.asarray(cast("DataUnit", self).channels(rebin=True).matrix.T) * self.params["rf"].val


class DataNames:
    """Base of `Data`: what may be fitted of its units, and lists of what the units hold."""

    @property
    def _units(self) -> "list[tuple[str, DataUnit]]":
        return list(cast("Data", self).items())

    @property
    def pdicts(self) -> dict[str, dict[str, ReadOnlyPar]]:
        """Name of the unit → its parameters."""
        return {name: _called(unit, name).params for name, unit in self._units}

    @property
    def cdicts(self) -> dict[str, dict[str, ReadOnlyCfg]]:
        """Name of the unit → its settings: none."""
        return {name: unit.config for name, unit in self._units}

    @property
    def par(self) -> Numbered[ReadOnlyPar]:
        """The parameters of all units by number, from 1."""
        return Numbered(par for unit in self.pdicts.values() for par in unit.values())

    @property
    def cfg(self) -> Numbered[ReadOnlyCfg]:
        """The settings by number: none."""
        return Numbered()

    @property
    def pvalues(self) -> tuple[float, ...]:
        """The values of the parameters."""
        return tuple(par.val for par in self.par.values())

    @property
    def par_info(self) -> Info:
        """What may be fitted of the data: factors and position of every unit, as they start."""
        rows = list(self.par.items())
        return Info({
            "par#": [number for number, _ in rows],
            "Component": [par.component for _, par in rows],
            "Parameter": [par.name for _, par in rows],
            "Value": [par.val for _, par in rows],
            "Prior": [str(par.prior) for _, par in rows],
            "Frozen": [par.frozen for _, par in rows],
        })  # fmt: skip

    @property
    def cfg_info(self) -> Info:
        """The table of settings, which is empty."""
        return Info({name: () for name in ("cfg#", "Component", "Parameter", "Value")})

    @property
    def all_params(self) -> list[dict[str, Any]]:
        """The parameters, a row each, as in `par_info`."""
        return self.par_info.list_dict

    @property
    def all_config(self) -> list[dict[str, Any]]:
        """The settings, a row each: none."""
        return []

    @property
    def srcs(self) -> "list[Source]":
        """The source of each unit."""
        return [unit.src for _, unit in self._units]

    @property
    def bkgs(self) -> "list[Background | None]":
        """The background of each unit."""
        return [unit.bkg for _, unit in self._units]

    @property
    def rsps(self) -> "list[Response]":
        """The response of each unit."""
        return [unit.response for _, unit in self._units]

    @property
    def stats(self) -> list[str]:
        """The name of each unit's statistic."""
        return [unit.stat for _, unit in self._units]

    @property
    def notcs(self) -> "list[Windows | None]":
        """The energy windows of each unit, keV: sorted and merged; None for everything."""
        return [unit.notc for _, unit in self._units]

    @property
    def grpgs(self) -> "list[Scheme]":
        """The grouping of each unit for the fit."""
        return [unit.grpg for _, unit in self._units]

    @property
    def rebns(self) -> "list[Scheme]":
        """The grouping of each unit for display."""
        return [unit.rebn for _, unit in self._units]

    @property
    def times(self) -> list[float | None]:
        """The time of each unit, s."""
        return [unit.time for _, unit in self._units]

    @property
    def weights(self) -> Float[np.ndarray, "u"]:
        """The weight of each unit in the likelihood."""
        return np.array([unit.weight for _, unit in self._units])

    @property
    def npoints(self) -> Int[np.ndarray, "u"]:
        """Groups of each unit that enter the fit."""
        return np.array([unit.npoint for _, unit in self._units])

    @property
    def nbin(self) -> list[int]:
        """Number of photon-energy bins of each unit."""
        return [unit.nbin for _, unit in self._units]

    @property
    def ebin(self) -> Float[np.ndarray, "e 2"]:
        """Photon-energy bins of all units, one below the other, keV."""
        return np.concatenate([unit.ebin for _, unit in self._units])

    @property
    def corr_src_efficiency(self) -> list[PerGroup]:
        """Effective exposure of the source times `sf`, s, one array a unit."""
        return [unit.corr_src_efficiency for _, unit in self._units]

    @property
    def corr_bkg_efficiency(self) -> list[PerGroup]:
        """Effective exposure of the background times `bf`, s, one array a unit."""
        return [unit.corr_bkg_efficiency for _, unit in self._units]

    @property
    def corr_rsp_drm(self) -> list[Matrix]:
        """The response times `rf`, cm², in the grouping of the fit, one array a unit."""
        return [unit.corr_rsp_drm for _, unit in self._units]

    @property
    def corr_rsp_re_drm(self) -> list[Matrix]:
        """The response times `rf`, cm², in the display grouping, one array a unit."""
        return [unit.corr_rsp_re_drm for _, unit in self._units]

    def net_counts_upperlimit(self, cl: float = 0.9) -> list[float]:
        """`DataUnit.net_counts_upperlimit` of each unit."""
        return [unit.net_counts_upperlimit(cl) for _, unit in self._units]

    def net_ctsrate_upperlimit(self, cl: float = 0.9) -> list[float]:
        """The same as rates, counts/s."""
        return [unit.net_ctsrate_upperlimit(cl) for _, unit in self._units]

    def net_counts_significance_limit(self, sig: float = 3.0) -> list[float]:
        """`DataUnit.net_counts_significance_limit` of each unit."""
        return [unit.net_counts_significance_limit(sig) for _, unit in self._units]

    def net_ctsrate_significance_limit(self, sig: float = 3.0) -> list[float]:
        """The same as rates, counts/s."""
        return [unit.net_ctsrate_significance_limit(sig) for _, unit in self._units]

    def at_factors(self: D, factors: Sequence[Float[np.ndarray, "3"]]) -> D:
        """The same data as a fit has them: with its factors `sf`, `bf`, `rf`, one row a unit.

        The same object where they are what the units start with; equal to it in any case.
        """
        units = self._units
        begun = [[unit.params[key].val for key in FACTORS] for _, unit in units]
        if np.array_equal(begun, factors):
            return self
        known = [(name, _copied(unit, row)) for (name, unit), row in zip(units, factors, strict=True)]
        return type(self)(known)  # pyright: ignore[reportCallIssue]


def _copied(unit: "DataUnit", factors: Float[np.ndarray, "3"]) -> "DataUnit":
    made = copy.copy(unit)
    vars(made)[_KNOWN] = tuple(map(float, factors))
    return made


def _called(unit: "DataUnit", name: str) -> "DataUnit":
    """The unit under the name it has in data, so that its parameters say it."""
    if unit.name == name:
        return unit
    made = copy.copy(unit)
    vars(made)["name"] = name
    return made
