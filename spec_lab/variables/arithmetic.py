"""Arithmetic of things that have a `value`: every operation reads the value and returns a plain array.

Decisions written down here: `< <= > >=` compare values elementwise; `==` and `!=` are *not* here and stay equinox's
structural equality (same class, same structure, same leaves), because trees of variables are compared as wholes.
In-place operators fall back to the plain ones (`v += 1` rebinds `v` to an array).
"""

import operator
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import ArrayLike


class Arithmetic:
    """Mixin: the standard mathematical dunders, delegated to `self.value`."""

    __array_priority__ = 1000  # numpy arrays on the left hand defer to our reflected operators

    value: Array

    def __jax_array__(self):
        return jnp.asarray(self.value)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.value, dtype=dtype) if copy is None else np.array(self.value, dtype=dtype, copy=copy)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __complex__(self) -> complex:
        return complex(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self):
        return iter(self.value)

    def __getitem__(self, index):
        return jnp.asarray(self.value)[index]

    def __format__(self, spec: str) -> str:
        return format(float(self.value), spec) if spec else repr(self)


def read(x: "Arithmetic | ArrayLike") -> Any:
    """The value of a variable; anything else as it is."""
    return x.value if isinstance(x, Arithmetic) else x


def _binary(op):
    def method(self, other):
        return op(jnp.asarray(self.value), read(other))

    return method


def _reflected(op):
    def method(self, other):
        return op(read(other), jnp.asarray(self.value))

    return method


def _unary(op):
    def method(self, *args):
        return op(jnp.asarray(self.value), *args)

    return method


def _install(name: str, method, doc: str) -> None:
    method.__name__, method.__qualname__, method.__doc__ = name, f"Arithmetic.{name}", doc
    setattr(Arithmetic, name, method)


_BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "divmod": divmod,
    "pow": operator.pow,
    "matmul": operator.matmul,
}
for _name, _op in _BINARY.items():
    _install(f"__{_name}__", _binary(_op), f"Value {_name} other.")
    _install(f"__r{_name}__", _reflected(_op), f"Other {_name} value.")
for _name in ("lt", "le", "gt", "ge"):
    _install(f"__{_name}__", _binary(getattr(operator, _name)), f"Elementwise comparison of values ({_name}).")
for _name, _op in {"neg": operator.neg, "pos": operator.pos, "abs": abs, "round": round}.items():
    _install(f"__{_name}__", _unary(_op), f"{_name} of the value.")
