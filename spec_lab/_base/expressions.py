"""Expressions that people type: read as Python syntax, never run.

`read_expression` gives the syntax tree of a text, `evaluate` computes it: numbers, + - * / ** and signs are known here;
whatever else a text may hold (a name, `par[3]`, a call) is the business of the caller's `leaf`, which refuses what it does
not know. Priors, ties and model expressions are read with it.
"""

import ast
import operator
from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")

OPERATORS: dict[type[ast.operator], Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
SYMBOLS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


class UnreadableExpression(ValueError):
    """A text that is no expression; `offset` is the character at which reading stopped, where that is known."""

    def __init__(self, reason: str, offset: int | None = None):
        super().__init__(reason)
        self.reason, self.offset = reason, offset


def read_expression(text: str) -> ast.expr:
    """The syntax tree of an expression.

    Args:
        text: Such as `"2*par[1] + 0.5"`.

    Raises:
        UnreadableExpression: The text is no expression, or nested too deep.
    """
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise UnreadableExpression(error.msg, error.offset) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableExpression("it is nested too deep or holds characters that no text has") from error


def is_number(node: ast.AST) -> bool:
    """Whether a node is a plain real number (`True` is none)."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def evaluate(
    node: ast.AST, leaf: Callable[[ast.AST], V], binary: Callable[[type[ast.operator], V, V], V] | None = None
) -> V:
    """The value of a syntax tree.

    Args:
        node: The tree.
        leaf: Gives the value of a node that is no number, sign or operation; raises for what is not allowed.
        binary: Applies an operation to two values; Python's own by default.

    Examples:
        >>> evaluate(read_expression("2*a + 1"), lambda node: 10.0)
        21.0
    """
    match node:
        case ast.Constant(value=value) if is_number(node):
            return float(value)  # type: ignore[arg-type, return-value]  # whole numbers have powers without end: 9**9**9
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            inner = evaluate(operand, leaf, binary)
            return -inner if isinstance(sign, ast.USub) else inner  # type: ignore[operator]
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))) if binary is None:
            return evaluate(left, leaf, binary) ** power  # type: ignore[operator]  # JAX keeps whole powers exact
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            values = evaluate(left, leaf, binary), evaluate(right, leaf, binary)
            return OPERATORS[type(op)](*values) if binary is None else binary(type(op), *values)  # type: ignore[return-value]
    return leaf(node)
