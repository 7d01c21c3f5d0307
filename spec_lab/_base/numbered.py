"""A dictionary whose keys are the numbers 1, 2, ... as text, and which takes whole numbers too."""

from collections.abc import Iterable
from typing import TypeVar

from spec_lab._base.errors import ParameterError

T = TypeVar("T")


class Numbered(dict[str, T]):
    """Values by number, from 1: `values[1]` or `values["1"]`.

    Args:
        values: In order.

    >>> Numbered(["a", "b"])[2]
    'b'
    """

    def __init__(self, values: Iterable[T] = ()):
        super().__init__({str(i): value for i, value in enumerate(values, start=1)})

    def __missing__(self, number: object) -> T:
        if not isinstance(number, str) and str(number) in self:
            return self[str(number)]
        raise ParameterError("there is no such number", got=number, allowed=f"1 to {len(self)}" if self else "none")

    def __repr__(self) -> str:
        return "\n".join(f"{number}: {value!r}" for number, value in self.items()) or "none"
