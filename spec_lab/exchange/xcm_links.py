"""Links of parameters: XSPEC's `= p3 + 0.5` as a tie of ours (`-par[3] - 0.5` where both are indices) and back.

XSPEC's expressions are of its parameters, ours of ours: an index has the other sign, an amplitude is a logarithm. Both ways one
walk over the syntax tree writes a number, others its decimal logarithm and ten to its power, so that `= 2*p3` of two norms
becomes `par[3] + 0.30103`, which is affine and compiles nothing.
"""

import ast
import math
import re
from collections.abc import Callable, Mapping

from spec_lab._base import SYMBOLS, ModelError, UnreadableExpression, evaluate, read_expression

FUNCTIONS = {"ln": "log", "log": "log10", "exp": "exp", "sqrt": "sqrt", "abs": "abs", "sin": "sin", "cos": "cos", "tan": "tan",
             "tanh": "tanh"}  # fmt: skip
OURS = {ours: theirs for theirs, ours in FUNCTIONS.items()}
_REFERENCE = re.compile(r"\bp(\d+)\b")
_TOKEN = re.compile(r"[a-z_]\w*|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
Short = Callable[[int], str | None]
_ALLOWED = f"numbers, p1, p2, ..., + - * / ^ ( ) and {', '.join(FUNCTIONS)}"


def read_link(text: str) -> ast.expr:
    """The syntax tree of a link, parameters as `par[n]`.

    `p3` is a parameter; where there is none, so is a whole number, as in old scripts (`= 3`, `= 4 + 0.6`).

    Raises:
        ModelError: It is no expression, or names a parameter of another model.
    """
    body = text.strip().lstrip("=").strip().lower()
    named = re.search(r"\b[a-z]\w*:p?\d+", body)
    if named:
        raise ModelError("a link to another model cannot be held", got=text, hint="There is one model here.")
    new = _REFERENCE.search(body) is not None
    body = _REFERENCE.sub(r"par[\1]", body) if new else _TOKEN.sub(_old_reference, body)
    try:
        return read_expression(body.replace("^", "**"))
    except UnreadableExpression as error:
        raise ModelError("the link is no expression", got=text, allowed=_ALLOWED) from error


def _old_reference(match: re.Match[str]) -> str:
    """A whole number that is no exponent is a parameter."""
    power = match.string[: match.start()].rstrip().endswith(("^", "**"))
    return f"par[{match[0]}]" if match[0].isdigit() and not power else match[0]


def references(tree: ast.AST) -> set[int]:
    """The numbers of the parameters that a link reads."""
    return {n for node in ast.walk(tree) if (n := _reference(node)) is not None}


def _reference(node: ast.AST) -> int | None:
    match node:
        case ast.Subscript(value=ast.Name(id="par"), slice=ast.Constant(value=int(n))):
            return n
    return None


def only_reference(tree: ast.expr) -> int | None:
    """The parameter that a link copies; None where it does more."""
    return _reference(tree)


def link_value(tree: ast.expr, value: Callable[[int], float]) -> float:
    """The number that a link gives, in XSPEC's units.

    Raises:
        ModelError: It uses something that is not known, or has no value.
    """

    def leaf(node: ast.AST) -> float:
        number = _reference(node)
        if number is not None:
            return value(number)
        name, argument = _call(node, FUNCTIONS)
        inner = evaluate(argument, leaf)
        return abs(inner) if name == "abs" else getattr(math, name)(inner)

    try:
        return float(evaluate(tree, leaf))
    except (ArithmeticError, ValueError, TypeError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"the link has no value ({error})", got=ast.unparse(tree)) from error


def _call(node: ast.AST, functions: Mapping[str, str]) -> tuple[str, ast.expr]:
    """Name (in the other words) and argument of a call."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in functions:
            return functions[name], argument
    raise ModelError("a link uses something that is not known", got=ast.unparse(node), allowed=_ALLOWED)


def _none(n: int) -> None:
    """No short way for any parameter."""


class LinkWriter:
    """Writes a link in other words.

    Args:
        value: What is written for a parameter.
        logarithm: What is written for its decimal logarithm; None where there is no short way.
        power: What is written for ten to its power; None likewise.
        functions: Names of functions, from → to.
    """

    def __init__(
        self, value: Callable[[int], str], functions: Mapping[str, str], logarithm: Short = _none, power: Short = _none
    ):
        self.value, self.logarithm, self.power, self.functions = value, logarithm, power, functions
        self.log10 = "log10" if "log10" in functions else "log"  # what it is called where it is read

    def plain(self, node: ast.AST) -> str:
        """The expression itself."""
        number = _reference(node)
        if number is not None:
            return self.value(number)
        constant = _constant(node)
        if constant is not None:
            return repr(constant) if constant >= 0 else f"({constant!r})"
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negated(self.plain(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.plain(operand)
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if _constant(left) == 10 and self._all(
                self.power, right
            ):
                return self.tenth_power(right)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SYMBOLS:
                return f"({self.plain(left)} {SYMBOLS[type(op)]} {self.plain(right)})"
        name, argument = _call(node, self.functions)
        if _is_call(node, self.log10):
            return self.tenths(argument)
        return f"{name}({self.plain(argument)})"

    def tenths(self, node: ast.AST) -> str:
        """The decimal logarithm of the expression."""
        number, constant = _reference(node), _constant(node)
        short = None if number is None else self.logarithm(number)
        if short is not None:
            return short
        if constant is not None and constant > 0:
            return repr(math.log10(constant))
        match node:
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if _constant(left) == 10:
                return self.plain(right)
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right) if self._product(node):
                return f"({self.tenths(left)} {'+' if isinstance(op, ast.Mult) else '-'} {self.tenths(right)})"
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if self._product(node):
                return f"({_constant(right)!r} * {self.tenths(left)})"
        return f"{self.functions[self.log10]}({self.plain(node)})"

    def tenth_power(self, node: ast.AST) -> str:
        """Ten to the power of the expression."""
        number, constant = _reference(node), _constant(node)
        short = None if number is None else self.power(number)
        if short is not None:
            return short
        if constant is not None:
            return repr(10.0**constant)
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right) if self._all(self.power, node):
                return f"({self.tenth_power(left)} {'*' if isinstance(op, ast.Add) else '/'} {self.tenth_power(right)})"
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if _constant(left) is not None and self._all(
                self.power, right
            ):
                return f"({self.tenth_power(right)}**{_constant(left)!r})"
            case ast.Call(args=[argument]) if _is_call(node, self.log10):
                return self.plain(argument)
        return f"(10.0**{self.plain(node)})"

    def _all(self, short: Short, node: ast.AST) -> bool:
        """Whether a short way is there for every parameter in an expression, of which there is one at least."""
        found = references(node)
        return bool(found) and all(short(n) is not None for n in found)

    def _product(self, node: ast.AST) -> bool:
        """Whether an expression is made of positive numbers and parameters with logarithms by * / ^ alone."""
        number, constant = _reference(node), _constant(node)
        if number is not None or constant is not None:
            return self.logarithm(number) is not None if number is not None else constant is not None and constant > 0
        match node:
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right):
                return self._product(left) and self._product(right)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return _constant(right) is not None and self._product(left)
        return False


def negated(text: str) -> str:
    """The expression with the other sign; that of a parameter with a sign is the parameter."""
    signed = re.fullmatch(r"\(-(par\[\d+\])\)", text)
    return signed[1] if signed else f"(-{text})"


def _constant(node: ast.AST) -> float | None:
    """The number that a node is, with its sign."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -float(value)
        case ast.Constant(value=int() | float() as value):
            return float(value)
    return None


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
