"""What a model is called in bayspec: `expr`, `par`, `cfg`, `save`, and what the last fit says of it, `best_ergflux` and its kin.

A model is a value, so its handles read: another value is another model, or an edit of the `Infer` that has the model. What a fit
says of a model is looked up where fits are kept (`infer.fitted_models`), and evaluated here.

`{mean, median, best, best_ci, truth}_{phtspec, flxspec, ergspec, nouspec, phtflux, ergflux, phtflux_ratio, ergflux_ratio}` are
forty names for eight quantities at five points; `*_sample` are the same at the draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Float

from spec_lab._base import ModelError, Numbered, ReadOnlyCfg, ReadOnlyPar, provided, write_tables
from spec_lab.models.annotations import GivenNumbers, HostNumbers
from spec_lab.models.integration.grid import KEV_TO_ERG

if TYPE_CHECKING:
    from spec_lab.models.component import Component
    from spec_lab.models.model import Model
    from spec_lab.models.parameter import Parameter

POINTS = ("mean", "median", "best", "best_ci", "truth")
INTERVALS = {"Isigma": 0.6827, "IIsigma": 0.9545, "IIIsigma": 0.9973, "90%": 0.9}
Draws = Float[np.ndarray, "s ..."]
Band = Sequence[float]  # lower and upper energy, keV
Vector = Float[np.ndarray, "p"]  # one value a parameter of the model


@runtime_checkable
class FittedModel(Protocol):
    """What a fit knows of one of its models."""

    time: float | None

    def theta(self, point: str) -> Vector:
        """The model's parameters at one of `POINTS`."""
        ...

    @property
    def thetas(self) -> Float[np.ndarray, "s p"]:
        """The model's parameters at the draws."""
        ...


class DocumentedNames(eqx.Module):
    """Base of `Model`: the names that code written for bayspec uses."""

    @property
    def expr(self) -> str:
        """`expression`."""
        return self._model.expression

    @property
    def type(self) -> str:
        """`kind`: add, mul, math or conv."""
        return self._model.kind

    @property
    def _model(self) -> Model:
        return cast("Model", self)

    @property
    def comment(self) -> str:
        """What it is, in a sentence."""
        leaves = self._model.leaves()
        return str(type(leaves[0]).__doc__ or "").partition("\n")[0] if len(leaves) == 1 else self._model.expression

    @property
    def par(self) -> Numbered[ReadOnlyPar]:
        """The parameters by number, from 1, as a fit would start with them."""
        return Numbered(each for component in self.pdicts.values() for each in component.values())

    @property
    def cfg(self) -> Numbered[ReadOnlyCfg]:
        """The settings by number, from 1."""
        return Numbered(each for component in self.cdicts.values() for each in component.values())

    @property
    def mdicts(self) -> dict[str, Component]:
        """Name → component."""
        return dict(zip(self._model.names, self._model.leaves(), strict=True))

    @property
    def fdicts(self) -> dict[str, Callable[..., np.ndarray]]:
        """Name → the component's `func`."""
        return {name: leaf.func for name, leaf in self.mdicts.items()}

    @property
    def cdicts(self) -> dict[str, dict[str, ReadOnlyCfg]]:
        """Name of the component → its settings."""
        found: dict[str, dict[str, ReadOnlyCfg]] = {name: {} for name in self._model.names}
        for component, name, value in self._model.setting_rows:
            found[component][name] = ReadOnlyCfg(component, name, value)
        return found

    @property
    def pdicts(self) -> dict[str, dict[str, ReadOnlyPar]]:
        """Name of the component → its parameters."""
        found: dict[str, dict[str, ReadOnlyPar]] = {name: {} for name in self._model.names}
        makers = [type(leaf).__name__ for leaf in self._model.leaves() for _ in leaf.slots()]
        for maker, p in zip(makers, self._model.parameters, strict=True):
            found[p.component][p.name] = _handle(p, maker)
        return found

    @property
    def params(self) -> dict[str, ReadOnlyPar]:
        """The parameters of a single component by name; of several, see `pdicts`."""
        return self.pdicts[self._alone("pdicts")]

    @property
    def config(self) -> dict[str, ReadOnlyCfg]:
        """The settings of a single component by name; of several, see `cdicts`."""
        return self.cdicts[self._alone("cdicts")]

    def _alone(self, instead: str) -> str:
        name, *others = self._model.names
        if others:
            raise ModelError(
                f"{self._model.expression} is of several components",
                got=", ".join([name, *others]),
                hint=f"Read model.{instead}[{name!r}].",
            )
        return name

    @property
    def all_config(self) -> list[dict[str, Any]]:
        """All settings, a row each, as in `cfg_info`."""
        return self._model.cfg_info.list_dict

    @property
    def all_params(self) -> list[dict[str, Any]]:
        """All parameters, a row each, as in `par_info`, with `Frozen`."""
        rows = zip(self._model.par_info.list_dict, self.par.values(), strict=True)
        return [row | {"Frozen": par.frozen} for row, par in rows]

    @property
    def pvalues(self) -> tuple[float, ...]:
        """The start values."""
        return tuple(map(float, self._model.theta))

    def phtflux_ratio(self, erange1: Band, erange2: Band, ngrid: int = 2000, time: float | None = None) -> float:
        """Photons in one band (keV) over those in another, at the start values; `time` in s."""
        return self._flux_ratio(self._model.phtflux, erange1, erange2, ngrid, time)

    def ergflux_ratio(self, erange1: Band, erange2: Band, ngrid: int = 2000, time: float | None = None) -> float:
        """Energy in one band (keV) over that in another, at the start values; `time` in s."""
        return self._flux_ratio(self._model.ergflux, erange1, erange2, ngrid, time)

    @staticmethod
    def _flux_ratio(flux: Callable[..., float], one: Band, other: Band, ngrid: int, time: float | None) -> float:
        return flux(one[0], one[1], ngrid, time) / flux(other[0], other[1], ngrid, time)

    def save(self, savepath: str | Path) -> None:
        """Write `model_cfg.json` and `model_par.json` into a folder (made if missing)."""
        write_tables(savepath, {"model_cfg": self._model.cfg_info, "model_par": self._model.par_info})

    @property
    def par_sample(self) -> dict[str, np.ndarray]:
        """Every parameter at the draws of the last fit: mean, median, intervals `f[2, p]`."""
        return summary(last_fit(self._model).thetas)


def _handle(p: Parameter, maker: str) -> ReadOnlyPar:
    hint = f"Make the model with it, {maker}({p.name}=...), or edit the fit: infer.par[...].val = ..."
    words = {"bounds": p.bounds, "unit": p.unit, "label": p.label, "doc": p.doc}
    return ReadOnlyPar(p.component, p.name, p.value, p.prior, p.frozen, hint, **words)


def last_fit(model: Model) -> FittedModel:
    """What the last fit with this model knows of it.

    Raises:
        ModelError: The model took part in no fit.
    """
    return provided("model.fitted")(model)


def summary(draws: Draws) -> dict[str, HostNumbers]:
    """Mean, median and central intervals over the draws; an interval is `[low, high]` along the first axis."""
    shown: dict[str, np.ndarray] = {"mean": np.mean(draws, axis=0), "median": np.median(draws, axis=0)}
    return shown | {name: np.quantile(draws, [0.5 - q / 2, 0.5 + q / 2], axis=0) for name, q in INTERVALS.items()}


# -- eight quantities at many parameter vectors ------------------------------------------------------------------------
def _curve(model: Model, thetas: Draws, T: Any, E: GivenNumbers, power: int | None) -> Draws:
    kinds = ("add",) if power is not None else ("mul", "math")
    if model.kind not in kinds:
        raise ModelError(f"{model.expression} has no such spectrum", got=model.kind, allowed=", ".join(kinds))
    E = np.asarray(E, float)
    curve = np.asarray(jax.vmap(lambda theta: model.evaluate(E, theta, T))(thetas))
    return curve * (KEV_TO_ERG * E**power) if power else curve


def _flux(model: Model, thetas: Draws, T: Any, emin: float, emax: float, ngrid: int, energy: bool) -> Draws:
    band = provided("model.band_photons")(model._additive(), thetas, emin, emax, T, ngrid)
    return band.energy_flux if energy else band.photon_flux


Evaluate = Callable[["Model", Draws, FittedModel], Draws]
SPECTRA = {"phtspec": 0, "flxspec": 1, "ergspec": 2, "nouspec": None}
FLUXES = {"phtflux": False, "ergflux": True}


def _at_points(evaluate_with: Callable[..., Evaluate], name: str) -> None:
    """Give the class `mean_<name>`, ..., and `<name>_sample`."""
    for point in POINTS:

        def read(self: Any, *args: Any, point: str = point, **options: Any) -> Any:
            known = last_fit(self)
            return evaluate_with(*args, **options)(self, known.theta(point)[None], known)[0]

        _document(read, f"{point}_{name}", f"`{name}` at the {point} parameters of the last fit.")

    def sample(self: Any, *args: Any, **options: Any) -> dict[str, np.ndarray]:
        known = last_fit(self)
        return summary(evaluate_with(*args, **options)(self, known.thetas, known))

    _document(
        sample, f"{name}_sample", f"`{name}` at the draws of the last fit: mean, median, intervals `[low, high]`."
    )


def _document(function: Any, name: str, text: str) -> None:
    function.__name__, function.__qualname__, function.__doc__ = name, f"DocumentedNames.{name}", text
    setattr(DocumentedNames, name, function)


def _spectrum(power: int | None) -> Callable[..., Evaluate]:
    def given(E: GivenNumbers, T: Any = None) -> Evaluate:
        return lambda model, thetas, known: _curve(model, thetas, known.time if T is None else T, E, power)

    return given


def _band(energy: bool) -> Callable[..., Evaluate]:
    def given(emin: float, emax: float, ngrid: int = 2000, time: float | None = None) -> Evaluate:
        return lambda model, thetas, known: _flux(
            model, thetas, known.time if time is None else time, emin, emax, ngrid, energy
        )

    return given


def _ratio(energy: bool) -> Callable[..., Evaluate]:
    def given(erange1: Any, erange2: Any, ngrid: int = 2000, time: float | None = None) -> Evaluate:
        over, under = (_band(energy)(*band, ngrid, time) for band in (erange1, erange2))
        return lambda model, thetas, known: over(model, thetas, known) / under(model, thetas, known)

    return given


for _name, _power in SPECTRA.items():
    _at_points(_spectrum(_power), _name)
for _name, _energy in FLUXES.items():
    _at_points(_band(_energy), _name)
    _at_points(_ratio(_energy), f"{_name}_ratio")
