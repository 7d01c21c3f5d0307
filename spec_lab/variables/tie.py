"""`Tie`: one place of a tree follows others, `target = fn(*sources)`, by path.

Sharing one variable object in two places is no link: flattening gives two leaves, which drift apart. A Tie takes the
target out of the tree (a `Placeholder` keeps it, as a constant) and puts the computed value back at `unwrap`. Paths are
text in the structure, so ties survive tree_map, jit, copies and files. Order does not matter; cycles are refused.
Links between parameters of a *fit* are decided on the fit floor.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax.tree_util as jtu
from jaxtyping import Array, PyTree

from spec_lab._base import ParameterError
from spec_lab.variables.abstract import (
    AbstractConstant,
    AbstractUnwrappable,
    AbstractVariable,
    is_unwrappable,
    is_variable,
    read,
)
from spec_lab.variables.copying import rebuild
from spec_lab.variables.surgery import path_name
from spec_lab.variables.variable import static_function

Where = str | Callable[[Any], Any]


class TiedPlace(NamedTuple):
    """`target` follows `sources`; fn None means it is equal to the only source."""

    target: str
    sources: tuple[str, ...]
    fn: Callable[..., Any] | None = None


class Placeholder(AbstractConstant):
    """What stands at a tied place; remembers the variable that was there."""

    was: AbstractVariable | Array


class _Spot(NamedTuple):
    path: str


def _stops(x: Any) -> bool:
    return is_variable(x) or isinstance(x, Placeholder)


def _locate(tree: Any, where: Where) -> str:
    """The path of a place given as text or as a function of the tree."""
    flat, structure = jtu.tree_flatten_with_path(tree, is_leaf=_stops)
    names = [path_name(path) for path, _ in flat]
    if callable(where):
        spot = where(structure.unflatten([_Spot(name) for name in names]))
        if not isinstance(spot, _Spot):
            raise ParameterError("Tie: where must pick one variable or array", got=type(spot).__name__)
        return spot.path
    if where not in names:
        raise ParameterError("Tie: no such place", got=where, allowed=", ".join(names))
    return where


def _walk(tree: Any, path: str) -> Any:
    """The node at a path such as `a.b[0]['k']`."""
    node = ast.parse(f"_{path}" if path.startswith("[") else f"_.{path}", mode="eval").body
    steps: list[tuple[bool, Any]] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            steps.append((True, node.attr))
            node = node.value
        elif isinstance(node, ast.Subscript):
            steps.append((False, ast.literal_eval(node.slice)))
            node = node.value
    for dotted, key in reversed(steps):  # a dotted word is an attribute, or a key of a mapping
        tree = tree[key] if not dotted or isinstance(tree, Mapping) else getattr(tree, key)
    return tree


def _put(tree: Any, path: str, value: Any) -> Any:
    if not path:
        return value
    return eqx.tree_at(lambda t: _walk(t, path), tree, value, is_leaf=lambda x: _stops(x) or x is None)


def _in_order(links: tuple[TiedPlace, ...]) -> tuple[TiedPlace, ...]:
    """Sources before what follows them.

    Raises:
        ParameterError: A chain of ties comes back to where it began.
    """
    waiting, done = {link.target: link for link in links}, []
    while waiting:
        ready = [link for link in waiting.values() if not any(s in waiting for s in link.sources)]
        if not ready:
            raise ParameterError("Tie: the ties form a cycle", got=" -> ".join(waiting), allowed="no circle")
        for link in ready:
            done.append(waiting.pop(link.target))
    return tuple(done)


class Tie(AbstractUnwrappable):
    """A tree with tied places.

    Args:
        tree: The tree, or another Tie (its ties are kept).
        target: The place that follows: a path (`"bb.norm"`), or a function that picks it.
        source: The place(s) it follows, likewise; a tuple or list for several.
        fn: `fn(*source values)`; equality if not given (one source).

    Raises:
        ParameterError: Unknown place, a target tied already, a place that follows itself, several sources without fn.

    Examples:
        >>> from spec_lab.variables import Tagged, unwrap
        >>> tied = Tie({"a": Tagged(1.0), "b": Tagged(5.0)}, "b", "a")
        >>> {k: float(v) for k, v in unwrap(tied).items()}
        {'a': 1.0, 'b': 1.0}
    """

    tree: PyTree
    links: tuple[TiedPlace, ...] = eqx.field(static=True)

    def __init__(
        self, tree: PyTree, target: Where, source: Where | Sequence[Where], fn: Callable[..., Any] | None = None
    ):
        old: tuple[TiedPlace, ...] = ()
        if isinstance(tree, Tie):
            tree, old = tree.tree, tree.links
        sources = tuple(_locate(tree, s) for s in ([source] if isinstance(source, str) or callable(source) else source))
        if fn is None and len(sources) != 1:
            raise ParameterError("Tie: several sources need fn", got=sources)
        at = _locate(tree, target)
        if any(link.target == at for link in old):
            raise ParameterError("Tie: this place is tied already", got=at, hint="Untie it first.")
        self.links = _in_order((*old, TiedPlace(at, sources, None if fn is None else static_function(fn))))
        self.tree = _put(tree, at, Placeholder(_walk(tree, at)))

    def unwrap(self) -> PyTree:
        """The plain tree, tied places filled in."""
        tree = self.tree
        for link in self.links:
            values = [read(_walk(tree, source)) for source in link.sources]
            tree = _put(tree, link.target, values[0] if link.fn is None else link.fn(*values))
        return tree

    def untie(self, target: Where) -> PyTree:
        """The tree without the tie of one place, which gets back the variable it had; no Tie if none is left."""
        at = _locate(self.tree, target)
        rest = tuple(link for link in self.links if link.target != at)
        if len(rest) == len(self.links):
            raise ParameterError("Tie: this place is not tied", got=at, allowed=", ".join(k.target for k in self.links))
        tree = _put(self.tree, at, _walk(self.tree, at).was)
        return rebuild(Tie, {"tree": tree, "links": rest}) if rest else tree


def has_ties(tree: PyTree) -> bool:
    """Whether any part of the tree is a Tie."""
    return any(isinstance(x, Tie) for x in jtu.tree_leaves(tree, is_leaf=is_unwrappable))
