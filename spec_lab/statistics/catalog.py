"""The tags a user may write, what each means, and the formula it prints.

`resolve` is the one place where the same word could mean different things (XSPEC, bayspec and Sherpa disagree about
`cstat` and `pstat`), so it decides by what the data have: a statistic that profiles a background becomes the plain C
statistic where there is none.
"""

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spec_lab._base import StatisticError
from spec_lab.statistics.jax_bins import BinStatisticJX
from spec_lab.statistics.numba_bins import BinStatisticNB
from spec_lab.statistics.numpy_bins import BinStatistic

Kernel = Callable[..., tuple[Any, Any]]


@dataclass(frozen=True)
class StatisticKind:
    """One statistic, chosen: what it is called, what it computes, and its three implementations.

    Attributes:
        tag: The word the user wrote.
        name: A title.
        formula: One bin's contribution, as text.
        method: The method of `BinStatistic`, `BinStatisticNB` and `BinStatisticJX` that computes it.
        uses_background: Whether the background counts enter.
        poisson: Whether the source counts are taken as Poisson.
        summed: Whether a unit gives one number (the upper-limit variants) instead of one a bin.
        note: What to know before using it.
    """

    tag: str
    name: str
    formula: str
    method: str
    uses_background: bool
    poisson: bool = True
    summed: bool = False
    note: str = ""

    @property
    def numpy(self) -> Kernel:
        """The readable implementation, in NumPy."""
        return getattr(BinStatistic, self.method)

    @property
    def numba(self) -> Kernel:
        """The compiled loop; numba is imported at the first call."""
        return getattr(BinStatisticNB, self.method)

    @property
    def jax(self) -> Kernel:
        """The differentiable implementation."""
        return getattr(BinStatisticJX, self.method)

    def __repr__(self) -> str:
        lines = [f"{self.tag}: {self.name}", f"  {self.formula}"]
        return "\n".join([*lines, f"  {self.note}"] if self.note else lines)

    def _repr_html_(self) -> str:
        note = f"<div><small>{html.escape(self.note)}</small></div>" if self.note else ""
        head = f"<div><b>{html.escape(self.tag)}</b>: {html.escape(self.name)}</div>"
        return f"{head}<div><code>{html.escape(self.formula)}</code></div>{note}"


_POISSON = "2 [M - S + S ln(S/M)]"
_W_NOTE = "f is the background rate that fits best. Biased where many bins have B = 0: group on background counts."
_C = ("C: Poisson, no background", f"{_POISSON}, M = ts m", "Cstat", False)
_CHI = ("χ² of net counts", "(S - α B - ts m)² / (σ_S² + α² σ_B²), α = ts/tb", "Gstat", True, False)
_W = (
    "W: Poisson source, Poisson background profiled",
    "2 [M - S + S ln(S/M)] + 2 [N - B + B ln(B/N)], M = ts (m + f), N = tb f, f ≥ 0 profiled",
    "PPstat",
    True,
    True,
    False,
    _W_NOTE,
)
_PG_FORMULA = "2 [M - S + S ln(S/M)] + (B - tb f)²/σ_B², M = ts (m + f)"
_UL = "(Z(Σ ts m + Σ α B over the background) - 3)², one number a unit, Z = "

_WITH_BACKGROUND: dict[str, tuple[Any, ...]] = {
    "gstat": _CHI,
    "chi2": _CHI,
    "pstat": ("P: Poisson source, known background", f"{_POISSON}, M = ts m + α B, α = ts/tb", "Pknown", True),
    "pstat_nobkg": (*_C, True, False, "The background is ignored."),
    "ppstat": _W,
    "cstat": _W,
    "wstat": _W,
    "lstat": (
        "L: Poisson source, background marginalised (Loredo)",
        "2 [g(m) - g(max(0, S/ts - B/tb))], g = ts m - ln Σ_j (S+B-j)!/((S-j)! j!) [m (ts+tb)]^j",
        "Lstat",
        True,
        True,
        False,
        "Counts are rounded to integers.",
    ),
    "pgstat": (
        "PG: Poisson source, Gaussian background profiled",
        f"{_PG_FORMULA}, f profiled with M ≥ 0",
        "PGstat",
        True,
        True,
        False,
        "A profile likelihood: biased where counts are few. XSPEC's literal form is the tag pgstat_xspec.",
    ),
    "pgstat_xspec": (
        "PG as XSPEC writes it",
        f"{_PG_FORMULA}, f profiled; where S = 0: 2 [ts m + α B] - α² σ_B², of any sign",
        "PGstat_xspec",
        True,
        True,
        False,
        "May be negative in bins with S = 0 and ts σ_B² > tb B.",
    ),
    "ULppstat": ("Upper limit at 3σ, Poisson background", f"{_UL}Li–Ma significance", "PPstat_UL", True, True, True),
    "ULpgstat": (
        "Upper limit at 3σ, Gaussian background",
        f"{_UL}signed √PG at m = 0",
        "PGstat_UL",
        True,
        True,
        True,
    ),
}
_NEEDS_BACKGROUND = ("ULppstat", "ULpgstat")
_ALONE = "There is no background, so this is the C statistic."


def statistic_names() -> tuple[str, ...]:
    """Every tag that `resolve` accepts."""
    return tuple(_WITH_BACKGROUND)


def resolve(tag: str, *, has_background: bool) -> StatisticKind:
    """The statistic meant by `tag` for a unit with or without a background.

    Args:
        tag: One of `statistic_names()`.
        has_background: Whether the unit has a background spectrum.

    Raises:
        StatisticError: The tag is unknown, or it makes no sense without a background.
    """
    if not isinstance(tag, str) or tag not in _WITH_BACKGROUND:
        raise StatisticError("unknown statistic", got=tag, allowed=", ".join(_WITH_BACKGROUND), hint=_suggest(tag))
    if has_background:
        return StatisticKind(tag, *_WITH_BACKGROUND[tag])
    if tag in _NEEDS_BACKGROUND:
        raise StatisticError(
            f"the statistic {tag!r} is an excess over a background, and the unit has none",
            allowed=", ".join(name for name in _WITH_BACKGROUND if name not in _NEEDS_BACKGROUND),
            hint="Give the unit a background (bkg=...), or choose another statistic.",
        )
    if tag in ("gstat", "chi2"):
        return StatisticKind(tag, "χ² of counts", "(S - ts m)² / σ_S²", "Gstat", False, poisson=False)
    return StatisticKind(tag, *_C, note="" if tag in ("cstat", "pstat_nobkg") else _ALONE)


def _suggest(tag: object) -> str:
    import difflib

    near = difflib.get_close_matches(str(tag).lower(), [name.lower() for name in _WITH_BACKGROUND], n=1)
    lowered = {name.lower(): name for name in _WITH_BACKGROUND}
    return f"Did you mean {lowered[near[0]]!r}?" if near else "See spec_lab.statistics.statistic_names()."
