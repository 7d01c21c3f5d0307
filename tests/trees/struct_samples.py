"""Two structs that the tests of Struct share: one of every kind of field, one that counts its post-initialisation."""

from typing import Any

import numpy as np

from spec_lab.tree import Struct, field


class Line(Struct):
    x: Any
    y: Any = 2.0
    name: str = field(static=True, default="line")
    handle: Any = field(pytree=False, default=None)
    total: float = field(static=True, init=False, derived=lambda self: float(np.sum(self.x)))


class Counter(Struct):
    n: int
    calls: int = field(init=False, default=0, static=True)

    def __post_init__(self):
        self.calls += 1
