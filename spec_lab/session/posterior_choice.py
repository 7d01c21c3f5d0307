"""Which posterior is looked at: that of the present set-up, the newest there is, or the one of a run that was chosen.

Corner plot, selection of draws, band over the spectrum, figures and pages all read `shown_outcome`, so that they speak of one
posterior. A choice is shared by all panels and is no change of the fit; a sampler that begins, or ends, takes it back: what is
new is looked at first.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from spec_lab._base import ParameterError
from spec_lab.engines import Outcome
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Action, Effects
from spec_lab.session.command_registry import argument, command
from spec_lab.session.fit_key import fit_key
from spec_lab.session.state import Run, State

MAXIMISERS = ("fit", "iminuit", "lmfit", "preview")  # engines whose draws are an approximation about the best fit


class ShownPosterior(NamedTuple):
    """An outcome with draws to look at; `run` is its number, None for the newest of the present set-up."""

    run: int | None
    outcome: Outcome
    here: bool  # whether it belongs to the present set-up


def sampled(run: Run) -> bool:
    """Whether a run drew from the posterior."""
    return run.outcome.engine not in MAXIMISERS and len(run.outcome.draws) > 1


def newest_outcome(state: State) -> Outcome | None:
    """The best draws there are for the present question: a sampler's before the preview's, the newest first."""
    asked = fit_key(state.setup)
    mine = [run for run in reversed(state.runs) if fit_key(run.outcome.setup) == asked]
    if drawn := next(filter(sampled, mine), None):
        return drawn.outcome
    preview = state.preview
    if preview is not None and preview.key == asked and preview.fit is not None:
        return preview.posterior if preview.posterior is not None else preview.fit
    return mine[0].outcome if mine else None


def shown_posterior(state: State) -> ShownPosterior | None:
    """What is looked at: the chosen run's, else the newest of the present set-up; None where there is none."""
    if state.shown is not None:
        outcome = state.run(state.shown).outcome
        return ShownPosterior(state.shown, outcome, fit_key(outcome.setup) == fit_key(state.setup))
    newest = newest_outcome(state)
    return None if newest is None else ShownPosterior(None, newest, True)


def shown_outcome(state: State) -> Outcome | None:
    """The outcome whose draws are looked at."""
    found = shown_posterior(state)
    return None if found is None else found.outcome


def choices(state: State) -> Sequence[Run]:
    """Runs that may be chosen, newest first."""
    return [run for run in reversed(state.runs) if sampled(run)]


@command("show_posterior")
class ShowPosterior(Action):
    """Look at the posterior of a run; None: the newest of the present set-up. Shared by all panels, not undoable."""

    in_lesson: ClassVar[bool] = False
    run: int | None = argument(lambda value, setup: None if value is None else read.run(value, setup), default=None)

    def take(self, state: State) -> tuple[State, Effects]:
        if self.run is not None and not sampled(state.run(self.run)):
            known = ", ".join(str(run.number) for run in choices(state)) or "none yet"
            raise ParameterError("that run drew no posterior", got=self.run, allowed=known, hint="Run a sampler.")
        return (state, ()) if state.shown == self.run else (state.replace(shown=self.run), ())

    def as_code(self) -> str:
        return f"lab.show_posterior({'' if self.run is None else self.run})"
