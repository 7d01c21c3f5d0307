"""What a Struct shows, how it compares, inherits and is copied."""

import abc
import copy
import pickle
import typing
from typing import Any, ClassVar, Generic, TypeVar

import jax.numpy as jnp
import numpy as np
import pytest
from struct_samples import Line

from spec_lab.tree import (
    FieldKind,
    FieldSpec,
    FrozenStructError,
    Struct,
    StructABCMeta,
    StructMeta,
    ValidationError,
    derived_fields,
    field,
    fields,
    node_fields,
    opaque_fields,
    static_fields,
)


class Halves(Struct):
    left: Any
    right: Any
    width: float = field(static=True, init=False, derived=lambda self: float(self.right - self.left))
    kind: str = field(static=True, init=False, default="interval")

    def __init__(self, center, half):
        self._init_fields(left=center - half, right=center + half)


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
    assert len(repr(Box("a" * 1000))) == len(text)
    assert "y=" not in text


@pytest.mark.parametrize("hole", [float("nan"), np.float32("nan"), complex("nan+1j"), np.array([1.0, np.nan])])
def test_what_holds_nan_equals_its_copy(hole):
    class Box(Struct):
        x: Any

    assert Box(hole) == Box(copy.deepcopy(hole)) and Box([hole]) == Box([copy.deepcopy(hole)])
    assert Box(hole) != Box(1.0) and Box(float("nan")) != Box("nan")


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
