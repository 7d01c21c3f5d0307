"""Constants that depend on the precision of the numbers they meet.

JAX computes in double precision unless a person insists on single (`JAX_ENABLE_X64=0`), which ends at 3e38 and has 7 digits: what
stands for "huge", "tiny" or "converged" in one is infinite, zero or out of reach in the other. Such a constant is written down
for both, and whoever uses it takes the one for the array at hand.
"""

from typing import Any, NamedTuple, Protocol


class _Sized(Protocol):
    """A dtype of NumPy or JAX."""

    @property
    def itemsize(self) -> int: ...


class ByPrecision(NamedTuple):
    """One constant for double precision, one for single.

    >>> import numpy as np
    >>> huge = ByPrecision(double=1e140, single=1e15)
    >>> huge.of(np.dtype("float32")), huge.of(np.dtype("float64"))
    (1e+15, 1e+140)
    """

    double: float
    single: float

    def of(self, dtype: _Sized) -> float:
        """The constant for numbers of a floating `dtype`."""
        return self.double if dtype.itemsize >= 8 else self.single


def decimal(number: Any) -> float:
    """One number as it was written: of single precision the shortest decimal that it stands for, -1.1 and not -1.100000023841858.

    >>> import numpy as np
    >>> float(np.float32(-1.1)), decimal(np.float32(-1.1))
    (-1.100000023841858, -1.1)
    """
    import numpy as np  # on use: `import spec_lab` stays light

    held = np.asarray(number)
    return float(str(held[()])) if held.dtype == np.float32 else float(held)
