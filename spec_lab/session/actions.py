"""Actions: everything a person can do to a session, as small immutable values.

`action.take(state) -> (state, effects)` is pure; `action.as_code()` is the Python that does the same (`infer` and `lab` are the
names it assumes). `Do` wraps the edits of a set-up, which are undoable; the rest steers history, fits and messages. What the
workers report comes in through the same door (`reports`).

Effects are requests to the session to do something impure: start or stop a job, follow a change with a preview.
"""

from abc import abstractmethod
from typing import Any, NamedTuple

import attrs
import numpy as np

from spec_lab._base import EngineError, ParameterError
from spec_lab.engines import find_engine, improper, make_options
from spec_lab.fit import Edit, Setup
from spec_lab.session.difference import as_lines, difference
from spec_lab.session.question import question, same_setup
from spec_lab.session.state import FitState, State


class StartJob(NamedTuple):
    """Effect: run an engine in the background."""

    job: int
    engine: str
    options: tuple[tuple[str, Any], ...]
    setup: Setup


class StopJob(NamedTuple):
    """Effect: ask the running job to end."""

    job: int


class PauseJob(NamedTuple):
    """Effect: let the running job wait, or go on."""

    job: int
    paused: bool


class Follow(NamedTuple):
    """Effect: bring the preview up to the present set-up; with `refit`, put the parameters at the best fit first."""

    refit: bool


Effect = StartJob | StopJob | PauseJob | Follow
Effects = tuple[Effect, ...]


@attrs.frozen
class Action:
    """Something a person (or a worker) does to the session."""

    @abstractmethod
    def take(self, state: State) -> tuple[State, Effects]:
        """The state afterwards, and what the session has to do about it."""

    @abstractmethod
    def as_code(self) -> str:
        """The Python line that does the same."""


def moved(state: State, after: Setup, label: str, code: str) -> tuple[State, Effects]:
    """An undoable change; one that changes nothing leaves no trace."""
    if same_setup(state.setup, after):
        return state, ()
    refit = state.live and question(after) != question(state.setup)
    return state.advanced(after, label, code), (Follow(refit),)


@attrs.frozen
class Do(Action):
    """An edit of the set-up."""

    edit: Edit

    def take(self, state: State) -> tuple[State, Effects]:
        return moved(state, self.edit.apply(state.setup), self.edit.label, self.edit.as_code())

    def as_code(self) -> str:
        return self.edit.as_code()


@attrs.frozen
class Undo(Action):
    """Take the last change back."""

    def take(self, state: State) -> tuple[State, Effects]:
        if not state.past:
            raise ParameterError("there is nothing to undo")
        step = state.past[-1]
        state = state.replace(
            setup=step.before,
            past=state.past[:-1],
            future=(*state.future, step),
            journal=_marked(state.journal, step.line, True),
        )
        return state, (Follow(False),)

    def as_code(self) -> str:
        return "lab.undo()"


@attrs.frozen
class Redo(Action):
    """Bring back what was undone last."""

    def take(self, state: State) -> tuple[State, Effects]:
        if not state.future:
            raise ParameterError("there is nothing to redo")
        step = state.future[-1]
        state = state.replace(
            setup=step.after,
            past=(*state.past, step),
            future=state.future[:-1],
            journal=_marked(state.journal, step.line, False),
        )
        return state, (Follow(False),)

    def as_code(self) -> str:
        return "lab.redo()"


def _marked(journal: tuple[Any, ...], index: int, undone: bool) -> tuple[Any, ...]:
    return (*journal[:index], journal[index]._replace(undone=undone), *journal[index + 1 :])


@attrs.frozen
class ApplyBest(Action):
    """Put the parameters where a run found its best fit; links, priors and freezes stay as they are."""

    run: int

    def take(self, state: State) -> tuple[State, Effects]:
        found = state.run(self.run).outcome.setup
        if [s.path for s in found.slots] != [s.path for s in state.setup.slots]:
            raise ParameterError(f"run {self.run} has other parameters than the present models", hint="Restore it.")
        setup = state.setup
        after = setup.replace(values=setup.settle(np.array(found.values, dtype=float)))
        return moved(state, after, f"best of run {self.run}", code_of(setup, after, f"lab.apply({self.run})"))

    def as_code(self) -> str:
        return f"lab.apply({self.run})"


@attrs.frozen
class Restore(Action):
    """Bring back the whole set-up of a run: values, links, priors, freezes, energy windows."""

    run: int

    def take(self, state: State) -> tuple[State, Effects]:
        after = state.run(self.run).outcome.setup
        return moved(state, after, f"restore run {self.run}", code_of(state.setup, after, self.as_code()))

    def as_code(self) -> str:
        return f"lab.restore({self.run})"


def code_of(before: Setup, after: Setup, otherwise: str) -> str:
    """The change as edits, so that the journal replays without the run; else the call that made it."""
    if len(before.pairs) != len(after.pairs):
        return otherwise
    lines = as_lines(difference(before, after))
    return "; ".join(lines) or otherwise


@attrs.frozen
class Fit(Action):
    """Start an engine in the background."""

    engine: str = "fit"
    options: tuple[tuple[str, Any], ...] = ()

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.busy:
            raise EngineError(f"the fit with {state.fit.engine!r} is still running", hint="Stop it first.")
        check_no_lesson(state)
        row = find_engine(self.engine)
        make_options(self.engine, **dict(self.options))
        check_ready(state.setup, row)
        fit = FitState("running", self.engine, state.fit.job + 1, state.setup)
        return state.replace(fit=fit), (StartJob(fit.job, self.engine, self.options, state.setup),)

    def as_code(self) -> str:
        return f"lab.fit({', '.join([repr(self.engine), *(f'{k}={v!r}' for k, v in self.options)])})"


def check_no_lesson(state: State) -> None:
    """Refuse a fit that would give the hidden best fit away.

    Raises:
        EngineError: A lesson is under way.
    """
    if state.lesson is not None:
        raise EngineError("a lesson is under way, and fits are hidden", hint="Leave it first.")


def check_ready(setup: Setup, engine: Any) -> None:
    """Refuse a run that cannot start, before anything changes.

    Raises:
        EngineError: Nothing is free, or a sampler meets an improper prior.
    """
    if not setup.free:
        raise EngineError("there is nothing to fit: every parameter is frozen, linked away or tied", hint="Thaw one.")
    missing = improper(setup) if engine.bayesian else []
    if missing:
        raise EngineError(
            f"{engine.title} needs a proper prior on every free parameter; there is none on {', '.join(missing)}",
            hint="Click the prior of that parameter and choose one.",
        )


@attrs.frozen
class Stop(Action):
    """Ask the running fit to end; what it has is kept."""

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.phase not in ("running", "paused"):
            return state, ()
        return state.replace(fit=state.fit._replace(phase="stopping")), (StopJob(state.fit.job),)

    def as_code(self) -> str:
        return "lab.stop()"


@attrs.frozen
class Pause(Action):
    """Let the running fit wait where it is; the seconds do not count."""

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.phase == "paused":
            return state, ()
        if state.fit.phase != "running":
            raise EngineError("there is no running fit to pause")
        row = find_engine(state.fit.engine)
        if row.not_pausable:
            raise EngineError(f"{row.title} cannot be paused", hint=f"{row.not_pausable} Stop ends it.")
        return state.replace(fit=state.fit._replace(phase="paused")), (PauseJob(state.fit.job, True),)

    def as_code(self) -> str:
        return "lab.pause()"


@attrs.frozen
class Resume(Action):
    """Let the paused fit go on."""

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.phase != "paused":
            return state, ()
        return state.replace(fit=state.fit._replace(phase="running")), (PauseJob(state.fit.job, False),)

    def as_code(self) -> str:
        return "lab.resume()"


@attrs.frozen
class Pin(Action):
    """Pin a run, or let it go."""

    run: int
    pinned: bool = True

    def take(self, state: State) -> tuple[State, Effects]:
        return _changed_run(state, self.run, pinned=self.pinned), ()

    def as_code(self) -> str:
        return f"lab.pin({self.run}, {self.pinned})"


@attrs.frozen
class Label(Action):
    """Name a run."""

    run: int
    label: str

    def take(self, state: State) -> tuple[State, Effects]:
        return _changed_run(state, self.run, label=self.label.strip()[:80]), ()

    def as_code(self) -> str:
        return f"lab.label({self.run}, {self.label!r})"


def _changed_run(state: State, number: int, **changes: Any) -> State:
    state.run(number)
    runs = tuple(r._replace(**changes) if r.number == number else r for r in state.runs)
    return state.replace(runs=runs)


@attrs.frozen
class Delete(Action):
    """Take a run out of the history."""

    run: int

    def take(self, state: State) -> tuple[State, Effects]:
        state.run(self.run)
        return state.replace(runs=tuple(r for r in state.runs if r.number != self.run)), ()

    def as_code(self) -> str:
        return f"lab.delete({self.run})"


@attrs.frozen
class SetLive(Action):
    """Let edits be followed by a refit, or not."""

    live: bool

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(live=bool(self.live)), (Follow(bool(self.live)),)

    def as_code(self) -> str:
        return f"lab.set_live({self.live})"


@attrs.frozen
class SetPreviews(Action):
    """Let edits be followed by a preview of the posterior, or not."""

    previews: bool

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(previews=bool(self.previews)), (Follow(False),)

    def as_code(self) -> str:
        return f"lab.set_previews({self.previews})"


@attrs.frozen
class Dismiss(Action):
    """Take a message away."""

    message: int

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(messages=tuple(m for m in state.messages if m.id != self.message)), ()

    def as_code(self) -> str:
        return f"lab.dismiss({self.message})"
