"""Struct without JAX: construction, lifecycle, immutability, replacement, inheritance, views, repr, equality."""

import abc
import copy
import inspect
import pickle
import typing
from typing import Any, ClassVar, Generic, TypeVar

import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab.tree import (
    FieldKind,
    FieldSpec,
    FrozenStructError,
    Struct,
    StructABCMeta,
    StructError,
    StructMeta,
    ValidationError,
    derived_fields,
    field,
    fields,
    node_fields,
    opaque_fields,
    static_fields,
)


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


# views


def test_views_in_declaration_order():
    assert list(Line.fields()) == ["x", "y", "name", "handle", "total"]
    assert all(isinstance(spec, FieldSpec) for spec in Line.fields().values())
    assert Line.node_fields() == ("x", "y")
    assert Line.static_fields() == ("name", "total")
    assert Line.opaque_fields() == ("handle",)
    assert Line.derived_fields() == ("total",)
    assert Line.fields()["name"].kind is FieldKind.STATIC
    with pytest.raises(TypeError):
        Line.fields()["z"] = 1


def test_module_level_views_agree_on_class_and_instance():
    for target in (Line, Line(1)):
        assert fields(target) == Line.fields()
        assert node_fields(target) == ("x", "y")
        assert static_fields(target) == ("name", "total")
        assert opaque_fields(target) == ("handle",)
        assert derived_fields(target) == ("total",)


def test_iteration_match_args_and_size():
    line = Line(1.0, 2.0)
    assert list(line) == [1.0, 2.0, "line", None, 1.0]
    assert Line.__match_args__ == ("x", "y", "name", "handle")
    match line:
        case Line(x, y, name=name):
            assert (x, y, name) == (1.0, 2.0, "line")
    assert line.tree_size() == 2
    assert Line([1, 2, 3]).tree_size() == 4


def test_match_args_leave_out_keyword_only_and_non_init():
    class Box(Struct):
        a: int
        b: int = field(kw_only=True, default=1)
        c: int = field(init=False, default=1)

    assert Box.__match_args__ == ("a",)


def test_to_dict():
    line = Line(Line([1, 2]).replace(handle=3).x, handle="h")
    assert line.to_dict() == {"x": [1, 2], "y": 2.0, "name": "line", "handle": "h", "total": 3.0}
    assert "handle" not in line.to_dict(include_opaque=False)

    class Outer(Struct):
        inner: Any

    shown = Outer(Line(np.array([1.0]), handle=1)).to_dict(recursive=True, include_opaque=False)
    assert set(shown["inner"]) == {"x", "y", "name", "total"}
    assert Outer(Line(1)).to_dict()["inner"] == Line(1)


# repr and equality


def test_repr_shows_arrays_by_dtype_and_shape():
    text = repr(Line(np.zeros((2, 3), dtype=np.float32), jnp.arange(4, dtype="int32")))
    assert text == "Line(x=float32[2,3], y=int32[4], name='line', handle=None, total=0.0)"


def test_repr_cuts_long_values_and_hides_fields():
    class Box(Struct):
        x: Any
        y: Any = field(default=1, repr=False)

    text = repr(Box(list(range(200))))
    assert text.endswith("...)") and len(text) == len("Box(x=)") + 88
    assert "y=" not in text


def test_equality_by_content():
    a, b = Line(np.array([1.0, 2.0])), Line(np.array([1.0, 2.0]))
    assert a == b
    assert a != b.replace(name="other")
    assert a != Line(np.array([1.0, 3.0])) and a != Line(np.array([1.0]))
    assert a != 3 and a != "Line"


def test_equality_of_nested_containers_and_keys():
    import jax

    class Box(Struct):
        x: Any
        skip: Any = field(default=None, compare=False)

    assert Box({"a": [np.ones(2), 1]}) == Box({"a": [jnp.ones(2), 1]})
    assert Box({"a": [np.ones(2), 1]}) != Box({"a": [np.zeros(2), 1]})
    assert Box({"a": 1}) != Box({"b": 1})
    assert Box([1]) != Box((1,))
    assert Box(1, skip=1) == Box(1, skip=2)
    assert Box(jax.random.key(1)) == Box(jax.random.key(1))
    assert Box(jax.random.key(1)) != Box(jax.random.key(2))
    assert Box(jax.random.key(1)) != Box(np.zeros(2))


def test_subclass_instances_are_not_equal_to_base_instances():
    class Child(Line):
        pass

    assert Child(1) != Line(1)


# inheritance


def test_fields_in_mro_order_and_overrides_keep_their_place():
    class A(Struct):
        a: int = 1
        b: int = 2

    class B(A):
        c: int = 3
        a: float = 9

    assert list(B.fields()) == ["a", "b", "c"]
    assert tuple(B()) == (9, 2, 3)


def test_diamonds_take_the_nearest_definition():
    class A(Struct):
        x: int = 1

    class B(A):
        b: int = 2

    class C(A):
        x: int = 10

    class D(B, C):
        pass

    assert D().x == 10


def test_a_plain_value_in_a_subclass_is_a_new_default():
    class Child(Line):
        y = 5.0

    assert Child(1).y == 5.0 and Line(1).y == 2.0


def test_a_method_may_not_hide_an_inherited_field():
    with pytest.raises(ValidationError, match="hides"):

        class Child(Line):
            @property
            def y(self):
                return 1


def test_methods_properties_and_super_work():
    class Base(Struct):
        x: int

        def double(self):
            return 2 * self.x

        @property
        def triple(self):
            return 3 * self.x

        @classmethod
        def make(cls):
            return cls(4)

    class Child(Base):
        def double(self):
            return super().double() + 1

    assert Child(3).double() == 7 and Child(3).triple == 9 and isinstance(Child.make(), Child)


def test_generic_structs():
    T = TypeVar("T")

    class Box(Struct, Generic[T]):
        x: T

    assert Box[int](3).x == 3


def test_metaclass_alone_makes_a_struct_and_class_keywords_pass():
    class Registering(Struct):
        def __init_subclass__(cls, tag=None, **kwargs):
            super().__init_subclass__(**kwargs)
            cls.tag = tag

    class Child(Registering, tag="t"):
        x: int = 1

    class Bare(metaclass=StructMeta):
        x: int

    assert Child.tag == "t" and Child().x == 1
    assert issubclass(Bare, Struct) and Bare(2).x == 2


def test_abstract_structs():
    class Shape(Struct, metaclass=StructABCMeta):
        @abc.abstractmethod
        def area(self): ...

        @property
        @abc.abstractmethod
        def label(self): ...

    class Square(Shape):
        side: float
        label: str = field(static=True, default="square")  # a field fulfils an abstract property

        def area(self):
            return self.side**2

    with pytest.raises(TypeError):
        Shape()
    assert Square(3.0).area() == 9.0 and Square(3.0).label == "square"


def test_class_variables_are_no_fields():
    class Box(Struct):
        x: int
        table: ClassVar[dict] = {"a": 1}
        other: typing.ClassVar = [1]

    assert list(Box.fields()) == ["x"]
    assert Box.table == {"a": 1} and Box(1).other == [1]


# copies


def test_copies_and_pickles_are_equal_frozen_and_rederive():
    line = Line(np.array([1.0, 2.0]))
    for twin in (copy.copy(line), copy.deepcopy(line), pickle.loads(pickle.dumps(line))):
        assert twin == line and twin.total == 3.0
        with pytest.raises(FrozenStructError):
            twin.x = 1
    assert copy.copy(line).x is line.x
    assert copy.deepcopy(line).x is not line.x
    assert "total" not in line.__getstate__()


def test_copies_of_custom_init_instances_are_frozen():
    twin = pickle.loads(pickle.dumps(Halves(3.0, 1.0)))
    with pytest.raises(FrozenStructError):
        twin.left = 0


def test_weak_references():
    import weakref

    line = Line(1)
    assert weakref.ref(line)() is line
