"""The compiled problem: right numbers, right slopes, and nothing compiled again after an edit."""

import jax
import numpy as np
import pytest
from precision import step, tolerance
from small import make_data, make_unit

from spec_lab import Data, unif
from spec_lab.engines import run_engine
from spec_lab.fit import Freeze, Link, Notice, Problem, SetPrior, SetTie, Setup, SetValue, Unlink, view
from spec_lab.models import bb, cpl, pl
from spec_lab.priors import norm
from spec_lab.statistics import BinStatistic

ONE, TWO = make_data(1), make_data(2, stat="cstat")


@pytest.fixture(scope="module")
def joint():
    setup = Setup.from_pairs([(ONE, cpl()), (TWO, cpl())])
    return SetValue(3, 2.0).apply(SetValue(6, 2.0).apply(setup))


def test_the_statistic_is_the_readable_one(joint):
    problem = Problem(joint)
    rates, stats, residuals = problem.display()
    total = 0.0
    for pair, (tag, text) in enumerate([("pgstat", BinStatistic.PGstat), ("cstat", BinStatistic.PPstat)]):
        c = joint.pairs[pair].data.units[0].channels()
        value, residual = text(S=c.S, B=c.B, m=rates[pair][0], ts=c.ts, tb=c.tb, sigma_S=c.sigma_S, sigma_B=c.sigma_B)
        np.testing.assert_allclose(stats[pair][0], value, rtol=1e-11, atol=1e-11, err_msg=tag)
        np.testing.assert_allclose(residuals[pair][0], residual, rtol=1e-9, atol=1e-9)
        total += value.sum()
    assert problem.stat() == pytest.approx(total, rel=1e-12)


def test_gradient_and_curvature_agree_with_differences(joint):
    problem = Problem(Freeze((9,), False).apply(joint))
    x = problem.setup.free_values
    value, gradient = problem.value_and_grad(x)
    assert value == pytest.approx(problem.stat(x), rel=1e-14)
    for j in range(problem.n):
        h = step(1e-5, 1e-3) * np.eye(problem.n)[j]
        slope = (problem.stat(x + h) - problem.stat(x - h)) / (2 * h[j])
        assert gradient[j] == pytest.approx(slope, rel=tolerance(1e-6, 2e-3), abs=tolerance(1e-4, 0.5))


def test_batches_of_any_length_equal_single_calls(joint):
    problem = Problem(joint)
    xs = problem.setup.free_values + 0.01 * np.random.default_rng(3).standard_normal((70, problem.n))
    expected = [problem.stat(x) for x in xs[:3]]
    for size in (1, 3, 64, 70):
        np.testing.assert_allclose(problem.batch(xs[:size])[:3], expected[:size], rtol=1e-12)
    assert problem.batch(np.repeat(xs[:1], 400, axis=0)).shape == (400,)


def test_links_and_affine_ties_move_together(joint):
    setup = SetTie(5, "par[2] + 0.1").apply(Link((1, 4)).apply(joint))
    problem = Problem(setup)
    x = problem.setup.free_values + 0.05
    moved = setup.with_free(x)
    apart = Problem(joint.replace(values=moved.values))
    assert problem.stat(x) == pytest.approx(apart.stat(), rel=1e-13)


def test_curved_ties_are_followed_with_their_slope(joint):
    setup = SetTie(5, "sqrt(par[2]**2 + 0.1)").apply(joint)
    problem = Problem(setup)
    x = setup.free_values + 0.05
    assert problem.stat(x) == pytest.approx(Problem(joint.replace(values=setup.with_free(x).values)).stat(), rel=1e-13)
    _, gradient = problem.value_and_grad(x)
    h = np.eye(problem.n)[1] * step(1e-5, 1e-3)
    slope = (problem.stat(x + h) - problem.stat(x - h)) / (2 * h[1])
    assert gradient[1] == pytest.approx(slope, rel=tolerance(1e-6, 2e-3))


def test_a_tie_on_a_curved_tie_follows_too(joint):
    setup = SetTie(6, "par[5] - 1").apply(SetTie(5, "par[2]**2 / 2").apply(joint))
    moved = setup.with_free(setup.free_values + 0.03)
    assert moved.values[5] == pytest.approx(moved.values[1] ** 2 / 2 - 1)
    assert Problem(setup).stat(moved.free_values) == pytest.approx(
        Problem(joint.replace(values=moved.values)).stat(), rel=1e-13
    )


def test_a_model_without_photons_gives_inf_not_nan():
    problem = Problem(SetValue(1, -2.0).apply(Setup.from_pairs([(ONE, cpl())])))
    assert problem.stat([-2.5, 2.0, 1.0]) == np.inf


def test_weights_multiply_the_statistic():
    plain = Problem(Setup.from_pairs([(make_data(1), pl())]))
    half = Problem(Setup.from_pairs([(make_data(1, weight=0.5), pl())]))
    assert half.stat() == pytest.approx(0.5 * plain.stat(), rel=1e-13)


def test_data_factors_do_what_they_say():
    setup = Setup.from_pairs([(ONE, pl())])
    brighter = SetValue(2, setup.values[1] + np.log10(1.2)).apply(setup)
    factor = SetValue(5, 1.2).apply(setup)
    assert setup.slots[4].name == "rf"
    assert Problem(factor).stat() == pytest.approx(Problem(brighter).stat(), rel=1e-12)


def test_one_model_in_two_pairs_sees_both_responses():
    m = cpl(logA=2.0)
    shared = Problem(Setup.from_pairs([(ONE, m), (TWO, m)]))
    apart = Problem(Setup.from_pairs([(ONE, cpl(logA=2.0)), (TWO, cpl(logA=2.0))]))
    assert shared.stat() == pytest.approx(apart.stat(), rel=1e-13)
    assert shared.n == 3


@pytest.mark.parametrize(("tag", "text"), [("ULpgstat", BinStatistic.PGstat_UL), ("ULppstat", BinStatistic.PPstat_UL)])
def test_upper_limit_statistics_give_one_number_a_unit(tag, text):
    data = Data([(f"u{seed}", make_unit(seed, stat=tag, notc=[20, 300])) for seed in (1, 2)])
    problem = Problem(SetValue(2, -1.0).apply(Setup.from_pairs([(data, pl())])))
    rates, _, _ = problem.display()
    expected = 0.0
    for unit, m in zip(data.units, rates[0], strict=True):
        c = unit.channels()
        value, _ = text(S=c.S, B=c.B, m=m, ts=c.ts, tb=c.tb, sigma_S=c.sigma_S, sigma_B=c.sigma_B)
        expected += float(np.sum(value))
    assert problem.stat() == pytest.approx(expected, rel=1e-9)


def test_tags_that_mean_the_same_share_a_kernel():
    bare = make_unit(1).replace(bkg=None)
    setup = Setup.from_pairs([(Data([("a", bare), ("b", bare.replace(stat="cstat"))]), pl())])
    assert len(Problem(setup).layout.statistics) == 1


def use(problem):
    problem.stat()
    problem.value_and_grad()
    problem.display()
    problem.batch(problem.setup.free_values[None])
    run_engine("fit", problem, draws=100)
    run_engine("preview", problem, draws=3000)


def test_no_edit_compiles_anything(compiles):
    start = Setup.from_pairs([(ONE, cpl()), (make_data(3), cpl() + bb())])
    for pid in (3, 6, 8):
        start = SetPrior(pid, unif(-3, 4)).apply(SetValue(pid, 1.0).apply(start))
    problem = Problem(start)
    use(problem)
    edits = [
        Link((1, 4)),
        Freeze((2,)),
        SetPrior(3, norm(2, 1)),
        SetPrior(5, unif(1, 3)),
        Notice("u1", ((20.0, 300.0),)),
        SetValue(7, 1.5),
        Freeze((11,), False),
        SetTie(5, "par[2] + 0.1"),
        SetTie(5, ""),
        Unlink((1,)),
        Notice("u1", ()),
        Freeze((2,), False),
    ]
    setup = start
    for edit in edits:
        setup = edit.apply(setup)
        with compiles() as counted:
            problem = Problem(setup, problem)
            use(problem)
        assert counted.count == 0, f"{edit} compiled {counted.count} programs"


def test_the_counter_counts(compiles):
    with compiles() as counted:
        jax.jit(lambda x: x * 3.25)(1.5)
    assert counted.count == 1


def test_rows_computed_few_at_a_time_are_those_of_all_at_once(joint, monkeypatch):
    problem = Problem(joint)
    xs = joint.free_values + 1e-2 * np.random.default_rng(5).standard_normal((70, len(joint.free)))

    def few(view, space, xs):
        return view.over_rows(lambda x: view.stat(space, x, use="batch"), xs)

    monkeypatch.setattr(view, "CACHED", 1)
    np.testing.assert_allclose(problem.run(few, problem.pad(xs)), problem.batch(xs), rtol=1e-13)
    np.testing.assert_allclose(problem.batch(xs), [problem.stat(x) for x in xs], rtol=1e-13)
