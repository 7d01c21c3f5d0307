"""Parameters of a component: declared as fields of its class, held as variables, read back as `Parameter` records.

A field made with `parameter(...)` holds one variable of `spec_lab.variables` (a number given by the user is wrapped in
`Tagged`, a variable given by the user is kept as it is, with its value as the start and with the prior it carries). A field made
with `config(...)` is static: changing it changes the structure of the model. Some parameters exist only under one setting
(`logEp` when `vfv_peak` is true, `logEc` when not): the absent one is None and takes no slot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import equinox as eqx
import numpy as np
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError, decimal
from spec_lab.models.annotations import FieldOfVariable, GivenParameter
from spec_lab.priors import Prior, parse_prior, unif
from spec_lab.variables import (
    AbstractBounded,
    AbstractConstant,
    AbstractUnwrappable,
    AbstractVariable,
    Fixed,
    Tagged,
    moved,
    prior_of,
    words_of,
)

C = TypeVar("C")


@dataclass(frozen=True)
class Declaration:
    """What a component class says about one of its parameters."""

    default: float
    prior: Prior | None
    unit: str
    label: str
    doc: str
    log: bool
    frozen: bool
    when: tuple[str, Any] | None
    otherwise: tuple[str, Any, Prior] | None = None

    def under(self, settings: Callable[[str], Any]) -> Declaration:
        """The same with the prior that goes with a component's settings."""
        if self.otherwise is None or settings(self.otherwise[0]) != self.otherwise[1]:
            return self
        return replace(self, prior=self.otherwise[2])

    def wrap(self, value: GivenParameter, title: str = "a parameter") -> AbstractVariable:
        """The variable for a field: the user's own, or the user's number (or the default) with the metadata attached."""
        if isinstance(value, AbstractVariable):
            return value
        number = self.default if value is None else value
        if not _is_one_number(number):
            wrapper = "Fixed holds one value and Derived computes one; this is a wrapper of whole trees."
            raise ParameterError(
                f"{title} takes one real number or a variable",
                got=number,
                allowed="a finite number, or a variable such as spec_lab.variables.Fixed(1.0)",
                hint=wrapper if isinstance(number, AbstractUnwrappable) else None,
            )
        variable = Tagged(float(np.asarray(number)), metadata=self.metadata)
        if not self.frozen:
            return variable
        return Fixed(variable)

    @property
    def metadata(self) -> dict[str, Any]:
        return {"unit": self.unit, "label": self.label, "doc": self.doc, "prior": self.prior, "log": self.log}


def _is_one_number(value: Any) -> bool:
    if isinstance(value, (bool, str, complex, AbstractUnwrappable)) or np.ndim(value) != 0:
        return False
    return np.asarray(value).dtype.kind in "iuf" and bool(np.isfinite(value))


def parameter(
    default: float,
    prior: str | Prior | None = None,
    *,
    unit: str = "",
    label: str = "",
    doc: str = "",
    log: bool = False,
    frozen: bool = False,
    when: tuple[str, Any] | None = None,
    otherwise: tuple[str, Any, str | Prior] | None = None,
) -> FieldOfVariable:
    """A field that holds one parameter.

    Args:
        default: Start value.
        prior: Default prior, as an object or as text: ``unif(-2, 2)``.
        unit: Unit of the number the user sees.
        label: LaTeX without dollar signs.
        doc: One sentence.
        log: The number is a base-10 logarithm.
        frozen: Not fitted unless thawed.
        when: ``(config, value)``: the parameter exists only under that setting.
        otherwise: ``(config, value, prior)``: under that setting, the prior is another.
    """
    usual = None if prior is None else parse_prior(prior)
    other = None if otherwise is None else (otherwise[0], otherwise[1], parse_prior(otherwise[2]))
    spec = Declaration(default, usual, unit, label, doc, log, frozen, when, other)
    return eqx.field(default=None, metadata={"parameter": spec})


def config(default: C, doc: str = "", above: float | None = None) -> C:
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
        prior: The prior it starts with, or None: the component's, or the one its variable carries.
        frozen: The variable is `Fixed`.
        bounds: Physical range; infinite where there is none.
        log: `value` is a base-10 logarithm.
        doc: One sentence.
        variable: The variable itself.
        value_given: A person gave the value; else it is the component's default.
        prior_given: A person gave the prior, or the limits that cut it; else it is the component's default.
    """

    component: str
    name: str
    label: str
    unit: str
    value: float
    prior: Prior | None
    frozen: bool
    bounds: tuple[float, float]
    log: bool
    doc: str
    variable: AbstractVariable | ArrayLike
    value_given: bool = False
    prior_given: bool = False


def parameter_of(
    component: str,
    name: str,
    declared: Declaration,
    variable: AbstractVariable | ArrayLike,
    *,
    wrapped: bool,
    given: bool,
) -> Parameter:
    """The record of one field; what the user's variable says wins over what the class says.

    Args:
        component: Unique name of the component.
        name: Name of the field.
        declared: What the class says.
        variable: What the field holds.
        wrapped: The component made the variable, of a number or of its default.
        given: A person gave the value.
    """
    own, bounds = words_of(variable), _bounds(variable)
    told = {**declared.metadata, **own}
    carried = prior_of(variable) if isinstance(variable, AbstractVariable) else None
    silent = carried is None and "prior" not in own  # `"prior": None` says that there is none
    prior = _within(declared.prior, bounds) if silent else carried
    return Parameter(
        component=component,
        name=name,
        label=told["label"] or name,
        unit=told["unit"],
        value=number(variable),
        prior=prior,
        frozen=isinstance(variable, AbstractConstant),
        bounds=bounds,
        log=bool(told["log"]),
        doc=told["doc"],
        variable=variable,
        value_given=given,
        prior_given=not wrapped and (not silent or prior != declared.prior),
    )


def _within(default: Prior | None, bounds: tuple[float, float]) -> Prior | None:
    """The class's default prior after the user's limits, which are narrower or other: a uniform one is cut to them."""
    if default is None or bounds == (-np.inf, np.inf):
        return default
    lo, hi = (float(f(ends)) for f, ends in zip((max, min), zip(default.support, bounds, strict=True), strict=True))
    if np.isfinite(bounds).all():
        lo, hi = bounds
    return unif(lo, hi) if default.family == "unif" and lo < hi else default


def number(variable: AbstractVariable | ArrayLike) -> float:
    """The present value of a field; a bare number is allowed, as `equinox.tree_at` leaves one behind."""
    return decimal(variable.value if isinstance(variable, AbstractVariable) else variable)


def variable_at(variable: AbstractVariable | ArrayLike, value: float, frozen: bool | None) -> AbstractVariable:
    """The variable at another value and, unless `frozen` is None, frozen or thawed; words, limits and priors stay."""
    fixed = isinstance(variable, Fixed)
    free = moved(variable.as_free() if isinstance(variable, Fixed) else variable, value)
    return Fixed(free) if (fixed if frozen is None else frozen) else free


def _bounds(variable: Any) -> tuple[float, float]:
    inside = variable.as_free() if isinstance(variable, Fixed) else variable
    if isinstance(inside, AbstractBounded):
        lo, hi = inside.bounds
        return decimal(lo), decimal(hi)
    return -np.inf, np.inf
