"""`BinStatistic`: the statistics bin by bin, written in NumPy, to be read.

Notation: S, B observed counts in the source and background regions; ts, tb effective exposures; m the source rate and
f the background rate, both as seen in the source region. Every statistic is a deviance, -2 ln L relative to the
saturated model. Where a background is profiled, the expected total is found from a quadratic whose discriminant is
written as a sum of squares, so that no digits are lost: see `gaussian_total` and `_poisson_rates`.

References: Cash 1979 (C); Wachter, Leach & Kellogg 1979 (W); Arnaud, Smith & Siemiginowska, Handbook of X-ray
Astronomy, appendix B, and the XSPEC manual, appendix "Statistics" (W, PG, P); Loredo 1992 (L); Li & Ma 1983
(significances).
"""

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from numpy.typing import ArrayLike as Bins

HUGE = 1e140  # a rate above this is no model; below it the squares of expected counts stay finite
Floats = np.ndarray | np.floating | float  # of any shapes that broadcast
Pair = tuple[Float[np.ndarray, "*b"], Float[np.ndarray, "*b"]]


def _floats(*values: ArrayLike) -> list[np.ndarray]:
    return [np.asarray(value, float) for value in values]


def _known(m: ArrayLike) -> tuple[np.ndarray, np.ndarray | np.bool_]:
    """The rate, 0 where it is not finite, and where it is."""
    m = np.asarray(m, float)
    ok = np.abs(m) < HUGE  # False for NaN
    return np.where(ok, m, 0.0), ok


def _divide(a: ArrayLike, b: ArrayLike, use: ArrayLike) -> np.ndarray | np.floating:
    """a/b where `use`, else 0."""
    return np.where(use, a / np.where(use, b, 1.0), 0.0)


def _signed(stat: Floats, ok: ArrayLike, excess: Floats) -> Pair:
    stat = np.where(ok, stat, np.inf)
    root = np.sqrt(np.maximum(stat, 0.0))
    return stat, np.where(excess < 0, -root, root)


def _poisson(S: Floats, M: Floats) -> np.ndarray | np.floating:
    """2 [M - S + S ln(S/M)]; the last term is 0 at S = 0; +inf where counts S cannot come from M."""
    alive = (S > 0) & (M > 0)
    with np.errstate(over="ignore"):
        stat = 2.0 * ((M - S) + S * np.log(np.where(alive, S / np.where(alive, M, 1.0), 1.0)))
    possible = (S >= 0) & ((M > 0) | ((M == 0) & (S == 0)))
    return np.where(possible & np.isfinite(stat), np.maximum(stat, 0.0), np.inf)


def gaussian_total(S: Floats, E: Floats, v: Floats) -> np.ndarray | np.floating:
    """The expected total M ≥ 0 that minimises `_poisson(S, M) + (M - E)²/v`: M² + (v - E) M - S v = 0."""
    a = E - v
    wide = np.abs(a) + np.sqrt(np.maximum(a * a + 4.0 * S * v, 0.0))
    total = np.where(a >= 0, 0.5 * wide, _divide(2.0 * S * v, wide, wide > 0))
    return np.where(v > 0, total, np.maximum(E, 0.0))


def _gaussian_profile(S: Floats, E: Floats, v: Floats) -> np.ndarray | np.floating:
    """The minimum over M ≥ 0 itself. At it (M - E)/v = S/M - 1, unless M = 0: the side is taken that loses fewer digits."""
    M = gaussian_total(S, E, v)
    bright = (v <= E) & (M > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        pull = np.where(bright, 1.0 - _divide(S, M, bright), _divide(E - M, v, v > 0))
        stat = _poisson(S, M) + np.where(v > 0, v * pull * pull, 0.0)
    possible = (v > 0) | (E > 0) | ((E == 0) & (S <= 0))
    return np.where(possible, stat, np.inf)


def _poisson_rates(S: Floats, B: Floats, m: Floats, T: Floats) -> tuple[Floats, Floats]:
    """The profiled total rate g = m + f ≥ 0 and background rate f ≥ 0; T = ts + tb.

    T f² + (T m - S - B) f - B m = 0, with a = T m - S + B, has 2 T f = 2 B - a + d and 2 T g = 2 S + a + d, where
    d² = a² + 4 S B; the smaller of d ± a is 4 S B over the larger.
    """
    a = T * m - S + B
    wide = np.abs(a) + np.sqrt(np.maximum(a * a + 4.0 * S * B, 0.0))
    narrow = _divide(4.0 * S * B, wide, wide > 0)
    bright = a >= 0
    return (2 * S + np.where(bright, wide, narrow)) / (2 * T), (2 * B + np.where(bright, narrow, wide)) / (2 * T)


def _poisson_profile(S: Floats, B: Floats, m: Floats, ts: Floats, tb: Floats) -> np.ndarray | np.floating:
    g, f = _poisson_rates(S, B, m, ts + tb)
    return _poisson(S, ts * g) + _poisson(B, tb * f)


def _log_polynomial(S: float, B: float, x: float) -> float:
    """ln Σ_{j=0..S} x^j (S+B-j)! S! / ((S-j)! j! (S+B)!)."""
    from scipy.special import gammaln

    j = np.arange(S + 1.0)
    log_x = np.log(x) if x > 0 else 0.0
    terms = gammaln(S + B - j + 1) - gammaln(S - j + 1) - gammaln(j + 1) + gammaln(S + 1) - gammaln(S + B + 1)
    return float(np.logaddexp.reduce(terms + j * log_x)) if x > 0 else 0.0


class BinStatistic:
    """Deviances in NumPy: arrays in, `(stat, residual)` out, elementwise.

    Every method takes the keywords `S, B` (counts), `m` (source rate, counts/s), `ts, tb` (effective exposures, s),
    `sigma_S, sigma_B` (counts), any shapes that broadcast, and uses those its formula names. `stat` is -2 ln L
    relative to the saturated model, +inf where the model is not finite or cannot give the counts; `residual` is √stat
    with the sign of the excess of data over model.
    """

    @staticmethod
    def Gstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """χ² of the net counts: (S - α B - ts m)² / (σ_S² + α² σ_B²), α = ts/tb; without variance 0 or +inf."""
        m, ok = _known(m)
        S, B, ts, tb, sigma_S, sigma_B = _floats(S, B, ts, tb, sigma_S, sigma_B)
        excess = S - B * (ts / tb) - ts * m
        variance = sigma_S**2 + (ts / tb * sigma_B) ** 2
        certain = np.where(excess == 0, 0.0, np.inf)
        stat = np.where(variance > 0, _divide(excess**2, variance, variance > 0), certain)
        return _signed(stat, ok, excess)

    @staticmethod
    def Cstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts without background: 2 [M - S + S ln(S/M)], M = ts m. B is ignored."""
        m, ok = _known(m)
        S, ts = _floats(S, ts)
        return _signed(_poisson(S, ts * m), ok, S - ts * m)

    Pstat = Cstat  # the documented name: background ignored

    @staticmethod
    def Pknown(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """Poisson counts over an exactly known background: C with M = ts m + α B, α = ts/tb."""
        m, ok = _known(m)
        S, B, ts, tb = _floats(S, B, ts, tb)
        M = ts * m + B * (ts / tb)
        return _signed(_poisson(S, M), ok, S - M)

    @staticmethod
    def PPstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """W: the deviance of S against ts (m + f) plus that of B against tb f, at the f ≥ 0 that makes it least."""
        m, ok = _known(m)
        S, B, ts, tb = _floats(S, B, ts, tb)
        return _signed(_poisson_profile(S, B, m, ts, tb), ok, S / ts - B / tb - m)

    Wstat = PPstat

    @staticmethod
    def PGstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """The deviance of S against M = ts (m + f) plus (B - tb f)²/σ_B², least over f with M ≥ 0."""
        m, ok = _known(m)
        S, B, ts, tb, sigma_B = _floats(S, B, ts, tb, sigma_B)
        E, v = ts * m + B * (ts / tb), (ts / tb * sigma_B) ** 2
        return _signed(_gaussian_profile(S, E, v), ok, S / ts - B / tb - m)

    @staticmethod
    def PGstat_xspec(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """XSPEC's literal PG: M unconstrained where S = 0, so 2E - v there: negative values possible (residual 0)."""
        m, ok = _known(m)
        S, B, ts, tb, sigma_B = _floats(S, B, ts, tb, sigma_B)
        E, v = ts * m + B * (ts / tb), (ts / tb * sigma_B) ** 2
        return _signed(np.where(S == 0, 2.0 * E - v, _gaussian_profile(S, E, v)), ok, S / ts - B / tb - m)

    @staticmethod
    def Lstat(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """2 [g(m) - g(max(0, S/ts - B/tb))], g(m) = ts m - ln Σ_j (S+B-j)!/((S-j)! j!) [m (ts+tb)]^j."""
        m, ok = _known(m)
        S, B, m, ts, tb, ok = np.broadcast_arrays(*_floats(S, B, m, ts, tb), ok)
        s, b = np.round(S), np.round(B)
        best, safe = np.maximum(0.0, s / ts - b / tb), np.maximum(m, 0.0)
        log_p = np.vectorize(_log_polynomial, otypes=[float])
        gain = log_p(s, b, safe * (ts + tb)) - log_p(s, b, best * (ts + tb))
        return _signed(np.where(m >= 0, 2.0 * (ts * (safe - best) - gain), np.inf), ok, S / ts - B / tb - m)

    @staticmethod
    def PPstat_UL(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """(Z - 3)², Z the Li–Ma significance of the unit's expected counts, model and background: shape [1]."""
        m, ok = _known(m)
        S, B, m, ts, tb = np.broadcast_arrays(*_floats(S, B, m, ts, tb))
        off, expected = np.sum(B), np.sum(B * ts / tb)
        alpha = expected / off if off > 0 else np.mean(ts / tb)
        source = np.sum(ts * m)
        stat, significance = _signed(
            _poisson_profile(source + expected, off, np.zeros(()), alpha, np.ones(())), np.all(ok), source
        )
        return _beyond_three(stat, significance)

    @staticmethod
    def PGstat_UL(
        S: Bins, B: Bins = 0.0, m: Bins = 0.0, ts: Bins = 1.0, tb: Bins = 1.0, sigma_S: Bins = 0.0, sigma_B: Bins = 0.0
    ) -> Pair:
        """(Z - 3)², Z the significance over a Gaussian background of the unit's expected counts: shape [1]."""
        m, ok = _known(m)
        B, m, ts, tb, sigma_B = np.broadcast_arrays(*_floats(B, m, ts, tb, sigma_B))
        expected, variance = np.sum(B * ts / tb), np.sum((ts / tb * sigma_B) ** 2)
        source = np.sum(ts * m)
        stat, significance = _signed(_gaussian_profile(source + expected, expected, variance), np.all(ok), source)
        return _beyond_three(stat, significance)

    @staticmethod
    def poisson_logpmf(k: ArrayLike, mu: ArrayLike) -> np.ndarray | np.floating:
        """ln Poisson(k | mu) with Stirling's ln k! ≈ k ln k - k, without its ln(2πk)/2 term: 0 at k = mu.

        Args:
            k: Counts, ≥ 0.
            mu: Expected counts.
        """
        k, mu = _floats(k, mu)
        return -0.5 * _poisson(k, mu)


def _beyond_three(stat: Floats, significance: Floats) -> Pair:
    miss = np.atleast_1d(np.where(np.isfinite(stat), significance - 3.0, np.inf))
    return miss**2, miss
