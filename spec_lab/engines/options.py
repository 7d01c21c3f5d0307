"""Options of engines with their ranges: said once, beside the default.

`make_options` refuses what lies outside; the forms of the Lab read them.
"""

from typing import Any

import attrs
import numpy as np
from attrs.validators import and_, ge, gt, le

from spec_lab._base import EngineError

SEEDS = 2**32 - 1  # the most that every random generator in use takes


def at_least(least: float, default: Any, most: float | None = None) -> Any:
    """An option from `least` to `most`, both included."""
    return attrs.field(default=default, validator=ge(least) if most is None else and_(ge(least), le(most)))


def above(bound: float, default: Any) -> Any:
    """An option greater than `bound`."""
    return attrs.field(default=default, validator=gt(bound))


def seed(default: int = 450001) -> Any:
    """The seed of an engine."""
    return at_least(0, default, SEEDS)


def new_seed() -> int:
    """A seed that nobody chose, small enough for every random generator in use (MultiNest's ends at 30 081)."""
    return int(np.random.SeedSequence().generate_state(1)[0] % 30000) + 1


def check_range(engine: str, option: Any, value: Any) -> None:
    """Refuse a value outside the option's range.

    Args:
        engine: Name of the engine, for the message.
        option: The attribute of its options.
        value: What was given, of the right kind.

    Raises:
        EngineError: The value is outside, or not a number.
    """
    parts = getattr(option.validator, "_validators", (option.validator,)) if option.validator else ()
    if all(part.compare_func(value, part.bound) for part in parts):
        return
    words = {">=": "at least", ">": "more than", "<=": "at most"}
    allowed = ", ".join(f"{words[part.compare_op]} {part.bound}" for part in parts)
    raise EngineError(f"the option {option.name!r} of {engine!r} is out of range", got=value, allowed=allowed)
