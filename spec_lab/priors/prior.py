"""`Prior`: one belief about one number — family and arguments, frozen, hashable, with a text form that parses back.

Numbers in, numbers out on the host (numpy); `code` and `params` are what compiled functions take (`kernels`). Which
parameter holds which prior is decided in a Setup; sites of NumPyro are the bridge's.
"""

import math
from typing import Any

import attrs
import numpy as np

from spec_lab._base import ParameterError
from spec_lab.priors import kernels
from spec_lab.priors.families import BY_NAME, FAMILIES, Family
from spec_lab.tree import register_pytree_type

_FAR = 30.0  # standard deviations: farther out the mass of a cut Gaussian is no longer a number


def _number(x: float) -> str:
    return str(int(x)) if math.isfinite(x) and x == int(x) and abs(x) < 1e15 else repr(float(x))


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
                got=f"{low}={_number(named[low])}, {high}={_number(named[high])}",
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

    def __init__(self, family: str, *args: Any, **named: Any):
        law = _law(family)
        if len(args) == 1 and isinstance(args[0], (tuple, list)):
            args = tuple(args[0])
        if law.name == "truncnorm" and {"min", "max"} & set(named):
            law = BY_NAME["truncnorm_range"]
        bound = _bind(law, args, named)
        _check(law, bound)
        self.__attrs_init__(law.name, bound)  # pyright: ignore[reportAttributeAccessIssue]

    # -- text ---------------------------------------------------------------------------------------------------
    @staticmethod
    def parse(text: Any) -> "Prior":
        """The prior a text such as `"unif(-2, 2)"` stands for."""
        from spec_lab.priors.parse import parse_prior

        return parse_prior(text)

    def __str__(self) -> str:
        shown = list(self.args)
        arguments = self._law.arguments
        while len(shown) > 2 and arguments[len(shown) - 1].default == shown[-1]:
            shown.pop()
        return f"{self.family}({', '.join(map(_number, shown))})"

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
    def _law(self) -> Family:
        return BY_NAME[self.family]

    @property
    def code(self) -> int:
        """Family code for `log_density` and `quantile`."""
        return self._law.code

    @property
    def params(self) -> tuple[float, float, float, float]:
        """(shape1, shape2, loc, scale) for `log_density` and `quantile`."""
        return self._law.params(*self.args)

    @property
    def support(self) -> tuple[float, float]:
        """(lower, upper) limits of the value; ±inf where open."""
        if self.family in ("unif", "truncnorm_range"):
            return self.args[0], self.args[1]
        s1, s2, loc, scale = self.params
        lower, upper = self._law.ends(None, s1, s2)
        return loc + scale * lower, loc + scale * upper

    # -- numbers on the host ------------------------------------------------------------------------------------
    def logpdf(self, x: Any) -> Any:
        """Log density; −inf outside the support."""
        return kernels.log_density_np(self.code, np.array(self.params), x)[()]

    def pdf(self, x: Any) -> Any:
        """Density."""
        return np.exp(self.logpdf(x))

    def cdf(self, x: Any) -> Any:
        """Cumulative probability."""
        return kernels.cumulative_np(self.code, np.array(self.params), x)[()]

    def logcdf(self, x: Any) -> Any:
        """Log of the cumulative probability, accurate in the lower tail."""
        return self.frozen().logcdf(x)

    def ppf(self, q: Any) -> Any:
        """Quantile at probability q in [0, 1]; nan outside."""
        q = np.asarray(q, float)
        with np.errstate(invalid="ignore"):
            inside = (q >= 0) & (q <= 1)
        x = kernels.quantile_np(self.code, np.array(self.params), np.where(inside, q, 0.5))
        return np.where(inside, self._closed(q, x), np.nan)[()]

    def _closed(self, q, x):
        lower, upper = self.support
        return np.where(q == 0, lower, np.where(q == 1, upper, x))

    def interval(self, q: float) -> tuple[float, float]:
        """The central interval that holds probability q."""
        return float(self.ppf(0.5 - q / 2)), float(self.ppf(0.5 + q / 2))

    @property
    def median(self) -> float:
        """Median."""
        return float(self.ppf(0.5))

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
        return self._law.scipy(*self.params)


register_pytree_type(  # no leaves: a prior is one value in the structure; saved as its text
    Prior, flatten=lambda p: ((), p), unflatten=lambda p, _: p, serializer=str, deserializer=Prior.parse
)


def _law(name: Any) -> Family:
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
