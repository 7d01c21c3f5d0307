"""Where a lower minimum can hide, a fit begins at several places, and says when another than the present values was better."""

import numpy as np
import pytest
from small import make_data

from spec_lab import Data, DataUnit, datasets, unif
from spec_lab._base import statistic_text
from spec_lab.data import Response, Source
from spec_lab.engines import run_engine
from spec_lab.fit import Freeze, Notice, Problem, SetFree, SetPrior, Setup
from spec_lab.models import Model, gauss, pl


def problem_of(text):
    return Problem(Setup.from_pairs([(datasets.load("burst"), Model.parse(text))]))


@pytest.fixture(scope="module")
def hidden():
    return problem_of("cpl+bb")


def test_a_hidden_minimum_is_found_and_said(hidden):
    alone, several = run_engine("fit", hidden, guesses=0), run_engine("fit", hidden)
    assert several.stat < alone.stat - 1.0
    assert f"Another start led lower: {statistic_text(several.stat)}" in several.message
    assert "Another start" not in alone.message
    assert run_engine("fit", hidden).best.tolist() == several.best.tolist()


def test_given_values_are_a_start_that_is_kept(hidden):
    best = run_engine("fit", hidden)
    given = Problem(SetFree(tuple(map(float, best.best)), why="typed values").apply(hidden.setup), hidden)
    again = run_engine("fit", given)
    assert again.stat == pytest.approx(best.stat, abs=1e-6) and "Another start" not in again.message
    assert again.setup.priors == hidden.setup.priors


def test_one_value_that_is_nobodys_brings_other_starts(hidden):
    best = run_engine("fit", hidden)
    setup = best.setup.edited(value_origins=np.zeros_like(best.setup.value_origins))
    again = run_engine("fit", Problem(setup, hidden))
    assert again.stat <= best.stat + 1e-6 and "Another start" not in again.message


def test_a_single_term_is_fitted_once(monkeypatch):
    from spec_lab.engines import newton

    monkeypatch.setattr(newton, "guess", None)
    assert run_engine("fit", problem_of("cpl")).stat == pytest.approx(192.015, abs=0.01)


def test_no_edit_compiles_anything(compiles):
    setup = Setup.from_pairs([(make_data(1), pl() + gauss())])
    problem = Problem(setup)
    run_engine("fit", problem)
    for edit in (
        SetPrior(1, unif(-4, 1)),
        Freeze((4,)),
        Notice("u1", ((20.0, 400.0),)),
        Freeze((4,), False),
        Freeze((1, 2)),
    ):
        setup = edit.apply(setup)
        with compiles() as counted:
            problem = Problem(setup, problem)
            run_engine("fit", problem)
        assert counted.count == 0, f"{edit} compiled {counted.count} programs"


EDGES = np.geomspace(10, 1000, 61)
LEAST = {  # of fits from many random places, for each spectrum
    "pl+bb": (91.149, 54.999, 54.325, 67.839),
    "band": (39.503, 43.113, 57.304, 65.427), "cpl+bb": (36.780, 40.743, 54.262, 55.586),
    "cpl": (39.395, 43.013, 57.304, 79.863), "bb+bb": (225.577, 48.576, 92.988, 223.835),
    "pl+gauss": (218.185, 87.507, 48.059, 73.389),
}  # fmt: skip


@pytest.fixture(scope="module")
def four_spectra():
    """Counts of three cut-off power laws and of a power law with a black body, on an ideal detector of 10 cm²."""
    lo, hi = EDGES[:-1], EDGES[1:]
    mid, draw = np.sqrt(lo * hi), np.random.default_rng(9)
    power = lambda index, log_norm: 10**log_norm * mid**index * (hi - lo) * 1000  # noqa: E731
    expected = [
        power(a, norm) * np.exp(-mid / cut) for a, cut, norm in ((-1, 150, 0), (-0.5, 80, -1.5), (-1.8, 2000, 0.3))
    ]
    expected.append(power(-1.8, 0.5) + 2e-2 * mid**2 / np.expm1(mid / 15) * (hi - lo))
    response = Response.ideal(lo, hi, area=10.0)
    sources = [Source(draw.poisson(mean).astype(float), exposure=100.0) for mean in expected]
    return [Data([("u", DataUnit(source, rsp=response, stat="cstat"))]) for source in sources]


COLD = pytest.mark.double(
    "of a black body of 10 keV single precision holds nothing at 1 MeV, where there are counts: no start"
)


@pytest.mark.slow
@pytest.mark.parametrize("text", [pytest.param(t, marks=COLD) if t == "bb+bb" else t for t in LEAST])
def test_no_local_minimum_is_called_converged(four_spectra, text):
    """From the values that the models come with, which nobody chose for these spectra."""
    for data, least in zip(four_spectra, LEAST[text], strict=True):
        outcome = run_engine("fit", Problem(Setup.from_pairs([(data, Model.parse(text))])))
        assert outcome.stat <= least + 0.1 or "Converged" not in outcome.message


def test_a_lower_minimum_at_a_bound_nearby_is_found(four_spectra):
    """The upper index of a Band function that is a cut-off power law: -4.1 is a minimum, and -6, its bound, a lower one."""
    setup = Setup.from_pairs([(four_spectra[0], Model.parse("band"))])
    inside, found = (run_engine("fit", Problem(setup), guesses=guesses) for guesses in (0, 6))
    assert inside.status == "converged" and inside.best[1] == pytest.approx(-4.1455, abs=1e-3)
    assert found.status == "at_bound" and found.best[1] == -6.0 and found.stat < inside.stat - 0.1
