"""Who a module is: a number given at construction, which copies, transformations and files keep.

The number makes the fallback site name, so it must not change when a module is copied (an `id` does). A token also knows
the process it was born in: numbers from elsewhere are told apart, and numbering goes on above them.
"""

import itertools
import os
import secrets
from typing import NamedTuple

_births: dict[int, str] = {}
_counter = itertools.count()


def _birth() -> str:
    """A word for this process (a fork is another)."""
    return _births.setdefault(os.getpid(), secrets.token_hex(4))


class Token(NamedTuple):
    """Identity of a module across copies."""

    number: int
    birth: str

    def __reduce__(self) -> tuple:
        return _revive, (self.number, self.birth)


def new_token() -> Token:
    """A token never given before in this process."""
    return Token(next(_counter), _birth())


def _revive(number: int, birth: str) -> Token:
    global _counter
    if birth != _birth():
        _counter = itertools.count(max(next(_counter), number + 1))
    return Token(number, birth)
