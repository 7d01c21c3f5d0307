"""Which fit a model took part in last: so that `model.best_ergflux(10, 1000)` works after one, as code for bayspec has it.

The model a person made and its components are remembered by identity, weakly; nothing is stored in them. What is read is the
outcome of the last run, which is kept as long as the model is: also where the `Infer` is gone, as after a function that fits and
returns. So that the outcome does not keep the model in turn, its set-up has copies of the models.
"""

import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab._base import ModelError
from spec_lab.engines import Outcome
from spec_lab.fit import PairSpec, Problem, Setup
from spec_lab.models import Model
from spec_lab.results.estimates import is_posterior, sample_of, some_draws

if TYPE_CHECKING:
    from spec_lab.infer.engines import Engines


class Place(NamedTuple):
    """Where a model stands in a fit: the run, and the `Infer` that ran it, if it is still there, for its compiled programs."""

    outcome: Outcome
    infer: "weakref.ref[Engines]"
    pair: int
    columns: tuple[int, ...]


_places: dict[int, tuple["weakref.ref[Model]", Place]] = {}


def remember(infer: "Engines") -> None:
    """Write down that the last outcome of an `Infer` is the last of its models."""
    assert infer.outcome is not None
    outcome, known = _without_the_models(infer.outcome), weakref.ref(infer)
    for number, pair in enumerate(infer.setup.pairs):
        first, whole = 0, pair.model
        for model in whole.leaves():
            _write(model, Place(outcome, known, number, tuple(range(first, first + model.size))))
            first += model.size
        _write(whole, Place(outcome, known, number, tuple(range(whole.size))))


def with_values(setup: Setup, pair: int) -> Model:
    """The model of a pair at a set-up's values; it knows of the last fit what the model it was made of knows."""
    original, moved = setup.pairs[pair].model, setup.model(pair)
    for known, model in zip((original, *original.leaves()), (moved, *moved.leaves()), strict=True):
        first, place = _places.get(id(known), (None, None))
        if first is not None and first() is known and place is not None:
            _write(model, place)
    return moved


def _without_the_models(outcome: Outcome) -> Outcome:
    """An equal outcome whose set-up holds copies of the models."""
    return outcome.replace(setup=outcome.setup.replace(pairs=tuple(map(_copied, outcome.setup.pairs))))


def _copied(pair: PairSpec) -> PairSpec:
    """The pair with a copy of its model: that of the fit before, where there was one of the same data."""
    first, place = _places.get(id(pair.model), (None, None))
    if first is not None and first() is pair.model and place is not None:
        copy = place.outcome.setup.pairs[place.pair]
        if copy.data is pair.data and copy.ties == pair.ties and len(place.columns) == copy.model.size:
            return copy
    return pair.replace(model=pair.model.with_values(pair.model.theta))


def _write(model: Model, place: Place) -> None:
    key = id(model)
    _places[key] = (weakref.ref(model, lambda _: _places.pop(key, None)), place)


class ModelInFit:
    """A model beside the outcome of the fit it took part in.

    Args:
        outcome: The run.
        infer: What was run, if it is still there; its compiled programs are used.
        pair: Number of the pair, from 0.
        columns: Which of the pair's model parameters are the model's.

    Attributes:
        time: Of the pair's data, s.
    """

    def __init__(self, outcome: Outcome, infer: "Engines | None", pair: int, columns: tuple[int, ...]):
        self._problem, self._outcome = Problem(outcome.setup, None if infer is None else infer.problem), outcome
        self._pair, self._columns = pair, list(columns)
        self.time: float | None = outcome.setup.pairs[pair].data.units[0].time

    def _at(self, free: Float[np.ndarray, "s n"]) -> Float[np.ndarray, "s p"]:
        slots = slice(*self._problem.layout.pairs[self._pair].slots)
        return self._problem.map_blocks(_thetas, self._problem.pad(free))[:, slots][:, self._columns]

    @cached_property
    def thetas(self) -> Float[np.ndarray, "s p"]:
        """Its parameters at the draws, 1000 at most."""
        return self._at(some_draws(self._outcome, 1000))

    def theta(self, point: str) -> Float[np.ndarray, "p"]:
        """Its parameters at the mean, median, best, best_ci or truth of the draws.

        Raises:
            ModelError: The fit knows no such point.
        """
        sample, bayesian = sample_of(self._outcome), is_posterior(self._outcome)
        truth = None if bayesian else np.asarray(self._outcome.best)
        free = truth if point == "truth" else getattr(sample, point)
        if free is None:
            why = "a posterior has no truth" if point == "truth" else "no draw lies in all 1σ intervals at once"
            raise ModelError(f"the last fit knows no {point} parameters", got=why, allowed="mean, median, best")
        return self._at(np.asarray(free)[None])[0]


def _thetas(view: Any, space: Any, xs: Any) -> Any:
    import jax

    return jax.vmap(lambda x: view.theta(space, x))(xs)


def fitted_model(model: Model) -> ModelInFit:
    """What the last fit with a model (or one whose component it is) knows of it.

    Raises:
        ModelError: It took part in no fit.
    """
    known, place = _places.get(id(model), (None, None))
    if known is None or known() is not model or place is None:
        raise ModelError(
            f"{model.expression} took part in no fit yet",
            hint="Run one: infer = BayesInfer([(data, model)]); infer.preview(). Then ask this very model.",
        )
    return ModelInFit(place.outcome, place.infer(), place.pair, place.columns)
