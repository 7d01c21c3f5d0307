"""Struct without JAX: construction, lifecycle, immutability, replacement, inheritance, views, repr, equality."""

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from struct_samples import Counter, Line

from spec_lab.tree import (
    FrozenStructError,
    Struct,
    StructMeta,
    ValidationError,
    field,
)

# construction


def test_arguments_by_position_and_keyword():
    assert Line(1, 3).y == 3
    assert Line(y=3, x=1).x == 1
    assert Line(1).y == 2.0


@pytest.mark.parametrize("arguments", [((), {}), ((1, 2, "a", None, 5), {}), ((1,), {"x": 1}), ((1,), {"nope": 1})])
def test_wrong_arguments_are_type_errors(arguments):
    args, kwargs = arguments
    with pytest.raises(TypeError):
        Line(*args, **kwargs)


def test_derived_and_non_init_fields_are_not_arguments():
    with pytest.raises(TypeError):
        Line(1, total=3.0)
    with pytest.raises(TypeError):
        Counter(1, calls=3)


def test_signature_shows_fields_and_defaults():
    class Box(Struct):
        a: int
        b: int = 3
        c: list = field(default_factory=list, kw_only=True)

    parameters = inspect.signature(Box).parameters
    assert list(parameters) == ["a", "b", "c"]
    assert parameters["b"].default == 3
    assert repr(parameters["c"].default) == "<default>"
    assert parameters["c"].kind is inspect.Parameter.KEYWORD_ONLY
    assert Box.__init__.__qualname__.endswith("Box.__init__")


def test_keyword_only_fields():
    class Box(Struct):
        a: int = field(kw_only=True)
        b: int = 1

    assert Box(5, a=2).b == 5
    with pytest.raises(TypeError):
        Box(5, 2)


def test_factories_run_once_an_instance():
    class Box(Struct):
        items: list = field(default_factory=list)

    assert Box().items == [] and Box().items is not Box().items
    given = [1]
    assert Box(given).items is given


def test_init_false_without_default_fails_at_instantiation_not_at_class_creation():
    class Box(Struct):
        x: int = field(init=False)

    with pytest.raises(TypeError, match="x"):
        Box()


@pytest.mark.parametrize("name", ["self", "d", "cls", "x", "aux", "children", "new", "state", "put", "last", "data"])
def test_a_field_may_be_called_almost_anything(name):
    Box = StructMeta("Box", (Struct,), {"__annotations__": {name: int, "other": int}, "__module__": __name__})
    box = Box(3, 4)
    assert getattr(box, name) == 3 and box.other == 4
    assert getattr(box.replace(**{"other": 5}), name) == 3


# immutability


def test_setting_and_deleting_raise_and_name_the_attribute():
    line = Line(1)
    with pytest.raises(FrozenStructError, match="x"):
        line.x = 2
    with pytest.raises(FrozenStructError, match="x"):
        del line.x
    with pytest.raises(AttributeError):
        line.new_attribute = 1
    assert line.x == 1


def test_unhashable():
    assert Line.__hash__ is None
    with pytest.raises(TypeError):
        hash(Line(1))


def test_post_init_may_set_and_then_it_is_frozen():
    counter = Counter(1)
    assert counter.calls == 1
    with pytest.raises(FrozenStructError):
        counter.n = 2


# custom constructors


class Halves(Struct):
    left: Any
    right: Any
    width: float = field(static=True, init=False, derived=lambda self: float(self.right - self.left))
    kind: str = field(static=True, init=False, default="interval")

    def __init__(self, center, half):
        self._init_fields(left=center - half, right=center + half)


def test_custom_init_runs_the_lifecycle_through_init_fields():
    halves = Halves(3.0, 1.0)
    assert (halves.left, halves.right, halves.width, halves.kind) == (2.0, 4.0, 2.0, "interval")
    with pytest.raises(FrozenStructError):
        halves.left = 0


def test_replace_of_a_class_with_custom_init():
    halves = Halves(3.0, 1.0).replace(right=6.0)
    assert (halves.left, halves.right, halves.width) == (2.0, 6.0, 4.0)
    with pytest.raises(FrozenStructError):
        halves.left = 0


def test_a_subclass_without_fields_keeps_the_constructor_of_its_base():
    class Base(Struct):
        x: Any
        y: Any = 0

        def __init__(self, x):
            self._init_fields(x=2 * x)

    class Same(Base):
        pass

    class More(Base):
        z: Any = 1

    assert Same(3).x == 6 and Same(3).replace(x=1).x == 1
    assert jax.tree_util.tree_map(lambda v: v + 1, Same(3)).x == 7
    for made in (Same(3), jax.tree_util.tree_map(lambda v: v, Same(3))):
        with pytest.raises(FrozenStructError):
            made.x = 1
    assert More(3, 4, 5).x == 3, "new fields make a new constructor"


def test_init_fields_refuses_unknown_missing_and_derived():
    class Box(Struct):
        x: int
        d: int = field(static=True, init=False, derived=lambda: 1)

        def __init__(self, **values):
            self._init_fields(**values)

    assert Box(x=1).d == 1
    for values in ({}, {"x": 1, "z": 2}, {"x": 1, "d": 2}):
        with pytest.raises(TypeError):
            Box(**values)


def test_init_fields_takes_non_init_fields():
    class Box(Struct):
        x: int = field(init=False)

        def __init__(self, v):
            self._init_fields(x=v)

    assert Box(4).x == 4


def test_a_custom_init_that_just_assigns_never_freezes():
    class Loose(Struct):
        x: int

        def __init__(self, x):
            self.x = x

    loose = Loose(1)
    loose.x = 2
    assert loose.x == 2
    del loose.x
    assert not hasattr(loose, "x")


def test_custom_init_may_call_the_generated_one_of_its_base_and_go_on():
    class Base(Struct):
        x: int

        def __post_init__(self):
            self.x = self.x + 1

    class Child(Base):
        y: int

        def __init__(self, v):
            super().__init__(v)
            self.y = v

    child = Child(1)
    assert (child.x, child.y) == (2, 1)


def test_a_subclass_without_init_gets_a_generated_one_again():
    class Child(Halves):
        note: str = field(static=True, default="n")

    assert Child(1.0, 4.0).width == 3.0


# hooks


def test_converters_take_value_or_self_and_value():
    class Box(Struct):
        scale: float = field(converter=float)
        x: Any = field(converter=lambda self, value: value * self.scale)
        y: Any = field(converter=np.asarray, default=(1, 2))
        z: Any = field(converter=int, default="3")
        w: Any = field(converter=jnp.asarray, default=1.5)

    box = Box("2", 5)
    assert (box.scale, box.x, box.z) == (2.0, 10.0, 3)
    assert isinstance(box.y, np.ndarray) and isinstance(box.w, jnp.ndarray)


def test_converters_run_on_defaults_and_factories_too():
    class Box(Struct):
        a: Any = field(default="1", converter=int)
        b: Any = field(default_factory=lambda: "2", converter=int)
        c: Any = field(init=False, default="3", converter=int)

    assert tuple(Box()) == (1, 2, 3)


def test_validators_refuse_by_false_or_by_raising():
    class Box(Struct):
        x: int = field(validator=lambda value: value > 0, default=1)
        y: int = field(validator=[lambda value: None, lambda self, value: value != self.x], default=2)
        z: int = field(validator=lambda value: 1 / value, default=1)

    Box()
    with pytest.raises(ValidationError, match=r"Box\.x"):
        Box(-1)
    with pytest.raises(ValidationError, match=r"Box\.y"):
        Box(2, 2)
    with pytest.raises(ZeroDivisionError):
        Box(z=0)


@pytest.mark.parametrize("verdict", [False, np.False_])
def test_only_false_refuses(verdict):
    class Box(Struct):
        x: Any = field(validator=lambda value: value)

    with pytest.raises(ValidationError):
        Box(verdict)
    for fine in (0, None, "", [], True):
        Box(fine)


def test_wrong_hook_arity_is_a_type_error():
    class C(Struct):
        x: int = field(converter=lambda a, b, c: 1)

    class V(Struct):
        x: int = field(validator=lambda: True)

    class D(Struct):
        x: int = 1
        d: int = field(static=True, init=False, derived=lambda a, b: 1)

    for cls in (C, V, D):
        with pytest.raises(TypeError):
            cls(1)


def test_lifecycle_order():
    seen = []

    class Box(Struct):
        x: int = field(converter=lambda v: seen.append("convert") or v, validator=lambda v: seen.append("validate"))
        d: int = field(static=True, init=False, derived=lambda self: seen.append("derive") or self.x)

        def __post_init__(self):
            seen.append("post")
            self.x = 10

    box = Box(1)
    assert seen == ["convert", "derive", "post", "derive", "validate"]
    assert box.d == 10
