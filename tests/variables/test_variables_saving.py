"""Variables go through files and come back with the same structure, words and values."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import ParameterError
from spec_lab.tree import SerializationError, io
from spec_lab.variables import (
    ELEMENTARY,
    Computed,
    Constrained,
    Derived,
    Fixed,
    Frozen,
    Interval,
    Metadata,
    Parameterized,
    Positive,
    Tagged,
    Tie,
    TreeConstraint,
    unwrap,
)
from spec_lab.variables.fields import identity
from spec_lab.variables.saving import _unpack

WORDS = {"unit": "keV", "label": r"\alpha", "range": (1, 2), "tags": frozenset({"x"}), "log": False}
SAVED = {
    "tagged": Tagged([1.0, 2.0], metadata=WORDS),
    "fixed": Fixed(Constrained(Interval(0.0, 10.0), 8.0, metadata=WORDS)),
    "derived": Derived(jnp.exp, Tagged(1.0)),
    "softplus": Derived(jax.nn.softplus, 1.0),
    "ours": Derived(identity, 1.0, metadata=WORDS),
    "builtin": Derived(abs, -1.0),
    "computed": Computed(jnp.log, {"a": 2.0}),
    "parameterized": Parameterized(jnp.add, Tagged(1.0), Tagged(2.0)),
    "frozen": Frozen({"a": Tagged(1.0), "c": Positive()}),
    "tie": Tie(
        Tie({"a": Tagged(1.0), "b": Tagged(5.0), "c": Tagged(0.0)}, "b", "a", jnp.exp), "c", ("a", "b"), jnp.add
    ),
    "tree": TreeConstraint({"a": Positive()}),
    "metadata": Metadata(WORDS),
}


@pytest.mark.parametrize("kind", SAVED)
def test_round_trip(kind):
    made = io.from_state_dict(io.to_state_dict(SAVED[kind]))
    assert jax.tree.structure(made) == jax.tree.structure(SAVED[kind]) and type(made) is type(SAVED[kind])
    assert jax.tree.all(
        jax.tree.map(lambda a, b: bool(np.all(a == b)), jax.tree.leaves(made), jax.tree.leaves(SAVED[kind]))
    )


def test_they_still_work_afterwards():
    tied = io.from_state_dict(io.to_state_dict(SAVED["tie"]))
    assert float(unwrap(tied)["c"]) == pytest.approx(1 + math.e)
    assert float(io.from_state_dict(io.to_state_dict(SAVED["derived"])).value) == pytest.approx(math.e)


def test_a_lambda_cannot_be_saved():
    with pytest.raises(SerializationError, match="lambda"):
        io.to_state_dict(Derived(lambda x: x, 1.0))


def test_files_name_elementary_functions_only_from_the_list():
    assert ELEMENTARY["exp"] is jnp.exp and "save" not in ELEMENTARY
    with pytest.raises(ParameterError, match="elementary"):
        _unpack({"elementary": "save"})
