"""Good starts: nearer than the defaults, inside the data's range, and never where a person has been."""

import warnings

import numpy as np
import pytest
from small import make_data, make_unit

from spec_lab.data import DataUnit
from spec_lab.engines.newton import minimise
from spec_lab.fit import Freeze, Origin, Problem, SetPrior, Setup, SetValue
from spec_lab.fit.guess import Guess, guess, may_hide
from spec_lab.fit.guess.guess_terms import terms_of
from spec_lab.fit.guess.movable import with_ranges
from spec_lab.fit.guess.revisits import revisited
from spec_lab.models import Model, bb, cpl, gauss, pl
from spec_lab.priors import unif


def best_of(problem, steps=50):
    return np.asarray(minimise(problem, problem.setup.free_values, steps).x)[: problem.n]


def fitted(setup):
    problem = Problem.of(setup)
    return float(minimise(problem, setup.free_values, 200).f)


def read(real_data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = real_data / "3c273"
        return DataUnit(src=folder / "3c273.pi", stat="cstat", name="acis", notc=[0.5, 7], notc_mode="overlap")


@pytest.fixture
def setup():
    return Setup.from_pairs([(make_data(1), cpl() + bb())])


def test_a_guess_is_nearer_than_the_defaults(setup):
    found = guess(setup)
    assert Problem.of(found).stat() < 0.05 * Problem(setup).stat()
    assert {found.value_origin(i) for i in found.free} == {Origin.GUESSED}


def test_what_a_person_gave_stays(setup):
    given = SetPrior("cpl.alpha", unif(-1.9, -0.5)).apply(SetValue("bb.logkT", 0.7).apply(setup))
    given = Freeze(("cpl.logEp",)).apply(given)
    found = guess(given)
    held, frozen, alpha = (given.index(name) for name in ("bb.logkT", "cpl.logEp", "cpl.alpha"))
    assert found.values[held] == 0.7 and found.value_origin(held) is Origin.GIVEN
    assert found.values[frozen] == given.values[frozen]
    assert found.priors[alpha] == unif(-1.9, -0.5) and -1.9 < found.values[alpha] < -0.5
    everything = setup
    for i in setup.free:
        everything = SetValue(i + 1, float(setup.values[i])).apply(everything)
    assert guess(everything).values.tolist() == setup.values.tolist()


def test_priors_follow_the_band():
    found = guess(Setup.from_pairs([(make_data(1), pl() + gauss())]))
    energy, width = found.index("gauss.El"), found.index("gauss.sigma")
    assert found.priors[energy] == unif(5, 1000) and found.prior_origin(energy) is Origin.GUESSED
    assert found.priors[width].support[1] == 248.8
    low, high = found.range_of(width)
    assert low < found.values[width] < high


def test_like_components_start_apart():
    found = guess(Setup.from_pairs([(make_data(1), pl() + gauss() + gauss())]))
    one, two = (found.values[found.index(name)] for name in ("gauss.El", "gauss2.El"))
    assert abs(one - two) > 0.1 * one
    thermal = guess(Setup.from_pairs([(make_data(1), bb() + bb())]))
    assert thermal.values[thermal.index("bb.logkT")] < thermal.values[thermal.index("bb2.logkT")]


def test_links_and_ties_hold():
    pairs = Setup.from_pairs([(make_data(1), m := cpl()), (make_data(2), m)])
    found = guess(pairs)
    assert found.partition == pairs.partition and found.values[0] == found.values[3]
    assert fitted(found) < 100


def test_pairs_are_guessed_each_by_its_own_data():
    calls = []

    def counted(problem, steps):
        calls.append(steps)
        return best_of(problem, steps)

    alone = [fitted(guess(Setup.from_pairs([(make_data(k), pl() + bb())]), counted)) for k in (1, 2)]
    most, calls[:] = len(calls), []
    both = guess(Setup.from_pairs([(make_data(k), pl() + bb()) for k in (1, 2)]), counted)
    assert Problem.of(both).stat() == pytest.approx(sum(alone), abs=0.1)
    assert len(calls) <= most + 4  # not those of one times those of the other


def test_a_term_that_stands_wrong_is_looked_for_anew():
    unit = make_unit(1, norm=2000.0)
    counts = np.array(unit.src.counts)
    counts[14] += 2000.0  # a line
    data = DataUnit(src=unit.src.replace(counts=counts), bkg=unit.bkg, rsp=unit.rsp, stat="pgstat")
    setup = with_ranges(Setup.from_pairs([(data, pl() + gauss())]))
    place, width = setup.index("gauss.El"), setup.index("gauss.sigma")
    wrong = setup.with_values({place: 500.0, width: 5.0, setup.index("gauss.logA"): -6.0})
    wrong = wrong.with_free(best_of(Problem.of(wrong)), Origin.GUESSED)
    found = revisited(wrong, 0, terms_of(wrong, 0), best_of)
    edges = np.geomspace(5.0, 1000.0, 25)
    assert edges[13] < found.values[place] < edges[16]
    assert Problem.of(found).stat() < 0.5 * Problem.of(wrong).stat()


def test_nothing_to_guess_is_no_error():
    setup = Setup.from_pairs([(make_data(1), pl())])
    frozen = Freeze((1, 2)).apply(setup)
    assert guess(frozen).values.tolist() == frozen.values.tolist()


def test_the_edit_puts_in_place_what_was_found(setup):
    edit = Guess.of(setup)
    assert edit.apply(setup) is edit.found
    assert (edit.as_code(), edit.label) == ("infer.guess()", "guess from the data")
    assert guess(setup).values.tolist() == edit.found.values.tolist()


def test_a_second_guess_compiles_nothing(setup, monkeypatch):
    guess(setup)
    traced = []
    import jax

    jit = jax.jit
    monkeypatch.setattr(jax, "jit", lambda *given, **more: traced.append(given) or jit(*given, **more))
    guess(setup)
    assert traced == []


@pytest.mark.parametrize(
    ("model", "best", "within"),
    [("tbabs*pl", 35.545, 0.01), ("tbabs*(pl+bb)", 30.667, 0.1), ("tbabs*(pl+bb+gauss)", 28.49, 0.1)],
)
def test_3c273_comes_near_the_best_known(real_data, model, best, within):
    setup = Setup.from_pairs([(read(real_data), Model.parse(model))])
    assert fitted(guess(setup, best_of)) < best + within


@pytest.mark.parametrize(
    ("text", "hides"), [("cpl", False), ("tbabs*pl", False), ("pl+bb", True), ("tbabs*(pl+gauss)", True)]
)
def test_where_a_lower_minimum_may_hide(text, hides):
    setup = Setup.from_pairs([(make_data(1), Model.parse(text))])
    assert may_hide(setup) == hides
    assert not may_hide(setup.with_free(setup.free_values))  # a fit has been there
    assert not may_hide(setup.with_free(setup.free_values, Origin.GIVEN))
