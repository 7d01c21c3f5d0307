"""Commands as Python: one method each, the same in `FitSession` and in `Lab`.

A method has the arguments and the documentation of its command's class; those that take several parameters at once are written
out. Not here: `fit`, which a Lab can wait for, and the lesson's, which the tutor has.
"""

from collections.abc import Iterable
from typing import Any

from spec_lab.data import notice_windows as checked
from spec_lab.session import actions
from spec_lab.session.command_registry import Command, method
from spec_lab.session.curve_drag import DragCurve
from spec_lab.session.degeneracy import Walk
from spec_lab.session.edit_commands import (
    FreezeParameters,
    GivePrior,
    GiveValue,
    GroupChannels,
    LinkParameters,
    NoticeEnergies,
    TieParameter,
    UnlinkParameters,
)
from spec_lab.session.hints import AddLine
from spec_lab.session.lesson import Teach
from spec_lab.session.posterior_choice import ShowPosterior
from spec_lab.session.profiles import RefitOthers, SetRefitOthers
from spec_lab.session.queries import StopPreview, StopSearch
from spec_lab.session.starts import GiveModel, StartNearData
from spec_lab.session.timeline import Overlay, Revisit


def _flat(pids: tuple[Any, ...]) -> tuple[int | str, ...]:
    """`(1, 5)`, `([1, 5],)` and `("cpl.alpha",)` as one tuple."""
    if len(pids) == 1 and isinstance(pids[0], Iterable) and not isinstance(pids[0], str):
        return tuple(pids[0])
    return tuple(pids)


class Commands:
    """What a person does to a fit, as Python; whoever has these methods says what becomes of a command."""

    def perform(self, command: Command) -> None:
        """Do what a command says.

        Raises:
            SpecLabError: It is not possible; nothing changed.
        """
        raise NotImplementedError

    # -- parameters, models, energies ----------------------------------------------------------------------------------
    set_value = method(GiveValue)
    tie = method(TieParameter)
    set_prior = method(GivePrior)
    set_model = method(GiveModel)
    guess = method(StartNearData)

    def freeze(self, *pids: int | str | Iterable[int | str]) -> None:
        """Hold parameters (each with its group) fixed."""
        self.perform(FreezeParameters(_flat(pids), True))

    def thaw(self, *pids: int | str | Iterable[int | str]) -> None:
        """Let parameters go again."""
        self.perform(FreezeParameters(_flat(pids), False))

    def link(self, *pids: int | str | Iterable[int | str]) -> None:
        """Make parameters one; the first gives value, prior and frozen state."""
        self.perform(LinkParameters(_flat(pids)))

    def unlink(self, *pids: int | str | Iterable[int | str]) -> None:
        """Separate parameters from their groups; values stay."""
        self.perform(UnlinkParameters(_flat(pids)))

    def notice(self, unit: str, windows: Any = None) -> None:
        """Choose the energy windows (keV) of a unit: `[lo, hi]`, several of those, or None for everything."""
        nothing = isinstance(windows, (list, tuple)) and not windows
        self.perform(NoticeEnergies(unit, (None if nothing else checked(windows)) or ()))

    group = method(GroupChannels)
    add_line = method(AddLine)
    walk = method(Walk)
    drag_curve = method(DragCurve)
    refit_others = method(RefitOthers)

    # -- fits ----------------------------------------------------------------------------------------------------------
    stop = method(actions.Stop)
    pause = method(actions.Pause)
    resume = method(actions.Resume)
    teach = method(Teach)
    stop_preview = method(StopPreview)
    stop_search = method(StopSearch)

    # -- history -------------------------------------------------------------------------------------------------------
    undo = method(actions.Undo)
    redo = method(actions.Redo)
    apply = method(actions.ApplyBest)
    restore = method(actions.Restore)
    revisit = method(Revisit)
    overlay = method(Overlay)
    show_posterior = method(ShowPosterior)
    pin = method(actions.Pin)
    label = method(actions.Label)
    delete = method(actions.Delete)

    # -- switches and messages -----------------------------------------------------------------------------------------
    set_live = method(actions.SetLive)
    set_previews = method(actions.SetPreviews)
    set_refit_others = method(SetRefitOthers)
    dismiss = method(actions.Dismiss)
