"""Reports: what the workers tell the session. They are actions too, so that nothing changes the state by another door."""

import attrs

from spec_lab.engines import Outcome, Status
from spec_lab.fit import SetFree, Setup
from spec_lab.session.actions import Action, Effects, Follow
from spec_lab.session.fit_forms import ErrorData
from spec_lab.session.fit_key import fit_key, same_setup
from spec_lab.session.state import Autosaved, Level, Preview, Run, State


@attrs.frozen(eq=False)
class Finished(Action):
    """A job came to its end with an outcome.

    It enters the history; the parameters go to its best fit, unless they were edited meanwhile or stand better already.
    """

    job: int
    outcome: Outcome
    stat_before: float
    seconds: float
    time: float

    def take(self, state: State) -> tuple[State, Effects]:
        if self.job != state.fit.job:
            return state, ()
        started, outcome = state.fit.setup, self.outcome
        abandoned = state.fit.phase == "stopped"
        phase = "stopped" if outcome.status is Status.stopped else "done"
        doubt = outcome.status not in (Status.converged, Status.stopped)
        number = state.counter + 1
        told = {"message": outcome.message, "doubt": doubt}
        fit = state.fit._replace(phase=phase, seconds=self.seconds, setup=None, run=number, **told)
        state = recorded(state.replace(fit=fit), outcome, self.time)
        if abandoned:
            return state, ()
        if started is None or not same_setup(started, state.setup):
            text = f"Run {number} ended while you edited; its result is in the history, your edits stand."
            return state.told("info", text), ()
        if not outcome.stat <= self.stat_before:
            return state, ()
        edit = SetFree(tuple(map(float, outcome.best)), why=outcome.engine)
        return state.advanced(
            edit.apply(state.setup), edit.label, f"{edit.as_code()}  # {edit.label}{_seeded(outcome)}"
        ), (Follow(False),)

    def as_code(self) -> str:
        return f"# {self.outcome.engine}{_seeded(self.outcome)}: {self.outcome.message}"


def _seeded(outcome: Outcome) -> str:
    return "" if outcome.seed is None else f", seed {outcome.seed}"


def recorded(state: State, outcome: Outcome, time: float) -> State:
    """The state with one more run; in a lesson it is kept for afterwards."""
    run = Run(state.counter + 1, outcome, "", time)
    lesson = state.lesson
    if lesson is None:
        return state.replace(runs=(*state.runs, run), counter=run.number)
    before = lesson.before.replace(runs=(*lesson.before.runs, run))
    return state.replace(lesson=lesson._replace(before=before), counter=run.number)


@attrs.frozen(eq=False)
class Record(Action):
    """A run made outside the Lab (typed in a cell) enters the history."""

    outcome: Outcome
    time: float

    def take(self, state: State) -> tuple[State, Effects]:
        return recorded(state, self.outcome, self.time), ()

    def as_code(self) -> str:
        return f"# {self.outcome.engine}{_seeded(self.outcome)}: {self.outcome.message}"


@attrs.frozen
class Failed(Action):
    """A job ended with an error; the set-up is as it was. One that was asked to stop just has nothing to keep."""

    job: int
    error: ErrorData = attrs.field(eq=False)
    seconds: float = 0.0

    def take(self, state: State) -> tuple[State, Effects]:
        if self.job != state.fit.job:
            return state, ()
        text = str(self.error["message"])
        fit = state.fit._replace(message=text, seconds=self.seconds, setup=None)
        if state.fit.phase == "stopped":
            return state, ()
        if state.fit.phase == "stopping":
            return state.replace(fit=fit._replace(phase="stopped", message=f"Nothing to keep: {text}")), ()
        fit = fit._replace(phase="failed", error=self.error)
        return state.replace(fit=fit), ()

    def as_code(self) -> str:
        return f"# failed: {self.error['message']}"


@attrs.frozen
class Abandoned(Action):
    """A job that was asked to stop is still being prepared, which cannot be interrupted: it is not waited for.

    Should it come back with something before another fit begins, that enters the history.
    """

    job: int
    seconds: float

    def take(self, state: State) -> tuple[State, Effects]:
        if self.job != state.fit.job or state.fit.phase != "stopping":
            return state, ()
        told = "Stopped while it was being compiled: there is nothing to keep."
        return state.replace(
            fit=state.fit._replace(phase="stopped", message=told, seconds=self.seconds, setup=None)
        ), ()

    def as_code(self) -> str:
        return "# stopped while it was being compiled"


@attrs.frozen(eq=False)
class Refitted(Action):
    """The live refit of an edit: part of that edit, so that one undo takes both back."""

    setup: Setup
    values: tuple[float, ...]

    def take(self, state: State) -> tuple[State, Effects]:
        if state.setup is not self.setup or not state.live:
            return state, ()
        edit = SetFree(self.values, why="live refit")
        after = edit.apply(state.setup)
        if same_setup(state.setup, after):
            return state, ()
        if not state.past or state.past[-1].after is not state.setup:
            return state.advanced(after, edit.label, edit.as_code()), ()
        step = state.past[-1]
        line = state.journal[step.line]
        joined = line._replace(code=f"{line.code}; {edit.as_code()}")
        journal = (*state.journal[: step.line], joined, *state.journal[step.line + 1 :])
        return state.replace(setup=after, past=(*state.past[:-1], step._replace(after=after)), journal=journal), ()

    def as_code(self) -> str:
        return SetFree(self.values).as_code()


@attrs.frozen(eq=False)
class Previewed(Action):
    """A preview is there. One for a question that is no longer asked is dropped."""

    preview: Preview

    def take(self, state: State) -> tuple[State, Effects]:
        late = state.lesson is not None or self.preview.key != fit_key(state.setup)
        if late or self.preview is state.preview:
            return state, ()
        return state.replace(preview=self.preview), ()

    def as_code(self) -> str:
        return "infer.preview()"


@attrs.frozen
class AutosaveWritten(Action):
    """The session is kept in a file ("" = nowhere), written at `time`."""

    path: str
    time: float | None = None

    def take(self, state: State) -> tuple[State, Effects]:
        now = Autosaved(self.path, self.time)
        return (state if now == state.autosaved else state.replace(autosaved=now)), ()

    def as_code(self) -> str:
        return f"# autosaved to {self.path}" if self.path else "# not autosaved"


@attrs.frozen
class Tell(Action):
    """Show a message."""

    level: Level
    text: str

    def take(self, state: State) -> tuple[State, Effects]:
        return state.told(self.level, self.text), ()

    def as_code(self) -> str:
        return f"# {self.text}"
