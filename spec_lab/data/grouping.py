"""Groups of channels: contiguous ranges, made from a file's flags, from thresholds, or from the resolution.

A scheme is None (the file's GROUPING flags), "none" (every channel by itself) or a `Grouping` (written as a dictionary). Beside
a threshold on counts or significance, `min_nevt` is 0 unless it is given; None groups on the total counts alone. Flags group
first and are filtered afterwards, so a window keeps or drops whole groups. Thresholds group *inside* each run of channels that
are noticed and good, so that no counts are lost beside a gap: an unfinished tail joins the group before it in its run (which may
then be wider than `max_bin`), or is a group by itself where there is none. Resolution-optimal widths are in `optimal`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from spec_lab._base import DataError
from spec_lab.data.annotations import ChannelFlags, ChannelMask, GivenGrouping, GroupIndex, PerChannel
from spec_lab.data.significance import pgsig, ppsig
from spec_lab.tree.attrs import frozen_static

THRESHOLDS = ("min_evt", "min_nevt", "min_bkg", "min_sigma")
NEEDING_NET = {"min_evt", "min_sigma"}  # beside these an unset min_nevt is 0
KEYS = {
    "min_evt": "least source counts of a group",
    "min_nevt": "least net counts of a group; 0 beside min_evt or min_sigma, None for total counts alone",
    "min_bkg": "least background counts of a group",
    "min_sigma": "least significance of a group: Li-Ma for Poisson backgrounds, Gaussian otherwise",
    "max_bin": "most channels of a group",
    "method": "'optimal': widths after Kaastra & Bleeker 2016; thresholds then merge those bins",
}
Ranges = tuple[GroupIndex, GroupIndex]  # first and last channel of each group


@frozen_static
class Grouping:
    """The options of a grouping; what each means is in `KEYS`."""

    min_evt: float | None = None
    min_nevt: float | None = None
    min_bkg: float | None = None
    min_sigma: float | None = None
    max_bin: float | None = None
    method: str | None = None

    @property
    def options(self) -> dict[str, float | str]:
        """Those that are given."""
        found = {key: getattr(self, key) for key in KEYS}
        return {key: value for key, value in found.items() if value is not None}


Scheme = Literal["none"] | Grouping | None


def scheme(grpg: Grouping | GivenGrouping) -> Scheme:
    """Check a grouping and make it hashable: None, "none" or a `Grouping`.

    Raises:
        DataError: An unknown key, or a value that makes no sense.
    """
    if grpg is None:
        return None
    if grpg == "none":
        return "none"
    if grpg == "optimal":
        return Grouping(method="optimal")
    if isinstance(grpg, Grouping):
        _check_values(grpg.options)
        return grpg if grpg.options else "none"
    try:
        options: dict[str, Any] = dict(cast(Mapping[str, Any], grpg))
    except (TypeError, ValueError) as error:
        allowed = "None (the file's flags), 'none', 'optimal', or a dict of " + ", ".join(KEYS)
        raise DataError("that is not a grouping", got=grpg, allowed=allowed) from error
    unknown = [key for key in options if key not in KEYS]
    if unknown:
        raise DataError("unknown grouping key", got=unknown, allowed=", ".join(KEYS))
    net = {"min_nevt": 0.0} if "min_nevt" not in options else {}
    options = {key: value for key, value in options.items() if value is not None}
    _check_values(options)
    if options.keys() & NEEDING_NET:
        options |= net
    return Grouping(**options) if options else "none"


def as_given(chosen: Scheme) -> str | dict[str, float | str | None] | None:
    """A scheme as one would write it: None, "none" or a dictionary; `scheme` makes the same of it again.

    Example:
        >>> as_given(scheme({"min_evt": 20}))
        {'min_evt': 20}
    """
    if not isinstance(chosen, Grouping):
        return chosen
    given: dict[str, float | str | None] = dict(chosen.options)
    if given.keys() & NEEDING_NET:
        net = given.pop("min_nevt", None)
        given |= {} if net == 0 else {"min_nevt": net}
    return given


def _check_values(options: Mapping[str, Any]) -> None:
    for key, value in options.items():
        if key == "method":
            if value != "optimal":
                raise DataError("unknown grouping method", got=value, allowed="'optimal'")
        elif isinstance(value, bool) or not _is_number(value) or value < (key == "max_bin"):
            raise DataError(
                f"grouping {key} must be a number", got=value, allowed=">= 1" if key == "max_bin" else ">= 0"
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and bool(np.isfinite(value))


def describe_grouping(chosen: Scheme) -> str:
    """`file`, `none`, or `min_evt=10, max_bin=4`."""
    if chosen is None or isinstance(chosen, str):
        return chosen or "file"
    shown = dict(chosen.options)
    if shown.keys() & NEEDING_NET:
        net = shown.pop("min_nevt", None)
        shown |= {} if net == 0 else {"min_nevt": net}
    return ", ".join(f"{key}={value}" for key, value in shown.items())


def from_flags(flags: ChannelFlags) -> Ranges:
    """Ranges from OGIP flags: 1 starts, -1 continues, 0 is by itself. A first flag of -1 starts a group too."""
    begins = flags >= 0
    begins[0] = True
    after_single = np.flatnonzero(flags[:-1] == 0) + 1  # nothing continues a channel that is by itself
    begins[after_single] = True
    first = np.flatnonzero(begins)
    return first, np.append(first[1:], flags.size) - 1


def to_flags(first: GroupIndex, last: GroupIndex, n: int) -> ChannelFlags:
    """OGIP flags [n] of ranges; channels in no range are 0."""
    flags = np.zeros(n, dtype=np.int64)
    for i, j in zip(first, last, strict=True):
        flags[i : j + 1] = -1
        flags[i] = 1
    return flags


def runs(*masks: ChannelMask) -> list[tuple[int, int]]:
    """Ranges of channels over which none of the masks changes, as (first, last)."""
    change = np.zeros(masks[0].size - 1, dtype=bool)
    for mask in masks:
        change |= mask[1:] != mask[:-1]
    first = np.concatenate([[0], np.flatnonzero(change) + 1])
    return list(zip(first.tolist(), (np.append(first[1:], masks[0].size) - 1).tolist(), strict=True))


@dataclass(frozen=True)
class Counting:
    """What thresholds look at, [ch]: counts, errors and the exposure ratio alpha = ts/tb."""

    S: PerChannel
    B: PerChannel
    sigma_B: PerChannel
    alpha: PerChannel
    has_background: bool
    poisson: bool

    def enough(self, first: int, last: int, options: Mapping[str, Any]) -> bool:
        """Whether the channels first..last meet every threshold; without any, `max_bin` alone closes a group."""
        if "max_bin" in options and "method" not in options and not any(key in options for key in THRESHOLDS):
            return False
        here = slice(first, last + 1)
        s, b = float(self.S[here].sum()), float(self.B[here].sum())
        scaled = float((self.alpha[here] * self.B[here]).sum())
        if (
            s < options.get("min_evt", 0)
            or b < options.get("min_bkg", 0)
            or s - scaled < options.get("min_nevt", -np.inf)
        ):
            return False
        return "min_sigma" not in options or self.significance(here, s, b, scaled) >= options["min_sigma"]

    def significance(self, here: slice, s: float, b: float, scaled: float) -> float:
        """Signed significance of the channels; 0 where it has no meaning; sqrt(S) without a background."""
        if s <= 0:
            return 0.0
        if not self.has_background:
            return float(np.sqrt(s))
        if self.poisson:
            return float(ppsig(s, b, scaled / b if b > 0 else float(np.mean(self.alpha[here]))))
        error = float(np.sqrt(((self.alpha[here] * self.sigma_B[here]) ** 2).sum()))
        return float(pgsig(s, scaled, error)) if error > 0 else 0.0


def by_thresholds(
    steps: list[tuple[int, int]], enough: Callable[[int, int], bool], max_bin: float = np.inf
) -> list[tuple[int, int]]:
    """Join steps (channels or bins) of one run from the left until a group has enough or is as wide as it may be."""
    made: list[tuple[int, int]] = []
    begin = steps[0][0]
    for i, (_, last) in enumerate(steps):
        full = last - begin + 1 >= max_bin or (i + 1 < len(steps) and steps[i + 1][1] - begin + 1 > max_bin)
        if full or enough(begin, last):
            made.append((begin, last))
            begin = last + 1
    end = steps[-1][1]
    if begin > end:
        return made
    if made:  # the tail joins the group before it
        return [*made[:-1], (made[-1][0], end)]
    return [*made, (begin, end)]
