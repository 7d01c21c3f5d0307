"""Golden values: 40-digit tables, other programs' published vectors, and the documented numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from spec_lab.statistics import BinStatistic


def close(got, want, tolerance=1e-10):
    assert_allclose(np.asarray(got), want, rtol=tolerance, atol=tolerance)


def test_poisson_table(text, golden):
    t = golden("poisson")
    bins = dict(S=t["S"], B=t["B"], m=t["mu"] / t["ts"], ts=t["ts"], tb=t["tb"])
    close(text.Cstat(**bins)[0], t["C"])
    close(text.PPstat(**bins)[0], t["W"])
    close(text.Wstat(**bins)[0], t["W"])


def test_gaussian_table(text, golden):
    t = golden("gaussian")
    bins = dict(S=t["S"], B=t["B"], m=t["mu"] / t["ts"], ts=t["ts"], tb=t["tb"], sigma_B=t["sigma"])
    close(text.PGstat(**bins)[0], t["PG"])
    close(text.PGstat_xspec(**bins)[0], t["PG_xspec"])
    close(text.Pknown(**bins)[0], t["P"])


def test_loredo_table(text, golden):
    t = golden("loredo")
    close(text.Lstat(S=t["S"], B=t["B"], m=t["mu"] / t["ts"], ts=t["ts"], tb=t["tb"])[0], t["L"])


def test_gammapy_vectors(text, golden):
    t = golden("gammapy")
    bins = dict(S=t["n_on"], B=t["n_off"], m=t["mu_sig"] / t["alpha"], ts=t["alpha"], tb=1.0)
    close(text.PPstat(**bins)[0], t["W"], 1e-7)
    close(text.Cstat(**bins)[0], t["C"], 1e-8)


def test_documented_values(text):
    kw = dict(ts=10.0, tb=20.0, sigma_B=2.0)
    close(text.PGstat(S=12.0, B=8.0, m=0.4, **kw)[0], 1.519500783890932, 1e-12)
    close(text.PGstat(S=0.0, B=8.0, m=0.4, **kw)[0], 15.0, 1e-12)
    close(text.PGstat(S=12.0, B=-1.2, m=0.4, **kw)[0], 9.544381724714619, 1e-12)
    close(text.PGstat(S=5.0, B=3.0, m=0.4, ts=10.0, tb=20.0, sigma_B=0.0)[0], 0.0468982019567514, 1e-12)
    close(text.PGstat(S=5.0, B=8.0, m=1e8, **kw)[0], 1999999805.8617208, 1e-12)
    close(text.PPstat(S=5.0, B=0.0, m=0.4, **kw)[0], 0.23143551314209754, 1e-12)
    close(text.PPstat(S=5.0, B=0.0, m=0.0, **kw)[0], 10.986122886681098, 1e-12)
    close(text.PPstat(S=0.0, B=5.0, m=0.1, **kw)[0], 6.054651081081643, 1e-12)
    close(text.PPstat(S=0.0, B=0.0, m=0.4, **kw)[0], 8.0, 1e-12)
    close(text.Gstat(S=12.0, B=8.0, m=0.4, sigma_S=3.0, **kw)[0], 1.6, 1e-12)
    assert np.isposinf(text.Pstat(S=5.0, B=8.0, m=0.0, **kw)[0])


def test_documented_pstat_ignores_the_background(text):
    with_background = text.Pstat(S=[5.0], B=[30.0], m=[0.4], ts=10.0, tb=20.0)
    without = text.Pstat(S=[5.0], B=[0.0], m=[0.4], ts=10.0, tb=20.0)
    close(with_background[0], without[0], 0)
    close(with_background[0], text.Cstat(S=[5.0], m=[0.4], ts=10.0)[0], 0)


@pytest.mark.parametrize(
    ("areas", "want", "tolerance"),
    [
        ((1.0, 1.0), 1.81735155799, 1e-10),
        ((1.0, 0.8), 1.834065760994, 1e-10),
        ((np.array([0.9, 0.85, 0.7]), np.array([1.2, 1.15, 1.4])), 1.802839135528, 1e-8),
    ],
)
def test_grouped_spectrum_with_scaled_background(text, areas, want, tolerance):
    """A published test spectrum, grouped by hand (mid-range rule for BACKSCAL and AREASCAL)."""
    S, B = np.array([23.0, 26.0, 21.0]), np.array([3.0, 2.0, 2.0])
    channel = 9.1 + 2.1 * np.arange(1, 6)
    mu = np.array([channel[0] + channel[1], channel[2] + channel[3], channel[4]])
    ts, tb = 150.0 * areas[0], 550.0 * areas[1] * np.array([5.5, 4.0, 7.0])
    close(np.sum(text.PPstat(S=S, B=B, m=mu / ts, ts=ts, tb=tb)[0]), want, tolerance)
    close(np.sum(text.Cstat(S=S, m=mu / ts, ts=ts)[0]), 1.75191290087, 1e-10)


def test_poisson_logpmf_is_stirlings():
    close(BinStatistic.poisson_logpmf([0, 3, 3], [2.0, 3.0, 0.0]), [-2.0, 0.0, -np.inf])
    k, mu = 40.0, 33.0
    close(BinStatistic.poisson_logpmf(k, mu), k * np.log(mu) - mu - (k * np.log(k) - k))


def test_upper_limits_square_the_distance_from_three_sigma(text):
    S, m = np.array([3.0, 4.0]), np.array([0.4, 0.5])
    kw = dict(ts=10.0, tb=20.0)
    n, b = 9.0 + 5.5, 5.5
    stat, residual = text.PPstat_UL(S=S, B=np.array([5.0, 6.0]), m=m, sigma_B=2.0, **kw)
    li_ma = np.sqrt(2 * (n * np.log(3 * n / (n + 11)) + 11 * np.log(3 / 2 * 2 * 11 / (2 * (n + 11)))))
    close(residual, [li_ma - 3])
    close(stat, residual**2)
    s2 = 2 * (0.5 * 2.0) ** 2
    total = (b - s2 + np.sqrt(b**2 - 2 * b * s2 + 4 * n * s2 + s2**2)) / 2
    z = np.sqrt(2 * (n * np.log(n / total) + (b - total) ** 2 / (2 * s2) + total - n))
    close(text.PGstat_UL(S=S, B=np.array([5.0, 6.0]), m=m, sigma_B=2.0, **kw)[1], [z - 3])


@pytest.mark.parametrize(("n", "b", "s", "z"), [(12, 4, 1, 2.811031177417379), (0, 4, 1, -2.6457513110645907)])
def test_known_gaussian_significances(text, n, b, s, z):
    """The signed root at the same point: the excess of n counts over a background b ± s."""
    close(text.PGstat(S=float(n), B=float(b), m=0.0, ts=1.0, tb=1.0, sigma_B=float(s))[1], z, 1e-12)


def test_known_li_ma_significance(text):
    close(text.PPstat(S=12.0, B=8.0, m=0.0, ts=0.5, tb=1.0)[1], 2.4359125553670857, 1e-12)
