"""`Prior`: one belief about one number — family and arguments, frozen, hashable, with a text form that parses back.

Numbers in, numbers out on the host (numpy); `code` and `params` are what compiled functions take (`density`). Which
parameter holds which prior is decided in a Setup; sites of NumPyro are the bridge's.
"""

import math
import re
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from spec_lab._base import ParameterError, provided
from spec_lab.priors import density
from spec_lab.priors.distributions import Distribution, equal_family, law_of
from spec_lab.priors.families import BY_NAME, FAMILIES
from spec_lab.priors.family import Family
from spec_lab.priors.grammar import read_call, write_call, write_number
from spec_lab.tree import SerializationError, register_pytree_type

Numbers = Float[np.ndarray, "..."] | np.float64
_FAR = 30.0  # standard deviations: farther out the mass of a cut Gaussian is no longer a number


def _bind(family: Family, args: tuple, named: dict[str, Any]) -> tuple[float, ...]:
    names = [a.name for a in family.arguments]
    if len(args) > len(names):
        raise ParameterError(f"{family.name}: too many arguments", got=args, allowed=family.signature)
    given = dict(zip(names, args, strict=False))
    for name, value in named.items():
        if name not in names or name in given:
            what = "unknown" if name not in names else "repeated"
            raise ParameterError(f"{family.name}: {what} argument {name!r}", got=value, allowed=family.signature)
        given[name] = value
    values = []
    for argument in family.arguments:
        value = given.get(argument.name, argument.default)
        if value is None:
            raise ParameterError(f"{family.name}: argument {argument.name!r} is missing", allowed=family.signature)
        values.append(_as_float(family, argument.name, value))
    return tuple(values)


def _as_float(family: Family, name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, (str, bool)) or math.isnan(number):
        raise ParameterError(f"{family.name}: {name} is not a number", got=value, allowed=family.signature)
    return number + 0.0  # -0.0 and 0.0 are one prior


def _check(family: Family, args: tuple[float, ...]) -> None:
    named = dict(zip((a.name for a in family.arguments), args, strict=True))
    cut = family.name.startswith("truncnorm")
    for name, value in named.items():
        if not math.isfinite(value) and not (cut and name in ("a", "b", "min", "max")):
            raise ParameterError(f"{family.name}: {name} is not finite", got=value, allowed="a finite number")
        if not family.within[0] <= value <= family.within[1]:
            raise ParameterError(f"{family.name}: {name} is out of range", got=value, allowed=f"in {family.within}")
        if name in family.positive and value <= 0:
            raise ParameterError(f"{family.name}: {name} must be positive", got=value, allowed=f"{name} > 0")
    if family.ordered:
        low, high = family.ordered
        if not named[low] < named[high]:
            raise ParameterError(
                f"{family.name}: {low} is not below {high}",
                got=f"{low}={write_number(named[low])}, {high}={write_number(named[high])}",
                allowed=f"{low} < {high}",
                hint="To hold a parameter still, freeze it.",
            )
    a, b, _, scale = family.params(*args)
    if not scale > 0 or not math.isfinite(scale):
        raise ParameterError(f"{family.name}: the width is not a positive number", got=scale, allowed="> 0, finite")
    if cut and (a > _FAR or b < -_FAR):
        raise ParameterError(
            f"{family.name}: the window holds no mass, it lies {min(abs(a), abs(b)):.0f} standard deviations from loc",
            got=args,
            allowed=f"within {_FAR:.0f} standard deviations",
            hint="truncnorm(a, b, ...) counts standard deviations; truncnorm_range(min, max, ...) cuts in x.",
        )


@attrs.frozen(init=False, repr=False)
class Prior:
    """A belief about one number.

    Args:
        family: A name of `list_priors()`.
        *args: Its arguments, in order; or by keyword. A single tuple is accepted too.

    Raises:
        ParameterError: An unknown family, a missing, surplus or impossible argument (named, with its value).

    Examples:
        >>> p = Prior("unif", -2, 2)
        >>> str(p), p.support, float(p.ppf(0.75)), Prior.parse("unif(-2, 2)") == p
        ('unif(-2, 2)', (-2.0, 2.0), 1.0, True)
    """

    family: str
    args: tuple[float, ...]
    law: Family | None = None  # a row beyond the table: see `distributions`

    def __init__(self, family: str, *args: float | Sequence[float], **named: float):
        row = _family(family)
        if len(args) == 1 and isinstance(args[0], (tuple, list)):
            args = tuple(args[0])
        if row.name == "truncnorm" and {"min", "max"} & set(named):
            row = BY_NAME["truncnorm_range"]
        bound = _bind(row, args, named)
        _check(row, bound)
        self.__attrs_init__(row.name, bound)  # pyright: ignore[reportAttributeAccessIssue]

    @staticmethod
    def of(distribution: Distribution) -> "Prior":
        """The prior that a NumPyro distribution is: a family of the table where one equals it, else the distribution itself.

        Raises:
            ParameterError: It is no continuous distribution of one real number.
        """
        if isinstance(distribution, OfPrior) and distribution.limits == distribution.prior.support:
            return distribution.prior
        equal = equal_family(distribution)
        if equal is not None:
            return Prior(equal[0].name, *equal[1])
        law, made = law_of(distribution), object.__new__(Prior)
        made.__attrs_init__(law.name, (), law)  # pyright: ignore[reportAttributeAccessIssue]
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (Prior, (self.family, *self.args)) if self.law is None else (Prior.of, (self.law.distribution,))

    # -- text ---------------------------------------------------------------------------------------------------
    @staticmethod
    def parse(text: "str | Prior") -> "Prior":
        """The prior a text such as `"unif(-2, 2)"` stands for; a Prior comes back as it is.

        Raises:
            ParameterError: Anything that is not `family(arguments)`, or arguments the family refuses.
        """
        if isinstance(text, Prior):
            return text
        if not isinstance(text, str):
            raise ParameterError("prior", got=text, allowed="a Prior or a text", hint='Such as "unif(-2, 2)".')
        name, args, named = read_call(text)
        if not name.startswith("dist."):
            return Prior(name, *args, **named)
        if args:
            raise ParameterError(
                "a NumPyro distribution is written with names", got=text, allowed="dist.Gumbel(loc=0, scale=1)"
            )
        return Prior.of(provided("prior.distribution")(name.removeprefix("dist."), named))

    def __str__(self) -> str:
        if self.law is not None:
            return self.law.doc
        shown = list(self.args)
        arguments = self._row.arguments
        while len(shown) > 2 and arguments[len(shown) - 1].default == shown[-1]:
            shown.pop()
        return write_call(self.family, shown)

    @property
    def has_text(self) -> bool:
        """Whether the text gives the prior back: not of a distribution that is made of others, such as a mixture."""
        return self._row.written

    def as_code(self) -> str:
        """The Python expression of the prior: its text, quoted where that is no expression (`inf` has no such name in Python).

        Example:
            >>> Prior("norm", 0, 1).as_code(), Prior("truncnorm", 0, math.inf).as_code()
            ('norm(0, 1)', "'truncnorm(0, inf)'")
        """
        text = str(self)
        return text if self.has_text and not re.search(r"\binf\b", text) else repr(text)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from spec_lab.priors.picture import prior_html

        return prior_html(self)

    @property
    def expr(self) -> str:
        """The name of the family."""
        return self.family

    @property
    def info(self) -> str:
        """The text form, such as `unif(-2, 2)`."""
        return str(self)

    # -- for compiled functions ---------------------------------------------------------------------------------
    @property
    def _row(self) -> Family:
        return BY_NAME[self.family] if self.law is None else self.law

    @property
    def laws(self) -> tuple[Family, ...]:
        """What `log_density` and `quantile` need beyond the table: nothing, but for a distribution without an equal in it."""
        return () if self.law is None else (self.law,)

    @property
    def has_quantile(self) -> bool:
        """Whether `ppf` works; all families have a quantile, some distributions do not."""
        return self._row.ppf is not None

    @property
    def has_cumulative(self) -> bool:
        """Whether `cdf` works; without it a prior cannot be cut to a parameter's limits."""
        return self._row.cdf is not None

    @property
    def code(self) -> int:
        """Family code for `log_density` and `quantile`."""
        return self._row.code

    @property
    def params(self) -> tuple[float, float, float, float]:
        """(shape1, shape2, loc, scale) for `log_density` and `quantile`."""
        return self._row.params(*self.args)

    @property
    def support(self) -> tuple[float, float]:
        """(lower, upper) limits of the value; ±inf where open."""
        if self.family in ("unif", "truncnorm_range"):
            return self.args[0], self.args[1]
        s1, s2, loc, scale = self.params
        lower, upper = self._row.ends(None, s1, s2)
        return loc + scale * lower, loc + scale * upper

    # -- numbers on the host ------------------------------------------------------------------------------------
    def logpdf(self, x: ArrayLike) -> Numbers:
        """Log density; −inf outside the support."""
        return density.log_density_np(self.code, np.array(self.params), x, self.laws)[()]

    def pdf(self, x: ArrayLike) -> Numbers:
        """Density."""
        return np.exp(self.logpdf(x))

    def cdf(self, x: ArrayLike) -> Numbers:
        """Cumulative probability."""
        return density.cumulative_np(self.code, np.array(self.params), x, self.laws)[()]

    def logcdf(self, x: ArrayLike) -> Numbers:
        """Log of the cumulative probability, accurate in the lower tail."""
        return self.frozen().logcdf(x)

    def ppf(self, q: ArrayLike) -> Numbers:
        """Quantile at probability q in [0, 1]; nan outside."""
        q = np.asarray(q, float)
        with np.errstate(invalid="ignore"):
            inside = (q >= 0) & (q <= 1)
        x = density.quantile_np(self.code, np.array(self.params), np.where(inside, q, 0.5), self.laws)
        return np.where(inside, self._closed(q, x), np.nan)[()]

    def _closed(self, q, x):
        lower, upper = self.support
        return np.where(q == 0, lower, np.where(q == 1, upper, x))

    def interval(self, q: float) -> tuple[float, float]:
        """The central interval that holds probability q; of a distribution without a quantile, from mean and deviation."""
        if self.has_quantile:
            return float(self.ppf(0.5 - q / 2)), float(self.ppf(0.5 + q / 2))
        reach = float(_GAUSSIAN.ppf(0.5 + q / 2)) * self.std
        low, high = self.support
        return max(low, self.mean - reach), min(high, self.mean + reach)

    @property
    def median(self) -> float:
        """Median; the mean of a distribution without a quantile."""
        return float(self.ppf(0.5)) if self.has_quantile else self.mean

    @property
    def mean(self) -> float:
        """Mean; nan where it does not exist (Cauchy)."""
        return self._moment("mean")

    @property
    def var(self) -> float:
        """Variance; nan where it does not exist."""
        return self._moment("var")

    @property
    def std(self) -> float:
        """Standard deviation."""
        return self._moment("std")

    def _moment(self, name: str) -> float:
        with np.errstate(all="ignore"):  # the square of a width may be no number
            return float(getattr(self.frozen(), name)())

    def frozen(self) -> Any:
        """The frozen scipy.stats distribution (slow; for moments and checks)."""
        return self._row.scipy(*self.params)


def _saved(prior: Prior) -> str:
    if not prior.has_text:
        raise SerializationError(
            f"the prior {prior} has no text, so it cannot be saved: it is made of other distributions, or by hand",
            allowed="a family of spec_lab, or a distribution of NumPyro given by plain numbers",
            hint="Set another prior before saving; give this one again after loading.",
        )
    return str(prior)


@runtime_checkable
class OfPrior(Protocol):
    """A distribution that is a prior of ours within limits, as the bridge makes them for NumPyro."""

    @property
    def prior(self) -> Prior: ...

    @property
    def limits(self) -> tuple[float, float]: ...


register_pytree_type(  # no leaves: a prior is one value in the structure; saved as its text
    Prior, flatten=lambda p: ((), p), unflatten=lambda p, _: p, serializer=_saved, deserializer=Prior.parse
)


def _family(name: Any) -> Family:
    if isinstance(name, str) and name in BY_NAME:
        return BY_NAME[name]
    import difflib

    near = difflib.get_close_matches(str(name), BY_NAME, n=1)
    raise ParameterError(
        "unknown prior family",
        got=name,
        allowed=", ".join(BY_NAME),
        hint=f"Did you mean {near[0]}?" if near else None,
    )


_GAUSSIAN = Prior("norm", 0.0, 1.0)


def parse_prior(text: str | Prior) -> Prior:
    """The prior a text stands for, as `Prior.parse`."""
    return Prior.parse(text)


def as_prior(belief: "str | Prior | Distribution") -> Prior:
    """The prior that a text, a `Prior` or a distribution object stands for.

    Raises:
        ParameterError: Anything else.
    """
    return Prior.of(belief) if isinstance(belief, Distribution) else Prior.parse(belief)


def list_priors() -> list[str]:
    """Names of the families."""
    return [family.name for family in FAMILIES]


def families() -> list[dict[str, Any]]:
    """The catalog: name, signature, doc and arguments (name, default or None) of each family."""
    return [
        {
            "name": family.name,
            "signature": family.signature,
            "doc": family.doc,
            "args": [{"name": a.name, "default": a.default} for a in family.arguments],
        }
        for family in FAMILIES
    ]
