"""From text to model: ``tbabs*(pl+bb)``, ``2*pl``, ``gsmooth(pl+gauss)``, ``cpl(vfv_peak=False)``.

Python's own grammar is read (`ast`), never run: names are catalog names or aliases, numbers are constants, a call with
keywords sets start values and settings (a constant that multiplies starts at 1), a call of a convolution with a model
convolves. A factor may be written as XSPEC writes it, ``tbabs(pl+bb)`` or ``(pl+bb)tbabs``, without the ``*`` beside a
bracket. A digit after a known name is the mark of a second use (``pl2``), as `Model.expression` writes it.
"""

from __future__ import annotations

import ast
import math
import re
from typing import Any

from spec_lab._base import OPERATORS, SYMBOLS, ModelError, UnreadableExpression, evaluate, nearest, read_expression
from spec_lab.models.algebra import convolve, join
from spec_lab.models.catalog import known_names, maker
from spec_lab.models.component import Component
from spec_lab.models.library.factors import const
from spec_lab.models.model import Model

MOST_NODES = 500  # names, numbers, calls, operators and signs of an expression: each model is checked as it grows


def parse(text: str) -> Model:
    """The model written as `text`.

    Raises:
        ModelError: Bad syntax, unknown names, or kinds that do not combine.
    """
    if not isinstance(text, str):
        raise ModelError("a model expression is text", got=text, allowed='a string such as "tbabs*(pl+bb)"')
    try:
        tree = read_expression(_products(" ".join(text.split()).replace("^", "**")))
    except UnreadableExpression as error:
        where = f" at character {error.offset}" if error.offset and text.strip() else ""
        raise ModelError(
            "the model expression does not parse",
            got=text if len(text) < 400 else text[:40] + " …",
            allowed='names, numbers, + - * / ** ( ), such as "tbabs*(pl+bb)"',
            hint=f"{error.reason[:1].upper()}{error.reason[1:]}{where}." if text.strip() else "There is nothing in it.",
        ) from None
    nodes = sum(1 for _ in ast.walk(tree))
    if nodes > MOST_NODES:
        raise ModelError("the model expression is too long", got=text[:40] + " …", allowed="about 100 components")
    try:
        model = _build(tree)
    except RecursionError:
        raise ModelError("the model expression is too long", got=text[:40] + " …") from None
    if not isinstance(model, Model):
        raise ModelError("the expression is a number, not a model", got=text)
    return model


def _products(text: str) -> str:
    """The text with the `*` that XSPEC leaves out after a bracket: `(pl+bb)wabs` is `(pl+bb)*wabs`."""
    return text if "'" in text or '"' in text else re.sub(r"\)\s*(?=[A-Za-z_])", ")*", text)


def _build(node: ast.AST) -> Any:
    return evaluate(node, _leaf, _combined)


def _leaf(node: ast.AST) -> Any:
    if isinstance(node, ast.Name):
        return _component(node.id, {})
    if isinstance(node, ast.Call):
        return _call(node)
    raise ModelError(
        "this is not part of a model expression", got=ast.unparse(node), allowed="names, numbers, + - * / ** ( )"
    )


def _combined(op: type[ast.operator], left: Any, right: Any) -> Any:
    left, right = (side if isinstance(side, Model) else _finite(side, f"{side:g}") for side in (left, right))
    if isinstance(left, Model) or isinstance(right, Model):
        if op in (ast.Mult, ast.Div):
            left, right = _multiplied(left), _multiplied(right)
        return join(SYMBOLS[op], left, right)
    written = f"{left:g}{SYMBOLS[op]}{right:g}"
    try:
        return _finite(OPERATORS[op](left, right), written)
    except ArithmeticError:
        return _finite(math.inf, written)


def _multiplied(side: Any) -> Any:
    """A constant that multiplies starts at 1 unless the text says otherwise: a model times 0 has no counts."""
    return const(C=1.0, name=side.name) if isinstance(side, const) and not side.parameters[0].value_given else side


def _finite(value: Any, written: str) -> float:
    if isinstance(value, complex) or not math.isfinite(value):
        raise ModelError("a number in the model expression is not finite and real", got=written)
    return float(value)


def _call(node: ast.Call) -> Any:
    given = {k.arg: _setting(k.value) for k in node.keywords if k.arg is not None}
    function = node.func
    operator = _component(function.id, given) if isinstance(function, ast.Name) else _build(function)
    if not isinstance(operator, Model):
        raise ModelError("a number in a model expression takes no argument", got=ast.unparse(node), hint="Write a *.")
    if not node.args:
        return operator
    inner = _build(node.args[0]) if len(node.args) == 1 else None
    if isinstance(inner, Model) and operator.kind in ("mul", "math"):
        return join("*", _multiplied(operator), inner)
    if operator.kind != "conv":
        raise ModelError(
            f"{operator.expression} takes its values by name",
            got=ast.unparse(node),
            hint=f"Name them, as in {_example(operator)}; only a factor or a convolution is called, with a model.",
        )
    if len(node.args) > 1:
        raise ModelError(f"{operator.expression} is called with one model", got=ast.unparse(node))
    return convolve(operator, inner)


def _setting(node: ast.AST) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ModelError("settings in a model expression are plain values", got=ast.unparse(node)) from None


def _component(name: str, given: dict[str, Any]) -> Component:
    make = maker(name) or maker(name.rstrip("0123456789"))
    if make is None:
        hint = f"{nearest(name, known_names()) or ''} See spec_lab.models.catalog()."
        raise ModelError("unknown component", got=name, hint=hint.strip())
    return make(**given)


def _example(model: Model) -> str:
    name = model.expression
    return f"{name}({model.parameters[0].name}={model.parameters[0].value:g})" if model.parameters else "cpl(alpha=-1)"
