"""Classes and values that the I/O tests of the tree floor share: one of every family and kind."""

import collections
import enum
import json
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from spec_lab.tree import Struct, field, register_attrs_type, register_pytree_type
from spec_lab.tree.attrs import auto, define, frozen_static, static
from spec_lab.tree.io import from_state_dict, to_state_dict


class Spectrum(Struct):
    counts: Any
    exposure: float = field(static=True, default=1.0, converter=float, validator=lambda v: v > 0)
    handle: Any = field(pytree=False, default=None)
    kept: Any = field(pytree=False, default=None, serialize=True)
    scratch: Any = field(serialize=False, default=None)
    total: float = field(static=True, init=False, derived=lambda self: float(np.sum(self.counts)))


class Box(Struct):
    value: Any


class Needy(Struct):
    value: Any
    token: Any = field(pytree=False)


class Line(eqx.Module):
    slope: Any
    kind: str = eqx.field(static=True, default="line")


@define
class Group:
    values: Any
    role: Any = auto(default="role")
    name: str = static(default="g")


@frozen_static
class Options:
    n: int = 1
    names: tuple = ()


class Adapted:
    def __init__(self, data, tag="t"):
        self.data, self.tag = data, tag

    def __eq__(self, other):
        return type(other) is Adapted and (self.data, self.tag) == (other.data, other.tag)

    __hash__ = None


class Flattened(Adapted):
    pass


class Serialized(Adapted):
    pass


class Conventional:
    def __init__(self, x):
        self.x = x

    def tree_flatten(self):
        return (self.x,), ("aux", 1)

    @classmethod
    def tree_unflatten(cls, aux, children):
        return cls(*children)


register_attrs_type(Adapted, node_fields=("data",), static_fields=("tag",))
register_pytree_type(Flattened, flatten=lambda o: ((o.data,), o.tag), unflatten=lambda tag, c: Flattened(c[0], tag))
register_pytree_type(
    Serialized,
    flatten=lambda o: ((o.data,), object()),
    unflatten=lambda tag, c: Serialized(*c),
    serializer=lambda o: {"payload": [o.data, o.tag]},
    deserializer=lambda payload: Serialized(*payload["payload"]),
)


class Reason(enum.Enum):
    CONVERGED = "converged"
    STOPPED = "stopped"


class Level(enum.IntEnum):
    LOW = 1


Point = collections.namedtuple("Point", "x y")


def module_level(x):
    return x


def plain_values() -> list[Any]:
    """Values that compare with `==` after a round trip."""
    return [
        None, True, False, 0, -5, 2**70, 1.5, -0.0, 1e308, "", "text é\n", 1 + 2j, Path("a/b"),
        (), (1, (2,)), [], [1, [None]], {}, {"a": 1, 2: "b", (1, 2): [3], None: 4}, {1, 2}, set(), frozenset({1, "a"}),
        Reason.STOPPED, Level.LOW, Point(1, [2]), Options(2, ("a",)), Options, Spectrum, int("7"),
    ]  # fmt: skip


def array_values() -> list[Any]:
    """Arrays of every home and awkward dtypes (nothing that needs double precision in JAX)."""
    return [
        np.arange(6.0).reshape(2, 3), np.asfortranarray(np.ones((2, 3))), np.zeros((0, 3)), np.array(3),
        np.arange(3, dtype=">f4"), np.array(["ab", "c"]), np.array([b"x"]), np.ones(2, np.complex128),
        np.array(["2020-01-01"], "datetime64[D]"), np.zeros(2, [("a", "f8"), ("b", "i4")]), np.array([True]),
        np.ones(3, jnp.bfloat16), np.ones((2, 2), jnp.float8_e4m3fn), np.array([np.nan, np.inf]), np.array(2, jnp.bfloat16),
        jnp.arange(3, dtype="int32"), jnp.ones((2, 2), "float32"), jnp.ones(3, jnp.bfloat16), jnp.ones(2, jnp.int4),
        jnp.float32(3), jnp.zeros((0,), "float32"), jnp.ones(2, "complex64"), jnp.array([True]),
        jax.random.key(3), jax.random.split(jax.random.key(1), 3), jax.random.key(2, impl="rbg"),
        np.float32(1.5), np.int8(-3), np.bool_(True), np.complex64(1j), np.str_("s"), np.datetime64("2020-01-01"),
        np.ones(1, jnp.bfloat16)[0],
    ]  # fmt: skip


def same(a: Any, b: Any) -> bool:
    """Equality of one value and its copy: type, dtype, shape, bits; numpy and JAX are different."""
    if isinstance(a, jax.Array) and jax.dtypes.issubdtype(a.dtype, jax.dtypes.prng_key):
        return isinstance(b, jax.Array) and a.dtype == b.dtype and same(jax.random.key_data(a), jax.random.key_data(b))
    if isinstance(a, np.ndarray | jax.Array | np.generic):
        alike = type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape
        return alike and np.asarray(a).tobytes() == np.asarray(b).tobytes()
    return type(a) is type(b) and repr(a) == repr(b)


def round_trip(value):
    """Through a state dict that JSON can carry, and back."""
    state = to_state_dict(value)
    json.loads(json.dumps({k: v for k, v in state.items() if k != "array_data"}, allow_nan=False))
    return from_state_dict(state)
