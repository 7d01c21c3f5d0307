"""The three texts agree; definitions are met by brute force; nothing is ever NaN."""

import jax
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from precision import SINGLE, tolerance

from spec_lab.statistics import BinStatistic, BinStatisticJX, BinStatisticNB, deviances

METHODS = ["Gstat", "Pstat", "Cstat", "Pknown", "PPstat", "Wstat", "PGstat", "PGstat_xspec", "Lstat"]


def random_bins(size, seed, whole=False):
    """Bins with many zeros, over decades of counts, rates and exposures."""
    rng = np.random.default_rng(seed)
    counts = lambda top: rng.poisson(10.0 ** rng.uniform(-1, top, size)) * (rng.random(size) > 0.2) * 1.0  # noqa: E731
    ts = 10.0 ** rng.uniform(-1, 4, size)
    tb = ts * 10.0 ** rng.uniform(-1, 2, size)
    S, B = counts(2 if whole else 4), counts(2 if whole else 4)
    m = 10.0 ** rng.uniform(-6, 4, size) / ts * (rng.random(size) > 0.1)
    sigma_B = 10.0 ** rng.uniform(-1, 2, size) * (rng.random(size) > 0.2)
    B = B if whole else B - 2.0 * (rng.random(size) > 0.9)
    return dict(S=S, B=B, m=m, ts=ts, tb=tb, sigma_S=np.sqrt(S), sigma_B=sigma_B)


@pytest.mark.parametrize("method", METHODS)
def test_texts_agree(method):
    counted = method in ("PPstat", "Wstat", "Lstat")
    bins = random_bins(400 if method == "Lstat" else 10_000, seed=7, whole=counted)
    stat, residual = getattr(BinStatistic, method)(**bins)
    # an absolute rounding floor: differences of terms as large as the counts or expectations
    size = 1.0 + bins["S"] + np.abs(bins["B"]) * np.maximum(1, bins["ts"] / bins["tb"]) + bins["m"] * bins["ts"]
    for other in (BinStatisticNB, BinStatisticJX):
        kernel = getattr(other, method)
        kernel = jax.jit(kernel) if other is BinStatisticJX else kernel
        got, signed = (np.asarray(part) for part in kernel(**bins))
        finite = np.isfinite(stat)
        assert np.array_equal(finite, np.isfinite(got)) and not np.isnan(got).any()
        close = tolerance(1e-12, single=5e-7)
        excess = np.abs(got[finite] - stat[finite]) / (close * (size + np.abs(stat))[finite])
        assert excess.max() < 1, excess.max()
        assert_allclose(
            signed, np.sign(residual) * np.sqrt(np.maximum(got, 0.0)), rtol=0, atol=close * (1 + np.sqrt(size)).max()
        )


@pytest.mark.parametrize("method", ["PPstat", "PGstat"])
@settings(max_examples=40, deadline=None)
@given(
    S=st.integers(0, 200),
    B=st.integers(0, 200),
    mu=st.floats(0, 300),
    alpha=st.floats(0.01, 5),
    sigma=st.floats(0.1, 30),
)
def test_profile_is_the_least_over_the_background(method, S, B, mu, alpha, sigma):
    """No background rate on a fine grid does better, and one does as well."""
    ts, tb = 10.0, 10.0 / alpha
    stat = float(getattr(BinStatistic, method)(S=S, B=B, m=mu / ts, ts=ts, tb=tb, sigma_B=sigma)[0])
    top = 3 * (S + B + mu + 10 * sigma + 10) / min(ts, tb)
    f = np.linspace(0.0 if method == "PPstat" else -mu / ts, top, 4001)
    source = BinStatistic.Cstat(S=S, m=mu / ts + f, ts=ts)[0]
    tried = source + (BinStatistic.Cstat(S=B, m=f, ts=tb)[0] if method == "PPstat" else ((B - tb * f) / sigma) ** 2)
    assert stat <= tried.min() * (1 + 1e-12) + 1e-9
    curvature = (f[1] - f[0]) ** 2 * (ts**2 * 2 + tb**2 * 2 / min(1, sigma**2))
    assert tried.min() <= stat + curvature * (1 + S + B) + 1.0


@pytest.mark.parametrize(
    ("S", "B", "mu", "alpha"), [(3, 40, 1e-9, 0.05), (90, 2, 1e5, 3.0), (1, 1, 1.0, 1.0), (5, 3, 4.9, 1e-4)]
)
def test_profiles_in_high_precision(text, S, B, mu, alpha):
    """The root in 50 digits, from the definition in background rates, against the double-precision text."""
    with mpmath.workdps(50):
        ts, tb, sigma = mpmath.mpf(10), mpmath.mpf(10) / mpmath.mpf(alpha), mpmath.mpf(2)
        m, log = mpmath.mpf(mu) / ts, mpmath.log
        T, b = ts + tb, (ts + tb) * m - S - B
        f = (-b + mpmath.sqrt(b**2 + 4 * T * B * m)) / (2 * T)
        w = 2 * (ts * m + T * f - S * log(ts * (m + f)) - B * log(tb * f) - S * (1 - log(S)) - B * (1 - log(B)))
        b = ts * sigma**2 - tb * B + tb**2 * m
        c = ts * sigma**2 * m - S * sigma**2 - tb * B * m
        f = (-b + mpmath.sqrt(b**2 - 4 * tb**2 * c)) / (2 * tb**2)
        pg = 2 * (ts * (m + f) - S * log(ts * (m + f)) - S * (1 - log(S))) + ((B - tb * f) / sigma) ** 2
    bins = dict(S=float(S), B=float(B), m=float(mu) / 10, ts=10.0, tb=10.0 / alpha, sigma_B=2.0)
    assert_allclose(float(text.PPstat(**bins)[0]), float(w), rtol=1e-12, atol=1e-12 * (S + B + 1))
    assert_allclose(float(text.PGstat(**bins)[0]), float(pg), rtol=1e-12, atol=1e-12 * (S + B + 1))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
@pytest.mark.parametrize("method", METHODS)
def test_a_model_that_is_not_finite_is_infinitely_bad(text, method, bad):
    stat, residual = getattr(text, method)(
        S=[5.0, 0.0, 5.0], B=[3.0, 0.0, 3.0], m=[bad, bad, 0.2], ts=10.0, tb=20.0, sigma_S=2.0, sigma_B=2.0
    )
    stat, residual = np.asarray(stat), np.asarray(residual)
    assert np.isposinf(stat[:2]).all() and np.isinf(residual[:2]).all()
    assert np.isfinite(stat[2])


@pytest.mark.parametrize("method", ["PPstat_UL", "PGstat_UL"])
def test_upper_limit_of_a_broken_model_is_infinite(text, method):
    stat, residual = getattr(text, method)(S=[1.0, 2.0], B=[4.0, 4.0], m=[np.nan, 0.1], ts=1.0, tb=1.0, sigma_B=1.0)
    assert np.asarray(stat).shape == (1,) and np.isposinf(stat[0]) and np.isposinf(residual[0])


def test_what_cannot_happen_is_infinitely_bad(text):
    assert np.isposinf(np.asarray(text.Cstat(S=[3.0], m=[0.0], ts=1.0)[0]))
    assert np.isposinf(np.asarray(text.Cstat(S=[0.0], m=[-1.0], ts=1.0)[0]))
    assert np.isposinf(np.asarray(text.Pknown(S=[1.0], B=[-2.0], m=[1.0], ts=1.0, tb=1.0)[0]))
    assert np.isposinf(np.asarray(text.PGstat(S=[0.0], B=[-2.0], m=[1.0], ts=1.0, tb=1.0, sigma_B=0.0)[0]))
    assert np.isposinf(np.asarray(text.Gstat(S=[1.0], m=[2.0], ts=1.0)[0]))
    assert np.asarray(text.Gstat(S=[2.0], m=[2.0], ts=1.0)[0]) == 0.0


@pytest.mark.parametrize("method", ["Cstat", "Pknown", "PPstat", "PGstat", "PGstat_xspec"])
def test_negative_counts_are_not_poisson(text, method):
    """Net spectra with a Poisson statistic: said by +inf, not by a plausible number."""
    kw = dict(B=[3.0, 3.0], m=[0.2, 1e-9], ts=10.0, tb=20.0, sigma_B=2.0)
    assert np.isposinf(np.asarray(getattr(text, method)(S=[-1.0, -400.0], **kw)[0])).all()


def test_negative_background_counts_are_not_poisson(text):
    assert np.isposinf(
        np.asarray(text.PPstat(S=[5.0, 500.0], B=[-1.0, -300.0], m=[0.2, 1.0], ts=10.0, tb=20.0)[0])
    ).all()


def test_the_residual_has_the_sign_of_the_excess(text):
    for method in METHODS:
        kw = dict(S=[50.0, 50.0], B=[8.0, 8.0], m=[0.1, 9.0], ts=10.0, tb=20.0, sigma_S=7.0, sigma_B=2.0)
        stat, residual = (np.asarray(part) for part in getattr(text, method)(**kw))
        assert residual[0] > 0 > residual[1]
        assert_allclose(residual**2, stat, rtol=1e-12)


def test_large_counts_keep_their_digits(text):
    """Near the best fit of a very bright bin the deviance is the square of the distance in sigmas."""
    S = 1e10
    stat = float(text.Cstat(S=[S], m=[S + 3e5], ts=1.0)[0][0])
    assert_allclose(stat, 9.0, rtol=1e-4)


def test_digits_where_the_background_is_far_too_bright():
    """The background's error reaches to nothing: (M - E)/σ² keeps the digits that 1 - S/M loses (6e-13 of the whole)."""
    bins = dict(S=576.0, B=3047.0, m=40.0, ts=0.72, tb=0.003, sigma_B=196.0)
    mpmath.mp.dps = 40
    S, B, m, ts, tb, sigma = (mpmath.mpf(bins[key]) for key in ("S", "B", "m", "ts", "tb", "sigma_B"))
    E, v = ts * m + B * ts / tb, (ts / tb * sigma) ** 2
    M = (E - v + mpmath.sqrt((E - v) ** 2 + 4 * S * v)) / 2
    expected = float(2 * (M - S + S * mpmath.log(S / M)) + (M - E) ** 2 / v)
    for kernel in (BinStatistic.PGstat, BinStatisticNB.PGstat, jax.jit(BinStatisticJX.PGstat)):
        assert np.ravel(kernel(**bins)[0])[0] == pytest.approx(expected, rel=5e-15)


def test_bright_bins_keep_their_digits_in_single_precision():
    """Of a deviance of 1 in a bin of 1e6 counts, the difference of terms of 1e7 would keep none."""
    S = np.float32(10.0) ** np.arange(1, 7, dtype=np.float32)
    for sigmas in (-3.0, -1.0, 0.1, 1.0, 3.0):
        M = S + np.float32(sigmas) * np.sqrt(S)
        got = jax.jit(deviances.poisson)(S, M)
        assert got.dtype == np.float32
        assert_allclose(got, BinStatistic.Cstat(S=S, m=M)[0], rtol=1e-5)


@pytest.mark.parametrize("method", ["Pknown", "PGstat", "PGstat_xspec", "PPstat"])
def test_rates_at_the_end_of_what_a_float_can_say(method):
    least = 18.0 if SINGLE else 290.0
    bins = dict(S=1e6, B=0.0, m=10.0 ** -np.arange(least, least + 12.0), ts=1.5e-3, tb=1e-3, sigma_B=0.0)
    stats = [np.asarray(getattr(text, method)(**bins)[0]) for text in (BinStatistic, BinStatisticNB, BinStatisticJX)]
    for got in stats:
        assert not np.isnan(got).any()
        assert_allclose(got, stats[0], rtol=1e-13)
