"""`BinStatisticJX`: the statistics written in JAX, for fits.

Each method is elementwise and pure, can be jitted, vmapped and differentiated twice, and compiles to one fusion. Only
the renaming of arguments lives here: the mathematics, with its derivatives, is in `deviances`. The readable implementation is
`BinStatistic` in `numpy_bins`; the formulas are in `catalog`.
"""

from collections.abc import Sequence

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike
from jaxtyping import Bool, Float

from spec_lab._base import ByPrecision
from spec_lab.statistics import deviances, loredo

Bins = ArrayLike | Sequence[ArrayLike]  # also a list of traced numbers

Pair = tuple[Float[Array, "*b"], Float[Array, "*b"]]
# a rate above this is no model; below it the squares of expected counts stay finite
HUGE = ByPrecision(double=1e140, single=1e18)


def _known(m: Bins) -> tuple[Array, Array]:
    """The rate, 0 where it is not finite, and where it is."""
    m = jnp.asarray(m, jnp.result_type(float))
    ok = jnp.abs(m) < HUGE.of(m.dtype)
    return jnp.where(ok, m, 0.0), ok


def _signed(stat: Float[Array, "*b"], ok: Bool[Array, "..."], excess: Float[Array, "*b"]) -> Pair:
    """(stat, sign × √stat): +inf where the model is not finite; slope 0, not NaN, where the statistic is 0."""
    stat = jnp.where(ok, stat, jnp.inf)
    root = jnp.where(stat > 0, jnp.sqrt(jnp.where(stat > 0, stat, 1.0)), 0.0)
    return stat, jnp.where(excess < 0, -root, root)


def _floats(*values: Bins) -> list[Array]:
    return [jnp.asarray(value, jnp.result_type(float)) for value in values]


class BinStatisticJX:
    """Deviances in JAX: arrays in, `(stat, residual)` out, elementwise.

    Every method takes the keywords `S, B` (counts), `m` (source rate, counts/s), `ts, tb` (effective exposures, s),
    `sigma_S, sigma_B` (counts), any shapes that broadcast, and uses those its formula names. `stat` is -2 ln L
    relative to the saturated model; `residual` is √stat with the sign of the excess of data over model.
    """

    @staticmethod
    def Gstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """χ² of the net counts."""
        m, ok = _known(m)
        S, B, ts, tb, sigma_S, sigma_B = _floats(S, B, ts, tb, sigma_S, sigma_B)
        excess = S - B * (ts / tb) - ts * m
        variance = sigma_S**2 + (ts / tb * sigma_B) ** 2
        known = variance > 0
        stat = jnp.where(known, excess**2 / jnp.where(known, variance, 1.0), jnp.where(excess == 0, 0.0, jnp.inf))
        return _signed(stat, ok, excess)

    @staticmethod
    def Cstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts without background (the C statistic); B is ignored."""
        m, ok = _known(m)
        S, ts = _floats(S, ts)
        return _signed(deviances.poisson(S, ts * m), ok, S - ts * m)

    Pstat = Cstat  # the documented name: background ignored

    @staticmethod
    def Pknown(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts over an exactly known background."""
        m, ok = _known(m)
        S, B, ts, tb = _floats(S, B, ts, tb)
        total = ts * m + B * (ts / tb)
        return _signed(deviances.poisson(S, total), ok, S - total)

    @staticmethod
    def PPstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts, Poisson background profiled (the W statistic)."""
        m, ok = _known(m)
        S, B, ts, tb = _floats(S, B, ts, tb)
        return _signed(deviances.poisson_profile(S, B, m, ts, tb), ok, S / ts - B / tb - m)

    Wstat = PPstat

    @staticmethod
    def PGstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts, Gaussian background profiled with the expected total ≥ 0."""
        m, ok = _known(m)
        S, B, ts, tb, sigma_B = _floats(S, B, ts, tb, sigma_B)
        E, v = ts * m + B * (ts / tb), (ts / tb * sigma_B) ** 2
        return _signed(deviances.gaussian_profile(S, E, v), ok, S / ts - B / tb - m)

    @staticmethod
    def PGstat_xspec(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """XSPEC's literal PG: where S = 0 the total is unconstrained and the statistic may be negative (residual 0)."""
        m, ok = _known(m)
        S, B, ts, tb, sigma_B = _floats(S, B, ts, tb, sigma_B)
        E, v = ts * m + B * (ts / tb), (ts / tb * sigma_B) ** 2
        return _signed(deviances.gaussian_profile_free(S, E, v), ok, S / ts - B / tb - m)

    @staticmethod
    def Lstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts, background marginalised over a flat prior (Loredo 1992); counts are rounded to integers."""
        m, ok = _known(m)
        S, B, ts, tb = _floats(S, B, ts, tb)
        return _signed(loredo.marginal(jnp.round(S), jnp.round(B), m, ts, tb), ok, S / ts - B / tb - m)

    @staticmethod
    def PPstat_UL(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """(significance of the unit's expected counts over a Poisson background - 3)²: one number, shape [1]."""
        m, ok = _known(m)
        S, B, ts, tb, m = jnp.broadcast_arrays(*_floats(S, B, ts, tb, m))
        off, expected = jnp.sum(B), jnp.sum(B * ts / tb)
        alpha = jnp.where(off > 0, expected / jnp.where(off > 0, off, 1.0), jnp.mean(ts / tb))
        zero, one = jnp.zeros_like(off), jnp.ones_like(off)
        stat = deviances.poisson_profile(jnp.sum(ts * m) + expected, off, zero, alpha, one)
        return _beyond_three(stat, jnp.sum(ts * m), jnp.all(ok))

    @staticmethod
    def PGstat_UL(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """(significance of the unit's expected counts over a Gaussian background - 3)²: one number, shape [1]."""
        m, ok = _known(m)
        B, ts, tb, sigma_B, m = jnp.broadcast_arrays(*_floats(B, ts, tb, sigma_B, m))
        expected, variance = jnp.sum(B * ts / tb), jnp.sum((ts / tb * sigma_B) ** 2)
        stat = deviances.gaussian_profile(jnp.sum(ts * m) + expected, expected, variance)
        return _beyond_three(stat, jnp.sum(ts * m), jnp.all(ok))


def _beyond_three(stat: Array, source: Array, ok: Array) -> Pair:
    _, significance = _signed(stat, jnp.isfinite(stat), source)
    miss = jnp.where(ok & jnp.isfinite(stat), significance - 3.0, jnp.inf)[None]
    return miss**2, miss
