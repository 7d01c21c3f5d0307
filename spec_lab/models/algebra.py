"""The algebra of models: which kinds combine, and how the combination is computed.

    add ± add, add ± math → add        add * mul, add * math → add        add / mul, add / math → add
    mul ± mul, mul ± math → mul        mul * mul, mul * math → mul        mul / mul, mul / math, math / mul → mul
    math with math → math              (mul | math) ** (math) → its kind  conv(X) → X

Everything else is refused when it is written, with both sides named. Numbers become a frozen constant.

Bin integrals stay linear in the additive parts: every additive node is represented by its *portions* at the quadrature
nodes (weight times N), factors multiply portions, and only the outermost sum over nodes makes the bin integral. A line
narrower than a bin brings portions of its own (see `lines`), so products of lines and factors need no special case; bins in
which a component jumps or bends are integrated in pieces (see `cut_bins`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from numbers import Real
from types import NotImplementedType
from typing import Any, ClassVar, cast

import equinox as eqx
import jax.numpy as jnp

from spec_lab._base import ModelError, provided
from spec_lab.models.annotations import Curve, Parameters, ParameterValue, Scalar, Time
from spec_lab.models.component import Component, Mathematical
from spec_lab.models.integration.cut_bins import integrated
from spec_lab.models.integration.grid import Energy, Grid
from spec_lab.models.model import GivenTerm, Model, Term, Values
from spec_lab.models.parameter import number, parameter
from spec_lab.variables import Tie

_SAME = {("add", "add"): "add", ("add", "math"): "add", ("math", "add"): "add"}
_FACTOR = {("mul", "mul"): "mul", ("mul", "math"): "mul", ("math", "mul"): "mul", ("math", "math"): "math"}
_SCALED = {(a, b): "add" for a, b in (("add", "mul"), ("mul", "add"), ("add", "math"), ("math", "add"))}
_SUM, _PRODUCT = _SAME | _FACTOR, _SCALED | _FACTOR
_QUOTIENT = {("add", "mul"): "add", ("add", "math"): "add"} | _FACTOR
_POWER = {("mul", "math"): "mul", ("math", "math"): "math"}
TABLE = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _QUOTIENT, "**": _POWER}
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 2, "**": 4}
_WHY = {
    ("add", "add"): "two additive components can be added or subtracted, not multiplied or divided",
    ("add", "mul"): "a factor multiplies or divides an additive component; it cannot be added to one",
}
_WHY_SYMBOL = {
    ("/", "add"): "photons can be divided by a factor, and nothing can be divided by photons",
    **dict.fromkeys(
        [("**", "add"), ("**", "mul"), ("**", "math")], "a factor can be raised to a power, which is a number"
    ),
}


class literal(Mathematical):
    """A number written in an expression: a constant, frozen unless thawed.

    N(E) = C
    """

    formula: ClassVar[str] = "C"
    flat: ClassVar[bool] = True
    listed: ClassVar[bool] = False
    C: ParameterValue = parameter(1.0, "unif(-10, 10)", label="C", doc="value", frozen=True)

    @property
    def called(self) -> str:
        return self.name or "const"

    def spectrum(self, x: Energy, p: Parameters, T: Time = None) -> Curve:
        return p["C"]

    def text(self, names: Sequence[str]) -> str:
        return f"{number(cast(float, self.C)):.12g}"


def join(symbol: str, left: GivenTerm, right: GivenTerm) -> Model | NotImplementedType:
    """The combination of two models, or of a model and a number.

    Raises:
        ModelError: The kinds do not combine.
    """
    a, b = _model(left), _model(right)
    if a is None or b is None:
        if isinstance(left, Tie) or isinstance(right, Tie):
            hint = 'Tie(cpl() + bb(), "right.logA", "left.logA"): paths go through the model.'
            raise ModelError(f"a Tie goes around the whole model, not around a part of {symbol}", hint=hint)
        return NotImplemented
    pair = (a.kind, b.kind)
    if pair not in TABLE[symbol]:
        why = (
            _WHY_SYMBOL.get((symbol, pair[1])) or _WHY.get(pair) or _WHY.get(pair[::-1]) or "these kinds do not combine"
        )
        allowed = ", ".join(f"{one}{symbol}{other}" for one, other in TABLE[symbol])
        raise ModelError(
            f"cannot form {a.expression} {symbol} {b.expression}: {a.expression} is {pair[0]}, "
            f"{b.expression} is {pair[1]}; {why}",
            allowed=allowed,
            hint="A convolution must be called with a model: gsmooth()(pl())." if "conv" in pair else None,
        )
    return Binary(symbol, a, b)


def convolve(operator: Model, inner: Model | float | None) -> Model:
    """`operator(inner)`.

    Raises:
        ModelError: `operator` is not a convolution, or `inner` is not a model.
    """
    if operator.kind != "conv":
        raise ModelError(
            f"{operator.expression} is {operator.kind}, and only a convolution can be called with a model",
            hint=f"Multiply instead: {operator.expression}*{getattr(inner, 'expression', 'pl')}.",
        )
    inside = _model(inner)
    if inside is None:
        raise ModelError(f"{operator.expression} must be called with a model", got=inner)
    if isinstance(operator, Convolved):  # f(g)(m) is f(g(m))
        return convolve(operator.operator, convolve(operator.inner, inside))
    return Convolved(operator, inside if inside.kind == "conv" else cast(Any, operator).receive(inside))


def as_model(value: Any) -> Model | None:
    """`value` if it is a model, the component that it is if it can be read as one, else None.

    A module of the bridge (`PyroxModule`, `Parameterized`), and any equinox module whose fields hold variables, is a component
    wherever a model may stand. How it becomes one is written on a higher floor and looked up by name.

    Raises:
        ModelError: A module that cannot be a component; the message says why.
    """
    if isinstance(value, Model):
        return value
    return provided("component.reader")(value) if isinstance(value, eqx.Module) else None


def _model(value: Any) -> Model | None:
    if isinstance(value, Real) and not isinstance(value, bool):
        return literal(C=float(value))
    return as_model(value)


class _Node(Model):
    """What the operations share: leaves and names go left to right."""

    @property
    @abstractmethod
    def notation(self) -> str:
        """How the operation is written."""

    @abstractmethod
    def branches(self) -> tuple[Model, ...]:
        """The models it operates on, left to right."""

    def skeleton(self) -> tuple[Any, ...]:
        return (type(self), self.notation, *[branch.skeleton() for branch in self.branches()])

    def leaves(self) -> tuple[Component, ...]:
        found: list[Component] = []
        waiting: list[Model] = [self]
        while waiting:  # not by recursion: equinox flattens a module for each method that is called on it
            node = waiting.pop()
            if isinstance(node, _Node):
                waiting += reversed(type(node).branches(node))
            else:
                found += type(node).leaves(node)
        return tuple(found)


class Binary(_Node):
    """`left symbol right`."""

    symbol: str = eqx.field(static=True)
    left: Model
    right: Model

    @property
    def notation(self) -> str:
        return self.symbol

    def branches(self) -> tuple[Model, ...]:
        return (self.left, self.right)

    @property
    def kind(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return TABLE[self.symbol][self.left.kind, self.right.kind]

    def _halves(self, values: Sequence[Any]) -> tuple[Any, Any]:
        n = len(type(self.left).leaves(self.left))
        return values[:n], values[n:]

    def density(self, x: Energy, values: Values, T: Time) -> Curve:
        a, b = self._halves(values)
        joint = self.exponent(x, values, T)
        if joint is not None:
            return jnp.exp(joint)
        return _APPLY[self.symbol](self.left.density(x, a, T), self.right.density(x, b, T))

    def exponent(self, x: Energy, values: Values, T: Time) -> Curve | None:
        if self.symbol not in "*/":
            return None
        a, b = self._halves(values)
        left = self.left.exponent(x, a, T)
        right = None if left is None else self.right.exponent(x, b, T)
        if left is None or right is None:
            return None
        return left + right if self.symbol == "*" else left - right

    def portions(self, grid: Grid, values: Values) -> Curve:
        joint = self.exponent(grid.energy, values, grid.T)
        if joint is not None:
            return grid.weights * jnp.exp(joint) if self.kind == "add" else jnp.exp(joint)
        a, b = self._halves(values)
        return _APPLY[self.symbol](self._side(self.left, grid, a), self._side(self.right, grid, b))

    def _side(self, branch: Model, grid: Grid, values: Values) -> Any:
        """Portions of a branch; a pure number added to photons is a constant density and must be weighted too."""
        side = branch.portions(grid, values)
        bare = self.symbol in "+-" and self.kind == "add" and branch.kind != "add"
        return grid.weights * side if bare else side

    def binned(self, grid: Grid, values: Values) -> Curve:
        a, b = self._halves(values)
        kinds = (self.left.kind, self.right.kind)
        if kinds == ("add", "add"):
            return _APPLY[self.symbol](self.left.binned(grid, a), self.right.binned(grid, b))
        if self.symbol in "*/" and _flat(self.right) and kinds[0] == "add":
            return _APPLY[self.symbol](self.left.binned(grid, a), self.right.density(grid.energy, b, grid.T))
        if self.symbol == "*" and _flat(self.left) and kinds[1] == "add":
            return self.left.density(grid.energy, a, grid.T) * self.right.binned(grid, b)
        return integrated(lambda g: self.portions(g, values), grid, self.marks(values))

    def marks(self, values: Values) -> tuple[Scalar, ...]:
        a, b = self._halves(values)
        return (*self.left.marks(a), *self.right.marks(b))

    def parts(self, names: Sequence[str], first: int) -> tuple[Term, ...]:
        a, b = self._halves(names)
        left, right = self.left.parts(a, first), self.right.parts(b, first + self.left.size)
        if self.kind != "add":
            return (Term(self.text(names), self, tuple(range(first, first + self.size))),)
        if self.symbol == "+":
            return left + right
        if self.symbol == "-":
            return left + tuple(Term(name, Negated(model), indices) for name, model, indices in right)
        if self.left.kind == "add":
            factor = tuple(range(first + self.left.size, first + self.size))
            return tuple(Term(n, Binary(self.symbol, m, self.right), i + factor) for n, m, i in left)
        factor = tuple(range(first, first + self.left.size))
        return tuple(Term(n, Binary(self.symbol, self.left, m), factor + i) for n, m, i in right)

    def text(self, names: Sequence[str]) -> str:
        a, b = self._halves(names)
        mine = _BINDING[self.symbol]
        left, right = self.left.text(a), self.right.text(b)
        if _binding(self.left) < mine or (self.symbol == "**" and _binding(self.left) <= mine):
            left = f"({left})"
        if _binding(self.right) < mine or (self.symbol in "-*/" and _binding(self.right) <= mine):
            right = f"({right})"
        return f"{left}{self.symbol}{right}"

    def refilled(self, fill: Callable[[Any], Any]) -> Model:
        return Binary(self.symbol, self.left.refilled(fill), self.right.refilled(fill))


class Negated(_Node):
    """`-inner`."""

    inner: Model

    @property
    def notation(self) -> str:
        return "-"

    def branches(self) -> tuple[Model, ...]:
        return (self.inner,)

    @property
    def kind(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.inner.kind

    def density(self, x: Energy, values: Values, T: Time) -> Curve:
        return -self.inner.density(x, values, T)

    def exponent(self, x: Energy, values: Values, T: Time) -> Curve | None:
        return None

    def portions(self, grid: Grid, values: Values) -> Curve:
        return -self.inner.portions(grid, values)

    def binned(self, grid: Grid, values: Values) -> Curve:
        return -self.inner.binned(grid, values)

    def marks(self, values: Values) -> tuple[Scalar, ...]:
        return self.inner.marks(values)

    def parts(self, names: Sequence[str], first: int) -> tuple[Term, ...]:
        return tuple(Term(n, Negated(m), i) for n, m, i in self.inner.parts(names, first))

    def text(self, names: Sequence[str]) -> str:
        inner = self.inner.text(names)
        return f"-({inner})" if _binding(self.inner) <= _BINDING["neg"] else f"-{inner}"

    def refilled(self, fill: Callable[[Any], Any]) -> Model:
        return Negated(self.inner.refilled(fill))


def negated(model: Model) -> Model:
    """`-model`; two signs cancel, so that hundreds of them do not nest."""
    return model.inner if isinstance(model, Negated) else Negated(model)


class Convolved(_Node):
    """`operator(inner)`."""

    operator: Any
    inner: Model

    @property
    def notation(self) -> str:
        return "()"

    def branches(self) -> tuple[Model, ...]:
        return (self.operator, self.inner)

    @property
    def kind(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.inner.kind

    def density(self, x: Energy, values: Values, T: Time) -> Curve:
        return self.operator.convolve(self.inner, x, values[0], values[1:], T)

    def exponent(self, x: Energy, values: Values, T: Time) -> Curve | None:
        return None

    def portions(self, grid: Grid, values: Values) -> Curve:
        return self.operator.convolve_portions(self.inner, grid, values[0], values[1:])

    def binned(self, grid: Grid, values: Values) -> Curve:
        return integrated(lambda g: self.portions(g, values), grid, self.marks(values))

    def marks(self, values: Values) -> tuple[Scalar, ...]:
        return self.operator.convolve_marks(self.inner, values[0], values[1:])

    def parts(self, names: Sequence[str], first: int) -> tuple[Term, ...]:
        if not type(self.operator).linear:
            return (Term(self.text(names), self, tuple(range(first, first + self.size))),)
        own = tuple(range(first, first + self.operator.size))
        inner = self.inner.parts(names[1:], first + len(own))
        return tuple(Term(n, Convolved(self.operator, m), own + i) for n, m, i in inner)

    def text(self, names: Sequence[str]) -> str:
        return f"{names[0]}({self.inner.text(names[1:])})"

    def refilled(self, fill: Callable[[Any], Any]) -> Model:
        return Convolved(self.operator.refilled(fill), self.inner.refilled(fill))


def _flat(model: Model) -> bool:
    return all(type(leaf).flat for leaf in model.leaves()) and model.kind == "math"


def _binding(model: Model) -> int:
    if isinstance(model, Binary):
        return _BINDING[model.symbol]
    if isinstance(model, Negated):
        return _BINDING["neg"]
    return 1 if isinstance(model, literal) and number(cast(float, model.C)) < 0 else 9


_APPLY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
