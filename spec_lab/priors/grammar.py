"""The grammar of priors: `name(argument, ..., name=argument)`, with plain numbers, `pi`, `inf` and + - * / **.

Text and parts only: which names there are and what their arguments mean is the table's business (`families`). The text is
read as Python syntax and never run.
"""

import ast
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spec_lab._base import ParameterError, UnreadableExpression, evaluate, read_expression

_NAMES = {"pi": math.pi, "inf": math.inf, "nan": math.nan, "e": math.e}
_HINT = 'Write a prior like "unif(-2, 2)" or "norm(loc=0, scale=1)".'


class Call(NamedTuple):
    """The parts of a prior's text: the name, the arguments in order, and those by keyword."""

    name: str
    args: tuple[float, ...]
    named: Mapping[str, float]


def read_call(text: str) -> Call:
    """The parts of `name(arguments)`; the name may have a dot, as in `dist.Gumbel(loc=0, scale=1)`.

    Raises:
        ParameterError: Anything else.
    """
    try:
        node = read_expression(text)
    except UnreadableExpression:
        raise _unreadable(text) from None
    name = _name_of(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or name is None:
        raise _unreadable(text)
    if [ast.unparse(a) for a in node.args] == ["..."]:
        raise ParameterError(
            f"{text} only shows a prior, it does not say it: the distribution is made of others, or by hand",
            hint="Give the distribution itself: infer.par[1].prior = ...",
        )
    words = [k.arg for k in node.keywords]
    if any(isinstance(a, ast.Starred) for a in node.args) or None in words or len(set(words)) < len(words):
        raise _unreadable(text)
    return Call(name, tuple(map(_number, node.args)), {str(k.arg): _number(k.value) for k in node.keywords})


def write_call(name: str, args: Sequence[float], named: Mapping[str, float] | None = None) -> str:
    """The text of a prior; numbers as short as they read back exactly."""
    words = [*map(write_number, args), *(f"{key}={write_number(value)}" for key, value in (named or {}).items())]
    return f"{name}({', '.join(words)})"


def write_number(x: float) -> str:
    """The shortest text that reads back as this number."""
    return str(int(x)) if math.isfinite(x) and x == int(x) and abs(x) < 1e15 else repr(float(x))


def _name_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "dist":
        return f"dist.{node.attr}"
    return None


def _number(node: ast.expr) -> float:
    def leaf(inner: ast.AST) -> float:
        if isinstance(inner, ast.Name) and inner.id in _NAMES:
            return _NAMES[inner.id]
        raise _no_number(inner)

    try:
        value = evaluate(node, leaf)
    except ArithmeticError:
        raise _no_number(node) from None
    if isinstance(value, complex):
        raise _no_number(node)
    return float(value)


def _no_number(node: ast.AST) -> ParameterError:
    allowed = "numbers, pi, inf, + - * / **"
    return ParameterError("prior: not a number", got=ast.unparse(node), allowed=allowed, hint=_HINT)


def _unreadable(text: str) -> ParameterError:
    return ParameterError("prior text cannot be read", got=text, allowed="family(arguments)", hint=_HINT)
