"""What somebody who knows the instrument would choose for a spectrum: energies, statistic, grouping, and a first model.

The instrument is told by the header (`missions`), the statistic by what the counts are: Poisson counts with an off-source
background take W, with a modelled background PG, without one C; what has errors of its own takes χ². A spectrum of an unknown
instrument is fitted where its response and its counts are. Every choice comes with its reason. They are made where a person
asks for them (a notebook for one's own files, `Lab("src.pha")`); a `DataUnit` by itself chooses nothing.
"""

from typing import Any, NamedTuple

import numpy as np

from spec_lab.data.assembly import Assembly, assemble
from spec_lab.data.attach import GivenArea, GivenResponse, GivenSpectrum, attach
from spec_lab.data.channels import all_groups, group_edges
from spec_lab.data.file_warnings import collect_warnings
from spec_lab.data.grouping import Scheme, as_given, scheme
from spec_lab.data.missions import SOFT, Instrument, recognised
from spec_lab.data.notice import Windows, noticed
from spec_lab.data.scaling import sums
from spec_lab.data.spectrum import Background
from spec_lab.data.suitability import MOSTLY_EMPTY, are_counts
from spec_lab.data.unit import DataUnit

STATISTICS = {"wstat": "W", "pgstat": "PG", "cstat": "C", "chi2": "χ²"}
FEWEST = 10  # groups that may be left where groups are made for their background
SEEN = 0.01  # of the largest effective area: where a response of an unknown instrument begins and ends
REST = 0.001  # of the counts: what may lie beyond either end of the energies of an unknown instrument
FEW = 256  # channels: so few of an unknown instrument are not grouped


class UsualChoices(NamedTuple):
    """A spectrum with the choices made for it.

    Attributes:
        unit: The spectrum, with them.
        instrument: The row of the table, or None.
        why: The reasons, by the name of the argument: `notc`, `stat`, `grpg`.
        model: An expression.
    """

    unit: DataUnit
    instrument: Instrument | None
    why: dict[str, str]
    model: str

    @property
    def summary(self) -> str:
        """One line: what was recognised and what was chosen, such as `Swift XRT, 0.3–10 keV, W statistic, 132 bins`."""
        name = "instrument not recognised" if self.instrument is None else self.instrument.name
        statistic = STATISTICS.get(self.unit.stat, self.unit.stat)
        return f"{name}, {energies_text(self.unit.notc or ())}, {statistic} statistic, {self.unit.npoint} bins"

    @property
    def reasons(self) -> tuple[str, ...]:
        """A line for each choice: what, and why."""
        statistic = STATISTICS.get(self.unit.stat, self.unit.stat)
        background = "no background" if self.unit.bkg is None else f"the background is {self.unit.bkg.name}"
        return (
            f"energies {energies_text(self.unit.notc or ())}: {self.why['notc']}",
            f"statistic {statistic}: {self.why['stat']} ({background})",
            f"channels: {self.why['grpg']}",
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """What to pass to `DataUnit` beside the files, as plain values."""
        unit = self.unit
        given: dict[str, Any] = {"notc": [list(window) for window in unit.notc or ()], "stat": unit.stat}
        return given if unit.grpg is None else {**given, "grpg": as_given(unit.grpg)}


def usual_choices(
    src: GivenSpectrum, bkg: GivenSpectrum = None, rmf: GivenResponse = None, arf: GivenArea = None,
    rsp: GivenResponse = None, *, stat: str | None = None, name: str | None = None,
) -> UsualChoices:  # fmt: skip
    """Open a spectrum with all that belongs to it, and choose what is usual for its instrument.

    Args:
        src: As for `DataUnit`, as are `bkg`, `rmf`, `arf` and `rsp`.
        stat: The statistic, where it is not to be chosen.
        name: Of the unit; None means the source's.

    Raises:
        DataError: As `DataUnit`.

    Example:
        >>> from spec_lab import datasets
        >>> found = usual_choices(datasets.DEMO / "burst" / "na.pha")
        >>> found.unit.stat, found.why["stat"]
        ('pgstat', 'the background has errors of its own')
    """
    with collect_warnings():
        parts = attach(src, bkg, rmf, arf, rsp)
        whole = assemble(*parts)
        instrument = _instrument(whole)
        windows, of_windows = _windows(whole, instrument)
        chosen, of_stat = (stat, "as asked for") if stat else _statistic(whole, instrument)
        groups, of_groups = _grouping(whole, instrument, chosen, windows)
        unit = DataUnit(*parts, stat=chosen, notc=windows, grpg=groups, name=name)
    return UsualChoices(
        unit, instrument, {"notc": of_windows, "stat": of_stat, "grpg": of_groups}, _model(instrument, windows)
    )


def usual_windows(unit: DataUnit) -> tuple[Instrument, Windows] | None:
    """The instrument of a unit, and the energies usually fitted of it, keV; None where the table does not know it."""
    whole = unit.assembly
    instrument = _instrument(whole)
    windows = None if instrument is None else _within(instrument.windows, whole)
    return (instrument, windows) if instrument is not None and windows else None


def energies_text(windows: Windows) -> str:
    """`8–30 and 40–900 keV`."""
    return " and ".join(f"{low:g}–{high:g}" for low, high in windows) + " keV"


def joint_model(choices: list[UsualChoices]) -> str:
    """One first model for several spectra: absorbed where one sees absorption, cut off where one sees a cut-off."""
    models = {found.model for found in choices}
    continuum = "cpl" if any("cpl" in model for model in models) else "pl"
    return f"tbabs*{continuum}" if any("tbabs" in model for model in models) else continuum


def _instrument(whole: Assembly) -> Instrument | None:
    return recognised(whole.src.keywords, float(np.nanmax(whole.response.emax)))


def _model(instrument: Instrument | None, windows: Windows) -> str:
    low = windows[0][0] if windows else SOFT
    if instrument is None:
        return "tbabs*pl" if low < SOFT else "cpl"
    return f"tbabs*{instrument.continuum}" if low < SOFT else instrument.continuum


# -- energies ----------------------------------------------------------------------------------------------------------
def _windows(whole: Assembly, instrument: Instrument | None) -> tuple[Windows, str]:
    windows = None if instrument is None else _within(instrument.windows, whole)
    if instrument is not None and windows:
        return windows, instrument.source
    low, high = _covered(whole)
    return ((low, high),), "where the response and the counts are, for the header names no instrument of the table"


def _within(windows: Windows, whole: Assembly) -> Windows:
    """The windows in which there are channels."""
    response = whole.response
    return tuple(window for window in windows if noticed((window,), response.emin, response.emax, "inside").any())


def _covered(whole: Assembly) -> tuple[float, float]:
    """The energies at which the response has some area and beyond which hardly any counts are, keV, to three digits."""
    response, good = whole.response, whole.good & (whole.response.emin > 0) & np.isfinite(whole.response.emax)
    area = np.asarray(response.matrix.sum(axis=0)) / np.where(good, response.emax - response.emin, np.inf)
    counts = np.where(good & (area > SEEN * area.max()), np.maximum(whole.src.counts, 0.0), 0.0)
    if not counts.any():
        return float(response.emin[good].min()), float(response.emax[good].max())
    order = np.argsort(response.emin)
    share = np.cumsum(counts[order]) / counts.sum()
    inside = order[(share >= REST) & (share - counts[order] / counts.sum() <= 1 - REST)]
    inside = inside[counts[inside] > 0]
    return _rounded(float(response.emin[inside].min()), down=True), _rounded(
        float(response.emax[inside].max()), down=False
    )


def _rounded(energy: float, *, down: bool) -> float:
    """An energy to three digits, to the outside."""
    unit = 10.0 ** (np.floor(np.log10(energy)) - 2)
    return float(f"{(np.floor if down else np.ceil)(energy / unit * (1 + (1e-9 if down else -1e-9))) * unit:.3g}")


# -- statistic ---------------------------------------------------------------------------------------------------------
def _statistic(whole: Assembly, instrument: Instrument | None) -> tuple[str, str]:
    if not are_counts(whole.src):
        return "chi2", "the values are no counts, and have errors of their own"
    if whole.bkg is None:
        return "cstat", "Poisson counts without a background"
    if not are_counts(whole.bkg) or not whole.bkg.poisson:
        return "pgstat", "the background has errors of its own"
    if instrument is not None and instrument.modelled:
        return "pgstat", f"the background of {instrument.name} is a model"
    return "wstat", "Poisson counts, and a background of Poisson counts"


# -- grouping ----------------------------------------------------------------------------------------------------------
def _grouping(whole: Assembly, instrument: Instrument | None, stat: str, windows: Windows) -> tuple[Scheme, str]:
    if np.any(whole.src.grouping == -1):
        return None, "as the file groups them"
    grouped = whole.src.counts.size > FEW if instrument is None else instrument.grouped
    if stat in ("chi2", "gstat") or not grouped:
        return None, "every channel by itself"
    least = 1 if stat in ("cstat", "wstat") else 25
    fine = scheme({"method": "optimal", "min_evt": least})
    why = f"as wide as resolution and counts allow (Kaastra & Bleeker 2016), {least} count{'s' if least > 1 else ''} or more"
    if stat != "wstat" or whole.bkg is None:
        return fine, why
    made = _background(whole, whole.bkg, windows, fine)
    if not made.size or np.mean(made == 0) <= MOSTLY_EMPTY:
        return fine, why
    filled = scheme({"method": "optimal", "min_evt": least, "min_bkg": 1})
    if _background(whole, whole.bkg, windows, filled).size < FEWEST:
        return fine, why
    return filled, f"{why}, and 1 background count, without which W is biased"


def _background(whole: Assembly, bkg: Background, windows: Windows, chosen: Scheme) -> np.ndarray:
    """`f[c]` background counts of the noticed groups."""
    response = whole.response
    keep = noticed(windows, response.emin, response.emax, "inside")
    first, last = all_groups(whole.src, bkg, response, whole.good, keep, chosen, "wstat")
    used = noticed(windows, *group_edges(response, first, last), "inside")
    return sums(np.where(whole.good, bkg.counts, 0.0), first[used], last[used])
