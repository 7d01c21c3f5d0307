"""The documented readings of an `Infer`: lists over pairs and units, sums, dictionaries.

Everything here is derived from the present set-up and the compiled problem; nothing is stored.
"""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from spec_lab._base.info import Info
from spec_lab.engines.simulation import simulate_units
from spec_lab.fit import Problem, Setup, links
from spec_lab.infer import portrait
from spec_lab.infer.analyzer import stat_table, write_tables
from spec_lab.infer.checks import Checks
from spec_lab.infer.pair import Pair
from spec_lab.infer.par import Cfg, Handles, Par
from spec_lab.infer.quantities import INFER_QUANTITIES, UnitReading, add_quantities
from spec_lab.infer.store import LocalStore
from spec_lab.infer.tables import cfg_info, cfg_rows, par_info

if TYPE_CHECKING:
    from spec_lab.analysis.figures import Drawing


@add_quantities(INFER_QUANTITIES)
class Readings(Checks):
    """Base of `Infer`: what can be read, from `setup`, `problem`, `pairs` and `par` alone."""

    @property
    @abstractmethod
    def setup(self) -> Setup:
        """The present set-up."""

    @property
    @abstractmethod
    def problem(self) -> Problem:
        """The compiled problem."""

    @property
    @abstractmethod
    def pairs(self) -> list[Pair]:
        """The pairs, as live views."""

    @property
    @abstractmethod
    def par(self) -> Handles:
        """Handles on all parameters."""

    def readings(self, rebin: bool = False) -> list[UnitReading]:
        """Each data unit of each pair beside its model."""
        return [u for pair in self.pairs for u in pair.readings(rebin)]

    def spectrum(self, style: str = "CE", *, rebin: bool = False, terms: bool = True, **options: Any) -> "Drawing":
        """The figure for print: net spectra with the model and its additive terms, signed residuals below.

        Args:
            style: `CC` counts/s/channel, `CE` counts/s/keV; unfolded through the model, in photons or erg: `NE`, `Fv` (E N),
                `vFv` (E² N).
            rebin: The display grouping of the data instead of that of the fit.
            terms: Whether to draw the terms of a model that has several.
            **options: See `spec_lab.analysis.figures.spectrum`: `title`, `figsize`, `xlabel`, `ylabel`.

        Raises:
            ParameterError: Unknown style or option, or there are no pairs.
        """
        return portrait.spectrum(self, style, rebin=rebin, terms=terms, **options)

    def _fitted_point(self) -> np.ndarray:
        return self.setup.free_values

    def _vectors(self, most: int) -> np.ndarray:
        return self.setup.free_values[None]

    def qq(self, **options: Any) -> "Drawing":
        """Signed residuals of all channels against normal quantiles: points outside the 95 % band are not Gaussian.

        Args:
            **options: See `spec_lab.analysis.figures.qq`: `title`.
        """
        from spec_lab.analysis import figures

        return figures.qq(self.pseudo_residual, **options)

    # -- statistic -----------------------------------------------------------------------------------------------------
    @property
    def stat_list(self) -> list[float]:
        """The (unweighted) statistic of each unit."""
        return [s for pair in self.pairs for s in pair.stat_list]

    @property
    def pseudo_residual_list(self) -> list[np.ndarray]:
        """Signed deviance residuals of each unit."""
        return [r for pair in self.pairs for r in pair.pseudo_residual_list]

    @property
    def weight_list(self) -> list[float]:
        """The weight of each unit."""
        return [w for pair in self.pairs for w in pair.weight_list]

    @property
    def pseudo_residual(self) -> np.ndarray:
        """Signed residuals times the root of the weight, all units; their squares sum to the statistic."""
        return self._weighted([pair.pseudo_residual_list for pair in self.pairs])

    def _weighted(self, residuals: list[list[np.ndarray]]) -> np.ndarray:
        units = [
            (u, r)
            for p, rs in zip(self.setup.pairs, residuals, strict=True)
            for u, r in zip(p.data.units, rs, strict=True)
        ]
        return np.concatenate([r * np.sqrt(float(u.weight)) for u, r in units])

    @property
    def loglike_list(self) -> list[float]:
        """-stat/2 of each unit, unweighted."""
        return [-0.5 * s for s in self.stat_list]

    @property
    def loglike(self) -> float:
        """-stat/2, weighted."""
        return -0.5 * self.problem.stat()

    @property
    def npoint_list(self) -> list[int]:
        """Channels of each unit that enter the fit."""
        return [n for pair in self.pairs for n in pair.npoint_list]

    @property
    def npoint(self) -> int:
        """Channels that enter the fit."""
        return sum(self.npoint_list)

    @property
    def dof(self) -> int:
        """Degrees of freedom: channels minus free parameters."""
        return self.npoint - len(self.setup.free)

    @property
    def all_stat(self) -> Info:
        """The statistic of each unit and in total, as a table."""
        return stat_table(self.problem)

    # -- priors --------------------------------------------------------------------------------------------------------
    @property
    def prior_list(self) -> list[float]:
        """Prior density of each free parameter at its value (1 for an improper flat prior)."""
        priors = [(self.setup.priors[i], float(self.setup.values[i])) for i in self.setup.free]
        return [1.0 if p is None else float(p.pdf(v)) for p, v in priors]

    @property
    def prior(self) -> float:
        """Product of the prior densities."""
        return float(np.prod(self.prior_list))

    @property
    def logprior(self) -> float:
        """Sum of the log prior densities (never the log of a product, which underflows)."""
        return float(self.problem.log_prior(self.setup.free_values))

    # -- dictionaries --------------------------------------------------------------------------------------------------
    @property
    def cdicts(self) -> dict[str, dict[str, dict[str, Cfg]]]:
        """Pair → component → configuration values."""
        out: dict[str, dict[str, dict[str, Cfg]]] = {}
        for i, pair in enumerate(self.setup.pairs):
            for component, name, value in pair.model.config:
                out.setdefault(f"pair{i + 1}", {}).setdefault(component, {})[name] = Cfg(component, name, value)
        return out

    @property
    def pdicts(self) -> dict[str, dict[str, dict[str, Par]]]:
        """Pair → component (or data unit) → parameters."""
        out: dict[str, dict[str, dict[str, Par]]] = {}
        for slot in self.setup.slots:
            out.setdefault(f"pair{slot.pair + 1}", {}).setdefault(slot.component, {})[slot.name] = self.par[slot.pid]
        return out

    @property
    def idpid(self) -> dict[str, tuple[str, ...]]:
        """Site name of each group's master → numbers of all its members."""
        setup = self.setup
        return {
            setup.slots[i].path: tuple(str(m + 1) for m in links.members(setup.partition, i))
            for i, root in enumerate(setup.partition)
            if i == root
        }

    @property
    def all_config(self) -> list[dict[str, Any]]:
        """All configuration values, a row each."""
        names = ("Class", "Expression", "Component", "Parameter", "Value")
        return [{"cfg#": str(i)} | dict(zip(names, row, strict=True)) for i, row in enumerate(cfg_rows(self.setup), 1)]

    @property
    def all_params(self) -> list[dict[str, Any]]:
        """All parameters, a row each."""
        return par_info(self.setup).list_dict

    @property
    def free_params(self) -> list[dict[str, Any]]:
        """The free parameters, a row each."""
        return [row for row in self.all_params if str(row["par#"]).endswith("*")]

    def simulate(self, seed: int, n: int | None = None) -> Any:
        """Simulated data under the present parameters (`fakeit`).

        Args:
            seed: Of the draw; the same seed gives the same counts.
            n: How many draws; None for one.

        Returns:
            For one draw, an `Infer` of the same kind over the simulated data, with the present parameters, links and
            priors; for many, `Simulations` as `[pair][unit]`, whose `.write(folder)` makes OGIP files.
        """
        drawn = simulate_units(self.problem, seed, n)
        if n is not None:
            return drawn
        pairs = tuple(
            pair.replace(data=type(pair.data)(list(zip(pair.data.names, units, strict=True))))
            for pair, units in zip(self.setup.pairs, drawn, strict=True)
        )
        again = type(self)()
        again.attach(LocalStore(self.setup.replace(pairs=pairs)))  # type: ignore[attr-defined]
        return again

    fakeit = simulate

    def save(self, savepath: Any) -> None:
        """Write `infer_cfg.json`, `infer_par.json` and `infer_stat.json` into a folder (made if missing).

        Raises:
            ParameterError: `savepath` is no path.
        """
        tables = {"cfg": cfg_info(self.setup), "par": par_info(self.setup), "stat": stat_table(self.problem)}
        write_tables(savepath, {f"infer_{name}": table for name, table in tables.items()})
