"""Components from plain functions: the decorator `component`.

    @component(kind="add", priors={"alpha": "unif(-3, 1)"}, units={"E0": "keV"})
    def mypl(E, alpha=-1.5, E0=1.0, logA=0.0):
        "A power law of mine."
        return 10**logA * (E / E0) ** alpha

    model = tbabs() * mypl(alpha=-2)

Every argument after E is a parameter and needs a default, its start value. An argument called T is the time in seconds. The
function gets JAX arrays and must use `jax.numpy` (or plain arithmetic); it may be called with energies of any shape, and
gives as many values. A function defined again (its cell run twice) replaces the component; shipped ones cannot be replaced.

Saved fits name the function's place (module and name) and are loaded where it is found again: after its cell has run, or
from a module that was imported or declared with `spec_lab.tree.allow_package`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, ClassVar

import jax
import numpy as np

from spec_lab._base import ModelError
from spec_lab.models.annotations import GivenFunction
from spec_lab.models.catalog import check_free
from spec_lab.models.component import REGISTRY, Additive, Component, Mathematical, Multiplicative, needs_time
from spec_lab.models.integration.grid import Energy
from spec_lab.models.parameter import parameter
from spec_lab.priors import Prior, parse_prior

_KINDS: dict[str, type[Component]] = {"add": Additive, "mul": Multiplicative, "math": Mathematical}
_UNTRACEABLE = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)
_RESERVED = frozenset(dir(Additive))  # what a component is and does already


def component(
    function: GivenFunction = None,
    *,
    kind: str = "add",
    name: str | None = None,
    priors: Mapping[str, str | Prior] | None = None,
    units: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    frozen: tuple[str, ...] = (),
    absorbs: str | tuple[str, ...] | None = None,
    aliases: tuple[str, ...] = (),
    formula: str = "",
) -> Any:
    """Make a component class of a function.

    Args:
        function: `f(E, alpha=..., ...)`: N(E) in photons/cm²/s/keV for ``add``, a dimensionless factor otherwise.
        kind: ``add``, ``mul`` or ``math``.
        name: Name of the component; the function's when None.
        priors: Default prior of each parameter, as text or as a `Prior`.
        units: Unit of each parameter.
        labels: LaTeX of each parameter, without dollar signs.
        frozen: Parameters that start frozen.
        absorbs: Of a factor: the parameters that are amounts of absorbing gas or dust, such as ``("nH",)``, which are taken away
            for an unabsorbed flux; ``()`` for a factor that is no such matter. A factor that says nothing has no unabsorbed flux.
        aliases: Further names for `Model.parse`.
        formula: LaTeX.

    Raises:
        ModelError: Not a plain function, a parameter without default, a name that is taken or reserved, an unknown kind.
        ParameterError: A prior that is none.
    """
    told = (kind, name, priors or {}, units or {}, labels or {}, frozen, absorbs, aliases, formula)
    return (lambda f: _make(f, *told)) if function is None else _make(function, *told)


def _make(function, kind, name, priors, units, labels, frozen, absorbs, aliases, formula) -> type[Component]:
    if isinstance(function, type) or not callable(function):
        raise ModelError("a component is made of a plain function", got=function, allowed="def f(E, alpha=-1.0): ...")
    name = name or getattr(function, "__name__", "")
    for called in (name, *aliases):
        check_free(called, 'component(..., name="mine")')
    if kind not in _KINDS:
        raise ModelError(f"component {name!r} has an unknown kind", got=kind, allowed=", ".join(_KINDS))
    names, timed = _arguments(function, name)
    absorbs = (absorbs,) if isinstance(absorbs, str) else absorbs
    if absorbs and kind == "add":
        raise ModelError(f"component {name!r} adds photons, so it cannot absorb", got=absorbs, hint='Use kind="mul".')
    named = {"priors": priors, "units": units, "labels": labels, "frozen": frozen, "absorbs": absorbs or ()}
    for where, told in named.items():
        unknown = [key for key in told if key not in names]
        if unknown:
            raise ModelError(f"{where} of {name!r} name no parameter", got=unknown, allowed=", ".join(names))
    priors = {key: parse_prior(prior) for key, prior in priors.items()}

    def spectrum(self: Component, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        x = x.shifted(self.redshift) if kind == "add" else x  # type: ignore[attr-defined]
        time = {"T": needs_time(self, T)} if timed else {}
        try:
            return _checked(name, function(x.E, **{key: p[key] for key in names}, **time), x.E, T)
        except _UNTRACEABLE as error:
            hint = "Use jax.numpy instead of numpy or math, and jax.numpy.where instead of if."
            raise ModelError(f"component {name!r} cannot be compiled: {type(error).__name__}", hint=hint) from error

    fields = {
        key: parameter(
            default,
            priors.get(key),
            unit=units.get(key, ""),
            label=labels.get(key, rf"\mathrm{{{key}}}"),
            doc=key,
            frozen=key in frozen,
            log=key.startswith("log"),
        )
        for key, default in names.items()
    }
    body = {
        "__doc__": inspect.getdoc(function) or f"User component {name}.",
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,  # files find the class where the function stood
        "__annotations__": {**dict.fromkeys(fields, Any), **dict.fromkeys(["aliases", "formula", "absorbs"], ClassVar)},
        "aliases": aliases,
        "formula": formula,
        "absorbs": None if absorbs is None else tuple(absorbs),
        "spectrum": spectrum,
        **fields,
    }
    base: Any = _KINDS[kind]
    cls = type(base)(name, (base,), body)
    REGISTRY[name] = cls
    return cls


def _checked(name: str, curve: Any, E: Any, T: Any) -> Any:
    """What the function gave: one number for each energy, or one for all."""
    what = "nothing" if curve is None else f"a {type(curve).__name__}"
    if not isinstance(curve, (jax.Array, np.ndarray, np.number, int, float)):
        hint = "It has no return." if curve is None else None
        raise ModelError(f"component {name!r} must give an array like E", got=what, hint=hint)
    if np.shape(curve) not in ((), np.shape(E), np.shape(T)):
        raise ModelError(
            f"component {name!r} must give one value for each energy",
            got=f"shape {np.shape(curve)}",
            allowed=f"the shape of E, here {np.shape(E)}; E may have any shape",
        )
    return curve


def _arguments(function: Callable[..., Any], name: str) -> tuple[dict[str, float], bool]:
    """Parameters with their defaults, and whether the function wants the time."""
    arguments = list(inspect.signature(function).parameters.values())
    if not arguments:
        raise ModelError(f"component {name!r} must take energies as its first argument")
    rest = [a for a in arguments[1:] if a.name != "T"]
    for a in rest:
        if a.kind in (a.VAR_POSITIONAL, a.VAR_KEYWORD) or a.default is a.empty:
            raise ModelError(
                f"argument {a.name!r} of component {name!r} needs a default, its start value", hint=f"{a.name}=1.0"
            )
        if isinstance(a.default, bool) or not isinstance(a.default, Real) or not math.isfinite(a.default):
            raise ModelError(f"argument {a.name!r} of component {name!r} starts at no finite number", got=a.default)
        if a.name in _RESERVED:
            raise ModelError(f"component {name!r} cannot call a parameter {a.name!r}", hint="Choose another name.")
    return {a.name: float(a.default) for a in rest}, len(rest) < len(arguments) - 1
