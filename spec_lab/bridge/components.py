"""Modules as spectral components: whatever is written in a dialect of the family is fitted like a component of spec_lab.

    class Source(Parameterized):
        pyrox_name = "source"

        def setup(self):
            self.register_param("slope", Constrained(Interval(-3.0, 1.0), -1.2))
            self.set_prior("slope", norm(-1.2, 0.2))

        @pyrox_method
        def __call__(self, E):
            return self.get_param("slope") ...

    infer = BayesInfer([(data, tbabs() * Source())])

The module is called with energies in keV (and, if it takes a second argument `T`, the time in seconds) and gives
photons/cm²/s/keV; with `kind = "mul"` or `"math"` it gives a factor, and `absorbs` names its amounts of gas or dust, as in a
component's class. Its parameters (`declarations`) become the slots
`pyrox_name.name`. Evaluating calls the module with the values of its sites known beforehand, so nothing of NumPyro runs in a fit.

A saved fit holds the module itself: its class is found again by its name, as every class of a person's own.
"""

import dataclasses
import inspect
from collections import deque
from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.tree_util as jtu
import numpy as np

from spec_lab._base import ModelError
from spec_lab.bridge import context
from spec_lab.bridge.declarations import (
    ModuleParameter,
    declarations,
    held_variables,
    limits_of,
    parameterized_modules,
)
from spec_lab.bridge.descriptors import PyroxParam, PyroxSample
from spec_lab.bridge.distribution import is_function
from spec_lab.bridge.module import PyroxModule
from spec_lab.bridge.registered_parameters import Entry, Registry
from spec_lab.bridge.token import Token, new_token
from spec_lab.models import Additive, Component, Energy, Mathematical, Multiplicative, check_free, needs_time, parameter
from spec_lab.priors import as_prior
from spec_lab.tree import register_pytree_type, register_saving
from spec_lab.variables import AbstractConstraint, AbstractVariable, Derived, Tagged, words_of

_KINDS: dict[str, type[Component]] = {"add": Additive, "mul": Multiplicative, "math": Mathematical}
_UNTRACEABLE = (jax.errors.JAXTypeError, jax.errors.JAXIndexError)
_made: dict[Hashable, type[Component]] = {}  # one class per content, so that compiled functions are shared
_read: deque[tuple[Any, tuple[Registry, ...], Component]] = deque(
    maxlen=32
)  # the latest modules, as what they were read


def read_component(module: Any) -> Component | None:
    """The component that a module is; None for what is no module with parameters that can be called.

    Raises:
        ModelError: A module that cannot be a component; the message says why.
    """
    if (
        not isinstance(module, eqx.Module)
        or not callable(module)
        or isinstance(module, (AbstractVariable, AbstractConstraint))
    ):
        return None
    if not isinstance(module, PyroxModule) and not held_variables(module):
        return None
    state = _states(module)
    for known, then, component in _read:  # the same object twice is one parameter
        if known is module and then == state:
            return component
    told = declarations(module, _call)
    make: Any = _component_class(module, told)
    component: Component = make(**{each.name: each.variable for each in told})
    _read.append((module, state, component))
    return component


def _states(module: Any) -> tuple[Registry, ...]:
    """What has been registered in a module and those inside it."""
    return tuple(each._pyrox_state for each in parameterized_modules(module))


def _call(module: Any, E: Any, T: Any = None) -> Any:
    return module(E, T) if _takes_time(module) else module(E)


def _takes_time(module: Any) -> bool:
    return "T" in inspect.signature(module).parameters


def _component_class(module: Any, told: tuple[ModuleParameter, ...]) -> type[Component]:
    key = (_name(module), tuple((each.name, each.site is None) for each in told), _content(module))
    if key not in _made:
        _made[key] = _make_class(module, told)
    return _made[key]


def _name(module: Any) -> str:
    named = getattr(module, "pyrox_name", None)
    return named if isinstance(named, str) and named else type(module).__name__


def _make_class(module: Any, told: tuple[ModuleParameter, ...]) -> type[Component]:
    name, kind, home = _name(module), getattr(module, "kind", "add"), type(module)
    check_free(name, 'pyrox_name = "mine"')
    if kind not in _KINDS:
        raise ModelError(f"{home.__name__} has an unknown kind", got=kind, allowed=", ".join(_KINDS))
    timed = _takes_time(module)

    def spectrum(self: Component, x: Energy, p: Mapping[str, Any], T: Any = None) -> Any:
        x = x.shifted(self.redshift) if kind == "add" else x  # pyright: ignore[reportAttributeAccessIssue]
        return _evaluate(module, told, p, x.E, needs_time(self, T) if timed else None)

    def contents(self: Component) -> Any:
        return module, {key: getattr(self, key) for key in (*[each.name for each in told], *self.settings(), "name")}

    fields = {each.name: _field(each) for each in told}
    body = {
        "__doc__": inspect.getdoc(home) or f"The module {home.__name__}.",
        "__module__": __name__,
        "__annotations__": {**dict.fromkeys(fields, Any), "formula": ClassVar, "absorbs": ClassVar},
        "__reduce__": lambda self: (_remade, contents(self)),
        "formula": getattr(home, "formula", rf"\mathrm{{{name}}}(E)"),
        "absorbs": getattr(module, "absorbs", None),
        "spectrum": spectrum,
        **fields,
    }
    base: Any = _KINDS[kind]
    return register_saving(type(base)(name, (base,), body), contents, SavedModule)


def _field(told: ModuleParameter) -> Any:
    """A parameter whose default is the variable itself, so that its limits and its prior come along."""
    words = words_of(told.variable)
    known = {key: words[key] for key in ("prior", "unit", "label", "doc", "log") if key in words}
    made: Any = parameter(
        float(told.variable.value), **{"label": rf"\mathrm{{{told.name}}}", "doc": told.name, **known}
    )
    return eqx.field(default=told.variable, metadata=dict(made.metadata))


def _evaluate(module: Any, told: tuple[ModuleParameter, ...], p: Mapping[str, Any], E: Any, T: Any) -> Any:
    sites = {each.site: each.told(p[each.name]) for each in told if each.site is not None}
    filled = _filled(module, told, p)
    try:
        curve = context.with_values(_call, sites, filled, E, T)
    except _UNTRACEABLE as error:
        hint = "Use jax.numpy instead of numpy or math, and jax.numpy.where instead of if."
        raise ModelError(f"{_name(module)} cannot be compiled: {type(error).__name__}", hint=hint) from error
    if np.shape(curve) not in ((), np.shape(E)):
        allowed = f"the shape of E, here {np.shape(E)}"
        raise ModelError(f"{_name(module)} must give one value for each energy", got=np.shape(curve), allowed=allowed)
    return curve


def _filled(module: Any, told: tuple[ModuleParameter, ...], p: Mapping[str, Any]) -> Any:
    """The module with the present values in the variables of its fields."""
    values = {path: each.told(p[each.name]) for each in told for path in each.paths}
    if not values:
        return module
    return jtu.tree_map_with_path(
        lambda path, x: Tagged(values[jtu.keystr(path)]) if isinstance(x, AbstractVariable) else x,
        module,
        is_leaf=lambda x: isinstance(x, AbstractVariable),
    )


def _content(node: Any) -> Hashable:
    """What two modules of one structure have in common: all but tokens and what is a parameter of a fit."""
    match node:
        case AbstractVariable():
            return "variable", _functions(node)
        case PyroxSample() | PyroxParam():
            return "site"
        case Registry():
            told = ((name, _functions(each.init), each.prior) for name, each in node.entries.items())
            return tuple((name, fns, prior if is_function(prior) else None) for name, fns, prior in told)
        case Token():
            return None
        case eqx.Module():
            held = node.__dict__
            return type(node), tuple(
                (f.name, _content(held[f.name])) for f in dataclasses.fields(node) if f.name in held
            )
        case list() | tuple():
            return type(node), tuple(map(_content, node))
        case dict():
            return tuple((key, _content(value)) for key, value in node.items())
        case np.ndarray() | jax.Array():
            array = np.asarray(node)
            return array.dtype.str, array.shape, array.tobytes()
        case Hashable():
            return node
        case _:
            return id(node)  # its module keeps it alive


def _functions(variable: Any) -> Hashable:
    """The functions through which a derived variable is computed."""
    return (_content(variable.fn), _functions(variable.raw_value)) if isinstance(variable, Derived) else None


class SavedModule:
    """The name by which files know modules as components, whose classes are made at run time; never instantiated."""


def _remade(module: Any, state: Mapping[str, Any]) -> Component:
    told = declarations(module, _call)
    if not {each.name for each in told} <= {
        *state
    }:  # a file of an earlier version: sources in the place of what is derived
        told = declarations(module, _call, ties=False)
    return _component_class(module, told)(**state)


register_pytree_type(
    SavedModule, flatten=lambda s: ((), s), unflatten=lambda s, _: s, deserializer=lambda saved: _remade(*saved)
)
register_pytree_type(  # no leaves: a site in waiting belongs to the structure of the module that holds it
    PyroxSample,
    flatten=lambda s: ((), s),
    unflatten=lambda s, _: s,
    serializer=lambda s: s.prior if is_function(s.prior) else as_prior(s.prior),
    deserializer=PyroxSample,
)
register_pytree_type(
    Registry,
    flatten=lambda r: ((), r),
    unflatten=lambda r, _: r,
    serializer=lambda r: (r.mode, {name: _entry_facts(each) for name, each in r.entries.items()}),
    deserializer=lambda saved: Registry(
        {name: Entry(**facts) for name, facts in saved[1].items()}, saved[0], new_token()
    ),
)


def _entry_facts(entry: Entry) -> dict[str, Any]:
    """A registered parameter as values that a file can hold: NumPyro's objects as ours."""
    prior: Any
    prior, facts = entry.prior, {field.name: getattr(entry, field.name) for field in dataclasses.fields(entry)}
    ours = prior if prior is None or is_function(prior) else as_prior(prior)
    return {**facts, "prior": ours, "constraint": limits_of(entry.constraint)}
