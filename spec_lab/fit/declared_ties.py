"""What a model's variables say about each other: derived values, ties and shared objects.

A component may hold `Derived(fn, x)`: then the field follows `x`, which gets a slot of its own behind the model's, called after
the field (`logA_raw`). A whole model may stand in a `Tie`. Both become ties of the fit, written as text. And an object that
stands in two places, be it a variable, a component or a whole model, is one parameter: pytrees forget this, so it is read once,
when pairs are made, and written down as links. All this is read here; a `Setup` keeps it.
"""

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from spec_lab._base import ParameterError, decimal
from spec_lab.fit import ties
from spec_lab.fit.formula import Formula, formula_of
from spec_lab.models import Model, variable_at
from spec_lab.priors import Prior, logunif, unif
from spec_lab.variables import AbstractVariable, Derived, Tagged, named_variables
from spec_lab.variables import Tie as TreeTie

_DECADES = 1e3
LocalTies = tuple[
    tuple[int, str], ...
]  # (parameter of one model, from 1; expression in `par[n]` of the same numbering)


class RawSource(NamedTuple):
    """What a derived parameter of a model is computed from.

    Attributes:
        index: The derived parameter in the order of theta.
        component: Its component.
        name: Of the slot that holds the source.
        formula: Expression in `par[1]`.
        variable: The variable, or the bare array.
    """

    index: int
    component: str
    name: str
    formula: str
    variable: Any


def fields(model: Model) -> list[Any]:
    """What each parameter field of a model holds, in the order of theta."""
    return [getattr(leaf, name) for leaf in model.leaves() for name, _ in leaf.slots()]


def raw_sources(model: Model) -> tuple[RawSource, ...]:
    """The sources of the derived parameters of a model as `written` gives it, in the order of theta.

    A derived variable whose function is no formula is none: files of earlier versions hold such, as parameters of their own.
    """
    found = [(i, v) for i, v in enumerate(fields(model)) if isinstance(v, Derived) and isinstance(v.fn, Formula)]
    if not found:
        return ()
    named = model.parameters
    return tuple(
        RawSource(i, named[i].component, f"{named[i].name}_raw", v.fn.text, _same_quantity(v.raw_value))
        for i, v in found
    )


def _same_quantity(variable: Any) -> Any:
    """The variable inside wrappers that only add words."""
    while isinstance(variable, Tagged) and isinstance(variable.raw_value, AbstractVariable):
        variable = variable.raw_value
    return variable


def _base(derived: Derived) -> Any:
    base = _same_quantity(derived.raw_value)
    return _base(base) if isinstance(base, Derived) else base


def _composed(derived: Derived) -> Any:
    inside = _same_quantity(derived.raw_value)
    if not isinstance(inside, Derived):
        return derived.fn
    first = _composed(inside)
    return lambda x: derived.fn(first(x))


def _number(variable: Any) -> Any:
    return variable.value if isinstance(variable, AbstractVariable) else variable


def written(model: Any) -> tuple[Model, LocalTies]:
    """A model as a fit keeps it: functions of derived parameters as formulas, and the ties around it taken off and written.

    Raises:
        ParameterError: A function that has no formula, or a tie of something that is no parameter.
    """
    declared: LocalTies = ()
    if isinstance(model, TreeTie):
        model, declared = _untied(model)
    found = [(i, v) for i, v in enumerate(fields(model)) if isinstance(_same_quantity(v), Derived)]
    named = model.parameters if found else ()
    changes = {id(v): _with_formula(v, f"{named[i].component}.{named[i].name}") for i, v in found}
    return (_replaced(model, changes) if changes else model), declared


def _with_formula(variable: Any, what: str) -> Derived:
    derived = _same_quantity(variable)
    base = _base(derived)
    formula = formula_of(_composed(derived), [decimal(_number(base))], what)
    return Derived(Formula(formula), base, metadata=variable.metadata)


def _replaced(node: Any, changes: Mapping[int, Any]) -> Any:
    """A model with some of its variables (by id) replaced; all others stay the very objects they are."""
    new = copy.copy(node)
    for field in dataclasses.fields(node):
        value = vars(node).get(field.name)
        if isinstance(value, Model):
            object.__setattr__(new, field.name, _replaced(value, changes))
        elif id(value) in changes:
            object.__setattr__(new, field.name, changes[id(value)])
    return new


def _untied(tied: TreeTie) -> tuple[Model, LocalTies]:
    """The model inside a `Tie`, with the variables that were there, and its ties in numbers of its parameters."""
    if not isinstance(tied.tree, Model):
        raise ParameterError(
            "a Tie in a pair must hold a model",
            got=type(tied.tree).__name__,
            hint='Tie(cpl() + bb(), "left.logA", "right.logA")',
        )
    plain: Any = tied
    for link in tied.links:
        plain = plain.untie(link.target)
    held = fields(plain)
    place = {path: _parameter_at(path, plain, held) for k in tied.links for path in (k.target, *k.sources)}
    declared = []
    for link in tied.links:
        values = [decimal(_number(held[place[source] - 1])) for source in link.sources]
        formula = "par[1]" if link.fn is None else formula_of(link.fn, values, f"the tie of {link.target}")
        numbers = {i: place[source] for i, source in enumerate(link.sources, start=1)}
        declared.append((place[link.target], ties.renumbered(formula, numbers)))
    return plain, tuple(declared)


def _parameter_at(path: str, plain: Model, held: Sequence[Any]) -> int:
    """The number (from 1) of the parameter at a path of the tied tree."""
    there = named_variables(plain).get(path)
    found = [i for i, variable in enumerate(held, start=1) if variable is there]
    if len(found) != 1:
        raise ParameterError("a Tie in a pair must tie parameters of the model", got=path)
    return found[0]


def apart(model: Model) -> Model:
    """A copy that shares no variable with the model; what the model shares within itself stays shared."""
    known: dict[int, Any] = {}
    return model.refilled(lambda variable: copy.deepcopy(variable, known))


def identities(model: Model) -> list[tuple[Any, ...]]:
    """For each slot of a model (its parameters, then its sources) a key that is equal where the object is the same."""
    sources = raw_sources(model)
    derived = {source.index: ("derived", id(source.variable), source.formula) for source in sources}
    places = [(leaf, name) for leaf in model.leaves() for name, _ in leaf.slots()]
    keys = [derived.get(i) or _identity(leaf, name) for i, (leaf, name) in enumerate(places)]
    return keys + [("variable", id(source.variable)) for source in sources]


def _identity(leaf: Any, name: str) -> tuple[Any, ...]:
    variable = _same_quantity(getattr(leaf, name))
    # A bare number may be the same object by chance.
    return ("variable", id(variable)) if isinstance(variable, AbstractVariable) else (id(leaf), name)


Presented = dict[tuple[int, int], AbstractVariable]  # by the variable's id and its group


def present_model(model: Model, states: Sequence[tuple[float, bool, bool, int]], known: Presented) -> Model:
    """A model at other values; what is still derived stays derived, and what is shared and still linked stays shared.

    Args:
        model: The model.
        states: For each of its slots the value, whether it is frozen, whether it is tied, and its group.
        known: Variables that other models of the set-up have been given already; new ones are added.
    """

    def at(variable: Any, state: tuple[float, bool, bool, int]) -> AbstractVariable:
        value, frozen, _, group = state
        key = id(variable), group
        if key not in known:
            known[key] = variable_at(variable, value, frozen)
        return known[key]

    sources = {s.index: (s, states[model.size + k]) for k, s in enumerate(raw_sources(model))}
    numbers = iter(range(model.size))

    def fill(variable: Any) -> Any:
        i = next(numbers)
        if i not in sources or not states[i][2]:
            return at(variable, states[i])
        source, raw = sources[i]
        return Derived(Formula(source.formula), at(source.variable, raw), metadata=variable.metadata)

    return model.refilled(fill)


def inherited_prior(formula: str, prior: Prior | None, at: float, limits: tuple[float, float]) -> Prior | None:
    """The prior of a source that says nothing itself: what gives the derived parameter its own, where that is uniform.

    A source that its formula stretches evenly is uniform too; one whose logarithm it stretches evenly is log-uniform, up to three
    decades from its present value (beyond, a bound would be nothing on the scale of the interval); any other is uniform where the
    derived value stays in its range. None where no such range is found around the present value.
    """
    if prior is None or prior.family != "unif":
        return None
    low, high = prior.support

    def inside(x: float) -> bool:
        return limits[0] <= x <= limits[1] and low <= ties.number(formula, lambda _: x) <= high

    left, right = (_last_inside(inside, at, step) for step in (-1.0, 1.0))
    if left is None or right is None or not left < right:
        return None
    middle = 0.5 * (low + high)
    if left > 0 and _near(ties.number(formula, lambda _: (left * right) ** 0.5), middle, high - low):
        return logunif(max(left, at / _DECADES), min(right, at * _DECADES))
    return unif(left, right)


def _last_inside(inside: Callable[[float], bool], at: float, direction: float) -> float | None:
    """The end of the interval around `at` that passes; None where `at` does not, or the interval has no end."""
    scale = abs(at) or 1.0
    reach = [at + direction * scale * 2.0**k for k in range(-20, 60)]
    if direction * at < 0:  # towards zero: most of what a logarithm covers lies there
        reach = [at * 0.5**k for k in range(1, 60)] + [0.0] + [direction * scale * 2.0**k for k in range(-60, 60)]
    bad = next((x for x in reach if not inside(x)), None)
    if bad is None or not inside(at):
        return None
    good = [at, *reach][reach.index(bad)]
    for _ in range(60):
        half = (good * bad) ** 0.5 if good * bad > 0 and good > 0 else 0.5 * (good + bad)
        good, bad = (half, bad) if inside(half) else (good, half)
    return float(f"{good:.6g}")


def _near(value: float, expected: float, width: float) -> bool:
    return abs(value - expected) < 1e-3 * width
