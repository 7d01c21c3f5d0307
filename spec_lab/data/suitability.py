"""What a unit has to say of its parts: whether the statistic suits the spectrum, and which counts are left out.

A Poisson likelihood holds for counts as they were registered, and for nothing else.

Background-subtracted, weighted or modelled spectra have errors of their own; under a Poisson statistic these are not looked at
and the uncertainties of a fit come out too small. That is said once for each spectrum, with the statistic to use.
"""

from functools import lru_cache

import numpy as np

from spec_lab._base import DataError
from spec_lab.data import notice
from spec_lab.data.assembly import Assembly, Same
from spec_lab.data.channels import POISSON_BACKGROUND, bad_in
from spec_lab.data.file_warnings import note
from spec_lab.data.grouping import from_flags
from spec_lab.data.number_checks import are_whole
from spec_lab.data.scaling import sums
from spec_lab.data.spectrum import Background, Spectrum

GAUSSIAN = ("chi2", "gstat")
PROFILED = ("cstat", "wstat", "ppstat")  # W: the background of each group is a free number
# Part of the groups without background counts from which W is warned of. Measured on 40 draws of a power law of 45 counts in 200
# bins: with 0.21, 0.36, 0.49, 0.70, 0.86 of them empty the photon flux comes out as 0.99, 0.67, 0.42, 0.16, 0.07 of the truth
# (each ± 0.1 or less).
MOSTLY_EMPTY = 0.4


@lru_cache(maxsize=64)
def say_dropped(parts: Same[Assembly], notc: notice.Windows | None, mode: str) -> None:
    """Note which noticed groups of the file's flags are dropped for a bad channel, and how many counts with them."""
    src, _, response, good = parts.value
    first, last = from_flags(np.asarray(src.grouping))
    bad = bad_in(good, first, last)
    ends = np.stack([first, last])
    lo, hi = (
        np.nanmin(response.emin[ends], axis=0, initial=np.inf),
        np.nanmax(response.emax[ends], axis=0, initial=-np.inf),
    )
    lost = (bad > 0) & (bad <= last - first) & notice.noticed(notc, lo, hi, mode)
    if lost.any():
        counts = sums(np.where(good, src.counts, 0.0), first[lost], last[lost]).sum()
        held = "group of the file's flags holds" if lost.sum() == 1 else "groups of the file's flags hold"
        found = f"{int(lost.sum())} {held} a bad channel, and {counts:g} counts in good ones"
        note(
            f"source {src.name!r}",
            found,
            "dropped whole",
            "bad_mode='skip' leaves out the bad channels alone; or group with grpg",
        )


def say_empty_background(parts: Same[Assembly], stat: str, background: np.ndarray) -> None:
    """Note that W is biased where most groups have no background counts; for the same spectra and statistic once.

    Args:
        parts: Holds the `Assembly` of the unit.
        stat: Name of the statistic.
        background: `f[c]` background counts of the noticed groups.
    """
    empty = int(np.sum(background == 0))
    if stat in PROFILED and background.size and empty > MOSTLY_EMPTY * background.size:
        _say_empty(parts, stat, empty, background.size)


@lru_cache(maxsize=64)
def _noted(parts: Same[Assembly], stat: str) -> list[int]:
    return []


def _say_empty(parts: Same[Assembly], stat: str, empty: int, groups: int) -> None:
    said = _noted(parts, stat)
    if not said:
        said.append(empty)
        found = f"{empty} of {groups} groups have no background counts, where {stat} (W) underestimates the source"
        name = parts.value.src.name
        note(
            f"source {name!r}",
            found,
            "fitted all the same",
            "group with grpg={'min_bkg': 1}, or leave the background out",
        )


def alternative(stat: str, counts: str = "S") -> str:
    """The statistic to use instead, where `counts` (S or B) are no Poisson counts."""
    return "pgstat" if counts == "B" and stat in POISSON_BACKGROUND else "chi2"


def takes_for_counts(stat: str, background: bool) -> bool:
    """Whether a statistic takes the source, or the background, for Poisson counts."""
    return stat in POISSON_BACKGROUND and stat != "pstat_nobkg" if background else stat not in GAUSSIAN


def are_counts(spectrum: Spectrum) -> bool:
    """Whether a Poisson likelihood may hold: Poisson counts, or whole numbers >= 0 beside which errors are given."""
    return spectrum.poisson or (not spectrum.content and are_whole(spectrum.counts[spectrum.good]))


@lru_cache(maxsize=64)
def judge(held: Same[Spectrum | None], stat: str) -> None:
    """Note what makes a statistic unfit for a spectrum; for the same object and statistic once.

    Raises:
        DataError: The spectrum is a Stokes parameter, which is no flux.
    """
    spectrum: Spectrum | None = held.value
    if spectrum is None:
        return
    is_background = isinstance(spectrum, Background)
    what = f"{type(spectrum).__name__.lower()} {spectrum.name!r}"
    if spectrum.content.startswith("Stokes"):
        hint = "Polarisation is not supported: fit the Stokes I spectrum."
        raise DataError(f"{what} is no flux", got=spectrum.content, hint=hint)
    if are_counts(spectrum) or not takes_for_counts(stat, is_background):
        return
    own = "no Poisson counts (they have errors of their own)"
    why = "background-subtracted (HDUCLAS2 = NET)" if spectrum.content == "NET" else own
    better = alternative(stat, "B" if is_background else "S")
    done = f"{stat} takes them for Poisson counts all the same, and errors of a fit will be wrong"
    note(what, f"its values are {why}", done, f"use stat={better!r}, or pass poisson=True if they are counts")
