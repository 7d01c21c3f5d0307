"""The compiled loops behind `StatisticNB`; imported only when one is called, since numba is slow to import.

One scalar function a deviance, one loop over the bins each. No fastmath: infinities and NaN must be seen.
"""

import math

import numba
import numpy as np
from jaxtyping import Float

Flat = Float[np.ndarray, "b"]  # one number a bin
FlatPair = tuple[Flat, Flat]  # deviances and their signed roots

HUGE = 1e140  # a rate above this is no model
_scalar = numba.njit(cache=True, error_model="numpy", inline="never")
_loop = numba.njit(cache=True, error_model="numpy")


@_scalar
def _poisson(S, M):
    if S < 0.0 or not (M > 0.0 or (M == 0.0 and S == 0.0)):
        return math.inf
    stat = 2.0 * (M - S)
    if S > 0.0:
        stat = 2.0 * ((M - S) + S * math.log(S / M))
    return max(stat, 0.0) if math.isfinite(stat) else math.inf


@_scalar
def _gaussian_profile(S, E, v):
    if v <= 0.0:
        return _poisson(S, E)
    a = E - v
    wide = abs(a) + math.sqrt(max(a * a + 4.0 * S * v, 0.0))
    M = 0.5 * wide if a >= 0.0 else 2.0 * S * v / wide
    pull = 1.0 - S / M if a >= 0.0 and M > 0.0 else (E - M) / v
    return _poisson(S, M) + v * pull * pull


@_scalar
def _poisson_profile(S, B, m, ts, tb):
    T = ts + tb
    a = T * m - S + B
    wide = abs(a) + math.sqrt(max(a * a + 4.0 * S * B, 0.0))
    narrow = 4.0 * S * B / wide if wide > 0.0 else 0.0
    if a >= 0.0:
        g, f = (2.0 * S + wide) / (2.0 * T), (2.0 * B + narrow) / (2.0 * T)
    else:
        g, f = (2.0 * S + narrow) / (2.0 * T), (2.0 * B + wide) / (2.0 * T)
    return _poisson(S, ts * g) + _poisson(B, tb * f)


@_scalar
def _log_polynomial(S, B, x):
    total, term, scale = 1.0, 1.0, 0.0
    for j in range(1, int(S) + 1):
        term *= x * (S - j + 1.0) / ((S + B - j + 1.0) * j)
        total += term
        if total > 1e100:
            total *= 1e-100
            term *= 1e-100
            scale += 100.0
    return math.log(total) + scale * math.log(10.0)


@_scalar
def _signed(stat, excess):
    root = math.sqrt(stat) if stat > 0.0 else 0.0
    return -root if excess < 0.0 else root


@_loop
def gstat(S: Flat, B: Flat, m: Flat, ts: Flat, tb: Flat, sigma_S: Flat, sigma_B: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        alpha = ts[i] / tb[i]
        rate = m[i] if abs(m[i]) < HUGE else 0.0
        excess = S[i] - B[i] * alpha - ts[i] * rate
        variance = sigma_S[i] ** 2 + (alpha * sigma_B[i]) ** 2
        if not abs(m[i]) < HUGE:
            stat[i] = math.inf
        elif variance > 0.0:
            stat[i] = excess**2 / variance
        else:
            stat[i] = 0.0 if excess == 0.0 else math.inf
        residual[i] = _signed(stat[i], excess)
    return stat, residual


@_loop
def cstat(S: Flat, m: Flat, ts: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        ok = abs(m[i]) < HUGE
        M = ts[i] * m[i] if ok else 0.0
        stat[i] = _poisson(S[i], M) if ok else math.inf
        residual[i] = _signed(stat[i], S[i] - M)
    return stat, residual


@_loop
def pknown(S: Flat, B: Flat, m: Flat, ts: Flat, tb: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        ok = abs(m[i]) < HUGE
        M = (ts[i] * m[i] if ok else 0.0) + B[i] * (ts[i] / tb[i])
        stat[i] = _poisson(S[i], M) if ok else math.inf
        residual[i] = _signed(stat[i], S[i] - M)
    return stat, residual


@_loop
def ppstat(S: Flat, B: Flat, m: Flat, ts: Flat, tb: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        ok = abs(m[i]) < HUGE
        rate = m[i] if ok else 0.0
        stat[i] = _poisson_profile(S[i], B[i], rate, ts[i], tb[i]) if ok else math.inf
        residual[i] = _signed(stat[i], S[i] / ts[i] - B[i] / tb[i] - rate)
    return stat, residual


@_loop
def pgstat(S: Flat, B: Flat, m: Flat, ts: Flat, tb: Flat, sigma_B: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        ok = abs(m[i]) < HUGE
        rate, alpha = m[i] if ok else 0.0, ts[i] / tb[i]
        E = ts[i] * rate + B[i] * alpha
        stat[i] = _gaussian_profile(S[i], E, (alpha * sigma_B[i]) ** 2) if ok else math.inf
        residual[i] = _signed(stat[i], S[i] / ts[i] - B[i] / tb[i] - rate)
    return stat, residual


@_loop
def pgstat_xspec(S: Flat, B: Flat, m: Flat, ts: Flat, tb: Flat, sigma_B: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        ok = abs(m[i]) < HUGE
        rate, alpha = m[i] if ok else 0.0, ts[i] / tb[i]
        E, v = ts[i] * rate + B[i] * alpha, (alpha * sigma_B[i]) ** 2
        if not ok:
            stat[i] = math.inf
        else:
            stat[i] = 2.0 * E - v if S[i] == 0.0 else _gaussian_profile(S[i], E, v)
        residual[i] = _signed(stat[i], S[i] / ts[i] - B[i] / tb[i] - rate)
    return stat, residual


@_loop
def lstat(S: Flat, B: Flat, m: Flat, ts: Flat, tb: Flat) -> FlatPair:
    stat, residual = np.empty(S.size), np.empty(S.size)
    for i in range(S.size):
        s, b, T = np.round(S[i]), np.round(B[i]), ts[i] + tb[i]
        best = max(0.0, s / ts[i] - b / tb[i])
        ok = 0.0 <= m[i] < HUGE
        stat[i] = math.inf
        if ok:
            gain = _log_polynomial(s, b, m[i] * T) - _log_polynomial(s, b, best * T)
            stat[i] = 2.0 * (ts[i] * (m[i] - best) - gain)
        rate = m[i] if abs(m[i]) < HUGE else 0.0
        residual[i] = _signed(stat[i], S[i] / ts[i] - B[i] / tb[i] - rate)
    return stat, residual


@_loop
def _beyond_three(stat, source, ok):
    miss = np.full(1, math.inf)
    if ok and math.isfinite(stat):
        miss[0] = _signed(stat, source) - 3.0
    return miss**2, miss


@_loop
def ppstat_ul(B: Flat, m: Flat, ts: Flat, tb: Flat) -> FlatPair:
    off = expected = source = ratio = 0.0
    ok = True
    for i in range(B.size):
        ok = ok and abs(m[i]) < HUGE
        source += ts[i] * m[i]
        off += B[i]
        expected += B[i] * ts[i] / tb[i]
        ratio += ts[i] / tb[i] / B.size
    alpha = expected / off if off > 0.0 else ratio
    return _beyond_three(_poisson_profile(source + expected, off, 0.0, alpha, 1.0) if ok else math.inf, source, ok)


@_loop
def pgstat_ul(B: Flat, m: Flat, ts: Flat, tb: Flat, sigma_B: Flat) -> FlatPair:
    expected = source = variance = 0.0
    ok = True
    for i in range(B.size):
        ok = ok and abs(m[i]) < HUGE
        source += ts[i] * m[i]
        expected += B[i] * ts[i] / tb[i]
        variance += (ts[i] / tb[i] * sigma_B[i]) ** 2
    return _beyond_three(_gaussian_profile(source + expected, expected, variance) if ok else math.inf, source, ok)
