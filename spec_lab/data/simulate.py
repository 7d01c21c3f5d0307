"""Made-up observations: what a unit would have recorded, had the sky been so.

`fakeit` folds photons through a unit's response, adds the background it has, and draws counts: Poisson for the source,
Poisson or Gaussian for the background, as that background is. One draw gives a `DataUnit`; many give `Simulations`, whose
arrays serve a parametric bootstrap at once. The seed is always explicit. The photons come from outside: no model here.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from jaxtyping import Float

from spec_lab._base import DataError
from spec_lab.data.annotations import Draws, GivenNumbers, GivenReal, GivenWhole, PerChannel
from spec_lab.data.assembly import Assembly
from spec_lab.data.channels import Channels
from spec_lab.data.number_checks import as_numbers
from spec_lab.data.ogip.write import write_pha, write_rsp
from spec_lab.data.response import Response
from spec_lab.data.scaling import exposures, sums
from spec_lab.data.spectrum import Background, Source
from spec_lab.data.suitability import are_counts, takes_for_counts
from spec_lab.data.unit import DataUnit
from spec_lab.tree import Struct, field

if TYPE_CHECKING:
    GivenUnit = DataUnit
    GivenResponse = Response | None
else:
    GivenUnit = GivenResponse = Any  # judged by `fakeit` in its own words

MOST_COUNTS = 1e15  # beyond this a float64 no longer tells neighbouring counts apart
MOST_NUMBERS = 10**9


class Simulations(Struct):
    """Many draws of one unit.

    Args:
        unit: The unit they were drawn for; its filters and grouping hold for every draw.
        S: [n, ch] source counts.
        B: [n, ch] background counts, or None without a background.
        sigma_B: [ch] error of the background, or None.
        seed: What they were drawn with.
    """

    unit: DataUnit = field()
    S: Draws = field()
    B: Draws | None = field(default=None)
    sigma_B: PerChannel | None = field(default=None)
    seed: int = field(static=True, default=0)

    def __len__(self) -> int:
        return self.S.shape[0]

    def __getitem__(self, i: int) -> DataUnit:
        return _unit(self.unit, self.S[i], None if self.B is None else self.B[i], self.sigma_B)

    def units(self) -> Iterator[DataUnit]:
        """One unit a draw."""
        return (self[i] for i in range(len(self)))

    def grouped(self) -> tuple[Float[np.ndarray, "n c"], Float[np.ndarray, "n c"]]:
        """Source and background counts [n, c] in the groups that the original unit's fit uses.

        The groups are those of the *observed* counts; a threshold grouping would fall otherwise for every draw.
        """
        used: Channels = self.unit.channels()
        good = self.unit.assembly.good  # groups of the file's flags may hold a bad channel (bad_mode="skip")
        source = sums(np.where(good, self.S, 0.0), used.first, used.last, axis=1)
        if self.B is None:
            return source, np.zeros(source.shape)
        return source, sums(np.where(good, self.B, 0.0), used.first, used.last, axis=1)

    def write(self, folder: str | os.PathLike[str], stem: str = "sim", overwrite: bool = False) -> list[Path]:
        """Write every draw as OGIP files `stem_0001.pha` (and `.bak`), and the unit's response once as `stem.rsp`.

        Headers link them, so `DataUnit("stem_0001.pha")` is whole. A response that depends on the source's position is no file.

        Raises:
            DataError: A file exists.
        """
        made, rsp = [], "NONE" if self.unit.position is not None else f"{stem}.rsp"
        if rsp != "NONE":
            made.append(write_rsp(Path(folder) / rsp, self.unit.response, overwrite=overwrite))
        for i, unit in enumerate(self.units(), 1):
            bak = "NONE" if unit.bkg is None else f"{stem}_{i:04d}.bak"
            if unit.bkg is not None:
                made.append(write_pha(Path(folder) / bak, unit.bkg, overwrite=overwrite))
            pha = Path(folder) / f"{stem}_{i:04d}.pha"
            made.append(write_pha(pha, unit.src, backfile=bak, respfile=rsp, overwrite=overwrite))
        return made


@overload
def fakeit(
    unit: DataUnit, photons: GivenNumbers = None, seed: int | None = None, n: None = None, *, rate: GivenNumbers = None,
    background: GivenNumbers = None, exposure: float | None = None, response: Response | None = None,
) -> DataUnit: ...  # fmt: skip


@overload
def fakeit(
    unit: DataUnit, photons: GivenNumbers = None, seed: int | None = None, *, n: int, rate: GivenNumbers = None,
    background: GivenNumbers = None, exposure: float | None = None, response: Response | None = None,
) -> Simulations: ...  # fmt: skip


@overload
def fakeit(
    unit: DataUnit, photons: GivenNumbers = None, seed: int | None = None, *, n: int | None = None, rate: GivenNumbers = None,
    background: GivenNumbers = None, exposure: float | None = None, response: Response | None = None,
) -> DataUnit | Simulations: ...  # fmt: skip


def fakeit(
    unit: GivenUnit, photons: GivenNumbers = None, seed: GivenWhole = None, n: GivenWhole = None, *,
    rate: GivenNumbers = None, background: GivenNumbers = None, exposure: GivenReal | None = None,
    response: GivenResponse = None,
) -> DataUnit | Simulations:  # fmt: skip
    """Draw what `unit` would have recorded.

    Args:
        unit: Gives response, exposures, background and filters; its source counts are not looked at.
        photons: [e] photons/cm²/s in each photon-energy bin of `unit.energies`.
        seed: Seed of the draw; the same seed gives the same counts.
        n: How many draws; None for one unit.
        rate: [ch] counts/s in each channel instead of photons.
        background: [ch] expected counts in the background region; None means the unit's own background counts.
        exposure: Another source exposure, s (the background keeps its own).
        response: Fold with this one instead of the unit's: that of another source position (`unit.rsp.at(ra, dec)`).

    Returns:
        A `DataUnit`, or `Simulations` where `n` is given.

    Raises:
        DataError: No seed, both or neither of photons and rate, wrong shapes, negative or non-finite expectations.
    """
    if seed is None or isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise DataError("a simulation needs a seed", got=seed, allowed="a whole number >= 0")
    if not isinstance(unit, DataUnit) or not isinstance(response, Response | None):
        wrong = response if isinstance(unit, DataUnit) else unit
        raise DataError(
            "a simulation is of one unit, and folds with a Response", got=wrong, hint="fakeit(data['name'], …)"
        )
    if n is not None and (isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1):
        raise DataError("the number of simulations must be a whole number >= 1", got=n)
    if exposure is not None:
        unit = unit.replace(src=unit.src.replace(exposure=exposure))
    parts = unit.assembly
    if response is not None:
        parts = parts._replace(response=response)
    expected, background_counts = _expected(parts, unit.scale_rule, photons, rate, background)
    rng = np.random.default_rng(int(seed))
    draws = 1 if n is None else int(n)
    if expected.max(initial=0.0) > MOST_COUNTS or draws * expected.size > MOST_NUMBERS:
        got = [float(expected.max(initial=0.0)), draws * expected.size]
        allowed = f"{MOST_COUNTS:.0e} counts in a channel, {MOST_NUMBERS:.0e} numbers in all"
        raise DataError("these are more counts, or more draws, than can be drawn", got=got, allowed=allowed)
    source = rng.poisson(expected, size=(draws, expected.size)).astype(np.float64)
    drawn, sigma = _draw_background(rng, parts.bkg, unit.stat, background_counts, draws)
    made = Simulations(unit=unit, S=source, B=drawn, sigma_B=sigma, seed=int(seed))
    return made[0] if n is None else made


def _expected(
    parts: Assembly, rule: str, photons: GivenNumbers, rate: GivenNumbers, background: GivenNumbers
) -> tuple[PerChannel, PerChannel | None]:
    """Expected counts [ch] in the source region, background included, and in the background region."""
    if (photons is None) == (rate is None):
        raise DataError("a simulation needs either photons or rate")
    response = parts.response
    if rate is None:
        rate = _checked("photons", photons, response.elo.size) @ response.matrix
    index = np.arange(response.emin.size)
    ts, tb = exposures(parts.src, parts.bkg, index, index, rule)
    total = ts * _checked("rate", rate, index.size)
    if parts.bkg is None:
        if background is not None:
            raise DataError("this unit has no background", hint="Give the unit a bkg first.")
        return total, None
    own = np.where(parts.bkg.good, parts.bkg.counts, 0.0) if background is None else background
    counts = _checked("background", own, index.size, least=0.0 if parts.bkg.poisson else -np.inf)
    return np.maximum(total + ts / tb * counts, 0.0), counts


def _checked(name: str, values: GivenNumbers, n: int, least: float = 0.0) -> Float[np.ndarray, "n"]:
    array = as_numbers(values, name)
    if array.shape != (n,):
        raise DataError(f"{name} has the wrong shape", got=array.shape, allowed=f"({n},)")
    if not np.isfinite(array).all() or array.min() < least:
        raise DataError(f"{name} must be finite and not negative", got=float(array.min()))
    return array


def _draw_background(
    rng: np.random.Generator, bkg: Background | None, stat: str, expected: np.ndarray | None, n: int
) -> tuple[np.ndarray | None, np.ndarray | None]:
    if bkg is None or expected is None:
        return None, None
    if bkg.poisson or (takes_for_counts(stat, background=True) and are_counts(bkg)):
        return rng.poisson(np.maximum(expected, 0.0), size=(n, expected.size)).astype(np.float64), None
    sigma = np.where(bkg.good, bkg.total_errors, 0.0)
    return rng.normal(expected, sigma, size=(n, expected.size)), sigma


def _unit(unit: DataUnit, counts: np.ndarray, background: np.ndarray | None, sigma: np.ndarray | None) -> DataUnit:
    """The unit with other counts, on all channels of the response."""
    parts = unit.assembly
    source: Source = parts.src.replace(counts=counts, errors=None, poisson=True, quality=np.where(parts.good, 0, 5))
    if parts.bkg is None or background is None:
        return unit.replace(src=source)
    # Systematic errors are part of sigma already.
    drawn = parts.bkg.replace(
        counts=background, errors=sigma, poisson=sigma is None, quality=np.where(parts.good, 0, 5), systematic=0.0
    )
    return unit.replace(src=source, bkg=drawn)
