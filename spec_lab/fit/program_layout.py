"""A set-up's data, arranged for the compiled functions: the layout of a program, and the block it is called with.

A `ProgramLayout` is the structure (hashable: shapes, offsets, statistics, curved ties): what a program is compiled for. A `Block`
is the content (arrays and models): what a program is called with. Channels are padded to the largest number that any choice of
energy windows can give, with weight zero in the padding, so that notice edits change content only.
"""

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from spec_lab.data import Data, DataUnit, SparseMatrix
from spec_lab.fit import sky
from spec_lab.fit.band_matrix import BandMatrix, choose_rows, make_bands
from spec_lab.fit.relations import Laws
from spec_lab.fit.setup import Setup
from spec_lab.fit.slots import DATA_PARAMETERS
from spec_lab.models import Grid, Model, Structure
from spec_lab.statistics import StatisticKind, resolve


class UnitLayout(NamedTuple):
    """Where one data unit sits: padded channels, photon bins in its pair's grid, its data slots, its statistic."""

    channels: int
    energies: tuple[int, int]
    slots: int
    statistic: int


class PairLayout(NamedTuple):
    """Where one pair sits: its model's structure, its slots, its units."""

    model: Structure
    slots: tuple[int, int]
    units: tuple[UnitLayout, ...]


class ProgramLayout(NamedTuple):
    """The structure a program is compiled for.

    Attributes:
        pairs: One entry a pair.
        statistics: The kinds of statistic in use; units of one kind are evaluated together.
        slots: Number of slots `p`.
        width: Padded number of free coordinates.
        curved: Ties that are part of the program: `(members, expression)` with roots for the sources.
        partition: Needed (and kept) only where there are curved ties.
        laws: The priors beyond the table.
    """

    pairs: tuple[PairLayout, ...]
    statistics: tuple[StatisticKind, ...]
    slots: int
    width: int
    curved: tuple[tuple[tuple[int, ...], str], ...]
    partition: tuple[int, ...]
    laws: Laws


class PairBlock(NamedTuple):
    """A pair's content: the integration grid, and one response matrix `f[c, e]` (in bands, or a `Sky`) a unit."""

    grid: Grid
    matrices: tuple[Float[Array, "c e"] | BandMatrix | sky.Sky, ...]


class StatBlock(NamedTuple):
    """The channels of all units of one statistic, padded and concatenated; `weight` is zero in the padding."""

    S: Float[Array, "c"]
    B: Float[Array, "c"]
    sigma_S: Float[Array, "c"]
    sigma_B: Float[Array, "c"]
    ts: Float[Array, "c"]
    tb: Float[Array, "c"]
    weight: Float[Array, "c"]


class Block(NamedTuple):
    """The content a program is called with."""

    pairs: tuple[PairBlock, ...]
    stats: tuple[StatBlock, ...]


def make_layout(setup: Setup) -> ProgramLayout:
    """The structure of a set-up."""
    kinds: list[StatisticKind] = []
    slots = setup.slots
    data_at, pairs = next((i for i, s in enumerate(slots) if s.owner == "data"), len(slots)), []
    for index, pair in enumerate(setup.pairs):
        model_at = next((i for i, s in enumerate(slots) if s.owner == "model" and s.pair == index), 0)
        places, _, _, _ = merged_energies(pair.data)
        units = []
        for unit, energies in zip(pair.data.units, places, strict=True):
            number = _enter(kinds, statistic_of(unit))
            units.append(UnitLayout(padded_channels(unit), energies, data_at, number))
            data_at += len(DATA_PARAMETERS)
        pairs.append(PairLayout(pair.model.structure, (model_at, model_at + pair.model.size), tuple(units)))
    return ProgramLayout(
        tuple(pairs), tuple(kinds), len(slots), _width(setup), *curved_part(setup), setup.relations.laws
    )


def curved_part(setup: Setup) -> tuple[tuple[tuple[tuple[int, ...], str], ...], tuple[int, ...]]:
    """What of a set-up's relations belongs to the structure: curved ties, and where there are any, the links."""
    curved = tuple((setup.group(root), text) for root, text in setup.relations.curved)
    return curved, (setup.partition if curved else ())


def _enter(kinds: list[StatisticKind], kind: StatisticKind) -> int:
    """The number of a unit's kernel: shared by units of one kind, a unit's own where it gives one number a unit."""
    same = [i for i, known in enumerate(kinds) if known.method == kind.method and not kind.summed]
    if same:
        return same[0]
    kinds.append(kind)
    return len(kinds) - 1


def statistic_of(unit: DataUnit) -> StatisticKind:
    """The statistic of a data unit."""
    return resolve(unit.stat, has_background=unit.channels().has_background)


def padded_channels(unit: DataUnit) -> int:
    """Channels after padding: room for every choice of energy windows."""
    return max(unit.max_groups, len(unit.channels().S))


def _width(setup: Setup) -> int:
    """Room for all that is free by default, positions that may be thawed, and one factor a unit; grows only beyond that."""
    usual = sum(not s.frozen for s in setup.slots) + sum(len(p.data.units) for p in setup.pairs)
    usual += sum(s.frozen and s.movable for s in setup.slots)
    needed = max(usual, len(setup.free), 1)
    return -(-needed // 4) * 4


def merged_energies(data: Data) -> tuple[list[tuple[int, int]], np.ndarray, np.ndarray, np.ndarray | None]:
    """One photon-energy grid for all units of a pair; units with equal bins (and time) share theirs.

    Returns:
        Each unit's (start, stop) in the grid, the lower and upper bin edges in keV, and the time of each bin (or None).
    """
    places: list[tuple[int, int]] = []
    kept: list[tuple[tuple[int, int], np.ndarray, np.ndarray, float | None]] = []
    at = 0
    for unit in data.units:
        low, high = unit.energies
        same = next(
            (k for k in kept if k[3] == unit.time and np.array_equal(k[1], low) and np.array_equal(k[2], high)), None
        )
        if same is None:
            same = ((at, at + len(low)), low, high, unit.time)
            kept.append(same)
            at += len(low)
        places.append(same[0])
    low = np.concatenate([k[1] for k in kept])
    high = np.concatenate([k[2] for k in kept])
    if all(k[3] is None for k in kept):
        return places, low, high, None
    times = np.concatenate([np.full(len(k[1]), np.nan if k[3] is None else float(k[3])) for k in kept])
    return places, low, high, times


def make_block(setup: Setup, layout: ProgramLayout) -> Block:
    """The content of a set-up, on the device. Pieces that an edit did not touch are taken from a small cache."""
    found = {(p.pair, p.unit): p for p in sky.positions(setup)}
    pairs = tuple(
        _pair_block(pair, where, setup.rule, [found.get((i, j)) for j in range(len(where.units))])
        for i, (pair, where) in enumerate(zip(setup.pairs, layout.pairs, strict=True))
    )
    units = [
        (unit, where)
        for pair, place in zip(setup.pairs, layout.pairs, strict=True)
        for unit, where in zip(pair.data.units, place.units, strict=True)
    ]
    stats = []
    for number in range(len(layout.statistics)):
        columns = [_channel_columns(unit, where.channels) for unit, where in units if where.statistic == number]
        stats.append(StatBlock(*(jax.device_put(np.concatenate(c)) for c in zip(*columns, strict=True))))
    return Block(pairs, tuple(stats))


def _pair_block(pair: Any, where: PairLayout, rule: str, positions: list[sky.Position | None]) -> PairBlock:
    grid = _grid(pair.data, pair.model, rule)
    units = zip(pair.data.units, where.units, positions, strict=True)
    return PairBlock(grid, tuple(_response(unit, u.channels, position) for unit, u, position in units))


def _response(unit: Any, channels: int, position: sky.Position | None) -> Any:
    if position is None:
        return _matrix(unit, channels)
    held = _matrix(unit, channels) if position.place is None else _held(unit, channels, *position.place)
    if not position.tabulated:
        return held
    return sky.make_sky(position.free, held, *_table(unit, channels))


class _Cache:
    """The last few results by the identity of arguments, which are held so that their ids stay their own."""

    def __init__(self, make: Any, size: int = 16):
        self.make, self.size = make, size
        self.entries: dict[Any, tuple[Any, Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        key = tuple(a if isinstance(a, (int, float, str)) else id(a) for a in arguments)
        if key not in self.entries:
            if len(self.entries) >= self.size:
                self.entries.pop(next(iter(self.entries)))
            self.entries[key] = (arguments, self.make(*arguments))
        return self.entries[key][1]


def _make_grid(data: Data, model: Model, rule: str) -> Any:
    _, low, high, times = merged_energies(data)
    return jax.device_put(model.prepare(Grid.make(low, high, rule=rule, T=times)))


def _make_matrix(unit: Any, channels: int) -> Any:
    matrix = unit.channels().matrix
    if isinstance(matrix, SparseMatrix):
        whole = unit.all_channels()
        return choose_rows(_bands(whole.matrix), np.flatnonzero(whole.used), channels)
    padded = np.zeros((channels, matrix.shape[1]))
    padded[: len(matrix)] = matrix
    return jax.device_put(padded)


_grid = _Cache(_make_grid)
_matrix = _Cache(_make_matrix)
_bands = _Cache(make_bands)
_held = _Cache(sky.held_matrix)
_table = _Cache(sky.table_of)


def _channel_columns(unit: Any, channels: int) -> list[np.ndarray]:
    c = unit.channels()
    n = len(c.S)

    def padded(values: Any, filler: float) -> np.ndarray:
        out = np.full(channels, filler)
        out[:n] = values
        return out

    fillers = {"S": 0.0, "B": 0.0, "sigma_S": 0.0, "sigma_B": 0.0, "ts": c.ts[0], "tb": c.tb[0]}
    columns = [padded(getattr(c, name), filler) for name, filler in fillers.items()]
    return [*columns, padded(np.full(n, float(unit.weight)), 0.0)]
