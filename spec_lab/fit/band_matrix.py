"""Folding through a matrix of few non-zeros inside a compiled function: blocks of channels, each with its window of energies.

Neighbouring channels see neighbouring energies. So the channels are cut into blocks of 16, the photons that a block sees are one
window of the photon bins, and the block is a small dense matrix: one gather and one product fold all of them, vectorised and as
cheap to differentiate. What lies outside the windows (escape peaks, tails) is a list of single values beside them.
"""

from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from spec_lab.data import SparseMatrix

BLOCK = 16
"""Channels in a block: with 32 the windows are wider and a fold half as fast again, with 256 five times as slow."""


class BandMatrix(NamedTuple):
    """A matrix `f[c, e]` on the device: some rows of a larger one `f[g, e]`, which no choice of energy windows changes.

    Attributes:
        values: `f[b, k, w]`, the block's rows by the energies of its window.
        starts: `i[b]`, the first photon bin of each window.
        rest: `f[r]`, what lies outside the windows.
        rest_rows: `i[r]`, ascending.
        rest_energies: `i[r]`.
        chosen: `i[c]`, the rows that are folded to; a number behind the last for padding.
    """

    values: Float[Array, "b k w"]
    starts: Int[Array, "b"]
    rest: Float[Array, "r"]
    rest_rows: Int[Array, "r"]
    rest_energies: Int[Array, "r"]
    chosen: Int[Array, "c"]

    def fold(self, photons: Float[Array, "e"]) -> Float[Array, "c"]:
        """Rates of photons through the matrix."""
        blocks, rows, width = self.values.shape
        padded = jnp.concatenate([photons, jnp.zeros(width, photons.dtype)])
        windows = padded[self.starts[:, None] + np.arange(width)]
        rates = jnp.einsum("bkw,bw->bk", self.values, windows).reshape(-1)
        if self.rest.shape[0]:
            single = self.rest * photons[self.rest_energies]
            rates += jax.ops.segment_sum(single, self.rest_rows, blocks * rows, indices_are_sorted=True)
        return rates.at[self.chosen].get(mode="fill", fill_value=0.0)


def make_bands(matrix: SparseMatrix) -> BandMatrix:
    """All rows of a sparse matrix `[g, e]` in blocks, on the device; `chosen` is empty."""
    blocks = -(-len(matrix) // BLOCK)
    row = np.repeat(np.arange(len(matrix)), np.diff(matrix.starts))
    block, column = row // BLOCK, matrix.columns.astype(np.int64)
    starts, width = _windows(block, column, matrix.values, blocks)
    place = column - starts[block]
    inside = (place >= 0) & (place < width)
    values = np.zeros((blocks, BLOCK, width))
    values[block[inside], row[inside] % BLOCK, place[inside]] = matrix.values[inside]
    rest = (matrix.values[~inside], row[~inside], column[~inside])
    return BandMatrix(*(jax.device_put(a) for a in (values, starts, *rest, np.zeros(0, int))))


def choose_rows(bands: BandMatrix, chosen: Int[np.ndarray, "c"], channels: int) -> BandMatrix:
    """The same matrix, folding to the rows `chosen`, padded to `channels`."""
    blocks, rows, _ = bands.values.shape
    padded = np.full(channels, blocks * rows)
    padded[: len(chosen)] = chosen
    return bands._replace(chosen=jax.device_put(padded))


def _windows(
    block: Int[np.ndarray, "k"], column: Int[np.ndarray, "k"], values: Float[np.ndarray, "k"], blocks: int
) -> tuple[Int[np.ndarray, "b"], int]:
    """The first photon bin of each block's window, and the width of all: the cheapest of a few widths.

    A value in a window costs one product, whether it is zero or not; one outside about eight.
    """
    order = np.lexsort((column, block))
    block, column = block[order], column[order]
    edges = np.searchsorted(block, np.arange(blocks + 1))
    parts = [column[low:high] for low, high in pairwise(edges)]
    best: tuple[float, np.ndarray, int] | None = None
    spans = [int(part[-1] - part[0]) + 1 for part in parts if part.size] or [1]
    usual = {16, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256}
    for width in sorted({int(np.quantile(spans, q)) for q in (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)} | usual):
        width = -(-width // 8) * 8
        found = [_best_window(part, width) for part in parts]
        covered = sum(count for _, count in found)
        cost = float(blocks * BLOCK * width + 8 * (column.size - covered))
        if best is None or cost < best[0]:
            best = cost, np.array([start for start, _ in found], dtype=np.int64), width
    assert best is not None
    return best[1], best[2]


def _best_window(columns: Int[np.ndarray, "k"], width: int) -> tuple[int, int]:
    """Where a window of `width` bins holds most of ascending columns, and how many."""
    if not columns.size:
        return 0, 0
    held = np.searchsorted(columns, columns + width) - np.arange(columns.size)
    at = int(np.argmax(held))
    return int(columns[at]), int(held[at])
