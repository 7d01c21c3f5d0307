"""Typed values: a plain number, one with a unit ("612 keV"), or an expression tie ("=2*alpha+0.5", "=par[1]"), as an edit.

Nothing here changes anything: the result is an edit, or an error that teaches.
"""

import math
import re
from typing import Any

from spec_lab._base import ParameterError, held_number
from spec_lab.fit import Edit, SetTie, Setup, SetValue, Slot
from spec_lab.session import command_arguments as read

# an identifier with dots, that is no function, no `par[1]` or `p1`, and not part of a number such as 1e3
_NAME = re.compile(r"(?<![\w.])(?!par\b|p\d+\b)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?!\w*\s*[\[(])(?![\w.])")


def value_edit(setup: Setup, pid: Any, value: Any) -> Edit:
    """The edit for a typed value: a number, a number with a unit, or `=expression`."""
    index = setup.index(read.pid(pid, setup))
    if isinstance(value, str) and value.strip().startswith("="):
        return SetTie(index + 1, by_number(setup, value.strip()[1:].strip()))
    return SetValue(index + 1, number(value, setup.slots[index]))


def by_number(setup: Setup, expression: str) -> str:
    """An expression with its parameters as `par[n]`: `2*alpha+1` and `cpl.logEp` are understood, too.

    Raises:
        ParameterError: A name is that of no parameter, or of several.
    """
    return _NAME.sub(lambda found: f"par[{_place(setup, found[0]) + 1}]", expression)


def _place(setup: Setup, name: str) -> int:
    alone = [i for i, slot in enumerate(setup.slots) if slot.name == name]
    if len(alone) > 1:
        names = ", ".join(f"{setup.slots[i].component}.{name}" for i in alone)
        raise ParameterError(f"{name} is the name of several parameters", got=name, allowed=names)
    return alone[0] if alone else setup.index(name)


def number(value: Any, slot: Slot) -> float:
    """A typed number in the unit of a parameter.

    A unit refers to the physical quantity: "612 keV" for a parameter that holds log10 of an energy gives 2.7868.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ParameterError(f"the value of {slot.name} must be a number", got=value)
    try:
        found = float(value)
    except ValueError:
        return _with_unit(str(value), slot)
    except OverflowError:  # a whole number of hundreds of digits
        found = math.inf
    if not math.isfinite(found):
        raise ParameterError(f"the value of {slot.name} must be finite", got=value)
    return found


def _with_unit(text: str, slot: Slot) -> float:
    from astropy import units  # takes a while to import, and few people type units

    hint = "Type a number, a number with a unit, or =expression, such as =2*par[1]+0.5."
    try:
        quantity: Any = units.Quantity(text)
        if quantity.shape:
            raise ValueError("a list")  # astropy reads "[1]"
    except (TypeError, ValueError) as error:
        raise ParameterError(f"the value of {slot.name} is not a number", got=text, hint=hint) from error
    return held_number(quantity, slot.unit, slot.log, slot.name)
