"""Timeline: the set-ups one has been through, to look at again and to go back to.

Moments are the start, what each step of the undo stack led to (those that were undone, too), and before these steps the runs
that none of them leads to. A session file keeps the newest steps; where older ones are missing there are the start, the runs, and
how it was opened.
Looking at one is a preview and changes nothing;
`Revisit` goes there, as one more change. `Overlay` lays the curve of a run over the spectrum.
"""

from typing import ClassVar, NamedTuple

import numpy as np

from spec_lab._base import ParameterError
from spec_lab.fit import Setup
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects, code_of, moved
from spec_lab.session.command_registry import argument, command
from spec_lab.session.fit_key import fit_key, same_setup
from spec_lab.session.state import Run, State

MOST = 200  # moments shown; the oldest give way


class Moment(NamedTuple):
    """One set-up of the past.

    Attributes:
        id: "start", "opened" (of a session from a file: as it was then), "line 12" (of the journal: what that change led to)
            or "run 3".
        label: What was done.
        setup: How it was then.
    """

    id: str
    label: str
    setup: Setup


def timeline(state: State) -> tuple[tuple[Moment, ...], int]:
    """The moments, oldest first, and the place of the present one."""
    done = [Moment(f"line {step.line}", step.label, step.after) for step in state.past]
    undone = [Moment(f"line {step.line}", step.label, step.after) for step in reversed(state.future)]
    first = state.past[0].before if state.past else state.setup
    start = Moment("start", "the start", state.start)
    before = [] if state.lesson is not None or same_setup(first, state.start) else [start]  # a lesson hides what was
    here = Moment("opened", "as it was opened", first) if before else start._replace(setup=first)
    steps = [here, *done, *undone]
    lost = [*before, *_not_among(state.runs, [*before, *steps])]
    moments, now = [*lost, *steps], len(lost) + len(done)
    cut = max(0, min(now, len(moments) - MOST))
    return tuple(moments[cut : cut + MOST]), now - cut


def _not_among(runs: tuple[Run, ...], steps: list[Moment]) -> list[Moment]:
    """The runs whose set-up is none of the steps'; values are looked at first, for they differ most."""
    known: dict[bytes, list[Setup]] = {}
    for step in steps:
        known.setdefault(np.asarray(step.setup.values).tobytes(), []).append(step.setup)
    near = [(run, known.get(np.asarray(run.outcome.setup.values).tobytes(), [])) for run in runs]
    return [_of_run(run) for run, setups in near if not any(_same(run.outcome.setup, s) for s in setups)]


def _of_run(run: Run) -> Moment:
    return Moment(f"run {run.number}", f"run {run.number}, {run.label or run.outcome.engine}", run.outcome.setup)


def _same(a: Setup, b: Setup) -> bool:
    """Equal in question, for set-ups of equal values."""
    return a is b or fit_key(a) == fit_key(b)


def moment(state: State, name: str) -> Moment:
    """A moment by its id.

    Raises:
        ParameterError: It is not (or no longer) on the timeline.
    """
    found = next((m for m in timeline(state)[0] if m.id == name), None)
    if found is None:
        raise ParameterError("there is no such moment in the history (any more)", got=name)
    return found


@command("revisit")
class Revisit(Action):
    """Go back to a set-up one has been at, as one more change: "start", "opened", "line 3" (of the journal) or "run 1"."""

    undoable: ClassVar[bool] = True
    moment: str = argument(read.text)

    def take(self, state: State) -> tuple[State, Effects]:
        there = moment(state, self.moment)
        label = f"back to {there.label}"
        return moved(state, there.setup, label, code_of(state.setup, there.setup, self.as_code()))

    def as_code(self) -> str:
        return f"lab.revisit({self.moment!r})"


@command("overlay")
class Overlay(Action):
    """Lay the curve of a run over the spectrum, or take it away. Shared by all panels, not undoable."""

    run: int = argument(read.run)
    on: bool = argument(read.flag, default=True)

    def take(self, state: State) -> tuple[State, Effects]:
        state.run(self.run)
        rest = tuple(number for number in state.overlaid if number != self.run)
        after = (*rest, self.run) if self.on else rest
        return (state, ()) if after == state.overlaid else (state.replace(overlaid=after), ())

    def as_code(self) -> str:
        return f"lab.overlay({self.run}, {self.on})"
