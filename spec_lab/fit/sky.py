"""Source positions in a fit: which are free, and how a compiled function folds through a response that depends on them.

A position is *held* while neither ra nor dec can move; then the generator's own matrix is content of the compiled functions,
as every other matrix is. Once a table of directions exists (made the first time a position is free), the content is a `Sky`:
the held matrix and the table side by side, with a flag that says which is meant. So freezing and thawing change numbers, not
programs. Units without such a response have a plain matrix and pay nothing.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from spec_lab._base import DataError, ParameterError
from spec_lab.data import Response, SplineChart, direction_weights, grouped_columns
from spec_lab.fit import ties
from spec_lab.fit.band_matrix import BandMatrix
from spec_lab.fit.setup import Setup
from spec_lab.fit.slots import DATA_PARAMETERS

RF, RA, DEC = (DATA_PARAMETERS.index(name) for name in ("rf", "ra", "dec"))


class Sky(NamedTuple):
    """What a unit folds through where its response depends on the source's position.

    Attributes:
        held: `f[c, e]`, the matrix at a held position.
        place: `f[18]`, whether the position is free (so that the table is meant and not `held`) and where the table lies; one
            vector, because each array handed to a compiled function costs time.
        coefficients: `f[x, y, r]`, of the table's splines.
        basis: `f[r, c, e]`, what the table's amplitudes multiply.
    """

    held: Float[Array, "c e"]
    place: Float[Array, "18"]
    coefficients: Float[Array, "x y r"]
    basis: Float[Array, "r c e"]

    @property
    def free(self) -> Bool[Array, ""]:
        """Whether the position can move."""
        return self.place[0] > 0.5

    @property
    def chart(self) -> SplineChart:
        """Where the table lies."""
        start, step, low, high = (self.place[i : i + 2] for i in range(10, 18, 2))
        return SplineChart(self.place[1:10].reshape(3, 3), start, step, low, high, self.coefficients)


Matrix = Float[Array, "c e"] | BandMatrix | Sky  # what photons are folded through


def make_sky(free: bool, held: Float[Array, "c e"], chart: SplineChart, basis: Float[Array, "r c e"]) -> Sky:
    """A `Sky` on the device; of the chart only the coefficients are there already."""
    place = np.concatenate([[float(free)], *(np.ravel(a) for a in chart[:5])])
    return Sky(held, jax.device_put(place), jnp.asarray(chart.coefficients), basis)


def fold(response: Matrix, theta: Float[Array, "p"], slots: int, photons: Float[Array, "e"]) -> Float[Array, "c"]:
    """Rates `f[c]` of photons `f[e]` through a matrix or a `Sky`; `slots` is where the unit's data parameters start."""
    if isinstance(response, BandMatrix):
        return response.fold(photons)
    if not isinstance(response, Sky):
        return response @ photons

    weights, _ = direction_weights(response.chart, theta[slots + RA], theta[slots + DEC], jnp)
    moved = weights @ (response.basis @ photons)
    # A response is nowhere negative, though a spline between its values may be.
    moved = jnp.where((moved < 0) & jnp.all(photons >= 0), 0.0, moved)
    # Both are computed: the derivative of a `lax.cond` copies what its branches read, which costs more than a few products.
    return jnp.where(response.free, moved, response.held @ photons)


def astray(response: Sky, theta: Float[Array, "p"], slots: int) -> Bool[Array, ""]:
    """Whether the position of a `Sky` is free and outside its table."""
    _, inside = direction_weights(response.chart, theta[slots + RA], theta[slots + DEC], jnp)
    return response.free & ~inside


class Position(NamedTuple):
    """The position of one unit in a set-up: what decides its content.

    Attributes:
        pair: Number of the pair, from 0.
        unit: Number of the unit in it.
        free: Whether ra or dec can move.
        place: (ra, dec), deg, where they are held.
        tabulated: Whether there is a table.
    """

    pair: int
    unit: int
    free: bool
    place: tuple[float, float] | None
    tabulated: bool


def positions(setup: Setup) -> tuple[Position, ...]:
    """The units whose response depends on the position; tables that are needed are made here.

    Raises:
        ParameterError: A position is free that cannot be, or held where the response is not known.
    """
    made = []
    for i, j, unit, index in _places(setup):
        free, place = _checked(setup, unit, index)
        if free:
            unit.position.tabulate()
        made.append(Position(i, j, free, None if free else place, unit.position.tabulated))
    return tuple(made)


def check(setup: Setup) -> Setup:
    """The set-up, if all its positions can be computed. Makes no table.

    Raises:
        ParameterError: A position is free that cannot be, or held where the response is not known.
    """
    for _, _, unit, index in _places(setup):
        _checked(setup, unit, index)
    return setup


def idle(setup: Setup) -> set[int]:
    """The slots of positions on which no response depends."""
    return {i for i, s in enumerate(setup.slots) if s.owner == "data" and s.name in ("ra", "dec") and not s.movable}


def hold_idle(setup: Setup) -> Setup:
    """The set-up with every group frozen that holds nothing but positions on which no response depends.

    Such a position can be free in a group with other parameters; alone it would be a coordinate that moves nothing.
    """
    positions = idle(setup)
    groups = [group for group in setup.relations.groups.values() if positions.issuperset(group)]
    loose = {i for group in groups for i in group if not setup.frozen[i]}
    return setup.edited(frozen=tuple(f or i in loose for i, f in enumerate(setup.frozen))) if loose else setup


def _places(setup: Setup) -> list[tuple[int, int, Any, int]]:
    """Pair, number, unit, and the index of its first data slot, of each unit whose response depends on the position."""
    return [(i, j, setup.pairs[i].data.units[j], at - RA) for i, j, at in setup.directions]


def _checked(setup: Setup, unit: Any, index: int) -> tuple[bool, tuple[float, float]]:
    """Whether the position is free, and its present values."""
    ra, dec = float(setup.values[index + RA]), float(setup.values[index + DEC])
    free = moves(setup, index + RA) or moves(setup, index + DEC)
    owner = f"the source position of {setup.slots[index].component}"
    if not free and not unit.position.reaches(ra, dec):
        hint = "A saved fit knows its table and the last places it was at; others need the generator again."
        got, allowed = f"ra {ra:g}, dec {dec:g}", "dec from -90 to 90"
        raise ParameterError(f"no response is known for {owner}", got=got, allowed=allowed, hint=hint)
    if free and not unit.position.movable:
        hint = "The saved fit has no table of directions; give the response its generator again."
        raise ParameterError(f"{owner} cannot be free", hint=hint)
    if free and getattr(unit.grpg, "method", None) == "optimal":
        hint = "Optimal groups follow the resolution at one place. Hold the position, or group by thresholds."
        raise ParameterError(f"{owner} cannot be free: its unit is grouped optimally", hint=hint)
    return free, (ra, dec)


def moves(setup: Setup, index: int) -> bool:
    """Whether a slot's value depends on the free parameters."""
    root = setup.root(index)
    if root in setup.tied:
        return any(moves(setup, source - 1) for source in ties.sources(setup.tied[root]))
    return not setup.frozen[root]


def response_in_use(setup: Setup, position: Position) -> Response:
    """The plain response that the compiled functions use at the set-up's values."""
    where = setup.pairs[position.pair].data.units[position.unit].position
    assert where is not None  # there is a `Position` only for such units
    if position.place is not None:
        return where.at(*position.place)
    index = next(at for i, j, _, at in _places(setup) if (i, j) == (position.pair, position.unit))
    return where.interpolated(float(setup.values[index + RA]), float(setup.values[index + DEC]))


def held_matrix(unit: Any, channels: int, ra: float, dec: float) -> Float[Array, "c e"]:
    """`f[c, e]`, the matrix at a place, padded to `channels` rows, on the device.

    Raises:
        ParameterError: The generator failed there.
    """
    try:
        matrix = unit.channels(response=unit.position.at(ra, dec)).matrix
    except DataError as error:
        raise ParameterError(str(error)) from error
    return jax.device_put(_padded(matrix[None], channels)[0])


def table_of(unit: Any, channels: int) -> tuple[SplineChart, Float[Array, "r c e"]]:
    """SplineChart and basis `f[r, c, e]` of a unit's table, on the device."""
    patch, c = unit.position.tabulate(), unit.channels()
    basis = np.stack([grouped_columns(one, c.first, c.last) for one in patch.basis])
    chart = patch.chart._replace(coefficients=jax.device_put(patch.chart.coefficients))
    return chart, jax.device_put(_padded(basis, channels))


def _padded(matrices: np.ndarray, channels: int) -> np.ndarray:
    out = np.zeros((len(matrices), channels, matrices.shape[2]))
    out[:, : matrices.shape[1]] = matrices
    return out
