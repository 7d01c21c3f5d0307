"""Three kinds of class, no overlap: what is saved is a Struct, what is called is an equinox module, what is configured is
`frozen_static`."""

import importlib

import attrs
import equinox as eqx
import jax
import pytest

from spec_lab.engines import ENGINES
from spec_lab.models import catalog, component_class
from spec_lab.tree import Struct, io

SAVED = """data:Spectrum data:Source data:Background data:Response data:Redistribution data:Auxiliary data:DataUnit data:Data
data.channels:Channels fit:PairSpec fit:Setup engines:Outcome infer.archive:Archive session.state:State
session.archive:SessionArchive""".split()
CALLED = """variables:AbstractVariable variables:AbstractConstraint models:Model models:Component models:Grid
bridge:PyroxModule bridge:Parameterized""".split()
CONFIGURED = ["data.grouping:Grouping", *(f"engines.{engine.options}" for engine in ENGINES.values())]


def named(where):
    module, name = where.split(":")
    return getattr(importlib.import_module(f"spec_lab.{module}"), name)


@pytest.mark.parametrize("where", SAVED)
def test_what_is_saved_is_a_struct(where):
    cls = named(where)
    assert issubclass(cls, Struct) and not issubclass(cls, eqx.Module) and not attrs.has(cls)


@pytest.mark.parametrize("where", CALLED)
def test_what_is_called_is_a_module(where):
    cls = named(where)
    assert issubclass(cls, eqx.Module) and not issubclass(cls, Struct) and not attrs.has(cls)


@pytest.mark.parametrize("name", [row["name"] for row in catalog()])
def test_components_are_modules(name):
    assert issubclass(component_class(name), eqx.Module)


@pytest.mark.parametrize("where", CONFIGURED)
def test_what_is_configured_is_frozen_and_static(where):
    cls = named(where)
    options, same = cls(), cls()
    assert attrs.has(cls) and jax.tree.leaves(options) == []
    assert options == same and hash(options) == hash(same)  # so it may be a constant of a compiled function
    assert jax.tree.structure(options) == jax.tree.structure(same)
    first = attrs.fields(cls)[0]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(options, first.name, 1)
    changed = attrs.evolve(options, **{first.name: 777})  # within the range of every engine's first option
    assert changed != options and jax.tree.structure(changed) != jax.tree.structure(options)
    assert io.from_state_dict(io.to_state_dict(changed)) == changed
