"""Counts in channels: `Spectrum`, and its two uses `Source` and `Background`.

A spectrum knows its counts, their errors, for how long and over which area they were taken, which channels are good and
how they are grouped. It knows nothing of energies beyond the edges a text file may bring along: those belong to the
response. Reading is in `ogip.pha` and `textfile`; here lie the rules a spectrum obeys once it exists.
"""

from typing import Self

import numpy as np

from spec_lab._base import DataError, Info
from spec_lab.data.annotations import (
    ChannelFlags,
    ChannelMask,
    ChannelNumbers,
    ChannelScale,
    FileLike,
    GivenNumbers,
    GivenWhole,
    Numbers,
    PerChannel,
)
from spec_lab.data.energies import ordered
from spec_lab.data.file_warnings import collect_warnings, note, some
from spec_lab.data.html_repr import StepCurve, beside, step_picture
from spec_lab.data.number_checks import as_numbers, whole_numbers
from spec_lab.tree import Struct, field


class Spectrum(Struct):
    """Counts in `ch` channels. Immutable; `replace` gives a changed copy.

    Args:
        counts: [ch] counts (not rates).
        errors: [ch] statistical errors of the counts, 1 σ; None means sqrt(counts), whatever the counts come to be:
            read `stat_errors` or `total_errors`.
        exposure: Exposure, s.
        quality: [ch] OGIP flags; 0 is good, everything else bad.
        grouping: [ch] OGIP flags; 1 starts a group, -1 continues it, 0 is a channel by itself.
        backscale: BACKSCAL, one number or [ch].
        areascale: AREASCAL, one number or [ch].
        systematic: Fractional systematic error, one number or [ch].
        channels: [ch] channel numbers; None means 1, 2, …
        emin: [ch] lower channel edges, keV, where the spectrum brings its own.
        emax: [ch] upper channel edges, keV.
        poisson: Whether the counts are Poisson counts; None means: yes if no errors are given.
        name: Shown in tables and messages.
        content: What the values are, where they are no plain counts: "NET" (background-subtracted), "Stokes Q", "Stokes U".
        keywords: What the header says of the instrument: TELESCOP, INSTRUME, DETNAM with their values.

    Raises:
        DataError: Arrays of different length, a non-positive exposure, negative Poisson counts.

    Values that are not finite are harmless in bad channels; in good ones they make the channel bad, aloud.
    """

    counts: PerChannel = field()
    errors: PerChannel | None = field(default=None)
    exposure: float = field(static=True, default=1.0)
    quality: ChannelFlags = field(default=None)
    grouping: ChannelFlags = field(default=None)
    backscale: ChannelScale | float = field(default=1.0)
    areascale: ChannelScale | float = field(default=1.0)
    systematic: ChannelScale | float = field(default=0.0)
    channels: ChannelNumbers = field(default=None)
    emin: PerChannel | None = field(default=None)
    emax: PerChannel | None = field(default=None)
    poisson: bool = field(static=True, default=None)
    name: str = field(static=True, default="")
    detchans: int = field(static=True, default=0)
    links: tuple[tuple[str, str], ...] = field(static=True, default=())
    content: str = field(static=True, default="")
    keywords: tuple[tuple[str, str], ...] = field(static=True, default=())

    def __post_init__(self) -> None:
        self.counts = _vector(self, "counts", self.counts)
        n = self.counts.size
        self.exposure = _exposure(self)
        _check_words(self)
        self.poisson = (self.errors is None) if self.poisson is None else bool(self.poisson)
        self.quality = _whole(self, "quality", np.zeros(n) if self.quality is None else self.quality, n)
        self.grouping = _whole(self, "grouping", np.ones(n) if self.grouping is None else self.grouping, n)
        self.channels = _whole(self, "channels", 1 + np.arange(n) if self.channels is None else self.channels, n)
        for name in ("backscale", "areascale", "systematic"):
            setattr(self, name, _scale(self, name, getattr(self, name), n))
        self.errors = None if self.errors is None else _vector(self, "errors", self.errors, n)
        self.emin, self.emax = _edges(self, n)
        with collect_warnings():
            self.quality = _judged(self)

    @classmethod
    def from_file(cls, file: FileLike, row: GivenWhole = None, poisson: bool | None = None) -> Self:
        """Read a spectrum: OGIP PHA I or II (plain or gzipped), text, CSV or NPZ.

        Args:
            file: Path (`str`, `pathlib.Path`; also `path{n}` counted from 1 as in XSPEC) or binary file object.
            row: Which spectrum of a file that holds several, counted from 0.
            poisson: Overrides what the file says about its counts: True ignores STAT_ERR, False keeps it.

        Raises:
            DataError: Names file, HDU and column of what cannot be used.
        """
        from spec_lab.data.file_kind import is_fits
        from spec_lab.data.files import file_name, reading, remember_file

        with collect_warnings(), reading(file_name(file)):
            if is_fits(file):
                from spec_lab.data.ogip.pha import read_pha

                made = cls(**read_pha(file, row, poisson))
                if poisson is None:
                    remember_file(made, file, None if row is None else int(row) + 1)
                return made
            return cls.from_text(file) if poisson is None else cls.from_text(file).replace(poisson=poisson)

    @classmethod
    def from_text(cls, file: FileLike) -> Self:
        """Read a spectrum from text, CSV or NPZ; see `spec_lab.data.textfile` for the format.

        Raises:
            DataError: Names file, line and column of what cannot be used.
        """
        from spec_lab.data.textfile import read_text

        with collect_warnings():
            return cls(**read_text(file))

    @classmethod
    def from_plain(cls, file: FileLike, ii: int | None = None) -> Self:
        """`from_file` of row `ii` (from 0) of a PHA II file; `path:ii` names it too."""
        from spec_lab.data.files import at_index

        return cls.from_file(*at_index(file, ii))

    @property
    def good(self) -> ChannelMask:
        """[ch] True where the quality flag is 0."""
        return self.quality == 0

    @property
    def stat_errors(self) -> PerChannel:
        """[ch] Statistical errors, counts: those given, else sqrt(counts)."""
        if self.errors is not None:
            return self.errors
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.abs(self.counts))

    @property
    def total_errors(self) -> PerChannel:
        """[ch] Statistical and systematic error in quadrature, counts."""
        return np.hypot(self.stat_errors, self.counts * self.systematic)

    def set_zero(self) -> Self:
        """The same spectrum without any counts."""
        return self.replace(counts=np.zeros(self.counts.size), errors=None)

    @property
    def info(self) -> Info:
        """Name, channels, counts in good channels, exposure and BACKSCAL, a column each."""
        scale = f"{float(np.mean(self.backscale)):.6g}" + (" (mean)" if np.ndim(self.backscale) else "")
        row = (self.name or "-", self.counts.size, float(self.counts[self.good].sum()), self.exposure, scale)
        columns = ("Name", "Channels", "Counts", "Exposure", "Backscale")
        return Info({column: [value] for column, value in zip(columns, row, strict=True)})

    def __repr__(self) -> str:
        bad = int(np.sum(~self.good))
        told = some(self.counts.size, "channel") + (f" ({bad} bad)" if bad else "")
        total = f"{float(self.counts[self.good].sum()):.6g} counts, {self.exposure:.6g} s"
        return f"<{type(self).__name__} {self.name or '-'}: {told}, {total}>"

    def _repr_html_(self) -> str:
        x = np.asarray(self.channels, dtype=np.float64)
        curve = StepCurve(x - 0.5, x + 0.5, np.where(self.good, self.counts, np.nan), "counts")
        return beside(self.info.html, step_picture([curve], "channel", "counts", log_x=False))


class Source(Spectrum):
    """The spectrum of the source region (source and background together)."""

    @classmethod
    def from_src(cls, file: FileLike) -> Self:
        """`from_file`."""
        return cls.from_file(file)

    @classmethod
    def from_src2(cls, file: FileLike, ii: int | None = None) -> Self:
        """`from_file` of row `ii` (from 0) of a PHA II file; `path:ii` names it too."""
        return cls.from_plain(file, ii)


class Background(Spectrum):
    """The spectrum of the background region, or a background model with Gaussian errors."""

    @classmethod
    def from_bkg(cls, file: FileLike) -> Self:
        """`from_file`."""
        return cls.from_file(file)

    @classmethod
    def from_columns_beside(cls, file: FileLike, row: GivenWhole = None) -> Self:
        """The background in the columns BACKGROUND_UP and BACKGROUND_DOWN beside the counts of a source (Chandra gratings).

        Args:
            file: Path (also `path{n}`), or binary file object.
            row: Which spectrum of a file that holds several, counted from 0.

        Raises:
            DataError: There are none, or they have no scale.
        """
        from spec_lab.data.files import file_name, reading
        from spec_lab.data.ogip.pha import read_beside

        with collect_warnings(), reading(file_name(file)):
            return cls(**read_beside(file, row))

    @classmethod
    def from_bkg2(cls, file: FileLike, ii: int | None = None) -> Self:
        """`from_file` of row `ii` (from 0) of a PHA II file; `path:ii` names it too."""
        return cls.from_plain(file, ii)


def _where(spectrum: Spectrum) -> str:
    return f"{type(spectrum).__name__.lower()} {spectrum.name!r}" if spectrum.name else type(spectrum).__name__.lower()


def _check_words(spectrum: Spectrum) -> None:
    if not isinstance(spectrum.name, str):
        raise DataError(f"{type(spectrum).__name__.lower()}: name must be text", got=spectrum.name)
    if spectrum.poisson is not None and not isinstance(spectrum.poisson, bool | np.bool_):
        raise DataError(f"{_where(spectrum)}: poisson must be True, False or None", got=spectrum.poisson)


def _numeric(spectrum: Spectrum, name: str, value: GivenNumbers) -> Numbers:
    return np.array(as_numbers(value, f"{_where(spectrum)}: {name}"))  # a copy: the caller may change his


def _edges(spectrum: Spectrum, n: int) -> tuple[PerChannel | None, PerChannel | None]:
    if spectrum.emin is None and spectrum.emax is None:
        return None, None
    if spectrum.emin is None or spectrum.emax is None:
        raise DataError(f"{_where(spectrum)} has only one of emin and emax")
    emin, emax = (_vector(spectrum, name, getattr(spectrum, name), n) for name in ("emin", "emax"))
    return ordered(f"{_where(spectrum)} emin, emax", emin, emax)


def _vector(spectrum: Spectrum, name: str, value: GivenNumbers, n: int | None = None) -> PerChannel:
    array = _numeric(spectrum, name, value)
    if array.ndim != 1 or not array.size or (n is not None and array.size != n):
        allowed = "one value a channel" if n is None else f"{n} values, as many as counts"
        raise DataError(f"{_where(spectrum)}: {name} has the wrong shape", got=array.shape, allowed=allowed)
    return array


def _whole(spectrum: Spectrum, name: str, value: GivenNumbers, n: int) -> ChannelNumbers:
    array = _vector(spectrum, name, value, n)
    whole = whole_numbers(array, f"{_where(spectrum)}: {name}")
    if name == "grouping" and not np.isin(whole, (-1, 0, 1)).all():
        raise DataError(f"{_where(spectrum)}: a grouping flag is unknown", got=np.unique(whole)[:9].tolist(),
                        allowed="1 (start), -1 (continue), 0 (by itself)")  # fmt: skip
    if name == "channels" and np.any(np.diff(whole) <= 0):
        raise DataError(f"{_where(spectrum)}: channel numbers must increase", got=whole[:9].tolist())
    return whole


def _exposure(spectrum: Spectrum) -> float:
    array = _numeric(spectrum, "exposure", spectrum.exposure)
    if array.size != 1 or not np.isfinite(array).all() or array.item() <= 0:
        raise DataError(f"{_where(spectrum)}: exposure", got=spectrum.exposure, allowed="one number of seconds > 0")
    return float(array.item())


def _scale(spectrum: Spectrum, name: str, value: GivenNumbers, n: int) -> ChannelScale:
    array = _numeric(spectrum, name, value)
    if array.ndim:
        array = _vector(spectrum, name, array, n)
        if not np.all(array == array[0]):
            return array
        array = np.array(array[0])  # a vector of one value is that number
    if not np.isfinite(array) or array < 0 or (array == 0 and name != "systematic"):
        allowed = "a number >= 0" if name == "systematic" else "a number > 0"
        raise DataError(f"{_where(spectrum)}: {name}", got=float(array), allowed=allowed)
    return array


def _judged(spectrum: Spectrum) -> ChannelFlags:
    """Quality [ch] after looking at the values: what cannot be used in a good channel makes it bad, with a note."""
    good = spectrum.quality == 0
    counts, errors = spectrum.counts, spectrum.stat_errors
    if spectrum.poisson and np.any(counts[good & np.isfinite(counts)] < 0):
        raise DataError(f"{_where(spectrum)}: Poisson counts are negative", got=float(np.nanmin(counts[good])),
                        hint="A background-subtracted spectrum needs errors and poisson=False.")  # fmt: skip
    if np.any(errors[good & np.isfinite(errors)] < 0):
        raise DataError(f"{_where(spectrum)}: errors are negative", got=float(np.nanmin(errors[good])))
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(counts) & np.isfinite(errors) & (spectrum.systematic >= 0)
        usable = usable & (spectrum.backscale > 0) & (spectrum.areascale > 0)
        usable = usable & np.isfinite(spectrum.backscale) & np.isfinite(spectrum.areascale)
    broken = good & ~usable
    if not broken.any():
        return spectrum.quality
    listed = ", ".join(map(str, spectrum.channels[broken][:8])) + (", …" if broken.sum() > 8 else "")
    found = f"{some(int(broken.sum()), 'good channel')} with NaN or unusable scales (channel {listed})"
    note(_where(spectrum), found, "flagged bad", "give the spectrum with your own quality flags")
    return np.where(broken, 5, spectrum.quality)
