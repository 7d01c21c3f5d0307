"""Stairs: binned values as one curve of steps, broken where bins do not touch.

Every picture of a spectrum draws its curves from these: the small ones of a notebook (`html_repr`) and the figures for print.
"""

import numpy as np
from jaxtyping import Float

from spec_lab.data.annotations import Numbers


def stairs(lo: Numbers, hi: Numbers, y: Numbers) -> tuple[Float[np.ndarray, "s"], Float[np.ndarray, "s+1"]]:
    """Values and edges of the steps, with a NaN step over every gap between bins.

    Args:
        lo: [c] lower edges, ascending.
        hi: [c] upper edges.
        y: [c] values.

    Example:
        >>> values, edges = stairs([1.0, 2.0, 5.0], [2.0, 3.0, 6.0], [7.0, 8.0, 9.0])
        >>> values.tolist(), edges.tolist()
        ([7.0, 8.0, nan, 9.0], [1.0, 2.0, 3.0, 5.0, 6.0])
    """
    lo, hi, y = (np.asarray(part, float) for part in (lo, hi, y))
    gap = np.flatnonzero(~np.isclose(hi[:-1], lo[1:], rtol=1e-6))
    values = np.insert(y, gap + 1, np.nan)
    return values, np.r_[np.insert(lo, gap + 1, hi[gap]), hi[-1:]]
