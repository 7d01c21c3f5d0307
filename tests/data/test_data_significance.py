"""Significances, their inverses and upper limits, against published values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_lab._base import DataError
from spec_lab.data import Background, DataUnit, Response, Source, pgsig, pgsig_inv, ppsig, ppsig_inv
from spec_lab.data.significance import upper_limit


def test_golden_values():
    assert pgsig(12, 4, 1) == pytest.approx(2.811031177417379, abs=1e-12)
    assert pgsig(0, 4, 1) == pytest.approx(-2.6457513110645907, abs=1e-12)
    assert ppsig(12, 8, 0.5) == pytest.approx(2.4359125553670857, abs=1e-12)
    assert np.isnan(pgsig(5, 2, 0))


def test_li_and_ma_of_1983():
    """N_on = 10, N_off = 10, alpha = 1 is no excess; eq. 17 is symmetric under exchange there."""
    assert ppsig(10, 10, 1.0) == 0
    assert ppsig(20, 10, 1.0) == pytest.approx(-ppsig(10, 20, 1.0))
    assert ppsig(np.array([0, 3]), np.array([0, 0]), 0.5) == pytest.approx([0, np.sqrt(2 * 3 * np.log(3))])


def test_uncertain_exposure_ratio():
    assert ppsig(50, 20, 0.5, k=0.2) == pytest.approx(ppsig(50, 20, 0.6))
    weak = ppsig(50, 20, 0.5, sigma=0.2)
    assert 0 < weak < ppsig(50, 20, 0.5)
    assert ppsig(50, 20, 0.5, sigma=1e-7) == pytest.approx(ppsig(50, 20, 0.5), rel=1e-5)
    with pytest.raises(DataError, match="alpha"):
        ppsig(1, 1, 0.0)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.5, 6), st.floats(0.0, 300), st.floats(0.1, 20))
def test_inverses(sig, b, s):
    assert pgsig(pgsig_inv(sig, b, s), b, s) == pytest.approx(sig, abs=1e-6)
    alpha = s / 20
    assert ppsig(ppsig_inv(sig, b, alpha), b, alpha) == pytest.approx(sig, abs=1e-6)
    assert pgsig(pgsig_inv(sig, b, s, integer=True), b, s) >= sig - 1e-6


def test_pgsig_keeps_its_digits_for_a_poor_background():
    assert pgsig(3, 1, 1e6) == pytest.approx(0.0, abs=1e-3) and np.isfinite(pgsig(0, 0, 1e6))


def test_upper_limits():
    from scipy.stats import poisson

    assert upper_limit(0, 0, 0.9) == pytest.approx(-np.log(0.1))  # the textbook 2.3026
    n, b = 7, 3.2
    limit = upper_limit(n, b, 0.9)
    # Flat prior on the net counts: the posterior tail beyond the limit is 10 %.
    assert poisson.cdf(n, b + limit) / poisson.cdf(n, b) == pytest.approx(0.1)
    with pytest.raises(DataError, match="confidence"):
        upper_limit(1, 1, 1.5)


def test_limits_of_a_unit():
    edges = np.arange(1.0, 4.0)
    response = Response.ideal(edges[:-1], edges[1:])
    src = Source([6, 6], exposure=10.0)
    gauss = DataUnit(src, Background([4.0, 4.0], [1.0, 1.0], exposure=20.0), rsp=response)
    assert gauss.net_counts_upperlimit(0.9) == pytest.approx(upper_limit(12, 4.0, 0.9))
    assert gauss.net_ctsrate_upperlimit(0.9) == pytest.approx(upper_limit(12, 4.0, 0.9) / 10)
    assert gauss.net_counts_significance_limit(3) == pytest.approx(pgsig_inv(3, 4.0, np.sqrt(2) / 2) - 4.0)
    poisson = DataUnit(src, Background([4, 4], exposure=20.0), rsp=response, stat="cstat")
    assert poisson.net_counts_significance_limit(3) == pytest.approx(ppsig_inv(3, 8.0, 0.5) - 4.0)
    assert poisson.net_ctsrate_significance_limit(3) == pytest.approx((ppsig_inv(3, 8.0, 0.5) - 4.0) / 10)


def test_what_is_no_number_is_said():
    calls = [lambda: pgsig("a", 1, 1), lambda: ppsig(1, 1j, 1), lambda: pgsig([1, 2], [1, 2, 3], 1)]
    calls += [lambda: pgsig([[1], [1, 2]], 1, 1), lambda: pgsig_inv(3, np.nan, 1), lambda: pgsig_inv(3, 4, "1")]
    calls += [lambda: ppsig_inv(3, -4, 1), lambda: ppsig_inv(3, 4, np.nan)]
    calls += [lambda: pgsig_inv("3", 4, 1), lambda: ppsig_inv(np.nan, 4, 1)]
    calls += [lambda: upper_limit(3, 1.0, "x"), lambda: upper_limit(3, 1.0, None)]
    for call in calls:
        with pytest.raises(DataError):
            call()
    assert np.isnan(ppsig(1, -1, 1)) and np.isnan(ppsig(-1, 1, 1))
    assert pgsig_inv(3, -4.0, 1.0) == 0.0  # a background below zero stands out without any counts
    assert ppsig_inv(0, 8, 0.5) == 4.0
    assert ppsig_inv(0, 7, 0.5, integer=True) == 4.0 and pgsig_inv(0, 4.3, 1.0, integer=True) == 5.0
