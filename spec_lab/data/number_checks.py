"""Numbers as files and people give them: what counts as one, and the words for what does not.

Used wherever values come in: headers and columns (`ogip`), text (`textfile`), and the arguments of
`Spectrum`, `Response`, `fakeit`, `pgsig`.
"""

from typing import Any

import numpy as np
from jaxtyping import Int

from spec_lab._base import DataError
from spec_lab.data.annotations import GivenNumber, GivenNumbers, Numbers


def as_numbers(values: GivenNumbers, where: str) -> Numbers:
    """Values as a float64 array. Strings that spell numbers pass, None is NaN; truth values,
    complex numbers and dates are refused.

    Raises:
        DataError: Anything else, named `where`.
    """
    try:
        raw = np.asarray(values)
        if raw.dtype.kind in "bcVmM":
            raise TypeError("no real numbers")
        return np.ascontiguousarray(raw, dtype=np.float64).reshape(raw.shape)
    except (TypeError, ValueError, OverflowError) as error:
        got = values.ravel()[:3].tolist() if isinstance(values, np.ndarray) else values
        raise DataError(f"{where} must be numbers", got=got) from error


def as_number(value: GivenNumber, where: str) -> float | None:
    """A finite float from a number or a string that spells one; None stays None."""
    if value is None:
        return None
    single = np.asarray(value)
    if single.size != 1 or single.dtype.kind not in "iufSU" or not _spells(single.item()):
        raise DataError(f"{where} is not a number", got=value)
    number = float(single.item())
    if not np.isfinite(number):
        raise DataError(f"{where} is not finite", got=number)
    return number


def _spells(word: Any) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def whole_numbers(values: Numbers | Int[np.ndarray, "..."], where: str) -> Int[np.ndarray, "..."]:
    """The same as int64.

    Raises:
        DataError: A fraction, a value that is not finite, or one beyond 32 bits, as no file can mean.
    """
    odd = ~np.isfinite(values) | (values != np.rint(values)) | (np.abs(values) > 2**31)
    if odd.any():
        raise DataError(f"{where} must be whole numbers", got=float(values[odd].flat[0]))
    return values.astype(np.int64)


def are_whole(counts: Numbers, tolerance: float = 0.0) -> bool:
    """Whether all finite values are non-negative whole numbers, to a relative tolerance."""
    finite = counts[np.isfinite(counts)]
    return bool(np.all(finite >= 0) and np.all(np.abs(finite - np.rint(finite)) <= tolerance * (1 + finite)))
