"""Derived fields, the static rule and `replace`."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from struct_samples import Counter, Line

from spec_lab.tree import (
    FrozenStructError,
    Struct,
    StructError,
    ValidationError,
    field,
)

# derived fields


def test_derived_takes_nothing_or_self_and_sees_earlier_ones():
    class Box(Struct):
        x: int
        a: int = field(static=True, init=False, derived=lambda: 7)
        b: int = field(static=True, init=False, derived=lambda self: self.c + self.a)
        c: int = field(pytree=False, init=False, derived=lambda self: self.x * 2)

    box = Box(3)
    assert (box.a, box.b, box.c) == (7, 13, 6)
    assert box.replace(x=4).b == 15


def test_derived_is_computed_once_and_kept():
    calls = []

    class Box(Struct):
        x: int
        d: object = field(pytree=False, init=False, derived=lambda self: calls.append(1) or object())

    box = Box(1)
    assert box.d is box.d and len(calls) == 1


def test_derived_values_are_converted_and_validated():
    class Box(Struct):
        x: float
        d: int = field(static=True, init=False, derived=lambda s: s.x * 2, converter=int, validator=lambda v: v < 10)

    assert Box(1.6).d == 3
    with pytest.raises(ValidationError, match="d"):
        Box(20)


def test_a_static_derived_value_obeys_the_static_rule():
    class Box(Struct):
        x: Any
        d: Any = field(static=True, init=False, derived=lambda s: s.x)

    with pytest.raises(ValidationError):
        Box([1])


def test_a_derivation_of_itself_is_named():
    class Box(Struct):
        x: int
        d: int = field(static=True, init=False, derived=lambda s: s.d + 1)

    with pytest.raises(StructError, match="derived from itself"):
        Box(1)


def test_an_error_in_a_derivation_shows_at_construction():
    with pytest.raises((TypeError, ValueError)):
        Line("not a number")


def test_rederive_after_outside_mutation():
    line = Line(np.array([1.0, 2.0]))
    line.x[0] = 5.0
    assert line.total == 3.0
    assert line.rederive() is line
    assert line.total == 7.0


def test_rederive_validates_again():
    class Positive(Struct):
        x: Any = field(validator=lambda value: bool(np.all(value > 0)))
        total: Any = field(static=True, init=False, derived=lambda s: float(np.sum(s.x)))
        words: Any = field(static=True, default=("a",))

    made = Positive(np.array([1.0, 2.0]))
    made.x[0] = 5.0
    assert made.rederive().total == 7.0
    made.x[0] = -1.0
    with pytest.raises(ValidationError, match=r"Positive\.x"):
        made.rederive()
    other = Positive(np.array([1.0]))
    other.__dict__["words"] = ["a"]
    with pytest.raises(ValidationError, match=r"Positive\.words"):
        other.rederive()


def test_derived_fields_cannot_be_set():
    with pytest.raises(FrozenStructError):
        Line(1).total = 2.0


# static rule


@pytest.mark.parametrize(
    "value",
    [
        [1],
        {"a": 1},
        {1},
        np.zeros(2),
        (1, (np.zeros(2),)),
        (1, [2]),
        frozenset({(1,)}) and ([],),
        Line(1),
    ],
)
def test_static_refuses_unhashable_values_and_arrays_at_any_depth(value):
    with pytest.raises(ValidationError, match="name"):
        Line(1, name=value)


def test_static_refuses_jax_arrays_and_arrays_inside_identity_hashed_dataclasses():
    import dataclasses
    import functools

    @dataclasses.dataclass(frozen=True, eq=False)
    class Hidden:
        inner: Any

    for value in (jnp.zeros(2), (jnp.zeros(2),), Hidden((np.zeros(1),)), functools.partial(max, np.zeros(1))):
        with pytest.raises(ValidationError, match="array"):
            Line(1, name=value)
    assert Line(1, name=Hidden(3)).name.inner == 3


@pytest.mark.parametrize(
    "value", [1, 1.5, "a", None, True, 1j, b"x", (1, ("a", None)), frozenset({1}), int, len, np.float64(2)]
)
def test_static_admits_hashable_values(value):
    assert Line(1, name=value).name == value


def test_a_static_rule_violation_is_a_type_error_too():
    with pytest.raises(TypeError):
        Line(1, name=[1])


# replace


def test_replace_makes_a_copy_and_recomputes():
    line = Line(np.array([1.0, 2.0]))
    other = line.replace(x=np.array([5.0]), name="b")
    assert (other.total, other.name, line.total, line.name) == (5.0, "b", 3.0, "line")


def test_replace_of_nothing_is_equal():
    line = Line(np.array([1.0, 2.0]), handle=object())
    assert line.replace() == line and line.replace() is not line
    assert line.replace().handle is line.handle


@pytest.mark.parametrize("name", ["nope", "total"])
def test_replace_refuses_unknown_and_derived_names(name):
    with pytest.raises(TypeError, match=name):
        Line(1).replace(**{name: 1})


def test_replace_runs_converters_validators_and_post_init_once():
    runs = []

    class Box(Struct):
        x: int = field(converter=int, validator=lambda v: v > 0)

        def __post_init__(self):
            runs.append(self.x)

    box = Box("3")
    assert box.replace(x="4").x == 4
    assert runs == [3, 4]
    with pytest.raises(ValidationError):
        box.replace(x=-1)


def test_replace_keeps_non_init_fields_against_the_hook():
    counter = Counter(1)
    for _ in range(3):
        counter = counter.replace(n=counter.n + 1)
    assert (counter.n, counter.calls) == (4, 1)
    assert counter.replace(calls=7).calls == 7


def test_replace_keeps_the_same_opaque_token():
    class Box(Struct):
        x: int
        token: object = field(pytree=False, default_factory=object)
        hidden: object = field(pytree=False, init=False, default_factory=object)

    box = Box(1)
    assert box.replace(x=2).token is box.token
    assert box.replace(x=2).hidden is box.hidden


def test_dunder_replace_is_replace():
    assert Line(1).__replace__(y=5).y == 5
