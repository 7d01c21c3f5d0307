"""Tutor: who knows the hidden best fit of a lesson, watches its steps, and draws new counts.

The best fit is found by the built-in method in a thread of its own, from where the parameters stand, from where they stood when
the lesson began, and from a few random places; a person who does better raises the bar for everybody. What it finds it
reports as actions, like every worker.
"""

from collections.abc import Callable
from typing import Any

from spec_lab.engines import Control, run_engine, simulate_units
from spec_lab.fit import Setup
from spec_lab.session.background import Worker
from spec_lab.session.command_registry import Command, method
from spec_lab.session.error_data import as_data
from spec_lab.session.evaluation import Evaluation
from spec_lab.session.fit_key import fit_key
from spec_lab.session.lesson import (
    Best,
    BestFound,
    Judged,
    Leave,
    Next,
    Recounted,
    Resample,
    Reveal,
    Shuffle,
    Teach,
    hidden_best,
    lesson_of,
    met,
)  # fmt: skip
from spec_lab.session.problems import Problems
from spec_lab.session.state import State

STARTS = 4
KEPT = 8


class Tutor:
    """The tutor of one session.

    Args:
        state: Gives the session's present state.
        dispatch: Takes reports.
        perform: Takes the commands of a person.
        problems: Where problems come from.
        hooks: Gives the functions of the `Infer` that replace its log-likelihood or prior.
    """

    def __init__(
        self,
        state: Callable[[], State],
        dispatch: Callable[[Any], State],
        perform: Callable[[Command], None],
        problems: Problems,
        hooks: Callable[[], dict[str, Any]],
    ):
        self._state, self._dispatch, self._perform = state, dispatch, perform
        self._problems, self._hooks = problems, hooks
        self._worker = Worker(self._find, "spec_lab-tutor")
        self._known: dict[Any, Best] = {}

    # -- what a person does, as Python ---------------------------------------------------------------------------------
    def perform(self, command: Command) -> None:
        """Do what a command of the lesson says."""
        self._perform(command)

    teach = method(Teach)
    leave = method(Leave)
    next = method(Next)
    shuffle = method(Shuffle)
    reveal = method(Reveal)
    resample = method(Resample)

    def recount(self, seed: int | None) -> None:
        """Draw new counts from the model in hand, see `Resample`."""
        state = self._state()
        lesson = lesson_of(state)
        chosen = lesson.seed + 1 if seed is None else int(seed)
        self._dispatch(Recounted(recounted(lesson.before.setup, state.setup, self._problems, chosen), chosen))

    # -- what the session asks -----------------------------------------------------------------------------------------
    def follow(self, state: State) -> None:
        """Find the hidden best fit of the question in hand, if it is not known; returns at once."""
        if state.lesson is not None and hidden_best(state) is None:
            self._worker.ask(state)

    def judge(self, evaluation: Evaluation | None) -> None:
        """Look at the statistic of the set-up in hand."""
        state = self._state()
        lesson, best = state.lesson, hidden_best(state)
        if lesson is None or evaluation is None or evaluation.setup is not state.setup:
            return
        if best is not None and evaluation.stat < best.stat:  # the pupil beats the tutor
            best = best._replace(values=tuple(map(float, state.setup.free_values)), stat=evaluation.stat)
            self._know(best)
            state = state.replace(lesson=lesson._replace(best=best))
        if (best is not None and lesson.start is None) or (not lesson.reached and met(state, evaluation.stat)):
            self._dispatch(Judged(lesson.at, evaluation.stat))

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until the best fit is found."""
        return self._worker.settle(timeout)

    def close(self) -> None:
        """End."""
        self._worker.close()

    def _find(self, state: State) -> None:
        asked = fit_key(state.setup)
        try:
            best = self._known.get(asked) or self._search(state.setup, lesson_of(state).before.setup, asked)
        except Exception as error:  # a model that cannot be fitted can still be played with
            self._dispatch(BestFound(None, str(as_data(error)["message"])))
            return
        self._know(best)

    def _search(self, setup: Setup, before: Setup, asked: tuple[Any, ...]) -> Best:
        places = [setup.free_values]
        if before.free == setup.free:
            places.append(before.free_values)
        problems = [self._problems.problem(setup.with_free(place)) for place in places]
        hooks = self._hooks()
        found = [run_engine("fit", problem, Control(), hooks, starts=STARTS) for problem in problems]
        best = min(found, key=lambda outcome: outcome.stat)
        return Best(asked, tuple(map(float, best.best)), float(best.stat))

    def _know(self, best: Best) -> None:
        self._known.pop(best.key, None)
        self._known[best.key] = best
        while len(self._known) > KEPT:
            self._known.pop(next(iter(self._known)))
        self._dispatch(BestFound(best))


def recounted(before: Setup, now: Setup, problems: Problems, seed: int) -> Setup:
    """The set-up with counts drawn from its model (the observed ones of `before` when `seed` is 0).

    Drawn from the observed data's exposures and backgrounds, and read with the energy windows in hand.
    """
    observed = before.pairs
    if seed:
        truth = problems.problem(
            now.replace(pairs=tuple(_filtered(p, n, p) for p, n in zip(observed, now.pairs, strict=True)))
        )
        drawn = simulate_units(truth, seed)
        observed = tuple(
            pair.replace(data=pair.data.replace(**dict(zip(pair.data.names, units, strict=True))))
            for pair, units in zip(observed, drawn, strict=True)
        )
    return now.replace(pairs=tuple(_filtered(p, n, n) for p, n in zip(observed, now.pairs, strict=True)))


def _filtered(pair: Any, now: Any, model_of: Any) -> Any:
    """The counts of one pair under the energy windows of another."""
    units = {name: pair.data[name].replace(notc=now.data[name].notc) for name in pair.data.names}
    return model_of.replace(data=pair.data.replace(**units))
