"""Source, background and response brought onto the same channels.

Files number their channels in their own ways. `assemble` decides which spectrum channel is which response channel:
by number where a spectrum declares that it holds only a part, by position where the counts agree (with a note if the
numbering does not), and refuses everything else. The result is cached by the identity of its parts, so an edit of a
filter never folds an area or aligns a spectrum again.
"""

from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Int

from spec_lab._base import DataError
from spec_lab.data.annotations import ChannelMask
from spec_lab.data.file_warnings import note, some
from spec_lab.data.response import IDEAL, Auxiliary, Response, ideal_response, multiply
from spec_lab.data.sky.balrog import BalrogResponse
from spec_lab.data.spectrum import Background, Source, Spectrum

Held = TypeVar("Held")
AnySpectrum = TypeVar("AnySpectrum", bound=Spectrum)
_VECTORS = ("counts", "errors", "quality", "grouping", "backscale", "areascale", "systematic")


class Assembly(NamedTuple):
    """Parts that belong together: every array over channels has the response's length."""

    src: Source
    bkg: Background | None
    response: Response
    good: ChannelMask


Part = Spectrum | Response | Auxiliary | BalrogResponse


class Same(Generic[Held]):
    """Key of a cache: equal only for the same object, which it keeps alive."""

    __slots__ = ("value",)

    def __init__(self, value: Held):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def assemble(
    src: Source, bkg: Background | None, rmf: Response | None, arf: Auxiliary | None,
    rsp: Response | BalrogResponse | None,
) -> Assembly:  # fmt: skip
    """Bring the parts together.

    Raises:
        DataError: No response, two responses, or channels that do not belong together.
    """
    own = src if rmf is None and rsp is None else None  # whose edges would make an ideal response
    response = _response(Same(own), Same(rmf), Same(arf), Same(rsp), src.name)
    return _assemble(Same(src), Same(bkg), Same(response))


@lru_cache(maxsize=64)
def _assemble(src: Same[Source], bkg: Same[Background | None], response: Same[Response]) -> Assembly:
    source = _aligned(src.value, response.value)
    background = None if bkg.value is None else _aligned(_like(bkg.value, src.value, response.value), response.value)
    source = _without_edges(source, response.value)
    background = None if background is None else _without_edges(background, response.value)
    good = source.good if background is None else source.good & background.good
    _say_unusable(source, good, response.value)
    good = good & response.value.usable
    return Assembly(source, background, response.value, good)


def _say_unusable(source: Source, good: ChannelMask, response: Response) -> None:
    """Counts of good channels that the response gives no energy are lost: say so."""
    lost = good & ~response.usable
    counts = float(source.counts[lost].sum())
    if counts:
        found = f"{some(int(lost.sum()), 'good channel')} with {counts:g} counts have no energy in response {response.name!r}"
        note(f"source {source.name!r}", found, "never noticed", "give a `Response` with your own edges")


@lru_cache(maxsize=64)
def _response(
    src: Same[Source | None],
    rmf: Same[Response | None],
    arf: Same[Auxiliary | None],
    rsp: Same[Response | BalrogResponse | None],
    owner: str,
) -> Response:
    return _combined(src.value, rmf.value, arf.value, rsp.value, owner)


def _combined(
    src: Source | None, rmf: Response | None, arf: Auxiliary | None, rsp: Response | BalrogResponse | None, owner: str
) -> Response:
    if rmf is not None and rsp is not None:
        raise DataError("a unit takes rsp, or rmf (with arf), not both", got=[rsp.name, rmf.name])
    if isinstance(rsp, BalrogResponse):
        if arf is not None:
            raise DataError(f"response {rsp.name!r} has its area in it", got=arf.name, hint="Pass arf='none'.")
        return rsp.reference
    base = rsp if rmf is None else rmf
    if base is None:
        if arf is None and src is not None:  # a unit saved before an ideal detector had to be asked for
            return ideal_response(src)
        raise DataError(f"source {owner!r} has no response", got="an arf alone" if arf else None)
    if arf is not None:
        return multiply(base, arf)
    if base.kind == "REDIST":
        found = "HDUCLAS3 = REDIST (probabilities) and no effective area"
        note(f"response {base.name!r}", found, "used as it is: an area of 1 cm²", "give arf")
    return base


def _like(bkg: Background, src: Source, response: Response) -> Background:
    """A background that leaves the same channels out, or numbers them as the source does, is read by position."""
    if bkg.counts.size != src.counts.size and bkg.counts.size != response.emin.size and not bkg.detchans:
        got = f"{bkg.counts.size} and {src.counts.size} channels"
        raise DataError(f"background {bkg.name!r} does not belong to source {src.name!r}", got=got)
    return bkg


def _aligned(spectrum: AnySpectrum, response: Response) -> AnySpectrum:
    """The spectrum over all channels of the response; channels it leaves out are bad.

    Raises:
        DataError: The numbers of channels do not belong together.
    """
    n, total = spectrum.counts.size, response.emin.size
    numbers, known = np.asarray(spectrum.channels), np.asarray(response.channels)
    if n == total:
        if not np.array_equal(numbers, known):
            found = f"channels {numbers[0]} to {numbers[-1]}, while response {response.name!r} counts from {known[0]}"
            if np.any(np.diff(numbers) != 1):
                raise DataError(f"spectrum {spectrum.name!r} has {found}, and leaves some out")
            note(f"spectrum {spectrum.name!r}", found, "taken in order", "give the spectrum with channels=...")
            return spectrum.replace(channels=known)
        return spectrum
    part = n < total and spectrum.detchans == total and np.isin(numbers, known).all()
    if not part:
        raise DataError(
            f"spectrum {spectrum.name!r} and response {response.name!r} have different channels",
            got=f"{n} and {total}", hint="Is it the response of another detector or another binning?",
        )  # fmt: skip
    return _spread(spectrum, numbers - known[0], response)


def _spread(spectrum: AnySpectrum, index: Int[np.ndarray, "n"], response: Response) -> AnySpectrum:
    total = response.emin.size
    blank = {"quality": 5, "grouping": 0, "backscale": 1.0, "areascale": 1.0}
    values: dict[str, Any] = {"channels": response.channels, "emin": None, "emax": None}
    for name in _VECTORS:
        old = np.asarray(getattr(spectrum, name))
        if old.ndim:
            values[name] = np.full(total, blank.get(name, 0.0), dtype=old.dtype)
            values[name][index] = old
    return spectrum.replace(**values)


def _without_edges(spectrum: AnySpectrum, response: Response) -> AnySpectrum:
    """The spectrum without edges of its own; where they differ from the response's, that is said.

    Raises:
        DataError: A background has other channels than the source whose edges are the response.
    """
    if spectrum.emin is None or spectrum.emax is None:
        return spectrum
    width = response.emax - response.emin
    off = np.maximum(np.abs(spectrum.emin - response.emin), np.abs(spectrum.emax - response.emax)) / width
    what = f"{type(spectrum).__name__.lower()} {spectrum.name!r}"
    off = np.where(np.isfinite(off), off, 0.0)
    if off.max() > 0.5 and response.kind == IDEAL:
        raise DataError(
            f"{what} has other channel energies than the source (the ideal response)",
            got=f"up to {off.max():.2g} channels apart",
        )
    if off.max() > 0.5:
        found = (
            f"its own channel edges differ from those of response {response.name!r} by up to {off.max():.2g} channels"
        )
        note(what, found, "the response's edges are used", "give another rsp")
    return spectrum if response.kind == IDEAL else spectrum.replace(emin=None, emax=None)
