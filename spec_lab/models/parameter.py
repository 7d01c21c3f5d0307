"""Parameters of a component: declared as fields of its class, held as variables, read back as `Parameter` records.

A field made with `parameter(...)` holds one variable of `spec_lab.variables` (a number given by the user is wrapped in
`Tagged`, a variable given by the user is kept as it is, with its value as the start). A field made with `config(...)` is
static: changing it changes the structure of the model. Some parameters exist only under one setting (`logEp` when
`vfv_peak` is true, `logEc` when not): the absent one is None and takes no slot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import equinox as eqx
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.priors import parse_prior, unif
from spec_lab.variables import AbstractBounded, AbstractConstant, AbstractVariable, Fixed, Tagged


@dataclass(frozen=True)
class Declaration:
    """What a component class says about one of its parameters."""

    default: float
    prior: str | None
    unit: str
    label: str
    doc: str
    log: bool
    frozen: bool
    when: tuple[str, Any] | None
    otherwise: tuple[str, Any, str] | None = None

    def under(self, settings: Callable[[str], Any]) -> Declaration:
        """The same with the belief that goes with a component's settings."""
        if self.otherwise is None or settings(self.otherwise[0]) != self.otherwise[1]:
            return self
        return replace(self, prior=self.otherwise[2])

    def wrap(self, value: Any, title: str = "a parameter") -> AbstractVariable:
        """The variable for a field: the user's own, or the user's number (or the default) with the metadata attached."""
        if isinstance(value, AbstractVariable):
            return value
        number = self.default if value is None else value
        if isinstance(number, (bool, str, complex)) or np.ndim(number) != 0 or not np.isfinite(number):
            raise ParameterError(
                f"{title} takes one real number or a variable",
                got=number,
                allowed="a finite number, or a variable such as spec_lab.variables.Fixed(1.0)",
            )
        variable = Tagged(float(number), metadata=self.metadata)
        if not self.frozen:
            return variable
        return Fixed(variable)

    @property
    def metadata(self) -> dict[str, Any]:
        return {"unit": self.unit, "label": self.label, "doc": self.doc, "prior": self.prior, "log": self.log}


def parameter(
    default: float,
    prior: str | None = None,
    *,
    unit: str = "",
    label: str = "",
    doc: str = "",
    log: bool = False,
    frozen: bool = False,
    when: tuple[str, Any] | None = None,
    otherwise: tuple[str, Any, str] | None = None,
) -> Any:
    """A field that holds one parameter.

    Args:
        default: Start value.
        prior: Default belief as text, for example ``unif(-2, 2)``.
        unit: Unit of the number the user sees.
        label: LaTeX without dollar signs.
        doc: One sentence.
        log: The number is a base-10 logarithm.
        frozen: Not fitted unless thawed.
        when: ``(config, value)``: the parameter exists only under that setting.
        otherwise: ``(config, value, prior)``: under that setting, the belief is another.
    """
    spec = Declaration(default, prior, unit, label, doc, log, frozen, when, otherwise)
    return eqx.field(default=None, metadata={"parameter": spec})


def config(default: Any, doc: str = "", above: float | None = None) -> Any:
    """A static setting of a component, given by keyword.

    Args:
        default: Its value; values of another kind are refused.
        doc: One sentence.
        above: A number must be larger than this.
    """
    return eqx.field(default=default, static=True, kw_only=True, metadata={"config": doc, "above": above})


@dataclass(frozen=True)
class Parameter:
    """One slot of a model, as its tables show it.

    Attributes:
        component: Unique name of the component in the model (``cpl``, a second one ``cpl2``).
        name: Field name.
        label: LaTeX without dollar signs.
        unit: Unit of `value`.
        value: Start value.
        prior: Default belief as text, or None.
        frozen: The variable is `Fixed`.
        bounds: Physical range; infinite where there is none.
        log: `value` is a base-10 logarithm.
        doc: One sentence.
        variable: The variable itself.
    """

    component: str
    name: str
    label: str
    unit: str
    value: float
    prior: str | None
    frozen: bool
    bounds: tuple[float, float]
    log: bool
    doc: str
    variable: Any


def read(component: str, name: str, declared: Declaration, variable: Any) -> Parameter:
    """The record of one field; the user's metadata win over the class's."""
    own, bounds = _metadata(variable), _bounds(variable)
    told = {**declared.metadata, **own}
    if "prior" not in own:
        told["prior"] = _within(told["prior"], bounds)
    return Parameter(
        component=component,
        name=name,
        label=told["label"] or name,
        unit=told["unit"],
        value=number(variable),
        prior=None if told["prior"] is None else str(told["prior"]),
        frozen=isinstance(variable, AbstractConstant),
        bounds=bounds,
        log=bool(told["log"]),
        doc=told["doc"],
        variable=variable,
    )


def _within(prior: str | None, bounds: tuple[float, float]) -> str | None:
    """The class's default belief after the user's limits, which are narrower or other: a uniform one is cut to them."""
    if prior is None or bounds == (-np.inf, np.inf):
        return prior
    default = parse_prior(prior)
    lo, hi = (float(f(ends)) for f, ends in zip((max, min), zip(default.support, bounds, strict=True), strict=True))
    if np.isfinite(bounds).all():
        lo, hi = bounds
    return str(unif(lo, hi)) if default.family == "unif" and lo < hi else prior


def number(variable: Any) -> float:
    """The present value of a field; a bare number is allowed, as `equinox.tree_at` leaves one behind."""
    return float(variable.value) if isinstance(variable, AbstractVariable) else float(variable)


def rewritten(variable: Any, value: float, frozen: bool | None) -> Any:
    """The variable at another value and, unless `frozen` is None, frozen or thawed; words and limits stay."""
    fixed = isinstance(variable, Fixed)
    free = variable.as_free() if isinstance(variable, Fixed) else variable
    if isinstance(free, AbstractBounded):
        free = free.update(value)
    elif isinstance(free, AbstractVariable):
        free = Tagged(value, metadata=free.metadata)  # a Derived has no inverse: its result becomes a plain value
    else:
        free = Tagged(value)
    return Fixed(free) if (fixed if frozen is None else frozen) else free


def _metadata(variable: Any) -> dict[str, Any]:
    return dict(variable.metadata or {}) if isinstance(variable, AbstractVariable) else {}


def _bounds(variable: Any) -> tuple[float, float]:
    inside = variable.as_free() if isinstance(variable, Fixed) else variable
    if isinstance(inside, AbstractBounded):
        lo, hi = inside.bounds
        return float(lo), float(hi)
    return -np.inf, np.inf
