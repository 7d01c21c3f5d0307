"""Metadata: a dict to its reader, which cannot be changed and is hashed by its content."""

import copy
import json
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab.variables import Fixed, Metadata, Tagged


def test_values_come_back_as_they_were_given():
    words = {"range": [1, 2], "tags": {"a"}, "more": {"x": [1]}, "n": None, "raw": bytearray(b"1"), "pair": (1, 2)}
    m = Tagged(1.0, metadata=words).metadata
    assert m == words and dict(m) == words and isinstance(m, dict)
    assert all(type(m[key]) is type(value) for key, value in words.items())
    assert hash(m) == hash(Metadata(dict(reversed(words.items()))))
    assert Metadata(a=[1]) != Metadata(a=(1,))


def test_it_keeps_its_own_containers():
    given = {"range": [1, 2], "more": {"x": [1]}}
    m = Metadata(given)
    given["range"].append(3)
    given["more"]["x"].append(2)
    assert m == {"range": [1, 2], "more": {"x": [1]}}


@pytest.mark.parametrize("array", [np.arange(2.0), jnp.arange(2.0), np.zeros((2, 0))])
def test_arrays_are_allowed_and_compared_by_content(array):
    one, same = (Tagged(1.0, metadata={"grid": array, "all": [array]}) for _ in range(2))
    assert np.array_equal(one.metadata["grid"], array) and isinstance(one.metadata["all"], list)
    assert jax.tree.structure(one) == jax.tree.structure(same) and hash(one.metadata) == hash(same.metadata)
    assert one.metadata != {"grid": array + 1, "all": [array]} or array.size == 0
    assert float(jax.jit(lambda v: v.value)(one)) == 1.0


def test_json_writes_it():
    words = {"unit": "keV", "range": [1, 2], "more": {"x": None}}
    assert json.loads(json.dumps(Fixed(Tagged(1.0, metadata=words)).metadata)) == words


def test_it_cannot_be_changed():
    m = Metadata({"a": 1})
    with pytest.raises(AttributeError, match="cannot be changed"):
        m.a = 2
    with pytest.raises(AttributeError, match="cannot be changed"):
        m["a"] = 2
    for change in (m.clear, m.popitem, lambda: m.update(a=2), lambda: m.pop("a"), lambda: m.setdefault("b", 1)):
        with pytest.raises(AttributeError, match="cannot be changed"):
            change()
    with pytest.raises(AttributeError):
        del m["a"]
    kept = m
    kept |= {"b": 2}
    assert m == {"a": 1} and kept == {"a": 1, "b": 2}


def test_union_and_views():
    assert Metadata(a=1) | {"b": 2} == {"a": 1, "b": 2} == {"b": 2} | Metadata(a=1)
    assert {**Metadata(a=1)} == {"a": 1} and len(Metadata()) == 0 and list(Metadata(a=1)) == ["a"]
    assert pickle.loads(pickle.dumps(Metadata(a=1))) == Metadata(a=1) and copy.deepcopy(Metadata(a=1)) == {"a": 1}
    assert Metadata(a=1) != {"a": 2} and Metadata(a=1) != 3


def test_a_set_of_words_is_accepted_as_metadata():
    assert Tagged(1.0, metadata={"hello", "world"}).metadata == frozenset({"hello", "world"})
