"""Distribution objects of NumPyro as priors, without importing NumPyro: they are read by their attributes.

A distribution that equals a family of the table, by the name of its class, becomes that family: its numbers are then data of
compiled functions like any other prior's. Any other continuous distribution of one number becomes a *law* of its own: a row
beyond the table that asks the object for `log_prob`, `cdf` and `icdf`. Such a row is structure, so the first use of one
compiles. Its text is `dist.Gumbel(loc=0, scale=1)` where that text gives the very distribution back; one that is made of others
(a mixture, a truncated or transformed one) has none, is shown as `dist.Mixture(...)`, and cannot be saved.
"""

import math
import operator
import threading
from collections.abc import Callable, Hashable
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from spec_lab._base import ParameterError, provided
from spec_lab.priors.families import FAMILIES
from spec_lab.priors.family import Equal, Family, Params
from spec_lab.priors.grammar import write_call
from spec_lab.tree import class_ref

FIRST_CODE = 1000  # of laws beyond the table


@runtime_checkable
class Distribution(Protocol):
    """What is read of a distribution object."""

    @property
    def support(self) -> Any: ...

    def log_prob(self, value: Any) -> Any: ...


_EQUALS: dict[str, tuple[Family, Equal]] = {name: (f, equal) for f in FAMILIES for name, equal in f.equals.items()}
_CUT = "TruncatedDistribution"
_laws: dict[Hashable, Family] = {}
_lock = threading.Lock()


def equal_family(distribution: Distribution) -> tuple[Family, tuple[float, ...]] | None:
    """The family that a NumPyro distribution equals, with its arguments; None where the table has none."""
    kind = type(distribution)
    name = kind.__name__
    if kind.__module__.partition(".")[0] != "numpyro":
        return None
    if name.endswith(_CUT):
        name = f"{name} of {type(operator.attrgetter('base_dist')(distribution)).__name__}"
    if name not in _EQUALS:
        return None
    family, equal = _EQUALS[name]
    try:
        return family, equal.arguments(*(_number(distribution, attribute) for attribute in equal.attributes))
    except OverflowError:  # the scale exp(800) of a log-normal is no number, its logarithm is
        return None


def law_of(distribution: Distribution) -> Family:
    """The row of a distribution without an equal in the table; the same row for equal distributions.

    Raises:
        ParameterError: It is no continuous distribution of one real number.
    """
    lower, upper = _support(distribution)
    key = _content(distribution)
    with _lock:
        if key not in _laws:
            _laws[key] = _make_law(distribution, lower, upper, FIRST_CODE + len(_laws))
        return _laws[key]


def _make_law(distribution: Any, lower: float, upper: float, code: int) -> Family:
    def asking(name: str) -> Callable[..., Any]:
        ask = getattr(distribution, name)
        return lambda m, s1, s2, x: np.asarray(ask(jnp.asarray(x))) if m.is_numpy else ask(x)

    middle, text = _middle(distribution, lower, upper), _text(distribution)
    return Family(
        name=type(distribution).__name__,
        code=code,
        arguments=(),
        doc=text or f"dist.{type(distribution).__name__}(...)",
        written=text is not None,
        params=_standard,
        ends=lambda m, s1, s2: (lower, upper),
        middle=lambda m, s1, s2: middle,
        logpdf=asking("log_prob"),
        cdf=asking("cdf") if _answers(distribution, "cdf", middle) else None,
        ppf=asking("icdf") if _answers(distribution, "icdf", 0.5) else None,
        scipy=lambda *params: _Moments(distribution),
        distribution=distribution,
    )


def _standard() -> Params:
    return 0.0, 0.0, 0.0, 1.0


def _answers(distribution: Any, name: str, at: float) -> bool:
    """Whether a distribution has this function, and a number at that place."""
    try:
        return bool(np.isfinite(getattr(distribution, name)(jnp.asarray(at))))
    except (NotImplementedError, AttributeError, ImportError):  # NumPyro asks another library for some of them
        return False


def _support(distribution: Any) -> tuple[float, float]:
    """The limits of the values, from the attributes of the NumPyro constraint."""
    support, name = distribution.support, type(distribution).__name__
    shapes = (tuple(getattr(distribution, "batch_shape", ())), tuple(getattr(distribution, "event_shape", ())))
    discrete = bool(getattr(support, "is_discrete", False))
    lower, upper = (getattr(support, f"{side}_bound", None) for side in ("lower", "upper"))
    whole_line = type(support).__name__ == "_Real"
    if shapes != ((), ()) or discrete or (lower is None and upper is None and not whole_line):
        raise ParameterError(
            f"a prior is a continuous distribution of one real number, and {name} is none",
            got=distribution,
            allowed="a distribution on the real line, a half line or an interval",
            hint="To hold a parameter still, freeze it." if name == "Delta" else None,
        )
    return (-math.inf if lower is None else float(lower)), (math.inf if upper is None else float(upper))


def _middle(distribution: Any, lower: float, upper: float) -> float:
    """A value inside the support, the mean where there is one."""
    mean = _Moments(distribution).mean()
    if math.isfinite(mean) and lower < mean < upper:
        return mean
    if math.isfinite(lower):
        return 0.5 * (lower + upper) if math.isfinite(upper) else lower + 1.0
    return upper - 1.0 if math.isfinite(upper) else 0.0


class _Moments:
    """Mean and deviation of a distribution object, under scipy's names; nan where it does not say."""

    def __init__(self, distribution: Any):
        self.distribution = distribution

    def mean(self) -> float:
        return self._moment("mean")

    def var(self) -> float:
        return self._moment("variance")

    def std(self) -> float:
        return math.sqrt(self.var()) if self.var() >= 0 else math.nan

    def logcdf(self, x: Any) -> Any:
        return np.log(np.asarray(self.distribution.cdf(jnp.asarray(x))))

    def _moment(self, name: str) -> float:
        try:
            return float(getattr(self.distribution, name))
        except (NotImplementedError, AttributeError):
            return math.nan


def _number(distribution: Any, attribute: str) -> float:
    value = np.asarray(operator.attrgetter(attribute)(distribution))
    if value.shape != ():
        what = f"a prior is a distribution of one number, and {attribute} of {type(distribution).__name__} has many"
        raise ParameterError(what, got=f"shape {value.shape}", allowed="plain numbers")
    return float(value)


def _content(distribution: Any) -> Hashable:
    """What two equal distributions have in common: class, structure and the bytes of their numbers."""
    leaves, structure = jax.tree_util.tree_flatten(distribution)
    if len(leaves) == 1 and leaves[0] is distribution:  # no tree: known by itself
        return id(distribution), _Held(distribution)
    arrays = [np.asarray(leaf) for leaf in leaves]
    arrays = [a.astype(float) if a.dtype.kind in "biuf" else a for a in arrays]  # 3 and 3.0 are one number
    return class_ref(type(distribution)), structure, tuple((a.dtype.str, a.shape, a.tobytes()) for a in arrays)


class _Held:
    """Keeps an object alive in a key, so that its id stays its own; equal to any other."""

    def __init__(self, kept: Any):
        self.kept = kept

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


def _text(distribution: Any) -> str | None:
    """Such as `dist.Gumbel(loc=0, scale=1)`, if that gives the distribution back; else None."""
    kind = type(distribution)
    if not kind.__module__.startswith("numpyro.distributions"):
        return None
    try:
        numbers = {name: _number(distribution, name) for name in getattr(kind, "arg_constraints", {})}
        again = provided("prior.distribution")(kind.__name__, numbers)
    except (AttributeError, ParameterError, TypeError, ValueError):
        return None
    return write_call(f"dist.{kind.__name__}", (), numbers) if _content(again) == _content(distribution) else None
