"""Guess and fit end at the best known statistic: two of the cases of `guess_cases`."""

import pytest
from guess_cases import best_known, guess_and_fit, simpler

from spec_lab.engines.outcome import Status


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("spectrum", "model"),
    [("3c273", "tbabs*(pl+gauss)"), ("grb-me-he", "tbabs*(pl+bb+gauss)")],
)
def test_guess_and_fit_end_at_the_best_known(real_data, spectrum, model):
    known, reached = best_known()[spectrum, model], guess_and_fit(spectrum, model)
    assert reached.stat < known.stat + known.allowed
    assert (reached.status is Status.converged) != reached.touches


def test_what_counts_as_the_best_known():
    known = best_known()
    assert {spectrum for spectrum, _ in known} >= {"3c273", "grb-me-he", "ccd"}
    assert simpler("tbabs*(pl+bb+gauss)") == ["tbabs*(pl+bb)", "tbabs*(pl+gauss)"] and not simpler("tbabs*cpl")
    assert known["ccd", "tbabs*(pl+gauss)"].allowed == 0.1 and known["3c273", "tbabs*(pl+gauss)"].allowed == 1.0
