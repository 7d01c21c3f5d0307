"""Properties: load∘export, from∘to state dict and unflatten∘flatten are identities, for trees of every family."""

import jax
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tree_samples import Adapted, Box, Group, Line, Options, Spectrum

from spec_lab.tree import io

plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.complex_numbers(max_magnitude=1e6)
)
hashable = st.recursive(plain, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)
arrays = hnp.arrays(
    st.sampled_from(["f8", "f4", "i4", "u1", "?", "c16", "<U3"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)


def extend(inner):
    return st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.builds(Box, inner),
        st.builds(Line, inner, st.text(max_size=3)),
        st.builds(Group, inner, plain, st.text(max_size=3)),
        st.builds(Adapted, inner, st.text(max_size=3)),
    )


leaves = st.one_of(plain, arrays, st.builds(Options, st.integers(), st.lists(hashable, max_size=2).map(tuple)))
trees = st.recursive(leaves, extend, max_leaves=8)


def text(tree):
    """Everything of a tree but array contents, and those as bytes."""
    leaves, treedef = jax.tree_util.tree_flatten(tree)
    shown = [
        (leaf.dtype.str, leaf.shape, leaf.tobytes()) if isinstance(leaf, np.ndarray) else repr(leaf) for leaf in leaves
    ]
    return str(treedef), shown


@given(trees)
@settings(max_examples=60, deadline=None)
def test_state_dicts(tree):
    assert text(io.from_state_dict(io.to_state_dict(tree))) == text(tree)


@given(trees)
@settings(max_examples=60, deadline=None)
def test_flattening(tree):
    leaves, treedef = jax.tree_util.tree_flatten(tree)
    rebuilt = jax.tree_util.tree_unflatten(treedef, leaves)
    assert text(rebuilt) == text(tree)
    assert all(a is b for a, b in zip(jax.tree_util.tree_leaves(rebuilt), leaves, strict=True))
    with_paths, same_treedef = jax.tree_util.tree_flatten_with_path(tree)
    assert str(same_treedef) == str(treedef)
    assert all(a is b for (_, a), b in zip(with_paths, leaves, strict=True))


@given(trees, st.sampled_from(["saved", "saved.zip"]))
@settings(max_examples=20, deadline=None)
def test_files(tmp_path_factory, tree, name):
    path = tmp_path_factory.mktemp("tree") / name
    assert text(io.load(io.export(tree, path))) == text(tree)


@given(arrays.filter(lambda a: a.dtype.kind in "fiu"), st.floats(1e-3, 1e3))
@settings(max_examples=30, deadline=None)
def test_replace_and_equality(counts, exposure):
    spectrum = Spectrum(counts)
    assert spectrum.replace(exposure=exposure).replace(exposure=1.0) == spectrum
