"""Components: the leaves of a model, one class each.

A component declares its parameters (`parameter(...)`) and settings (`config(...)`) as fields, in order, and says how it
is computed. The four kinds:

- `Additive`: `spectrum(x, p, T)` gives N(E) in photons/cm²/s/keV. With `exact = True` it also has `integral(lo, hi, p, T)`,
  photons/cm²/s per bin. With `log_spectrum` it gives ln N instead, so that a product with other such factors costs one exp.
- `Multiplicative`, `Mathematical`: `spectrum` gives the dimensionless factor.
- `Convolution` (in `convolution`): acts on another model.

`redshift` moves the energies, E → E(1+z), and nothing else (no 1/(1+z) in the normalisation). A subclass with a lower-case
name enters the registry that `Model.parse` and `catalog` read.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, ClassVar, cast

import equinox as eqx
import jax.numpy as jnp

from spec_lab._base import ModelError, ParameterError
from spec_lab.models.annotations import Bins, Curve, Nodes, Parameters, Scalar, Time
from spec_lab.models.argument_checks import Setting, check_names, check_setting
from spec_lab.models.integration.cut_bins import integrated
from spec_lab.models.integration.grid import Energy, Grid
from spec_lab.models.model import Model, Term, Values
from spec_lab.models.parameter import Declaration, Parameter, config, number, parameter_of
from spec_lab.variables import AbstractVariable, words_of

REGISTRY: dict[str, type[Component]] = {}
_GIVEN = "_given"  # names of the parameters that a person gave


@cache
def _declared(cls: Any) -> tuple[tuple[str, Declaration], ...]:
    fields = ((f.name, f.metadata.get("parameter")) for f in dataclasses.fields(cls))
    return tuple((name, spec) for name, spec in fields if spec is not None)


@cache
def _statics(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(cls) if f.metadata.get("static"))


class Component(Model):
    """A leaf. Not for direct use: subclass `Additive`, `Multiplicative` or `Mathematical`."""

    aliases: ClassVar[tuple[str, ...]] = ()
    presets: ClassVar[dict[str, dict[str, Any]]] = {}  # alias → the settings it stands for
    formula: ClassVar[str] = ""
    exact: ClassVar[bool] = False  # has `integral`
    exponential: ClassVar[bool] = False  # has `log_spectrum`
    flat: ClassVar[bool] = False  # does not depend on energy
    smooths: ClassVar[bool] = False  # lets photons flow between bins: the cost grows with the square of their number
    absorbs: ClassVar[tuple[str, ...] | None] = None  # amounts of gas or dust; None: it does not say
    listed: ClassVar[bool] = True  # in the catalog; kinds and families start with a capital and never are
    name: str = eqx.field(default="", static=True, kw_only=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.listed and cls.__name__[0].islower():
            REGISTRY[cls.__name__] = cls

    def __new__(cls, *args: Any, **given: Any) -> Component:
        check_names(cls, len(args), given)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if "config" in field.metadata:
                default = cast(Setting, field.default)  # `config` always gives one
                check_setting(type(self), field.name, default, getattr(self, field.name), field.metadata.get("above"))
        given: set[str] = set()
        for field in dataclasses.fields(self):
            declared = field.metadata.get("parameter")
            if declared is None:
                continue
            value = getattr(self, field.name)
            if value is not None:
                given.add(field.name)
            if self._has(declared):
                here = declared.under(partial(getattr, self))
                object.__setattr__(self, field.name, here.wrap(value, f"{type(self).__name__}.{field.name}"))
            elif value is not None:
                raise ParameterError(
                    f"{type(self).__name__} has no parameter {field.name!r} with {declared.when[0]}="
                    f"{getattr(self, declared.when[0])!r}",
                    allowed=", ".join(name for name, each in _declared(type(self)) if self._has(each)),
                    hint=f"Set {declared.when[0]}={declared.when[1]!r} to use it.",
                )

        object.__setattr__(
            self, _GIVEN, frozenset(given)
        )  # no field: two components that differ in it have one structure

    def parameter(self, component: str, name: str, declared: Declaration) -> Parameter:
        """The record of one parameter, in a model where this component is called `component`.

        A component that went through a tree walk has forgotten what a person gave: then a value that is not the default counts
        as given.
        """
        variable = getattr(self, name)
        wrapped = not isinstance(variable, AbstractVariable) or words_of(variable) == declared.metadata
        known = self.__dict__.get(_GIVEN)
        same = math.isclose(number(variable), declared.default, rel_tol=1e-12)  # a chart may have cost a digit
        given = not same if known is None else name in known
        return parameter_of(component, name, declared, variable, wrapped=wrapped, given=given)

    def _has(self, declared: Declaration) -> bool:
        return declared.when is None or getattr(self, declared.when[0]) == declared.when[1]

    # ---- what a component class provides ---------------------------------------------------------------------------
    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        """N(E) in photons/cm²/s/keV, or the dimensionless factor. `p` maps parameter names to scalars."""
        if type(self).exponential:
            return jnp.exp(self.log_spectrum(x, p, T))
        raise NotImplementedError(
            f"{type(self).__name__} has neither `spectrum` nor `log_spectrum`: define spectrum(self, x, p, T=None), with "
            "energies x.E and parameters p[name], or make a component of a plain function with @component"
        )

    def log_spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        """ln of `spectrum`; only with `exponential = True`."""
        raise NotImplementedError(f"{type(self).__name__} has no `log_spectrum`")

    def integral(self, lo: Bins, hi: Bins, p: Parameters, T: Time = None) -> Bins:
        """The analytic integral of `spectrum` over bins, photons/cm²/s; only with `exact = True`."""
        raise NotImplementedError(f"{type(self).__name__} has no analytic integral")

    def node_portions(self, grid: Grid, p: Parameters) -> Nodes:
        """Weight times N at the nodes, [k, e]; components narrower than a bin do better than the pointwise product."""
        return grid.weights * self.spectrum(grid.energy, p, grid.T)

    def breaks(self, p: Parameters) -> tuple[Scalar, ...]:
        """Energies, keV, between which the curve is smooth: where it jumps or bends, and around what may be narrower
        than a bin. Bins that hold one are integrated in pieces (see `cut_bins`). How many there are is static."""
        return ()

    def tabulates(self) -> tuple[Any, ...]:
        """Keys (with a method `at(E)`) of the tables this component looks up in `Energy.known`."""
        return ()

    def jumps(self) -> tuple[float, ...]:
        """Energies, keV, at which the curve jumps or bends whatever its parameters are; bins are cut there beforehand
        (see `prepared_grid`), which costs less than `breaks`."""
        return ()

    # ---- bookkeeping -----------------------------------------------------------------------------------------------
    @property
    def called(self) -> str:
        """The name before it is made unique: the user's, else the class's."""
        return self.name or type(self).__name__

    def slots(self) -> tuple[tuple[str, Declaration], ...]:
        """Names and declarations of the parameters this instance has."""
        mine = partial(getattr, self)
        return tuple((name, each.under(mine)) for name, each in _declared(type(self)) if mine(name) is not None)

    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters of the class, those that its settings leave out included."""
        return tuple(name for name, _ in _declared(type(self)))

    def settings(self) -> tuple[str, ...]:
        """Names of the static settings."""
        return tuple(name for name in _statics(type(self)) if name != "name")

    # ---- the node's side -------------------------------------------------------------------------------------------
    def leaves(self) -> tuple[Component, ...]:
        return (self,)

    def density(self, x: Energy, values: Values, T: Time) -> Curve:
        return self.spectrum(x, values[0], T)

    def exponent(self, x: Energy, values: Values, T: Time) -> Curve | None:
        return self.log_spectrum(x, values[0], T) if type(self).exponential else None

    def portions(self, grid: Grid, values: Values) -> Curve:
        if type(self).kind == "add":
            return self.node_portions(grid, values[0])
        return self.spectrum(grid.energy, values[0], grid.T)

    def binned(self, grid: Grid, values: Values) -> Curve:
        if type(self).exact and grid.rule == "exact":
            return self.integral(grid.lo, grid.hi, values[0], grid.T)
        return integrated(lambda g: self.portions(g, values), grid, self.marks(values))

    def marks(self, values: Values) -> tuple[Scalar, ...]:
        return self.breaks(values[0])

    def parts(self, names: Sequence[str], first: int) -> tuple[Term, ...]:
        return (Term(names[0], self, tuple(range(first, first + self.size))),)

    def text(self, names: Sequence[str]) -> str:
        return names[0]

    def skeleton(self) -> tuple[Any, ...]:
        here = type(self)
        return (here, *[getattr(self, f) for f in _statics(here)], *[name for name, _ in self.slots()])

    def refilled(self, fill: Callable[[Any], Any]) -> Component:
        filled = {name: fill(getattr(self, name)) for name, _ in self.slots()}
        if not filled:
            return self
        held = {field.name: vars(self)[field.name] for field in dataclasses.fields(self) if field.name in vars(self)}
        made = object.__new__(
            type(self)
        )  # by hand: the variables stay the very objects that `fill` gave, which may be shared
        for name, value in {**held, **filled}.items():
            object.__setattr__(made, name, value)
        return made


class Additive(Component):
    """A source of photons: N(E) in photons/cm²/s/keV."""

    kind: ClassVar[str] = "add"
    redshift: float = config(0.0, "energies are multiplied by 1+z", above=-1.0)


class Multiplicative(Component):
    """A dimensionless factor that depends on energy."""

    kind: ClassVar[str] = "mul"


class Mathematical(Component):
    """A dimensionless factor that may multiply or be added to anything."""

    kind: ClassVar[str] = "math"


def needs_time(component: Component, T: Time) -> Curve:
    """`T`, or an error that says where times come from."""
    if T is None:
        raise ModelError(
            f"{component.called} depends on time, and no time was given",
            hint="Give each DataUnit its time (DataUnit(..., time=20.0)), or evaluate with T=.",
        )
    return T
