"""What a model is called in bayspec: `expr`, `par`, `cfg`, `save`, and what the last fit says of it, `best_ergflux` and its kin.

A model is a value, so its handles read: another value is another model, or an edit of the `Infer` that has the model. What a fit
says of a model is looked up where fits are kept (`infer.fitted_models`), and evaluated here.

`{mean, median, best, best_ci, truth}_{phtspec, flxspec, ergspec, nouspec, phtflux, ergflux, phtflux_ratio, ergflux_ratio}` are
forty names for eight quantities at five points; `*_sample` are the same at the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import equinox as eqx
import jax
import numpy as np
from jaxtyping import ArrayLike, Float

from spec_lab._base import ModelError, ParameterError
from spec_lab._base.numbered import Numbered
from spec_lab._base.providers import provided
from spec_lab._base.table_files import write_tables
from spec_lab.models.integration.grid import KEV_TO_ERG

if TYPE_CHECKING:
    from spec_lab.models.model import Model
    from spec_lab.models.parameter import Parameter

POINTS = ("mean", "median", "best", "best_ci", "truth")
INTERVALS = {"Isigma": 0.6827, "IIsigma": 0.9545, "IIIsigma": 0.9973, "90%": 0.9}
Draws = Float[np.ndarray, "s ..."]
Vector = Float[np.ndarray, "p"]  # one value a parameter of the model


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


class ModelPar:
    """A parameter of a model, read-only: where a fit would start."""

    __slots__ = ("_model", "_parameter")

    def __init__(self, model: Any, parameter: Parameter):
        self._model, self._parameter = model, parameter

    def _refuse(self, value: object) -> NoReturn:
        p = self._parameter
        raise ParameterError(
            f"{p.component}.{p.name} belongs to a model, which is a value and does not change", got=value,
            hint=f"Make the model with it, {type(self._model).__name__}({p.name}=...), or edit the fit: infer.par[...].val = ...",
        )  # fmt: skip

    val = property(lambda self: self._parameter.value, _refuse, doc="The start value.")
    value = property(lambda self: self._parameter.value, _refuse, doc="The start value.")
    prior = property(lambda self: self._parameter.prior, _refuse, doc="The prior it starts with.")
    frozen = property(lambda self: self._parameter.frozen, _refuse, doc="Whether it starts frozen.")
    name = property(lambda self: self._parameter.name, doc="Its name in the component.")
    unit = property(lambda self: self._parameter.unit, doc="Unit of the value.")
    label = property(lambda self: self._parameter.label, doc="LaTeX without dollar signs.")
    comment = property(lambda self: self._parameter.doc, doc="One line on the meaning.")

    @property
    def range(self) -> tuple[float, float]:
        """Where the value may go: the prior's support within the parameter's limits, or the value itself when frozen."""
        p = self._parameter
        if p.frozen:
            return p.value, p.value
        low, high = (-np.inf, np.inf) if p.prior is None else p.prior.support
        return max(low, p.bounds[0]), min(high, p.bounds[1])

    def __float__(self) -> float:
        return float(self._parameter.value)

    def __repr__(self) -> str:
        p = self._parameter
        return f"<{p.component}.{p.name} = {p.value:g}{' ' + p.unit if p.unit else ''}, {'frozen' if p.frozen else p.prior}>"


class ModelCfg:
    """A setting of a component, read-only."""

    __slots__ = ("_val", "component", "name")

    def __init__(self, component: str, name: str, val: Any):
        self.component, self.name, self._val = component, name, val

    def _refuse(self, value: object) -> NoReturn:
        raise ParameterError(
            f"{self.component}.{self.name} belongs to a model, which is a value and does not change", got=value,
            hint=f"Make the model with it, {self.component}({self.name}={value!r}), or edit the fit: infer.cfg[...].val = ...",
        )  # fmt: skip

    val = property(lambda self: self._val, _refuse, doc="The setting.")
    value = property(lambda self: self._val, _refuse, doc="The setting.")

    def __repr__(self) -> str:
        return f"<{self.component}.{self.name} = {self._val!r}>"


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
        from spec_lab.models.model import Model

        assert isinstance(self, Model)
        return self

    @property
    def par(self) -> Numbered[ModelPar]:
        """The parameters by number, from 1, as a fit would start with them."""
        owners = [leaf for leaf in self._model.leaves() for _ in leaf.slots()]
        return Numbered(ModelPar(leaf, p) for leaf, p in zip(owners, self._model.parameters, strict=True))

    @property
    def cfg(self) -> Numbered[ModelCfg]:
        """The settings by number, from 1."""
        return Numbered(ModelCfg(*row) for row in self._model.config)

    @property
    def pvalues(self) -> tuple[float, ...]:
        """The start values."""
        return tuple(map(float, self._model.theta))

    def save(self, savepath: str | Path) -> None:
        """Write `model_cfg.json` and `model_par.json` into a folder (made if missing)."""
        write_tables(savepath, {"model_cfg": self._model.cfg_info, "model_par": self._model.par_info})

    @property
    def par_sample(self) -> dict[str, np.ndarray]:
        """Every parameter at the draws of the last fit: mean, median, intervals `f[2, p]`."""
        return summary(fitted(self._model).thetas)


def fitted(model: Model) -> FittedModel:
    """What the last fit with this model knows of it.

    Raises:
        ModelError: The model took part in no fit.
    """
    return provided("model.fitted")(model)


def summary(draws: Draws) -> dict[str, np.ndarray]:
    """Mean, median and central intervals over the draws; an interval is `[low, high]` along the first axis."""
    shown: dict[str, np.ndarray] = {"mean": np.mean(draws, axis=0), "median": np.median(draws, axis=0)}
    return shown | {name: np.quantile(draws, [0.5 - q / 2, 0.5 + q / 2], axis=0) for name, q in INTERVALS.items()}


# -- eight quantities at many parameter vectors ------------------------------------------------------------------------
def _curve(model: Model, thetas: Draws, T: Any, E: ArrayLike, power: int | None) -> Draws:
    kinds = ("add",) if power is not None else ("mul", "math")
    if model.kind not in kinds:
        raise ModelError(f"{model.expression} has no such spectrum", got=model.kind, allowed=", ".join(kinds))
    E = np.asarray(E, float)
    curve = np.asarray(jax.vmap(lambda theta: model.evaluate(E, theta, T))(thetas))
    return curve * (KEV_TO_ERG * E**power) if power else curve


def _flux(model: Model, thetas: Draws, T: Any, emin: float, emax: float, ngrid: int, energy: bool) -> Draws:
    from spec_lab.models.integration.band_flux import in_band

    band = in_band(model._additive(), thetas, emin, emax, T, ngrid)
    return band.energy_flux if energy else band.photon_flux


Evaluate = Callable[["Model", Draws, FittedModel], Draws]
SPECTRA = {"phtspec": 0, "flxspec": 1, "ergspec": 2, "nouspec": None}
FLUXES = {"phtflux": False, "ergflux": True}


def _at_points(evaluate_with: Callable[..., Evaluate], name: str) -> None:
    """Give the class `mean_<name>`, ..., and `<name>_sample`."""
    for point in POINTS:

        def read(self: Any, *args: Any, point: str = point, **options: Any) -> Any:
            known = fitted(self)
            return evaluate_with(*args, **options)(self, known.theta(point)[None], known)[0]

        _document(read, f"{point}_{name}", f"`{name}` at the {point} parameters of the last fit.")

    def sample(self: Any, *args: Any, **options: Any) -> dict[str, np.ndarray]:
        known = fitted(self)
        return summary(evaluate_with(*args, **options)(self, known.thetas, known))

    _document(
        sample, f"{name}_sample", f"`{name}` at the draws of the last fit: mean, median, intervals `[low, high]`."
    )


def _document(function: Any, name: str, text: str) -> None:
    function.__name__, function.__qualname__, function.__doc__ = name, f"DocumentedNames.{name}", text
    setattr(DocumentedNames, name, function)


def _spectrum(power: int | None) -> Callable[..., Evaluate]:
    def given(E: ArrayLike, T: Any = None) -> Evaluate:
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
