"""The formula of a function: what can be written gives the same numbers, what cannot is refused with the reason."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import ParameterError
from spec_lab.fit import ties
from spec_lab.fit.formula import Formula, formula_of

WRITTEN = [
    (jnp.log10, "log10(par[1])"),
    (jnp.exp, "exp(par[1])"),
    (lambda x: 2 * x + 0.5, "2 * par[1] + 0.5"),
    (lambda x: 10**x, "10 ** par[1]"),
    (lambda x: jnp.log10(x / 3.0) - 1, "log10(par[1] / 3) - 1"),
    (lambda x: jnp.sqrt(x) ** 3 / 2, "sqrt(par[1]) ** 3 / 2"),
    (jnp.square, "par[1] ** 2"),
    (jax.nn.sigmoid, "1 / (1 + exp(-par[1]))"),
    (lambda x: jnp.power(x, -1.7), "par[1] ** (-1.7)"),
    (jax.jit(lambda x: jnp.tanh(x) * jnp.abs(x)), "tanh(par[1]) * abs(par[1])"),
    (lambda x: x, "par[1]"),
]


@pytest.mark.parametrize(("function", "text"), WRITTEN)
def test_functions_are_written_as_a_person_would(function, text):
    assert formula_of(function, (0.02,), "cpl.logA") == text


@pytest.mark.parametrize("function", [function for function, _ in WRITTEN])
@given(x=st.floats(0.01, 5.0))
@settings(max_examples=20, deadline=None)
def test_a_formula_gives_the_numbers_of_its_function(function, x):
    text = formula_of(function, (1.0,), "cpl.logA")
    assert ties.number(text, lambda n: x) == pytest.approx(float(function(x)), rel=1e-5, abs=1e-6)
    assert float(Formula(text)(jnp.asarray(x))) == pytest.approx(float(function(x)), rel=1e-5, abs=1e-6)


def test_several_arguments_are_numbered():
    assert formula_of(lambda a, b: a * b - 1, (1.0, 2.0), "a tie") == "par[1] * par[2] - 1"


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x: jnp.where(x > 0, x, 0.0), "it uses gt"),
        (jax.nn.relu, "has no formula"),
        (lambda x: jnp.array([x, x]), "has no formula"),
        (lambda x: (x, x), "one number"),
        (lambda x: np.interp(x, [0, 1], [2, 3]), "cannot be traced"),
        (lambda x: float(x), "cannot be traced"),
        (lambda x: jnp.sum(jnp.arange(3.0) * x), "has no formula"),
    ],
)
def test_what_an_expression_cannot_say_is_refused(function, reason):
    with pytest.raises(ParameterError, match=reason) as refused:
        formula_of(function, (0.02,), "cpl.logA")
    assert "cpl.logA" in str(refused.value) and "@component" in str(refused.value)
