"""The registry of commands: whatever a person may ask of a session, one attrs class each.

The class says all there is to say. Its fields are the arguments, each with its type and with the check of what was typed; its
docstring is the documentation; `undoable` says whether it enters the undo stack. What follows from it: the message of the front
end (`command_from`), the Python call (`method`, in `command_methods`), the row in PROTOCOL.md and the types of the front end
(widgets/make_protocol.py).

Not here: how arguments are read (`command_arguments`), the commands themselves (`actions`, `edit_commands`, `queries` and the
features), what becomes of them (`session`).
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, TypeVar, dataclass_transform

import attrs

from spec_lab._base import ParameterError
from spec_lab.fit import Setup
from spec_lab.session.fit_forms import OptionValue as OptionValue

if TYPE_CHECKING:
    from spec_lab.session.session import FitSession

Read = Callable[[Any, Setup], Any]  # what was typed → the argument; an argument passes through
REQUIRED = attrs.NOTHING
Arguments = ParamSpec("Arguments")
Made = TypeVar("Made", bound="Command")


def argument(read: Read, default: Any = REQUIRED, *, typescript: str = "") -> Any:
    """An argument of a command.

    Args:
        read: `read(value, setup)` checks what was typed and gives the argument.
        default: When it is left out.
        typescript: Its type in the front end, where that does not follow from the annotation.
    """
    return attrs.field(default=default, metadata={"read": read, "typescript": typescript})


@attrs.frozen
class Command:
    """Something a person may ask of a session."""

    wire: ClassVar[str] = ""  # its name in messages; "" where nobody asks for it
    undoable: ClassVar[bool] = False
    in_lesson: ClassVar[bool] = True  # whether a lesson allows it: False for what would give the best fit away

    def checked(self, setup: Setup) -> "Command":
        """The command with every argument checked and completed for a set-up.

        Raises:
            ParameterError: An argument does not fit.
        """
        fields = arguments_of(type(self))
        return attrs.evolve(self, **{f.name: f.metadata["read"](getattr(self, f.name), setup) for f in fields})

    def answer(self, session: "FitSession") -> Mapping[str, Any]:
        """Do it; what the reply carries."""
        raise NotImplementedError


class Query(Command):
    """A question: it changes nothing."""


COMMANDS: dict[str, type[Command]] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(argument, attrs.field))
def command(wire: str) -> Callable[[type[Made]], type[Made]]:
    """Class decorator: an attrs class, entered in the registry under its name in messages."""

    def enter(cls: type[Made]) -> type[Made]:
        made = attrs.frozen(cls)
        made.wire = wire
        COMMANDS[wire] = made
        return made

    return enter


def command_from(name: Any, args: Any, setup: Setup) -> Command:
    """The command of a message, checked.

    Raises:
        ParameterError: Unknown command, or arguments that do not fit it.
    """
    return named_command(name, args).checked(setup)


def named_command(name: Any, args: Any) -> Command:
    """The command of a message, its arguments as they came; those it does not know are ignored.

    Raises:
        ParameterError: Unknown command, or an argument is missing.
    """
    cls = COMMANDS.get(name) if isinstance(name, str) else None
    if cls is None:
        raise ParameterError("there is no such action", got=name, allowed=", ".join(sorted(COMMANDS)))
    if not isinstance(args, dict):
        raise ParameterError(f"the arguments of {name!r} must be named", got=args)
    for field in arguments_of(cls):
        if field.default is attrs.NOTHING and field.name not in args:
            raise ParameterError(f"the action {name!r} needs {field.name!r}", got=sorted(args))
    return cls(**{f.name: args[f.name] for f in arguments_of(cls) if f.name in args})


def arguments_of(cls: type[Command]) -> "list[attrs.Attribute[Any]]":
    """The fields of a command that are its arguments."""
    return [field for field in attrs.fields(cls) if "read" in field.metadata]


def method(make: Callable[Arguments, Command]) -> Callable[Concatenate[Any, Arguments], None]:
    """The Python call of a command: a method with its arguments and its documentation."""

    @functools.wraps(make, updated=())
    def call(self: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        self.perform(make(*args, **kwargs))

    mine = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    own = [p.replace(annotation=p.annotation) for p in inspect.signature(make).parameters.values()]
    vars(call).update(__signature__=inspect.Signature([mine, *own], return_annotation=None), command=make)
    return call
