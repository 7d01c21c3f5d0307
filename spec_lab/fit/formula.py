"""The formula of a Python function: what it does to numbers, as an expression that a tie can hold.

A variable such as `Derived(jnp.log10, x)` brings a function; a fit holds relations as text, which can be shown, edited, undone
and saved, and runs no code of a file. So the function is traced once by JAX and its few operations are written down. A
function that does more (a table, a choice, a loop) has no such formula and is refused with the reason.
"""

import ast
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.extend.core as jex
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.fit import ties
from spec_lab.tree import attrs

_ONE: dict[str, str] = {
    "neg": "-({0})",
    "exp": "exp({0})",
    "exp2": "2**({0})",
    "expm1": "exp({0}) - 1",
    "log": "log({0})",
    "log1p": "log(1 + ({0}))",
    "sqrt": "sqrt({0})",
    "rsqrt": "1/sqrt({0})",
    "square": "({0})**2",
    "logistic": "1/(1 + exp(-({0})))",
    "abs": "abs({0})",
    "sin": "sin({0})",
    "cos": "cos({0})",
    "tan": "tan({0})",
    "tanh": "tanh({0})",
    "integer_pow": "({0})**{y}",
}
_TWO = {"add": "+", "add_any": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
_SAME = ("convert_element_type", "copy", "broadcast_in_dim", "reshape", "squeeze", "stop_gradient")
_LN10 = math.log(10.0)
_PROBES = (0.37, 1.0, 2.3)


@attrs.frozen_static
class Formula:
    """A function of one number given by its formula in `par[1]`, such as `log10(par[1])`: hashable, savable, traceable."""

    text: str

    def __call__(self, x: Any) -> Any:
        """The formula's value at `x`."""
        return ties.evaluate(self.text, lambda _: x, jax.numpy)


def formula_of(function: Callable[..., Any], at: Sequence[float], what: str) -> str:
    """What a function of numbers does, as an expression in `par[1]`, `par[2]`, ...

    Args:
        function: Takes numbers, gives one number.
        at: Present arguments, one each; there the formula is compared with the function.
        what: Whose function it is, for messages.

    Raises:
        ParameterError: It cannot be traced by JAX, or does something an expression cannot say.
    """
    if isinstance(function, Formula):
        return function.text
    try:
        closed = jax.make_jaxpr(function)(*map(float, at))
    except Exception as error:  # whatever a person's function raises when it is handed a tracer
        raise _refusal(what, f"it cannot be traced by JAX ({type(error).__name__})") from error
    text = _written(closed.jaxpr, closed.consts, [f"par[{i}]" for i in range(1, len(at) + 1)], what)
    text = ast.unparse(ast.parse(text, mode="eval"))
    _compare(function, text, at, what)
    return text


def _refusal(what: str, reason: str) -> ParameterError:
    return ParameterError(
        f"the function of {what} has no formula: {reason}",
        allowed=f"+ - * / ** and {', '.join(ties.FUNCTIONS)} of jax.numpy",
        hint="Make the component compute it (@component on a plain function), or tie the parameter in the fit.",
    )


def _written(jaxpr: Any, constants: Sequence[Any], arguments: Sequence[str], what: str) -> str:
    known: dict[Any, str] = dict(zip(jaxpr.invars, arguments, strict=True))
    known |= {v: _number(c, what) for v, c in zip(jaxpr.constvars, constants, strict=True)}

    def text(x: Any) -> str:
        return _number(x.val, what) if isinstance(x, jex.Literal) else known[x]

    for step in jaxpr.eqns:
        inputs = [text(x) for x in step.invars]
        if len(step.outvars) != 1:
            raise _refusal(what, f"it uses {step.primitive.name}")
        known[step.outvars[0]] = _step(step, inputs, what)
    if len(jaxpr.outvars) != 1 or jaxpr.outvars[0].aval.shape != ():
        raise _refusal(what, "it does not give one number")
    return text(jaxpr.outvars[0])


def _step(step: Any, inputs: list[str], what: str) -> str:
    name = step.primitive.name
    inner = step.params.get("jaxpr") or step.params.get("call_jaxpr")
    if isinstance(inner, jex.ClosedJaxpr):  # a function within, such as the body of `jnp.log10`
        return _written(inner.jaxpr, inner.consts, inputs, what)
    if name in _SAME:
        return inputs[0]
    if name in _ONE:
        return "(" + _ONE[name].format(*inputs, **step.params) + ")"
    if name in _TWO:
        return _decimal(name, *inputs) or f"(({inputs[0]}) {_TWO[name]} ({inputs[1]}))"
    raise _refusal(what, f"it uses {name}")


def _decimal(name: str, left: str, right: str) -> str | None:
    """`log(x) / ln 10` (or times its inverse), which is how JAX computes `log10(x)`."""
    expected = {"div": _LN10, "mul": 1.0 / _LN10}.get(name)
    if expected is None or not left.startswith("(log(") or not _is_number(right):
        return None
    return f"(log10{left[4:]}" if math.isclose(float(right.strip("()")), expected, rel_tol=1e-6) else None


def _is_number(text: str) -> bool:
    try:
        float(text.strip("()"))
    except ValueError:
        return False
    return True


def _number(value: Any, what: str) -> str:
    if np.ndim(value) != 0 or not np.isfinite(np.asarray(value, dtype=float)):
        raise _refusal(what, "it holds an array")
    number = np.asarray(value)[()]
    shortest = float(str(number)) if isinstance(number, np.floating) else float(number)
    return f"({int(shortest)})" if shortest.is_integer() and abs(shortest) < 1e15 else f"({shortest!r})"


def _compare(function: Callable[..., Any], text: str, at: Sequence[float], what: str) -> None:
    """Refuse a formula that gives other numbers than its function: at the present arguments, and at a few others."""
    for place in (tuple(at), *((probe,) * len(at) for probe in _PROBES)):
        expected = float(function(*place))
        found = ties.number(text, lambda n, place=place: float(place[n - 1]))
        if np.isfinite(expected) and not np.isclose(found, expected, rtol=1e-5, atol=1e-9, equal_nan=True):
            raise _refusal(what, f"{text} gives {found:g} at {place[0]:g}, and the function {expected:g}")
