"""Small operations on trees of variables: map them, name them, replace their fields, split free from constant.

Names are paths (`"cpl.alpha"`, `"pairs[0].norm"`): they survive copies, jit and files, which object identity does not.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import equinox as eqx
import jax.tree_util as jtu
from jaxtyping import PyTree
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError
from spec_lab.variables.abstract import AbstractVariable, is_constant, is_variable
from spec_lab.variables.variable import Derived, Fixed
from spec_lab.variables.wrappers import Frozen

Where = Callable[[Any], AbstractVariable | Sequence[AbstractVariable]]


def path_name(path: tuple[Any, ...]) -> str:
    """A key path of JAX as text: attributes and word-like keys by dots, other keys in brackets."""
    text = ""
    for key in path:
        name = _key_of(key)
        word = isinstance(name, str) and name.isidentifier()
        text += f".{name}" if word else f"[{name!r}]"
    return text.lstrip(".")


def _key_of(key: Any) -> Any:
    if isinstance(key, jtu.GetAttrKey):
        return key.name
    return key.idx if isinstance(key, jtu.SequenceKey) else key.key


def named_variables(tree: PyTree) -> dict[str, AbstractVariable]:
    """Path → variable, in tree order; a variable inside another is not listed by itself."""
    flat = jtu.tree_flatten_with_path(tree, is_leaf=is_variable)[0]
    return {path_name(path): leaf for path, leaf in flat if is_variable(leaf)}


def map_variables(fn: Callable[[AbstractVariable], PyTree], tree: PyTree) -> PyTree:
    """The tree with every variable `v` replaced by `fn(v)`; everything else as it is."""
    return jtu.tree_map(lambda x: fn(x) if is_variable(x) else x, tree, is_leaf=is_variable)


def tree_replace(
    tree: PyTree, *, is_leaf: Callable[[Any], bool] | None = dataclasses.is_dataclass, **fields: PyTree
) -> PyTree:
    """`dataclasses.replace` on every node `is_leaf` picks, with values from parallel trees (or one value for all).

    Args:
        tree: The tree.
        is_leaf: Which nodes are replaced; the tree itself by default.
        **fields: Field name → a tree with one value a node, or a single value for every node.

    Raises:
        TypeError: A picked node is not a dataclass.

    Examples:
        >>> from spec_lab.variables import Tagged, is_variable
        >>> tree = {"a": Tagged(1.0), "b": Tagged(2.0)}
        >>> new = tree_replace(tree, is_leaf=is_variable, raw_value={"a": 3.0, "b": 4.0}, metadata={"unit": "keV"})
        >>> float(new["b"]), new["a"].metadata["unit"]
        (4.0, 'keV')
    """
    nodes, structure = jtu.tree_flatten(tree, is_leaf=is_leaf)
    columns = {name: _values(structure, value, len(nodes)) for name, value in fields.items()}
    return structure.unflatten(
        [_replace(node, {name: column[i] for name, column in columns.items()}) for i, node in enumerate(nodes)]
    )


def _values(structure: Any, value: Any, count: int) -> list[Any]:
    try:
        return structure.flatten_up_to(value)
    except (ValueError, TypeError):
        return [value] * count


def _replace(node: Any, changes: dict[str, Any]) -> Any:
    if not changes:
        return node
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        raise TypeError(f"tree_replace expects dataclass nodes, got {type(node).__name__}; check is_leaf")
    if isinstance(node, Derived):  # its constructor takes the function as it was given
        return Derived(**{"fn": node.fn, "raw_value": node.raw_value, "metadata": node.metadata, **changes})
    return dataclasses.replace(node, **changes)


def partition(tree: PyTree, filter_spec: Callable[[Any], bool] = eqx.is_inexact_array) -> tuple[PyTree, PyTree]:
    """(free, rest): arrays for the optimiser, and all else; constants go to the rest whole. `combine` undoes it."""
    return eqx.partition(tree, filter_spec, is_leaf=is_constant)


def combine(*trees: PyTree) -> PyTree:
    """The tree from its parts."""
    return eqx.combine(*trees, is_leaf=is_constant)


def _change(tree: Any, where: Callable[[Any], Any], change: Callable[[Any], Any]) -> Any:
    picked = where(tree)
    nodes = picked if isinstance(picked, (tuple, list)) else (picked,)
    for node in nodes:
        if not is_variable(node):
            raise ParameterError("where picks something that is no variable", got=type(node).__name__)
    new = type(picked)(map(change, nodes)) if isinstance(picked, (tuple, list)) else change(picked)
    return eqx.tree_at(where, tree, new, is_leaf=is_variable)


def as_fixed(x: AbstractVariable | ArrayLike) -> AbstractVariable:
    """`x` frozen: a variable or a bare value becomes `Fixed`; what is fixed stays as it is."""
    return x if isinstance(x, Fixed) else Fixed(x)


def as_free(x: PyTree) -> PyTree:
    """What is inside `Fixed` or `Frozen`; anything else as it is."""
    return x.as_free() if isinstance(x, AbstractVariable | Frozen) else x


def freeze(tree: PyTree, where: Where) -> PyTree:
    """The tree with the picked variables `Fixed`."""
    return _change(tree, where, lambda v: v.as_fixed())


def thaw(tree: PyTree, where: Where) -> PyTree:
    """The tree with the picked variables free."""
    return _change(tree, where, lambda v: v.as_free())
