"""ClassVar under `from __future__ import annotations`: text, not objects."""

from __future__ import annotations

import typing
import typing as t
from typing import Annotated, ClassVar
from typing import ClassVar as Shared

from spec_lab.tree import Struct, field


class Box(Struct):
    x: int
    a: ClassVar[int] = 1
    b: typing.ClassVar[int] = 2
    c: t.ClassVar = 3
    d: Shared[int] = 4
    e: ClassVar = 5
    f: Annotated[ClassVar[int], "note"] = 6
    ClassVariance: int = 7
    late: NotDefinedYet = None
    y: float = field(static=True, default=1.0)


class NotDefinedYet:
    pass


def test_textual_class_variables_are_no_fields():
    assert list(Box.fields()) == ["x", "ClassVariance", "late", "y"]
    assert (Box.a, Box.b, Box.c, Box.d, Box.e, Box.f) == (1, 2, 3, 4, 5, 6)


def test_the_rest_works_as_usual():
    box = Box(1)
    assert box.ClassVariance == 7 and box.replace(y=2.0).y == 2.0
