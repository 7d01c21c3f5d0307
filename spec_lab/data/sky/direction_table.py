"""A response matrix as a smooth function of direction: tabulated on a patch of sky, or on all of it.

The grid is even in longitude and latitude of a frame of the patch's own, whose equator runs through its centre (the whole sky
uses the equatorial frame itself, continued over the poles and around the circle by a margin). Between nodes cubic B-splines
interpolate: two continuous derivatives, an error that falls as step⁴, and 16 neighbours. Neighbouring matrices are nearly
alike, so the table is held as `coefficients @ basis`, the leading singular vectors; interpolation is linear, so it may act on
the few coefficients instead of on whole matrices. Formulas of the spline: C. de Boor, A Practical Guide to Splines, ch. XII
(not-a-knot ends).

`amplitudes` is written once for NumPy and JAX. Where matrices come from is in `balrog`.
"""

from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Bool, Float

from spec_lab._base import DataError
from spec_lab.data.annotations import DenseMatrix
from spec_lab.tree import Struct, field

MOST_BYTES = 2e9  # of the uncompressed table
WIDEST = 60.0  # degrees; a wider patch is the whole sky
RANK_TOLERANCE = 1e-7  # singular values below this part of the largest are left out
_MARGIN = 6  # the ends of a spline are forgotten by a factor 0.27 a node
_CHECKS = 8
MatrixAt = Callable[[float, float], DenseMatrix]
Progress = Callable[[int, int], None]

Anywhere = np.ndarray | jax.Array  # on the host, or in a compiled function
Angle = float | np.floating | Float[jax.Array, ""]  # deg
_UNKNOWN = np.zeros((0, 0, 0))  # coefficients that come later


class SplineChart(NamedTuple):
    """Where a table lies on the sky, and its spline coefficients.

    Attributes:
        frame: `f[3, 3]`, rows are the frame's axes (centre, east, north) as equatorial unit vectors.
        start: `f[2]`, longitude and latitude of the first node in the frame, deg.
        step: `f[2]`, between nodes, deg.
        low: `f[2]`, lower ends of the tabulated region in the frame, deg.
        high: `f[2]`, upper ends.
        coefficients: `f[x, y, r]`.
    """

    frame: Float[Anywhere, "3 3"]
    start: Float[Anywhere, "2"]
    step: Float[Anywhere, "2"]
    low: Float[Anywhere, "2"]
    high: Float[Anywhere, "2"]
    coefficients: Float[Anywhere, "x y r"]


class DirectionTable(Struct):
    """A tabulated matrix: `matrix(direction) = amplitudes(direction) @ basis`.

    Args:
        chart: See `SplineChart`.
        basis: `f[r, e, ch]`, cm².
        error: Largest difference to the exact matrix at some cell middles, relative to that matrix's largest element.
    """

    chart: SplineChart = field()
    basis: Float[np.ndarray, "r e ch"] = field()
    error: float = field(static=True, default=0.0)

    def covers(self, ra: float, dec: float) -> bool:
        """Whether a direction (deg) is in the table."""
        return bool(direction_weights(self.chart, ra, dec, np)[1])

    def matrix(self, ra: float, dec: float) -> DenseMatrix:
        """`f[e, ch]`, interpolated; nowhere negative."""
        weights, _ = direction_weights(self.chart, ra, dec, np)
        return np.maximum(np.tensordot(weights, self.basis, 1), 0.0)


def direction_weights(
    chart: SplineChart, ra: Angle, dec: Angle, xp: ModuleType
) -> tuple[Float[Anywhere, "r"], Bool[jax.Array, ""] | np.bool_]:
    """Weights `f[r]` of the basis at a direction (deg), and whether it is in the table; outside, those of the nearest edge.

    `xp` is `numpy` or `jax.numpy`.
    """
    place = xp.stack(_coordinates(chart.frame, ra, dec, xp))
    inside = xp.all((place >= chart.low - 1e-9) & (place <= chart.high + 1e-9))
    t = (xp.clip(place, chart.low, chart.high) - chart.start) / chart.step
    cells = xp.array(chart.coefficients.shape[:2]) - 3
    corner = xp.clip(xp.floor(t), 0, cells - 1)
    x, y = _bspline(t - corner, xp)
    i, j = corner.astype(int)
    near = chart.coefficients[(i + np.arange(4))[:, None], j + np.arange(4)]
    return xp.einsum("a,b,abr->r", x, y, near), inside


def _coordinates(frame: Float[Anywhere, "3 3"], ra: Angle, dec: Angle, xp: ModuleType) -> tuple[Angle, Angle]:
    """Longitude and latitude in the frame, deg."""
    a, d = ra * (np.pi / 180), dec * (np.pi / 180)
    x, y, z = frame @ xp.stack([xp.cos(d) * xp.cos(a), xp.cos(d) * xp.sin(a), xp.sin(d)])
    across = xp.sqrt(x * x + y * y + 1e-30)  # its slope is finite at the poles, too
    return xp.arctan2(y, x) * (180 / np.pi), xp.arctan2(z, across) * (180 / np.pi)


def _bspline(f: Float[Anywhere, "2"], xp: ModuleType) -> Float[Anywhere, "2 4"]:
    """`f[2, 4]`, the four cubic B-splines that are not zero at the parts `f` (`f[2]`) of a cell."""
    g = 1.0 - f
    parts = [g**3, 3 * f**3 - 6 * f**2 + 4, 3 * g**3 - 6 * g**2 + 4, f**3]
    return xp.stack(parts, axis=-1) / 6.0


class _Grid(NamedTuple):
    """Nodes of a table, in its frame: `index[x, y]` numbers the different directions `(ra, dec)`."""

    chart: SplineChart
    directions: np.ndarray
    index: np.ndarray


def tabulate(
    matrix_at: MatrixAt, shape: tuple[int, int], centre: tuple[float, float], radius: float, step: float, where: str,
    progress: Progress | None = None,
) -> DirectionTable:  # fmt: skip
    """Ask for the matrix at every node and make the table.

    Args:
        matrix_at: (ra, dec) in deg to the matrix `f[e, ch]`.
        shape: (e, ch).
        centre: Of the patch (ra, dec), deg; not looked at for the whole sky.
        radius: Half the side of the patch, deg; above 60 the whole sky.
        step: Between nodes, deg (rounded so that nodes fall on the edges).
        where: What the table is of, for messages.
        progress: Called with (done, all) after each node.

    Raises:
        DataError: Fewer than five nodes a side, or more than 2 GB.
    """
    grid = _whole_sky(step, where) if radius > WIDEST else _around(centre, radius, step, where)
    count, size = len(grid.directions), int(np.prod(shape))
    if 8.0 * count * size > MOST_BYTES:
        numbers = f"{count} directions x {shape[0]} x {shape[1]} = {8e-9 * count * size:.1f} GB"
        hint = "Give the response a larger step=... or a smaller radius=... (deg)."
        raise DataError(f"the table of {where} would be too large", got=numbers, allowed="2 GB", hint=hint)
    rows = np.empty((count, size))
    for k, (ra, dec) in enumerate(grid.directions):
        rows[k] = matrix_at(float(ra), float(dec)).ravel()
        if progress is not None:
            progress(k + 1, count)
    scores, basis = _compressed(rows)
    coefficients = _splines(_splines(scores[grid.index], 0), 1)
    patch = DirectionTable(grid.chart._replace(coefficients=coefficients), basis.reshape(-1, *shape))
    return patch.replace(error=_measured(patch, matrix_at))


def _around(centre: tuple[float, float], radius: float, step: float, where: str) -> _Grid:
    a, d = np.radians(centre)
    frame = np.array([
        [np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)],
        [-np.sin(a), np.cos(a), 0.0],
        [-np.sin(d) * np.cos(a), -np.sin(d) * np.sin(a), np.cos(d)],
    ])  # fmt: skip
    n = _count(2 * radius / step, where) + 1
    side = np.linspace(-radius, radius, n)
    lon, lat = np.meshgrid(side, side, indexing="ij")
    ends = np.full(2, float(radius))
    chart = SplineChart(frame, -ends, np.full(2, 2 * radius / (n - 1)), -ends, ends, _UNKNOWN)
    return _Grid(chart, _sky(frame, lon.ravel(), lat.ravel()), np.arange(n * n).reshape(n, n))


def _whole_sky(step: float, where: str) -> _Grid:
    """Every node once; the nodes of the margin beyond the edges point at the nodes that they repeat."""
    rows = _count(180 / step, where)
    columns, h, more = 2 * rows, 180.0 / rows, min(_MARGIN, rows)
    i, j = np.meshgrid(np.arange(-more, columns + more + 1), np.arange(-more, rows + more + 1), indexing="ij")
    beyond = (j < 0) | (j > rows)
    j = np.where(j < 0, -j, np.where(j > rows, 2 * rows - j, j))
    i = np.where((j == 0) | (j == rows), 0, (i + np.where(beyond, rows, 0)) % columns)
    number, index = np.unique(i * (rows + 1) + j, return_inverse=True)
    directions = np.stack([-180 + h * (number // (rows + 1)), -90 + h * (number % (rows + 1))], axis=1)
    low, steps = np.array([-180.0, -90.0]), np.full(2, h)
    chart = SplineChart(np.eye(3), low - more * h, steps, low, -low, _UNKNOWN)
    directions[:, 0] %= 360
    return _Grid(chart, directions, index.reshape(i.shape))


def _count(cells: float, where: str) -> int:
    if not 4 <= cells < 1e4:
        hint = "Give the response a step=... (deg) that is at most half its radius."
        raise DataError(
            f"the table of {where} cannot be laid out", got=f"{cells:.3g} steps a side", allowed="4 or more", hint=hint
        )
    return int(np.ceil(cells - 1e-9))


def _sky(frame: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """(ra, dec) `f[n, 2]` of places in a frame, deg."""
    a, d = np.radians(lon), np.radians(lat)
    x, y, z = frame.T @ np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)])
    return np.stack([np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arctan2(z, np.hypot(x, y)))], axis=1)


def _compressed(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores `f[n, r]` and basis `f[r, m]` with `scores @ basis = rows` to within `RANK_TOLERANCE`.

    The basis is a projection on the leading eigenvectors of `rows rowsᵀ`, so squaring costs no accuracy in what is kept.
    """
    values, vectors = np.linalg.eigh(rows @ rows.T)
    kept = vectors[:, values > RANK_TOLERANCE**2 * max(values[-1], 1e-300)][:, ::-1]
    kept = kept if kept.shape[1] else vectors[:, -1:]
    return np.ascontiguousarray(kept), kept.T @ rows


def _splines(values: np.ndarray, axis: int) -> np.ndarray:
    """Coefficients of the cubic B-splines through `values`, two more along `axis` than there are nodes."""
    n = values.shape[axis]
    system = np.zeros((n + 2, n + 2))
    system[0, :5] = system[-1, -5:] = (1.0, -4.0, 6.0, -4.0, 1.0)  # no knot at the second node and the last but one
    for i in range(n):
        system[i + 1, i : i + 3] = np.array([1.0, 4.0, 1.0]) / 6
    moved = np.moveaxis(values, axis, 0).reshape(n, -1)
    ends = np.zeros((1, moved.shape[1]))
    solved = np.linalg.solve(system, np.concatenate([ends, moved, ends]))
    shape = (n + 2, *np.delete(values.shape, axis))
    return np.ascontiguousarray(np.moveaxis(solved.reshape(shape), 0, axis))


def _measured(patch: DirectionTable, matrix_at: MatrixAt) -> float:
    """The largest relative error at a few cell middles, spread over the table by the golden ratio."""
    chart, worst = patch.chart, 0.0
    frame = np.asarray(chart.frame)
    cells = np.round((chart.high - chart.low) / chart.step)
    for k in range(_CHECKS):
        cell = np.floor(cells * [(k + 0.5) / _CHECKS, (0.5 + 0.618034 * k) % 1])
        place = chart.low + (cell + 0.5) * chart.step
        ((ra, dec),) = _sky(frame, np.asarray(place[:1]), np.asarray(place[1:]))
        exact = matrix_at(float(ra), float(dec))
        worst = max(worst, float(np.max(np.abs(patch.matrix(ra, dec) - exact)) / max(np.max(exact), 1e-300)))
    return worst
