"""The lines of an XSPEC script (.xcm): which command stands in each, with its number for every message.

The grammar is that of the XSPEC manual (Arnaud, Dorman & Gordon, *Xspec Users' Guide*, "Commands"): one command a line, in any
case and abbreviated, `#` begins a comment, a backslash goes on in the next line. Nothing is run: Tcl is refused.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from spec_lab._base import DataError, SpecLabError

READ = (
    "data", "model", "newpar", "freeze", "thaw", "untie", "ignore", "notice", "response", "arf", "backgrnd", "statistic",
    "method", "weight", "abund", "xsect", "cosmo", "xset", "systematic", "bayes", "corfile", "cornorm", "setplot", "energies",
)  # fmt: skip
REFUSED = {
    "rmodel": "a response with parameters cannot be held",
    "gain": "a shifted gain cannot be held",
    "rnewpar": "a response with parameters cannot be held",
    "rfreeze": "a response with parameters cannot be held",
    "rthaw": "a response with parameters cannot be held",
    "runtie": "a response with parameters cannot be held",
    "mdefine": "a model written as a formula cannot be held; make a component of it (spec_lab.models.component)",
    "lmod": "a local model cannot be loaded",
    "initpackage": "a local model cannot be built",
    "addcomp": "a model that is changed step by step is not followed; write the whole of it as model",
    "delcomp": "a model that is changed step by step is not followed; write the whole of it as model",
    "editmod": "a model that is changed step by step is not followed; write the whole of it as model",
    "diagrsp": "a diagonal response cannot be held",
    "dummyrsp": "a dummy response cannot be held",
    "fakeit": "spectra are not simulated here; use spec_lab.data for that",
}
TCL = (
    "set",
    "for",
    "foreach",
    "while",
    "if",
    "proc",
    "puts",
    "source",
    "tclout",
    "global",
    "return",
    "exec",
    "open",
    "close",
)
HARMLESS = (
    "fit", "error", "plot", "iplot", "cpd", "query", "show", "save", "chatter", "autosave", "log", "parallel", "chain", "steppar",
    "goodness", "flux", "lumin", "eqwidth", "hardcopy", "identify", "improve", "margin", "modid", "multifake", "renorm",
    "rescalecov", "script", "suggest", "thleqw", "time", "undo", "uncertain", "version", "ftest", "genetic", "comsum", "exit",
    "quit", "extend", "help", "tclexit",
)  # fmt: skip
_PARAMETERS = re.compile(r"^(=|/|,|[-+]?\.?\d)")


class XcmCommand(NamedTuple):
    """One command of a script.

    Attributes:
        file: Name of the script.
        line: Its number, from 1.
        name: The whole word, lower case.
        text: What follows the word.
        parameters: Of `model`: the lines of parameters that follow, as (number, text).
    """

    file: str
    line: int
    name: str
    text: str
    parameters: tuple[tuple[int, str], ...] = ()

    @property
    def words(self) -> list[str]:
        """What follows, parted at blanks."""
        return self.text.split()

    @property
    def where(self) -> str:
        """`fit.xcm, line 3`."""
        return f"{self.file}, line {self.line}"

    def refuse(self, why: str, allowed: str | None = None, hint: str | None = None) -> NoReturn:
        """Raise.

        Raises:
            DataError: Names file, line, reason and text.
        """
        raise DataError(f"{self.where}: {why}", got=f"{self.name} {self.text}".strip(), allowed=allowed, hint=hint)

    def at(self, line: int, text: str) -> "XcmCommand":
        """The same command with another line as its text: one of its lines of parameters."""
        return self._replace(line=line, text=text)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Say of every refusal inside in which line it arose."""
        try:
            yield
        except SpecLabError as error:
            if str(error).startswith(self.file):
                raise
            raise DataError(f"{self.where}: {error.what}", got=f"{self.name} {self.text}".strip(), allowed=error.allowed,
                            hint=error.hint or (error.got and f"There: {error.got}.")) from error  # fmt: skip


def commands(text: str, file: str) -> list[XcmCommand]:
    """The commands of a script, in order.

    Args:
        text: The script.
        file: What it is called in messages.

    Raises:
        DataError: Tcl, an unknown command, or one that cannot be held.
    """
    found: list[XcmCommand] = []
    lines = list(_logical(text))
    while lines:
        number, line = lines.pop(0)
        if not line:
            continue
        parts = [part.strip() for part in line.split("&")]
        word, _, rest = parts[0].partition(" ")
        command = XcmCommand(file, number, word.lower(), rest.strip())
        command = _known(command)
        if command.name == "model":
            following = [(number, part) for part in parts[1:]]
            while lines and _goes_on(lines, bool(following)):
                following.append(lines.pop(0))
            command = command._replace(parameters=tuple(following))
        elif len(parts) > 1 and command.name not in HARMLESS:
            command.refuse("& joins the lines of a model only")
        found.append(command)
    return found


def _goes_on(lines: list[tuple[int, str]], begun: bool) -> bool:
    """Whether the next line is one of parameters; an empty one between two of them stands for defaults, as in XSPEC."""
    following = next((text for _, text in lines if text), "")
    return bool(_PARAMETERS.match(lines[0][1] or (following if begun else "")))


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line, without comments, continued ones joined."""
    held, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") and not held:
            continue  # an empty line means something among parameters, a comment does not
        line = re.sub(r"(^|[\s;])#.*", "", line.expandtabs()).strip().rstrip(";").strip()
        first = first if held else number
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        yield first, (held + line).strip()
        held = ""
    if held:
        yield first, held.strip()


def _known(command: XcmCommand) -> XcmCommand:
    """The command by its whole name."""
    if "$" in command.text or command.name in TCL or command.name.startswith(("$", "@", "[", "}")):
        hint = "Run it in XSPEC, and give what `save all` writes there."
        command.refuse("this is Tcl, which is not run", hint=hint)
    names = (*READ, *REFUSED, *HARMLESS)
    name = command.name if command.name in names else None
    if name is None and len(command.name) > 1:
        name = next((each for each in names if each.startswith(command.name)), None)
    if name is None:
        command.refuse("there is no such command", allowed=", ".join(READ))
    command = command._replace(name=name)
    if name in REFUSED:
        command.refuse(REFUSED[name])
    return command
