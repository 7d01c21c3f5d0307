"""Actions: everything a person can do to a session, as small immutable values.

Each is a command. `action.take(state) -> (state, effects)` is pure; `action.as_code()` is the Python that does the same (`infer`
and `lab` are the names it assumes). `Do` wraps the edits of a set-up, which are undoable; the rest steers history, fits and
messages. What the workers report comes in through the same door (`reports`).

Effects are requests to the session to do something impure: start or stop a job, follow a change with a preview.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import attrs
import numpy as np

from spec_lab._base import EngineError, ParameterError
from spec_lab.engines import find_engine, improper, make_options
from spec_lab.fit import Edit, Setup
from spec_lab.session import command_arguments as read
from spec_lab.session.command_registry import Command, OptionValue, argument, command
from spec_lab.session.difference import as_lines, difference
from spec_lab.session.fit_key import fit_key, same_setup
from spec_lab.session.state import FitState, State

if TYPE_CHECKING:
    from spec_lab.session.session import FitSession


Options = tuple[tuple[str, OptionValue], ...]


class StartJob(NamedTuple):
    """Effect: run an engine in the background."""

    job: int
    engine: str
    options: Options
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
class Action(Command):
    """Something a person (or a worker) does to the session."""

    @abstractmethod
    def take(self, state: State) -> tuple[State, Effects]:
        """The state afterwards, and what the session has to do about it."""

    @abstractmethod
    def as_code(self) -> str:
        """The Python line that does the same."""

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        state = session.dispatch(self)
        return {"code": self.as_code(), "rev": state.rev}


def moved(state: State, after: Setup, label: str, code: str) -> tuple[State, Effects]:
    """An undoable change; one that changes nothing leaves no trace."""
    if same_setup(state.setup, after):
        return state, ()
    refit = state.live and fit_key(after) != fit_key(state.setup)
    return state.advanced(after, label, code), (Follow(refit),)


@attrs.frozen
class Do(Action):
    """An edit of the set-up."""

    edit: Edit

    def take(self, state: State) -> tuple[State, Effects]:
        after = self.edit.apply(state.setup)
        changed, effects = moved(state, after, self.edit.label, self.edit.as_code())
        remark = "" if changed is state else self.edit.remark(state.setup, after)
        return (changed.told("info", remark) if remark else changed), effects

    def as_code(self) -> str:
        return self.edit.as_code()


@command("undo")
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


@command("redo")
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


@command("apply")
class ApplyBest(Action):
    """Put the parameters where a run found its best fit; links, priors and freezes stay as they are."""

    undoable: ClassVar[bool] = True

    run: int = argument(read.run)

    def take(self, state: State) -> tuple[State, Effects]:
        found = state.run(self.run).outcome.setup
        if [s.path for s in found.slots] != [s.path for s in state.setup.slots]:
            raise ParameterError(f"run {self.run} has other parameters than the present models", hint="Restore it.")
        setup = state.setup
        values = setup.settle(np.array(found.values, dtype=float))
        after = setup.edited(values=values, value_origins=found.value_origins)
        return moved(state, after, f"best of run {self.run}", code_of(setup, after, f"lab.apply({self.run})"))

    def as_code(self) -> str:
        return f"lab.apply({self.run})"


@command("restore")
class Restore(Action):
    """Bring back the whole set-up of a run: values, links, priors, freezes, energy windows."""

    undoable: ClassVar[bool] = True

    run: int = argument(read.run)

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


@command("fit")
class StartFit(Action):
    """Start an engine in the background."""

    in_lesson: ClassVar[bool] = False
    engine: str = argument(read.engine, default="fit")
    options: Options = argument(read.options, default=(), typescript="Record<string, OptionValue>")

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.busy:
            raise EngineError(f"the fit with {state.fit.engine!r} is still running", hint="Stop it first.")
        row = find_engine(self.engine)
        make_options(self.engine, **dict(self.options))
        check_ready(state.setup, row)
        fit = FitState("running", self.engine, state.fit.job + 1, state.setup)
        shown = None if row.bayesian else state.shown  # what is new is looked at first
        return state.replace(fit=fit, shown=shown), (StartJob(fit.job, self.engine, self.options, state.setup),)

    def as_code(self) -> str:
        return f"lab.fit({', '.join([repr(self.engine), *(f'{k}={v!r}' for k, v in self.options)])})"


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


@command("stop")
class Stop(Action):
    """Ask the running fit to end; what it has is kept."""

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.phase not in ("running", "paused"):
            return state, ()
        return state.replace(fit=state.fit._replace(phase="stopping")), (StopJob(state.fit.job),)

    def as_code(self) -> str:
        return "lab.stop()"


@command("pause")
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


@command("resume")
class Resume(Action):
    """Let the paused fit go on."""

    def take(self, state: State) -> tuple[State, Effects]:
        if state.fit.phase != "paused":
            return state, ()
        return state.replace(fit=state.fit._replace(phase="running")), (PauseJob(state.fit.job, False),)

    def as_code(self) -> str:
        return "lab.resume()"


@command("pin")
class Pin(Action):
    """Pin a run, or let it go."""

    run: int = argument(read.run)
    pinned: bool = argument(read.flag, default=True)

    def take(self, state: State) -> tuple[State, Effects]:
        return _changed_run(state, self.run, pinned=self.pinned), ()

    def as_code(self) -> str:
        return f"lab.pin({self.run}, {self.pinned})"


@command("label")
class Label(Action):
    """Name a run."""

    run: int = argument(read.run)
    label: str = argument(read.text)

    def take(self, state: State) -> tuple[State, Effects]:
        return _changed_run(state, self.run, label=self.label.strip()[:80]), ()

    def as_code(self) -> str:
        return f"lab.label({self.run}, {self.label!r})"


def _changed_run(state: State, number: int, **changes: Any) -> State:
    state.run(number)
    runs = tuple(r._replace(**changes) if r.number == number else r for r in state.runs)
    return state.replace(runs=runs)


@command("delete")
class Delete(Action):
    """Take a run out of the history."""

    run: int = argument(read.run)

    def take(self, state: State) -> tuple[State, Effects]:
        state.run(self.run)
        shown = None if state.shown == self.run else state.shown
        return state.replace(runs=tuple(r for r in state.runs if r.number != self.run), shown=shown), ()

    def as_code(self) -> str:
        return f"lab.delete({self.run})"


@command("set_live")
class SetLive(Action):
    """Let edits be followed by a refit, or not."""

    in_lesson: ClassVar[bool] = False
    live: bool = argument(read.flag)

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(live=bool(self.live)), (Follow(bool(self.live)),)

    def as_code(self) -> str:
        return f"lab.set_live({self.live})"


@command("set_previews")
class SetPreviews(Action):
    """Let edits be followed by a preview of the posterior, or not."""

    previews: bool = argument(read.flag)

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(previews=bool(self.previews)), (Follow(False),)

    def as_code(self) -> str:
        return f"lab.set_previews({self.previews})"


@command("dismiss")
class Dismiss(Action):
    """Take a message away."""

    message: int = argument(read.run)

    def take(self, state: State) -> tuple[State, Effects]:
        return state.replace(messages=tuple(m for m in state.messages if m.id != self.message)), ()

    def as_code(self) -> str:
        return f"lab.dismiss({self.message})"
