"""The edit of a setting of a component (redshift, pivot energy, ...): the model is made anew with it, everything else stays."""

import dataclasses
from typing import Any

import attrs
import equinox as eqx

from spec_lab._base import ParameterError
from spec_lab.fit.edits import Edit
from spec_lab.fit.model_edits import SetModel
from spec_lab.fit.setup import Setup
from spec_lab.models import Component, Model


@attrs.frozen(eq=False)
class SetSetting(Edit):
    """Give a setting another value. Pairs that share the model change together.

    A parameter that exists under both settings keeps all its state; one that comes starts as its component says.
    """

    number: int
    value: Any

    def apply(self, setup: Setup) -> Setup:
        pair, leaf, key = self._place(setup)
        old = setup.pairs[pair].model
        new = with_setting(old, leaf, key, self.value)
        for i, each in enumerate(setup.pairs):
            if each.model is old:
                setup = SetModel(new, i + 1).apply(setup)
        return setup

    def _place(self, setup: Setup) -> tuple[int, int, str]:
        """Pair and component, from 0, and the name of the setting."""
        rows = [
            (i, j, key)
            for i, pair in enumerate(setup.pairs)
            for j, leaf in enumerate(pair.model.leaves())
            for key in leaf.settings()
        ]
        if not 1 <= self.number <= len(rows):
            raise ParameterError("there is no such setting", got=self.number, allowed=f"1 to {len(rows)}")
        return rows[self.number - 1]

    def as_code(self) -> str:
        return f"infer.cfg[{self.number}].val = {self.value!r}"


def with_setting(model: Model, leaf: int, key: str, value: Any) -> Model:
    """The model with one setting of one component changed.

    Args:
        model: Any model.
        leaf: Which component, from 0.
        key: Name of the setting.
        value: Its new value.

    Raises:
        ParameterError: The component does not take the value.
    """
    old: Any = model.leaves()[leaf]
    new = _remade(old, key, value)
    return new if old is model else eqx.tree_at(lambda m: m.leaves()[leaf], model, new)


def _remade(old: Any, key: str, value: Any) -> Component:
    def setting(name: str) -> Any:
        return value if name == key else getattr(old, name)

    given: dict[str, Any] = {}
    for field in dataclasses.fields(old):
        declared = field.metadata.get("parameter")
        if not field.init or (declared and declared.when and setting(declared.when[0]) != declared.when[1]):
            continue
        given[field.name] = setting(field.name)
    return type(old)(**given)
