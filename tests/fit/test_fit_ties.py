"""Ties: parsed safely, affine where they can be, never in a cycle."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spec_lab._base import ParameterError
from spec_lab.fit import ties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*par[1] + 0.5", 2 * 3.0 + 0.5),
        ("=par[1] - par[2]", 3.0 - 5.0),
        ("-(par[2])**2/4", -25 / 4),
        ("sqrt(abs(par[1]*par[2]))", math.sqrt(15)),
        ("p1 + log10(p2)", 3 + math.log10(5)),
    ],
)
def test_value(text, expected):
    values = {1: 3.0, 2: 5.0}
    assert ties.evaluate(text, values.__getitem__) == pytest.approx(expected, rel=1e-15)
    assert ties.evaluate(text, values.__getitem__, np) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "par.__class__",
        "par[x]",
        "par[0]",
        "lambda: 1",
        "[1][0]",
        "open('x')",
        "par[1] if 1 else 2",
        "2*",
        "",
    ],
)
def test_nothing_else_is_allowed(text):
    with pytest.raises(ParameterError):
        ties.parse(text)


@pytest.mark.parametrize(
    ("text", "constant", "coefficients"),
    [
        ("2*par[1] + 0.5", 0.5, {1: 2.0}),
        ("(par[1]+par[2])/2", 0.0, {1: 0.5, 2: 0.5}),
        ("3*(1-par[2])", 3.0, {2: -3.0}),
        ("sqrt(4)*par[1]", 0.0, {1: 2.0}),
        ("par[1]**1", 0.0, {1: 1.0}),
    ],
)
def test_affine_form(text, constant, coefficients):
    form = ties.as_affine(text)
    assert form is not None
    assert form.constant == pytest.approx(constant)
    assert dict(form.coefficients) == pytest.approx(coefficients)


@pytest.mark.parametrize("text", ["par[1]*par[2]", "par[1]**2", "exp(par[1])", "1/par[1]", "2**par[1]"])
def test_curved_forms_are_recognised(text):
    assert ties.as_affine(text) is None


def test_order_puts_sources_first():
    assert ties.order({2: "par[5]", 5: "par[1]", 3: "par[2]+par[5]"}, lambda n: n) == (5, 2, 3)


def test_cycle_is_refused_with_its_path():
    with pytest.raises(ParameterError, match=r"par\[1\] -> par\[2\] -> par\[3\] -> par\[1\]"):
        ties.order({1: "par[2]", 2: "par[3]", 3: "2*par[1]"}, lambda n: n)


def test_a_parameter_that_would_follow_itself_is_told_to_be_typed():
    with pytest.raises(ParameterError, match=r"par\[3\] cannot follow itself; got 'par\[3\]\+1'\. Type the number"):
        ties.order({3: "par[3]+1"}, lambda n: n)
    with pytest.raises(ParameterError, match=r"par\[1\] cannot follow itself, and par\[4\] is linked to it"):
        ties.order({1: "par[2]+par[4]"}, lambda n: 1 if n == 4 else n)


def test_a_cycle_through_a_link_is_seen():
    with pytest.raises(ParameterError, match=r"cycle: par\[1\] -> par\[2\] -> par\[1\]"):
        ties.order({1: "par[2]", 2: "par[4]"}, lambda n: 1 if n == 4 else n)


def test_sources():
    assert ties.sources("par[7]*2 + p3 - par[7]") == (3, 7)


@pytest.mark.parametrize("text", ["9**9**9**9", "1/0", "sqrt(-1)", "(-8)**0.5", "exp(1000)", "log(par[1]-par[1])"])
def test_what_has_no_finite_value_is_nan_and_takes_no_time(text):
    assert np.isnan(ties.number(text, lambda n: 1.0))


@pytest.mark.parametrize("text", ["(" * 300 + "1" + ")" * 300, "-" * 3000 + "1", "+".join(["par[1]"] * 5000), "1e400"])
def test_endless_expressions_are_refused(text):
    with pytest.raises(ParameterError):
        ties.parse(text)


def test_whole_powers_compile_to_products():
    assert "integer_pow" in str(jax.make_jaxpr(lambda x: ties.evaluate("par[1]**3", lambda n: x, jnp))(2.0))
