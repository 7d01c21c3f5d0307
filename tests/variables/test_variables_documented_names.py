"""Every documented name is at its door, with the documented way to call it."""

import inspect

import pytest

import spec_lab.variables as door

NAMES = [
    "AbstractVariable",
    "Param",
    "Tagged",
    "Fixed",
    "Derived",
    "Constrained",
    "tagged",
    "derived",
    "constrained",
    "unwrap",
    "AbstractUnwrappable",
    "AbstractConstant",
    "is_constant",
    "AbstractAnnotated",
    "AbstractBounded",
    "AbstractConstraint",
    "RealLine",
    "Positive",
    "Negative",
    "Interval",
    "GreaterThan",
    "LessThan",
    "Random",
    "AbstractProbabilistic",
    "Frozen",
    "Parameterized",
    "Computed",
    "TransformedConstraint",
    "TreeConstraint",
    "CustomConstraint",
    "tree_base",
    "tree_bounds",
    "tree_update",
    "tree_replace",
    "Tie",
    "partition",
    "combine",
    "Metadata",
    "as_fixed",
    "as_free",
    "is_variable",
    "is_unwrappable",
]


@pytest.mark.parametrize("name", NAMES)
def test_name_is_at_the_door(name):
    assert getattr(door, name) is not None


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("Tagged", "(raw_value, *, metadata)"),
        ("Fixed", "(raw_value, *, metadata)"),
        ("Derived", "(fn, raw_value, *, metadata)"),
        ("Constrained", "(constraint, value, *, raw_value, metadata)"),
    ],
)
def test_constructor_takes_the_documented_arguments(name, call):
    parameters = list(inspect.signature(getattr(door, name)).parameters.values())
    words = [p.name for p in parameters]
    assert words == call.strip("()").replace("*, ", "").split(", ")
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters if p.name == "metadata")


def test_field_makers_take_the_documented_arguments():
    assert list(inspect.signature(door.tagged).parameters)[:2] == ["default", "metadata"]
    assert list(inspect.signature(door.derived).parameters)[:2] == ["fn", "default"]
    assert list(inspect.signature(door.constrained).parameters)[:2] == ["constraint", "default"]


@pytest.mark.parametrize("name", ["shape", "size", "dtype", "unwrap", "as_fixed", "as_free", "value", "metadata"])
def test_every_variable_has(name):
    for made in (door.Tagged(1.0), door.Fixed(1.0), door.Constrained(None, 1.0), door.Derived(abs, 1.0)):
        assert getattr(made, name) is not None


def test_a_fixed_one_is_both_variable_and_constant():
    assert issubclass(door.Fixed, door.AbstractVariable) and issubclass(door.Fixed, door.AbstractConstant)
    assert issubclass(door.Constrained, door.AbstractBounded)
    assert issubclass(door.AbstractVariable, door.AbstractUnwrappable)
    assert issubclass(door.AbstractConstraint, door.AbstractConstant)
    assert not issubclass(door.Tagged, door.AbstractConstant)
