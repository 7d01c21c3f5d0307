"""Information: what closed forms give, zero where nothing was learned, and curves that stay within their ends."""

import numpy as np
import pytest

from spec_lab.priors import Prior, parse_prior
from spec_lab.results import information, smooth_density

N = 4000
GENERATOR = np.random.default_rng(4)


def prior(text: str) -> Prior:
    made = parse_prior(text)
    assert made is not None
    return made


def gaussian_bits(m: float, s: float) -> float:
    """Of N(m, s²) from N(0, 1)."""
    return (-np.log(s) + 0.5 * (s**2 + m**2 - 1)) / np.log(2)


@pytest.mark.parametrize("text", ["unif(-2, 2)", "norm(3, 2)", "logunif(1e-3, 1e3)", "expon(0, 5)", "cauchy(0, 1)"])
def test_data_that_said_nothing_give_no_bits(text):
    believed = prior(text)
    draws = believed.ppf(GENERATOR.uniform(size=N))
    assert information(np.asarray(draws), believed) < 0.02


@pytest.mark.parametrize(("m", "s"), [(0.0, 0.5), (0.3, 0.01), (-2.0, 0.1), (12.0, 0.2)])
def test_bits_of_gaussians_are_those_of_the_formula(m, s):
    draws = GENERATOR.normal(m, s, N)
    expected = gaussian_bits(m, s)
    assert information(draws, prior("norm(0, 1)")) == pytest.approx(expected, abs=0.1 + 0.01 * expected)


def test_halving_what_is_possible_is_a_bit():
    for parts, bits in ((2, 1), (1024, 10)):
        draws = GENERATOR.uniform(0, 1 / parts, N)
        assert information(draws, prior("unif(0, 1)")) == pytest.approx(bits, abs=0.02)


def test_repeated_draws_of_a_chain_do_no_harm():
    draws = np.repeat(GENERATOR.normal(0, 0.1, N // 4), 4)
    assert information(draws, prior("norm(0, 1)")) == pytest.approx(gaussian_bits(0, 0.1), abs=0.15)


@pytest.mark.parametrize("log", [False, True])
def test_a_curve_is_a_density_and_keeps_to_its_ends(log):
    draws = GENERATOR.uniform(1.0, 10.0, N)
    curve = smooth_density(draws, (1.0, 10.0), log=log)
    t = np.log(curve.x) if log else curve.x
    assert curve.x[0] >= 1 - 1e-12 and curve.x[-1] <= 10 + 1e-12
    assert np.trapezoid(curve.height, t) == pytest.approx(1.0, abs=0.02)
    flat = curve.height / (curve.x if log else 1.0)  # a uniform density, also at its ends
    assert np.all(np.abs(flat * 9.0 - 1.0) < 0.35)


def test_a_curve_follows_its_draws():
    curve = smooth_density(GENERATOR.normal(5.0, 0.1, N), (-np.inf, np.inf))
    assert curve.x[np.argmax(curve.height)] == pytest.approx(5.0, abs=0.05)
    assert curve.height.max() == pytest.approx(1 / (0.1 * np.sqrt(2 * np.pi)), rel=0.1)
