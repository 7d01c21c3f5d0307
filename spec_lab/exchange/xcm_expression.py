"""XSPEC's model expressions: `TBabs(powerlaw + gaussian)`, `(bbody + po)wabs`, `constant*gsmooth*diskbb`.

The `*` beside a bracket may be left out; names may be abbreviated, in any case. A convolution acts on everything to its right in
its product. Components are numbered as they appear, which is the order of XSPEC's parameters.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from spec_lab._base import ModelError
from spec_lab.exchange.xspec_parameters import XspecModel, xspec_model
from spec_lab.models import Component, Convolution, Model, component_class, join

_TOKENS = re.compile(r"\s*(?:(?P<name>[A-Za-z]\w*)|(?P<sign>[-+*/()]))")
_TABLE = re.compile(r"([ame]table|[ame]tmod|mtbl|atbl)\s*\{", re.IGNORECASE)


class Node(NamedTuple):
    """A piece of an expression.

    Attributes:
        sign: `+`, `*`, `()` of a convolution and what it acts on, or "" of a component.
        parts: The pieces it is made of.
        number: Of a component: its place in the expression, from 0.
    """

    sign: str
    parts: tuple["Node", ...] = ()
    number: int = -1


class Expression(NamedTuple):
    """An expression as read: its tree and its components, in order of appearance."""

    tree: Node
    models: tuple[XspecModel, ...]

    def joined(self, components: Sequence[Component]) -> Model:
        """The model of our components, one for each of XSPEC's.

        Raises:
            ModelError: Kinds that do not combine.
        """
        return _joined(self.tree, components)


def _joined(node: Node, components: Sequence[Component]) -> Model:
    if not node.sign:
        return components[node.number]
    left, right = (_joined(part, components) for part in node.parts)
    return left(right) if node.sign == "()" else join(node.sign, left, right)


def read_model(text: str) -> Expression:
    """Read an expression of XSPEC's.

    Raises:
        ModelError: It is none, a name has no counterpart here, or a convolution whose reach is not clear.
    """
    if _TABLE.search(text):
        hint = "Read it with spec_lab.models.atable or mtable and set the model by hand."
        raise ModelError("the parameters of a table model are not those of a script here", got=text, hint=hint)
    reader = _Reader(text)
    tree = reader.sum()
    if reader.tokens:
        reader.fail(f"unexpected {reader.tokens[0]!r}")
    return Expression(tree, tuple(reader.models))


class _Reader:
    """Reads tokens from the left."""

    def __init__(self, text: str):
        self.text = text
        self.tokens: list[str] = []
        self.models: list[XspecModel] = []
        place, text = 0, text.rstrip()
        while place < len(text):
            match = _TOKENS.match(text, place)
            if match is None:
                self.fail(f"unexpected {text[place:].strip()[:12]!r}")
            self.tokens.append(match["name"] or match["sign"])
            place = match.end()

    def fail(self, why: str) -> NoReturn:
        """Raise.

        Raises:
            ModelError: Says what is wrong where.
        """
        raise ModelError(f"the model expression does not parse: {why}", got=self.text, allowed="names, + * ( )")

    def sum(self) -> Node:
        """Products added up."""
        found = self.product()
        while self.tokens[:1] == ["+"]:
            self.tokens.pop(0)
            found = Node("+", (found, self.product()))
        return found

    def product(self) -> Node:
        """Factors side by side, the `*` between them written or not."""
        factors, brackets = [], []
        while True:
            brackets.append(self.tokens[:1] == ["("])
            factors.append(self.factor())
            if self.tokens[:1] == ["*"]:
                self.tokens.pop(0)
            elif not self.tokens or self.tokens[0] in "+)":
                return self._multiplied(factors, brackets)
            elif not (brackets[-1] or self.tokens[0] == "("):
                self.fail(f"a * is missing before {self.tokens[0]!r}")

    def factor(self) -> Node:
        """A name, or a bracket."""
        if not self.tokens:
            self.fail("it ends too early")
        token = self.tokens.pop(0)
        if token == "(":
            inside = self.sum()
            if self.tokens[:1] != [")"]:
                self.fail("a bracket is not closed")
            self.tokens.pop(0)
            return inside
        if not token[0].isalpha():
            self.fail(f"unexpected {token!r}")
        self.models.append(xspec_model(token))
        return Node("", (), len(self.models) - 1)

    def _multiplied(self, factors: list[Node], brackets: list[bool]) -> Node:
        """The product; a convolution acts on all that stands to its right."""
        first, rest = factors[0], factors[1:]
        if not rest:
            if self._convolves(first):
                self.fail(f"{self.models[first.number].name} acts on nothing")
            return first
        if self._convolves(first):
            if brackets[1] and len(rest) > 1:
                self.fail(f"it is not clear on what {self.models[first.number].name} acts; bracket all of it")
            return Node("()", (first, self._multiplied(rest, brackets[1:])))
        for i, factor in enumerate(rest, start=1):
            if self._convolves(factor):
                right = self._multiplied(factors[i:], brackets[i:])
                return Node("*", (self._multiplied(factors[:i], brackets[:i]), right))
        found = first
        for factor in rest:
            found = Node("*", (found, factor))
        return found

    def _convolves(self, node: Node) -> bool:
        cls = None if node.sign else component_class(self.models[node.number].component)
        return cls is not None and issubclass(cls, Convolution)
