"""Where a value or a prior comes from, so that later work never moves what a person gave.

One code a slot, for its value and for its prior, kept by a `Setup` and changed by the edit that changes what it describes:
typing a value or a prior makes it *given*, applying the best point of a run *fitted*, a guess from the data *guessed*. What
nobody touched is the component's *default*.
"""

from enum import IntEnum

import numpy as np
from jaxtyping import Float, Int8

from spec_lab._base import ParameterError

Origins = Int8[np.ndarray, "p"]


class Origin(IntEnum):
    """Where a value or a prior comes from."""

    DEFAULT = 0
    GUESSED = 1
    FITTED = 2
    GIVEN = 3

    @classmethod
    def of(cls, word: str) -> "Origin":
        """The origin of that name.

        Raises:
            ParameterError: There is none.
        """
        for origin in cls:
            if origin.word == word:
                return origin
        raise ParameterError("unknown origin of a value", got=word, allowed=", ".join(each.word for each in cls))

    @property
    def word(self) -> str:
        """`default`, `guessed`, `fitted` or `given`."""
        return self.name.lower()


def told_apart(same: list[bool]) -> Origins:
    """Default where something equals the component's default, else given."""
    return np.where(same, Origin.DEFAULT, Origin.GIVEN).astype(np.int8)


def marked(origins: Origins, indices: list[int], origin: Origin) -> Origins:
    """`origins` with another code at `indices`; the same object where that changes nothing."""
    if (origins[indices] == origin).all():
        return origins
    changed = origins.copy()
    changed[indices] = origin
    return changed


def equal_values(values: Float[np.ndarray, "p"], defaults: list[float | None]) -> list[bool]:
    """Which values are their component's default, to the digits that a file or a chart keeps."""
    return [
        d is not None and bool(np.isclose(v, d, rtol=1e-12, atol=0.0)) for v, d in zip(values, defaults, strict=True)
    ]
