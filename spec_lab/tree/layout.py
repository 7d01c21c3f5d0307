"""One layout behind every family: which attributes are children, which auxiliary data, and the code that moves them.

`Layout(data, meta, auto, opaque)` is the whole difference between a `Struct`, an attrs class and an equinox module:

- *data* attributes are children, traced by JAX;
- *meta* attributes are auxiliary data, compared by value;
- *auto* attributes are one or the other, by value, at flatten time: each has a data slot and a meta slot, None in one;
- *opaque* attributes are auxiliary data, compared by identity.

Derived attributes are in none: they are recomputed. The functions are generated per class (straight-line code, visible
in tracebacks), because flattening is in the hot path of every jitted call. Unflattening only assigns: JAX unflattens
with tracers, None, bools and bare objects, so no converter, validator or constructor may see them.

Who registers these functions with JAX is `registry`.
"""

import dataclasses
import itertools
import linecache
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from jax.tree_util import GetAttrKey

_counter = itertools.count()


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """Names of attributes by role; children come in the order data, auto."""

    data: tuple[str, ...] = ()
    meta: tuple[str, ...] = ()
    auto: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()


class Ref:
    """An opaque value in auxiliary data: equal only to a reference to the same object."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)

    def __repr__(self) -> str:
        return f"Ref({self.value!r})"


class Functions(NamedTuple):
    """The three functions JAX needs of a type."""

    flatten: Callable[[Any], tuple[tuple[Any, ...], tuple[Any, ...]]]
    flatten_with_keys: Callable[[Any], tuple[tuple[Any, ...], tuple[Any, ...]]]
    unflatten: Callable[[Any, Sequence[Any]], Any]


def compile_source(source: str, names: dict[str, Any], title: str) -> dict[str, Any]:
    """Run generated code and keep its text where tracebacks and debuggers find it."""
    filename = f"<spec_lab.tree {title} {next(_counter)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), names)
    return names


def make_functions(
    cls: type,
    layout: Layout,
    *,
    is_data: Callable[[Any], bool] | None = None,
    assign: str = "dict",
    last: Callable[[Any], None] | None = None,
) -> Functions:
    """Generate flatten, flatten_with_keys and unflatten of one class.

    Args:
        cls: The class.
        layout: Roles of its attributes.
        is_data: Decides an auto attribute's role from its value.
        assign: How unflatten writes: "dict" (into the instance's `__dict__`), "object" (`object.__setattr__`), or
            "setattr" (the class's own `__setattr__`).
        last: Called with the finished instance, or None.
    """
    names = {"cls": cls, "new": object.__new__, "Ref": Ref, "is_data": is_data, "last": last}
    names |= {"put": setattr if assign == "setattr" else object.__setattr__}
    names |= {f"key_{name}": GetAttrKey(name) for name in layout.data + layout.auto}
    source = "\n".join([_flatten_source(layout, keyed=False), _flatten_source(layout, keyed=True)])
    source += "\n" + _unflatten_source(layout, assign, last is not None)
    made = compile_source(source, names, cls.__qualname__)
    return Functions(made["flatten"], made["flatten_with_keys"], made["unflatten"])


def _flatten_source(layout: Layout, *, keyed: bool) -> str:
    lines = [f"def flatten{'_with_keys' if keyed else ''}(x):"]
    for name in layout.auto:
        lines += [f"    v_{name} = x.{name}", f"    d_{name} = is_data(v_{name})"]
    children = {name: f"x.{name}" for name in layout.data}
    children |= {name: f"v_{name} if d_{name} else None" for name in layout.auto}
    items = [f"(key_{name}, {value})" if keyed else value for name, value in children.items()]
    aux = [f"x.{name}" for name in layout.meta]
    aux += [f"None if d_{name} else v_{name}" for name in layout.auto]
    aux += [f"Ref(x.{name})" for name in layout.opaque]
    return "\n".join([*lines, f"    return {_tuple(items)}, {_tuple(aux)}"])


def _unflatten_source(layout: Layout, assign: str, has_last: bool) -> str:
    children = [f"c_{name}" for name in layout.data + layout.auto]
    aux = [f"a_{name}" for name in layout.meta + layout.auto + layout.opaque]
    values = {name: f"c_{name}" for name in layout.data} | {name: f"a_{name}" for name in layout.meta}
    values |= {name: f"a_{name} if c_{name} is None else c_{name}" for name in layout.auto}
    values |= {name: f"a_{name}.value" for name in layout.opaque}
    lines = ["def unflatten(aux, children):", "    x = new(cls)"]
    lines += [f"    {_tuple(children)} = children"] if children else []
    lines += [f"    {_tuple(aux)} = aux"] if aux else []
    lines += _assignments(values, assign)
    lines += ["    last(x)"] if has_last else []
    return "\n".join([*lines, "    return x"])


def _assignments(values: dict[str, str], assign: str) -> list[str]:
    if assign == "dict":
        return ["    d = x.__dict__", *(f"    d[{name!r}] = {value}" for name, value in values.items())]
    return [f"    put(x, {name!r}, {value})" for name, value in values.items()]


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)},)" if items else "()"
