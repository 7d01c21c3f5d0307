"""What the parameters of a module are, in whatever dialect it is written: the sites it asks for, and the variables in its fields.

The module is called while the bridge listens (nothing is drawn): `register_param`, `set_prior`, `pyrox_param` and `pyrox_sample`
each say something of a site, and what was said becomes one variable with value, limits and prior. It is called twice, with other
values of its random sites, so that a prior which depends on them is found out. A `Fixed` variable stays fixed; a `Derived` one
stays derived, so that the fit ties it to its source. If its function has no formula, which a tie needs, the source alone is the
parameter and the module is called with what the function makes of it. What cannot be said of a parameter of a fit (a site with
many values, a prior that depends on another site, a site made behind the bridge's back) is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import jax.tree_util as jtu
import numpy as np
from numpy.typing import ArrayLike
from numpyro import handlers

from spec_lab._base import ModelError, ParameterError
from spec_lab.bridge import context
from spec_lab.bridge.descriptors import PyroxParam, PyroxSample
from spec_lab.bridge.distribution import prior_of
from spec_lab.bridge.module import PyroxModule
from spec_lab.bridge.parameterized import Parameterized
from spec_lab.bridge.support import AnyConstraint, bounds_of, constraint_between, constraint_of
from spec_lab.fit import Formula, formula_of
from spec_lab.models import Curve, Scalar
from spec_lab.priors import Prior, as_prior
from spec_lab.variables import (
    AbstractConstraint,
    AbstractVariable,
    Constrained,
    Derived,
    Fixed,
    Tagged,
    is_variable,
    words_of,
)

ENERGIES, TIME = np.array([10.0, 20.0, 40.0]), 1.0  # keV and s, of the calls that are listened to
STAND_INS = (0.5, 0.75)  # of random sites in them


class ModuleParameter(NamedTuple):
    """One parameter of a module.

    Attributes:
        name: Of the parameter in the fit.
        site: Whole name of its site; None where a field holds it and no site is made of it.
        variable: Value, limits, prior, words.
        paths: The fields that hold it.
        function: What the module is called with is this function of the parameter; None: the parameter itself.
    """

    name: str
    site: str | None
    variable: AbstractVariable
    paths: tuple[str, ...] = ()
    function: Callable[[Scalar], Scalar] | None = None

    def told(self, value: Scalar) -> Scalar:
        """What the module is called with at a value of the parameter."""
        return value if self.function is None else self.function(value)

    @property
    def scope(self) -> str:
        """The module, within the one that is asked about, that says or holds it."""
        return (self.site or self.paths[0]).rpartition(".")[0]


def declarations(module: eqx.Module, call: Callable[..., Curve], ties: bool = True) -> tuple[ModuleParameter, ...]:
    """Every parameter of a module, in the order in which it speaks of them.

    Args:
        module: The module.
        call: `f(module, E, T)`, which gives one number for each energy, keV; `T` in s.
        ties: Whether derived parameters stay derived. Else their sources take their places, as in files of earlier versions.

    Raises:
        ModelError: A site that is no parameter of a fit.
    """
    said, other = (_listen(module, call, stand_in) for stand_in in STAND_INS)
    title, held = type(module).__name__, held_variables(module)
    found: list[ModuleParameter] = []
    sources: dict[
        tuple[str, int], AbstractVariable
    ] = {}  # by the module that holds them, so that class defaults are apart
    for site, facts in said.items():
        name, init = _short(module, site), facts.get("init")
        each = ModuleParameter(name, site, _variable(f"{title}.{name}", facts), _paths(held, init))
        _refuse_hierarchy(f"{title}.{name}", each.variable, other.get(site))
        found.append(_still_derived(each, init) if facts.get("prior") is None else each)
        sources[each.scope, id(init)] = each.variable
    registered = {path for each in found for path in each.paths}
    for path, variable in held:
        if path not in registered:
            each = ModuleParameter(_word(path), None, _told_of(f"{title}.{_word(path)}", variable), (path,))
            found.append(_still_derived(each, variable))
            sources[each.scope, id(variable)] = each.variable
    found = [_with_source(title, each, sources, ties) for each in found]
    _refuse_double(title, [each.name for each in found])
    return tuple(found)


def _paths(held: list[tuple[str, AbstractVariable]], init: Any) -> tuple[str, ...]:
    return tuple(path for path, variable in held if variable is init)


def _told_of(title: str, variable: AbstractVariable) -> AbstractVariable:
    """A variable of a field as a parameter of a fit."""
    return _variable(title, {"init": variable, "constraint": constraint_of(variable), "prior": prior_of(variable)})


def _still_derived(each: ModuleParameter, init: Any) -> ModuleParameter:
    derived = isinstance(init, AbstractVariable) and isinstance(_inside(init), Derived)
    return each._replace(variable=init) if derived else each


def _with_source(
    title: str, each: ModuleParameter, sources: dict[tuple[str, int], AbstractVariable], ties: bool
) -> ModuleParameter:
    """A derived parameter with its function as a formula and a source that no other module shares; others as they are."""
    chain = _chain(each.variable)
    if len(chain) == 1:
        return each
    key, raw = (each.scope, id(chain[-1])), each.name + "_raw" * (len(chain) - 1)
    if key not in sources:
        base = chain[-1]
        sources[key] = _told_of(f"{title}.{raw}", base if isinstance(base, AbstractVariable) else Tagged(base))
    source, function = sources[key], _composed([link.fn for link in chain if isinstance(link, Derived)])
    try:
        formula = formula_of(function, [float(source.value)], f"{title}.{each.name}") if ties else None
    except ParameterError:  # a table, a choice, a loop: no tie, but a function of the source all the same
        formula = None
    if formula is None:
        return each._replace(name=raw, variable=source, function=function)
    return each._replace(variable=Derived(Formula(formula), source, metadata=words_of(each.variable)))


def _composed(functions: list[Callable[[Scalar], Scalar]]) -> Callable[[Scalar], Scalar]:
    """One function of several, of which the last comes first."""

    def function(x: Scalar) -> Scalar:
        for each in reversed(functions):
            x = each(x)
        return x

    return function


def held_variables(module: eqx.Module) -> list[tuple[str, AbstractVariable]]:
    """The variables in the fields of a module, with their paths."""
    leaves = jtu.tree_leaves_with_path(module, is_leaf=is_variable)
    return [(jtu.keystr(path), leaf) for path, leaf in leaves if isinstance(leaf, AbstractVariable)]


def _inside(variable: AbstractVariable) -> AbstractVariable:
    """The variable inside wrappers that only add words."""
    while isinstance(variable, Tagged) and isinstance(variable.raw_value, AbstractVariable):
        variable = variable.raw_value
    return variable


def _chain(variable: AbstractVariable | ArrayLike) -> list[AbstractVariable | ArrayLike]:
    """A variable and, through `Derived` ones, what it is computed from."""
    inside = _inside(variable) if isinstance(variable, AbstractVariable) else variable
    return [inside, *(_chain(inside.raw_value) if isinstance(inside, Derived) else ())]


def _listen(module: eqx.Module, call: Callable[..., Any], stand_in: float) -> context.Declared:
    def speak() -> Any:
        for each in parameterized_modules(module):
            each.load_pyro_samples()
        return call(module, jnp.asarray(ENERGIES), TIME)

    with handlers.block(), handlers.trace() as sites, handlers.seed(rng_seed=0):
        said, curve = context.declared_in(speak, stand_in)
    title = type(module).__name__
    hidden = [name for name, site in sites.items() if site["type"] != "deterministic" and name not in said]
    if hidden:
        raise ModelError(
            f"{title} makes the site {hidden[0]!r} with NumPyro itself, which no fit would hear of",
            hint="Use self.pyrox_sample, self.pyrox_param or register_param; data and factors belong to the fit.",
        )
    if curve is None or np.shape(curve) not in ((), ENERGIES.shape):
        got = "nothing" if curve is None else f"shape {np.shape(curve)}"
        raise ModelError(f"{title} must give one value for each energy", got=got, allowed="the shape of E")
    _refuse_unused(module, said)
    return said


def parameterized_modules(module: eqx.Module) -> list[Parameterized]:
    """The Parameterized modules of a tree, outermost first."""
    found = [module] if isinstance(module, Parameterized) else []
    inside = jtu.tree_leaves(module, is_leaf=lambda x: isinstance(x, Parameterized) and x is not module)
    return found + [
        each for below in inside if isinstance(below, Parameterized) for each in parameterized_modules(below)
    ]


def _refuse_unused(module: eqx.Module, said: context.Declared) -> None:
    """A `PyroxSample` or `PyroxParam` in a field that the call never uses would be dropped in silence."""
    used = {id(facts.get(key)) for facts in said.values() for key in ("given_prior", "init")}
    is_site = lambda x: isinstance(x, (PyroxSample, PyroxParam))  # noqa: E731
    for path, leaf in jtu.tree_leaves_with_path(module, is_leaf=is_site):
        if is_site(leaf) and not used & {id(leaf), id(leaf[0] if isinstance(leaf, PyroxParam) else leaf.prior)}:
            where = jtu.keystr(path)
            raise ModelError(
                f"{type(module).__name__}{where} is a site that the call never uses",
                hint=f"Use it: self.pyrox_sample({_word(where)!r}, self{where}).",
            )


def _refuse_hierarchy(title: str, variable: AbstractVariable, other: Mapping[str, Any] | None) -> None:
    again = None if other is None else _variable(title, other)
    if again is None or (words_of(again), again.value) != (words_of(variable), variable.value):
        raise ModelError(
            f"what {title} is depends on another parameter: its prior or its start",
            got=None if again is None else f"{words_of(variable)} and {words_of(again)}",
            allowed="numbers",
            hint="Hierarchies belong into a NumPyro model of your own.",
        )


def _refuse_double(title: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"{title} has two parameters called {name!r}", hint="Give one another name.")


def _short(module: eqx.Module, site: str) -> str:
    """A site's name in the fit: without the scope of the module itself, as one word."""
    own = f"{module._pyrox_fullname('')}" if isinstance(module, PyroxModule) else ""
    return _word(site.removeprefix(own))


def _word(path: str) -> str:
    return "_".join(filter(None, "".join(c if c.isalnum() or c == "_" else " " for c in path).split()))


def _variable(title: str, facts: Mapping[str, Any]) -> AbstractVariable:
    """One variable of all that was said of a site."""
    init, prior = facts.get("init"), facts.get("prior")
    prior = None if prior is None else as_prior(prior)
    words = words_of(init) if isinstance(init, AbstractVariable) else {}
    words = words if prior is None else {**words, "prior": prior}
    if isinstance(init, Fixed):
        return Fixed(init, metadata=words)
    limits = limits_of(facts.get("constraint"), title)
    value = _start(title, init, prior)
    return Tagged(value, metadata=words) if limits is None else Constrained(limits, value, metadata=words)


def _start(title: str, init: Any, prior: Prior | None) -> float:
    if init is None and prior is not None:
        return float(prior.median)
    if callable(init) and not isinstance(init, AbstractVariable):
        raise ParameterError(f"{title} starts at a function of a key", got=init, allowed="a number or a variable")
    if init is None:
        raise ParameterError(f"{title} has neither a start value nor a prior", hint="Give it one of them.")
    value = np.asarray(init.value if isinstance(init, AbstractVariable) else init, dtype=float)
    if value.shape != ():
        raise ParameterError(f"{title} holds many values", got=f"shape {value.shape}", allowed="one number a parameter")
    return float(value)


def limits_of(constraint: AnyConstraint | None, title: str = "a parameter") -> AbstractConstraint | None:
    """The limits that a constraint says, NumPyro's or ours; None for the real line.

    Raises:
        ParameterError: The constraint is no interval.
    """
    if constraint is None or isinstance(constraint, AbstractConstraint):
        return constraint
    bounds = bounds_of(constraint)
    if bounds is None:
        raise ParameterError(f"{title} has a constraint that is no interval", got=constraint)
    return constraint_between(*map(float, bounds))
