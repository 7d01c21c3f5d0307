"""What a row of the table of priors holds: its arguments, its formulas, and the NumPyro distributions that it equals."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import attrs

REQUIRED = None
Params = tuple[float, float, float, float]


class Argument(NamedTuple):
    """One argument of a family; `default` None means required."""

    name: str
    default: float | None = REQUIRED


class Equal(NamedTuple):
    """A NumPyro distribution that a family equals: which of its attributes are read, and the family's arguments from them."""

    attributes: tuple[str, ...]
    arguments: Callable[..., tuple[float, ...]]


@attrs.frozen(eq=False)
class Family:
    """One row of the table.

    Attributes:
        name: As it is written.
        code: Its number in compiled functions.
        arguments: In order.
        doc: One sentence.
        params: From the arguments to (shape1, shape2, loc, scale).
        ends: (m, shape1, shape2) → the limits of z.
        middle: (m, shape1, shape2) → a harmless z inside.
        logpdf: (m, shape1, shape2, z) → log density of z inside `ends`.
        cdf: (m, shape1, shape2, z) → cumulative probability.
        ppf: (m, shape1, shape2, q) → quantile; None where there is none.
        scipy: The four parameters → the frozen distribution of scipy.stats.
        positive: Arguments that must be positive.
        ordered: Two arguments of which the first must be the smaller.
        neutral: Harmless parameters, for coordinates of other families.
        iterative: The quantile is found by iteration.
        within: Where all arguments must lie.
        numpyro: The four parameters → name and arguments of the same NumPyro distribution; None where there is none.
        equals: Names of NumPyro distributions that are this family.
        distribution: The object that the functions ask, of a row beyond the table (`distributions`); None in the table.
        written: Whether the text of its priors gives them back; some rows beyond the table have no such text.
    """

    name: str
    code: int
    arguments: tuple[Argument, ...]
    doc: str
    params: Callable[..., Params]
    ends: Callable[[Any, Any, Any], tuple[Any, Any]]
    middle: Callable[[Any, Any, Any], Any]
    logpdf: Callable[..., Any]
    cdf: Callable[..., Any] | None
    ppf: Callable[..., Any] | None
    scipy: Callable[..., Any]
    positive: tuple[str, ...] = ("scale",)
    ordered: tuple[str, str] | None = None
    neutral: Params = (1.0, 1.0, 0.0, 1.0)
    iterative: bool = False
    within: tuple[float, float] = (-math.inf, math.inf)
    numpyro: Callable[[float, float, float, float], tuple[str, tuple[float, ...]] | None] = lambda s1, s2, loc, scale: (
        None
    )
    equals: Mapping[str, Equal] = attrs.field(factory=dict)
    distribution: Any = None
    written: bool = True

    @property
    def signature(self) -> str:
        """Such as `norm(loc=0, scale=1)`."""
        words = (a.name if a.default is None else f"{a.name}={a.default:g}" for a in self.arguments)
        return f"{self.name}({', '.join(words)})"
