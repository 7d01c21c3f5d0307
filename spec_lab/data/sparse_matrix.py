"""Response matrices that hold their non-zeros only: those of microcalorimeters, dense, would fill gigabytes with zeros.

A `SparseMatrix` holds the rows one after the other (compressed sparse rows, as scipy's `csr_array`, which does the arithmetic).
Dense matrices stay numpy arrays; `is_worthwhile` decides which form a matrix takes, and the functions below take either, so that
grouping, masking and writing need not ask. How a compiled function folds through one is in `spec_lab.fit.band_matrix`.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from spec_lab._base import DataError
from spec_lab.tree import Struct, field

LARGE = 2.0e8
"""Bytes from which on a dense matrix is large: 5000 x 5000."""
FULL = 0.2
"""Share of non-zeros above which a large matrix stays dense."""
MOST = 8.0e9
"""Bytes that a matrix may take, in whatever form."""


def is_worthwhile(rows: int, columns: int, filled: int) -> bool:
    """Whether a matrix with `filled` non-zeros is held without its zeros."""
    return 8.0 * rows * columns > LARGE and filled < FULL * rows * columns


class SparseMatrix(Struct):
    """A matrix by its non-zeros, row by row; arithmetic gives numpy arrays.

    Args:
        values: `f[k]`, the non-zeros.
        columns: `i[k]`, the column of each.
        starts: `i[r+1]`, where each row begins in the two.
        width: Number of columns.

    Examples:
        >>> import numpy as np
        >>> matrix = SparseMatrix(np.array([2.0, 3.0]), np.array([0, 2]), np.array([0, 1, 2]), 3)
        >>> np.ones(2) @ matrix, matrix @ np.ones(3)
        (array([2., 0., 3.]), array([2., 3.]))
    """

    values: Float[np.ndarray, "k"] = field()
    columns: Int[np.ndarray, "k"] = field()
    starts: Int[np.ndarray, "r+1"] = field()
    width: int = field(static=True)

    __array_ufunc__ = None  # `array @ matrix` is asked of the matrix

    def __post_init__(self) -> None:
        starts, columns = np.asarray(self.starts), np.asarray(self.columns)
        fits = (
            starts.ndim == 1 and starts.size and starts[0] == 0 and starts[-1] == columns.size == np.size(self.values)
        )
        if (
            not fits
            or np.any(np.diff(starts) < 0)
            or (columns.size and not 0 <= columns.min() <= columns.max() < self.width)
        ):
            raise DataError(
                "a sparse matrix does not fit its own index", allowed="rows one after the other, columns inside"
            )

    @classmethod
    def of(cls, matrix: csr_array) -> "SparseMatrix":
        """A scipy array in this form; what stands twice is added up."""
        matrix.sum_duplicates()
        _, width = cast(tuple[int, int], matrix.shape)
        return cls(np.asarray(matrix.data, dtype=np.float64), matrix.indices, matrix.indptr, int(width))

    @cached_property
    def scipy(self) -> csr_array:
        """The same as scipy's `csr_array`, over the same memory."""
        return csr_array((self.values, self.columns, self.starts), shape=self.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.starts) - 1, self.width

    @property
    def ndim(self) -> int:
        """2."""
        return 2

    @property
    def T(self) -> "SparseMatrix":
        """The transposed matrix."""
        return SparseMatrix.of(csr_array(self.scipy.T))

    def sum(self, axis: int | None = None) -> Any:
        """Sum of all, or along an axis as an array."""
        return self.scipy.sum(axis=axis)

    def max(self) -> float:
        """The largest value."""
        return float(self.scipy.max())

    def __matmul__(self, other: np.ndarray) -> np.ndarray:
        return self.scipy @ np.asarray(other)

    def __rmatmul__(self, other: np.ndarray) -> np.ndarray:
        return np.asarray(other) @ self.scipy

    def __mul__(self, factor: float) -> "SparseMatrix":
        return self.replace(values=self.values * float(factor))

    __rmul__ = __mul__

    def __getitem__(self, key: Any) -> Any:
        """Rows by a mask, numbers or a slice, as a matrix; one row as a dense array; `[rows, columns]` likewise."""
        if isinstance(key, int | np.integer):
            row = np.zeros(self.width)
            within = slice(self.starts[key], self.starts[key + 1])
            row[self.columns[within]] = self.values[within]
            return row
        part = self.scipy[key]
        return SparseMatrix.of(csr_array(part)) if getattr(part, "ndim", 0) == 2 else part

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Float[np.ndarray, "c"]]:
        return (self[i] for i in range(len(self)))

    def toarray(self) -> Float[np.ndarray, "r c"]:
        """The matrix with its zeros.

        Raises:
            DataError: It would not fit.
        """
        size = 8.0 * self.shape[0] * self.width
        if size > MOST:
            got = f"{self.shape[0]} x {self.width} = {size / 1e9:.0f} GB"
            raise DataError("the response is too large to be written out with its zeros", got=got, hint="Use its rows.")
        return self.scipy.toarray()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.toarray() if dtype is None else self.toarray().astype(dtype)

    def __repr__(self) -> str:
        return f"<SparseMatrix {self.shape[0]} x {self.width}, {self.values.size} non-zeros>"


def scaled_rows(matrix: np.ndarray | SparseMatrix, factor: Float[np.ndarray, "r"]) -> Any:
    """Each row times its factor, such as an effective area."""
    if isinstance(matrix, SparseMatrix):
        return matrix.replace(values=matrix.values * np.repeat(factor, np.diff(matrix.starts)))
    return matrix * factor[:, None]


def only_columns(matrix: np.ndarray | SparseMatrix, keep: np.ndarray) -> Any:
    """The matrix with zeros in the columns where `keep` is False."""
    if isinstance(matrix, SparseMatrix):
        return matrix.replace(values=np.where(keep[matrix.columns], matrix.values, 0.0))
    return np.where(keep, matrix, 0.0)


def summed_columns(matrix: SparseMatrix, first: Int[np.ndarray, "c"], last: Int[np.ndarray, "c"]) -> SparseMatrix:
    """`[c, r]`: for each group the columns from `first` to `last` added up."""
    lengths = last - first + 1
    columns = np.repeat(first - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
    starts = np.concatenate([[0], np.cumsum(lengths)])
    groups = csr_array((np.ones(columns.size), columns, starts), shape=(first.size, matrix.width))
    return SparseMatrix.of(csr_array(groups @ csr_array(matrix.scipy.T)))
