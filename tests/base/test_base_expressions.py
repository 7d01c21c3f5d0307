"""Expressions: read without running, computed by one evaluator."""

import ast

import pytest

from spec_lab._base.expressions import UnreadableExpression, evaluate, read_expression


def refuse(node: ast.AST) -> float:
    raise ValueError(ast.unparse(node))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2*3", 7.0),
        ("-(2 - 5)/2", 1.5),
        ("2**3", 8.0),
        ("2**-1", 0.5),
        (" +4 ", 4.0),
        ("2**(1 + 1)", 4.0),
        ("1e-3", 1e-3),
    ],
)
def test_numbers_are_computed(text, value):
    assert evaluate(read_expression(text), refuse) == value


@pytest.mark.parametrize("text", ["True", "x", "f(1)", "1 // 2", "~1", "'a'", "[1]", "1 < 2", "1j", "lambda: 1"])
def test_everything_else_goes_to_the_caller(text):
    with pytest.raises(ValueError, match=r"."):
        evaluate(read_expression(text), refuse)
    assert evaluate(read_expression(text), lambda node: 5.0) == 5.0


def test_operations_may_be_the_callers():
    tree = read_expression("a + b * 2")
    written = evaluate(tree, lambda node: ast.unparse(node), lambda op, left, right: f"({left} {op.__name__} {right})")
    assert written == "(a Add (b Mult 2.0))"


@pytest.mark.parametrize("text", ["", "1 +", "a b", "x = 1", "\0", "(" * 5000 + "1" + ")" * 5000])
def test_what_is_no_expression_is_said(text):
    with pytest.raises(UnreadableExpression):
        read_expression(text)


def test_powers_end():
    with pytest.raises(OverflowError):
        evaluate(read_expression("9**9**9"), refuse)
