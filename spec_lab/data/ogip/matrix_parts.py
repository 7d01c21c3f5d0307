"""Several MATRIX extensions in one file: parts of one response that add up, or alternatives of which one is meant.

Since 2020 CAL/GEN/92-002 lets a redistribution be split: a sharp core on fine photon bins, broad tails on bins that are unions of
those (XRISM Resolve). RSP2 files (Fermi GBM) look alike but hold one response for each stretch of time. Parts are summed only
where nothing marks them as alternatives and the content itself shows that they belong together; in doubt the user is asked.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from spec_lab._base import DataError
from spec_lab.data.ogip.fits_tables import TableHDU
from spec_lab.data.sparse_matrix import SparseMatrix

_NUMBERED = ("RSP_NUM", "DRM_NUM", "NUM_RSP")  # one response of several
# what tells one response of several from another begins so: times, directions, regions, states of the detector
_TELLING = ("TSTART", "TSTOP", "DATE", "TIME", "ANG", "THETA", "PHI", "RA", "DEC", "AZ", "ZEN", "EL_", "OBS")
_TELLING += ("REGION", "GRADE", "TEMP")
_INCIDENTAL = ("DATE", "CREATOR", "DATASUM", "CHECKSUM")
_OVER_ONE = 1.02  # a row of a redistribution sums to 1 at most


class Part(NamedTuple):
    """One matrix: photon edges [e] in keV, ascending, and values [e, ch]."""

    elo: np.ndarray
    ehi: np.ndarray
    matrix: np.ndarray | SparseMatrix


def are_alternatives(tables: list[TableHDU]) -> bool:
    """Whether the headers mark the matrices as responses of different times, directions or numbers."""
    for key in _NUMBERED:
        if any((table.number(key) or 0) > 1 for table in tables):
            return True
    keys = {key for table in tables for key in table.header if key not in _INCIDENTAL and key.startswith(_TELLING)}
    keys |= {key for table in tables for key in table.header if key.endswith(("_ANG", "ANGLE")) or key == "HDUCLAS3"}
    return any(len({str(table.keyword(key, "")).strip() for table in tables}) > 1 for key in keys)


def add_up(parts: list[Part], redistribution: bool) -> bool:
    """Whether matrices can only be parts of one: coarse bins that are unions of fine ones, or probabilities below 1 together."""
    base = _finest(parts)
    others = [part for part in parts if part is not base]
    if any(part.elo.size < base.elo.size for part in others):
        return all(_is_union(part, base) for part in others)
    together = summed(parts) if all(_is_union(part, base) for part in others) else None
    return redistribution and together is not None and float(together.matrix.sum(axis=1).max()) <= _OVER_ONE


def summed(parts: list[Part]) -> Part:
    """The sum on the finest photon bins; a coarse bin holds for each fine one inside it.

    Raises:
        DataError: The bins of one are no unions of those of another.
    """
    base = _finest(parts)
    total = base.matrix if isinstance(base.matrix, SparseMatrix) else np.array(base.matrix)
    middle = (base.elo + base.ehi) / 2
    for part in parts:
        if part is base:
            continue
        if not _is_union(part, base):
            got = f"{part.elo.size} and {base.elo.size} bins"
            raise DataError("the photon bins of the matrices do not fit each other, so they cannot be summed", got=got)
        row = np.searchsorted(part.elo, middle, side="right") - 1
        inside = (row >= 0) & (middle < part.ehi[row])
        total = _added(total, inside, part.matrix, row)
    return Part(base.elo, base.ehi, total)


def _added(
    total: np.ndarray | SparseMatrix, inside: np.ndarray, matrix: np.ndarray | SparseMatrix, row: np.ndarray
) -> np.ndarray | SparseMatrix:
    """The rows of a coarse matrix added where its bins hold fine ones; without its zeros as soon as one of the two is."""
    if not isinstance(total, SparseMatrix) and not isinstance(matrix, SparseMatrix):
        total[inside] += matrix[row[inside]]
        return total
    one, other = (m.scipy if isinstance(m, SparseMatrix) else csr_array(m) for m in (total, matrix))
    spread = csr_array(
        (inside.astype(float), (np.arange(row.size), np.where(inside, row, 0))), shape=(row.size, matrix.shape[0])
    )
    return SparseMatrix.of(csr_array(one + spread @ other))


def _finest(parts: list[Part]) -> Part:
    return max(parts, key=lambda part: part.elo.size)


def _is_union(part: Part, base: Part) -> bool:
    """Whether every edge of a part is an edge of the base, as far as float32 goes."""
    edges = np.append(base.elo, base.ehi[-1])
    own = np.append(part.elo, part.ehi[-1])
    near = np.clip(np.searchsorted(edges, own), 1, edges.size - 1)
    distance = np.minimum(np.abs(edges[near] - own), np.abs(edges[near - 1] - own))
    return bool(np.all(distance <= 1e-3 * (base.ehi - base.elo).min() + 1e-6 * own))
