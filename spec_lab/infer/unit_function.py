"""The statistic of one data unit as a function of its counts: what `Pair.stat_func` and `pseudo_residual_func` are."""

from typing import Any

import numpy as np
from jaxtyping import ArrayLike, Float

from spec_lab.data import Data
from spec_lab.statistics import resolve


class UnitFunction:
    """A function of the counts of one unit and the folded model, over the units of a pair.

    Args:
        data: The units; their tags are looked up where `cstat` or `pstat` means one thing with and another without background.
        residuals: Whether to return the signed residuals instead of the statistic.

    >>> from spec_lab import datasets
    >>> function = UnitFunction(datasets.load("ccd"), residuals=False)
    >>> round(function([10.0], [6.0], [0.08], 100.0, 300.0, [3.2], [2.4], "ppstat"), 6)
    0.0
    """

    def __init__(self, data: Data, residuals: bool):
        self.data, self.residuals = data, residuals

    def __call__(
        self,
        S: ArrayLike,
        B: ArrayLike,
        m: ArrayLike,
        ts: ArrayLike,
        tb: ArrayLike,
        sigma_S: ArrayLike,
        sigma_B: ArrayLike,
        stat: str,
    ) -> float | Float[np.ndarray, "c"]:
        """Of one unit, unweighted.

        Args:
            S: `f[c]`, source counts.
            B: `f[c]`, background counts.
            m: `f[c]`, folded source rate, counts/s.
            ts: Effective exposure of the source, s.
            tb: That of the background, s.
            sigma_S: `f[c]`, errors of S, counts.
            sigma_B: `f[c]`, errors of B, counts.
            stat: The tag of a statistic, such as `"pgstat"`.

        Returns:
            The total statistic, or the signed residual of each bin; +inf where `m` is not finite.

        Raises:
            StatisticError: There is no such statistic.
        """
        S, B, m, ts, tb, sigma_S, sigma_B = (np.asarray(x, float) for x in (S, B, m, ts, tb, sigma_S, sigma_B))
        kind = resolve(stat, has_background=self._has_background(S, B, sigma_B))
        if not np.all(np.isfinite(m)):
            return np.full(np.shape(m), np.inf) if self.residuals else np.inf
        total, signed = kind.numpy(S=S, B=B, m=m, ts=ts, tb=tb, sigma_S=sigma_S, sigma_B=sigma_B)
        return np.atleast_1d(signed) if self.residuals else float(np.sum(total))

    def _has_background(self, S: Any, B: Any, sigma_B: Any) -> bool:
        known = [unit.channels() for unit in self.data.units]
        mine = [c for c in known if np.array_equal(c.S, S) and np.array_equal(c.B, B)]
        return mine[0].has_background if mine else bool(np.any(B != 0) or np.any(sigma_B != 0))

    def __repr__(self) -> str:
        what = "signed residuals" if self.residuals else "the statistic"
        return f"<{what} of a unit of {'+'.join(self.data.names)}: f(S, B, m, ts, tb, sigma_S, sigma_B, stat)>"
