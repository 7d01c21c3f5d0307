"""What the tests ask of single precision (`JAX_ENABLE_X64=0`; all of it: `python3 -m spec_lab test --single`).

A test states the tolerance that double precision keeps. In single precision `install` widens what `assert_allclose` and
`pytest.approx` ask for to what seven digits give after a sum over a spectrum: `RELATIVE` of each number, `OF_LARGEST` of the
largest number of its array. A tolerance of nothing (`rtol=0`, `atol=0`) stays nothing, and so do whole numbers. Comparisons in a
test's own words take their tolerance from `tolerance`. A test that by its nature is about digits which single precision lacks is
marked `double("why")` and left out there. In double precision nothing of this does anything.
"""

from functools import wraps

import jax
import numpy as np
import pytest

SINGLE = not jax.config.jax_enable_x64
RELATIVE = 3e-4
OF_LARGEST = 3e-6
MARK = "double(why): about digits that single precision lacks; left out there"


def tolerance(double: float, single: float = RELATIVE) -> float:
    """The tolerance of a comparison: `double`, or in single precision the larger of the two."""
    return max(double, single) if SINGLE else double


def step(double: float, single: float = 5e-3) -> float:
    """The step of a central difference, by the precision that computes it (in single, about the third root of its round-off)."""
    return single if SINGLE else double


def install() -> None:
    """Widen the tolerances in single precision; before any test module is imported."""
    if SINGLE:
        np.testing.assert_allclose = _widened_allclose(np.testing.assert_allclose)
        pytest.approx = _widened_approx(pytest.approx)


def leave_out(items: list[pytest.Item]) -> None:
    """In single precision, skip what is marked `double`."""
    for item in items if SINGLE else []:
        for mark in item.iter_markers("double"):
            item.add_marker(pytest.mark.skip(reason=f"needs double precision: {mark.args[0]}"))


def _largest(values) -> float:
    """The largest size of a finite number among values; 0 where there is none, or where all are whole numbers."""
    try:
        values = np.asarray(values)
    except ValueError:  # a ragged list, which the comparison itself will judge
        return 0.0
    if values.dtype.kind not in "fc":
        return 0.0
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max()) if sizes.size else 0.0


def _widened_allclose(plain):
    @wraps(plain)
    def assert_allclose(actual, desired, rtol=1e-7, atol=0, **rest):
        largest = max(_largest(actual), _largest(desired)) if rtol or np.any(atol) else 0.0
        if largest:
            rtol, atol = max(rtol, RELATIVE), np.maximum(atol, OF_LARGEST * _largest(desired))
        return plain(actual, desired, rtol, atol, **rest)

    return assert_allclose


def _widened_approx(plain):
    @wraps(plain)
    def approx(expected, rel=None, abs=None, nan_ok=False):
        exact = rel == 0 and not abs
        if not exact:
            values = list(expected.values()) if isinstance(expected, dict) else expected
            abs = max(abs or 0.0, OF_LARGEST * _largest(values)) or None
            rel = max(rel or 0.0, RELATIVE)
        return plain(expected, rel=rel, abs=abs, nan_ok=nan_ok)

    return approx
