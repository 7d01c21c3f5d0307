"""What a `Parameterized` module knows about its parameters: immutable entries, a mode, and a stamp to compare by.

The whole is one static value of the module. Changing it means putting another value in its place, so every compiled
function that took the module sees the change, and every copy has what it was copied with. Distributions and start values
are in here, never among the leaves an optimiser would train.
"""

import dataclasses
from collections.abc import Mapping

from spec_lab._base import ParameterError
from spec_lab.bridge.descriptors import Belief, Start
from spec_lab.bridge.support import AnyConstraint
from spec_lab.bridge.token import Token, new_token

GUIDES = ("delta", "normal", "mvn")
MODES = ("model", "guide")


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    """One registered parameter.

    Args:
        init: Start value, callable, or variable.
        constraint: The allowed set, or None.
        prior: The prior, or None for a parameter site.
        guide: "delta", "normal" or "mvn".
        field: The field of the module that holds the variable, so that a later value of it counts.
        record: Whether a `Fixed` one is recorded as deterministic.
    """

    init: Start | None
    constraint: AnyConstraint | None = None
    prior: Belief | None = None
    guide: str = "delta"
    field: str | None = None
    record: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Registry:
    """Entries by name, and the mode. Equal if they come from the same change and have the same mode."""

    entries: Mapping[str, Entry] = dataclasses.field(default_factory=dict)
    mode: str = "model"
    stamp: Token | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Registry) and (self.stamp, self.mode) == (other.stamp, other.mode)

    def __hash__(self) -> int:
        return hash((self.stamp, self.mode))

    def __copy__(self) -> "Registry":
        return self

    def __deepcopy__(self, memo: dict) -> "Registry":
        return self

    def __getitem__(self, name: str) -> Entry:
        if name not in self.entries:
            raise KeyError(f"parameter {name!r} not registered; registered: {', '.join(self.entries) or 'none'}")
        return self.entries[name]

    def put(self, name: str, entry: Entry) -> "Registry":
        """With one entry more, or another."""
        return Registry({**self.entries, name: entry}, self.mode, new_token())

    def in_mode(self, mode: str) -> "Registry":
        """In another mode (ValueError if there is none such)."""
        return Registry(self.entries, choose("mode", mode, MODES), self.stamp)


def choose(what: str, value: str, allowed: tuple[str, ...]) -> str:
    """`value` if allowed, else a ParameterError (a ValueError) that lists what is."""
    if value not in allowed:
        raise ParameterError(f"{what} must be one of {', '.join(map(repr, allowed))}", got=value)
    return value


EMPTY = Registry()
