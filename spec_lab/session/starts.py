"""Starts: the model brought near the data, of itself where it has just changed, as an offer where a person wrote the fit.

What a person gave stays (`Setup.value_origin` says what that is), and so does what an earlier fit found: beside it only what is
new moves. `far_off` says whether a model is so far from the counts that the offer is worth a line on the screen.

Not here: how a start is found (`fit.guess`).
"""

from collections.abc import Set
from typing import ClassVar

import attrs
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.engines import quick_fit
from spec_lab.fit import Edit, Origin, Problem, SetModel, Setup
from spec_lab.fit.guess import Guess
from spec_lab.models import Model
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import code_of
from spec_lab.session.command_registry import argument, command
from spec_lab.session.evaluation import Evaluation, UnitEvaluation
from spec_lab.session.start_search import SearchedEdit, expressions

FAR = 3.0  # a model whose counts are so many times more or fewer than those observed is far off
SURE = 3.0  # standard deviations within which counts are not told from none


@command("guess")
class StartNearData(SearchedEdit):
    """Move what nobody gave to where the data suggest: values near a good fit, priors over the energies observed."""

    in_lesson: ClassVar[bool] = False

    def outline(self, setup: Setup) -> tuple[str, str]:
        return "looking for a start near the data", "infer.guess()"

    def edit(self, setup: Setup) -> Edit:
        return Guess.of(setup, quick_fit)


@command("set_model")
class GiveModel(SearchedEdit):
    """Give a pair (None: every pair) another model, or its expression.

    What both models have keeps its state; the rest starts near the data.
    """

    model: Model | str = argument(read.anything, typescript="string")
    pair: int | None = argument(read.anything, default=None)

    @property
    def _change(self) -> SetModel:
        model = self.model if isinstance(self.model, Model) else Model.parse(str(self.model))
        return SetModel(model, self.pair)

    def outline(self, setup: Setup) -> tuple[str, str]:
        change = self._change
        models = dict.fromkeys(expressions(change.apply(setup)))
        return f"compiling {'; '.join(models)}", change.as_code()

    def edit(self, setup: Setup) -> Edit:
        return NewModel.of(setup, self._change)


@attrs.frozen(eq=False)
class NewModel(Edit):
    """Another model, and a start near the data; `NewModel.of(setup, change)` looks for it, applying it puts it in place.

    Attributes:
        change: The model.
        before: The set-up it was made for.
        after: What it leads to.
        code: The start as Python; empty where the model stays as `change` leaves it.
    """

    change: SetModel
    before: Setup
    after: Setup
    code: str

    @classmethod
    def of(cls, setup: Setup, change: SetModel) -> "NewModel":
        """The edit for a set-up."""
        plain = change.apply(setup)
        after = near_data(plain, {slot.path for slot in setup.slots})
        return cls(change, setup, after, code_of(plain, after, ""))

    def apply(self, setup: Setup) -> Setup:
        if setup is not self.before:
            raise ParameterError(
                "the fit has changed while a start for the new model was sought", hint="Try it once more."
            )
        return self.after

    def as_code(self) -> str:
        return "; ".join(line for line in (self.change.as_code(), self.code) if line)

    @property
    def label(self) -> str:
        return self.change.label

    def remark(self, before: Setup, after: Setup) -> str:
        return self.change.remark(before, after)


def near_data(setup: Setup, known: Set[str]) -> Setup:
    """The set-up with what is new moved near the data; as it is where that gains nothing.

    Args:
        setup: The set-up.
        known: Paths of the parameters that were there before: they keep values and priors.
    """
    kept = [i for i in setup.free if setup.slots[i].path in known]
    held = setup.with_values({i: float(setup.values[i]) for i in kept}, Origin.GIVEN)
    for i in kept:
        held = held.with_prior(i, setup.priors[i], Origin.GIVEN)
    near = Guess.of(held).found
    if not Problem.of(near).stat() < Problem.of(setup).stat():
        return setup
    for i in kept:
        near = near.with_prior(i, setup.priors[i], setup.prior_origin(i))
        near = near.with_values({i: float(setup.values[i])}, setup.value_origin(i))
    return near


def offered(setup: Setup, evaluation: Evaluation | None) -> tuple[str, float] | None:
    """The unit that the model misses most, and how many times too many counts it has there; None where it is near."""
    if evaluation is None or not any(setup.value_origin(i) is not Origin.GIVEN for i in setup.free):
        return None
    factors = [(unit.name, factor) for unit in evaluation.units if (factor := far_off(unit)) is not None]
    return max(factors, key=lambda found: abs(np.log(found[1])), default=None)


def far_off(unit: UnitEvaluation) -> float | None:
    """How many times too many counts a model has in a unit; None where it is near the data, or cannot be computed."""
    seen = unit.used & np.isfinite(unit.data) & np.isfinite(unit.model)
    width = (unit.hi - unit.lo)[seen]
    counts, model = float(np.sum(unit.data[seen] * width)), float(np.sum(unit.model[seen] * width))
    error = SURE * float(np.sqrt(np.sum((unit.error[seen] * width) ** 2)))
    near = max(counts - error, 0.0) / FAR <= model <= FAR * max(counts + error, error)
    return None if near or not seen.any() else max(model, 1e-300) / max(counts, error, 1e-300)
