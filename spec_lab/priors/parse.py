"""From text to a prior: `name(argument, ..., name=argument)` with plain numbers, `pi`, `inf` and + - * / **.

The text is parsed as Python syntax but never evaluated.
"""

import ast
import math
import operator
from typing import Any

from spec_lab._base import ParameterError
from spec_lab.priors.prior import Prior

_NAMES = {"pi": math.pi, "inf": math.inf, "nan": math.nan, "e": math.e}
_BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_HINT = 'Write a prior like "unif(-2, 2)" or "norm(loc=0, scale=1)".'


def _number(node: ast.expr, text: str) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in _NAMES:
        return _NAMES[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return -_number(node.operand, text) if isinstance(node.op, ast.USub) else _number(node.operand, text)
    if isinstance(node, ast.BinOp) and type(node.op) in (*_BINARY, ast.Pow):
        left, right = _number(node.left, text), _number(node.right, text)
        try:
            return math.pow(left, right) if isinstance(node.op, ast.Pow) else _BINARY[type(node.op)](left, right)
        except (ArithmeticError, ValueError):
            pass
    raise ParameterError(
        "prior: not a number", got=ast.unparse(node), allowed="numbers, pi, inf, + - * / **", hint=_HINT
    )


def parse_prior(text: Any) -> Prior:
    """The prior a text stands for; a Prior comes back as it is.

    Raises:
        ParameterError: Anything that is not `family(arguments)`, or arguments the family refuses.
    """
    if isinstance(text, Prior):
        return text
    if not isinstance(text, str):
        raise ParameterError("prior", got=text, allowed="a Prior or a text", hint=_HINT)
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ParameterError("prior text cannot be read", got=text, allowed="family(arguments)", hint=_HINT) from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ParameterError("prior text cannot be read", got=text, allowed="family(arguments)", hint=_HINT)
    words = [k.arg for k in call.keywords]
    if any(isinstance(a, ast.Starred) for a in call.args) or None in words or len(set(words)) < len(words):
        raise ParameterError("prior text cannot be read", got=text, allowed="family(arguments)", hint=_HINT)
    args = [_number(node, text) for node in call.args]
    return Prior(call.func.id, *args, **{str(k.arg): _number(k.value, text) for k in call.keywords})
