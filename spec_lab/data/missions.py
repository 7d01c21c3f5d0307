"""The table of instruments (`missions.txt`): how each is recognised, and between which energies its spectra are usually fitted.

Each row names where its energies are from. They are a start: whoever knows the observation better changes them. What is made of
a row for one spectrum (statistic, grouping, windows that the response covers) is in `usual_choices`.
"""

import functools
import math
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from spec_lab.data.notice import Windows

NAMED = ("TELESCOP", "INSTRUME", "DETNAM")
SOFT = 2.5  # keV; below it the interstellar medium absorbs
Keywords = tuple[tuple[str, str], ...]  # those of NAMED that a header has, with their values


class Instrument(NamedTuple):
    """A row of the table.

    Attributes:
        name: As it is shown.
        spellings: Of TELESCOP, INSTRUME and DETNAM (no spelling: whatever it says).
        top: Where DETNAM is absent, the upper end of the channels lies between these energies, keV.
        windows: Energies usually fitted, keV.
        modelled: Whether its background is a model, and so no Poisson counts of its own.
        grouped: Whether its channels are narrower than its resolution, so that grouping loses nothing.
        continuum: A first model of what it mostly sees.
        source: Where the energies are from.
    """

    name: str
    spellings: tuple[tuple[str, ...], ...]
    top: tuple[float, float]
    windows: Windows
    modelled: bool
    grouped: bool
    continuum: str
    source: str

    @property
    def soft(self) -> bool:
        """Whether it sees the absorption of the interstellar medium."""
        return self.windows[0][0] < SOFT

    def took(self, telescope: str, instrument: str, detector: str, top: float) -> bool:
        """Whether a spectrum with these keywords (upper case), whose channels end at `top` keV, is of this instrument."""
        *names, detectors = self.spellings
        if not all(_matches(word, known) for word, known in zip((telescope, instrument), names, strict=True)):
            return False
        if not detectors or _matches(detector, detectors):
            return True
        return not detector and self.top[0] < top <= self.top[1]


def recognised(keywords: Keywords, top: float = math.nan) -> Instrument | None:
    """The row of the instrument that took a spectrum; None where the table has none.

    Args:
        keywords: What its header says.
        top: The upper end of its channels, keV.

    Example:
        >>> recognised((("TELESCOP", "GLAST"), ("INSTRUME", "GBM"), ("DETNAM", "NAI_06"))).windows
        ((8.0, 30.0), (40.0, 900.0))
    """
    said = {key: value.strip().upper() for key, value in keywords if is_said(value)}
    telescope, instrument, detector = (said.get(key, "") for key in NAMED)
    if not telescope or not instrument:
        return None
    return next((row for row in instruments() if row.took(telescope, instrument, detector, top)), None)


@functools.cache
def instruments() -> tuple[Instrument, ...]:
    """All rows of the table."""
    lines = Path(__file__).with_name("missions.txt").read_text(encoding="utf-8").splitlines()
    return tuple(_row(*map(str.strip, line.split("|"))) for line in lines if line.strip() and not line.startswith("#"))


def _row(
    name: str, telescope: str, instrument: str, detector: str, top: str, windows: str, background: str, grouped: str,
    continuum: str, source: str,
) -> Instrument:  # fmt: skip
    spellings = tuple(tuple(words.split()) for words in (telescope, instrument, detector))
    between = _window(top) if top else (0.0, math.inf)
    ranges = tuple(_window(text) for text in windows.split(","))
    return Instrument(name, spellings, between, ranges, background == "model", grouped == "optimal", continuum, source)


def _window(text: str) -> tuple[float, float]:
    low, high = text.split("-")
    return float(low), float(high)


def _matches(word: str, spellings: tuple[str, ...]) -> bool:
    return any(fnmatchcase(word, spelling) for spelling in spellings)


def is_said(value: str) -> bool:
    """Whether the value of a keyword says something: NONE and UNKNOWN do not."""
    return value.strip().upper() not in ("", "NONE", "UNKNOWN")
