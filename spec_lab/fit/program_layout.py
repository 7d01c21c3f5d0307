"""A set-up's data, arranged for the compiled functions: the layout of a program, and the block it is called with.

A `ProgramLayout` is the structure (hashable: shapes, offsets, statistics, curved ties): what a program is compiled for. A `Block`
is the content (arrays and models): what a program is called with. Channels are padded to the largest number that any choice of
energy windows can give, with weight zero in the padding, so that notice edits change content only.

Pairs that follow one another and have one shape (model, photon bins, statistics) are a *stack*: their matrices lie in one array,
and the program goes through them in a loop, so that it does not grow with their number.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from spec_lab.data import Data, DataUnit, SparseMatrix
from spec_lab.fit import sky
from spec_lab.fit.band_matrix import BandMatrix, choose_rows, make_bands
from spec_lab.fit.pairs import PairSpec
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
        stacks: How many pairs that follow one another have one shape, from the first on.
        statistics: The kinds of statistic in use; units of one kind are evaluated together.
        slots: Number of slots `p`.
        width: Padded number of free coordinates.
        curved: Ties that are part of the program: `(members, expression)` with roots for the sources.
        partition: Needed (and kept) only where there are curved ties.
        laws: The priors beyond the table.
    """

    pairs: tuple[PairLayout, ...]
    stacks: tuple[int, ...]
    statistics: tuple[StatisticKind, ...]
    slots: int
    width: int
    curved: tuple[tuple[tuple[int, ...], str], ...]
    partition: tuple[int, ...]
    laws: Laws


class PairBlock(NamedTuple):
    """The content of a stack: the integration grid, and one response matrix `f[c, e]` (in bands, or a `Sky`) a unit.

    In a stack of several pairs the grid is that of each, and a matrix is `f[k, c, e]`.
    """

    grid: Grid
    matrices: tuple[Float[Array, "*k c e"] | BandMatrix | sky.Sky, ...]


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
    """The content a program is called with: `pairs` has one entry a stack."""

    pairs: tuple[PairBlock, ...]
    stats: tuple[StatBlock, ...]


MergedEnergies = tuple[list[tuple[int, int]], np.ndarray, np.ndarray, np.ndarray | None]
LONG_ENOUGH = 3
"""From how many pairs of one shape on a loop over them pays: two are faster written out."""


def make_layout(setup: Setup) -> ProgramLayout:
    """The structure of a set-up."""
    kinds: list[StatisticKind] = []
    slots = setup.slots
    data_at, pairs = next((i for i, s in enumerate(slots) if s.owner == "data"), len(slots)), []
    energies = [merged_energies(pair.data) for pair in setup.pairs]
    for index, (pair, (places, *_)) in enumerate(zip(setup.pairs, energies, strict=True)):
        model_at = next((i for i, s in enumerate(slots) if s.owner == "model" and s.pair == index), 0)
        units = []
        for unit, place in zip(pair.data.units, places, strict=True):
            number = _enter(kinds, statistic_of(unit))
            units.append(UnitLayout(padded_channels(unit), place, data_at, number))
            data_at += len(DATA_PARAMETERS)
        pairs.append(PairLayout(pair.model.structure, (model_at, model_at + pair.model.size), tuple(units)))
    stacks = _stacks(setup.pairs, pairs, energies)
    return ProgramLayout(
        _evenly_padded(pairs, stacks), stacks, tuple(kinds), len(slots), _width(setup), *curved_part(setup),
        setup.relations.laws,
    )  # fmt: skip


def _stacks(pairs: Sequence[PairSpec], places: list[PairLayout], energies: list[MergedEnergies]) -> tuple[int, ...]:
    """How many pairs that follow one another have one shape; stacks that are too short for a loop are written out."""
    counts: list[int] = []
    for i, pair in enumerate(pairs):
        alike = i > 0 and _stackable(pair) and _stackable(pairs[i - 1]) and _same_shape(places, energies, i - 1, i)
        if alike:
            counts[-1] += 1
        else:
            counts.append(1)
    return tuple(n for count in counts for n in ((count,) if count >= LONG_ENOUGH else (1,) * count))


def _stackable(pair: PairSpec) -> bool:
    """Whether the pair's matrices are plain arrays, and its statistics go channel by channel."""
    plain = (u.position is None and not isinstance(u.channels().matrix, SparseMatrix) for u in pair.data.units)
    return all(plain) and not any(statistic_of(u).summed for u in pair.data.units)


def _same_shape(places: list[PairLayout], energies: list[MergedEnergies], i: int, j: int) -> bool:
    """Whether two pairs differ in numbers only: parameters, counts, and entries of their matrices."""
    mine, other = places[i], places[j]
    if mine.model is not other.model or [u.statistic for u in mine.units] != [u.statistic for u in other.units]:
        return False
    (here, *bins), (there, *others) = energies[i], energies[j]
    return here == there and all(
        a is b or (a is not None and b is not None and np.array_equal(a, b, equal_nan=True))
        for a, b in zip(bins, others, strict=True)
    )


def _evenly_padded(pairs: list[PairLayout], stacks: tuple[int, ...]) -> tuple[PairLayout, ...]:
    """The pairs, those of a stack with equal numbers of channels."""
    out: list[PairLayout] = []
    for count in stacks:
        stack = pairs[len(out) : len(out) + count]
        most = [max(u.channels for u in same) for same in zip(*(pair.units for pair in stack), strict=True)]
        out += [
            pair._replace(units=tuple(u._replace(channels=n) for u, n in zip(pair.units, most, strict=True)))
            for pair in stack
        ]
    return tuple(out)


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


def merged_energies(data: Data) -> MergedEnergies:
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
    blocks, at = [], 0
    for count in layout.stacks:
        pair, where = setup.pairs[at], layout.pairs[at]
        if count == 1:
            positions = [found.get((at, j)) for j in range(len(where.units))]
            blocks.append(_pair_block(pair, where, setup.rule, positions))
        else:
            rows = zip(*(p.data.units for p in setup.pairs[at : at + count]), strict=True)
            matrices = tuple(_stacked(u.channels, *units) for u, units in zip(where.units, rows, strict=True))
            blocks.append(PairBlock(_grid(pair.data, pair.model, setup.rule), matrices))
        at += count
    units = [
        (unit, where)
        for pair, place in zip(setup.pairs, layout.pairs, strict=True)
        for unit, where in zip(pair.data.units, place.units, strict=True)
    ]
    stats = []
    for number in range(len(layout.statistics)):
        columns = [_channel_columns(unit, where.channels) for unit, where in units if where.statistic == number]
        stats.append(StatBlock(*(jax.device_put(np.concatenate(c)) for c in zip(*columns, strict=True))))
    return Block(tuple(blocks), tuple(stats))


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
    return jax.device_put(_padded(channels, unit)[0])


def _make_stacked(channels: int, *units: Any) -> Any:
    return jax.device_put(_padded(channels, *units))


def _padded(channels: int, *units: Any) -> Float[np.ndarray, "k c e"]:
    matrices = [unit.channels().matrix for unit in units]
    padded = np.zeros((len(units), channels, matrices[0].shape[1]))
    for row, matrix in zip(padded, matrices, strict=True):
        row[: len(matrix)] = matrix
    return padded


_grid = _Cache(_make_grid)
_matrix = _Cache(_make_matrix)
_stacked = _Cache(_make_stacked, size=4)
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
