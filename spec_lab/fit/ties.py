"""Expression ties: `par[4] = 2*par[1] + 0.5`.

A tie is text. It is parsed once into a small checked syntax tree (numbers, `par[n]`, + - * / **, a few functions), so a typed
expression can never run code. Affine ties become numbers in the map from the free vector to all slots, which makes them data
of the compiled functions; others become part of the compiled structure.
"""

import ast
import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from spec_lab._base import ParameterError, UnreadableExpression, read_expression
from spec_lab._base import evaluate as evaluate_tree

FUNCTIONS = ("exp", "log", "log10", "sqrt", "abs", "sin", "cos", "tan", "tanh")
_ALLOWED = "numbers, par[n], + - * / **, parentheses and " + ", ".join(FUNCTIONS)


class AffineForm(NamedTuple):
    """`constant + sum(coefficients[i] * slot[i])`."""

    constant: float
    coefficients: Mapping[int, float]

    def __add__(self, other: Any) -> "AffineForm":
        other = _affine(other)
        keys = {*self.coefficients, *other.coefficients}
        summed = {k: self.coefficients.get(k, 0.0) + other.coefficients.get(k, 0.0) for k in keys}
        return AffineForm(self.constant + other.constant, summed)

    __radd__ = __add__

    def __neg__(self) -> "AffineForm":
        return self._times(-1.0)

    def __sub__(self, other: Any) -> "AffineForm":
        return self + (-_affine(other))

    def __rsub__(self, other: Any) -> "AffineForm":
        return _affine(other) + (-self)

    def _times(self, factor: float) -> "AffineForm":
        return AffineForm(self.constant * factor, {k: v * factor for k, v in self.coefficients.items()})

    def __mul__(self, other: Any) -> "AffineForm":
        other = _affine(other)
        if self.coefficients and other.coefficients:
            raise _NotAffine
        return other._times(self.constant) if other.coefficients else self._times(other.constant)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "AffineForm":
        other = _affine(other)
        if other.coefficients:
            raise _NotAffine
        return self._times(1.0 / other.constant)

    def __rtruediv__(self, other: Any) -> "AffineForm":
        return _affine(other) / self

    def __pow__(self, other: Any) -> "AffineForm":
        other = _affine(other)
        if other.coefficients or (self.coefficients and other.constant != 1.0):
            raise _NotAffine
        return self if other.constant == 1.0 else AffineForm(self.constant**other.constant, {})

    def __rpow__(self, other: Any) -> "AffineForm":
        return _affine(other) ** self


class _NotAffine(Exception):
    """Raised while probing an expression that is not affine; never leaves this module."""


def _affine(x: Any) -> AffineForm:
    return x if isinstance(x, AffineForm) else AffineForm(float(x), {})


@functools.lru_cache(maxsize=1024)
def parse(expression: str) -> ast.expr:
    """The checked syntax tree of a tie.

    Raises:
        ParameterError: The text is no expression, or uses something that is not allowed.
    """
    text = re.sub(r"\bp(\d+)\b", r"par[\1]", expression.strip().lstrip("="))
    try:
        tree = read_expression(text)
    except UnreadableExpression as error:
        raise ParameterError("the tie is not an expression", got=expression, allowed=_ALLOWED) from error

    def check(node: ast.AST) -> float:
        match node:
            case ast.Subscript(value=ast.Name(id="par"), slice=ast.Constant(value=int(n))) if n >= 1:
                return 0.0
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
                return walk(argument)
        piece = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
        what = f"the tie {expression!r} uses something that is not allowed"
        raise ParameterError(what, got=piece, allowed=_ALLOWED)

    def walk(node: ast.AST) -> float:
        return evaluate_tree(node, check, lambda op, left, right: 0.0)

    try:
        walk(tree)
        if not all(abs(float(n.value)) < 1e300 for n in ast.walk(tree) if isinstance(n, ast.Constant)):  # pyright: ignore[reportArgumentType]
            raise OverflowError
    except (RecursionError, OverflowError) as error:
        raise ParameterError("the tie is not an expression", got=expression, allowed=_ALLOWED) from error
    return tree


def sources(expression: str) -> tuple[int, ...]:
    """The 1-based parameter numbers that a tie reads, ascending."""
    found = {
        n.slice.value
        for n in ast.walk(parse(expression))
        if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant)
    }
    return tuple(sorted(int(n) for n in found if isinstance(n, int)))


def evaluate(expression: str, par: Callable[[int], Any], functions: Any = math) -> Any:
    """The tie's value; `par(n)` gives parameter n (1-based), `functions` is `math`, `numpy` or `jax.numpy`."""

    def leaf(node: Any) -> Any:
        if isinstance(node, ast.Subscript):
            return par(node.slice.value)  # type: ignore[attr-defined]
        value = evaluate_tree(node.args[0], leaf)
        if isinstance(value, AffineForm):
            if value.coefficients:
                raise _NotAffine
            value = value.constant
        return abs(value) if node.func.id == "abs" else getattr(functions, node.func.id)(value)

    return evaluate_tree(parse(expression), leaf)


def number(expression: str, par: Callable[[int], float]) -> float:
    """The tie's value as a number; nan where it has none (a logarithm of nothing, a division by zero)."""
    try:
        value = evaluate(expression, par)
    except (ArithmeticError, ValueError):
        return math.nan
    return float(value) if isinstance(value, float) else math.nan  # a root of a negative number is complex


@functools.lru_cache(maxsize=1024)
def as_affine(expression: str) -> AffineForm | None:
    """The tie as an affine form over 1-based parameter numbers, or None when it is not affine."""
    try:
        return _affine(evaluate(expression, lambda n: AffineForm(0.0, {n: 1.0})))
    except _NotAffine:
        return None
    except (ArithmeticError, ValueError) as error:
        raise ParameterError(f"the tie cannot be evaluated ({error})", got=expression, allowed=_ALLOWED) from error


def renumbered(expression: str, numbers: Mapping[int, int]) -> str:
    """The expression with other parameter numbers, old → new."""
    return re.sub(r"(\bpar\[|\bp)(\d+)", lambda m: f"{m[1]}{numbers[int(m[2])]}", expression)


def order(ties: Mapping[int, str], root: Callable[[int], int]) -> tuple[int, ...]:
    """The tied slots (1-based masters) in an order in which every tie comes after its sources.

    Args:
        ties: Master of the tied group (1-based) → expression.
        root: Maps any 1-based parameter to the master of its group.

    Raises:
        ParameterError: The ties form a cycle; the message shows its path.
    """
    done: list[int] = []

    def visit(pid: int, path: tuple[int, ...]) -> None:
        if pid in path:
            cycle = " -> ".join(f"par[{n}]" for n in (*path[path.index(pid) :], pid))
            raise ParameterError(f"the ties form a cycle: {cycle}", hint="Remove one of these ties or links first.")
        if pid in done or pid not in ties:
            return
        for source in sources(ties[pid]):
            if root(source) == pid:
                raise _follows_itself(pid, source, ties[pid])
            visit(root(source), (*path, pid))
        done.append(pid)

    for pid in sorted(ties):
        visit(pid, ())
    return tuple(done)


def _follows_itself(pid: int, source: int, expression: str) -> ParameterError:
    linked = "" if source == pid else f", and par[{source}] is linked to it"
    hint = "Type the number that it is to have, or an expression of other parameters."
    return ParameterError(f"par[{pid}] cannot follow itself{linked}", got=expression, hint=hint)
