"""The parameters of an XSPEC script: six numbers or a link each, and what newpar, freeze, thaw and untie do to them.

Parameter k of data group g has the number (g - 1) n + k, n being the parameters of the model. A later group starts linked to the
first one. A delta that is not positive freezes (XSPEC manual, `newpar`).
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from spec_lab.exchange.xcm_links import link_value, read_link, references
from spec_lab.exchange.xcm_text import XcmCommand
from spec_lab.exchange.xspec_parameters import XspecModel, XspecParameter

Numbers = tuple[float, ...]


class XcmParameter(NamedTuple):
    """A parameter of a script.

    Attributes:
        number: From 1, over all groups.
        group: Its data group, from 0.
        component: Place of its component in the expression, from 0.
        parameter: What XSPEC has there.
        command: The line that says it last.
        numbers: Value, delta, hard minimum, soft minimum, soft maximum, hard maximum.
        link: What it follows; None where it stands alone.
    """

    number: int
    group: int
    component: int
    parameter: XspecParameter
    command: XcmCommand
    numbers: Numbers
    link: ast.expr | None = None

    @property
    def value(self) -> float:
        """Its own value."""
        return self.numbers[0]

    @property
    def frozen(self) -> bool:
        """Whether it is held."""
        return self.numbers[1] <= 0

    @property
    def limits(self) -> tuple[float, float, float, float]:
        """Hard minimum, soft minimum, soft maximum, hard maximum."""
        return self.numbers[2], self.numbers[3], self.numbers[4], self.numbers[5]


XcmParameters = tuple[XcmParameter, ...]


def first_entries(command: XcmCommand, models: Sequence[XspecModel], groups: int) -> XcmParameters:
    """The parameters as the lines after `model` have them; where there is none, XSPEC's default.

    Raises:
        DataError: A line is no parameter, or there are too many.
    """
    own = [(i, p) for i, model in enumerate(models) for p in model.parameters]
    lines = list(command.parameters)
    found: list[XcmParameter] = []
    for group in range(groups):
        for k, (component, parameter) in enumerate(own, start=1):
            number = group * len(own) + k
            link = read_link(f"p{k}") if group else None
            entry = XcmParameter(number, group, component, parameter, command, parameter.default, link)
            if lines and lines[0][1] == "/*":
                found.append(entry)
                continue
            line, text = lines.pop(0) if lines else (command.line, "")
            found.append(changed(entry, command.at(line, text)) if text not in ("", "/") else entry)
    if lines and lines[0][1] != "/*":
        command.at(*lines[0]).refuse(f"{len(own)} parameters in {groups} data groups have fewer lines")
    return tuple(found)


def changed(entry: XcmParameter, command: XcmCommand) -> XcmParameter:
    """A parameter after a line of numbers, or `= link`.

    Raises:
        DataError: The line is neither.
    """
    text = command.text.strip()
    if text.startswith("="):
        with command.reading():
            return entry._replace(link=read_link(text), command=command)
    numbers = list(entry.numbers)
    for place, word in enumerate(re.split(r"\s*,\s*|\s+", text)):
        if word.startswith("/"):
            break
        if not word:
            continue
        number = _number(word)
        if number is None or place > 5:
            command.refuse(
                "this is no parameter: value, delta, hard min, soft min, soft max, hard max", allowed="numbers, = p3, /"
            )
        numbers[place] = number
    return entry._replace(numbers=tuple(numbers), link=None, command=command)


def _number(word: str) -> float | None:
    try:
        return float(word.rstrip("Pp*"))
    except ValueError:
        return None


def after(entries: XcmParameters, command: XcmCommand) -> XcmParameters:
    """The parameters after newpar, freeze, thaw or untie.

    Raises:
        DataError: There is no such parameter, or the line cannot be read.
    """
    if not entries:
        command.refuse("there is no model yet")
    if ":" in command.text.split("=")[0]:
        command.refuse("there is one model here, without a name")
    if command.name == "newpar":
        match = re.match(r"(\d+)(?:\s*-\s*(\d+))?\s*(.*)", command.text)
        if match is None or (not match[3] and match[1] != "0"):
            command.refuse("newpar needs a number and what is new", allowed="newpar 3 1.7 0.01, newpar 3 = p1")
        if match[1] == "0":
            return entries
        numbers = range(int(match[1]), int(match[2] or match[1]) + 1)
        line = command.at(command.line, match[3])
        return _with(entries, numbers, command, lambda entry: changed(entry, line)._replace(command=command))
    numbers = [n for word in re.split(r"[\s,]+", command.text.strip()) for n in _numbered(word, len(entries), command)]
    if command.name == "untie":
        return _with(entries, numbers, command, lambda entry: untied(entries, entry))
    return _with(entries, numbers, command, lambda entry: _held(entry, command.name == "freeze"))


def _numbered(word: str, n: int, command: XcmCommand) -> range:
    match = re.fullmatch(r"(\*\*|\d+)(?:-(\*\*|\d+))?", word)
    if match is None:
        command.refuse(f"{word!r} is no number of a parameter", allowed="3, 1-4")
    first = 1 if match[1] == "**" else int(match[1])
    last = n if "**" in (match[1] if not match[2] else "", match[2]) else int(match[2] or first)
    return range(first, last + 1)


Change = Callable[[XcmParameter], XcmParameter]


def _with(entries: XcmParameters, numbers: Sequence[int], command: XcmCommand, change) -> XcmParameters:
    found = list(entries)
    for number in numbers:
        if not 1 <= number <= len(found):
            command.refuse("there is no such parameter", allowed=f"1 to {len(found)}")
        found[number - 1] = change(found[number - 1])
    return tuple(found)


def untied(entries: XcmParameters, entry: XcmParameter) -> XcmParameter:
    """The parameter at the value of its link, standing alone."""
    return entry._replace(numbers=(value_of(entries, entry.number), *entry.numbers[1:]), link=None)


def _held(entry: XcmParameter, frozen: bool) -> XcmParameter:
    step = abs(entry.numbers[1]) or abs(entry.parameter.default[1]) or 0.01
    return entry._replace(numbers=(entry.value, -step if frozen else step, *entry.numbers[2:]))


def value_of(entries: XcmParameters, number: int, _path: tuple[int, ...] = ()) -> float:
    """The value of a parameter, links followed, in XSPEC's units.

    Raises:
        DataError: A link names no parameter, or leads back to itself.
    """
    entry = entries[number - 1]
    if entry.link is None:
        return entry.value
    for n in references(entry.link):
        if not 1 <= n <= len(entries):
            entry.command.refuse(f"there is no parameter {n}", allowed=f"1 to {len(entries)}")
    if number in _path:
        entry.command.refuse("a parameter cannot follow itself", hint=" -> ".join(f"p{n}" for n in (*_path, number)))
    with entry.command.reading():
        return link_value(entry.link, lambda n: value_of(entries, n, (*_path, number)))


def is_constant(entries: XcmParameters, number: int) -> bool:
    """Whether nothing in a fit could move a parameter: it is frozen, or follows only such."""
    entry = entries[number - 1]
    if entry.link is None:
        return entry.frozen
    return all(is_constant(entries, n) for n in references(entry.link))


def in_group(entries: XcmParameters, group: int) -> Iterator[XcmParameter]:
    """The parameters of a data group."""
    return (entry for entry in entries if entry.group == group)


def refuse_logarithm(entry: XcmParameter) -> None:
    """Refuse a value without a logarithm where ours is one.

    Raises:
        DataError: The value is not positive.
    """
    entry.command.refuse(
        f"{entry.parameter.name} = {entry.value:g} has no logarithm, which is what is fitted here ({entry.parameter.ours})",
        hint="Give a small positive number, or leave the component out.",
    )
