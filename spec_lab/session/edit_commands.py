"""Commands of the parameter table and the energies: each becomes an edit of the set-up, and so can be undone."""

from abc import abstractmethod
from typing import Any, ClassVar

import attrs

from spec_lab._base import ParameterError
from spec_lab.fit import Edit, Freeze, Link, Notice, Regroup, SetPrior, SetTie, Setup, Several, Unlink
from spec_lab.priors import Distribution, Prior
from spec_lab.session import command_arguments as read
from spec_lab.session.actions import Do
from spec_lab.session.command_registry import Command, argument, command
from spec_lab.session.pasted import paste_edit
from spec_lab.session.typed_values import by_number, value_edit

Named = tuple[str, read.Windows]


@attrs.frozen
class EditCommand(Command):
    """A command that is an edit."""

    undoable: ClassVar[bool] = True

    @abstractmethod
    def edit(self, setup: Setup) -> Edit:
        """The edit, for a set-up; the arguments are checked."""

    def checked(self, setup: Setup) -> Do:
        made = super().checked(setup)
        assert isinstance(made, EditCommand)
        return Do(made.edit(setup))


@command("set_value")
class GiveValue(EditCommand):
    """Give a parameter a value: a number, text with a unit ("612 keV"), or an expression ("=2*alpha+0.5", "=par[1]")."""

    pid: read.Pid = argument(read.pid)
    value: float | str = argument(read.anything)

    def edit(self, setup: Setup) -> Edit:
        return value_edit(setup, self.pid, self.value)


@command("paste")
class PasteValues(EditCommand):
    """Paste a column of values into rows, or names with values; one bad line and nothing is pasted.

    Args:
        text: As it lay on the clipboard.
        pids: The rows a column of values fills, in order.
        down: Whether they are all rows from the one in hand (a shorter column is fine), not a selection.
    """

    text: str = argument(read.anything)
    pids: tuple[read.Pid, ...] = argument(read.pids, default=())
    down: bool = argument(read.flag, default=False)

    def edit(self, setup: Setup) -> Edit:
        return paste_edit(setup, self.text, self.pids, down=self.down, read=value_edit)


@command("freeze")
class FreezeParameters(EditCommand):
    """Hold parameters (each with its group) fixed, or let them go again."""

    pids: tuple[read.Pid, ...] = argument(read.pids)
    frozen: bool = argument(read.flag, default=True)

    def edit(self, setup: Setup) -> Edit:
        return Freeze(self.pids, self.frozen)


@command("link")
class LinkParameters(EditCommand):
    """Make parameters one; the first gives value, prior and frozen state."""

    pids: tuple[read.Pid, ...] = argument(read.pids)

    def edit(self, setup: Setup) -> Edit:
        return Link(self.pids)


@command("unlink")
class UnlinkParameters(EditCommand):
    """Separate parameters from their groups; values stay."""

    pids: tuple[read.Pid, ...] = argument(read.pids)

    def edit(self, setup: Setup) -> Edit:
        return Unlink(self.pids)


@command("set_prior")
class GivePrior(EditCommand):
    """Give a parameter a prior: a `Prior`, its text, or a NumPyro distribution; None (or "flat") is improper and flat."""

    pid: read.Pid = argument(read.pid)
    prior: Prior | Distribution | str | None = argument(read.prior, typescript="string")

    def edit(self, setup: Setup) -> Edit:
        assert self.prior is None or isinstance(self.prior, Prior)
        return SetPrior(setup.index(self.pid) + 1, self.prior)


@command("tie")
class TieParameter(EditCommand):
    """Let a parameter follow an expression of others, such as "2*alpha+1" or "=par[2]"; an empty text lets it go."""

    pid: read.Pid = argument(read.pid)
    expression: str = argument(read.text)

    def edit(self, setup: Setup) -> Edit:
        return SetTie(setup.index(self.pid) + 1, by_number(setup, self.expression))


def _units(value: Any, setup: Setup) -> tuple[Named, ...]:
    """Units with their windows, as one gesture changed them."""
    listed = isinstance(value, (list, tuple)) and all(isinstance(u, (list, tuple)) and len(u) == 2 for u in value)
    if not listed:
        raise ParameterError("units are named with their windows", got=value, allowed="[[name, [[lo, hi], ...]], ...]")
    return tuple((str(name), read.windows(each, setup)) for name, each in value)


@command("notice")
class NoticeEnergies(EditCommand):
    """Choose the energy windows (keV) of a unit; none of them = everything. Of several units at once as one change: `units`."""

    unit: str = argument(read.text, default="")
    windows: read.Windows = argument(read.windows, default=())
    units: tuple[Named, ...] = argument(_units, default=())

    def edit(self, setup: Setup) -> Edit:
        if not self.unit and not self.units:
            raise ParameterError(
                "no data unit is named", allowed="unit and windows, or units: [[name, [[lo, hi], ...]], ...]"
            )
        if not self.units:
            return Notice(self.unit, self.windows)
        edits = tuple(Notice(name, windows) for name, windows in self.units)
        return Several(edits, f"energies of {', '.join(edit.unit for edit in edits)}")


@command("group")
class GroupChannels(EditCommand):
    """Group the channels of a unit for the fit: None (as its file does), "none", "optimal" or options, {"min_evt": 20}."""

    unit: str = argument(read.text)
    grouping: Any = argument(read.anything, typescript="string | Record<string, number | string | null> | null")

    def edit(self, setup: Setup) -> Edit:
        return Regroup(self.unit, self.grouping)
