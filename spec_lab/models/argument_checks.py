"""What a component may be given, and what is said when it is given something else.

`check_names` looks at the names and the number of arguments before anything is made; `check_setting` at the value of one
setting. Values of parameters are looked at where they are wrapped (`parameter.Declaration.wrap`).
"""

import inspect
import math
import numbers
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from spec_lab._base import ModelError, nearest

Setting = bool | int | float | str  # what a component may be told that is no parameter


class ArgumentError(ModelError, TypeError):
    """A component was called with an argument that it does not take."""


@cache
def _accepted(init: Any) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Of an `__init__`: what may be given by position, what only by name, and whether anything goes."""
    given = list(inspect.signature(init).parameters.values())[1:]
    kinds = {kind: tuple(p.name for p in given if p.kind is kind) for kind in {p.kind for p in given}}
    anything = inspect.Parameter.VAR_KEYWORD in kinds or inspect.Parameter.VAR_POSITIONAL in kinds
    first = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return kinds.get(first, ()), kinds.get(inspect.Parameter.KEYWORD_ONLY, ()), anything


def check_names(cls: type, count: int, names: Iterable[str]) -> None:
    """Refuse arguments that the constructor of a component does not take.

    Args:
        cls: The class.
        count: How many arguments were given by position.
        names: Those given by name.

    Raises:
        ArgumentError: Too many, or unknown ones; a ModelError and a TypeError.
    """
    places, settings, anything = _accepted(cls.__init__)
    if anything:
        return
    allowed = f"parameters {_listed(places)}; settings {_listed(settings)}"
    for name in names:
        if name not in places and name not in settings:
            raise ArgumentError(
                f"{cls.__name__} has no parameter or setting {name!r}",
                allowed=allowed,
                hint=nearest(name, (*places, *settings)),
            )
    if count > len(places):
        raise ArgumentError(
            f"{cls.__name__} takes at most {len(places)} values without a name",
            got=count,
            allowed=allowed,
            hint=f"Name them: {cls.__name__}({places[0]}=..., ...)." if places else None,
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def check_setting(cls: type, name: str, default: Setting, value: Setting | None, above: float | None) -> None:
    """Refuse a setting whose value is of another kind than its default, or not above its limit.

    Raises:
        ModelError: Names the component, the setting, and what is allowed.
    """
    if isinstance(default, bool):
        good, allowed = isinstance(value, bool), "True or False"
    elif isinstance(default, numbers.Real):
        number = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
        good, allowed = math.isfinite(number) and (above is None or number > above), "a finite number"
        allowed += "" if above is None else f" above {above:g}"
    else:
        good, allowed = default is None or isinstance(value, type(default)), f"a {type(default).__name__}"
    if not good:
        raise ModelError(f"{cls.__name__} cannot have this {name}", got=value, allowed=allowed)
