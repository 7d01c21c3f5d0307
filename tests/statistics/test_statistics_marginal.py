"""The background integrated out: a normalised likelihood that meets its limits."""

import numpy as np
from numpy.testing import assert_allclose

from spec_lab.statistics import BinStatistic, pgstat_marginal_loglike

KW = dict(B=8.0, ts=10.0, tb=20.0)


def test_it_is_a_probability_of_the_counts():
    S = np.arange(0, 80)
    for m, sigma in ((0.4, 2.0), (0.0, 6.0), (2.0, 0.0)):
        assert_allclose(np.exp(pgstat_marginal_loglike(S=S, m=m, sigma_B=sigma, **KW)).sum(), 1.0, rtol=1e-9)


def test_against_a_fine_sum():
    x = np.linspace(0, 60, 600_001)
    S, s, beta, e = 5, 4.0, 4.0, 3.0
    gauss = np.exp(-0.5 * ((x - beta) / e) ** 2)
    poisson = np.exp(S * np.log(s + x) - (s + x)) / 120
    want = np.log(np.trapezoid(poisson * gauss, x) / np.trapezoid(gauss, x))
    assert_allclose(pgstat_marginal_loglike(S=S, m=0.4, sigma_B=6.0, **KW), want, rtol=1e-9)


def test_many_counts_meet_the_profile():
    """Differences of the marginal log-likelihood approach those of -pgstat/2."""
    kw = dict(S=20_000.0, B=16_000.0, ts=10.0, tb=20.0, sigma_B=60.0)
    m = np.array([1150.0, 1200.0, 1250.0])
    marginal = pgstat_marginal_loglike(m=m, **kw)
    profile = -0.5 * BinStatistic.PGstat(m=m, **kw)[0]
    assert_allclose(marginal - marginal[1], profile - profile[1], atol=2e-2)


def test_hopeless_corners_are_finite_or_minus_infinity():
    assert np.isfinite(pgstat_marginal_loglike(S=[0, 40], B=-30.0, m=[0.0, 0.0], ts=1.0, tb=1.0, sigma_B=3.0)).all()
    assert np.isneginf(pgstat_marginal_loglike(S=3, B=1.0, m=[np.nan, -1.0, np.inf], ts=1.0, tb=1.0, sigma_B=1.0)).all()
