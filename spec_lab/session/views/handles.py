"""Handles on a drawn prior: which of its arguments can be pulled along the axis, and how a place becomes an argument.

Each handle stands at `x = zero + unit * arg`, or `zero + unit * exp(arg)` where `log`; so the front end can turn a pull into
an argument's value without knowing a family. Shapes that are no places (those of beta, gamma, plaw) are typed, not pulled.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from spec_lab.priors import Prior, families
from spec_lab.session.messages import PriorHandle

Role = Literal["low", "high", "centre", "width"]
EPS = 1e-3  # of the drawn range: so close may two handles come
FAR = 1.5  # drawn ranges beyond an end: a handle that far out is not drawn


class _Place(NamedTuple):
    """Where an argument stands: `x = zero + unit * arg`, or of `exp(arg)`."""

    zero: float
    unit: float
    log: bool = False


class _Grip(NamedTuple):
    """One argument that can be pulled; `role` says what it does to the drawing: low, high, centre or width."""

    arg: str
    role: Role
    place: Callable[[dict[str, float]], _Place]


def _x(a: dict[str, float]) -> _Place:
    return _Place(0.0, 1.0)


def _from_loc(reach: float = 1.0) -> Callable[[dict[str, float]], _Place]:
    return lambda a: _Place(a["loc"], reach)


def _scaled(a: dict[str, float]) -> _Place:
    return _Place(a.get("loc", 0.0), a.get("scale", 1.0))


_ENDS = (_Grip("min", "low", _x), _Grip("max", "high", _x))
_BELL = (_Grip("loc", "centre", _x), _Grip("scale", "width", _from_loc()))
_BLOCK = (_Grip("loc", "low", _x), _Grip("scale", "high", _from_loc()))
_GRIPS: dict[str, tuple[_Grip, ...]] = {
    "logunif": (_Grip("min", "low", _scaled), _Grip("max", "high", _scaled)),
    "norm": _BELL,
    "cauchy": _BELL,
    "cosine": (_Grip("loc", "centre", _x), _Grip("scale", "high", _from_loc(math.pi))),
    "lognorm": (
        _Grip("scale", "centre", _from_loc()),
        _Grip("s", "width", lambda a: _Place(a["loc"], a["scale"], True)),
    ),
    "truncnorm": (_Grip("a", "low", _scaled), *_BELL, _Grip("b", "high", _scaled)),
    "truncnorm_range": (_ENDS[0], *_BELL, _ENDS[1]),
    "beta": _BLOCK,
    "plaw": _BLOCK,
    "expon": (_Grip("loc", "low", _x), _Grip("scale", "centre", _from_loc())),
    "gamma": (_Grip("loc", "low", _x), _Grip("scale", "centre", lambda a: _Place(a["loc"], a["a"]))),
}


def handles(prior: Prior, low: float, high: float) -> list[PriorHandle]:
    """The handles of a prior that is drawn from `low` to `high`.

    Returns:
        For each, in the order of the arguments: `arg` (its index), `name`, `role`, `at` (where it stands), `zero`, `unit`,
        `log` (see above), and `least`, `most`: how far it may be pulled (None = as far as one likes).
    """
    if prior.laws:  # a distribution beyond the table has no arguments of ours to pull
        return []
    names = [argument["name"] for argument in next(f for f in families() if f["name"] == prior.family)["args"]]
    values = dict(zip(names, prior.args, strict=True))
    grips = _GRIPS.get(prior.family, tuple(grip for grip in _ENDS if grip.arg in values))
    made = [_handle(grip, names.index(grip.arg), values, high - low) for grip in grips]
    there = [h for h in made if low - FAR * (high - low) <= h["at"] <= high + FAR * (high - low)]
    _keep_order(there, high - low)
    return sorted(there, key=lambda h: h["arg"])


def _handle(grip: _Grip, index: int, values: dict[str, float], span: float) -> PriorHandle:
    zero, unit, log = grip.place(values)
    value = values[grip.arg]
    return {
        "arg": index,
        "name": grip.arg,
        "role": grip.role,
        "at": zero + unit * (math.exp(min(value, 700.0)) if log else value),
        "zero": zero,
        "unit": unit,
        "log": log,
        "least": _least(grip, zero, unit, span),
        "most": None,
    }


def _least(grip: _Grip, zero: float, unit: float, span: float) -> float | None:
    """A width is positive, and so is the argument of a logarithm."""
    if grip.arg == "s":
        return zero + unit * math.exp(EPS)
    if grip.arg == "scale":
        return zero + EPS * span
    return zero + 1e-9 * abs(span) if grip.place is _scaled and grip.arg == "min" else None


def _keep_order(made: list[PriorHandle], span: float) -> None:
    """The lower end stays below the upper one."""
    ends = {h["role"]: h for h in made if h["role"] in ("low", "high") and h["name"] not in ("loc", "scale")}
    if len(ends) == 2:
        low, high = ends["low"], ends["high"]
        gap = min(EPS * span, 0.5 * (high["at"] - low["at"]))
        low["most"], high["least"] = high["at"] - gap, low["at"] + gap
