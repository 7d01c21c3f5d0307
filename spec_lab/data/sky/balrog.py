"""A response that depends on where the source is: `BalrogResponse`, around a generator of response matrices.

It holds the generator (an object with `set_location`, `matrix`, `ebounds` and `monte_carlo_energies`, as gbm_drm_gen has), the
matrix at the starting place, what `ra`, `dec` and `rf` start as, and a memo of what the generator has said. Exact matrices
(`at`) serve positions that are held; a table (`tabulate`, see `direction_table`) serves positions that are free, because a
compiled function cannot call Python. The values of ra and dec live in a fit's set-up like those of every other parameter.
"""

import threading
import warnings
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from spec_lab._base import DataError, Info, SpecLabWarning, decimal
from spec_lab.data.annotations import (
    DenseMatrix,
    DirectMatrix,
    GivenGenerator,
    GivenStart,
    PerBin,
    PerChannel,
    ResponseGenerator,
)
from spec_lab.data.response import Response, response_html
from spec_lab.data.sky import direction_table
from spec_lab.data.sky.direction_table import DirectionTable
from spec_lab.tree import Struct, field, register_pytree_type
from spec_lab.variables import AbstractAnnotated, AbstractConstant, AbstractVariable

MOST_RECENT = 8
ROUGH = 0.01  # a table whose measured error is larger is warned of
_LOCK = threading.RLock()  # a generator has a present location: one question at a time

Region = tuple[float, float, float, float]  # ra and dec of the centre, radius, step: deg

Sources = tuple[AbstractVariable | None, ...]  # the variables that ra, dec and factor were given as


class StartValue(NamedTuple):
    """What a data parameter starts as."""

    value: float
    frozen: bool
    prior: str


class MatrixCache:
    """What a generator has said so far: the last few matrices by place, and the table of a region. Saved with the fit."""

    def __init__(
        self, region: Region | None = None, patch: DirectionTable | None = None,
        recent: Mapping[tuple[float, float], DenseMatrix] | None = None,
    ):  # fmt: skip
        self.region, self.patch = region, patch
        self.recent: dict[tuple[float, float], DenseMatrix] = dict(recent or {})

    def keep(self, place: tuple[float, float], matrix: DenseMatrix) -> None:
        """Remember a matrix, forget the oldest."""
        while len(self.recent) >= MOST_RECENT:
            self.recent.pop(next(iter(self.recent)))
        self.recent[place] = matrix


def _saved(memo: MatrixCache) -> dict[str, Any]:
    return {"region": memo.region, "patch": memo.patch, "recent": dict(memo.recent)}


register_pytree_type(
    MatrixCache,
    flatten=lambda m: ((), m),
    unflatten=lambda m, _: m,
    serializer=_saved,
    deserializer=lambda d: MatrixCache(**d),
)


class BalrogResponse(Struct):
    """A response that depends on the source's position.

    Args:
        balrog_drm: The generator: `set_location(ra, dec)` (deg), then `matrix` `[ch, e]` in cm² (NaN counts as 0), `ebounds`
            `[ch+1]` and `monte_carlo_energies` `[e+1]` in keV.
        ra: Start value of the right ascension, deg: a number, a variable (`Fixed(120.0)` starts frozen, its metadata may hold
            a prior; one variable given to several responses links them), or None for 180. Free, `unif(0, 360)`.
        dec: Of the declination, likewise, or None for 0. Free, flat in its sine: `coslat(-90, 90)`.
        factor: Of the unit's `rf`, likewise, or None for 1. Frozen.
        radius: How far around the starting place (deg) the position may move while it is free. Above 60, and by default, the
            whole sky; otherwise the priors are cut to the square around the patch, and outside the patch the statistic is +inf.
        step: Distance of the table's nodes, deg; by default 5, or a tenth of the radius where that is less.
        name: Shown in tables and messages.

    A position that is held (frozen ra and dec) takes the generator's own matrix, with one call for each new place. While ra or
    dec is free, the matrix is interpolated in a table that is made once, when it is first needed: `(2 radius/step + 1)²` calls,
    441 for a patch and 2522 for the whole sky by default. Call `tabulate(progress)` to make it beforehand. The relative error,
    measured on a response that is an analytic function of the angle to the detector's axis: 3e-7 at 2°, 1e-5 at 5°, 2e-4 at
    10° (of the largest element); `info` has the one measured on the table in use. Structure finer than the step is lost.

    A saved fit holds the table and the last matrices but not the generator: positions beyond them are then refused.

    Raises:
        DataError: No such generator, shapes that do not belong together, or starts that are no numbers.
    """

    balrog_drm: ResponseGenerator | None = field(pytree=False, default=None, repr=False, compare=False)
    ra: StartValue = field(static=True, default=None)  # once constructed; given as a number or a variable
    dec: StartValue = field(static=True, default=None)
    factor: StartValue = field(static=True, default=None)
    radius: float = field(static=True, default=180.0)
    step: float = field(static=True, default=None)
    name: str = field(static=True, default="balrog")
    elo: PerBin = field(default=None, kw_only=True)
    ehi: PerBin = field(default=None, kw_only=True)
    emin: PerChannel = field(default=None, kw_only=True)
    emax: PerChannel = field(default=None, kw_only=True)
    matrix: DirectMatrix = field(default=None, kw_only=True)
    memo: MatrixCache = field(pytree=False, default=None, repr=False, compare=False, serialize=True, kw_only=True)
    sources: tuple[AbstractVariable | None, ...] | None = field(
        pytree=False, default=None, repr=False, compare=False, kw_only=True
    )

    def __post_init__(self) -> None:
        self.radius = _size("radius", self.radius)
        self.step = min(5.0, self.radius / 10) if self.step is None else _size("step", self.step)
        if self.sources is None:
            self.sources = tuple(
                v if isinstance(v, AbstractVariable) else None for v in (self.ra, self.dec, self.factor)
            )
        self.factor = _start("factor", self.factor, 1.0, True, lambda _: "unif(0.5, 2)")
        self.dec = _start("dec", self.dec, 0.0, False, self._belt)
        self.ra = _start("ra", self.ra, 180.0, False, self._sector)
        region = (self.ra.value, self.dec.value, self.radius, self.step)
        if self.memo is None or self.memo.region != region:  # another region needs another table
            self.memo = MatrixCache(region, recent=None if self.memo is None else self.memo.recent)
        if self.matrix is None:
            edges = _edges(self.balrog_drm)
            self.elo, self.ehi, self.emin, self.emax = edges
            self.matrix = self.at(self.ra.value, self.dec.value).matrix

    def _belt(self, dec: float) -> str:
        if self.radius > direction_table.WIDEST:
            return "coslat(-90, 90)"
        return f"coslat({max(-90.0, dec - self.radius)!r}, {min(90.0, dec + self.radius)!r})"

    def _sector(self, ra: float) -> str:
        if self.radius > direction_table.WIDEST:
            return "unif(0, 360)"
        ratio = np.sin(np.radians(self.radius)) / max(np.cos(np.radians(self.dec.value)), 1e-12)
        half = 180.0 if ratio >= 1 else float(np.ceil(np.degrees(np.arcsin(ratio))))
        return f"unif({ra - half!r}, {ra + half!r})"

    @cached_property
    def reference(self) -> Response:
        """The response at the starting place: what grouping and pictures look at."""
        return self._response(self.matrix)

    def _response(self, matrix: DirectMatrix) -> Response:
        return Response(self.elo, self.ehi, self.emin, self.emax, matrix, name=self.name)

    def at(self, ra: float, dec: float) -> Response:
        """The plain response of a source at (ra, dec), deg: the generator's own.

        Without a generator (after loading) the remembered matrix, or else the table's.

        Raises:
            DataError: There is no generator, and nothing was saved for this place.
        """
        place = (float(ra) % 360.0, float(dec))
        with _LOCK:
            if place not in self.memo.recent and self.balrog_drm is not None:
                self.memo.keep(place, _matrix_at(self.balrog_drm, place))
            known = self.memo.recent.get(place)
        if known is not None:
            return self._response(known)
        if self.memo.patch is not None and self.memo.patch.covers(*place):
            return self.interpolated(*place)
        raise DataError(f"{self.name!r}: no response is known there", got=f"ra {ra:g}, dec {dec:g}", hint=_LOADED)

    def interpolated(self, ra: float, dec: float) -> Response:
        """The plain response of a source at (ra, dec), deg, from the table."""
        return self._response(self.tabulate().matrix(ra, dec))

    @property
    def tabulated(self) -> bool:
        """Whether the table is there."""
        return self.memo.patch is not None

    def tabulate(self, progress: direction_table.Progress | None = None) -> DirectionTable:
        """The table of the patch or sky; made on the first call, which asks the generator at every node.

        Args:
            progress: Called with (done, all) after each node.

        Raises:
            DataError: It would take more than 2 GB while it is made, or there is no generator.

        A measured error above 1 % is warned of.
        """
        with _LOCK:
            if self.memo.patch is None:
                if self.balrog_drm is None:
                    raise DataError(f"{self.name!r} has no table of directions", hint=_LOADED)
                generator = self.balrog_drm
                ask = lambda ra, dec: _matrix_at(generator, (ra, dec))  # noqa: E731
                shape, centre = (self.elo.size, self.emin.size), (self.ra.value, self.dec.value)
                made = direction_table.tabulate(ask, shape, centre, self.radius, self.step, repr(self.name), progress)
                self.memo.patch = made
                if made.error > ROUGH:
                    _warn_rough(self.name, made.error)
            return self.memo.patch

    @property
    def movable(self) -> bool:
        """Whether ra and dec can be free: there is a table, or a generator to make one."""
        return self.tabulated or self.balrog_drm is not None

    def reaches(self, ra: float, dec: float) -> bool:
        """Whether `at` has an answer."""
        if self.balrog_drm is not None:
            return abs(dec) <= 90
        known = (float(ra) % 360.0, float(dec)) in self.memo.recent
        return known or (self.memo.patch is not None and self.memo.patch.covers(ra, dec))

    @property
    def info(self) -> Info:
        """Name, numbers of bins, region and table."""
        whole = self.radius > direction_table.WIDEST
        region = "whole sky" if whole else f"{self.radius:g} deg around ({self.ra.value:g}, {self.dec.value:g})"
        table = self.memo.patch
        made = "not made yet" if table is None else f"{len(table.basis)} components, error {table.error:.1e}"
        rows = {"Name": self.name or "-", "Channel bins": self.emin.size, "Photon bins": self.elo.size}
        rows |= {"Region": region, "Step": f"{self.step:g} deg", "Table": made}
        return Info({"Property": tuple(rows), "BalrogResponse": tuple(rows.values())})

    def __repr__(self) -> str:
        held = {name: "held" if start.frozen else "free" for name, start in (("ra", self.ra), ("dec", self.dec))}
        place = f"ra {self.ra.value:g} ({held['ra']}), dec {self.dec.value:g} ({held['dec']})"
        return f"<BalrogResponse {self.name}: {place}, {self.elo.size} photon bins, {self.emin.size} channels>"

    def _repr_html_(self) -> str:
        return response_html(self.reference, self.info.html)


_LOADED = (
    "A generator cannot be saved. Choose a place inside the table, or give the unit its generator again: "
    "unit.replace(rsp=unit.rsp.replace(balrog_drm=...))."
)


def _start(
    name: str, given: StartValue | GivenStart, default: float, frozen: bool, prior: Callable[[float], str]
) -> StartValue:
    if isinstance(given, StartValue):
        return given
    own = given if isinstance(given, AbstractVariable) else None
    value = default if given is None else given if own is None else own.value
    try:
        number = float(value) if own is None else decimal(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} must be a number or a variable", got=given) from error
    if not np.isfinite(number) or (name == "dec" and abs(number) > 90):
        raise DataError(f"{name} cannot start there", got=number, allowed="-90 to 90" if name == "dec" else "finite")
    stated = dict(own.metadata or {}).get("prior") if isinstance(own, AbstractAnnotated) else None
    held = frozen if own is None else isinstance(own, AbstractConstant)
    return StartValue(number, held, str(stated) if stated else prior(number))


def _warn_rough(name: str, error: float) -> None:
    found = f"the table of response {name!r} is off by up to {error:.1%} between its nodes"
    warnings.warn(f"{found}: give the response a smaller step (and radius)", SpecLabWarning, stacklevel=3)


def _size(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise DataError(f"{name} of a response must be a positive number of degrees", got=value)
    return float(value)


def _edges(generator: GivenGenerator) -> list[Float[np.ndarray, "n"]]:
    """Lower and upper photon-energy and channel edges, keV."""
    out = []
    for name in ("monte_carlo_energies", "ebounds"):
        try:
            edges = np.asarray(getattr(generator, name), dtype=np.float64)
        except (AttributeError, TypeError, ValueError) as error:
            wanted = "an object with set_location, matrix, ebounds and monte_carlo_energies"
            raise DataError("this is no generator of responses", got=generator, allowed=wanted) from error
        out += [edges[:-1], edges[1:]]
    return out


def _matrix_at(generator: ResponseGenerator, place: tuple[float, float]) -> DenseMatrix:
    """`f[e, ch]`, the generator's matrix at a place, NaN as 0."""
    generator.set_location(*place)
    matrix = np.array(generator.matrix, dtype=np.float64).T
    return np.ascontiguousarray(np.where(np.isnan(matrix), 0.0, matrix))
