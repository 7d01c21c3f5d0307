"""How variables with functions inside are saved: elementary functions by their mathematical name.

Files may name functions of declared packages only, and all of `jax.numpy` is too much to declare (it can write files). So
the elementary functions people derive parameters with (`exp`, `log10`, ...) are saved as words of a closed list; any other
function is saved by reference and obeys the rules of `spec_lab.tree.references` (mark it with `spec_lab.tree.savable`).

A variable read from a file holds numbers, and functions that passed these rules; anything else is refused here.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.tree import class_ref, register_loaded_check, register_pytree_type, resolve_pytree_spec
from spec_lab.variables.abstract import AbstractVariable
from spec_lab.variables.copying import rebuild
from spec_lab.variables.tie import Tie, TiedPlace
from spec_lab.variables.variable import Derived, Function
from spec_lab.variables.wrappers import Computed, Parameterized

_OF_NUMPY = """exp exp2 expm1 log log2 log10 log1p sqrt cbrt square abs negative reciprocal sin cos tan arcsin arccos arctan
sinh cosh tanh arcsinh arccosh arctanh add subtract multiply divide power maximum minimum hypot mean sum""".split()
_OF_NN = ["softplus", "sigmoid", "relu", "softmax", "log_softmax", "log_sigmoid"]

ELEMENTARY: dict[str, Any] = {
    **{name: getattr(jnp, name) for name in _OF_NUMPY},
    **{f"nn.{name}": getattr(jax.nn, name) for name in _OF_NN},
    "python.abs": abs,
}
_NAMES = {fn: name for name, fn in ELEMENTARY.items()}


def _pack(fn: Any) -> Any:
    """A function as a savable value."""
    name = _NAMES.get(fn)
    return fn if name is None else {"elementary": name}


def _unpack(saved: Any) -> Any:
    """The way back."""
    if not isinstance(saved, dict):
        if isinstance(saved, type) or not callable(saved):
            raise ParameterError("a function in a file is none", got=saved, allowed="a savable function")
        return saved
    if saved.get("elementary") not in ELEMENTARY:
        raise ParameterError("unknown elementary function in a file", got=saved, allowed=", ".join(ELEMENTARY))
    return ELEMENTARY[saved["elementary"]]


def _register(cls: type, pack_field: Any, unpack_field: Any, field: str) -> None:
    """Save `cls` by its fields, one of them packed."""
    spec = resolve_pytree_spec(class_ref(cls))
    names = [*cls.__dataclass_fields__]  # pyright: ignore[reportAttributeAccessIssue]

    def save(x: Any) -> dict[str, Any]:
        return {name: pack_field(getattr(x, name)) if name == field else getattr(x, name) for name in names}

    def load(saved: dict[str, Any]) -> Any:
        return rebuild(cls, {name: unpack_field(saved[name]) if name == field else saved[name] for name in names})

    register_pytree_type(
        cls,
        flatten=spec.flatten,
        unflatten=spec.unflatten,
        flatten_with_keys=spec.flatten_with_keys,
        serializer=save,
        deserializer=load,
    )


def _save_derived(variable: Derived) -> dict[str, Any]:
    whole = variable.function
    fn = _pack(variable.fn) if whole.arrays is None else whole
    return {"fn": fn, "raw_value": variable.raw_value, "metadata": variable.metadata}


def _load_derived(saved: dict[str, Any]) -> Derived:
    fn = saved["fn"] if isinstance(saved["fn"], Function) else Function.of(_unpack(saved["fn"]))
    return rebuild(Derived, {"function": fn, "raw_value": saved["raw_value"], "metadata": saved["metadata"]})


_derived = resolve_pytree_spec(class_ref(Derived))
register_pytree_type(
    Derived,
    flatten=_derived.flatten,
    unflatten=_derived.unflatten,
    flatten_with_keys=_derived.flatten_with_keys,
    serializer=_save_derived,
    deserializer=_load_derived,
)
for _cls in (Computed, Parameterized):
    _register(_cls, _pack, _unpack, "fn")
_register(
    Tie,
    lambda links: [[link.target, list(link.sources), _pack(link.fn)] for link in links],
    lambda saved: tuple(TiedPlace(target, tuple(sources), _unpack(fn)) for target, sources, fn in saved),
    "links",
)


def _is_number(leaf: Any) -> bool:
    if isinstance(leaf, np.ndarray | np.generic | jax.Array):
        return leaf.dtype == bool or jnp.issubdtype(leaf.dtype, jnp.number)
    return isinstance(leaf, bool | int | float | complex)


def _check_numbers(variable: AbstractVariable) -> None:
    for leaf in jax.tree_util.tree_leaves(variable):
        if not _is_number(leaf) and (isinstance(leaf, type) or not callable(leaf)):
            raise ParameterError(f"a {type(variable).__name__} in a file holds what is no number", got=leaf)


register_loaded_check(AbstractVariable, _check_numbers)
