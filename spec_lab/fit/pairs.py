"""A pair: data, and the model that is to explain them."""

from functools import cached_property
from typing import Any

from spec_lab._base import ParameterError
from spec_lab.data import Data, DataUnit
from spec_lab.fit.declared_ties import LocalTies, written
from spec_lab.models import Model, as_model
from spec_lab.statistics import resolve
from spec_lab.tree import Struct, field
from spec_lab.variables import Tie


class PairSpec(Struct):
    """Data and a model, both immutable.

    Attributes:
        data: What was observed.
        model: What is to explain it.
        ties: What a `Tie` around the model said: (parameter of the model, from 1; expression in `par[n]` of the same numbers).
    """

    data: Data = field()
    model: Model = field()
    ties: LocalTies = field(static=True, default=())

    @cached_property
    def terms(self) -> tuple[tuple[int, ...], ...]:
        """For each additive term of the model its parameters, counted from 0."""
        return tuple(term.indices for term in self.model.terms)


def make_pair(pair: Any) -> PairSpec:
    """`(data, model)` or `(model, data)`, data also as a bare `DataUnit`.

    Raises:
        ParameterError: The argument is not such a pair, or a variable of the model says what a fit cannot hold.
        StatisticError: A unit asks for a statistic that does not exist.
    """
    if isinstance(pair, PairSpec):
        return pair
    wanted = "(Data, Model) or (Model, Data)"
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        alone = isinstance(pair, (Data, DataUnit, Model))
        hint = "Pairs come in a list, also a single one: Infer([(data, model)])." if alone else None
        raise ParameterError("a pair must be two things", got=type(pair).__name__, allowed=wanted, hint=hint)
    first, second = (as_model(each) or each for each in pair)
    if isinstance(first, (Model, Tie)):
        first, second = second, first
    if isinstance(first, DataUnit):
        first = Data({first.name or "unit": first})  # pyright: ignore[reportArgumentType]
    second, declared = written(second) if isinstance(second, (Model, Tie)) else (second, ())
    if not isinstance(first, Data) or not isinstance(second, Model):
        got = f"({type(pair[0]).__name__}, {type(pair[1]).__name__})"
        hint = "Write the model with parentheses: cpl(), not cpl." if isinstance(second, type) else None
        hint = f"Make a model of the text: Model.parse({second!r})." if isinstance(second, str) else hint
        raise ParameterError("a pair must join data and a model", got=got, allowed=wanted, hint=hint)
    if second.kind != "add":
        raise ParameterError(
            f"the model {second.expression!r} gives no photon spectrum",
            got=f"kind {second.kind!r}",
            allowed="an additive model",
            hint="Multiply it with an additive component, such as pl().",
        )
    for unit in first.units:
        resolve(
            unit.stat, has_background=unit.bkg is not None
        )  # an unknown statistic is told here, not at the first fit
    return PairSpec(first, second, declared)
