"""From photons to channels: `Response`, and its two factors `Redistribution` (RMF) and `Auxiliary` (ARF).

A response holds photon-energy bins [e], channel edges [ch] and the matrix [e, ch] in cm²; a redistribution holds
probabilities instead, and `rmf * arf` is a response. The matrix is a dense array, or by its non-zeros only where it is large and
nearly empty (`sparse_matrix`). Reading is in `ogip.rmf`; grouping of columns is in `channels`.
"""

from typing import Any, Self

import numpy as np
from jaxtyping import Float

from spec_lab._base import DataError, Info, nearest
from spec_lab.data.annotations import (
    ChannelMask,
    ChannelNumbers,
    DirectMatrix,
    FileLike,
    GivenNumbers,
    GivenReal,
    GivenVersion,
    GivenWhole,
    Numbers,
    PerBin,
    PerChannel,
)
from spec_lab.data.file_warnings import collect_warnings, note, some
from spec_lab.data.html_repr import StepCurve, beside, step_picture
from spec_lab.data.number_checks import as_numbers, whole_numbers
from spec_lab.data.optimal import channel_fwhm
from spec_lab.data.sparse_matrix import SparseMatrix, scaled_rows
from spec_lab.data.spectrum import Spectrum
from spec_lab.tree import Struct, field

IDEAL = "IDEAL"  # the `kind` of a response made from a spectrum's own edges
_PAIRS = "chbin, phbin, drm"


class Response(Struct):
    """A full response: `Response(elo, ehi, emin, emax, matrix)`, or from pairs of edges `Response(chbin, phbin, drm)`.

    Args:
        elo: [e] lower photon-energy edges, keV, ascending.
        ehi: [e] upper photon-energy edges, keV.
        emin: [ch] lower channel edges, keV (ascending or descending with the channel); NaN for a channel that is no energy
            (overflow), which is never noticed.
        emax: [ch] upper channel edges, keV.
        matrix: [e, ch] effective area times redistribution, cm².
        channels: [ch] channel numbers; None means 1, 2, …
        name: Shown in tables and messages.
        kind: HDUCLAS3 of the file: FULL, REDIST, DETECTOR or empty; IDEAL for `ideal`.
        chbin: [ch, 2] `emin` and `emax` as pairs.
        phbin: [e, 2] `elo` and `ehi` as pairs.
        drm: [e, ch] `matrix` under its other name.

    Raises:
        DataError: Shapes that do not belong together, edges without width, values that are not finite.
    """

    elo: PerBin = field()
    ehi: PerBin = field()
    emin: PerChannel = field()
    emax: PerChannel = field()
    matrix: DirectMatrix = field()
    channels: ChannelNumbers = field(default=None)
    name: str = field(static=True, default="")
    kind: str = field(static=True, default="")

    def __init__(
        self, elo: GivenNumbers = None, ehi: GivenNumbers = None, emin: GivenNumbers = None, emax: GivenNumbers = None,
        matrix: GivenNumbers = None, channels: GivenNumbers = None, name: str = "", kind: str = "", *,
        chbin: GivenNumbers = None, phbin: GivenNumbers = None, drm: GivenNumbers = None, **other: GivenNumbers,
    ):  # fmt: skip
        if other:
            _refuse_other(type(self).__name__, other)
        if emax is None and matrix is None and chbin is None:  # Response(chbin, phbin, drm)
            chbin, phbin, drm = elo, phbin if ehi is None else ehi, drm if emin is None else emin
        if chbin is not None:
            (elo, ehi), (emin, emax), matrix = _pair(phbin, "phbin"), _pair(chbin, "chbin"), drm
        values = {"elo": elo, "ehi": ehi, "emin": emin, "emax": emax, "matrix": matrix}
        if missing := [key for key, value in values.items() if value is None]:
            raise DataError(
                f"{type(self).__name__} needs {', '.join(missing)}", allowed=f"{', '.join(values)}; or {_PAIRS}"
            )
        self._init_fields(**values, channels=channels, name=name, kind=kind)

    def __post_init__(self) -> None:
        where = f"{type(self).__name__.lower()} {self.name!r}"
        self.elo, self.ehi = _edges(where, "photon energies", self.elo, self.ehi)
        if np.any(self.elo[1:] < self.elo[:-1]):
            raise DataError(f"{where}: photon energies must ascend", got=self.elo[:5].tolist())
        self.emin, self.emax = _channel_edges(where, self.emin, self.emax)
        if isinstance(self.matrix, SparseMatrix):
            self.matrix = self.matrix.replace(values=_floats(where, "matrix", self.matrix.values))
        else:
            self.matrix = np.ascontiguousarray(_floats(where, "matrix", self.matrix))
        shape = (self.elo.size, self.emin.size)
        if self.matrix.shape != shape:
            raise DataError(f"{where}: matrix has the wrong shape", got=self.matrix.shape, allowed=f"[e, ch] = {shape}")
        numbers = 1 + np.arange(shape[1]) if self.channels is None else _floats(where, "channels", self.channels)
        if numbers.shape != shape[1:] or np.any(np.diff(numbers) != 1):
            raise DataError(f"{where}: channel numbers must count without gaps", got=numbers[:9].tolist())
        self.channels = whole_numbers(numbers, f"{where}: channels")

    @classmethod
    def from_file(cls, file: FileLike, version: GivenVersion = None) -> Self:
        """Read an OGIP RMF or RSP.

        Args:
            file: Path (also `path{n}`), or binary file object.
            version: EXTVER of the matrix in a file that holds several (RSP2), counted from 1; "sum" adds them up, which is
                done aloud by itself where they can only be parts of one.

        Raises:
            DataError: Names file, HDU and column of what cannot be used.
        """
        from spec_lab.data.files import file_name, reading, remember_file
        from spec_lab.data.ogip.rmf import read_matrix

        with collect_warnings(), reading(file_name(file)):
            made = cls(**read_matrix(file, version))
            if version is None or not isinstance(version, str):
                remember_file(made, file, None if version is None else int(version))
            return made

    @classmethod
    def from_rsp(cls, file: FileLike) -> Self:
        """`from_file`."""
        return cls.from_file(file)

    @classmethod
    def from_rsp2(cls, file: FileLike, ii: int | None = None) -> Self:
        """`from_file` of the matrix with EXTVER `ii` (from 1) of an RSP2 file; `path:ii` names it too."""
        from spec_lab.data.files import at_index

        return cls.from_file(*at_index(file, ii))

    @classmethod
    def ideal(cls, emin: GivenNumbers, emax: GivenNumbers, area: GivenReal = 1.0, name: str = "ideal") -> Self:
        """A detector that tells every energy: one photon bin a channel, a diagonal matrix of `area` cm²."""
        where = f"response {name!r}"
        lo, hi = _edges(where, "channel energies", emin, emax)
        if not np.all(_floats(where, "area", area) > 0) or np.size(area) != 1:
            raise DataError(f"{where}: area must be one positive number, cm²", got=area)
        order = np.argsort(lo, kind="stable")
        return cls(lo[order], hi[order], lo, hi, area * np.eye(lo.size)[order], name=name, kind=IDEAL)

    @property
    def chbin(self) -> Float[np.ndarray, "ch 2"]:
        """[ch, 2] Lower and upper channel edges, keV."""
        return np.column_stack([self.emin, self.emax])

    @property
    def phbin(self) -> Float[np.ndarray, "e 2"]:
        """[e, 2] Lower and upper photon-energy edges, keV."""
        return np.column_stack([self.elo, self.ehi])

    @property
    def drm(self) -> DirectMatrix:
        """[e, ch] `matrix`."""
        return self.matrix

    @property
    def usable(self) -> ChannelMask:
        """[ch] Whether a channel is an energy at all; others can never be noticed."""
        return np.isfinite(self.emin)

    @property
    def channel_fwhm(self) -> PerChannel:
        """[ch] Full width at half maximum of the redistribution, in channels, at least 1."""
        return channel_fwhm(self.ehi, self.emin, self.emax, self.matrix)

    @property
    def info(self) -> Info:
        """Name and the numbers of channel and photon bins, a column each."""
        return Info({"Name": [self.name or "-"], "Channel bins": [self.emin.size], "Photon bins": [self.elo.size]})

    def __repr__(self) -> str:
        photons = f"{some(self.elo.size, 'photon bin')} {self.elo.min():.4g}-{self.ehi.max():.4g} keV"
        return f"<{type(self).__name__} {self.name or '-'}: {photons}, {some(self.emin.size, 'channel')}>"

    def _repr_html_(self) -> str:
        return response_html(self)

    def __mul__(self, other: object) -> "Response":
        return multiply(self, other) if isinstance(other, Auxiliary) else NotImplemented


class Redistribution(Response):
    """A redistribution matrix: like `Response`, but [e, ch] holds probabilities. `rmf * arf` is a `Response`."""

    @classmethod
    def from_rmf(cls, file: FileLike) -> Self:
        """`from_file`."""
        return cls.from_file(file)


class Auxiliary(Struct):
    """An effective area.

    Args:
        elo: [e] lower photon-energy edges, keV, ascending.
        ehi: [e] upper photon-energy edges, keV.
        area: [e] effective area, cm².
        name: Shown in tables and messages.
    """

    elo: PerBin = field()
    ehi: PerBin = field()
    area: PerBin = field()
    name: str = field(static=True, default="")

    def __post_init__(self) -> None:
        where = f"auxiliary {self.name!r}"
        self.elo, self.ehi = _edges(where, "photon energies", self.elo, self.ehi)
        self.area = _floats(where, "area", self.area)
        if self.area.shape != self.elo.shape:
            raise DataError(f"{where}: area has the wrong shape", got=self.area.shape, allowed=f"{self.elo.shape}")

    @classmethod
    def from_file(cls, file: FileLike, row: GivenWhole = None) -> Self:
        """Read an OGIP ARF.

        Args:
            file: Path (also `path{n}`), or binary file object.
            row: Which SPECRESP extension of a file that holds several, counted from 0.

        Raises:
            DataError: Names file, HDU and column of what cannot be used.
        """
        from spec_lab.data.files import file_name, reading, remember_file
        from spec_lab.data.ogip.rmf import read_area

        with collect_warnings(), reading(file_name(file)):
            made = cls(**read_area(file, row))
            remember_file(made, file, None if row is None else int(row) + 1)
            return made

    @classmethod
    def from_arf(cls, file: FileLike) -> Self:
        """`from_file`."""
        return cls.from_file(file)

    @property
    def info(self) -> Info:
        """Name and the number of photon bins, a column each."""
        return Info({"Name": [self.name or "-"], "Photon bins": [self.elo.size]})

    def __repr__(self) -> str:
        photons = f"{some(self.elo.size, 'photon bin')} {self.elo.min():.4g}-{self.ehi.max():.4g} keV"
        return f"<Auxiliary {self.name or '-'}: {photons}, at most {self.area.max():.4g} cm²>"

    def _repr_html_(self) -> str:
        curve = StepCurve(self.elo, self.ehi, self.area, "effective area")
        return beside(self.info.html, step_picture([curve], "photon energy, keV", "effective area, cm²"))

    def __mul__(self, other: object) -> Response:
        return multiply(other, self) if isinstance(other, Response) else NotImplemented


def response_html(response: Response, table: str | None = None) -> str:
    """Table and, over photon energy, all that a response detects: cm², or the probability of a redistribution."""
    probability = isinstance(response, Redistribution) and response.kind != "FULL"
    detected = StepCurve(response.elo, response.ehi, response.matrix.sum(axis=1), "effective area")
    label = "probability to be detected" if probability else "effective area, cm²"
    return beside(response.info.html if table is None else table, step_picture([detected], "photon energy, keV", label))


def multiply(rmf: Response, arf: Auxiliary) -> Response:
    """Redistribution times area. Grids that differ are resolved by interpolating the area, with a note.

    Raises:
        DataError: The area covers none of the photon energies.
    """
    area = arf.area if _same_grid(rmf, arf) else _interpolated(rmf, arf)
    if rmf.kind == "FULL":
        found = f"HDUCLAS3 = FULL, but there is an effective area {arf.name!r} too"
        note(f"response {rmf.name!r}", found, "multiplied", "leave arf out, or pass arf='none'")
    name = " * ".join(filter(None, (rmf.name, arf.name)))
    return Response(rmf.elo, rmf.ehi, rmf.emin, rmf.emax, scaled_rows(rmf.matrix, area), rmf.channels, name, "FULL")


def ideal_response(spectrum: Spectrum) -> Response:
    """The ideal detector of 1 cm² with the channel energies that a spectrum brings along.

    Raises:
        DataError: It brings none.
    """
    if spectrum.emin is None or spectrum.emax is None:
        hint = "Response.ideal(emin, emax, area) takes them from you."
        raise DataError(f"{spectrum.name!r} has no channel energies for an ideal response", hint=hint)
    numbers = np.asarray(spectrum.channels)
    if np.any(np.diff(numbers) != 1):  # a text spectrum may leave channels out; this response has none to miss
        numbers = 1 + np.arange(numbers.size)
    return Response.ideal(spectrum.emin, spectrum.emax).replace(channels=numbers)


def _refuse_other(kind: str, given: dict[str, Any]) -> None:
    name = next(iter(given))
    hint = nearest(name, Response.fields())
    if name in ("ra", "dec", "factor"):
        par = "rf" if name == "factor" else name
        hint = f"It is a parameter of the fit: infer.par['unit.{par}']; a BalrogResponse depends on ra and dec."
    raise DataError(f"{kind} takes no {name}", allowed=f"{', '.join(Response.fields())}; or {_PAIRS}", hint=hint)


def _pair(bins: GivenNumbers, name: str) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    edges = _floats("response", name, bins)
    if edges.ndim != 2 or edges.shape[1] != 2:
        raise DataError(f"{name} must be pairs of lower and upper edges", got=edges.shape, allowed="[n, 2]")
    return edges[:, 0], edges[:, 1]


def _same_grid(rmf: Response, arf: Auxiliary) -> bool:
    if rmf.elo.size != arf.elo.size:
        return False
    tolerance = 1e-3 * (rmf.ehi - rmf.elo)
    return bool(np.all(np.abs(rmf.elo - arf.elo) <= tolerance) and np.all(np.abs(rmf.ehi - arf.ehi) <= tolerance))


def _interpolated(rmf: Response, arf: Auxiliary) -> PerBin:
    middle, own = (rmf.elo + rmf.ehi) / 2, (arf.elo + arf.ehi) / 2
    covered = (middle >= arf.elo[0]) & (middle <= arf.ehi[-1])
    where = f"{rmf.name!r} and {arf.name!r}"
    if not covered.any():
        got = f"{rmf.elo[0]:g}-{rmf.ehi[-1]:g} and {arf.elo[0]:g}-{arf.ehi[-1]:g} keV"
        raise DataError(f"the photon energies of {where} have nothing in common", got=got)
    done = "the area is interpolated linearly to the middle of the matrix's bins"
    if not covered.all():
        done += f", and is 0 in the {np.sum(~covered)} bins it does not cover"
    note(where, "the photon-energy grids differ", done, "give a matching arf, or a full response as rsp")
    return np.where(covered, np.interp(middle, own, arf.area), 0.0)


def _floats(where: str, what: str, values: GivenNumbers) -> Numbers:
    array = np.array(as_numbers(values, f"{where}: {what}"))  # a copy: the caller may change his
    if not np.isfinite(array).all():
        raise DataError(f"{where}: {what} must be finite", got=f"{np.sum(~np.isfinite(array))} values that are not")
    return array


def _channel_edges(where: str, lo: GivenNumbers, hi: GivenNumbers) -> tuple[PerChannel, PerChannel]:
    """Edges of channels; both may be NaN, which is a channel without energy (overflow)."""
    lo, hi = (np.array(as_numbers(values, f"{where}: channel energies")) for values in (lo, hi))
    none = np.isnan(lo) & np.isnan(hi) if lo.shape == hi.shape and lo.ndim == 1 else np.zeros(0, dtype=bool)
    if not none.any() or none.all():
        return _edges(where, "channel energies", lo, hi)
    lo[~none], hi[~none] = _edges(where, "channel energies", lo[~none], hi[~none])
    return lo, hi


def _edges(
    where: str, what: str, lo: GivenNumbers, hi: GivenNumbers
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    lo, hi = _floats(where, what, lo), _floats(where, what, hi)
    if lo.ndim != 1 or not lo.size or lo.shape != hi.shape:
        raise DataError(f"{where}: {what} must be two equal vectors", got=[lo.shape, hi.shape])
    if np.any(lo < 0) or np.any(hi <= lo):
        raise DataError(f"{where}: {what} must have width and not be negative", allowed="0 <= lower < upper")
    return lo, hi
